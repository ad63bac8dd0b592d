//! Encoded samples decode to the same sound.
#![cfg(feature = "encode")]

use undertone_audio::{DecodeOptions, EncodeError, decode_bytes, encode_flac};

#[test]
fn recordings_of_any_length_come_back_whole() {
    for length in [1, 15, 16, 4095, 4096, 4097, 20_000] {
        let samples: Vec<f32> = (0..length)
            .map(|n| (n as f32 * 0.3).sin() * 0.7 + (n as f32 * 0.011).cos() * 0.2)
            .collect();
        let file = encode_flac(&samples, 16_000).unwrap();
        let back = decode_bytes(file, &DecodeOptions::default()).unwrap();
        assert_eq!((back.samples.len(), back.sample_rate), (length, 16_000));
        for (ours, theirs) in samples.iter().zip(&back.samples) {
            assert!((ours - theirs).abs() <= 0.5 / 32_768.0, "{length}");
        }
    }
}

#[test]
fn samples_beyond_full_scale_are_clipped() {
    let file = encode_flac(&[2.0, -2.0, f32::NAN, 1.0, -1.0], 8000).unwrap();
    let back = decode_bytes(file, &DecodeOptions::default()).unwrap();
    let top = 32_767.0 / 32_768.0;
    assert_eq!(back.samples, [top, -1.0, 0.0, top, -1.0]);
}

#[test]
fn a_tone_takes_less_than_half_of_a_wav_file() {
    let tone: Vec<f32> = (0..16_000).map(|n| (n as f32 * 0.1).sin() * 0.1).collect();
    assert!(encode_flac(&tone, 16_000).unwrap().len() < 32_000 / 2);
}

#[test]
fn no_samples_and_impossible_rates_are_errors() {
    for (samples, rate) in [(&[][..], 16_000), (&[0.0], 0), (&[0.0], 700_000)] {
        let refused = encode_flac(samples, rate).unwrap_err();
        assert!(matches!(refused, EncodeError::NotEncodable { .. }));
    }
}

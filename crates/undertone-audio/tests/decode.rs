//! Every format, and every error.

use std::f64::consts::PI;
use std::path::{Path, PathBuf};

use undertone_audio::{
    DecodeErrorKind, DecodeOptions, Recording, decode_bytes, decode_bytes_announced, decode_path,
    decode_reader,
};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

fn decode(bytes: Vec<u8>) -> Result<Recording, DecodeErrorKind> {
    // These tests need only the kind, which cannot be cloned out of an error.
    decode_bytes(bytes, &DecodeOptions::default()).map_err(|error| match error.kind() {
        DecodeErrorKind::HeaderPromisesMore {
            format,
            promised,
            found,
            unit,
        } => DecodeErrorKind::HeaderPromisesMore {
            format,
            promised: *promised,
            found: *found,
            unit,
        },
        DecodeErrorKind::NonFinite { index } => DecodeErrorKind::NonFinite { index: *index },
        DecodeErrorKind::SampleRateOutOfRange { rate } => {
            DecodeErrorKind::SampleRateOutOfRange { rate: *rate }
        }
        DecodeErrorKind::UnsupportedCodec { format, detail } => DecodeErrorKind::UnsupportedCodec {
            format,
            detail: detail.clone(),
        },
        DecodeErrorKind::NoSamples => DecodeErrorKind::NoSamples,
        DecodeErrorKind::NotAudio => DecodeErrorKind::NotAudio,
        other => DecodeErrorKind::Corrupt {
            format: "",
            detail: other.to_string(),
        },
    })
}

/// A WAV file with one fmt chunk of 16 bytes.
fn wav(tag: u16, channels: u16, rate: u32, bits: u16, data: &[u8], data_size: u32) -> Vec<u8> {
    let block = channels * bits / 8;
    let mut file = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0".to_vec();
    file.extend(tag.to_le_bytes());
    file.extend(channels.to_le_bytes());
    file.extend(rate.to_le_bytes());
    file.extend((rate * u32::from(block)).to_le_bytes());
    file.extend(block.to_le_bytes());
    file.extend(bits.to_le_bytes());
    file.extend(b"data");
    file.extend(data_size.to_le_bytes());
    file.extend(data);
    file
}

fn pcm16(samples: &[i16], channels: u16) -> Vec<u8> {
    let data: Vec<u8> = samples
        .iter()
        .flat_map(|sample| sample.to_le_bytes())
        .collect();
    wav(1, channels, 16_000, 16, &data, data.len() as u32)
}

/// Return the level of the difference between samples and the fixtures' tone, in dB below it.
fn distance_from_tone(samples: &[f32], tone: &[f32]) -> f64 {
    let (mut error, mut power) = (0.0, 0.0);
    for (sample, expected) in samples.iter().zip(tone) {
        error += f64::from(sample - expected).powi(2);
        power += f64::from(*expected).powi(2);
    }
    10.0 * (error / power).log10()
}

#[test]
fn every_format_gives_the_same_tone() {
    let tone: Vec<f32> = (0..4000)
        .map(|n| (0.5 * (2.0 * PI * 440.0 * f64::from(n) / 16_000.0).sin()) as f32)
        .collect();
    // The difference between sox's tone and the ideal one is at -68 dB with every decoder.
    let exact = -65.0;
    // The level of the difference after rounding or lossy coding, the encoder delay, and the most
    // padding after the end. All formats but bare AAC frames state how much to remove.
    for (name, level, delay, padding) in [
        ("tone.wav", exact, 0, 0),
        ("tone-s8.wav", -40.0, 0, 0),
        ("tone-s24.wav", exact, 0, 0),
        ("tone-s32.wav", exact, 0, 0),
        ("tone-f32.wav", exact, 0, 0),
        ("tone-f64.wav", exact, 0, 0),
        ("tone-alaw.wav", -30.0, 0, 0),
        ("tone-mulaw.wav", -30.0, 0, 0),
        ("tone-pipe.wav", exact, 0, 0),
        ("stereo.wav", exact, 0, 0),
        ("tone.flac", exact, 0, 0),
        ("tone-s24.flac", exact, 0, 0),
        ("stereo.flac", exact, 0, 0),
        ("stereo-s32.flac", exact, 0, 0),
        ("tone.ogg", -20.0, 0, 0),
        ("tone.mp3", -20.0, 0, 1200),
        ("tone.m4a", -15.0, 0, 16),
        ("tone.aac", -15.0, 1024, 1120),
    ] {
        let recording = decode_path(&fixture(name), &DecodeOptions::default()).expect(name);
        let channels = if name.starts_with("stereo") { 2 } else { 1 };
        assert_eq!(
            (recording.sample_rate, recording.channels),
            (16_000, channels),
            "{name}"
        );
        let len = recording.samples.len();
        assert!(
            (4000 + delay..=4000 + delay + padding).contains(&len),
            "{name}: {len} samples"
        );
        let distance = distance_from_tone(&recording.samples[delay..], &tone);
        assert!(distance < level, "{name}: {distance} dB");
    }
}

#[test]
fn lossless_formats_agree_to_the_bit() {
    let options = DecodeOptions::default();
    let wav = decode_path(&fixture("tone.wav"), &options).unwrap();
    for name in [
        "tone.flac",
        "tone-s24.wav",
        "tone-s32.wav",
        "tone-f64.wav",
        "tone-pipe.wav",
    ] {
        assert_eq!(
            decode_path(&fixture(name), &options).unwrap(),
            wav,
            "{name}"
        );
    }
    let stereo = decode_path(&fixture("stereo.wav"), &options).unwrap();
    for name in ["stereo.flac", "stereo-s32.flac"] {
        assert_eq!(
            decode_path(&fixture(name), &options).unwrap(),
            stereo,
            "{name}"
        );
    }
}

#[test]
fn path_reader_and_bytes_agree() {
    for name in [
        "tone.wav",
        "tone.flac",
        "tone.mp3",
        "tone.ogg",
        "tone.m4a",
        "tone.aac",
    ] {
        let options = DecodeOptions::default();
        let bytes = std::fs::read(fixture(name)).unwrap();
        let from_path = decode_path(&fixture(name), &options).unwrap();
        assert_eq!(
            decode_reader(bytes.as_slice(), &options).unwrap(),
            from_path,
            "{name}"
        );
        assert_eq!(decode_bytes(bytes, &options).unwrap(), from_path, "{name}");
    }
}

#[test]
fn channels_are_averaged() {
    let recording = decode(pcm16(&[16_384, 0, -8_192, -24_576], 2)).unwrap();
    assert_eq!(
        (recording.samples, recording.channels),
        (vec![0.25, -0.5], 2)
    );
}

#[test]
fn chunks_before_the_data_are_skipped() {
    let plain = pcm16(&[1, 2, 3], 1);
    for filler in [
        &b"FLLR\x04\0\0\0abcd"[..],
        b"LIST\x03\0\0\0abc\0",
        b"junk\0\0\0\0",
    ] {
        let mut file = plain[..36].to_vec();
        file.extend(filler);
        file.extend(&plain[36..]);
        assert_eq!(decode(file).unwrap(), decode(plain.clone()).unwrap());
    }
}

#[test]
fn unknown_sizes_of_streaming_writers_mean_the_rest_of_the_file() {
    for unknown in [
        0,
        0x4000_0000,
        0x7fff_f000,
        0x7fff_ffff,
        0x8000_0000,
        0xfffe_0000,
        0xffff_ffff,
    ] {
        let file = wav(1, 1, 16_000, 16, &[0, 64, 0, 32], unknown);
        let recording = decode(file).unwrap();
        assert_eq!(recording.samples, [0.5, 0.25], "{unknown:#x}");
        assert_eq!(recording.warnings, [], "{unknown:#x}");
    }
}

#[test]
fn other_files_are_not_audio() {
    for content in [
        &b"RIFF"[..],
        b"#!/bin/sh\n",
        b"\x89PNG\r\n\x1a\n",
        &[0; 1000],
    ] {
        let error = decode(content.to_vec()).unwrap_err();
        assert!(
            matches!(error, DecodeErrorKind::NotAudio),
            "{content:?}: {error}"
        );
    }
}

#[test]
fn a_recording_without_samples_is_an_error() {
    let error = decode(pcm16(&[], 1)).unwrap_err();
    assert!(matches!(error, DecodeErrorKind::NoSamples), "{error}");
}

#[test]
fn samples_that_are_not_finite_are_errors() {
    for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let data: Vec<u8> = [0.5, value]
            .iter()
            .flat_map(|v: &f32| v.to_le_bytes())
            .collect();
        let error = decode(wav(3, 1, 16_000, 32, &data, 8)).unwrap_err();
        assert!(
            matches!(error, DecodeErrorKind::NonFinite { index: 1 }),
            "{error}"
        );
    }
}

#[test]
fn sample_rates_out_of_range_are_errors() {
    for rate in [0, 3_999, 192_001, u32::MAX / 4] {
        let error = decode(wav(1, 1, rate, 16, &[0, 0], 2)).unwrap_err();
        assert!(
            matches!(error, DecodeErrorKind::SampleRateOutOfRange { .. }),
            "{rate}: {error}"
        );
    }
    for rate in [4_000, 192_000] {
        assert!(decode(wav(1, 1, rate, 16, &[0, 0], 2)).is_ok());
    }
}

#[test]
fn a_recording_longer_than_the_limit_is_an_error() {
    let options = DecodeOptions { max_seconds: 0.2 };
    for name in [
        "tone.wav",
        "tone.flac",
        "tone.mp3",
        "tone.ogg",
        "tone.m4a",
        "tone.aac",
    ] {
        let error = decode_path(&fixture(name), &options).unwrap_err();
        assert!(
            matches!(error.kind(), DecodeErrorKind::TooLong { .. }),
            "{name}: {error}"
        );
    }
}

#[test]
fn the_largest_number_of_samples_is_announced_once() {
    let options = DecodeOptions { max_seconds: 2.0 };
    for name in [
        "tone.wav",
        "stereo.wav",
        "tone-pipe.wav",
        "tone.flac",
        "stereo-s32.flac",
        "tone.mp3",
        "tone.ogg",
        "tone.m4a",
        "tone.aac",
    ] {
        let bytes = std::fs::read(fixture(name)).unwrap();
        let mut announced = Vec::new();
        let recording = decode_bytes_announced(bytes, &options, |most| announced.push(most));
        let recording = recording.unwrap();
        let [most] = announced[..] else {
            panic!("{name}: {announced:?}");
        };
        let found = recording.samples.len() as u64;
        assert!(most >= found, "{name}: {most} announced, {found} found");
        assert!(
            most <= 2 * u64::from(recording.sample_rate),
            "{name}: {most}"
        );
        if name.ends_with("wav") {
            assert_eq!(most, found, "{name}");
        }
    }
}

#[test]
fn errors_name_the_file() {
    let missing = Path::new("no/such/recording.wav");
    let error = decode_path(missing, &DecodeOptions::default()).unwrap_err();
    assert!(matches!(error.kind(), DecodeErrorKind::NotFound));
    assert_eq!(error.path(), Some(missing));
    assert_eq!(error.to_string(), "no/such/recording.wav: no such file");
}

#[test]
fn the_format_is_recognized_despite_a_wrong_file_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tone.mp3");
    std::fs::copy(fixture("tone.flac"), &path).unwrap();
    assert_eq!(
        decode_path(&path, &DecodeOptions::default())
            .unwrap()
            .samples
            .len(),
        4000
    );
}

#[test]
fn a_truncated_flac_is_an_error_at_every_length() {
    let whole = std::fs::read(fixture("tone.flac")).unwrap();
    for len in (5..whole.len()).step_by(7) {
        let error = decode(whole[..len].to_vec()).expect_err("truncated");
        assert!(
            matches!(
                error,
                DecodeErrorKind::Corrupt { .. } | DecodeErrorKind::HeaderPromisesMore { .. }
            ),
            "{len}: {error}"
        );
    }
}

#[test]
fn flipped_bits_in_flac_frames_are_found() {
    let whole = std::fs::read(fixture("tone.flac")).unwrap();
    let tone = decode(whole.clone()).unwrap();
    // After the metadata, a checksum covers every byte.
    for at in (whole.len() / 2..whole.len()).step_by(3) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x10;
        assert_ne!(decode(damaged).ok(), Some(tone.clone()), "byte {at}");
    }
}

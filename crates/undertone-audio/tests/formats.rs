//! Containers and codecs beyond the common ones, and what is refused by name.

use std::f64::consts::TAU;
use std::path::{Path, PathBuf};

use undertone_audio::{DecodeErrorKind, DecodeOptions, Recording, decode_bytes, decode_path};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

fn load(name: &str) -> Recording {
    decode_path(&fixture(name), &DecodeOptions::default()).expect(name)
}

/// Decode the bytes of two fixtures, one after the other.
fn joined(first: &str, second: &str) -> Recording {
    let mut bytes = std::fs::read(fixture(first)).unwrap();
    bytes.extend(std::fs::read(fixture(second)).unwrap());
    decode_bytes(bytes, &DecodeOptions::default()).expect(first)
}

/// Return the message of a file that cannot be decoded.
fn refusal(bytes: Vec<u8>) -> String {
    let error = decode_bytes(bytes, &DecodeOptions::default()).unwrap_err();
    assert!(
        matches!(
            error.kind(),
            DecodeErrorKind::UnsupportedCodec { .. } | DecodeErrorKind::UnsupportedFormat { .. }
        ),
        "{error}"
    );
    error.to_string()
}

/// Return the level of the difference from the fixtures' tone of 440 Hz, in dB below the tone.
fn distance_from_tone(samples: &[f32], rate: u32) -> f64 {
    let (mut error, mut power) = (0.0, 0.0);
    for (n, sample) in samples.iter().enumerate() {
        let expected = 0.5 * (TAU * 440.0 * n as f64 / f64::from(rate)).sin();
        error += (f64::from(*sample) - expected).powi(2);
        power += expected.powi(2);
    }
    10.0 * (error / power).log10()
}

#[test]
fn every_container_and_codec_gives_the_tone() {
    // The level of the difference, the rate, samples that the encoder added at the start and that
    // the file does not state, and the most that it may have at the end.
    for (name, level, rate, delay, padding) in [
        ("tone.au", -65.0, 16_000, 0, 0),
        ("tone-f32.au", -65.0, 16_000, 0, 0),
        ("tone.aiff", -65.0, 16_000, 0, 0),
        ("tone-sowt.aiff", -65.0, 16_000, 0, 0),
        ("tone.caf", -65.0, 16_000, 0, 0),
        ("tone.w64", -65.0, 16_000, 0, 0),
        ("tone-s16be.mov", -65.0, 16_000, 0, 0),
        ("tone-alac.m4a", -65.0, 16_000, 0, 0),
        ("tone-flac.oga", -65.0, 16_000, 0, 0),
        ("tone-flac.mka", -65.0, 16_000, 0, 0),
        ("tone-ima.wav", -25.0, 16_000, 0, 1_017),
        ("tone-adpcm.wav", -25.0, 16_000, 0, 1_012),
        ("tone-mp3.wav", -20.0, 16_000, 1_105, 1_728),
        ("tone.mp2", -20.0, 16_000, 481, 1_152),
        ("tone.mka", -15.0, 16_000, 1_024, 96),
        ("tone-opus.ogg", -20.0, 48_000, 0, 0),
        ("stereo-opus.ogg", -20.0, 48_000, 0, 0),
        ("tone-opus.mp4", -20.0, 48_000, 0, 0),
        ("tone-opus-pipe.webm", -20.0, 48_000, 0, 960),
    ] {
        let recording = load(name);
        assert_eq!(recording.sample_rate, rate, "{name}");
        assert_eq!(recording.warnings, [], "{name}");
        let (len, expected) = (recording.samples.len(), rate as usize / 4);
        assert!(
            (expected + delay..=expected + delay + padding).contains(&len),
            "{name}: {len} samples"
        );
        let tone = &recording.samples[delay..delay + expected];
        let distance = distance_from_tone(tone, rate);
        assert!(distance < level, "{name}: {distance} dB");
    }
}

#[test]
fn gsm_is_exact() {
    let (ours, reference) = (load("gsm.wav"), load("gsm-decoded.flac"));
    assert_eq!(ours.samples, reference.samples);
    assert_eq!(ours.sample_rate, 8_000);
}

#[test]
fn streams_of_ogg_follow_each_other() {
    for name in ["tone.ogg", "tone-opus.ogg", "tone-flac.oga"] {
        let (one, two) = (load(name), joined(name, name));
        let twice = [one.samples.clone(), one.samples].concat();
        assert_eq!(two.samples, twice, "{name}");
    }
    // The number of channels may change, the rate may not.
    let mixed = joined("tone-opus.ogg", "stereo-opus.ogg");
    assert_eq!(mixed.samples.len(), 24_000);
    let mut bytes = std::fs::read(fixture("tone.ogg")).unwrap();
    bytes.extend(std::fs::read(fixture("tone-opus.ogg")).unwrap());
    assert!(refusal(bytes).starts_with("audio whose sample rate changes in Ogg cannot be decoded"));
}

#[test]
fn opus_decodes_as_libopus_does() {
    // The voice at 24 kbit/s is SILK at 16 kHz. What is lost is the codec's, not the decoder's.
    let (voice, original) = (load("speech-24k.opus"), load("speech.flac"));
    assert_eq!(voice.samples.len(), 3 * original.samples.len());
    let (mut error, mut power) = (0.0, 0.0);
    for (heard, sample) in voice.samples.iter().step_by(3).zip(&original.samples) {
        error += f64::from(heard - sample).powi(2);
        power += f64::from(*sample).powi(2);
    }
    assert!(10.0 * (power / error).log10() > 5.0, "{power} {error}");
}

#[test]
fn what_cannot_be_decoded_is_named_with_the_way_to_convert_it() {
    for (head, message) in [
        (&b"#!AMR\n<\x08\x55"[..], "AMR-NB"),
        (b"#!AMR-WB\n\x04\x10", "AMR-WB"),
        (b"wvpk\x10\0\0\0", "WavPack"),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "Windows Media Audio"),
        (b"RIFF\0\0\0\0AVI LIST", "AVI"),
    ] {
        assert_eq!(
            refusal(head.to_vec()),
            format!("{message} cannot be decoded. Convert it: ffmpeg -i INPUT -ac 1 OUTPUT.wav")
        );
    }
    let speex = refusal(std::fs::read(fixture("tone-speex.ogg")).unwrap());
    assert!(
        speex.starts_with("Speex in Ogg cannot be decoded"),
        "{speex}"
    );
    // The configuration of AAC begins with the kind of AAC in five bits.
    let mut file = std::fs::read(fixture("tone.m4a")).unwrap();
    let configuration = file
        .windows(4)
        .position(|bytes| bytes[..2] == [0x14, 0x08] || bytes[..2] == [0x14, 0x0a]);
    let at = configuration.unwrap();
    for (object_type, name) in [(5, "HE-AAC"), (29, "HE-AAC v2"), (1, "AAC Main")] {
        file[at] = object_type << 3 | file[at] & 7;
        let message = refusal(file.clone());
        assert!(
            message.starts_with(&format!("{name} in MP4 cannot be decoded")),
            "{message}"
        );
    }
    let mut file = std::fs::read(fixture("tone-adpcm.wav")).unwrap();
    for (tag, name) in [
        (0x0045_u16, "G.726 ADPCM"),
        (0x7777, "the codec with the format tag 0x7777"),
    ] {
        file[20..22].copy_from_slice(&tag.to_le_bytes());
        assert!(refusal(file.clone()).starts_with(&format!("{name} in WAV cannot")));
    }
}

#[test]
fn a_pointer_and_an_empty_file_are_named() {
    let error = |bytes: &[u8]| decode_bytes(bytes.to_vec(), &DecodeOptions::default()).unwrap_err();
    assert_eq!(error(b"").to_string(), "the file is empty");
    let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";
    assert_eq!(
        error(pointer).to_string(),
        "a pointer of Git LFS instead of the recording: run `git lfs pull`"
    );
}

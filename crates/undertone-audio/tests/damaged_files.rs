//! A damaged file of any format gives a recording or an error. It never causes a panic, an endless
//! loop, or an allocation far beyond the size of the file.

use proptest::prelude::*;
use undertone_audio::{DecodeOptions, decode_bytes};

const FIXTURES: [(&str, &[u8]); 22] = [
    ("tone.wav", include_bytes!("fixtures/tone.wav")),
    ("tone-s24.wav", include_bytes!("fixtures/tone-s24.wav")),
    ("tone.flac", include_bytes!("fixtures/tone.flac")),
    ("stereo.flac", include_bytes!("fixtures/stereo.flac")),
    ("tone.mp3", include_bytes!("fixtures/tone.mp3")),
    ("tone.ogg", include_bytes!("fixtures/tone.ogg")),
    ("tone.m4a", include_bytes!("fixtures/tone.m4a")),
    ("tone.aac", include_bytes!("fixtures/tone.aac")),
    ("tone-opus.ogg", include_bytes!("fixtures/tone-opus.ogg")),
    (
        "stereo-opus.ogg",
        include_bytes!("fixtures/stereo-opus.ogg"),
    ),
    ("tone-opus.mp4", include_bytes!("fixtures/tone-opus.mp4")),
    (
        "tone-opus-pipe.webm",
        include_bytes!("fixtures/tone-opus-pipe.webm"),
    ),
    ("tone-flac.oga", include_bytes!("fixtures/tone-flac.oga")),
    ("tone-flac.mka", include_bytes!("fixtures/tone-flac.mka")),
    ("tone.au", include_bytes!("fixtures/tone.au")),
    ("tone.aiff", include_bytes!("fixtures/tone.aiff")),
    ("tone.caf", include_bytes!("fixtures/tone.caf")),
    ("tone.w64", include_bytes!("fixtures/tone.w64")),
    ("tone-alac.m4a", include_bytes!("fixtures/tone-alac.m4a")),
    ("tone-ima.wav", include_bytes!("fixtures/tone-ima.wav")),
    ("tone-mp3.wav", include_bytes!("fixtures/tone-mp3.wav")),
    ("gsm.wav", include_bytes!("fixtures/gsm.wav")),
];

/// Decode, and check that the recording is valid if there is one.
fn check(name: &str, bytes: Vec<u8>) {
    let limit = DecodeOptions { max_seconds: 5.0 };
    match decode_bytes(bytes, &limit) {
        Ok(recording) => {
            assert!((4_000..=192_000).contains(&recording.sample_rate), "{name}");
            assert!(
                recording.channels > 0 && !recording.samples.is_empty(),
                "{name}"
            );
            assert!(recording.duration() <= 5.0, "{name}");
            assert!(
                recording.samples.iter().all(|sample| sample.is_finite()),
                "{name}"
            );
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

#[test]
fn files_truncated_anywhere_give_a_recording_or_an_error() {
    for (name, whole) in FIXTURES {
        for len in (0..whole.len()).step_by(1 + whole.len() / 400) {
            check(name, whole[..len].to_vec());
        }
    }
}

#[test]
fn packets_of_billions_of_samples_are_refused() {
    let mut caf = include_bytes!("fixtures/tone.caf").to_vec();
    // The samples in a packet, in the chunk `desc`.
    caf[40..44].copy_from_slice(&u32::MAX.to_be_bytes());
    let error = decode_bytes(caf, &DecodeOptions::default()).unwrap_err();
    assert!(error.to_string().contains("4294967295 samples"), "{error}");
}

#[test]
fn a_tag_that_is_cut_ends_the_file() {
    for (name, whole) in FIXTURES {
        for tag in ["ID3", "ID3\u{4}", "TAG", "APETAGEX"] {
            check(name, [whole, tag.as_bytes()].concat());
            check(name, tag.as_bytes().to_vec());
        }
    }
}

#[test]
fn a_replaced_byte_of_the_header_gives_a_recording_or_an_error() {
    for (name, whole) in FIXTURES {
        for at in 0..whole.len().min(200) {
            for value in [0x00, 0x7f, 0x80, 0xff] {
                let mut damaged = whole.to_vec();
                damaged[at] = value;
                check(name, damaged);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400,
        failure_persistence: None,
        ..Default::default()
    })]

    #[test]
    fn bytes_replaced_anywhere_give_a_recording_or_an_error(
        fixture in 0..FIXTURES.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
    ) {
        let (name, whole) = FIXTURES[fixture];
        let mut damaged = whole.to_vec();
        for (at, value) in changes {
            let at = at.index(damaged.len());
            damaged[at] = value;
        }
        check(name, damaged);
    }

    #[test]
    fn noise_after_a_signature_gives_a_recording_or_an_error(
        fixture in 0..FIXTURES.len(),
        noise in prop::collection::vec(any::<u8>(), 0..2000),
    ) {
        let (name, whole) = FIXTURES[fixture];
        let mut damaged = whole[..48].to_vec();
        damaged.extend(noise);
        check(name, damaged);
    }
}

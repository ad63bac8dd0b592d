//! Parts of recordings.

use std::path::Path;

use undertone_audio::{DecodeErrorKind, DecodeOptions, Recordings, decode_path};

fn speech() -> &'static Path {
    Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/speech.flac"
    ))
}

#[test]
fn a_part_has_the_samples_between_its_start_and_end() {
    let whole = decode_path(speech(), &DecodeOptions::default()).unwrap();
    let rate = whole.sample_rate as usize;
    let recordings = Recordings::new(&DecodeOptions::default());
    let part = recordings.read(speech(), Some((0.25, Some(0.5)))).unwrap();
    assert_eq!(part.samples, whole.samples[rate / 4..rate / 2]);
    let rest = recordings.read(speech(), Some((0.5, None))).unwrap();
    assert_eq!(rest.samples, whole.samples[rate / 2..]);
    assert_eq!(recordings.read(speech(), None).unwrap(), whole);
}

#[test]
fn a_part_outside_the_recording_is_an_error_with_both_lengths() {
    let seconds = decode_path(speech(), &DecodeOptions::default())
        .unwrap()
        .duration();
    let recordings = Recordings::new(&DecodeOptions::default());
    let read = |start, end| recordings.read(speech(), Some((start, Some(end))));
    for (start, end) in [
        (seconds + 0.01, seconds + 0.02),
        (0.0, seconds + 0.1),
        (0.5, 0.5),
        (0.2, 0.1),
        (0.0, 1e-9),
        (-0.1, 0.1),
        (f64::NAN, 0.1),
    ] {
        let error = read(start, end).unwrap_err();
        assert!(
            matches!(error.kind(), DecodeErrorKind::Part { .. }),
            "{error}"
        );
        assert!(error.to_string().contains("speech.flac"), "{error}");
    }
    assert!(read(0.0, seconds + 0.04).is_ok(), "rounded annotations");
}

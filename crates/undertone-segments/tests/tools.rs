//! Files that the tools of the field wrote: `fixtures/make_fixtures.py`.

use std::path::{Path, PathBuf};

use undertone_segments::{Choice, Segment, SegmentFault, read, read_chosen};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

/// The segments of every fixture.
const SEGMENTS: [(f64, f64, &str, &str); 3] = [
    (0.25, 1.5, "Anna", "She said \"no\" & left"),
    (1.5, 2.125, "Béla", "Igen."),
    (3.0, 4.75, "Anna", "Two < three"),
];

fn expected(speaker: bool, text: bool) -> Vec<Segment> {
    let segments = SEGMENTS.into_iter();
    segments
        .map(|(start, end, name, said)| Segment {
            start,
            end,
            text: text.then(|| said.to_owned()),
            speaker: speaker.then(|| name.to_owned()),
            channel: None,
        })
        .collect()
}

#[test]
fn text_grids_of_praat_textgrid_and_praatio_are_read() {
    for name in [
        "praat_long.TextGrid",
        "praat_short.TextGrid",
        "praat_utf16.TextGrid",
        "textgrid.TextGrid",
        "praatio_long_textgrid.TextGrid",
        "praatio_short_textgrid.TextGrid",
    ] {
        let found = read(&fixture(name)).unwrap();
        assert_eq!(found, expected(true, true), "{name}");
    }
    let error = read(&fixture("praat_binary.TextGrid")).unwrap_err();
    assert!(
        matches!(error.fault, SegmentFault::BinaryTextGrid),
        "{error}"
    );
}

#[test]
fn one_tier_of_a_text_grid_is_chosen_by_its_name() {
    let path = fixture("praat_long.TextGrid");
    let tier = |tier| {
        read_chosen(
            &path,
            Choice {
                tier: Some(tier),
                ..Choice::default()
            },
        )
    };
    assert_eq!(tier("Béla").unwrap(), expected(true, true)[1..2]);
    let error = tier("Bela").unwrap_err().to_string();
    assert!(
        error.ends_with("has no tier \"Bela\"; its tiers are \"Anna\", \"Béla\""),
        "{error}"
    );
}

#[test]
fn subtitles_of_pysrt_and_webvtt_are_read() {
    assert_eq!(read(&fixture("pysrt.srt")).unwrap(), expected(false, true));
    assert_eq!(read(&fixture("webvtt.vtt")).unwrap(), expected(true, true));
}

#[test]
fn a_document_of_elan_is_read() {
    assert_eq!(read(&fixture("pympi.eaf")).unwrap(), expected(true, true));
}

#[test]
fn one_recording_of_an_rttm_is_chosen_by_its_name() {
    let path = fixture("pyannote.rttm");
    let of = |recording| {
        read_chosen(
            &path,
            Choice {
                recording: Some(recording),
                ..Choice::default()
            },
        )
    };
    for name in ["first.talk", "first.talk.wav", "folder/first.talk.flac"] {
        assert_eq!(of(name).unwrap(), expected(true, false), "{name}");
    }
    assert_eq!(of("second.wav").unwrap()[0].start, 10.25);
    let error = of("third.wav").unwrap_err().to_string();
    let other = "holds no segments of \"third.wav\", but of \"first.talk\", \"second\"";
    assert!(error.ends_with(other), "{error}");
    let error = read(&path).unwrap_err().to_string();
    let several = "holds segments of several recordings: \"first.talk\", \"second\"";
    assert!(error.ends_with(several), "{error}");
}

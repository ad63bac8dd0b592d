//! What is written: pinned in `written/`, which `written/check.py` reads with the tools of the
//! field.

use std::path::Path;

use undertone_segments::{LabeledSegment, Segment, SegmentFormat, read, write};

fn labeled(
    (start, end): (f64, f64),
    speaker: Option<&str>,
    answer: Option<(&str, f32)>,
    text: Option<&str>,
) -> LabeledSegment {
    LabeledSegment {
        segment: Segment {
            start,
            end,
            text: text.map(str::to_owned),
            speaker: speaker.map(str::to_owned),
            channel: None,
        },
        label: answer.map(|(label, _)| label.to_owned()),
        confidence: answer.map(|(_, confidence)| confidence),
    }
}

fn talk() -> Vec<LabeledSegment> {
    let anna = Some("Anna \"A\" <1>");
    let said = Some("one & two\n\n--> three");
    vec![
        labeled((0.25, 1.5), anna, Some(("happy", 0.615)), said),
        labeled((1.5, 2.125), Some("Béla"), Some(("very sad", 1.0)), None),
        labeled((2.125, 2.5), Some("Béla"), None, None),
        labeled((2.0, 3.0), anna, Some(("neutral", 0.5)), None),
        labeled((2.75, 3661.0004), anna, None, Some("no speech")),
    ]
}

fn written(format: SegmentFormat, segments: &[LabeledSegment]) -> String {
    let mut out = Vec::new();
    write(format, "the talk", 3700.0, segments, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn the_text_of_each_format_stays_as_the_tools_read_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/written");
    for format in SegmentFormat::ALL {
        let path = folder.join(format!("talk.{}", format.extension()));
        let text = written(format, &talk());
        if std::env::var_os("UNDERTONE_UPDATE_WRITTEN").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        assert_eq!(text, std::fs::read_to_string(&path).unwrap(), "{format}");
        assert_eq!(SegmentFormat::of(&path), Some(format));
        assert_eq!(format.id().parse(), Ok(format));
    }
}

#[test]
fn what_is_written_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    for format in SegmentFormat::ALL {
        let path = folder.path().join(format!("a.{}", format.extension()));
        std::fs::write(&path, written(format, &talk())).unwrap();
        let found = read(&path).unwrap();
        let times: Vec<_> = found.iter().map(|part| (part.start, part.end)).collect();
        assert_eq!(times[0], (0.25, 1.5), "{format}");
        assert!(times.contains(&(1.5, 2.125)), "{format}");
        let labeled = if format == SegmentFormat::Rttm { 3 } else { 4 };
        assert_eq!(found.len(), labeled, "{format}");
    }
}

#[test]
fn segments_that_overlap_get_a_tier_of_their_own() {
    let windows: Vec<_> = [(0.0, 4.0), (2.0, 6.0), (4.0, 8.0)]
        .into_iter()
        .map(|times| labeled(times, None, Some(("sad", 0.5)), None))
        .collect();
    let text = written(SegmentFormat::TextGrid, &windows);
    let names: Vec<_> = text
        .lines()
        .filter(|line| line.contains("name = "))
        .collect();
    assert_eq!(names.len(), 2);
    assert!(names[0].contains("\"emotion\"") && names[1].contains("\"emotion (2)\""));
}

#[test]
fn no_segments_give_a_valid_file() {
    let grid = written(SegmentFormat::TextGrid, &[]);
    assert!(grid.contains("intervals: size = 1"));
    assert_eq!(written(SegmentFormat::Srt, &[]), "");
    assert_eq!(written(SegmentFormat::Vtt, &[]), "WEBVTT\n\n");
}

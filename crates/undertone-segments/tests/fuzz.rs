//! Mutated files of every format are refused or read (`UNDERTONE_FUZZ`: see undertone-fuzz).

use std::fs;
use std::path::Path;

use undertone_fuzz::{Fuzz, PeakAlloc};
use undertone_segments::read;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const TOKENS: [&str; 30] = [
    "\n",
    "\r\n",
    "\t",
    "-->",
    "00:00:01,000",
    "99:59:59.999",
    "WEBVTT",
    "NOTE",
    "<v A>",
    "</v>",
    "&amp;",
    "&#0;",
    "\u{feff}",
    "SPEAKER",
    "<NA>",
    "ooTextFile",
    "IntervalTier",
    "TextTier",
    "<exists>",
    "size = ",
    "xmin = ",
    "\"\"",
    "start,end,emotion",
    "<ANNOTATION_DOCUMENT>",
    "<TIME_SLOT TIME_SLOT_ID=\"ts1\" TIME_VALUE=\"5\"/>",
    "TIME_SLOT_REF1=\"ts1\"",
    "<![CDATA[",
    "<!DOCTYPE a [<!ENTITY x \"&x;&x;\">]>",
    "é",
    "\0",
];

/// Read mutated copies of the fixtures whose names end in one of `extensions`.
fn fuzz(name: &str, extensions: &[&str]) {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut paths: Vec<_> = ["fixtures", "written", "finds"]
        .iter()
        .flat_map(|folder| fs::read_dir(tests.join(folder)).into_iter().flatten())
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            extensions
                .iter()
                .any(|end| path.extension().unwrap() == *end)
        })
        .collect();
    paths.sort();
    let seeds = paths.iter().map(|path| fs::read(path).unwrap()).collect();
    let folder = tempfile::tempdir().unwrap();
    let file = folder
        .path()
        .join("recording")
        .with_extension(extensions[0]);
    let fuzz = Fuzz {
        tokens: &TOKENS,
        // The text, the entries and the segments of a file are in memory at once.
        allowance: 256 << 10,
        ..Fuzz::new(name, seeds)
    };
    fuzz.run(&ALLOCATOR, |input| {
        fs::write(&file, input).unwrap();
        let segments = read(&file).unwrap_or_default();
        for segment in &segments {
            assert!(segment.start >= 0.0 && segment.start < segment.end && segment.end.is_finite());
        }
        !segments.is_empty()
    });
}

#[test]
fn tables() {
    fuzz("tables of segments", &["txt"]);
}

#[test]
fn rttm() {
    fuzz("RTTM", &["rttm"]);
}

#[test]
fn srt() {
    fuzz("SRT", &["srt"]);
}

#[test]
fn web_vtt() {
    fuzz("WebVTT", &["vtt"]);
}

#[test]
fn text_grid() {
    fuzz("TextGrid", &["TextGrid"]);
}

#[test]
fn elan() {
    fuzz("ELAN", &["eaf"]);
}

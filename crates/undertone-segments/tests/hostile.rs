//! No input makes a reader panic, hang or return a segment that is none.

use std::path::Path;

use proptest::prelude::*;
use undertone_segments::read;

const NAMES: [&str; 7] = [
    "a.csv",
    "a.txt",
    "a.rttm",
    "a.srt",
    "a.vtt",
    "a.TextGrid",
    "a.eaf",
];

/// The words of the formats.
const PARTS: [&str; 28] = [
    "0",
    "1",
    "12.5",
    "1e9",
    "-->",
    ":",
    ".",
    ",",
    ";",
    "\t",
    "\n",
    "\"",
    "<",
    ">",
    "&amp;",
    "\\",
    "{",
    "}",
    "!",
    "start",
    "end",
    "SPEAKER",
    "ooTextFile",
    "v A",
    " ",
    "é",
    "WEBVTT",
    "-",
];

fn check(folder: &Path, name: &str, bytes: &[u8]) {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    for segment in read(&path).unwrap_or_default() {
        assert!(segment.start >= 0.0 && segment.start < segment.end && segment.end.is_finite());
    }
}

fn fixtures() -> Vec<Vec<u8>> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut paths: Vec<_> = ["fixtures", "written"]
        .iter()
        .flat_map(|folder| std::fs::read_dir(tests.join(folder)).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension != "py"))
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_are_refused_or_read(
        which in any::<prop::sample::Index>(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..4), 0..12),
        cut in any::<prop::sample::Index>(),
        name in prop::sample::select(&NAMES),
    ) {
        let all = fixtures();
        let mut bytes = which.get(&all).clone();
        for (at, value, edit) in edits {
            if bytes.is_empty() {
                break;
            }
            let at = at.index(bytes.len());
            match edit {
                0 => bytes[at] = value,
                1 => bytes.insert(at, value),
                2 => {
                    bytes.remove(at);
                }
                _ => bytes.extend_from_within(at..),
            }
            bytes.truncate(1 << 16);
        }
        if name.len() % 2 == 0 {
            bytes.truncate(cut.index(bytes.len() + 1));
        }
        check(tempfile::tempdir().unwrap().path(), name, &bytes);
    }

    #[test]
    fn any_text_is_refused_or_read(
        parts in prop::collection::vec(prop::sample::select(&PARTS), 0..80),
        name in prop::sample::select(&NAMES),
    ) {
        check(tempfile::tempdir().unwrap().path(), name, parts.concat().as_bytes());
    }
}

#[test]
fn counts_and_depths_that_nothing_follows_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let grid = "File type = \"ooTextFile\"\n\"TextGrid\"\n0 1 <exists> 1e300\n\"IntervalTier\" \"\" \
                0 1 1e300\n";
    check(folder.path(), "a.TextGrid", grid.as_bytes());
    let deep = "<a>".repeat(200_000);
    check(
        folder.path(),
        "a.eaf",
        format!("<?xml version=\"1.0\"?>{deep}").as_bytes(),
    );
    let bomb = "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY x \"xx\">]><a>&x;</a>";
    check(folder.path(), "a.eaf", bomb.as_bytes());
    let braces = "00:01 --> 00:02\n".to_owned() + &"<v ".repeat(20_000);
    check(folder.path(), "a.srt", braces.as_bytes());
}

//! IEMOCAP: evaluation texts beside a folder with one recording for each turn.

use std::collections::HashMap;
use std::path::Path;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::clips::Clips;
use super::table::{TableError, read_bytes};
use crate::listing::Listing;
use crate::{CodeBook, Emotion, Gender, Skipped, Utterance};

/// The line of a turn: `[6.2901 - 8.2357]`, the turn, the emotion, and the means of valence,
/// activation and dominance over the raters.
#[expect(clippy::expect_used, reason = "the pattern is part of the program")]
static TURN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^\[[\d.]+ - [\d.]+\]\s+(?<turn>(?<session>Ses\d\d)[FM]_\w+_(?<speaker>[FM])\w+)\s+(?<emotion>\w+)\s+\[(?<valence>[\d.]+), *(?<arousal>[\d.]+), *(?<dominance>[\d.]+)\]",
    )
    .expect("a regular expression")
});

const VALUES: [&str; 3] = ["valence", "arousal", "dominance"];

/// Return whether the folder has an evaluation text of IEMOCAP.
pub(crate) fn is_iemocap(listing: &Listing) -> bool {
    evaluations(listing).next().is_some()
}

fn evaluations(listing: &Listing) -> impl Iterator<Item = &Path> {
    let texts = listing.others.iter().map(|path| path.as_path());
    texts.filter(|path| {
        let folder = path.parent().and_then(Path::file_name);
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        folder.is_some_and(|folder| folder == "EmoEvaluation")
            && name.starts_with("Ses")
            && name.ends_with(".txt")
    })
}

/// Read IEMOCAP. The label is the one of most raters, `undecided` if they do not agree. The speaker
/// is the one of the turn: the last part of `Ses01F_impro01_M003` says that the man of session 1
/// speaks, while the F in front says who wears the markers.
pub(crate) fn read_iemocap(listing: &Listing, book: &CodeBook) -> Result<Clips, TableError> {
    let mut clips = Clips::default();
    // The dialogs as a whole lie in `dialog/wav` under other names.
    let mut recordings: HashMap<String, &Path> = HashMap::new();
    for path in &listing.recordings {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        if listing
            .folders_of(path)
            .iter()
            .all(|folder| folder != "dialog")
        {
            recordings.entry(name.into_owned()).or_insert(path);
        }
    }
    for text_path in evaluations(listing) {
        let bytes = read_bytes(text_path)?;
        let text = String::from_utf8_lossy(&bytes);
        for (line, number) in text.lines().zip(1..) {
            if !line.starts_with('[') {
                continue;
            }
            match turn(line) {
                None => clips.skipped.push(Skipped::TableRow {
                    table: text_path.to_owned(),
                    line: number,
                    reason: "not a turn with an emotion and three values".to_owned(),
                }),
                Some((name, turn)) => match recordings.remove(&name) {
                    None => clips.skipped.push(Skipped::MissingFile {
                        manifest: text_path.to_owned(),
                        line: number,
                        path: format!("{name}.wav").into(),
                    }),
                    Some(path) => clips.utterances.push(Utterance {
                        path: path.to_owned(),
                        corpus: book.name.clone(),
                        ..turn
                    }),
                },
            }
        }
    }
    clips
        .utterances
        .sort_by(|a, b| a.path.file_name().cmp(&b.path.file_name()));
    let mut unnamed: Vec<&Path> = recordings.into_values().collect();
    unnamed.sort_unstable();
    clips
        .skipped
        .extend(unnamed.into_iter().map(|path| Skipped::NoRow {
            path: path.to_owned(),
        }));
    Ok(clips)
}

/// Read the line of a turn: its name, and its utterance without a path.
fn turn(line: &str) -> Option<(String, Utterance)> {
    let found = TURN.captures(line)?;
    let emotion: Emotion = found["emotion"].parse().ok()?;
    let mut utterance = Utterance::new("", emotion);
    for value in VALUES {
        let number: f64 = found[value].parse().ok()?;
        utterance.values.insert(value.to_owned(), number);
    }
    utterance.speaker = Some(format!("{}{}", &found["session"], &found["speaker"]));
    utterance.gender = match &found["speaker"] {
        "F" => Some(Gender::Female),
        _ => Some(Gender::Male),
    };
    Some((found["turn"].to_owned(), utterance))
}

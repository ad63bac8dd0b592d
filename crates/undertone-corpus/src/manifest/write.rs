//! Writing a manifest.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::columns::VALUE_PREFIX;
use super::role::VALUES;
use crate::{CorpusError, Utterance};

/// Write `utterances` as the manifest `csv`. Columns that no utterance needs are left out, except
/// the first four.
pub(crate) fn write(utterances: &[Utterance], csv: &Path) -> Result<(), CorpusError> {
    let folder = match csv.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let real_folder = fs::canonicalize(folder).map_err(|reason| CorpusError::Write {
        path: csv.to_owned(),
        reason,
    })?;
    let columns = Columns::of(utterances);
    // Composed in memory, so that a clip that cannot be listed leaves no half-written file.
    let mut rows = Vec::with_capacity(utterances.len());
    for utterance in utterances {
        let path = relative_path(&utterance.path, folder, &real_folder).map_err(|reason| {
            CorpusError::Unreadable {
                path: utterance.path.clone(),
                reason,
            }
        })?;
        let path = slashed(&path).ok_or_else(|| CorpusError::NotUnicode {
            path: utterance.path.clone(),
        })?;
        rows.push(columns.row(path, utterance));
    }
    write_csv(csv, &columns.header(), &rows).map_err(|reason| CorpusError::Write {
        path: csv.to_owned(),
        reason,
    })
}

/// The columns to write.
struct Columns<'a> {
    segments: bool,
    split: bool,
    corpus: bool,
    values: BTreeSet<&'a str>,
}

impl<'a> Columns<'a> {
    fn of(utterances: &'a [Utterance]) -> Self {
        let corpus_as_read = |utterance: &Utterance| match utterance.ravdess {
            Some(_) => utterance.corpus == "RAVDESS",
            None => utterance.corpus == Utterance::NO_CORPUS,
        };
        Self {
            segments: utterances
                .iter()
                .any(|utterance| utterance.segment.is_some()),
            split: utterances.iter().any(|utterance| utterance.split.is_some()),
            corpus: !utterances.iter().all(corpus_as_read),
            values: utterances
                .iter()
                .flat_map(|utterance| utterance.values.keys())
                .map(String::as_str)
                .collect(),
        }
    }

    fn header(&self) -> Vec<String> {
        let mut header = vec!["path", "emotion", "speaker", "gender"];
        if self.segments {
            header.extend(["start", "end"]);
        }
        if self.split {
            header.push("split");
        }
        if self.corpus {
            header.push("corpus");
        }
        let mut header: Vec<String> = header.into_iter().map(str::to_owned).collect();
        header.extend(self.values.iter().map(|&value| {
            // The reader finds these by their names alone.
            let known = VALUES.iter().any(|(name, _)| *name == value);
            let prefix = if known { "" } else { VALUE_PREFIX };
            format!("{prefix}{value}")
        }));
        header
    }

    fn row(&self, path: String, utterance: &Utterance) -> Vec<String> {
        let number =
            |number: Option<f64>| number.map_or(String::new(), |number| number.to_string());
        let emotion = match utterance.emotion.is_unlabeled() {
            true => "",
            false => utterance.emotion.name(),
        };
        let mut row = vec![
            path,
            emotion.to_owned(),
            utterance.speaker.clone().unwrap_or_default(),
            utterance
                .gender
                .map_or("", |gender| gender.name())
                .to_owned(),
        ];
        if self.segments {
            let segment = utterance.segment;
            row.push(number(segment.map(|segment| segment.start())));
            row.push(number(segment.and_then(|segment| segment.end())));
        }
        if self.split {
            row.push(utterance.split.map_or("", |side| side.name()).to_owned());
        }
        if self.corpus {
            row.push(utterance.corpus.clone());
        }
        let values = self.values.iter();
        row.extend(values.map(|&value| number(utterance.values.get(value).copied())));
        row
    }
}

fn write_csv(csv: &Path, header: &[String], rows: &[Vec<String>]) -> io::Result<()> {
    let mut writer = csv::Writer::from_path(csv)?;
    writer.write_record(header)?;
    for row in rows {
        writer.write_record(row)?;
    }
    writer.flush()
}

/// Return the path of `clip` relative to `folder`, whose real path is `real_folder`.
///
/// Inside the folder, this only removes a prefix. Outside it, the path needs `..`, which is only
/// valid between real paths, so links in the folders (not in the clip's own name) are resolved.
fn relative_path(clip: &Path, folder: &Path, real_folder: &Path) -> io::Result<PathBuf> {
    if let Ok(inside) = std::path::absolute(clip)?.strip_prefix(std::path::absolute(folder)?) {
        return Ok(inside.to_owned());
    }
    let parent = match clip.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let clip = fs::canonicalize(parent)?.join(clip.file_name().unwrap_or_default());
    let shared = clip
        .components()
        .zip(real_folder.components())
        .take_while(|(ours, its)| ours == its)
        .count();
    if shared == 0 {
        // On another drive of Windows, only the absolute path works.
        return Ok(clip);
    }
    let up = real_folder
        .components()
        .skip(shared)
        .map(|_| Component::ParentDir);
    Ok(up.chain(clip.components().skip(shared)).collect())
}

/// Return the path with `/` between its parts, as in manifests on every system.
fn slashed(path: &Path) -> Option<String> {
    let text = path.to_str()?;
    Some(if std::path::MAIN_SEPARATOR == '/' {
        text.to_owned()
    } else {
        text.replace(std::path::MAIN_SEPARATOR, "/")
    })
}

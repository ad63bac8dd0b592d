//! Writing a manifest.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::{CorpusError, Utterance};

/// Write `utterances` as the manifest `csv`. Include the column `split` if any is assigned to a
/// set.
pub(crate) fn write(utterances: &[Utterance], csv: &Path) -> Result<(), CorpusError> {
    let folder = match csv.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let real_folder = fs::canonicalize(folder).map_err(|reason| CorpusError::Write {
        path: csv.to_owned(),
        reason,
    })?;
    let with_split = utterances.iter().any(|utterance| utterance.split.is_some());
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
        let gender = utterance.gender.map_or("", |gender| gender.name());
        let mut row = vec![
            path,
            utterance.emotion.name().to_owned(),
            utterance.speaker.clone().unwrap_or_default(),
            gender.to_owned(),
        ];
        if with_split {
            row.push(utterance.split.map_or("", |side| side.name()).to_owned());
        }
        rows.push(row);
    }
    let header = ["path", "emotion", "speaker", "gender", "split"];
    let header = if with_split {
        &header[..]
    } else {
        &header[..4]
    };
    write_csv(csv, header, &rows).map_err(|reason| CorpusError::Write {
        path: csv.to_owned(),
        reason,
    })
}

fn write_csv(csv: &Path, header: &[&str], rows: &[Vec<String>]) -> io::Result<()> {
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

//! Finding RAVDESS's clips below a folder.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::RavdessName;
use crate::{Skipped, Utterance};

/// The result of a scan.
pub(crate) struct Scan {
    pub(crate) utterances: Vec<Utterance>,
    pub(crate) skipped: Vec<Skipped>,
    pub(crate) missing: Vec<RavdessName>,
}

/// Scan `root` and all folders below it for `.wav` and `.flac` files.
///
/// The clips are sorted by name, whatever the names of the folders and the order of the file
/// system. The skipped entries are sorted by path.
///
/// # Errors
/// If `root` itself cannot be listed.
pub(crate) fn scan(root: &Path) -> io::Result<Scan> {
    let mut walk = Walk::default();
    walk.enter(root)?;
    let Walk {
        mut recordings,
        mut skipped,
        ..
    } = walk;
    recordings.sort();

    let mut clips: BTreeMap<RavdessName, PathBuf> = BTreeMap::new();
    for path in recordings {
        let file_name = path.file_name().unwrap_or_default().to_string_lossy();
        match file_name.parse::<RavdessName>() {
            Err(reason) => skipped.push(Skipped::Name { path, reason }),
            Ok(name) => match clips.get(&name) {
                Some(kept) => skipped.push(Skipped::Duplicate {
                    path,
                    kept: kept.clone(),
                }),
                None => {
                    clips.insert(name, path);
                }
            },
        }
    }
    skipped.sort_by(|a, b| a.path().cmp(b.path()));
    let takes: HashSet<RavdessName> = clips.keys().map(RavdessName::take).collect();
    let missing = RavdessName::all_speech()
        .filter(|name| !takes.contains(name))
        .collect();
    let utterances = clips
        .into_iter()
        .map(|(name, path)| Utterance::from_ravdess(path, name))
        .collect();
    Ok(Scan {
        utterances,
        skipped,
        missing,
    })
}

#[derive(Default)]
struct Walk {
    /// The real paths of the folders that were entered. A link to one of them is not followed.
    entered: HashSet<PathBuf>,
    recordings: Vec<PathBuf>,
    skipped: Vec<Skipped>,
}

impl Walk {
    fn enter(&mut self, folder: &Path) -> io::Result<()> {
        if !self.entered.insert(fs::canonicalize(folder)?) {
            return Ok(());
        }
        let mut paths = Vec::new();
        for entry in fs::read_dir(folder)? {
            match entry {
                Ok(entry) => paths.push(entry.path()),
                Err(error) => self.unreadable(folder.to_owned(), &error),
            }
        }
        // If two links lead to one folder, every machine enters the one whose name comes first.
        paths.sort();
        for path in paths {
            self.visit(path);
        }
        Ok(())
    }

    fn visit(&mut self, path: PathBuf) {
        match fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => {
                if let Err(error) = self.enter(&path) {
                    self.unreadable(path, &error);
                }
            }
            _ if !is_recording(&path) => {}
            Ok(metadata) if metadata.is_file() => self.recordings.push(path),
            Ok(_) => self.skipped.push(Skipped::NotAFile { path }),
            Err(error) => self.unreadable(path, &error),
        }
    }

    fn unreadable(&mut self, path: PathBuf, error: &io::Error) {
        self.skipped.push(Skipped::Unreadable {
            path,
            reason: error.to_string(),
        });
    }
}

fn is_recording(path: &Path) -> bool {
    path.extension().is_some_and(|extension| {
        ["wav", "flac"]
            .iter()
            .any(|known| extension.eq_ignore_ascii_case(known))
    })
}

//! Finding RAVDESS's clips below a folder.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::RavdessName;
use crate::{Problem, Utterance};

/// What a scan found.
pub(crate) struct Scan {
    pub(crate) utterances: Vec<Utterance>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) missing: Vec<RavdessName>,
}

/// Scans `root` and every folder below it for `.wav` and `.flac` files.
///
/// The clips come sorted by name, whatever the folders are called and in whatever order the file
/// system lists them; the problems come in the order of their paths.
///
/// # Errors
/// Where `root` itself can't be listed.
pub(crate) fn scan(root: &Path) -> io::Result<Scan> {
    let mut walk = Walk::default();
    walk.enter(root)?;
    let Walk {
        mut recordings,
        mut problems,
        ..
    } = walk;
    recordings.sort();

    let mut clips: BTreeMap<RavdessName, PathBuf> = BTreeMap::new();
    for path in recordings {
        let file_name = path.file_name().unwrap_or_default().to_string_lossy();
        match file_name.parse::<RavdessName>() {
            Err(reason) => problems.push(Problem::Name { path, reason }),
            Ok(name) => match clips.get(&name) {
                Some(kept) => problems.push(Problem::Duplicate {
                    path,
                    kept: kept.clone(),
                }),
                None => {
                    clips.insert(name, path);
                }
            },
        }
    }
    problems.sort_by(|a, b| a.path().cmp(b.path()));
    let missing = RavdessName::all_speech()
        .filter(|name| !clips.contains_key(name))
        .collect();
    let utterances = clips
        .into_iter()
        .map(|(name, path)| Utterance::from_ravdess(path, name))
        .collect();
    Ok(Scan {
        utterances,
        problems,
        missing,
    })
}

#[derive(Default)]
struct Walk {
    /// Folders that were entered, by their real path: a link back to one of them ends there.
    entered: HashSet<PathBuf>,
    recordings: Vec<PathBuf>,
    problems: Vec<Problem>,
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
        // Where two links lead to one folder, the first by name is entered on every machine.
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
            Ok(_) => self.problems.push(Problem::NotAFile { path }),
            Err(error) => self.unreadable(path, &error),
        }
    }

    fn unreadable(&mut self, path: PathBuf, error: &io::Error) {
        self.problems.push(Problem::Unreadable {
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

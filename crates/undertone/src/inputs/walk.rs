//! The recordings below a folder, one after the other.

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::fs::{self, DirEntry};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::vec;

use undertone_audio::{EXTENSIONS, is_recording_name};

use super::input::Input;
use super::left_out::LeftOut;

/// Finds the recordings below a folder, in the order of their names in each folder. Links are
/// followed. Hidden files and folders, and files that are not named as recordings, are counted and
/// left out.
///
/// The crate `walkdir` holds a path and a file type for each entry of a folder to sort them, which
/// is three times the memory in a folder of a million.
#[derive(Debug)]
pub(super) struct Walk {
    root: PathBuf,
    /// The folders from the root to the one that is read.
    folders: Vec<Folder>,
    /// Errors that come before the next entry.
    errors: VecDeque<Input>,
    is_empty: bool,
    left_out: Arc<LeftOut>,
}

#[derive(Debug)]
struct Folder {
    path: PathBuf,
    /// The path without links, which tells when a link leads back.
    real: PathBuf,
    entries: vec::IntoIter<Entry>,
}

#[derive(Debug)]
struct Entry {
    name: Box<OsStr>,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Recording,
    Folder,
    Link,
}

impl Walk {
    pub(super) fn below(root: PathBuf, left_out: Arc<LeftOut>) -> Self {
        let mut walk = Self {
            root: root.clone(),
            folders: Vec::new(),
            errors: VecDeque::new(),
            is_empty: true,
            left_out,
        };
        match root.canonicalize() {
            Ok(real) => walk.enter(root, real),
            Err(error) => walk.fail(root, &error),
        }
        walk
    }

    fn enter(&mut self, path: PathBuf, real: PathBuf) {
        let found = match fs::read_dir(&path) {
            Ok(found) => found,
            Err(error) => return self.fail(path, &error),
        };
        let mut entries = Vec::new();
        for entry in found {
            match entry.and_then(|entry| self.kept(&entry)) {
                Ok(entry) => entries.extend(entry),
                Err(error) => self.fail(path.clone(), &error),
            }
        }
        entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        let entries = entries.into_iter();
        self.folders.push(Folder {
            path,
            real,
            entries,
        });
    }

    /// Return an entry that may be a recording or lead to some.
    fn kept(&self, entry: &DirEntry) -> io::Result<Option<Entry>> {
        let name = entry.file_name();
        if name.as_encoded_bytes().starts_with(b".") {
            self.left_out.hidden();
            return Ok(None);
        }
        let found = entry.file_type()?;
        let kind = if found.is_dir() {
            Kind::Folder
        } else if found.is_symlink() {
            Kind::Link
        } else if found.is_file() && is_audio(&name) {
            Kind::Recording
        } else {
            self.left_out.other(&name);
            return Ok(None);
        };
        let name = name.into_boxed_os_str();
        Ok(Some(Entry { name, kind }))
    }

    fn fail(&mut self, path: PathBuf, error: &io::Error) {
        self.errors
            .push_back(Input::Nothing(path, error.to_string()));
    }

    /// Follow a link: to a recording, or into a folder.
    fn follow(&mut self, path: PathBuf) -> Option<Input> {
        let found = match fs::metadata(&path) {
            Ok(found) => found,
            Err(error) => return Some(Input::Nothing(path, error.to_string())),
        };
        if found.is_dir() {
            match path.canonicalize() {
                // A folder above, which is being read already.
                Ok(real) if self.folders.iter().any(|folder| folder.real == real) => {}
                Ok(real) => self.enter(path, real),
                Err(error) => self.fail(path, &error),
            }
            return None;
        }
        let name = path.file_name().unwrap_or_default();
        if found.is_file() && is_audio(name) {
            return Some(Input::File(path));
        }
        self.left_out.other(name);
        None
    }

    fn advance(&mut self) -> Option<Input> {
        loop {
            if let Some(error) = self.errors.pop_front() {
                return Some(error);
            }
            let folder = self.folders.last_mut()?;
            let Some(Entry { name, kind }) = folder.entries.next() else {
                self.folders.pop();
                continue;
            };
            let path = folder.path.join(&*name);
            match kind {
                Kind::Recording => return Some(Input::File(path)),
                Kind::Folder => {
                    let real = folder.real.join(&*name);
                    self.enter(path, real);
                }
                Kind::Link => {
                    if let Some(input) = self.follow(path) {
                        return Some(input);
                    }
                }
            }
        }
    }
}

impl Iterator for Walk {
    type Item = Input;

    fn next(&mut self) -> Option<Input> {
        let next = self.advance();
        if next.is_none() && self.is_empty {
            self.is_empty = false;
            return Some(nothing_in(&self.root));
        }
        self.is_empty = false;
        next
    }
}

fn nothing_in(folder: &Path) -> Input {
    let reason = format!("no audio files in this folder ({})", EXTENSIONS.join(", "));
    Input::Nothing(folder.to_owned(), reason)
}

fn is_audio(name: &OsStr) -> bool {
    is_recording_name(&name.to_string_lossy())
}

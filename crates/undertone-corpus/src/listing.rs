//! What lies in the folder of a corpus.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::Skipped;

/// The extensions of the files that may hold a recording, in lower case: those of
/// `undertone_audio::EXTENSIONS`.
pub const RECORDING_EXTENSIONS: [&str; 31] = [
    "3gp", "aac", "aif", "aifc", "aiff", "au", "bw64", "bwf", "caf", "flac", "m4a", "m4b", "m4r",
    "mka", "mkv", "mov", "mp1", "mp2", "mp3", "mp4", "mpga", "oga", "ogg", "opus", "rf64", "snd",
    "w64", "wav", "wave", "weba", "webm",
];

/// The files of a folder and of all folders below it, each list sorted by path. Hidden files and
/// folders (also the `._*` files of macOS) and `__MACOSX` are not searched.
#[derive(Debug)]
pub(crate) struct Listing {
    pub(crate) root: PathBuf,
    /// Files whose extension is one of a recording.
    pub(crate) recordings: Vec<PathBuf>,
    /// All other files.
    pub(crate) others: Vec<PathBuf>,
    /// Files and folders that cannot be read.
    pub(crate) skipped: Vec<Skipped>,
    /// The name of the root's own folder.
    root_name: String,
}

impl Listing {
    /// List a folder. Follow links, but enter no folder twice.
    ///
    /// # Errors
    /// If the folder itself cannot be listed.
    pub(crate) fn of(root: &Path) -> io::Result<Self> {
        let real = fs::canonicalize(root)?;
        let mut listing = Self {
            root: root.to_owned(),
            recordings: Vec::new(),
            others: Vec::new(),
            skipped: Vec::new(),
            root_name: file_name(&real),
        };
        let mut entered = HashSet::from([real]);
        listing.enter(root, &mut entered)?;
        listing.recordings.sort();
        listing.others.sort();
        listing.skipped.sort_by(|a, b| a.path().cmp(b.path()));
        Ok(listing)
    }

    /// Return the path of a file with the name of the root's own folder in front, `/` between the
    /// parts, and without the extension: `ESD/0001/Angry/0001_000351`.
    pub(crate) fn name_of(&self, file: &Path) -> String {
        let mut name = self.root_name.clone();
        let below = file.strip_prefix(&self.root).unwrap_or(file);
        for part in below.with_extension("").components() {
            name.push('/');
            name.push_str(&part.as_os_str().to_string_lossy());
        }
        name
    }

    /// Return the name of the root's own folder.
    pub(crate) fn root_name(&self) -> &str {
        &self.root_name
    }

    /// Return the names of the folders between the root and a file, from the root on.
    pub(crate) fn folders_of(&self, file: &Path) -> Vec<String> {
        let below = file.strip_prefix(&self.root).unwrap_or(file);
        let mut parts: Vec<String> = below
            .components()
            .map(|part| part.as_os_str().to_string_lossy().into_owned())
            .collect();
        parts.pop();
        parts
    }

    /// Return the first file, by path, that is no recording and has one of these names in any case.
    pub(crate) fn other_named(&self, names: &[&str]) -> Option<&Path> {
        let mut others = self.others.iter();
        let found = others.find(|path| {
            let file_name = file_name(path);
            names
                .iter()
                .any(|name| file_name.eq_ignore_ascii_case(name))
        });
        found.map(PathBuf::as_path)
    }

    fn enter(&mut self, folder: &Path, entered: &mut HashSet<PathBuf>) -> io::Result<()> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(folder)? {
            match entry {
                Ok(entry) => entries.push((entry.path(), entry.file_type().ok())),
                Err(error) => self.unreadable(folder.to_owned(), &error),
            }
        }
        // If two links lead to one folder, every machine enters the one whose name comes first.
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        for (path, kind) in entries {
            let name = file_name(&path);
            if name.starts_with('.') || name == "__MACOSX" {
                continue;
            }
            match kind {
                Some(kind) if kind.is_file() => self.add(path),
                _ => self.follow(path, entered),
            }
        }
        Ok(())
    }

    /// Visit what is no plain file: a folder, a link, or something else.
    fn follow(&mut self, path: PathBuf, entered: &mut HashSet<PathBuf>) {
        match fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => {
                let entry = fs::canonicalize(&path).and_then(|real| match entered.insert(real) {
                    true => self.enter(&path, entered),
                    false => Ok(()),
                });
                if let Err(error) = entry {
                    self.unreadable(path, &error);
                }
            }
            Ok(metadata) if metadata.is_file() => self.add(path),
            _ if !is_recording(&path) => {}
            Ok(_) => self.skipped.push(Skipped::NotAFile { path }),
            Err(error) => self.unreadable(path, &error),
        }
    }

    fn add(&mut self, path: PathBuf) {
        match is_recording(&path) {
            true => self.recordings.push(path),
            false => self.others.push(path),
        }
    }

    fn unreadable(&mut self, path: PathBuf, error: &io::Error) {
        self.skipped.push(Skipped::Unreadable {
            path,
            reason: error.to_string(),
        });
    }
}

/// Return whether the extension of a path is one of a recording.
pub(crate) fn is_recording(path: &Path) -> bool {
    path.extension().is_some_and(|extension| {
        RECORDING_EXTENSIONS
            .iter()
            .any(|known| extension.eq_ignore_ascii_case(known))
    })
}

fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

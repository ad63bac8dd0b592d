//! The hidden folder in which output is prepared.

use std::fs::File as StdFile;
use std::io;
use std::path::{Path, PathBuf};

use fs_err as fs;
use tempfile::TempDir;

use crate::listing::{PREFIX, is_unfinished};

/// A file that the owner of a staging folder holds locked for as long as it lives.
const LOCK: &str = "lock";

/// A hidden folder that is removed when the value is dropped.
#[derive(Debug)]
pub(crate) struct Staging {
    // Dropped before the folder: some systems do not remove an open file.
    _lock: StdFile,
    folder: TempDir,
}

impl Staging {
    /// Make a staging folder in `parent`, after removing those that killed processes left there.
    pub(crate) fn begin(parent: &Path) -> io::Result<Self> {
        remove_abandoned(parent);
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent)?;
        // The lock gets its name once it is held, so that nobody finds it free.
        let unnamed = folder.path().join("lock.new");
        let lock = StdFile::create(&unnamed)?;
        // On a file system without locks nobody can take it either, and leftovers stay.
        let _ = lock.try_lock();
        fs::rename(&unnamed, folder.path().join(LOCK))?;
        fs::create_dir(folder.path().join("new"))?;
        Ok(Self {
            _lock: lock,
            folder,
        })
    }

    /// The hidden folder itself. Only its owner may read it.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The folder of the new files, with the usual permissions.
    pub(crate) fn new_files(&self) -> PathBuf {
        self.folder.path().join("new")
    }
}

/// Remove staging folders whose owner has ended.
fn remove_abandoned(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        if !is_unfinished(&entry.file_name()) {
            continue;
        }
        let is_abandoned =
            StdFile::open(entry.path().join(LOCK)).is_ok_and(|lock| lock.try_lock().is_ok());
        if is_abandoned {
            // Another process may remove it at the same time.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

//! The hidden folder in which output is prepared.

use std::fs::File as StdFile;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use fs_err as fs;
use tempfile::TempDir;

use crate::listing::{PREFIX, is_unfinished};

/// A file that the owner of a staging folder holds locked for as long as it lives.
const LOCK: &str = "lock";
/// The folder of the new files.
const NEW: &str = "new";
/// A process that takes longer between the creation of a file and its lock was killed.
const MOMENT: Duration = Duration::from_secs(60);

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
        fs::create_dir(folder.path().join(NEW))?;
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
        self.folder.path().join(NEW)
    }
}

/// Remove the staging folders and the unfinished files in a folder whose owners have ended: killed
/// processes leave them. Nothing is an error, as this is only tidying up.
pub fn remove_abandoned(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        if !is_unfinished(&entry.file_name()) {
            continue;
        }
        let path = entry.path();
        // Another process may remove it at the same time.
        if path.is_dir() && is_abandoned_folder(&path) {
            // The lock goes last: without one, nobody would know the rest.
            let _ = fs::remove_dir_all(path.join(NEW));
            let _ = fs::remove_dir_all(path);
        } else if path.is_file() && is_old(&path) && is_free(&path) {
            let _ = fs::remove_file(path);
        }
    }
}

fn is_abandoned_folder(folder: &Path) -> bool {
    let lock = folder.join(LOCK);
    match lock.exists() {
        true => is_free(&lock),
        // It was begun or removed by a process that was killed then.
        false => is_old(folder),
    }
}

/// Return whether nobody holds a file locked.
fn is_free(path: &Path) -> bool {
    StdFile::open(path).is_ok_and(|file| file.try_lock().is_ok())
}

/// Return whether a file or folder is older than the moment between its creation and its lock.
fn is_old(path: &Path) -> bool {
    let modified = fs::metadata(path).and_then(|found| found.modified());
    let age = modified.ok().and_then(|modified| modified.elapsed().ok());
    age.is_some_and(|age| age > MOMENT)
}

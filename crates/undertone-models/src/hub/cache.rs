//! The cache's layout, which is that of Python's `huggingface_hub`:
//!
//! ```text
//! models--owner--name/blobs/HASH                     contents; HASH.incomplete while downloading
//! models--owner--name/snapshots/COMMIT/config.json   links to the contents
//! models--owner--name/refs/main                      the commit of a branch or tag
//! models--owner--name/.no_exist/COMMIT/FILE          files that a commit is known not to have
//! .locks/models--owner--name/HASH.lock               held while the content is downloaded
//! ```
//!
//! See <https://huggingface.co/docs/huggingface_hub/guides/manage-cache>.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::{HubError, Progress, is_commit};

pub(super) struct RepositoryCache {
    folder: PathBuf,
    locks: PathBuf,
}

impl RepositoryCache {
    pub(super) fn new(cache: &Path, repository: &str) -> Self {
        let name = format!("models--{}", repository.replace('/', "--"));
        Self {
            folder: cache.join(&name),
            locks: cache.join(".locks").join(name),
        }
    }

    pub(super) fn snapshot(&self, commit: &str) -> PathBuf {
        self.folder.join("snapshots").join(commit)
    }

    pub(super) fn blob(&self, hash: &str) -> PathBuf {
        self.folder.join("blobs").join(hash)
    }

    pub(super) fn has(&self, commit: &str, file: &str) -> bool {
        self.snapshot(commit).join(file).is_file()
    }

    /// The commit that a revision was when it was last asked for.
    pub(super) fn commit_of(&self, revision: &str) -> Option<String> {
        if is_commit(revision) {
            return Some(revision.to_owned());
        }
        let commit = fs::read_to_string(self.folder.join("refs").join(revision)).ok()?;
        Some(commit.trim().to_owned()).filter(|commit| is_commit(commit))
    }

    pub(super) fn remember_commit(&self, revision: &str, commit: &str) -> Result<(), HubError> {
        if revision == commit || self.commit_of(revision).as_deref() == Some(commit) {
            return Ok(());
        }
        let path = self.folder.join("refs").join(revision);
        create_parent(&path)?;
        fs::write(&path, commit).map_err(HubError::io("write", &path))
    }

    pub(super) fn is_absent(&self, commit: &str, file: &str) -> bool {
        self.absence(commit, file).is_file()
    }

    pub(super) fn mark_absent(&self, commit: &str, file: &str) -> Result<(), HubError> {
        let path = self.absence(commit, file);
        create_parent(&path)?;
        fs::write(&path, "").map_err(HubError::io("write", &path))
    }

    fn absence(&self, commit: &str, file: &str) -> PathBuf {
        self.folder.join(".no_exist").join(commit).join(file)
    }

    /// Makes a content a file of a snapshot.
    pub(super) fn link(&self, hash: &str, commit: &str, file: &str) -> Result<(), HubError> {
        let path = self.snapshot(commit).join(file);
        create_parent(&path)?;
        let blob = self.blob(hash);
        match link_to_blob(&blob, hash, &path) {
            // Another process was faster.
            Err(_) if path.is_file() => Ok(()),
            // The link is there, and what it led to was removed.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                fs::remove_file(&path).and_then(|()| link_to_blob(&blob, hash, &path))
            }
            made => made,
        }
        .map_err(HubError::io("link to the download", &path))
    }

    /// Keeps other processes, Python's among them, from downloading the same content until the
    /// returned file is dropped.
    pub(super) fn lock(
        &self,
        hash: &str,
        file: &str,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<File, HubError> {
        let path = self.locks.join(format!("{hash}.lock"));
        create_parent(&path)?;
        let lock = File::options()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(HubError::io("open", &path))?;
        if let Err(TryLockError::WouldBlock) = lock.try_lock() {
            progress(Progress::Waiting { file });
            lock.lock().map_err(HubError::io("lock", &path))?;
        }
        // Some network file systems know no locks; the hash still guards what comes out.
        Ok(lock)
    }
}

#[cfg(unix)]
fn link_to_blob(_blob: &Path, hash: &str, link: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(format!("../../blobs/{hash}"), link)
}

/// Symbolic links need a privilege on Windows.
#[cfg(not(unix))]
fn link_to_blob(blob: &Path, _hash: &str, link: &Path) -> io::Result<()> {
    fs::hard_link(blob, link)
}

pub(super) fn create_parent(path: &Path) -> Result<(), HubError> {
    let folder = path.parent().unwrap_or(Path::new(""));
    fs::create_dir_all(folder).map_err(HubError::io("create", folder))
}

//! The cache on disk, in the layout of Python's `huggingface_hub`:
//!
//! ```text
//! models--owner--name/blobs/HASH                     contents; HASH.incomplete while downloading
//! models--owner--name/snapshots/COMMIT/config.json   links to the contents
//! models--owner--name/refs/main                      the commit of a branch or tag
//! models--owner--name/.no_exist/COMMIT/FILE          files that a commit is known not to have
//! .locks/models--owner--name/HASH.lock               locked while the content is downloaded
//! ```
//!
//! See <https://huggingface.co/docs/huggingface_hub/guides/manage-cache>.

use std::io;
use std::path::{Path, PathBuf};

use fs_err as fs;

use super::error::HubError;
use super::remote::RemoteModelFile;
use super::repository::is_commit;
use crate::client::Client;
use crate::progress::{Progress, Step};
use crate::transfer::{Hash, RemoteFile, open_partial, try_lock};

/// The part of the cache that belongs to one repository.
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

    /// Return the folder with the files of a commit.
    pub(super) fn snapshot(&self, commit: &str) -> PathBuf {
        self.folder.join("snapshots").join(commit)
    }

    pub(super) fn has(&self, commit: &str, file: &str) -> bool {
        self.snapshot(commit).join(file).is_file()
    }

    /// Return the commit that a revision had when the Hub was last asked.
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
        Ok(write(&self.folder.join("refs").join(revision), commit)?)
    }

    /// Whether a commit is known not to have a file.
    pub(super) fn is_absent(&self, commit: &str, file: &str) -> bool {
        self.absence(commit, file).is_file()
    }

    pub(super) fn mark_absent(&self, commit: &str, file: &str) -> Result<(), HubError> {
        Ok(write(&self.absence(commit, file), "")?)
    }

    fn absence(&self, commit: &str, file: &str) -> PathBuf {
        self.folder.join(".no_exist").join(commit).join(file)
    }

    /// Download a file into the snapshot of its commit. A partial download is continued.
    ///
    /// Other processes, Python's among them, cannot download the same content at the same time.
    pub(super) fn download(
        &self,
        client: &Client,
        name: &str,
        remote: &RemoteModelFile,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), HubError> {
        let hash = &remote.hash;
        let blob = self.folder.join("blobs").join(hash);
        if !blob.is_file() {
            let lock = open_partial(&self.locks.join(format!("{hash}.lock")))?;
            if !try_lock(&lock) {
                progress(Progress {
                    step: Step::Waiting,
                    file: name,
                    done: 0,
                    total: 0,
                });
                lock.lock()?;
            }
            // Another process may have downloaded it while this one waited.
            if !blob.is_file() {
                let file = RemoteFile {
                    name,
                    url: &remote.url,
                    size: remote.size,
                    // The Hub has a SHA-256 for large files only; for small ones it tells git's
                    // hash.
                    hash: Some(match hash.len() {
                        64 => Hash::Sha256(hash),
                        _ => Hash::Git(hash),
                    }),
                };
                let path = blob.with_file_name(format!("{hash}.incomplete"));
                let mut part = open_partial(&path)?;
                file.download(client, &mut part, progress)?;
                part.sync_all()?;
                fs::rename(&path, &blob)?;
            }
        }
        Ok(self.link(&blob, hash, &self.snapshot(&remote.commit).join(name))?)
    }

    /// Make a content a file of a snapshot.
    fn link(&self, blob: &Path, hash: &str, path: &Path) -> io::Result<()> {
        create_parent(path)?;
        match link_to_blob(blob, hash, path) {
            // Another process was faster.
            Err(_) if path.is_file() => Ok(()),
            // The link is there, but its target was removed.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                fs::remove_file(path)?;
                link_to_blob(blob, hash, path)
            }
            linked => linked,
        }
    }
}

#[cfg(unix)]
fn link_to_blob(_blob: &Path, hash: &str, link: &Path) -> io::Result<()> {
    fs::os::unix::fs::symlink(format!("../../blobs/{hash}"), link)
}

/// Link without a symbolic link, which needs a privilege on Windows.
#[cfg(not(unix))]
fn link_to_blob(blob: &Path, _hash: &str, link: &Path) -> io::Result<()> {
    fs::hard_link(blob, link)
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    create_parent(path)?;
    fs::write(path, text)
}

fn create_parent(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(Path::new("")))
}

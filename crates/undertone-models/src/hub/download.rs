//! Bringing a file into the cache and checking it.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::cache::{RepositoryCache, create_parent};
use super::client::{Answer, Client, RemoteFile};
use super::{HubError, Progress};

const BUFFER: usize = 64 * 1024;

/// Brings a file into the snapshot of its commit. What an interrupted call left is gone on with.
pub(super) fn bring(
    client: &Client<'_>,
    cache: &RepositoryCache,
    file: &str,
    remote: &RemoteFile,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<(), HubError> {
    let blob = cache.blob(&remote.hash);
    if !blob.is_file() {
        let _lock = cache.lock(&remote.hash, file, progress)?;
        // Another process may have brought it while this one waited.
        if !blob.is_file() {
            Transfer {
                client,
                file,
                remote,
            }
            .run(&blob, progress)?;
        }
    }
    cache.link(&remote.hash, &remote.commit, file)
}

struct Transfer<'a> {
    client: &'a Client<'a>,
    file: &'a str,
    remote: &'a RemoteFile,
}

impl Transfer<'_> {
    /// If the content is wrong although it has the right size, and began with what an earlier
    /// call had left, that beginning is distrusted and everything is downloaded once more.
    fn run(&self, blob: &Path, progress: &mut dyn FnMut(Progress<'_>)) -> Result<(), HubError> {
        let path = &blob.with_file_name(format!("{}.incomplete", self.remote.hash));
        create_parent(path)?;
        let mut part = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(HubError::io("open the download", path))?;
        let was_resumed = self.complete(&mut part, path, progress)?;
        let mut checked = self.check(&mut part, path, progress)?;
        if checked.is_err() && was_resumed {
            truncate(&mut part, path)?;
            self.complete(&mut part, path, progress)?;
            checked = self.check(&mut part, path, progress)?;
        }
        if let Err(found) = checked {
            fs::remove_file(path).map_err(HubError::io("remove the wrong download", path))?;
            return Err(HubError::WrongHash {
                url: self.remote.url.clone(),
                expected: self.remote.hash.clone(),
                found,
            });
        }
        part.sync_all()
            .and_then(|()| fs::rename(path, blob))
            .map_err(HubError::io("keep the download", blob))
    }

    /// Downloads what lacks. Whether bytes that were there already were made use of.
    fn complete(
        &self,
        part: &mut File,
        path: &Path,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<bool, HubError> {
        let total = self.remote.size;
        let mut have = part
            .metadata()
            .map_err(HubError::io("look at the download", path))?
            .len();
        if have > total {
            truncate(part, path)?;
            have = 0;
        }
        if have == total {
            return Ok(have > 0);
        }
        let Answer { start, mut body } = self.client.bytes(self.remote, self.file, have)?;
        if start == 0 {
            truncate(part, path)?;
        }
        part.seek(SeekFrom::Start(start))
            .map_err(HubError::io("write the download", path))?;
        let mut done = start;
        let mut buffer = vec![0; BUFFER];
        while done < total {
            progress(Progress::Downloading {
                file: self.file,
                done,
                total,
            });
            let interrupted = |reason: String| HubError::Interrupted {
                url: self.remote.url.clone(),
                done,
                total,
                reason,
            };
            let count = match body.read(&mut buffer) {
                Ok(0) => return Err(interrupted("the connection was closed".to_owned())),
                Ok(count) => count,
                Err(error) => return Err(interrupted(error.to_string())),
            };
            let found = done + count as u64;
            if found > total {
                truncate(part, path)?;
                return Err(HubError::WrongSize {
                    url: self.remote.url.clone(),
                    expected: total,
                    found,
                });
            }
            part.write_all(&buffer[..count])
                .map_err(HubError::io("write the download", path))?;
            done = found;
        }
        progress(Progress::Downloading {
            file: self.file,
            done,
            total,
        });
        Ok(start > 0)
    }

    /// Compares the SHA-256 of a large file; the wrong one if it differs. Of other files the Hub
    /// tells git's hash, and their size has to do.
    fn check(
        &self,
        part: &mut File,
        path: &Path,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Result<(), String>, HubError> {
        let expected = &self.remote.hash;
        if expected.len() != 64 {
            return Ok(Ok(()));
        }
        part.rewind()
            .map_err(HubError::io("read the download", path))?;
        let mut hasher = Sha256::new();
        let mut buffer = vec![0; BUFFER];
        let mut done = 0;
        loop {
            let count = part
                .read(&mut buffer)
                .map_err(HubError::io("read the download", path))?;
            if count == 0 {
                break;
            }
            hasher.update(&buffer[..count]);
            done += count as u64;
            progress(Progress::Checking {
                file: self.file,
                done,
                total: self.remote.size,
            });
        }
        let found: String = hasher
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        if found.eq_ignore_ascii_case(expected) {
            Ok(Ok(()))
        } else {
            Ok(Err(found))
        }
    }
}

fn truncate(part: &mut File, path: &Path) -> Result<(), HubError> {
    part.set_len(0)
        .map_err(HubError::io("write the download", path))
}

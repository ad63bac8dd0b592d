//! Models from the Hugging Face Hub, by way of the cache on disk that Python's `huggingface_hub`
//! uses too: what one has downloaded the other finds.
//!
//! The crate `hf-hub` was looked at first. Version 0.5 (blocking, on `ureq`) knows no offline
//! mode, checks no hash, and reports a gated repository, a missing file and a dead network alike;
//! version 1.0 brings `reqwest` and `tokio`, a second HTTP stack for this program. The protocol
//! that is needed here is small: a `HEAD` request that tells a file's commit, hash and size, and a
//! `GET` request for the bytes.

mod cache;
mod client;
mod download;
mod error;
mod settings;
mod source;

use std::path::PathBuf;

use cache::RepositoryCache;
use client::Client;
pub use error::HubError;
pub use settings::Hub;
pub use source::{ModelSource, ParseSourceError};

use crate::checkpoint::{WEIGHT_FILES, weight_map};
use crate::{CARD_FILE, CONFIG_FILE, PREPROCESSOR_FILE};

const MAIN: &str = "main";
/// What a repository may lack.
const OPTIONAL_FILES: [&str; 2] = [PREPROCESSOR_FILE, CARD_FILE];

/// How far the download of a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress<'a> {
    /// Another process downloads the file; it is waited for.
    Waiting {
        /// The file's name in the repository.
        file: &'a str,
    },
    /// Bytes that have arrived, those of an earlier call included.
    Downloading {
        /// The file's name in the repository.
        file: &'a str,
        /// So far.
        done: u64,
        /// In all.
        total: u64,
    },
    /// Bytes whose hash has been taken.
    Checking {
        /// The file's name in the repository.
        file: &'a str,
        /// So far.
        done: u64,
        /// In all.
        total: u64,
    },
}

/// A folder with a model's files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The folder: `config.json`, the weights and, where there are any, `preprocessor_config.json` and
    /// `README.md`.
    pub folder: PathBuf,
    /// The source with the commit in place of a branch or tag, which gives the same files always.
    pub pinned: ModelSource,
    /// Why the Hub could not be asked whether the branch or tag has moved on since the files were
    /// downloaded; `None` if it was asked, or there was no need to.
    pub unchecked: Option<String>,
}

impl Hub {
    /// Brings a model's configuration, card and weights onto this machine, if they are not there.
    ///
    /// Of the weights the first in the order of [`Checkpoint::open`](crate::Checkpoint::open) are
    /// taken. `progress` is called often; draw sparingly.
    ///
    /// # Errors
    /// See [`HubError`]; each says what to do about it.
    pub fn resolve(
        &self,
        source: &ModelSource,
        mut progress: impl FnMut(Progress<'_>),
    ) -> Result<Snapshot, HubError> {
        match source {
            ModelSource::Folder(folder) if folder.is_dir() => Ok(Snapshot {
                folder: folder.clone(),
                pinned: source.clone(),
                unchecked: None,
            }),
            ModelSource::Folder(folder) => Err(HubError::NoFolder(folder.clone())),
            ModelSource::Hub {
                repository,
                revision,
            } => Download {
                hub: self,
                client: Client::new(self, repository),
                cache: RepositoryCache::new(&self.cache, repository),
                repository,
                revision: revision.as_deref().unwrap_or(MAIN),
            }
            .run(&mut progress),
        }
    }
}

struct Download<'a> {
    hub: &'a Hub,
    client: Client<'a>,
    cache: RepositoryCache,
    repository: &'a str,
    revision: &'a str,
}

impl Download<'_> {
    fn run(&self, progress: &mut dyn FnMut(Progress<'_>)) -> Result<Snapshot, HubError> {
        if self.hub.offline {
            return self.cached();
        }
        if is_commit(self.revision) && self.is_complete(self.revision)? {
            return Ok(self.snapshot(self.revision, None));
        }
        let config = match self.client.look_up(self.revision, CONFIG_FILE) {
            Ok(config) => config,
            Err(error) if error.is_about_reaching_it() => {
                return match self.cached() {
                    Ok(snapshot) => Ok(Snapshot {
                        unchecked: Some(error.to_string()),
                        ..snapshot
                    }),
                    Err(_) => Err(error),
                };
            }
            Err(error) => return Err(error),
        };
        let commit = &config.commit;
        if !self.cache.has(commit, CONFIG_FILE) {
            download::bring(&self.client, &self.cache, CONFIG_FILE, &config, progress)?;
        }
        if !self.is_complete(commit)? {
            for file in OPTIONAL_FILES {
                if !self.bring(commit, file, progress)? {
                    self.cache.mark_absent(commit, file)?;
                }
            }
            self.bring_weights(commit, progress)?;
        }
        self.cache.remember_commit(self.revision, commit)?;
        Ok(self.snapshot(commit, None))
    }

    fn cached(&self) -> Result<Snapshot, HubError> {
        let not_cached = |missing: String| HubError::NotCached {
            repository: self.repository.to_owned(),
            revision: self.revision.to_owned(),
            cache: self.hub.cache.clone(),
            missing,
        };
        let commit = self
            .cache
            .commit_of(self.revision)
            .ok_or_else(|| not_cached("the revision".to_owned()))?;
        match self.missing(&commit)? {
            None => Ok(self.snapshot(&commit, None)),
            Some(file) => Err(not_cached(file)),
        }
    }

    fn snapshot(&self, commit: &str, unchecked: Option<String>) -> Snapshot {
        Snapshot {
            folder: self.cache.snapshot(commit),
            pinned: ModelSource::Hub {
                repository: self.repository.to_owned(),
                revision: Some(commit.to_owned()),
            },
            unchecked,
        }
    }

    /// Whether nothing need be asked of the Hub any more. Python may have cached a model without
    /// its preprocessor's configuration or its card.
    fn is_complete(&self, commit: &str) -> Result<bool, HubError> {
        let is_known = |file| self.cache.has(commit, file) || self.cache.is_absent(commit, file);
        Ok(OPTIONAL_FILES.into_iter().all(is_known) && self.missing(commit)?.is_none())
    }

    /// The first file that a cached snapshot lacks.
    fn missing(&self, commit: &str) -> Result<Option<String>, HubError> {
        if !self.cache.has(commit, CONFIG_FILE) {
            return Ok(Some(CONFIG_FILE.to_owned()));
        }
        let Some(weights) = WEIGHT_FILES
            .into_iter()
            .find(|file| self.cache.has(commit, file))
        else {
            return Ok(Some(WEIGHT_FILES[0].to_owned()));
        };
        let mut shards = self.shards(commit, weights)?.into_iter();
        Ok(shards.find(|shard| !self.cache.has(commit, shard)))
    }

    /// The shards that a cached file of weights speaks of.
    fn shards(&self, commit: &str, weights: &str) -> Result<Vec<String>, HubError> {
        if !weights.ends_with(".json") {
            return Ok(Vec::new());
        }
        let index = self.cache.snapshot(commit).join(weights);
        let mut shards: Vec<String> = weight_map(&index)?.into_values().collect();
        shards.sort();
        shards.dedup();
        Ok(shards)
    }

    fn bring_weights(
        &self,
        commit: &str,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), HubError> {
        for weights in WEIGHT_FILES {
            if !self.bring(commit, weights, progress)? {
                continue;
            }
            for shard in self.shards(commit, weights)? {
                if !self.bring(commit, &shard, progress)? {
                    return Err(HubError::NoFile {
                        repository: self.repository.to_owned(),
                        revision: commit.to_owned(),
                        file: shard,
                    });
                }
            }
            return Ok(());
        }
        Err(HubError::NoWeights {
            repository: self.repository.to_owned(),
            revision: commit.to_owned(),
        })
    }

    /// Whether the repository has the file, which lies in the snapshot then.
    fn bring(
        &self,
        commit: &str,
        file: &str,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<bool, HubError> {
        if self.cache.has(commit, file) {
            return Ok(true);
        }
        match self.client.look_up(commit, file) {
            Ok(remote) => {
                download::bring(&self.client, &self.cache, file, &remote, progress)?;
                Ok(true)
            }
            Err(HubError::NoFile { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// Whether a revision is a full commit hash, whose files never change.
fn is_commit(revision: &str) -> bool {
    revision.len() == 40 && revision.bytes().all(|byte| byte.is_ascii_hexdigit())
}

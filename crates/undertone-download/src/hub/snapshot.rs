//! Fetching a model: what the cache has, and what the Hub must be asked for.

use std::collections::BTreeSet;
use std::path::PathBuf;

use fs_err as fs;

use super::cache::RepositoryCache;
use super::error::HubError;
use super::layout::{FUNASR, FileLayout, TRANSFORMERS, is_index, shards};
use super::remote::{RemoteModelFile, RemoteRepository};
use super::repository::{Repository, is_commit};
use super::settings::Hub;
use crate::progress::Progress;

/// A folder with a model's files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The folder with `config.json`, the weights and, if the repository has them,
    /// `preprocessor_config.json` and `README.md`. A model of FunASR has `config.yaml`, `model.pt`
    /// and, if the repository has them, `configuration.json`, `tokens.txt` and `README.md`.
    pub folder: PathBuf,
    /// The commit of the files. As a revision it always gives the same files.
    pub commit: String,
    /// Why the Hub could not be asked for the current commit of the branch or tag; `None` if it was
    /// asked, or if that was not necessary.
    pub unchecked: Option<String>,
}

impl Hub {
    /// Download a model's configuration, card and weights, unless the cache has them.
    ///
    /// Of several files of weights, the first one is taken of `model.safetensors`, its index with
    /// shards, `pytorch_model.bin`, its index with shards. `progress` is called often: draw rarely.
    ///
    /// # Errors
    /// See [`HubError`]. Each message says what to do.
    pub fn fetch(
        &self,
        repository: &Repository,
        mut progress: impl FnMut(Progress<'_>),
    ) -> Result<Snapshot, HubError> {
        let cache = RepositoryCache::new(&self.cache, repository.name());
        if self.offline {
            return self.cached(repository, &cache);
        }
        let revision = repository.revision();
        if is_commit(revision) && is_complete(&cache, revision)? {
            return Ok(snapshot(&cache, revision));
        }
        let remote = RemoteRepository::new(self, repository.name());
        let mut layout = &TRANSFORMERS;
        let config = match remote.look_up(revision, layout.config) {
            Err(error) if error.is_about_reaching_it() => {
                return match self.cached(repository, &cache) {
                    Ok(snapshot) => Ok(Snapshot {
                        unchecked: Some(error.to_string()),
                        ..snapshot
                    }),
                    Err(_) => Err(error),
                };
            }
            Err(error @ HubError::NoFile { .. }) => {
                layout = &FUNASR;
                remote.look_up(revision, layout.config).map_err(|_| error)?
            }
            config => config?,
        };
        Download {
            layout,
            remote: &remote,
            cache: &cache,
            repository: repository.name(),
            commit: &config.commit,
        }
        .run(&config, &mut progress)?;
        cache.remember_commit(revision, &config.commit)?;
        Ok(snapshot(&cache, &config.commit))
    }

    /// Return the snapshot in the cache.
    fn cached(
        &self,
        repository: &Repository,
        cache: &RepositoryCache,
    ) -> Result<Snapshot, HubError> {
        let not_cached = |missing: String| HubError::NotCached {
            repository: repository.name().to_owned(),
            revision: repository.revision().to_owned(),
            cache: self.cache.clone(),
            missing,
        };
        let commit = cache
            .commit_of(repository.revision())
            .ok_or_else(|| not_cached("the revision".to_owned()))?;
        match missing(cache, &commit)? {
            None => Ok(snapshot(cache, &commit)),
            Some(file) => Err(not_cached(file)),
        }
    }
}

fn snapshot(cache: &RepositoryCache, commit: &str) -> Snapshot {
    Snapshot {
        folder: cache.snapshot(commit),
        commit: commit.to_owned(),
        unchecked: None,
    }
}

/// Return the layout of a cached snapshot.
fn cached_layout(cache: &RepositoryCache, commit: &str) -> &'static FileLayout {
    match cache.has(commit, FUNASR.config) && !cache.has(commit, TRANSFORMERS.config) {
        true => &FUNASR,
        false => &TRANSFORMERS,
    }
}

/// Whether the Hub need not be asked any more. Python may have cached a model without its
/// preprocessor's configuration or its card.
fn is_complete(cache: &RepositoryCache, commit: &str) -> Result<bool, HubError> {
    let is_known = |file: &&'static str| cache.has(commit, file) || cache.is_absent(commit, file);
    let mut optional = cached_layout(cache, commit).optional.iter();
    Ok(optional.all(is_known) && missing(cache, commit)?.is_none())
}

/// Return the first file that a cached snapshot lacks.
fn missing(cache: &RepositoryCache, commit: &str) -> Result<Option<String>, HubError> {
    let layout = cached_layout(cache, commit);
    if !cache.has(commit, layout.config) {
        return Ok(Some(layout.config.to_owned()));
    }
    let mut weights = layout.weights.iter().copied();
    let Some(weights) = weights.find(|file| cache.has(commit, file)) else {
        return Ok(layout.weights.first().map(|file| (*file).to_owned()));
    };
    let mut shards = cached_shards(cache, commit, weights)?.into_iter();
    Ok(shards.find(|shard| !cache.has(commit, shard)))
}

/// Return the shards that a cached file of weights names.
fn cached_shards(
    cache: &RepositoryCache,
    commit: &str,
    weights: &str,
) -> Result<BTreeSet<String>, HubError> {
    if !is_index(weights) {
        return Ok(BTreeSet::new());
    }
    let path = cache.snapshot(commit).join(weights);
    shards(&fs::read(&path)?).map_err(|reason| HubError::Index { path, reason })
}

/// The download of the files of one commit.
struct Download<'a> {
    layout: &'static FileLayout,
    remote: &'a RemoteRepository<'a>,
    cache: &'a RepositoryCache,
    /// `owner/name`.
    repository: &'a str,
    commit: &'a str,
}

impl Download<'_> {
    fn run(
        &self,
        config: &RemoteModelFile,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), HubError> {
        let name = self.layout.config;
        if !self.cache.has(self.commit, name) {
            let client = &self.remote.client;
            self.cache.download(client, name, config, progress)?;
        }
        if is_complete(self.cache, self.commit)? {
            return Ok(());
        }
        for file in self.layout.optional {
            if !self.file(file, progress)? {
                self.cache.mark_absent(self.commit, file)?;
            }
        }
        self.weights(progress)
    }

    fn weights(&self, progress: &mut dyn FnMut(Progress<'_>)) -> Result<(), HubError> {
        for weights in self.layout.weights {
            if !self.file(weights, progress)? {
                continue;
            }
            for shard in cached_shards(self.cache, self.commit, weights)? {
                if !self.file(&shard, progress)? {
                    return Err(HubError::NoFile {
                        repository: self.repository.to_owned(),
                        revision: self.commit.to_owned(),
                        file: shard,
                    });
                }
            }
            return Ok(());
        }
        Err(HubError::NoWeights {
            repository: self.repository.to_owned(),
            revision: self.commit.to_owned(),
        })
    }

    /// Download a file unless the cache has it, and return whether the repository has it.
    fn file(&self, name: &str, progress: &mut dyn FnMut(Progress<'_>)) -> Result<bool, HubError> {
        if self.cache.has(self.commit, name) {
            return Ok(true);
        }
        match self.remote.look_up(self.commit, name) {
            Ok(remote) => {
                let client = &self.remote.client;
                self.cache.download(client, name, &remote, progress)?;
                Ok(true)
            }
            Err(HubError::NoFile { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

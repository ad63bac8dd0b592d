//! A fake Hub, an empty cache, and a model.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use undertone_download::hub::{Hub, HubError, Repository, Snapshot};

use super::fake_hub::{Behavior, FakeHub, REPOSITORY};

pub(crate) const CONFIG: (&str, &[u8]) = ("config.json", b"{\"model_type\": \"wav2vec2\"}");
pub(crate) const PREPROCESSOR: (&str, &[u8]) = ("preprocessor_config.json", b"{}");

pub(crate) fn noise(length: u32) -> Vec<u8> {
    (0..length)
        .map(|index| (index.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect()
}

pub(crate) const CARD: (&str, &[u8]) = ("README.md", b"# A card\n");

/// The usual four files.
pub(crate) fn model() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        (CONFIG.0, CONFIG.1.to_vec()),
        (PREPROCESSOR.0, PREPROCESSOR.1.to_vec()),
        (CARD.0, CARD.1.to_vec()),
        ("model.safetensors", noise(200_000)),
    ]
}

pub(crate) struct Setup {
    pub(crate) fake: FakeHub,
    pub(crate) hub: Hub,
    _folder: TempDir,
}

impl Setup {
    pub(crate) fn new(files: &[(&'static str, Vec<u8>)], behavior: Behavior) -> Self {
        let fake = FakeHub::start(files, behavior);
        let folder = tempfile::tempdir().unwrap();
        let hub = Hub {
            endpoint: fake.hub.url(),
            cache: folder.path().join("hub"),
            token: None,
            offline: false,
        };
        Self {
            fake,
            hub,
            _folder: folder,
        }
    }

    pub(crate) fn fetch(&self, repository: &str) -> Result<Snapshot, HubError> {
        self.hub.fetch(&repository.parse().unwrap(), |_| {})
    }

    #[track_caller]
    pub(crate) fn refusal(&self, repository: &str, words: &[&str]) -> HubError {
        let error = self.fetch(repository).unwrap_err();
        let message = error.to_string();
        for word in words {
            assert!(message.contains(word), "{message:?} lacks {word:?}");
        }
        error
    }

    pub(crate) fn offline(&self) -> Hub {
        Hub {
            offline: true,
            endpoint: "http://127.0.0.1:9".to_owned(),
            ..self.hub.clone()
        }
    }

    /// The repository's folder in the cache.
    pub(crate) fn cached(&self) -> PathBuf {
        self.hub.cache.join("models--owner--name")
    }
}

pub(crate) fn repository() -> Repository {
    REPOSITORY.parse().unwrap()
}

#[track_caller]
pub(crate) fn assert_holds(folder: &Path, files: &[(&'static str, Vec<u8>)]) {
    for (name, content) in files {
        assert!(fs::read(folder.join(name)).unwrap() == *content, "{name}");
    }
}

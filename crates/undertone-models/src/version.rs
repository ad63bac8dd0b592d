//! The version of a model: it differs after each training.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::adaptation::AdaptationConfig;
use crate::model::{CONFIG_FILE, FilesInMemory};

/// The digits of a version.
const DIGITS: usize = 12;
/// The endings of files of weights.
const WEIGHTS: [&str; 3] = ["safetensors", "bin", "pt"];
/// The files of a configuration: ours, and those of FunASR.
const CONFIGS: [&str; 3] = [CONFIG_FILE, "config.yaml", "tokens.txt"];

/// Where a model was read from.
#[derive(Debug, Clone)]
pub(crate) enum Origin {
    /// It was made in memory.
    Memory,
    /// Files in memory.
    Files(FilesInMemory),
    /// A folder.
    Folder(PathBuf),
}

impl Origin {
    /// Return the name of the folder, or nothing.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Folder(folder) => folder
                .canonicalize()
                .ok()
                .and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
                .unwrap_or_default(),
            _ => String::new(),
        }
    }

    /// Return the first digits of the fingerprint that binds profiles of voices to a model, or of a
    /// hash of its files (BLAKE3) if it does not adapt. `None` if they cannot be read.
    pub(crate) fn version(&self, adaptation: Option<&AdaptationConfig>) -> Option<String> {
        if let Some(adaptation) = adaptation {
            return Some(shortened(&adaptation.fingerprint()));
        }
        let mut hasher = blake3::Hasher::new();
        match self {
            Self::Memory => return None,
            Self::Files(files) => {
                for (_, bytes) in *files {
                    hasher.update(bytes);
                }
            }
            Self::Folder(folder) => hash(folder, &mut hasher).ok()?,
        }
        Some(shortened(hasher.finalize().to_hex().as_str()))
    }
}

/// Hash the configuration and the weights in the order of their names.
fn hash(folder: &Path, hasher: &mut blake3::Hasher) -> io::Result<()> {
    let entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    let mut paths: Vec<PathBuf> = entries.iter().map(fs::DirEntry::path).collect();
    let counts = |path: &PathBuf| {
        let extension = path.extension().unwrap_or_default();
        let name = path.file_name().unwrap_or_default();
        let is_config = CONFIGS.iter().any(|config| name == *config);
        is_config || WEIGHTS.iter().any(|ending| extension == *ending)
    };
    paths.retain(|path| counts(path) && path.is_file());
    paths.sort();
    for path in paths {
        hasher.update_reader(File::open(path)?)?;
    }
    Ok(())
}

fn shortened(digits: &str) -> String {
    digits.chars().take(DIGITS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_changes_with_the_weights_only() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, content: &str| fs::write(folder.path().join(name), content);
        write(CONFIG_FILE, "{}").unwrap();
        write("model.safetensors", "one").unwrap();
        let version = || {
            Origin::Folder(folder.path().to_owned())
                .version(None)
                .unwrap()
        };
        let first = version();
        assert_eq!(first.len(), DIGITS);
        write("README.md", "a card").unwrap();
        assert_eq!(version(), first);
        write("model.safetensors", "two").unwrap();
        assert_ne!(version(), first);
        assert_eq!(Origin::Memory.version(None), None);
    }
}

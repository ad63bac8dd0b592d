//! Settings from the environment variables that Python's `huggingface_hub` reads.

use std::env;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use fs_err as fs;

/// The Hugging Face Hub and its cache on this machine.
#[derive(Clone, PartialEq, Eq)]
pub struct Hub {
    /// The Hub's address, without a slash at the end.
    pub endpoint: String,
    /// The cache's folder.
    pub cache: PathBuf,
    /// The user's access token.
    pub token: Option<String>,
    /// Whether only the cache may be used.
    pub offline: bool,
}

impl Hub {
    /// Read the settings from this process's environment:
    /// `HF_ENDPOINT` (else `https://huggingface.co`), `HF_HUB_CACHE` (else `HF_HOME/hub`),
    /// `HF_TOKEN` (else the file `HF_TOKEN_PATH` or `HF_HOME/token`, which `hf auth login`
    /// writes), and `HF_HUB_OFFLINE`. `HF_HOME` is `~/.cache/huggingface` if not set.
    pub fn from_environment() -> Self {
        Self::from_variables(|name| env::var_os(name))
    }

    /// Read the settings from the variables that `variable` returns; see [`Hub::from_environment`].
    pub fn from_variables(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let path = |name| {
            let value = variable(name).filter(|value| !value.is_empty())?;
            Some(without_tilde(PathBuf::from(value)))
        };
        let text = |name| {
            let value = variable(name)?.to_string_lossy().trim().to_owned();
            Some(value).filter(|value| !value.is_empty())
        };
        let home = path("HF_HOME").unwrap_or_else(|| {
            path("XDG_CACHE_HOME")
                .unwrap_or_else(|| without_tilde("~/.cache".into()))
                .join("huggingface")
        });
        let token_file = path("HF_TOKEN_PATH").unwrap_or_else(|| home.join("token"));
        Self {
            endpoint: text("HF_ENDPOINT")
                .unwrap_or_else(|| "https://huggingface.co".to_owned())
                .trim_end_matches('/')
                .to_owned(),
            cache: path("HF_HUB_CACHE").unwrap_or_else(|| home.join("hub")),
            token: text("HF_TOKEN").or_else(|| token_in(&token_file)),
            offline: ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"]
                .iter()
                .any(|name| text(name).is_some_and(|value| is_true(&value))),
        }
    }
}

impl fmt::Debug for Hub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hub")
            .field("endpoint", &self.endpoint)
            .field("cache", &self.cache)
            .field("token", &self.token.as_ref().map(|_| "…"))
            .field("offline", &self.offline)
            .finish()
    }
}

fn token_in(file: &Path) -> Option<String> {
    let token = fs::read_to_string(file).ok()?.trim().to_owned();
    Some(token).filter(|token| !token.is_empty())
}

/// Expand `~/x` to a path in the user's home, as Python does with these variables.
fn without_tilde(path: PathBuf) -> PathBuf {
    match (path.strip_prefix("~"), env::home_dir()) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path,
    }
}

fn is_true(value: &str) -> bool {
    ["1", "ON", "YES", "TRUE"].contains(&value.to_ascii_uppercase().as_str())
}

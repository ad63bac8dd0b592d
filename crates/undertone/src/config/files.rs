//! Where the configuration is.

use std::env;
use std::path::{Path, PathBuf};

/// The name of a project's file.
const PROJECT: &str = "undertone.toml";
/// Names another file instead; if it is empty, no file is read.
const VARIABLE: &str = "UNDERTONE_CONFIG";

/// A file of settings that may exist.
#[derive(Debug, Clone)]
pub(crate) struct ConfigFile {
    pub(crate) path: PathBuf,
    /// Whether it must exist, because the user named it.
    pub(crate) is_required: bool,
}

impl ConfigFile {
    /// Return whether it can be read.
    pub(crate) fn exists(&self) -> bool {
        self.path.is_file()
    }
}

/// Return the files of settings, those of the user first. Settings of later ones win.
pub(crate) fn files() -> Vec<ConfigFile> {
    if let Some(path) = env::var_os(VARIABLE) {
        let named = (!path.is_empty()).then(|| ConfigFile {
            path: path.into(),
            is_required: true,
        });
        return named.into_iter().collect();
    }
    let of_project = env::current_dir().ok().map(|folder| project(&folder));
    let paths = user().into_iter().chain(of_project);
    let file = |path| ConfigFile {
        path,
        is_required: false,
    };
    paths.map(file).collect()
}

/// Return the file of the working folder, or of the nearest folder above it that has one. The
/// search ends at the root of a Git repository, and without one it does not begin: a folder above
/// may belong to somebody else.
fn project(folder: &Path) -> PathBuf {
    let own = folder.join(PROJECT);
    let root = folder
        .ancestors()
        .find(|folder| folder.join(".git").exists());
    let within = |folder: &&Path| root.is_some_and(|root| folder.starts_with(root));
    let mut above = folder.ancestors().take_while(within);
    let found = above.find_map(|folder| Some(folder.join(PROJECT)).filter(|path| path.is_file()));
    found.unwrap_or(own)
}

/// Return the user's file: in `$XDG_CONFIG_HOME`, else in `~/.config`, and on Windows in
/// `%APPDATA%`.
fn user() -> Option<PathBuf> {
    let folder = |name| env::var_os(name).filter(|value| !value.is_empty());
    let folder = match folder("XDG_CONFIG_HOME").map(PathBuf::from) {
        Some(folder) if folder.is_absolute() => folder,
        _ if cfg!(windows) => folder("APPDATA")?.into(),
        _ => env::home_dir()?.join(".config"),
    };
    Some(folder.join("undertone/config.toml"))
}

//! Where an experiment's files go.
//!
//! ```text
//! RUN/recipe.toml            the resolved recipe, every default written out
//! RUN/run.json               where, when and on what machine it was trained
//! RUN/encoder.blake3         which pretrained encoder, if there is one
//! RUN/report.{txt,json}      how good it is
//! RUN/report/                the page with its figures
//! RUN/model/                 the model, if the run trained exactly one
//! RUN/folds/NAME/            a fold:
//!     division.json          which clips were trained on, chosen by, judged by
//!     metrics.csv            a row an epoch
//!     checkpoints/last.safetensors, checkpoints/best/
//!     outcomes.json          every clip's probabilities; there once the fold is done
//! ```

use std::ffi::OsStr;
use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use undertone_files::{is_unfinished, write_atomically};

use crate::error::LabError;
use crate::recipe::Recipe;

/// The folder of one run. While it is open for training no other process can open it so.
#[derive(Debug)]
pub struct RunFolder {
    path: PathBuf,
    /// The system lets go of it when the process ends, however it ends.
    _lock: Option<File>,
}

const RECIPE: &str = "recipe.toml";
/// The fingerprint of the pretrained encoder.
const ENCODER: &str = "encoder.blake3";
const FOLDS: &str = "folds";
const LOCK: &str = ".lock";
/// The name of an unfinished recipe in earlier versions.
const UNFINISHED_RECIPE: &str = "recipe.toml.tmp";

impl RunFolder {
    /// Makes the folder for a new run, or with `resume` goes on with the one that is there.
    ///
    /// # Errors
    /// If the folder holds something and `resume` is off, holds another recipe's run, or another
    /// process is at work in it.
    pub fn open(path: &Path, recipe: &Recipe, resume: bool) -> Result<Self, LabError> {
        let mut folder = Self {
            path: path.to_owned(),
            _lock: None,
        };
        if !folder.recipe_path().is_file() && holds_foreign_files(path) {
            return Err(folder.refuse("is not empty and holds no run: choose another --out"));
        }
        fs::create_dir_all(path).map_err(|source| LabError::Io {
            path: path.to_owned(),
            source,
        })?;
        folder.lock()?;
        let text = recipe.to_toml()?;
        match fs::read_to_string(folder.recipe_path()) {
            Ok(found) if resume && found == text => Ok(folder),
            Ok(_) if resume => Err(folder.refuse(
                "holds a run of another recipe (see its recipe.toml): resume with the same \
                 recipe and --set options, or choose another --out",
            )),
            Ok(_) => {
                Err(folder.refuse("holds a run: go on with --resume, or choose another --out"))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                write(&folder.recipe_path(), text.as_bytes())?;
                Ok(folder)
            }
            Err(source) => Err(LabError::Io {
                path: folder.recipe_path(),
                source,
            }),
        }
    }

    fn lock(&mut self) -> Result<(), LabError> {
        let path = self.path.join(LOCK);
        let file = File::create(&path).map_err(|source| LabError::Io { path, source })?;
        match file.try_lock() {
            Ok(()) => self._lock = Some(file),
            Err(TryLockError::WouldBlock) => {
                return Err(self.refuse("another process is at work in this run"));
            }
            // A file system without locks is no reason not to work.
            Err(TryLockError::Error(_)) => {}
        }
        Ok(())
    }

    /// A finished or unfinished run.
    ///
    /// # Errors
    /// If the folder holds no run.
    pub fn existing(path: &Path) -> Result<(Self, Recipe), LabError> {
        let folder = Self {
            path: path.to_owned(),
            _lock: None,
        };
        if !folder.recipe_path().is_file() {
            return Err(folder.refuse("holds no run (no recipe.toml in it)"));
        }
        let recipe = Recipe::load(&folder.recipe_path(), &[])?;
        Ok((folder, recipe))
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The resolved recipe.
    pub fn recipe_path(&self) -> PathBuf {
        self.path.join(RECIPE)
    }

    /// The report for people.
    pub fn report_path(&self) -> PathBuf {
        self.path.join("report.txt")
    }

    /// The report for programs.
    pub fn report_json_path(&self) -> PathBuf {
        self.path.join("report.json")
    }

    /// The model that the run left.
    pub fn model_path(&self) -> PathBuf {
        self.path.join("model")
    }

    /// Notes the fingerprint of the encoder that a run begins with; where it was noted before,
    /// refuses another.
    pub(crate) fn began_with(&self, encoder: &str) -> Result<(), LabError> {
        let path = self.path.join(ENCODER);
        if !path.is_file() {
            return write(&path, encoder.as_bytes());
        }
        if read(&path)? == encoder.as_bytes() {
            return Ok(());
        }
        Err(self.refuse(
            "began with another encoder than the one found now (its weights or its config.json \
             changed): bring that back, or choose another --out",
        ))
    }

    /// Where, when and on what machine the run was trained.
    pub(crate) fn log_path(&self) -> PathBuf {
        self.path.join("run.json")
    }

    /// The folders of the folds that were begun, by name.
    pub(crate) fn begun_folds(&self) -> Vec<(String, PathBuf)> {
        let entries = fs::read_dir(self.path.join(FOLDS))
            .into_iter()
            .flatten()
            .flatten();
        entries
            .filter(|entry| entry.path().is_dir())
            .map(|entry| {
                (
                    entry.file_name().to_string_lossy().into_owned(),
                    entry.path(),
                )
            })
            .collect()
    }

    /// A fold's folder, made where it is missing.
    pub(crate) fn fold(&self, name: &str) -> Result<PathBuf, LabError> {
        let path = self.path.join(FOLDS).join(name);
        let checkpoints = path.join("checkpoints");
        fs::create_dir_all(&checkpoints).map_err(|source| LabError::Io {
            path: checkpoints,
            source,
        })?;
        Ok(path)
    }

    fn refuse(&self, message: &str) -> LabError {
        LabError::RunFolder {
            path: self.path.clone(),
            message: message.to_owned(),
        }
    }
}

fn holds_foreign_files(path: &Path) -> bool {
    let own = [LOCK, UNFINISHED_RECIPE];
    let is_own = |name: &OsStr| is_unfinished(name) || own.iter().any(|own| name == *own);
    fs::read_dir(path)
        .is_ok_and(|entries| entries.flatten().any(|entry| !is_own(&entry.file_name())))
}

/// Writes a file, whole or not at all.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), LabError> {
    write_atomically(path, bytes).map_err(|source| LabError::Io {
        path: path.to_owned(),
        source,
    })
}

/// Reads a file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, LabError> {
    fs::read(path).map_err(|source| LabError::Io {
        path: path.to_owned(),
        source,
    })
}

/// A value as JSON text.
pub(crate) fn to_json<T: Serialize>(value: &T) -> Result<Vec<u8>, LabError> {
    let mut text = serde_json::to_vec_pretty(value)?;
    text.push(b'\n');
    Ok(text)
}

/// Writes a value as JSON.
pub(crate) fn write_json<T: Serialize>(path: &Path, value: &T) -> Result<(), LabError> {
    write(path, &to_json(value)?)
}

/// Reads a value from JSON; `None` where there is no such file.
pub(crate) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, LabError> {
    if !path.exists() {
        return Ok(None);
    }
    serde_json::from_slice(&read(path)?)
        .map(Some)
        .map_err(|error| LabError::Damaged {
            path: path.to_owned(),
            message: error.to_string(),
        })
}

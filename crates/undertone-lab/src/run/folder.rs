//! The folder of one run.
//!
//! ```text
//! RUN/recipe.toml            the resolved recipe with all defaults
//! RUN/run.json               where, when and on what machine it was trained
//! RUN/encoder.blake3         which pretrained encoders, if there are any
//! RUN/report.{txt,json}      its scores
//! RUN/report/                the report page with its figures
//! RUN/model/                 the model, if the run trained exactly one
//! RUN/folds/NAME/            one fold:
//!     division.json          its training, validation and test clips
//!     metrics.csv            one row per epoch
//!     checkpoints/last.safetensors, checkpoints/best/
//!     outcomes.json          the predictions of all clips, written when the fold is finished
//! ```

use std::ffi::OsStr;
use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use fs_err as fs;
use undertone_files::{is_unfinished, list_files, remove_abandoned};
use undertone_metrics::{Report, SetText};

use super::files::{read, read_json, write, write_json};
use super::fold_folder::{DIVISION, FoldFolder};
use super::log::RunLog;
use crate::error::LabError;
use crate::prepare::FINGERPRINT;
use crate::recipe::Recipe;

/// The folder of one run. Only one process at a time can open it for training.
#[derive(Debug)]
pub struct RunFolder {
    path: PathBuf,
    /// The system releases the lock when the process ends.
    _lock: Option<File>,
    /// What this value made, if the run is new.
    made: Option<Made>,
}

/// What a new run made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Made {
    Files,
    FilesAndFolder,
}

const RECIPE: &str = "recipe.toml";
/// The file with the fingerprints of the pretrained encoders.
const ENCODER: &str = "encoder.blake3";
const FOLDS: &str = "folds";
const LOG: &str = "run.json";
/// The files of a run that are written before it trains, beside the divisions of its folds.
const OF_START: [&str; 4] = [LOCK, RECIPE, ENCODER, LOG];
const LOCK: &str = ".lock";
/// The name of an unfinished recipe in earlier versions.
const UNFINISHED_RECIPE: &str = "recipe.toml.tmp";

impl RunFolder {
    /// Make the folder of a new run, or with `resume` open the one that exists.
    ///
    /// # Errors
    /// If the folder is not empty and `resume` is off, it holds a run of another recipe, or another
    /// process uses it.
    pub fn open(path: &Path, recipe: &Recipe, resume: bool) -> Result<Self, LabError> {
        let mut folder = Self {
            path: path.to_owned(),
            _lock: None,
            made: None,
        };
        if !folder.recipe_path().is_file() && holds_foreign_files(path) {
            return Err(folder.refuse("is not empty and holds no run: choose another --out"));
        }
        let made = match path.exists() {
            true => Made::Files,
            false => Made::FilesAndFolder,
        };
        fs::create_dir_all(path)?;
        folder.lock()?;
        remove_abandoned(path);
        remove_abandoned(&folder.model_path());
        let text = recipe.to_toml()?;
        match fs::read_to_string(folder.recipe_path()) {
            Ok(found) if resume && experiment_of(&found) == experiment_of(&text) => Ok(folder),
            Ok(_) if resume => Err(folder.refuse(
                "holds a run of another recipe (see its recipe.toml): resume with the same \
                 recipe and --set options, or choose another --out",
            )),
            Ok(_) => {
                Err(folder
                    .refuse("holds a run: add --resume to continue it, or choose another --out"))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                folder.made = Some(made);
                write(&folder.recipe_path(), text.as_bytes())?;
                Ok(folder)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Return whether a run has begun to train: it holds more than a start writes.
    fn is_begun(&self) -> bool {
        let is_of_start = |file: &String| {
            OF_START.contains(&file.as_str()) || file.ends_with(&format!("/{DIVISION}"))
        };
        match list_files(&self.path) {
            Ok(files) => !files.iter().all(is_of_start),
            Err(_) => true,
        }
    }

    fn lock(&mut self) -> Result<(), LabError> {
        let path = self.path.join(LOCK);
        let file = fs::File::create(path)?.into_file();
        match file.try_lock() {
            Ok(()) => self._lock = Some(file),
            Err(TryLockError::WouldBlock) => {
                return Err(self.refuse("another process uses this run"));
            }
            // Some file systems have no locks. Work without one there.
            Err(TryLockError::Error(_)) => {}
        }
        Ok(())
    }

    /// Open a finished or unfinished run for reading.
    ///
    /// # Errors
    /// If the folder holds no run.
    pub fn existing(path: &Path) -> Result<(Self, Recipe), LabError> {
        let folder = Self {
            path: path.to_owned(),
            _lock: None,
            made: None,
        };
        if !folder.recipe_path().is_file() {
            return Err(folder.refuse("holds no run (no recipe.toml in it)"));
        }
        let recipe = Recipe::load(&folder.recipe_path(), &[])?;
        Ok((folder, recipe))
    }

    /// Return the path of the folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn recipe_path(&self) -> PathBuf {
        self.path.join(RECIPE)
    }

    /// Return the path of the report as text.
    pub fn report_path(&self) -> PathBuf {
        self.path.join("report.txt")
    }

    /// Return the path of the report as JSON.
    pub fn report_json_path(&self) -> PathBuf {
        self.path.join("report.json")
    }

    /// Return the folder of the run's model.
    pub fn model_path(&self) -> PathBuf {
        self.path.join("model")
    }

    /// Return the clips that the run trained on or validated with, relative to its corpus. `None`
    /// unless the run has exactly one fold, because only then its model has one training set.
    ///
    /// # Errors
    /// If the split of the fold cannot be read.
    pub fn training_clips(&self) -> Result<Option<Vec<String>>, LabError> {
        match &self.begun_folds()[..] {
            [fold] => fold.training_clips(),
            _ => Ok(None),
        }
    }

    /// Write the fingerprints of the run's pretrained encoders, one a line.
    ///
    /// # Errors
    /// If an earlier session used another encoder.
    pub(crate) fn keep_encoders(&self, encoders: &[String]) -> Result<(), LabError> {
        let encoder = encoders.join("\n");
        let path = self.path.join(ENCODER);
        if !path.is_file() {
            return write(&path, encoder.as_bytes());
        }
        let found = read(&path)?;
        // Builds that had other names for the fields of an encoder wrote another hash of the same
        // encoder. It cannot be compared.
        if found == encoder.as_bytes() || !found.starts_with(FINGERPRINT.as_bytes()) {
            return Ok(());
        }
        Err(self.refuse(
            "began with another encoder: its weights or its config.json have changed since. \
             Restore them, or choose another --out",
        ))
    }

    /// Write the report as text and as JSON.
    pub(crate) fn write_report<E: SetText>(&self, report: &Report<E>) -> Result<(), LabError> {
        write(&self.report_path(), report.to_text().as_bytes())?;
        write(&self.report_json_path(), report.to_json()?.as_bytes())
    }

    /// Read the report. `None` if there is none yet.
    pub(super) fn report<E: SetText>(&self) -> Result<Option<Report<E>>, LabError> {
        read_json(&self.report_json_path())
    }

    /// Write the log.
    pub(crate) fn write_log(&self, log: &RunLog) -> Result<(), LabError> {
        write_json(&self.log_path(), log)
    }

    /// Read the log. `None` if it cannot be read; runs of earlier versions have none.
    pub(crate) fn log(&self) -> Option<RunLog> {
        read_json(&self.log_path()).ok().flatten()
    }

    fn log_path(&self) -> PathBuf {
        self.path.join(LOG)
    }

    /// Return whether other folds than these were begun.
    pub(crate) fn has_other_folds(&self, names: &[String]) -> bool {
        let folds = self.begun_folds();
        folds.iter().any(|fold| !names.contains(&fold.name()))
    }

    /// Return the folds that were begun, in no order.
    pub(super) fn begun_folds(&self) -> Vec<FoldFolder> {
        let entries = fs::read_dir(self.path.join(FOLDS))
            .into_iter()
            .flatten()
            .flatten();
        entries
            .filter(|entry| entry.path().is_dir())
            .map(|entry| FoldFolder::existing(entry.path()))
            .collect()
    }

    /// Return a fold's folder. It is made if it does not exist.
    pub(crate) fn fold(&self, name: &str) -> Result<FoldFolder, LabError> {
        FoldFolder::create(self.path.join(FOLDS).join(name))
    }

    fn refuse(&self, message: &str) -> LabError {
        LabError::RunFolder {
            path: self.path.clone(),
            message: message.to_owned(),
        }
    }
}

impl Drop for RunFolder {
    /// Remove a new run that ended before it trained, so that it does not block the next start.
    fn drop(&mut self) {
        let Some(made) = self.made else { return };
        if self.is_begun() {
            return;
        }
        // What cannot be removed stays. The error that ended the run is what people must see.
        let _ = fs::remove_dir_all(self.path.join(FOLDS));
        for file in OF_START {
            let _ = fs::remove_file(self.path.join(file));
        }
        if made == Made::FilesAndFolder {
            let _ = fs::remove_dir(&self.path);
        }
    }
}

/// Return what fixes an experiment: a recipe without its description.
fn experiment_of(recipe: &str) -> Option<toml::Table> {
    let mut table: toml::Table = recipe.parse().ok()?;
    table.remove("description");
    Some(table)
}

fn holds_foreign_files(path: &Path) -> bool {
    let own = [LOCK, UNFINISHED_RECIPE];
    let is_own = |name: &OsStr| is_unfinished(name) || own.iter().any(|own| name == *own);
    fs::read_dir(path)
        .is_ok_and(|entries| entries.flatten().any(|entry| !is_own(&entry.file_name())))
}

//! The folder of one fold in a run.

use std::path::PathBuf;

use fs_err as fs;
use serde::{Deserialize, Serialize};
use undertone_files::remove_abandoned;
use undertone_metrics::Prediction;

use super::files::{read, read_json, to_json, write, write_json};
use super::fold_predictions::FoldPredictions;
use super::metrics_csv;
use crate::error::LabError;
use crate::events::EpochMetrics;

/// The file of a fold that is written before it trains.
pub(super) const DIVISION: &str = "division.json";

/// The folder of one fold: its split, its checkpoints, its metrics and its predictions.
#[derive(Debug, Clone)]
pub(crate) struct FoldFolder {
    path: PathBuf,
}

impl FoldFolder {
    /// Make a fold's folder if it does not exist. Remove what killed processes left in it.
    pub(super) fn create(path: PathBuf) -> Result<Self, LabError> {
        let folder = Self { path };
        let checkpoints = folder.path.join("checkpoints");
        fs::create_dir_all(&checkpoints)?;
        for place in [&folder.path, &checkpoints, &folder.best_model()] {
            remove_abandoned(place);
        }
        Ok(folder)
    }

    /// Name a fold's folder that exists.
    pub(super) fn existing(path: PathBuf) -> Self {
        Self { path }
    }

    /// Return the fold's name.
    pub(crate) fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// Return the checkpoint that training resumes from.
    pub(crate) fn last_checkpoint(&self) -> PathBuf {
        self.path.join("checkpoints").join("last.safetensors")
    }

    /// Return the folder of the best model so far.
    pub(crate) fn best_model(&self) -> PathBuf {
        self.path.join("checkpoints").join("best")
    }

    fn split_path(&self) -> PathBuf {
        self.path.join(DIVISION)
    }

    /// Return the clips of the training and of the validation set. `None` if the corpus is not
    /// split yet.
    pub(super) fn training_clips(&self) -> Result<Option<Vec<String>>, LabError> {
        #[derive(Deserialize)]
        struct Sets {
            train: Vec<String>,
            validation: Vec<String>,
        }
        let sets: Option<Sets> = read_json(&self.split_path())?;
        Ok(sets.map(|sets| [sets.train, sets.validation].concat()))
    }

    /// Write how the corpus is split.
    ///
    /// # Errors
    /// If an earlier session split it in another way.
    pub(crate) fn keep_split(&self, split: &impl Serialize) -> Result<(), LabError> {
        let path = self.split_path();
        let split = to_json(split)?;
        if path.is_file() && read(&path)? != split {
            return Err(LabError::RunFolder {
                path: self.path.clone(),
                message: "the corpus, or how it is split, has changed since this run began: \
                          resume with the same corpus, or choose another --out"
                    .to_owned(),
            });
        }
        write(&path, &split)
    }

    /// Write the metrics of all epochs so far.
    pub(crate) fn write_metrics(&self, history: &[EpochMetrics]) -> Result<(), LabError> {
        metrics_csv::write(&self.metrics_path(), history)
    }

    /// Read the metrics of all epochs so far.
    pub(crate) fn metrics(&self) -> Result<Vec<EpochMetrics>, LabError> {
        metrics_csv::read(&self.metrics_path())
    }

    fn metrics_path(&self) -> PathBuf {
        self.path.join("metrics.csv")
    }

    /// Write the predictions, which finishes the fold.
    pub(crate) fn write_predictions<P: Prediction>(
        &self,
        predictions: &FoldPredictions<P>,
    ) -> Result<(), LabError> {
        write_json(&self.predictions_path(), predictions)
    }

    /// Read the predictions. `None` until the fold is finished.
    pub(crate) fn predictions<P: Prediction>(
        &self,
    ) -> Result<Option<FoldPredictions<P>>, LabError> {
        read_json(&self.predictions_path())
    }

    /// Read the predictions, which must be of so many test clips. `None` until the fold is
    /// finished.
    pub(crate) fn predictions_of<P: Prediction>(
        &self,
        test_clips: usize,
    ) -> Result<Option<FoldPredictions<P>>, LabError> {
        match self.predictions()? {
            Some(predictions) if predictions.test.len() != test_clips => Err(LabError::Damaged {
                path: self.predictions_path(),
                message: "its clips are not those of the fold".to_owned(),
            }),
            predictions => Ok(predictions),
        }
    }

    fn predictions_path(&self) -> PathBuf {
        self.path.join("outcomes.json")
    }
}

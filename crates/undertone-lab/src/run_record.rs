//! A run as it lies on disk, read for reports: what is done of it, however far it came.

use std::path::{Path, PathBuf};

use crate::error::LabError;
use crate::events::EpochMetrics;
use crate::metrics_file;
use crate::predictions::FoldPredictions;
use crate::protocol_text::describe_protocol;
use crate::recipe::Recipe;
use crate::run_folder::{RunFolder, read_json};
use crate::run_log::RunLog;
use undertone_metrics::{ClipPrediction, Evaluation, Report};

/// A run, finished or not.
#[derive(Debug, Clone)]
pub struct RunRecord {
    /// Its folder.
    pub path: PathBuf,
    /// The resolved recipe.
    pub recipe: Recipe,
    /// Where, when and on what machine it was trained; runs of earlier versions tell nothing.
    pub log: Option<RunLog>,
    /// The folds that were begun, in order.
    pub folds: Vec<FoldRecord>,
    /// What is judged so far; `None` where no fold with a test set is done.
    pub report: Option<Report>,
    /// Whether the run came to its end.
    pub finished: bool,
    /// What could not be read and is missing here, while the results could.
    pub warnings: Vec<String>,
}

/// What is there of one fold.
#[derive(Debug, Clone)]
pub struct FoldRecord {
    /// Its name.
    pub name: String,
    /// The numbers of each epoch; none where nothing is trained in epochs.
    pub epochs: Vec<EpochMetrics>,
    /// The probabilities of every clip; `None` until the fold is done.
    pub predictions: Option<FoldPredictions>,
}

impl FoldRecord {
    /// The epoch whose weights are kept so far.
    pub fn best_epoch(&self) -> Option<usize> {
        let kept = self
            .predictions
            .as_ref()
            .and_then(|predictions| predictions.best_epoch);
        kept.or_else(|| {
            self.epochs
                .iter()
                .rfind(|row| row.best)
                .map(|row| row.epoch)
        })
    }
}

impl RunRecord {
    /// Reads a run's folder.
    ///
    /// # Errors
    /// Where the folder holds no run, or a file with results in it is damaged.
    pub fn read(path: &Path) -> Result<Self, LabError> {
        let (folder, recipe) = RunFolder::existing(path)?;
        let log = RunLog::read(&folder);
        let written: Option<Report> = read_json(&folder.report_json_path())?;
        let mut warnings = Vec::new();
        let mut curves = |path: &Path| {
            metrics_file::read(&path.join("metrics.csv")).unwrap_or_else(|error| {
                warnings.push(error.to_string());
                Vec::new()
            })
        };
        let mut folds = folder
            .begun_folds()
            .into_iter()
            .map(|(name, path)| {
                Ok(FoldRecord {
                    epochs: curves(&path),
                    predictions: read_json(&path.join("outcomes.json"))?,
                    name,
                })
            })
            .collect::<Result<Vec<_>, LabError>>()?;
        let order: Vec<&str> = match (&log, &written) {
            (Some(log), _) => log.folds.iter().map(String::as_str).collect(),
            (None, Some(report)) => report.folds.iter().map(|fold| fold.name.as_str()).collect(),
            (None, None) => Vec::new(),
        };
        folds.sort_by_cached_key(|fold| {
            let place = order.iter().position(|name| *name == fold.name);
            (place.unwrap_or(usize::MAX), natural(&fold.name))
        });
        let judged = judge(&recipe, log.as_ref(), written.as_ref(), &folds)?;
        let done = folds
            .iter()
            .filter(|fold| fold.predictions.is_some())
            .count();
        let finished = match &log {
            Some(log) => done == log.folds.len(),
            None => written.is_some() || (done > 0 && folder.model_path().is_dir()),
        };
        Ok(Self {
            path: path.to_owned(),
            recipe,
            log,
            report: judged.or(written),
            folds,
            finished,
            warnings,
        })
    }

    /// How many folds are done, and of how many, where that is known.
    pub fn progress(&self) -> (usize, Option<usize>) {
        let done = self
            .folds
            .iter()
            .filter(|fold| fold.predictions.is_some())
            .count();
        (done, self.log.as_ref().map(|log| log.folds.len()))
    }

    /// The names of the classes.
    pub fn labels(&self) -> Vec<String> {
        labels(&self.recipe)
    }

    /// The test clips of all folds that are done, fold by fold.
    pub fn test_predictions(&self) -> Vec<ClipPrediction> {
        test_predictions(&self.folds)
    }
}

fn labels(recipe: &Recipe) -> Vec<String> {
    recipe
        .label_scheme
        .labels()
        .iter()
        .map(|label| (*label).to_owned())
        .collect()
}

fn test_predictions(folds: &[FoldRecord]) -> Vec<ClipPrediction> {
    let done = folds.iter().filter_map(|fold| fold.predictions.as_ref());
    done.flat_map(|predictions| predictions.test.iter().cloned())
        .collect()
}

/// The folds that are done judged together, as a finished run judges all of them.
fn judge(
    recipe: &Recipe,
    log: Option<&RunLog>,
    written: Option<&Report>,
    folds: &[FoldRecord],
) -> Result<Option<Report>, LabError> {
    let labels = labels(recipe);
    let judged = folds
        .iter()
        .filter_map(|fold| Some((fold, fold.predictions.as_ref()?)))
        .filter(|(_, predictions)| !predictions.test.is_empty())
        .map(|(fold, predictions)| predictions.judge(&fold.name, &labels))
        .collect::<Result<Vec<_>, LabError>>()?;
    if judged.is_empty() {
        return Ok(None);
    }
    let protocol = written
        .map(|report| report.protocol.clone())
        .or_else(|| log.map(|log| log.protocol.clone()))
        .unwrap_or_else(|| describe_protocol(&recipe.protocol, None, &[recipe.seed]));
    let pooled = Evaluation::new(&labels, &test_predictions(folds))?;
    let scheme = recipe.label_scheme.name();
    Ok(Some(Report::new(
        protocol,
        &recipe.name,
        scheme,
        judged,
        pooled,
    )?))
}

/// A name with its numbers as numbers, so that `fold-10` comes after `fold-9`.
fn natural(name: &str) -> Vec<(String, u64)> {
    let mut parts: Vec<(String, u64)> = vec![(String::new(), 0)];
    let mut in_number = false;
    for character in name.chars() {
        let digit = character.to_digit(10).map(u64::from);
        if in_number && digit.is_none() {
            parts.push((String::new(), 0));
        }
        in_number = digit.is_some();
        let Some((word, number)) = parts.last_mut() else {
            break;
        };
        match digit {
            Some(digit) => *number = number.saturating_mul(10).saturating_add(digit),
            None => word.push(character),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::natural;

    #[test]
    fn numbers_in_names_are_numbers() {
        let mut names = [
            "fold-10-seed-2",
            "fold-9-seed-11",
            "fold-9-seed-2",
            "holdout",
        ];
        names.sort_by_key(|name| natural(name));
        assert_eq!(
            names,
            [
                "fold-9-seed-2",
                "fold-9-seed-11",
                "fold-10-seed-2",
                "holdout"
            ]
        );
    }
}

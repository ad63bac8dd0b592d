//! The results of a run, finished or not, or of an evaluation.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use undertone_corpus::{LabelScheme, ProtocolConfig};
use undertone_metrics::{ClipPrediction, Report};
use undertone_models::ModelConfig;

use super::fold_folder::FoldFolder;
use super::fold_predictions::FoldPredictions;
use super::folder::RunFolder;
use super::log::RunLog;
use super::target::Target;
use crate::error::LabError;
use crate::events::EpochMetrics;
use crate::recipe::{Recipe, describe_protocol};

/// The results of a run, finished or not, or of the evaluation of a model. The predictions are of
/// classes, or with [`DimensionPrediction`](undertone_metrics::DimensionPrediction) of numbers.
#[derive(Debug, Clone)]
pub struct RunRecord<P: Target = ClipPrediction> {
    /// The folder of the run, or of the model that was evaluated.
    pub path: PathBuf,
    /// The name of the recipe.
    pub name: String,
    /// The classes; [`LabelScheme::Corpus`] if numbers are predicted.
    pub label_scheme: LabelScheme,
    /// The names of the classes or of the dimensions.
    pub targets: Vec<String>,
    /// How the clips were split.
    pub protocol: ProtocolConfig,
    /// The seed of the split.
    pub seed: u64,
    /// The resolved recipe; `None` for an evaluation.
    pub recipe: Option<Recipe>,
    /// Its log; `None` for runs of earlier versions.
    pub log: Option<RunLog>,
    /// The folds that were begun, in order.
    pub folds: Vec<FoldRecord<P>>,
    /// The scores so far; `None` if no fold with a test set is finished.
    pub report: Option<Report<P::Evaluation>>,
    /// Whether all folds are finished.
    pub finished: bool,
    /// Files without results that cannot be read. Their content is missing here.
    pub warnings: Vec<String>,
}

/// One fold of a run.
#[derive(Debug, Clone)]
pub struct FoldRecord<P: Target = ClipPrediction> {
    /// Its name.
    pub name: String,
    /// The metrics of each epoch; empty if nothing is trained in epochs.
    pub epochs: Vec<EpochMetrics>,
    /// The predictions of all clips; `None` until the fold is finished.
    pub predictions: Option<FoldPredictions<P>>,
}

impl<P: Target> FoldRecord<P> {
    fn new(
        folder: &FoldFolder,
        predictions: Option<FoldPredictions<P>>,
        warnings: &mut Vec<String>,
    ) -> Self {
        let epochs = folder.metrics().unwrap_or_else(|error| {
            warnings.push(error.to_string());
            Vec::new()
        });
        Self {
            name: folder.name(),
            epochs,
            predictions,
        }
    }

    /// Return the epoch whose weights are kept so far.
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

impl<P: Target> RunRecord<P> {
    /// Read a run's folder.
    ///
    /// # Errors
    /// If the folder holds no run, the run predicts something else, or a file with results is
    /// damaged.
    pub fn read(path: &Path) -> Result<Self, LabError> {
        let (folder, recipe) = RunFolder::existing(path)?;
        if recipe.dimensions.is_empty() == P::OF_DIMENSIONS {
            return Err(LabError::OtherTask {
                path: path.to_owned(),
                found: recipe.task().to_owned(),
            });
        }
        let log = folder.log();
        let written = folder.report()?;
        let mut warnings = Vec::new();
        let mut folds = folder
            .begun_folds()
            .into_iter()
            .map(|fold| Ok(FoldRecord::new(&fold, fold.predictions()?, &mut warnings)))
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
        let protocol = written
            .as_ref()
            .map(|report| report.protocol.clone())
            .or_else(|| log.as_ref().map(|log| log.protocol.clone()))
            .unwrap_or_else(|| describe_protocol(&recipe.protocol, None, &[recipe.seed]));
        let mut report = evaluate(
            &recipe.name,
            (recipe.task(), &recipe.targets()),
            protocol,
            &folds,
        )?;
        if let (Some(report), Some(written)) = (&mut report, &written) {
            report.left_out = written.left_out.clone();
            report.unreadable = written.unreadable;
        }
        let done = folds
            .iter()
            .filter(|fold| fold.predictions.is_some())
            .count();
        let finished = match &log {
            Some(log) => done == log.folds.len(),
            None => written.is_some() || (done > 0 && folder.model_path().is_dir()),
        };
        Ok(Self {
            log,
            report: report.or(written),
            folds,
            finished,
            warnings,
            ..Self::empty(path, recipe)
        })
    }

    /// Evaluate the folds that a session has finished. The predictions are not read again.
    pub(crate) fn of_session(
        folder: &RunFolder,
        recipe: &Recipe,
        protocol: String,
        finished: Vec<(FoldFolder, FoldPredictions<P>)>,
    ) -> Result<Self, LabError> {
        let mut warnings = Vec::new();
        let folds: Vec<FoldRecord<P>> = finished
            .into_iter()
            .map(|(fold, predictions)| FoldRecord::new(&fold, Some(predictions), &mut warnings))
            .collect();
        Ok(Self {
            report: evaluate(
                &recipe.name,
                (recipe.task(), &recipe.targets()),
                protocol,
                &folds,
            )?,
            folds,
            finished: true,
            warnings,
            ..Self::empty(folder.path(), recipe.clone())
        })
    }

    /// Return the record of an evaluation. `path` is the folder of the model, `name` that of its
    /// recipe, `config` what it predicts, `description` the protocol with its options, and `folds`
    /// the predictions of each test set with its name.
    pub(crate) fn of_evaluation(
        path: &Path,
        name: &str,
        config: &ModelConfig,
        (protocol, seed, description): (&ProtocolConfig, u64, String),
        folds: Vec<(String, FoldPredictions<P>)>,
    ) -> Result<Self, LabError> {
        let folds: Vec<FoldRecord<P>> = folds
            .into_iter()
            .map(|(name, predictions)| FoldRecord {
                name,
                epochs: Vec::new(),
                predictions: Some(predictions),
            })
            .collect();
        let (task, targets) = match config.dimensions.is_empty() {
            true => (config.label_scheme.name(), config.labels.clone()),
            false => {
                let names = config.dimensions.iter().map(|it| it.name.clone());
                ("dimensions", names.collect())
            }
        };
        let mut report = evaluate(name, (task, &targets), description, &folds)?;
        if let Some(report) = &mut report {
            report.existing_model = true;
        }
        Ok(Self {
            path: path.to_owned(),
            name: name.to_owned(),
            label_scheme: config.label_scheme.clone(),
            protocol: protocol.clone(),
            seed,
            recipe: None,
            log: None,
            report,
            targets,
            folds,
            finished: true,
            warnings: Vec::new(),
        })
    }

    fn empty(path: &Path, recipe: Recipe) -> Self {
        Self {
            path: path.to_owned(),
            name: recipe.name.clone(),
            label_scheme: recipe.label_scheme.clone(),
            targets: recipe.targets(),
            protocol: recipe.protocol.clone(),
            seed: recipe.seed,
            recipe: Some(recipe),
            log: None,
            folds: Vec::new(),
            report: None,
            finished: false,
            warnings: Vec::new(),
        }
    }

    /// Return how many folds are finished, and of how many if that is known.
    pub fn progress(&self) -> (usize, Option<usize>) {
        let done = self
            .folds
            .iter()
            .filter(|fold| fold.predictions.is_some())
            .count();
        (done, self.log.as_ref().map(|log| log.folds.len()))
    }

    /// Return the predictions of the test clips of all finished folds, fold by fold.
    pub fn test_predictions(&self) -> Vec<P> {
        test_predictions(&self.folds)
    }
}

impl RunRecord {
    /// Return the record with the probabilities of its classes summed to those of a coarser scheme,
    /// to compare it with runs that have that scheme.
    ///
    /// # Errors
    /// If a class of the record has no class in `scheme`.
    pub fn summed(mut self, scheme: &LabelScheme) -> Result<Self, LabError> {
        if self.label_scheme == *scheme {
            return Ok(self);
        }
        let Some(classes) = self.label_scheme.classes_in(scheme) else {
            return Err(LabError::RunFolder {
                path: self.path,
                message: format!(
                    "its classes ({}) cannot be summed to those of {scheme}",
                    self.label_scheme.labels().join(", ")
                ),
            });
        };
        let count = scheme.labels().len();
        for predictions in self
            .folds
            .iter_mut()
            .filter_map(|it| it.predictions.as_mut())
        {
            let FoldPredictions {
                train,
                validation,
                test,
                adaptation,
                ..
            } = predictions;
            for prediction in [train, validation, test].into_iter().flatten() {
                *prediction = prediction.summed(&classes, count)?;
            }
            // They are of the finer classes.
            adaptation.clear();
        }
        let protocol = self
            .report
            .map(|report| report.protocol)
            .unwrap_or_default();
        let labels = scheme.labels().iter();
        self.targets = labels.map(|label| (*label).to_owned()).collect();
        let task = (scheme.name(), &self.targets[..]);
        self.report = evaluate(&self.name, task, protocol, &self.folds)?;
        self.label_scheme = scheme.clone();
        Ok(self)
    }
}

fn test_predictions<P: Target>(folds: &[FoldRecord<P>]) -> Vec<P> {
    let done = folds.iter().filter_map(|fold| fold.predictions.as_ref());
    done.flat_map(|predictions| predictions.test.iter().cloned())
        .collect()
}

/// Evaluate the finished folds, each alone and all together. `None` if none has test clips.
/// `task` is the name of the label scheme, or `dimensions`, with the names of the targets.
fn evaluate<P: Target>(
    recipe: &str,
    (task, targets): (&str, &[String]),
    protocol: String,
    folds: &[FoldRecord<P>],
) -> Result<Option<Report<P::Evaluation>>, LabError> {
    let reports = folds
        .iter()
        .filter_map(|fold| Some((fold, fold.predictions.as_ref()?)))
        .filter(|(_, predictions)| !predictions.test.is_empty())
        .map(|(fold, predictions)| predictions.evaluate(&fold.name, targets))
        .collect::<Result<Vec<_>, LabError>>()?;
    if reports.is_empty() {
        return Ok(None);
    }
    let test = test_predictions(folds);
    let pooled = P::evaluate(targets, &test)?;
    let corpora: BTreeSet<&str> = test.iter().map(|it| it.corpus()).collect();
    let mut report = Report::new(protocol, recipe, task, reports, pooled)?;
    report.corpora = corpora
        .into_iter()
        .filter(|corpus| !corpus.is_empty())
        .map(str::to_owned)
        .collect();
    Ok(Some(report))
}

/// Split a name into words and numbers, so that `fold-10` is sorted after `fold-9`.
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
    fn numbers_in_names_are_sorted_by_value() {
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

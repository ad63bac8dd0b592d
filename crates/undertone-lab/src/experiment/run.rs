//! The run of an experiment, from features to a report.

use std::path::PathBuf;

use undertone_metrics::{ClipPrediction, DimensionPrediction, Report};
use undertone_models::{CARD_FILE, Model, NetworkError};

use super::exclusions::Exclusions;
use super::features::Features;
use super::folds::{FoldChoice, Job};
use super::setup::Experiment;
use crate::card::{CardScores, ModelCard};
use crate::error::LabError;
use crate::prepare::encoder_fingerprint;
use crate::run::{RunFolder, RunLog, RunRecord, Target, write};

/// The results of an experiment.
#[derive(Debug)]
pub struct Finished<P: Target = ClipPrediction> {
    /// The scores of the chosen folds; `None` under the protocol `full`, which has no test set.
    pub report: Option<Report<P::Evaluation>>,
    /// The folder of the trained model, if there is exactly one.
    pub model: Option<PathBuf>,
    /// The run with all its predictions; `None` if its folder has folds of earlier sessions that
    /// were not chosen now. [`RunRecord::read`] reads them all.
    pub record: Option<RunRecord<P>>,
}

impl Experiment<'_> {
    /// Train and evaluate the chosen folds. Resume where an earlier session was interrupted.
    ///
    /// # Errors
    /// If the corpus does not fit the recipe, the recipe predicts dimensions, a file cannot be
    /// written, the loss is not finite, or if interrupted.
    pub fn run(&self, run: &RunFolder, choice: &FoldChoice) -> Result<Finished, LabError> {
        self.run_as(run, choice)
    }

    /// Do the same as [`Experiment::run`] with a recipe of dimensions.
    ///
    /// # Errors
    /// As [`Experiment::run`], but if the recipe predicts classes.
    pub fn run_dimensions(
        &self,
        run: &RunFolder,
        choice: &FoldChoice,
    ) -> Result<Finished<DimensionPrediction>, LabError> {
        self.run_as(run, choice)
    }

    fn run_as<P: Target>(
        &self,
        run: &RunFolder,
        choice: &FoldChoice,
    ) -> Result<Finished<P>, LabError> {
        if self.recipe.dimensions.is_empty() == P::OF_DIMENSIONS {
            return Err(LabError::OtherTask {
                path: run.path().to_owned(),
                found: self.recipe.task().to_owned(),
            });
        }
        let fingerprints: Vec<String> = self
            .encoders
            .iter()
            .map(|encoder| encoder_fingerprint(encoder.encoder(), &encoder.files.config))
            .collect();
        for (index, (_, config)) in self.pretrained().enumerate() {
            if fingerprints[..index].contains(&fingerprints[index]) {
                return Err(NetworkError::SameEncoder(config.pretrained.clone()).into());
            }
        }
        if !fingerprints.is_empty() {
            run.keep_encoders(&fingerprints)?;
        }
        let features = self.features()?;
        let jobs = self.jobs(&features.utterances, choice)?;
        let names: Vec<String> = jobs.iter().map(|job| job.name.clone()).collect();
        let mut log = RunLog::begin(
            run.log(),
            &self.describe(choice),
            &self.corpus.root,
            names.clone(),
            &self.device,
        );
        run.write_log(&log)?;
        let finished = self.run_folds(run, &features, &jobs, &log.protocol);
        log.end(finished.as_ref().err());
        let written = run.write_log(&log);
        // The first error is reported.
        let (mut record, model) = finished?;
        written?;
        record.log = Some(log);
        Ok(Finished {
            report: record.report.clone(),
            model,
            record: (!run.has_other_folds(&names)).then_some(record),
        })
    }

    fn run_folds<P: Target>(
        &self,
        run: &RunFolder,
        features: &Features,
        jobs: &[Job],
        protocol: &str,
    ) -> Result<(RunRecord<P>, Option<PathBuf>), LabError> {
        let mut folds = Vec::with_capacity(jobs.len());
        let mut only_model = None;
        for (index, job) in jobs.iter().enumerate() {
            let folder = run.fold(&job.name)?;
            let (predictions, model) =
                self.fold(&folder, features, job, (index + 1, jobs.len()))?;
            folds.push((folder, predictions));
            only_model = model.filter(|_| jobs.len() == 1);
        }
        let record = RunRecord::of_session(run, self.recipe, protocol.to_owned(), folds);
        let mut record = record?;
        if let Some(report) = &mut record.report {
            // Clips without a value of a dimension are only told to the observer.
            if self.recipe.dimensions.is_empty() {
                let schemes = [self.recipe.outputs(), &self.recipe.label_scheme];
                let readable = features.utterances.len();
                Exclusions::of(&self.admitted(), &schemes, readable).state(report);
            }
            run.write_report(report)?;
        }
        let model = match jobs {
            [job] => Some(self.save_model(run, job, only_model, record.report.as_ref())?),
            _ => None,
        };
        Ok((record, model))
    }

    /// Save the model of a run's only fold with its card. Load it if an earlier session trained it.
    fn save_model<E: CardScores>(
        &self,
        run: &RunFolder,
        job: &Job,
        model: Option<Model>,
        report: Option<&Report<E>>,
    ) -> Result<PathBuf, LabError> {
        let model = match model {
            Some(model) => model,
            None => Model::load(&run.fold(&job.name)?.best_model(), &self.device)?,
        };
        let path = run.model_path();
        model.save(&path)?;
        let card = ModelCard::new(&model, report.map_or(&[], std::slice::from_ref));
        write(&path.join(CARD_FILE), card.to_markdown()?.as_bytes())?;
        Ok(path)
    }
}

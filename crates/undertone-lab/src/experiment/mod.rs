//! From a corpus and a recipe to trained folds and a report.

mod features;
mod fold;
mod split;

use std::path::PathBuf;

use burn::tensor::Device;
use undertone_corpus::{Corpus, LabelScheme, Protocol};
use undertone_models::{
    CARD_FILE, Model, ModelError, NetworkConfig, PretrainedConfig, PretrainedEncoder,
    class_of_output,
};

use crate::card::ModelCard;
use crate::error::LabError;
use crate::events::{Interrupt, Observer};
use crate::frozen::encoder_fingerprint;
use crate::protocol_text::describe_protocol;
use crate::recipe::Recipe;
use crate::run_folder::{RunFolder, write};
use crate::run_log::RunLog;
use features::Features;
pub(crate) use features::readable;
use split::Job;
use undertone_metrics::{Evaluation, Report};

/// A corpus, a recipe, and where to work.
pub struct Experiment<'a> {
    /// The clips.
    pub corpus: &'a Corpus,
    /// What to do with them.
    pub recipe: &'a Recipe,
    /// The recipe's pretrained encoder, where it names one.
    pub encoder: Option<&'a PretrainedEncoder>,
    /// Where to compute.
    pub device: Device,
    /// Where features are kept between runs; `None` computes them every time.
    pub cache: Option<PathBuf>,
    /// Told of all that happens.
    pub observer: Observer<'a>,
    /// Asked after each step.
    pub interrupt: &'a Interrupt,
}

/// Which folds of the protocol to train.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FoldChoice {
    /// One of them, counted from 1.
    One(usize),
    /// All of them, once for each seed.
    All {
        /// Seeds of split, balancing, weights and training.
        seeds: Vec<u64>,
    },
}

/// What an experiment leaves.
#[derive(Debug)]
pub struct Finished {
    /// How good it is; `None` under the protocol `full`, which holds nothing back to judge by.
    pub report: Option<Report>,
    /// The trained model, if there is exactly one.
    pub model: Option<PathBuf>,
}

impl Experiment<'_> {
    /// Trains and judges the chosen folds, going on where an earlier session was cut off.
    ///
    /// # Errors
    /// If the corpus does not fit the recipe, a file cannot be written, the loss is not finite,
    /// or on [`LabError::Interrupted`].
    pub fn run(&self, run: &RunFolder, choice: &FoldChoice) -> Result<Finished, LabError> {
        if let Some(encoder) = self.encoder {
            let fingerprint = encoder_fingerprint(encoder.encoder(), &encoder.files.config);
            run.began_with(&fingerprint)?;
        }
        let features = self.features()?;
        let utterances = &features.utterances;

        let jobs = self.jobs(utterances, choice)?;
        let protocol = self.describe(choice);
        let mut log = RunLog::begin(
            run,
            &protocol,
            &self.corpus.root,
            jobs.iter().map(|job| job.name.clone()).collect(),
            &self.device,
        )?;
        let finished = self.run_folds(run, &features, &jobs, protocol);
        log.end(run, finished.as_ref().err())?;
        finished
    }

    fn describe(&self, choice: &FoldChoice) -> String {
        let recipe = self.recipe;
        match choice {
            FoldChoice::One(number) => {
                let several = matches!(recipe.protocol.name, Protocol::Speakers | Protocol::Emobox);
                let fold = several.then_some(*number);
                describe_protocol(&recipe.protocol, fold, &[recipe.seed])
            }
            FoldChoice::All { seeds } => describe_protocol(&recipe.protocol, None, seeds),
        }
    }

    fn run_folds(
        &self,
        run: &RunFolder,
        features: &Features,
        jobs: &[Job],
        protocol: String,
    ) -> Result<Finished, LabError> {
        let mut folds = Vec::with_capacity(jobs.len());
        let mut pooled = Vec::new();
        let labels = self.labels();
        for (index, job) in jobs.iter().enumerate() {
            let predictions = self.fold(run, features, job, (index + 1, jobs.len()))?;
            if predictions.test.is_empty() {
                continue;
            }
            folds.push(predictions.judge(&job.name, &labels)?);
            pooled.extend(predictions.test);
        }
        if folds.is_empty() {
            let model = self.keep_model(run, jobs, None)?;
            return Ok(Finished {
                report: None,
                model,
            });
        }
        let report = Report::new(
            protocol,
            &self.recipe.name,
            self.recipe.label_scheme.name(),
            folds,
            Evaluation::new(&labels, &pooled)?,
        )?;
        write(&run.report_path(), report.to_text().as_bytes())?;
        write(&run.report_json_path(), report.to_json()?.as_bytes())?;
        let model = self.keep_model(run, jobs, Some(&report))?;
        Ok(Finished {
            report: Some(report),
            model,
        })
    }

    /// Puts the model of a run's only fold, with its card, where `predict` finds it.
    fn keep_model(
        &self,
        run: &RunFolder,
        jobs: &[Job],
        report: Option<&Report>,
    ) -> Result<Option<PathBuf>, LabError> {
        let [job] = jobs else { return Ok(None) };
        let best = run.fold(&job.name)?.join("checkpoints").join("best");
        let model = Model::load(&best, &self.device)?;
        let path = run.model_path();
        model.save(&path)?;
        let card = ModelCard::new(&model, report.map_or(&[], std::slice::from_ref));
        write(&path.join(CARD_FILE), card.to_markdown()?.as_bytes())?;
        Ok(Some(path))
    }

    fn output_scheme(&self) -> LabelScheme {
        self.recipe
            .output_scheme
            .unwrap_or(self.recipe.label_scheme)
    }

    fn class_of_output(&self) -> Result<Vec<usize>, LabError> {
        let (outputs, labels) = (self.output_scheme(), self.recipe.label_scheme);
        class_of_output(outputs, labels).ok_or_else(|| {
            let (path, name) = (PathBuf::new(), &self.recipe.name);
            ModelError::Outputs {
                path: path.join(name),
                outputs,
                labels,
            }
            .into()
        })
    }

    fn labels(&self) -> Vec<String> {
        self.recipe
            .label_scheme
            .labels()
            .iter()
            .map(|label| (*label).to_owned())
            .collect()
    }

    /// The encoder and what the recipe wants of it.
    fn pretrained(&self) -> Option<(&PretrainedEncoder, &PretrainedConfig)> {
        match (&self.recipe.network, self.encoder) {
            (NetworkConfig::Pretrained(config), Some(encoder)) => Some((encoder, config)),
            _ => None,
        }
    }

    fn outputs(&self) -> usize {
        self.output_scheme().labels().len()
    }
}

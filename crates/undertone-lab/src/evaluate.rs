//! Judging a model that is already there.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use burn::module::Module;
use burn::tensor::Device;
use undertone_corpus::{BalanceStep, Corpus, ProtocolConfig, Utterance, split};
use undertone_models::{Model, class_of_output};

use crate::copies::CopiesConfig;
use crate::error::LabError;
use crate::events::{Interrupt, Observer};
use crate::experiment::readable;
use crate::features::FeatureStore;
use crate::predictions::predict_clips;
use crate::protocol_text::describe_protocol;
use undertone_metrics::{ClipPrediction, Evaluation, FoldReport, LeakageSummary, Report};

/// A model, a corpus, and a protocol whose test sets the model is judged on.
pub struct EvaluationTask<'a> {
    /// The model's folder.
    pub model: &'a Path,
    /// The clips.
    pub corpus: &'a Corpus,
    /// How they are split; only the test sets are used.
    pub protocol: &'a ProtocolConfig,
    /// The balancing steps of the run that is judged. They matter only where it balanced before
    /// it split.
    pub balance: &'a [BalanceStep],
    /// Seed of the split; `None` takes the one that the model was trained with, so that a run is
    /// judged on its own test set.
    pub seed: Option<u64>,
    /// The fold to judge on, counted from 1; `None` for all.
    pub fold: Option<usize>,
    /// Where to compute.
    pub device: Device,
    /// Where features are kept; `None` computes them every time.
    pub cache: Option<PathBuf>,
    /// Told of all that happens.
    pub observer: Observer<'a>,
    /// Asked between clips.
    pub interrupt: &'a Interrupt,
}

/// Judges a model on the test sets of a protocol, without training anything.
///
/// The model says which speakers it was trained on; those among the test set's are counted as
/// standing on both sides, if the model was trained on the same corpus. Which clips it was trained
/// on it does not say, so the report calls copies unknown.
///
/// # Errors
/// If the model does not load, the corpus does not fit the protocol, or no clip can be read.
pub fn evaluate_model(task: &EvaluationTask<'_>) -> Result<Report, LabError> {
    let mut model = Model::load(task.model, &task.device)?;
    model.network = model.network.valid();
    let config = model.config.clone();
    let seed = task.seed.unwrap_or(config.provenance.seed);
    let store = FeatureStore::new(
        &config.front_end,
        &CopiesConfig::default(),
        None,
        task.cache.clone(),
    )?;
    let features = store.compute(&task.corpus.utterances, task.observer, task.interrupt)?;
    let (utterances, features) = readable(&task.corpus.utterances, features)?;
    let splits = split(
        &utterances,
        config.label_scheme,
        task.protocol,
        task.balance,
        seed,
    )?;
    let count = splits.folds.len();
    if let Some(number) = task.fold.filter(|number| !(1..=count).contains(number)) {
        return Err(LabError::NoSuchFold {
            number,
            folds: count,
        });
    }
    let same_corpus = config.provenance.corpus == corpus_name(&utterances);
    let heard: BTreeSet<&str> = match same_corpus {
        true => config
            .provenance
            .speakers
            .iter()
            .map(String::as_str)
            .collect(),
        false => BTreeSet::new(),
    };
    let class_of_output =
        class_of_output(config.output_scheme, config.label_scheme).unwrap_or_default();

    let mut folds = Vec::new();
    let mut pooled: Vec<ClipPrediction> = Vec::new();
    for (index, fold) in splits.folds.iter().enumerate() {
        if fold.test.is_empty() || task.fold.is_some_and(|number| number != index + 1) {
            continue;
        }
        let predictions = predict_clips(
            &model,
            &class_of_output,
            &task.corpus.root,
            &utterances,
            &features,
            &fold.test,
            &task.device,
        );
        let speakers: BTreeSet<&str> = predictions
            .iter()
            .map(|prediction| prediction.speaker.as_str())
            .collect();
        let shared = speakers.intersection(&heard).count();
        folds.push(FoldReport {
            name: fold.name.clone(),
            train: None,
            validation: None,
            test: Evaluation::new(&config.labels, &predictions)?,
            best_epoch: None,
            leakage: LeakageSummary {
                // A model tells its speakers, not its clips.
                test_clips_with_copy_in_training: None,
                validation_clips_with_copy_in_training: 0,
                speakers_on_both_sides: shared,
                test_clips: fold.test.len(),
            },
            test_speakers: speakers.into_iter().map(str::to_owned).collect(),
        });
        pooled.extend(predictions);
    }
    Ok(Report::new(
        describe_protocol(task.protocol, task.fold, &[seed]),
        &config.provenance.recipe,
        config.label_scheme.name(),
        folds,
        Evaluation::new(&config.labels, &pooled)?,
    )?)
}

/// The corpus's name in a model's provenance.
pub(crate) fn corpus_name(utterances: &[Utterance]) -> &'static str {
    let ravdess = utterances
        .iter()
        .all(|utterance| utterance.ravdess.is_some());
    if ravdess { "RAVDESS" } else { "manifest" }
}

//! The evaluation of a trained model.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use burn::module::Module;
use burn::tensor::Device;
use undertone_audio::degrade::Degradation;
use undertone_corpus::{BalanceStep, CodeBook, Corpus, ProtocolConfig, Utterance, split};
use undertone_metrics::{DimensionPrediction, LeakageSummary};
use undertone_models::infer::Inference;
use undertone_models::{Model, Precision, Provenance};

use super::exclusions::Exclusions;
use super::folds::{takes, without_speaker};
use super::predictions::Predictor;
use super::setup::{labeled, with_values};
use crate::error::LabError;
use crate::events::{Interrupt, Observer};
use crate::prepare::{FeatureStore, Spill, readable};
use crate::recipe::{CopiesConfig, describe_protocol};
use crate::run::{FoldPredictions, RunRecord, Target};

/// A model, a corpus, and a protocol whose test sets the model is evaluated on.
pub struct EvaluationTask<'a> {
    /// The model's folder.
    pub model: &'a Path,
    /// The clips.
    pub corpus: &'a Corpus,
    /// How the clips are split. Only the test sets are used.
    pub protocol: &'a ProtocolConfig,
    /// The balancing steps of the model's run. They matter only if it balanced before it split.
    pub balance: &'a [BalanceStep],
    /// The clips that the model's run trained on or validated with, relative to its corpus; `None`
    /// if they are not known. See [`RunFolder::training_clips`](crate::RunFolder::training_clips).
    pub training_clips: Option<Vec<String>>,
    /// Seed of the split; `None` takes the model's own seed, so that a run is evaluated on its own
    /// test set.
    pub seed: Option<u64>,
    /// The fold to evaluate, counted from 1; `None` for all.
    pub fold: Option<usize>,
    /// What every recording suffers before it is predicted; `None` for nothing.
    pub degradation: Option<Degradation>,
    /// The device that computes.
    pub device: Device,
    /// The precision of the encoder's layers.
    pub precision: Precision,
    /// The folder of the feature cache; `None` computes features every time.
    pub cache: Option<PathBuf>,
    /// The longest recording that is read, in seconds. Longer ones count as unreadable.
    pub max_seconds: f64,
    /// Receives all events.
    pub observer: Observer<'a>,
    /// Checked between clips.
    pub interrupt: &'a Interrupt,
}

/// Evaluate a model on the test sets of a protocol without training.
///
/// A model names the speakers that it was trained on and their corpora. The report counts them
/// among the test speakers. A model does not name its training clips, but its run does. If all of
/// them are in the corpus, the report counts the test clips that repeat a take of theirs. Otherwise
/// it says that copies are unknown.
///
/// # Errors
/// If the model cannot be loaded, the corpus does not fit the protocol, no clip can be read, or if
/// interrupted.
pub fn evaluate_model(task: &EvaluationTask<'_>) -> Result<RunRecord, LabError> {
    evaluate(task)
}

/// Evaluate a model of dimensions as [`evaluate_model`] evaluates one of classes.
///
/// # Errors
/// As [`evaluate_model`].
pub fn evaluate_dimensions(
    task: &EvaluationTask<'_>,
) -> Result<RunRecord<DimensionPrediction>, LabError> {
    evaluate(task)
}

fn evaluate<P: Target>(task: &EvaluationTask<'_>) -> Result<RunRecord<P>, LabError> {
    let Model {
        config,
        network,
        statistics,
        ..
    } = Model::load(task.model, &task.device)?;
    let network = network.valid().for_inference(&task.device);
    let network = network.with_precision(task.precision)?;
    let config = &config;
    if config.dimensions.is_empty() == P::OF_DIMENSIONS {
        return Err(LabError::OtherTask {
            path: task.model.to_owned(),
            found: match P::OF_DIMENSIONS {
                true => config.label_scheme.name().to_owned(),
                false => "dimensions".to_owned(),
            },
        });
    }
    let seed = task.seed.unwrap_or(config.provenance.seed);
    let mut store = FeatureStore::new(
        &config.front_end,
        &CopiesConfig::default(),
        None,
        task.cache.clone(),
    )?
    .up_to(task.max_seconds);
    if let Some(degradation) = task.degradation {
        store = store.degraded(degradation);
    }
    let clips = match P::OF_DIMENSIONS {
        true => {
            let dimensions = config.dimensions.iter().map(|it| (&*it.name, it.range));
            with_values(
                &task.corpus.utterances,
                &dimensions.collect::<Vec<_>>(),
                task.observer,
            )?
        }
        false => labeled(
            &task.corpus.utterances,
            &[&config.label_scheme],
            task.observer,
        )?,
    };
    let spill = Spill::new(task.cache.as_deref());
    let (utterances, features) = readable(&[store], &spill, &clips, task.observer, task.interrupt)?;
    let splits = split(
        &utterances,
        &config.label_scheme,
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
    let tested: BTreeSet<&str> = utterances.iter().map(|it| it.corpus.as_str()).collect();
    let mut trained_on = config.provenance.corpora();
    let same_corpora = trained_on.all(|corpus| tested.contains(corpus));
    let takes = takes(&utterances, &features);
    let trained: Option<HashSet<usize>> = task
        .training_clips
        .as_deref()
        .filter(|_| same_corpora)
        .and_then(|clips| indices_of(clips, &task.corpus.root, &utterances))
        .map(|clips| clips.iter().map(|clip| takes.first_of(*clip)).collect())
        // Published corpora share no clip.
        .or_else(|| are_other_corpora(&config.provenance, &tested).then(HashSet::new));
    let outputs = config.outputs()?;
    let predictor = Predictor {
        inference: Inference {
            network: &network,
            statistics: statistics.as_ref(),
            outputs: &outputs,
            detects_speech: config.detects_speech,
            device: &task.device,
        },
        config,
        root: &task.corpus.root,
        utterances: &utterances,
        features: &features,
    };
    let mut folds = Vec::new();
    for (index, fold) in splits.folds.into_iter().enumerate() {
        if fold.test.is_empty() || task.fold.is_some_and(|number| number != index + 1) {
            continue;
        }
        let shared: BTreeSet<String> = fold
            .test
            .iter()
            .filter_map(|index| heard_speaker(&config.provenance, &utterances[*index]))
            .collect();
        let leakage = LeakageSummary {
            test_clips_with_copy_in_training: trained.as_ref().map(|trained| {
                let is_copy = |clip: &&usize| trained.contains(&takes.first_of(**clip));
                fold.test.iter().filter(is_copy).count()
            }),
            validation_clips_with_copy_in_training: 0,
            speakers_on_both_sides: shared.len(),
            test_clips: fold.test.len(),
            test_clips_without_speaker: without_speaker(&fold.test, &utterances),
        };
        let (test, adaptation) = predictor.test(&fold.test, seed)?;
        let predictions = FoldPredictions {
            adaptation,
            best_epoch: None,
            leakage,
            train: Vec::new(),
            validation: Vec::new(),
            test,
        };
        folds.push((fold.name, predictions));
    }
    let mut description = describe_protocol(task.protocol, task.fold, &[seed]);
    if task.precision != Precision::F32 {
        description = format!("{description}, computed in {}", task.precision);
    }
    if task.interrupt.is_requested() {
        return Err(LabError::Interrupted);
    }
    let mut record = RunRecord::of_evaluation(
        task.model,
        &config.provenance.recipe,
        config,
        (task.protocol, seed, description),
        folds,
    )?;
    if let (Some(report), false) = (&mut record.report, P::OF_DIMENSIONS) {
        let schemes = [&config.label_scheme];
        Exclusions::of(&task.corpus.utterances, &schemes, utterances.len()).state(report);
    }
    Ok(record)
}

/// Return whether the model was trained on published corpora, and all clips are of other ones.
fn are_other_corpora(provenance: &Provenance, tested: &BTreeSet<&str>) -> bool {
    let is_published = |name: &str| CodeBook::named(name).is_some();
    let trained: BTreeSet<&str> = provenance.corpora().collect();
    trained.iter().chain(tested).all(|name| is_published(name)) && trained.is_disjoint(tested)
}

/// Return the speaker of a clip, with their corpus in front, if a model was trained on them.
fn heard_speaker(provenance: &Provenance, utterance: &Utterance) -> Option<String> {
    let (corpus, speaker) = (&utterance.corpus, utterance.speaker.as_deref()?);
    if !provenance.corpora().any(|trained| trained == corpus) {
        return None;
    }
    // A joined corpus puts its corpus in front of each speaker.
    let in_front = format!("{corpus}/");
    let name = speaker.strip_prefix(&in_front).unwrap_or(speaker);
    let id = format!("{in_front}{name}");
    let is_heard = |heard: &String| *heard == id || heard == name;
    provenance.speakers.iter().any(is_heard).then_some(id)
}

/// Return the indices of clips, given by their names below `root`. `None` if one is missing.
fn indices_of(clips: &[String], root: &Path, utterances: &[Utterance]) -> Option<Vec<usize>> {
    let names = utterances.iter().enumerate();
    let indices: HashMap<String, usize> = names
        .map(|(index, utterance)| (utterance.name_below(root), index))
        .collect();
    let index_of = |clip: &String| indices.get(clip).copied();
    clips.iter().map(index_of).collect()
}

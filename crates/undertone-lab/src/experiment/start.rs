//! The pretrained network that a fold starts from.

use rand::RngExt;
use rand::seq::SliceRandom;
use undertone_corpus::Utterance;
use undertone_models::{Dimension, Head, Outputs, PretrainedNetwork, Weights};

use super::features::Features;
use super::folds::Job;
use super::outputs::standardized;
use super::setup::Experiment;
use crate::error::LabError;
use crate::events::Event;
use crate::head::{self, Example, Measured};
use crate::prepare::ClipFeatures;
use crate::recipe::{HoldOut, LdaConfig};
use crate::train::rng_at;

impl Experiment<'_> {
    /// Make the pretrained network that a fold starts from. Fit its head if the recipe says so.
    pub(super) fn start(
        &self,
        features: &Features,
        job: &Job,
        outputs: &Outputs,
    ) -> Result<Option<PretrainedNetwork>, LabError> {
        let Some((encoder, config)) = self.pretrained() else {
            return Ok(None);
        };
        self.device.seed(rng_at(job.seed, 0, 0).random());
        let network = encoder.network(config, self.outputs(), &self.device)?;
        // Parameters are drawn on first use. Draw them now.
        Weights::of(network.head());
        let (Some(config), Some(embeddings)) = (&self.recipe.head, &features.embeddings) else {
            return Ok(Some(network));
        };
        let head = match outputs {
            Outputs::Classes(classes) => {
                self.classifying_head(features, job, embeddings, classes, config)?
            }
            Outputs::Dimensions(dimensions) => {
                self.measuring_head(features, job, embeddings, dimensions, config)?
            }
        };
        Ok(Some(network.with_head(head)))
    }

    fn classifying_head(
        &self,
        features: &Features,
        job: &Job,
        embeddings: &[ClipFeatures],
        class_of_output: &[usize],
        config: &LdaConfig,
    ) -> Result<Head, LabError> {
        let outputs = self.recipe.outputs();
        let held_out = HeldOut::of(&features.utterances, job, config);
        let example = |index: &usize| {
            let utterance = &features.utterances[*index];
            Some(Example {
                embedding: embeddings[*index].windows.first()?,
                output: outputs.label_of(utterance.emotion)?,
                group: held_out.group(utterance),
            })
        };
        let examples: Vec<Example<'_>> = job.fold.train.iter().filter_map(example).collect();
        let groups = shuffled(examples.iter().map(|example| example.group), job.seed);
        let fitted = head::fit(
            &examples,
            class_of_output,
            config,
            (&groups, held_out.folds(&groups, config)),
            &self.device,
            &mut |shrinkage, uar| {
                (self.observer)(&Event::ShrinkageJudged { shrinkage, uar });
            },
        )?;
        (self.observer)(&Event::HeadFitted {
            shrinkage: fitted.shrinkage,
            temperature: fitted.temperature,
        });
        Ok(fitted.head)
    }

    fn measuring_head(
        &self,
        features: &Features,
        job: &Job,
        embeddings: &[ClipFeatures],
        dimensions: &[Dimension],
        config: &LdaConfig,
    ) -> Result<Head, LabError> {
        let held_out = HeldOut::of(&features.utterances, job, config);
        let train = || job.fold.train.iter().copied();
        let values: Vec<Vec<f32>> = train()
            .map(|index| standardized(&features.utterances[index], dimensions).unwrap_or_default())
            .collect();
        let examples: Vec<Measured<'_>> = train()
            .zip(&values)
            .filter(|(_, values)| !values.is_empty())
            .filter_map(|(index, values)| {
                Some(Measured {
                    embedding: embeddings[index].windows.first()?,
                    values,
                    group: held_out.group(&features.utterances[index]),
                })
            })
            .collect();
        let groups = shuffled(examples.iter().map(|example| example.group), job.seed);
        let fitted = head::fit_ridge(
            &examples,
            config,
            self.recipe.loss.unwrap_or_default(),
            (&groups, held_out.folds(&groups, config)),
            &self.device,
            &mut |shrinkage, ccc| {
                (self.observer)(&Event::RidgeJudged { shrinkage, ccc });
            },
        )?;
        (self.observer)(&Event::RidgeFitted {
            shrinkage: fitted.shrinkage,
            factors: &fitted.factors,
        });
        Ok(fitted.head)
    }
}

/// What the cross-validation of a head holds out.
#[derive(Clone, Copy)]
enum HeldOut {
    Speakers,
    Corpora,
}

impl HeldOut {
    fn of(utterances: &[Utterance], job: &Job, config: &LdaConfig) -> Self {
        let mut corpora = job
            .fold
            .train
            .iter()
            .map(|index| &utterances[*index].corpus);
        let first = corpora.next();
        let several = corpora.any(|corpus| Some(corpus) != first);
        match several && config.hold_out == HoldOut::Corpora {
            true => Self::Corpora,
            false => Self::Speakers,
        }
    }

    /// Return what is held out together with a clip.
    fn group(self, utterance: &Utterance) -> &str {
        match self {
            Self::Speakers => utterance.speaker_name(),
            Self::Corpora => &utterance.corpus,
        }
    }

    fn folds(self, groups: &[&str], config: &LdaConfig) -> usize {
        match self {
            Self::Speakers => config.folds,
            Self::Corpora => groups.len(),
        }
    }
}

/// Return the groups of examples, each once, in a random order.
fn shuffled<'a>(groups: impl Iterator<Item = &'a str>, seed: u64) -> Vec<&'a str> {
    let mut groups: Vec<&str> = groups.collect();
    groups.sort_unstable();
    groups.dedup();
    groups.shuffle(&mut rng_at(seed, 0, 1));
    groups
}

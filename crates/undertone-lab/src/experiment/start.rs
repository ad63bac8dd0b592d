//! The pretrained network that a fold starts from.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use rand::RngExt;
use rand::seq::SliceRandom;
use undertone_audio::FeatureMatrix;
use undertone_corpus::{LabelScheme, Utterance};
use undertone_models::{AdaptationConfig, Dimension, Head, Network, Outputs, Weights};

use super::features::Features;
use super::folds::Job;
use super::outputs::standardized;
use super::setup::Experiment;
use crate::error::LabError;
use crate::events::Event;
use crate::head::{
    self, AdaptiveExample, AdaptiveOptions, Example, FittedAdaptive, RegressionExample,
};
use crate::prepare::{Clip, StoredMatrix};
use crate::recipe::{HeadConfig, HoldOut};
use crate::train::rng_at;

/// The pretrained network that a fold starts from, with what its head adds to the model's
/// configuration.
pub(super) struct StartingNetwork {
    pub(super) network: Network,
    pub(super) adaptation: Option<AdaptationConfig>,
    pub(super) detects_speech: bool,
    pub(super) sure: Option<f64>,
}

impl StartingNetwork {
    fn plain(network: Network) -> Self {
        Self {
            network,
            adaptation: None,
            detects_speech: false,
            sure: None,
        }
    }
}

impl Experiment<'_> {
    /// Make the pretrained network that a fold starts from. Fit its head if the recipe says so.
    pub(super) fn start(
        &self,
        features: &Features,
        job: &Job,
        outputs: &Outputs,
    ) -> Result<Option<StartingNetwork>, LabError> {
        if self.encoders.is_empty() {
            return Ok(None);
        }
        self.device.seed(rng_at(job.seed, 0, 0).random());
        let Some(network) = self.encoder_network()? else {
            return Ok(None);
        };
        // Parameters are drawn on first use. Draw them now.
        network.head().map(Weights::of);
        let (Some(config), Some(embeddings)) = (&self.recipe.head, &features.embeddings) else {
            return Ok(Some(StartingNetwork::plain(network)));
        };
        let head = match outputs {
            Outputs::Classes(classes) if config.adapt => {
                let fitted = self.adaptive_head(features, job, embeddings, classes, config)?;
                return Ok(Some(StartingNetwork {
                    network: network.with_head(fitted.head),
                    adaptation: Some(fitted.adaptation),
                    detects_speech: true,
                    sure: fitted.sure,
                }));
            }
            Outputs::Classes(classes) => {
                self.classification_head(features, job, embeddings, classes, config)?
            }
            Outputs::Dimensions(dimensions) => {
                self.regression_head(features, job, embeddings, dimensions, config)?
            }
        };
        Ok(Some(StartingNetwork::plain(network.with_head(head))))
    }

    fn adaptive_head(
        &self,
        features: &Features,
        job: &Job,
        embeddings: &[Clip],
        class_of_output: &[usize],
        config: &HeadConfig,
    ) -> Result<FittedAdaptive, LabError> {
        let outputs = self.recipe.outputs();
        let held_out = HeldOut::of(&features.utterances, job, config);
        let speakers: Vec<Cow<'_, str>> = job
            .fold
            .train
            .iter()
            .map(|index| HeldOut::Speakers.group(&features.utterances[*index]))
            .collect();
        let in_order = shuffled(speakers.iter().map(Cow::as_ref), job.seed);
        let fold_of: BTreeMap<&str, usize> = in_order
            .into_iter()
            .enumerate()
            .map(|(at, speaker)| (speaker, at % config.folds))
            .collect();
        let groups: Vec<Cow<'_, str>> = job
            .fold
            .train
            .iter()
            .zip(&speakers)
            .map(|(index, speaker)| match held_out {
                HeldOut::Corpora => held_out.group(&features.utterances[*index]),
                HeldOut::Speakers => Cow::Owned(format!("speakers {}", 1 + fold_of[&**speaker])),
            })
            .collect();
        let clips = || job.fold.train.iter().map(|index| &embeddings[*index]);
        let read = clips().map(Clip::first_window);
        let read: Vec<Cow<'_, FeatureMatrix>> = read.collect::<Result<_, _>>()?;
        let copies = clips().map(|clip| clip.copies.first().map(StoredMatrix::read).transpose());
        let copies: Vec<Option<Cow<'_, FeatureMatrix>>> = copies.collect::<Result<_, _>>()?;
        let examples: Vec<AdaptiveExample<'_>> = job
            .fold
            .train
            .iter()
            .zip(read.iter().zip(&copies))
            .zip(groups.iter().zip(&speakers))
            .filter_map(|((index, (embedding, copy)), (group, speaker))| {
                Some(AdaptiveExample {
                    embedding,
                    copy: copy.as_ref().unwrap_or(embedding),
                    output: outputs.label_of(features.utterances[*index].emotion)?,
                    group,
                    speaker,
                })
            })
            .collect();
        // Speakers of the same corpus do not show how sure a model may be of other corpora.
        let sentiments = match held_out {
            HeldOut::Corpora => outputs.classes_in(&LabelScheme::Sentiment3),
            HeldOut::Speakers => None,
        };
        let options = AdaptiveOptions {
            class_of_output,
            sentiments: sentiments.map(|it| (it, LabelScheme::Sentiment3.labels().len())),
            sounds: &features.sounds,
            gate: config.gate,
            seed: job.seed,
        };
        let mut tell = |group: &str, uar: f64| (self.observer)(&Event::GroupHeldOut { group, uar });
        let fitted = head::fit_adaptive(&examples, &options, &self.device, &mut tell)?;
        (self.observer)(&Event::AdaptiveHeadFitted {
            temperature: fitted.adaptation.temperature,
            sure: fitted.sure,
        });
        Ok(fitted)
    }

    fn classification_head(
        &self,
        features: &Features,
        job: &Job,
        embeddings: &[Clip],
        class_of_output: &[usize],
        config: &HeadConfig,
    ) -> Result<Head, LabError> {
        let outputs = self.recipe.outputs();
        let held_out = HeldOut::of(&features.utterances, job, config);
        let clips = held_out.groups(&features.utterances, job);
        let read = first_windows(embeddings, &clips)?;
        let examples: Vec<Example<'_>> = clips
            .iter()
            .zip(&read)
            .filter_map(|((index, group), embedding)| {
                Some(Example {
                    embedding,
                    output: outputs.label_of(features.utterances[*index].emotion)?,
                    group,
                })
            })
            .collect();
        let groups = shuffled(examples.iter().map(|example| example.group), job.seed);
        let mut evaluated = false;
        let fitted = head::fit(
            &examples,
            class_of_output,
            config,
            (&groups, held_out.folds(&groups, config)),
            &self.device,
            &mut |shrinkage, uar| {
                evaluated = true;
                (self.observer)(&Event::ShrinkageEvaluated { shrinkage, uar });
            },
        )?;
        self.tell_of_cross_validation(evaluated);
        (self.observer)(&Event::HeadFitted {
            shrinkage: fitted.shrinkage,
            temperature: fitted.temperature,
        });
        Ok(fitted.head)
    }

    fn regression_head(
        &self,
        features: &Features,
        job: &Job,
        embeddings: &[Clip],
        dimensions: &[Dimension],
        config: &HeadConfig,
    ) -> Result<Head, LabError> {
        let held_out = HeldOut::of(&features.utterances, job, config);
        let clips = held_out.groups(&features.utterances, job);
        let values: Vec<Vec<f32>> = clips
            .iter()
            .map(|(index, _)| {
                standardized(&features.utterances[*index], dimensions).unwrap_or_default()
            })
            .collect();
        let read = first_windows(embeddings, &clips)?;
        let examples: Vec<RegressionExample<'_>> = clips
            .iter()
            .zip(read.iter().zip(&values))
            .filter(|(_, (_, values))| !values.is_empty())
            .map(|((_, group), (embedding, values))| RegressionExample {
                embedding,
                values,
                group,
            })
            .collect();
        let groups = shuffled(examples.iter().map(|example| example.group), job.seed);
        let mut evaluated = false;
        let fitted = head::fit_ridge(
            &examples,
            config,
            self.recipe.loss.unwrap_or_default(),
            (&groups, held_out.folds(&groups, config)),
            &self.device,
            &mut |shrinkage, ccc| {
                evaluated = true;
                (self.observer)(&Event::RidgeEvaluated { shrinkage, ccc });
            },
        )?;
        self.tell_of_cross_validation(evaluated);
        (self.observer)(&Event::RidgeFitted {
            shrinkage: fitted.shrinkage,
            factors: &fitted.factors,
        });
        Ok(fitted.head)
    }

    fn tell_of_cross_validation(&self, evaluated: bool) {
        if !evaluated {
            (self.observer)(&Event::NotCrossValidated);
        }
    }
}

/// What the cross-validation of a head holds out.
#[derive(Clone, Copy)]
enum HeldOut {
    Speakers,
    Corpora,
}

impl HeldOut {
    fn of(utterances: &[Utterance], job: &Job, config: &HeadConfig) -> Self {
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

    /// Return the training clips, each with the name of what is held out together with it.
    fn groups<'a>(self, utterances: &'a [Utterance], job: &Job) -> Vec<(usize, Cow<'a, str>)> {
        let clips = job.fold.train.iter();
        clips
            .map(|index| (*index, self.group(&utterances[*index])))
            .collect()
    }

    /// A clip of an unknown speaker is a speaker of its own, as in the scores.
    fn group(self, utterance: &Utterance) -> Cow<'_, str> {
        match (self, &utterance.speaker) {
            (Self::Corpora, _) => Cow::Borrowed(&utterance.corpus),
            (Self::Speakers, Some(speaker)) => Cow::Borrowed(speaker),
            (Self::Speakers, None) => Cow::Owned(utterance.name_below(Path::new(""))),
        }
    }

    fn folds(self, groups: &[&str], config: &HeadConfig) -> usize {
        match self {
            Self::Speakers => config.folds,
            Self::Corpora => groups.len(),
        }
    }
}

/// Read the embeddings that a head is fitted to, all at once.
fn first_windows<'e>(
    embeddings: &'e [Clip],
    clips: &[(usize, Cow<'_, str>)],
) -> Result<Vec<Cow<'e, FeatureMatrix>>, LabError> {
    let clips = clips.iter().map(|(index, _)| &embeddings[*index]);
    clips.map(Clip::first_window).collect()
}

/// Return the groups of examples, each once, in a random order.
fn shuffled<'a>(groups: impl Iterator<Item = &'a str>, seed: u64) -> Vec<&'a str> {
    let mut groups: Vec<&str> = groups.collect();
    groups.sort_unstable();
    groups.dedup();
    groups.shuffle(&mut rng_at(seed, 0, 1));
    groups
}

#[cfg(test)]
mod tests {
    use undertone_corpus::Emotion;

    use super::*;

    #[test]
    fn a_clip_of_an_unknown_speaker_is_held_out_alone() {
        let clip = |name: &str, speaker: Option<&str>| Utterance {
            speaker: speaker.map(str::to_owned),
            ..Utterance::new(name, Emotion::Sad)
        };
        let group = |name, speaker| HeldOut::Speakers.group(&clip(name, speaker)).into_owned();
        assert_ne!(group("a.wav", None), group("b.wav", None));
        assert_eq!(group("a.wav", Some("anna")), group("b.wav", Some("anna")));
        let corpus = |name| HeldOut::Corpora.group(&clip(name, None)).into_owned();
        assert_eq!(corpus("a.wav"), corpus("b.wav"));
    }
}

//! The features of an experiment's clips, and the network checked against them.

use undertone_audio::{FeatureMatrix, FitLength, FrontEnd, FrontEndConfig};
use undertone_corpus::Utterance;
use undertone_models::{NetworkConfig, PretrainedConfig, PretrainedEncoder, shared_front_end};

use super::setup::Experiment;
use crate::error::LabError;
use crate::prepare::{
    Clip, FeatureStore, FrozenEncoder, SoundKind, Spill, first_window, readable, resolve_duration,
    sounds,
};
use crate::recipe::{CopiesConfig, RecipeError};

/// The readable clips and their features.
pub(super) struct Features {
    pub(super) front_end: FrontEnd,
    pub(super) utterances: Vec<Utterance>,
    /// The front end's features, unless only embeddings are needed.
    pub(super) sound: Option<Vec<Clip>>,
    /// The embeddings of a frozen encoder, if there is one.
    pub(super) embeddings: Option<Vec<Clip>>,
    /// The embeddings of sounds that are not speech, by kind, if the recipe's head needs them.
    pub(super) sounds: Vec<SoundKind<FeatureMatrix>>,
}

impl Features {
    /// Return everything that is held: the front end's features, then the embeddings.
    pub(super) fn clips(&self) -> impl Iterator<Item = &Clip> {
        self.sound.iter().chain(&self.embeddings).flatten()
    }

    /// Return the features that the trained network reads.
    pub(super) fn trained_on(&self) -> &[Clip] {
        let features = self.sound.as_ref().or(self.embeddings.as_ref());
        features.map_or(&[], Vec::as_slice)
    }
}

/// Return the embeddings of sounds that are not speech.
fn embedded_sounds(stores: &[FeatureStore]) -> Result<Vec<SoundKind<FeatureMatrix>>, LabError> {
    let Some(first) = stores.first() else {
        return Ok(Vec::new());
    };
    sounds(first.front_end().config().sample_rate)
        .into_iter()
        .map(|kind| {
            let sounds = kind.sounds.iter().map(|sound| first_window(stores, sound));
            Ok(SoundKind {
                name: kind.name,
                weight: kind.weight,
                sounds: sounds.collect::<Result<_, _>>()?,
            })
        })
        .collect()
}

impl Experiment<'_> {
    /// Compute the features of all clips, or the embeddings of a frozen encoder. `spill` holds
    /// them.
    pub(super) fn features(&self, spill: &Spill) -> Result<Features, LabError> {
        let recipe = self.recipe;
        // Not a check of the recipe: the recipes of finished runs are read too.
        if recipe.training.is_none() {
            recipe.augmentation.copies.check_without_training()?;
        }
        let clips = self.labeled()?;
        let front_end = FrontEnd::new(self.resolve_front_end(&clips)?)?;
        self.check_network(&front_end)?;
        let store = |copies: &CopiesConfig, frozen: Option<FrozenEncoder>| {
            let store = FeatureStore::new(front_end.config(), copies, frozen, self.cache.clone())?;
            Ok::<_, LabError>(store.up_to(self.max_seconds))
        };
        let compute = |stores: &[FeatureStore]| {
            readable(stores, spill, &clips, self.observer, self.interrupt)
        };
        let copies = &recipe.augmentation.copies;
        let frozen = self.frozen()?;
        let of_sound = recipe.trains_encoder() || frozen.is_empty();
        // A head is fitted to the clips and their transmitted copies. Only training uses the
        // others.
        let of_training = match recipe.training.is_some() && !of_sound {
            true => copies.clone(),
            false => copies.only_transmitted(),
        };
        let of_embeddings = frozen
            .into_iter()
            .map(|frozen| store(&of_training, Some(frozen)))
            .collect::<Result<Vec<_>, _>>()?;
        let sounds = match recipe.head.as_ref().is_some_and(|head| head.adapt) {
            true => embedded_sounds(&of_embeddings)?,
            false => Vec::new(),
        };
        // What every step of a training reads comes first: the first features stay in memory.
        let of_sound = of_sound
            .then(|| compute(&[store(copies, None)?]))
            .transpose()?;
        let of_embeddings = match of_embeddings.is_empty() {
            true => None,
            false => Some(compute(&of_embeddings)?),
        };
        // A clip that cannot be read is missing in both.
        let (utterances, sound) = of_sound.unzip();
        let (others, embeddings) = of_embeddings.unzip();
        Ok(Features {
            utterances: utterances.or(others).unwrap_or_default(),
            sound,
            embeddings,
            sounds,
            front_end,
        })
    }

    /// Return the frozen encoders if the recipe trains or fits a head on their embeddings.
    fn frozen(&self) -> Result<Vec<FrozenEncoder>, LabError> {
        if self.recipe.head.is_none() && self.recipe.trains_encoder() {
            return Ok(Vec::new());
        }
        let encoders = self.pretrained();
        encoders
            .map(|(encoder, config)| self.frozen_encoder(encoder, config))
            .collect()
    }

    fn frozen_encoder(
        &self,
        encoder: &PretrainedEncoder,
        config: &PretrainedConfig,
    ) -> Result<FrozenEncoder, LabError> {
        if !config.has_fixed_embeddings() {
            return Err(RecipeError::Range {
                field: "network",
                expected: "states other than \"weighted\" and pooling other than \"attention\" \
                           where the encoder is frozen ([training.encoder] trains it)",
                found: "an embedding that has to be trained".to_owned(),
            }
            .into());
        }
        let network = encoder.network(config, self.outputs(), &self.device)?;
        let sizes = &encoder.files.config;
        let settings = (sizes, &config.states, config.pooling, config.layers);
        Ok(FrozenEncoder::new(&network, &settings, &self.device))
    }

    /// Return an error if the network cannot work, before the corpus is read.
    fn check_network(&self, front_end: &FrontEnd) -> Result<(), LabError> {
        if let NetworkConfig::CnnLstm(config) = &self.recipe.network {
            config.check(front_end.bands(), front_end.frames(), self.outputs())?;
        }
        for encoder in self.encoders {
            encoder.check_window(front_end)?;
        }
        self.encoder_network()?;
        Ok(())
    }

    /// Return the recipe's front end with its encoders' settings. A duration such as `p95` becomes
    /// the seconds that it stands for in this corpus.
    fn resolve_front_end(&self, clips: &[Utterance]) -> Result<FrontEndConfig, LabError> {
        let encoders = self.pretrained();
        let mut config = match self.encoders.is_empty() {
            true => self.recipe.front_end.clone(),
            false => shared_front_end(
                encoders.map(|(encoder, config)| (encoder, config.pretrained.as_str())),
                &self.recipe.front_end,
            )?,
        };
        let seconds = resolve_duration(
            &config,
            clips,
            self.max_seconds,
            self.observer,
            self.interrupt,
        )?;
        config.duration = FitLength::Seconds(seconds);
        Ok(config)
    }
}

//! The features of an experiment's clips, and the network checked against them.

use undertone_audio::{FeatureMatrix, FitLength, FrontEnd, FrontEndConfig};
use undertone_corpus::Utterance;
use undertone_models::{NetworkConfig, NetworkError};

use super::setup::Experiment;
use crate::error::LabError;
use crate::prepare::{
    ClipFeatures, FeatureStore, FrozenEncoder, SoundKind, resolve_duration, sounds,
};
use crate::recipe::{CopiesConfig, RecipeError};

/// The readable clips and their features.
pub(super) struct Features {
    pub(super) front_end: FrontEnd,
    pub(super) utterances: Vec<Utterance>,
    /// The front end's features, unless only embeddings are needed.
    pub(super) sound: Option<Vec<ClipFeatures>>,
    /// The embeddings of a frozen encoder, if there is one.
    pub(super) embeddings: Option<Vec<ClipFeatures>>,
    /// The embeddings of sounds that are not speech, by kind, if the recipe's head needs them.
    pub(super) sounds: Vec<SoundKind<FeatureMatrix>>,
}

impl Features {
    /// Return the features that the trained network reads.
    pub(super) fn trained_on(&self) -> &[ClipFeatures] {
        let features = self.sound.as_ref().or(self.embeddings.as_ref());
        features.map_or(&[], Vec::as_slice)
    }
}

/// Return the embeddings of sounds that are not speech.
fn embedded_sounds(store: &FeatureStore) -> Result<Vec<SoundKind<FeatureMatrix>>, LabError> {
    sounds(store.front_end().config().sample_rate)
        .into_iter()
        .map(|kind| {
            let sounds = kind.sounds.iter().map(|sound| store.first_window(sound));
            Ok(SoundKind {
                name: kind.name,
                weight: kind.weight,
                sounds: sounds.collect::<Result<_, _>>()?,
            })
        })
        .collect()
}

impl Experiment<'_> {
    /// Compute the features of all clips, or the embeddings of a frozen encoder.
    pub(super) fn features(&self) -> Result<Features, LabError> {
        let recipe = self.recipe;
        let clips = self.labeled()?;
        let front_end = FrontEnd::new(self.resolve_front_end(&clips)?)?;
        self.check_network(&front_end)?;
        let store = |copies: &CopiesConfig, frozen: Option<FrozenEncoder>| {
            let store = FeatureStore::new(front_end.config(), copies, frozen, self.cache.clone())?;
            Ok::<_, LabError>(store.up_to(self.max_seconds))
        };
        let compute = |store: &FeatureStore| store.readable(&clips, self.observer, self.interrupt);
        let copies = &recipe.augmentation.copies;
        let frozen = self.frozen()?;
        let of_sound = recipe.trains_encoder() || frozen.is_none();
        // A head is fitted to the clips and their transmitted copies. Only training uses the
        // others.
        let of_training = match recipe.training.is_some() && !of_sound {
            true => copies.clone(),
            false => copies.only_transmitted(),
        };
        let of_embeddings = frozen
            .map(|frozen| store(&of_training, Some(frozen)))
            .transpose()?;
        let sounds = match &of_embeddings {
            Some(store) if recipe.head.as_ref().is_some_and(|head| head.adapt) => {
                embedded_sounds(store)?
            }
            _ => Vec::new(),
        };
        let of_embeddings = of_embeddings.as_ref().map(compute).transpose()?;
        let of_sound = of_sound
            .then(|| compute(&store(copies, None)?))
            .transpose()?;
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

    /// Return the frozen encoder if the recipe trains or fits a head on its embeddings.
    fn frozen(&self) -> Result<Option<FrozenEncoder>, LabError> {
        let Some((encoder, config)) = self.pretrained() else {
            return Ok(None);
        };
        if self.recipe.head.is_none() && self.recipe.trains_encoder() {
            return Ok(None);
        }
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
        Ok(Some(FrozenEncoder::new(&network, &settings, &self.device)))
    }

    /// Return an error if the network cannot work, before the corpus is read.
    fn check_network(&self, front_end: &FrontEnd) -> Result<(), LabError> {
        match (&self.recipe.network, self.encoder) {
            (NetworkConfig::CnnLstm(config), _) => {
                config.check(front_end.bands(), front_end.frames(), self.outputs())?;
            }
            (NetworkConfig::Pretrained(config), Some(encoder)) => {
                encoder.check_window(front_end)?;
                encoder.network(config, self.outputs(), &self.device)?;
            }
            (NetworkConfig::Pretrained(_), None) => return Err(NetworkError::NeedsEncoder.into()),
        }
        Ok(())
    }

    /// Return the recipe's front end with its encoder's settings. A duration such as `p95` becomes
    /// the seconds that it stands for in this corpus.
    fn resolve_front_end(&self, clips: &[Utterance]) -> Result<FrontEndConfig, LabError> {
        let mut config = match self.encoder {
            Some(encoder) => encoder.front_end(&self.recipe.front_end),
            None => self.recipe.front_end.clone(),
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

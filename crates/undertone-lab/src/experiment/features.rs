//! What every clip is to training, and the network checked against it.

use undertone_audio::{FitLength, FrontEnd, FrontEndConfig};
use undertone_corpus::Utterance;
use undertone_models::{NetworkConfig, NetworkError};

use super::Experiment;
use crate::copies::CopiesConfig;
use crate::durations;
use crate::error::LabError;
use crate::features::{ClipFeatures, FeatureStore};
use crate::frozen::FrozenEncoder;
use crate::recipe::RecipeError;

/// The readable clips and what is known of each.
pub(super) struct Features {
    pub(super) front_end: FrontEnd,
    pub(super) utterances: Vec<Utterance>,
    /// Features of their sound, unless only embeddings are needed.
    pub(super) sound: Option<Vec<ClipFeatures>>,
    /// A frozen encoder's embeddings of them.
    pub(super) embeddings: Option<Vec<ClipFeatures>>,
}

impl Features {
    /// What the network that is trained reads.
    pub(super) fn trained_on(&self) -> &[ClipFeatures] {
        let features = self.sound.as_ref().or(self.embeddings.as_ref());
        features.map_or(&[], Vec::as_slice)
    }
}

impl Experiment<'_> {
    /// What every clip is to training: features of its sound, or a frozen encoder's embeddings.
    pub(super) fn features(&self) -> Result<Features, LabError> {
        let recipe = self.recipe;
        let front_end = FrontEnd::new(self.resolve_front_end()?)?;
        self.check_network(&front_end)?;
        let compute = |copies: &CopiesConfig, frozen: Option<FrozenEncoder>| {
            let store = FeatureStore::new(front_end.config(), copies, frozen, self.cache.clone())?;
            let clips = &self.corpus.utterances;
            readable(clips, store.compute(clips, self.observer, self.interrupt)?)
        };
        let copies = &recipe.augmentation.copies;
        let frozen = self.frozen()?;
        let of_sound = recipe.trains_encoder() || frozen.is_none();
        // A head is fitted to the clips as they are; only training hears their copies.
        let heard = match recipe.training.is_some() && !of_sound {
            true => copies,
            false => &CopiesConfig::default(),
        };
        let of_embeddings = frozen
            .map(|frozen| compute(heard, Some(frozen)))
            .transpose()?;
        let of_sound = of_sound.then(|| compute(copies, None)).transpose()?;
        // A clip that cannot be read is in neither.
        let (utterances, sound) = of_sound.unzip();
        let (others, embeddings) = of_embeddings.unzip();
        Ok(Features {
            utterances: utterances.or(others).unwrap_or_default(),
            sound,
            embeddings,
            front_end,
        })
    }

    /// The encoder as a frozen step, where the recipe trains a head on its embeddings.
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
        let reads = (sizes, &config.states, config.pooling, config.layers);
        Ok(Some(FrozenEncoder::new(&network, &reads, &self.device)))
    }

    /// Refuses a network that cannot work before the corpus is read for it.
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

    /// The recipe's front end as its encoder wants it, a duration such as `p95` replaced by the
    /// seconds that it stands for in this corpus.
    fn resolve_front_end(&self) -> Result<FrontEndConfig, LabError> {
        let mut config = match self.encoder {
            Some(encoder) => encoder.front_end(&self.recipe.front_end),
            None => self.recipe.front_end.clone(),
        };
        if !matches!(config.duration, FitLength::Seconds(_)) {
            let any_window = FrontEndConfig {
                duration: FitLength::default(),
                ..config.clone()
            };
            let seconds = durations::prepared(
                &self.corpus.utterances,
                &FrontEnd::new(any_window)?,
                self.observer,
                self.interrupt,
            )?;
            // To the millisecond, so that the model's window is a number one can read.
            let resolved = (config.duration.resolve(&seconds) * 1000.0).round() / 1000.0;
            config.duration = FitLength::Seconds(resolved);
        }
        Ok(config)
    }
}

/// Leaves out the clips without features.
pub(crate) fn readable(
    utterances: &[Utterance],
    features: Vec<Option<ClipFeatures>>,
) -> Result<(Vec<Utterance>, Vec<ClipFeatures>), LabError> {
    let kept: (Vec<Utterance>, Vec<ClipFeatures>) = utterances
        .iter()
        .zip(features)
        .filter_map(|(utterance, features)| Some((utterance.clone(), features?)))
        .unzip();
    if kept.0.is_empty() {
        return Err(LabError::TooFewClips(
            "none of the corpus's clips can be read".to_owned(),
        ));
    }
    Ok(kept)
}

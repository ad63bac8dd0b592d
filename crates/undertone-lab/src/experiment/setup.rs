//! What an experiment works with.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use burn::tensor::Device;
use undertone_corpus::{Corpus, Emotion, LabelScheme, Utterance};
use undertone_models::{
    ModelError, Network, NetworkConfig, NetworkError, PretrainedConfig, PretrainedEncoder,
    Provenance, join_encoders,
};

use crate::error::LabError;
use crate::events::{Event, Interrupt, Observer};
use crate::recipe::Recipe;

/// A corpus, a recipe, and where to compute.
pub struct Experiment<'a> {
    /// The clips.
    pub corpus: &'a Corpus,
    /// The recipe.
    pub recipe: &'a Recipe,
    /// The recipe's pretrained encoders, in the order of its network's.
    pub encoders: &'a [PretrainedEncoder],
    /// The device that computes.
    pub device: Device,
    /// The folder of the feature cache; `None` computes features every time.
    pub cache: Option<PathBuf>,
    /// The longest recording that is read, in seconds. Longer ones count as unreadable.
    pub max_seconds: f64,
    /// Receives all events.
    pub observer: Observer<'a>,
    /// Checked after each step.
    pub interrupt: &'a Interrupt,
}

impl Experiment<'_> {
    /// Return the pretrained encoders, each with the recipe's configuration of it.
    pub(super) fn pretrained(
        &self,
    ) -> impl Iterator<Item = (&PretrainedEncoder, &PretrainedConfig)> + Clone {
        self.encoders.iter().zip(self.recipe.network.encoders())
    }

    /// Create the network around the pretrained encoders, with a head that was not fitted. `None`
    /// if the recipe's network has no encoder.
    ///
    /// # Errors
    /// If the options do not fit the encoders, or these are missing.
    pub(super) fn encoder_network(&self) -> Result<Option<Network>, NetworkError> {
        let outputs = self.outputs();
        Ok(match (&self.recipe.network, self.encoders) {
            (NetworkConfig::CnnLstm(_), _) => None,
            (NetworkConfig::Pretrained(config), [encoder]) => {
                let network = encoder.network(config, outputs, &self.device)?;
                Some(Network::Pretrained(network))
            }
            (NetworkConfig::Joined(config), encoders) => {
                let network = join_encoders(encoders, config, outputs, &self.device)?;
                Some(Network::Joined(network))
            }
            (NetworkConfig::Pretrained(_), _) => return Err(NetworkError::NeedsEncoder),
        })
    }

    /// Return the number of the network's outputs.
    pub(super) fn outputs(&self) -> usize {
        match self.recipe.dimensions.len() {
            0 => self.recipe.outputs().labels().len(),
            dimensions => dimensions,
        }
    }

    /// Return the class of each output of the network.
    pub(super) fn class_of_output(&self) -> Result<Vec<usize>, LabError> {
        let (outputs, labels) = (self.recipe.outputs(), &self.recipe.label_scheme);
        outputs.classes_in(labels).ok_or_else(|| {
            ModelError::Outputs {
                path: PathBuf::from(&self.recipe.name),
                outputs: outputs.clone(),
                labels: labels.clone(),
            }
            .into()
        })
    }

    /// Return the clips of the corpus without those of excluded speakers.
    pub(super) fn admitted(&self) -> Vec<Utterance> {
        let clips = self.corpus.utterances.iter();
        clips
            .filter(|clip| !self.recipe.excludes(clip))
            .cloned()
            .collect()
    }

    /// Return the corpus's clips that have a class, or a value of each dimension, and tell the
    /// observer of the others, and of classes without a clip.
    ///
    /// # Errors
    /// If all clips are of one class.
    pub(super) fn labeled(&self) -> Result<Vec<Utterance>, LabError> {
        let admitted = self.admitted();
        let excluded = self.corpus.utterances.len() - admitted.len();
        if excluded > 0 {
            (self.observer)(&Event::SpeakersExcluded { clips: excluded });
        }
        if !self.recipe.dimensions.is_empty() {
            let dimensions = self.recipe.dimensions.iter();
            let dimensions: Vec<_> = dimensions.map(|it| (&*it.name, it.range)).collect();
            return with_values(&admitted, &dimensions, self.observer);
        }
        let scheme = &self.recipe.label_scheme;
        let schemes = [self.recipe.outputs(), scheme];
        let clips = labeled(&admitted, &schemes, self.observer)?;
        let classes: BTreeSet<usize> = clips
            .iter()
            .filter_map(|clip| scheme.label_of(clip.emotion))
            .collect();
        let labels = scheme.labels();
        if let [only] = classes.iter().collect::<Vec<_>>()[..] {
            return Err(LabError::TooFewClips(format!(
                "all clips are of one class, {}; there is nothing to tell apart",
                labels[*only]
            )));
        }
        let without: Vec<&str> = (0..labels.len())
            .filter(|class| !classes.contains(class))
            .map(|class| labels[class])
            .collect();
        if !without.is_empty() {
            (self.observer)(&Event::EmptyClasses { labels: &without });
        }
        Ok(clips)
    }
}

/// Return whether the emotion of a clip has a class in every scheme.
pub(super) fn has_class(utterance: &Utterance, schemes: &[&LabelScheme]) -> bool {
    let mut schemes = schemes.iter();
    schemes.all(|scheme| scheme.label_of(utterance.emotion).is_some())
}

/// Return the clips whose emotion has a class in every scheme, and tell the observer of the others.
///
/// # Errors
/// If no clip is left.
pub(super) fn labeled(
    utterances: &[Utterance],
    schemes: &[&LabelScheme],
    observer: Observer<'_>,
) -> Result<Vec<Utterance>, LabError> {
    let mut left_out: BTreeMap<Emotion, usize> = BTreeMap::new();
    let mut kept = Vec::with_capacity(utterances.len());
    for utterance in utterances {
        if has_class(utterance, schemes) {
            kept.push(utterance.clone());
        } else {
            *left_out.entry(utterance.emotion).or_default() += 1;
        }
    }
    if !left_out.is_empty() {
        observer(&Event::WithoutClass {
            emotions: &left_out,
        });
    }
    if kept.is_empty() {
        let labels: Vec<&str> = left_out.keys().map(|emotion| emotion.name()).collect();
        let scheme = schemes.last().map_or("", |scheme| scheme.name());
        return Err(LabError::TooFewClips(format!(
            "no clip of the corpus has a class of {scheme}; its labels are {}",
            labels.join(", ")
        )));
    }
    Ok(kept)
}

/// Return the clips with a value of each dimension, inside its range if it has one, and tell the
/// observer of the others.
///
/// # Errors
/// If no clip is left.
pub(super) fn with_values(
    utterances: &[Utterance],
    dimensions: &[(&str, Option<[f64; 2]>)],
    observer: Observer<'_>,
) -> Result<Vec<Utterance>, LabError> {
    let mut without: BTreeMap<&str, usize> = BTreeMap::new();
    let mut outside: BTreeMap<&str, usize> = BTreeMap::new();
    let mut kept = Vec::with_capacity(utterances.len());
    'clips: for utterance in utterances {
        for (name, range) in dimensions {
            let value = utterance
                .values
                .get(*name)
                .filter(|value| value.is_finite());
            let counted = match (value, range) {
                (None, _) => &mut without,
                (Some(value), Some([low, high])) if value < low || value > high => &mut outside,
                _ => continue,
            };
            *counted.entry(name).or_default() += 1;
            continue 'clips;
        }
        kept.push(utterance.clone());
    }
    if !without.is_empty() || !outside.is_empty() {
        observer(&Event::WithoutValue {
            without: &without,
            outside: &outside,
        });
    }
    if kept.is_empty() {
        let known: BTreeSet<&str> = utterances
            .iter()
            .flat_map(|utterance| utterance.values.keys().map(String::as_str))
            .collect();
        let known = match known.is_empty() {
            true => "it has no numbers".to_owned(),
            false => {
                let known: Vec<&str> = known.into_iter().collect();
                format!("its numbers are {}", known.join(", "))
            }
        };
        let names: Vec<&str> = dimensions.iter().map(|(name, _)| *name).collect();
        return Err(LabError::TooFewClips(format!(
            "no clip of the corpus has a usable value of {}; {known}",
            names.join(" and ")
        )));
    }
    Ok(kept)
}

/// Return the names of the corpora in a model's provenance: `RAVDESS`, or `CREMA-D + EmoDB`.
pub(super) fn corpus_name<'a>(utterances: impl IntoIterator<Item = &'a Utterance>) -> String {
    let names: BTreeSet<&str> = utterances
        .into_iter()
        .map(|utterance| utterance.corpus.as_str())
        .collect();
    let names: Vec<&str> = names.into_iter().collect();
    names.join(Provenance::AND)
}

//! Counts of clips after each step of balancing.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use undertone_corpus::{BalanceError, BalanceStep, Emotion, LabelScheme, Utterance, balance};

use crate::clip::{Clip, NO_CLASS, UNKNOWN, class_of, gender_of, intensity_of};
use crate::options::ExploreOptions;

/// Counts of the readable clips, from the recordings to the balanced training data.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Flow {
    /// The stages, from "as recorded" to balanced.
    pub stages: Vec<Stage>,
    /// Why steps were left out: the corpus lacks their emotion.
    pub left_out: Vec<String>,
}

/// Counts after a step. A repeated clip counts as often as it occurs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stage {
    /// The name: "as recorded", "after oversampling", …
    pub name: String,
    /// Whether emotions have been mapped to labels.
    pub mapped: bool,
    /// All clips.
    pub clips: usize,
    /// By emotion: RAVDESS's in its order, then the others by name.
    pub emotions: Vec<(&'static str, usize)>,
    /// By label, in the scheme's order, then the clips without a label.
    pub labels: Vec<(&'static str, usize)>,
    /// By gender; "unknown" last.
    pub genders: Vec<(String, usize)>,
    /// By intensity; "unknown" last.
    pub intensities: Vec<(String, usize)>,
    /// By speaker.
    pub speakers: Vec<(String, usize)>,
}

pub(crate) fn flow(utterances: &[Utterance], clips: &[Clip], options: &ExploreOptions) -> Flow {
    let recorded: Vec<usize> = clips.iter().map(|clip| clip.index).collect();
    let there = Facets::of(utterances, &recorded, &options.scheme);
    let stage = |name: &str, mapped: bool, indices: &[usize]| {
        there.count(utterances, indices, name, mapped, &options.scheme)
    };
    let mut stages = vec![stage("as recorded", false, &recorded)];
    let (mut now, mut mapped) = (recorded.clone(), false);
    let (mut taken, mut left_out) = (Vec::new(), Vec::new());
    for step in &options.balance {
        if !mapped && matches!(step, BalanceStep::Undersample) {
            mapped = true;
            stages.push(stage("after mapping to labels", mapped, &now));
        }
        // Always from the start, so that random numbers are the same as in training.
        taken.push(step.clone());
        match balance(utterances, &recorded, &options.scheme, &taken, options.seed) {
            Ok(next) => now = next,
            Err(BalanceError::Absent {
                emotion,
                to,
                absent,
            }) => {
                taken.pop();
                left_out.push(format!(
                    "There is no {absent} clip: {emotion} is not oversampled to {to}. (Training \
                     rejects a recipe with this step.)"
                ));
                continue;
            }
            Err(error @ BalanceError::UnknownCorpus { .. }) => {
                taken.pop();
                left_out.push(format!("A step is left out: {error}."));
                continue;
            }
        }
        let name = match step {
            BalanceStep::Oversample { .. } => "after oversampling",
            BalanceStep::Undersample => "after under-sampling",
            BalanceStep::Cap { .. } => "after capping corpora",
            BalanceStep::Weigh { .. } => "after weighing corpora",
        };
        stages.push(stage(name, mapped, &now));
    }
    if !mapped {
        stages.push(stage("after mapping to labels", true, &now));
    }
    Flow { stages, left_out }
}

/// The groups of the corpus, so that a group with no clips left is still listed.
struct Facets {
    emotions: Vec<Emotion>,
    labels: Vec<&'static str>,
    genders: Vec<&'static str>,
    intensities: Vec<&'static str>,
    speakers: Vec<String>,
}

impl Facets {
    fn of(utterances: &[Utterance], indices: &[usize], scheme: &LabelScheme) -> Self {
        let all = || indices.iter().map(|&index| &utterances[index]);
        let emotions: BTreeSet<Emotion> = all().map(|clip| clip.emotion).collect();
        let classes: BTreeSet<&str> = all().map(|clip| class_of(scheme, clip)).collect();
        let labels = scheme.labels().iter().copied().chain([NO_CLASS]);
        let known = |names: &[&'static str], of: fn(&Utterance) -> &'static str| {
            let there = |name: &&'static str| all().any(|clip| of(clip) == *name);
            names.iter().copied().filter(there).collect()
        };
        let speakers: BTreeMap<&str, ()> = all().map(|clip| (clip.speaker_name(), ())).collect();
        Self {
            labels: labels.filter(|label| classes.contains(label)).collect(),
            emotions: emotions.into_iter().collect(),
            genders: known(&["female", "male", UNKNOWN], gender_of),
            intensities: known(&["normal", "strong", UNKNOWN], intensity_of),
            speakers: speakers.into_keys().map(str::to_owned).collect(),
        }
    }

    fn count(
        &self,
        utterances: &[Utterance],
        indices: &[usize],
        name: &str,
        mapped: bool,
        scheme: &LabelScheme,
    ) -> Stage {
        let count = |belongs: &dyn Fn(&Utterance) -> bool| {
            let clips = indices.iter().map(|&index| &utterances[index]);
            clips.filter(|clip| belongs(clip)).count()
        };
        let named = |names: &[&'static str], of: fn(&Utterance) -> &'static str| {
            names
                .iter()
                .map(|name| ((*name).to_owned(), count(&|clip| of(clip) == *name)))
                .collect()
        };
        let mut speakers: BTreeMap<&str, usize> = self
            .speakers
            .iter()
            .map(|speaker| (speaker.as_str(), 0))
            .collect();
        for &index in indices {
            *speakers
                .entry(utterances[index].speaker_name())
                .or_default() += 1;
        }
        Stage {
            name: name.to_owned(),
            mapped,
            clips: indices.len(),
            emotions: self
                .emotions
                .iter()
                .map(|emotion| (emotion.name(), count(&|clip| clip.emotion == *emotion)))
                .collect(),
            labels: self
                .labels
                .iter()
                .map(|&label| (label, count(&|clip| class_of(scheme, clip) == label)))
                .collect(),
            genders: named(&self.genders, gender_of),
            intensities: named(&self.intensities, intensity_of),
            speakers: speakers
                .into_iter()
                .map(|(speaker, clips)| (speaker.to_owned(), clips))
                .collect(),
        }
    }
}

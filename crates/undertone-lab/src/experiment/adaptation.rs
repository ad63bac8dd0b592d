//! The scores of a model that adapts, against the amount of a voice that it heard.

use std::collections::BTreeMap;

use rand::seq::SliceRandom;
use undertone_corpus::{Emotion, LabelScheme, Utterance};
use undertone_metrics::{
    AdaptationPoint, ClipPrediction, coarser, expected_calibration_error, mean_recall, sums,
};
use undertone_models::{AdaptationConfig, Evidence, ModelConfig, Outputs, Voice};

use crate::train::rng_at;

/// How many recordings of a voice are heard; `None` for all others.
const HEARD: [Option<u32>; 6] = [Some(0), Some(1), Some(3), Some(10), Some(30), None];
/// How many in the hard case, in which all are of one emotion.
const HEARD_OF_ONE: [u32; 2] = [3, 10];

/// The test clips of a fold, with the network's outputs for their windows with speech.
pub(super) struct HeardClips<'a> {
    pub(super) config: &'a ModelConfig,
    pub(super) outputs: &'a Outputs,
    pub(super) clips: Vec<HeardClip<'a>>,
    pub(super) seed: u64,
}

/// A test clip.
pub(super) struct HeardClip<'a> {
    pub(super) utterance: &'a Utterance,
    /// The network's outputs for each window that counts.
    pub(super) windows: Vec<Vec<f32>>,
}

impl HeardClips<'_> {
    /// Return the curve. Empty for a model that does not adapt.
    ///
    /// The recordings that are heard are drawn from the other clips of the speaker, as many as
    /// there are. In the hard case they are of one emotion, drawn from those of which the speaker
    /// has two other clips or more. A clip whose speaker is not known hears nothing.
    pub(super) fn curve(&self) -> Vec<AdaptationPoint> {
        let Some(adaptation) = &self.config.adaptation else {
            return Vec::new();
        };
        let evidence: Vec<Option<Evidence>> = self
            .clips
            .iter()
            .map(|clip| adaptation.evidence_of(clip.windows.iter().map(Vec::as_slice), 0.0))
            .collect();
        let mut of_speaker: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, clip) in self.clips.iter().enumerate() {
            if let Some(speaker) = &clip.utterance.speaker {
                of_speaker.entry(speaker).or_default().push(index);
            }
        }
        let easy = HEARD.into_iter().map(|heard| (heard, false));
        let hard = HEARD_OF_ONE.into_iter().map(|heard| (Some(heard), true));
        easy.chain(hard)
            .map(|(heard, one_emotion)| {
                let rows: Vec<Vec<f32>> = (0..self.clips.len())
                    .map(|index| {
                        let chosen = self.chosen(index, &of_speaker, heard, one_emotion);
                        let mut voice = adaptation.new_voice(&self.config.name);
                        for evidence in chosen.into_iter().filter_map(|it| evidence[it].as_ref()) {
                            adaptation.hear(&mut voice, evidence);
                        }
                        self.row(adaptation, index, &voice)
                    })
                    .collect();
                self.point(heard, one_emotion, &rows)
            })
            .collect()
    }

    /// Return the clips that are heard before a clip is predicted.
    fn chosen(
        &self,
        index: usize,
        of_speaker: &BTreeMap<&str, Vec<usize>>,
        heard: Option<u32>,
        one_emotion: bool,
    ) -> Vec<usize> {
        let speaker = self.clips[index].utterance.speaker.as_deref();
        let Some(clips) = speaker.and_then(|speaker| of_speaker.get(speaker)) else {
            return Vec::new();
        };
        let mut others: Vec<usize> = clips.iter().copied().filter(|it| *it != index).collect();
        let mut rng = rng_at(self.seed, index, 3);
        if one_emotion {
            let mut of_emotion: BTreeMap<Emotion, Vec<usize>> = BTreeMap::new();
            for other in others {
                let emotion = self.clips[other].utterance.emotion;
                of_emotion.entry(emotion).or_default().push(other);
            }
            let mut several: Vec<Vec<usize>> = of_emotion
                .into_values()
                .filter(|clips| clips.len() > 1)
                .collect();
            several.shuffle(&mut rng);
            others = several.pop().unwrap_or_default();
        }
        let count = heard.map_or(others.len(), |heard| heard as usize);
        let (chosen, _) = others.partial_shuffle(&mut rng, count);
        chosen.to_vec()
    }

    fn row(&self, adaptation: &AdaptationConfig, index: usize, voice: &Voice) -> Vec<f32> {
        let windows = &self.clips[index].windows;
        let rows: Vec<Vec<f32>> = windows
            .iter()
            .map(|window| adaptation.row(self.outputs, window, voice))
            .collect();
        undertone_models::infer::mean(&rows)
    }

    fn point(&self, heard: Option<u32>, one_emotion: bool, rows: &[Vec<f32>]) -> AdaptationPoint {
        let own = &self.config.label_scheme;
        let sentiment3 = &LabelScheme::Sentiment3;
        let decided = self.predictions(sentiment3, rows, coarser);
        let summed = self.predictions(sentiment3, rows, sums);
        let sure = self.config.sure.zip(summed.as_ref());
        AdaptationPoint {
            heard,
            one_emotion,
            clips: rows.len(),
            uar: self
                .predictions(own, rows, sums)
                .map_or(0.0, |it| uar(own, &it)),
            emotion4: self.among_four(rows),
            sentiment3: decided.map(|it| uar(sentiment3, &it)),
            calibration_error: summed.as_ref().map(|it| {
                expected_calibration_error(it.iter().map(|it| (&it.probabilities[..], it.truth)))
            }),
            sure: sure.map(|(least, predictions)| {
                let sure = predictions
                    .iter()
                    .filter(|it| f64::from(it.probabilities[it.predicted()]) >= least);
                let right = sure.clone().filter(|it| it.predicted() == it.truth).count();
                [sure.count(), right]
            }),
        }
    }

    /// Return the predictions for a scheme that the model's classes belong to. `combined` makes the
    /// probabilities of its classes.
    fn predictions(
        &self,
        scheme: &LabelScheme,
        rows: &[Vec<f32>],
        combined: fn(&[f32], &[usize], usize) -> Vec<f32>,
    ) -> Option<Vec<ClipPrediction>> {
        let classes = self.config.label_scheme.classes_in(scheme)?;
        let count = scheme.labels().len();
        let clips = self.clips.iter().zip(rows);
        let predictions = clips.filter_map(|(clip, row)| {
            let truth = scheme.label_of(clip.utterance.emotion)?;
            let row = combined(row, &classes, count);
            Some(prediction(clip.utterance, truth, row))
        });
        Some(predictions.collect())
    }

    /// Return the UAR over angry, happy, neutral and sad. `None` if the model does not have them
    /// all as classes of their own.
    fn among_four(&self, rows: &[Vec<f32>]) -> Option<f64> {
        let four = LabelScheme::Emotion4;
        let own = &self.config.label_scheme;
        // The model's classes whose emotions all belong to each of the four.
        let mut members: Vec<Vec<usize>> = vec![Vec::new(); four.labels().len()];
        for class in 0..own.labels().len() {
            let emotions = own.emotions_of(class);
            let of_four: Vec<Option<usize>> = emotions
                .iter()
                .map(|emotion| four.label_of(*emotion))
                .collect();
            match of_four[..] {
                [Some(first), ..] if of_four.iter().all(|it| *it == Some(first)) => {
                    members[first].push(class);
                }
                _ if of_four.iter().all(Option::is_none) => {}
                // A class that holds one of the four and something else.
                _ => return None,
            }
        }
        if members.iter().any(Vec::is_empty) {
            return None;
        }
        let clips = self.clips.iter().zip(rows);
        let predictions: Vec<ClipPrediction> = clips
            .filter_map(|(clip, row)| {
                let truth = four.label_of(clip.utterance.emotion)?;
                let of_four = members
                    .iter()
                    .map(|classes| classes.iter().map(|class| row[*class]).sum());
                Some(prediction(clip.utterance, truth, of_four.collect()))
            })
            .collect();
        (!predictions.is_empty()).then(|| uar(&four, &predictions))
    }
}

fn prediction(utterance: &Utterance, truth: usize, probabilities: Vec<f32>) -> ClipPrediction {
    ClipPrediction {
        utterance: String::new(),
        corpus: utterance.corpus.clone(),
        speaker: String::new(),
        gender: None,
        truth,
        probabilities,
    }
}

/// Return the mean recall over the classes that occur.
fn uar(scheme: &LabelScheme, predictions: &[ClipPrediction]) -> f64 {
    let pairs = predictions.iter().map(|it| (it.truth, it.predicted()));
    mean_recall(pairs, scheme.labels().len())
}

//! A recognizer that hears no speech in soft windows, and that adapts to voices.

use serde_json::json;
use undertone_answer::{Influence, Segmentation};
use undertone_app::{
    Evidence, ModelDescription, Recognition, RecognizeError, Recognizer, Voice, Window,
};
use undertone_audio::Recording;

use crate::support::{Running, answers, settings, start_recognizer};

/// A recording at this rate is unfamiliar.
pub(crate) const UNFAMILIAR: u32 = 44_100;
/// A window whose loudest sample is below this holds no speech.
const SPEECH: f32 = 0.01;

pub(crate) const LABELS: [&str; 7] = [
    "angry",
    "disgust",
    "fearful",
    "happy",
    "neutral",
    "sad",
    "surprised",
];

/// Start a server with an [`Adaptive`] recognizer.
pub(crate) fn start_adaptive() -> Running {
    start_recognizer(settings(), Adaptive)
}

/// A recognizer for tests. The louder a recording, the angrier it is. Every voice that it has heard
/// before is happy.
pub(crate) struct Adaptive;

impl Recognizer for Adaptive {
    fn description(&self) -> ModelDescription {
        ModelDescription {
            answers: answers("adaptive", &LABELS, Some(0.75)),
            window_seconds: 2.0,
            sample_rate: 16_000,
            card: Some("# Adaptive\n\nHears voices.".to_owned()),
            adapts: true,
            voice: None,
        }
    }

    fn recognize(&self, recordings: &[Recording]) -> Vec<Result<Recognition, RecognizeError>> {
        recordings.iter().map(|it| Ok(one(it))).collect()
    }

    fn explain(&self, recording: &Recording) -> Result<Vec<Influence>, RecognizeError> {
        Ok(vec![Influence {
            start: 0.0,
            end: recording.duration(),
            change: 0.5,
        }])
    }

    fn hear(&self, voice: Option<Voice>, recognition: &Recognition) -> Option<Voice> {
        let (recordings, seconds) = voice.map_or((0, 0.0), |it| (it.recordings(), it.seconds()));
        let new = recognition.evidence.as_ref()?.0.as_f64()?;
        Some(Voice(json!({
            "model": "adaptive",
            "recordings": recordings + 1,
            "seconds": seconds + new,
        })))
    }

    fn adapted(
        &self,
        recognition: &Recognition,
        voice: &Voice,
    ) -> Result<Recognition, RecognizeError> {
        if voice.0["model"] != "adaptive" {
            let detail = "the voice profile belongs to another model";
            return Err(RecognizeError::Unusable(detail.to_owned()));
        }
        let mut adapted = recognition.clone();
        for window in &mut adapted.windows {
            window.probabilities = probabilities(3, 0.94);
        }
        adapted.probabilities = probabilities(3, 0.94);
        Ok(adapted)
    }
}

/// Return probabilities with this one for a class, and the rest divided among the others.
fn probabilities(class: usize, probability: f32) -> Vec<f32> {
    let rest = (1.0 - probability) / (LABELS.len() - 1) as f32;
    let of = |index| if index == class { probability } else { rest };
    (0..LABELS.len()).map(of).collect()
}

fn one(recording: &Recording) -> Recognition {
    let rate = f64::from(recording.sample_rate);
    let length = 2 * recording.sample_rate as usize;
    let windows: Vec<Window> = recording
        .samples
        .chunks(length)
        .enumerate()
        .map(|(index, samples)| {
            let loudest = samples.iter().fold(0.0_f32, |most, it| most.max(it.abs()));
            let start = (index * length) as f64 / rate;
            Window {
                start,
                end: start + samples.len() as f64 / rate,
                probabilities: probabilities(0, loudest),
                speech: loudest >= SPEECH,
            }
        })
        .collect();
    let speech: Vec<&Window> = windows.iter().filter(|window| window.speech).collect();
    let seconds: f64 = speech.iter().map(|window| window.end - window.start).sum();
    Recognition {
        probabilities: speech
            .first()
            .map_or_else(Vec::new, |window| window.probabilities.clone()),
        segmentation: Segmentation::Windows,
        speech: !speech.is_empty(),
        unfamiliar: recording.sample_rate == UNFAMILIAR,
        evidence: Some(Evidence(json!(seconds))),
        windows,
    }
}

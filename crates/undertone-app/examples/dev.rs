//! Serve the page from a folder, for work on the page. A stand-in for the model gives results that
//! depend on pitch and level and mean nothing. It adapts to voices, and it takes soft sound for no
//! speech. `--plain 1` serves a model of three classes that does not adapt.
//!
//! ```text
//! cargo run --release -p undertone-app --example dev -- --port 7860 --web crates/undertone-app/web
//! ```

#![allow(clippy::print_stdout)] // an example prints

use std::convert::Infallible;
use std::ops::ControlFlow;

use serde_json::json;
use undertone_answer::{Answers, Classes, Influence, ModelIdentity, Segmentation};
use undertone_app::{
    Evidence, LongRecognition, ModelDescription, Progress, Recognition, RecognizeError, Recognizer,
    Server, Settings, Voice, Window,
};
use undertone_audio::{Channels, DecodeOptions, Recording, Source, VoiceActivityConfig};

const WINDOW_SECONDS: f64 = 2.0;
/// A window below this root mean square holds no speech.
const SPEECH: f64 = 0.01;
/// Recordings that count for as much as the mean of all voices.
const SHRINKAGE: f64 = 3.0;
/// Pitch and level of an average voice.
const AVERAGE: Sound = Sound {
    pitch: 0.5,
    level: 0.5,
};
/// Where each emotion lies in pitch and level around the voice's own.
const EMOTIONS: [(&str, f64, f64); 7] = [
    ("angry", 0.1, 0.5),
    ("disgust", -0.3, 0.1),
    ("fearful", 0.5, -0.1),
    ("happy", 0.4, 0.3),
    ("neutral", 0.0, 0.0),
    ("sad", -0.2, -0.5),
    ("surprised", 0.6, 0.5),
];

struct PitchAndLevel {
    plain: bool,
}

/// Pitch and level, each about 0 to 1.
#[derive(Clone, Copy)]
struct Sound {
    pitch: f64,
    level: f64,
}

impl Recognizer for PitchAndLevel {
    fn description(&self) -> ModelDescription {
        let labels: Vec<String> = match self.plain {
            true => ["negative", "neutral", "positive"]
                .map(str::to_owned)
                .into(),
            false => EMOTIONS
                .iter()
                .map(|(name, ..)| (*name).to_owned())
                .collect(),
        };
        let model = ModelIdentity {
            name: "dev".to_owned(),
            version: None,
        };
        let sure = (!self.plain).then_some(0.6);
        ModelDescription {
            answers: Answers::new(model, Classes::new(labels, None), sure),
            window_seconds: WINDOW_SECONDS,
            sample_rate: 16_000,
            card: Some(include_str!("../../../models/3-optimized-sentiment3/README.md").to_owned()),
            adapts: !self.plain,
            voice: None,
        }
    }

    fn recognize(&self, recordings: &[Recording]) -> Vec<Result<Recognition, RecognizeError>> {
        let one = |recording| Ok(recognition(recording, self.plain));
        recordings.iter().map(one).collect()
    }

    fn recognize_long(
        &self,
        source: &Source,
        options: &DecodeOptions,
        progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<LongRecognition, RecognizeError> {
        let activity = VoiceActivityConfig {
            longest: WINDOW_SECONDS,
            ..VoiceActivityConfig::default()
        };
        let heard = |_| ControlFlow::Continue(());
        let (scan, utterances) = source
            .find_utterances(Channels::Mix, options, &activity, &heard)
            .map_err(RecognizeError::Decode)?;
        let (mut samples, total) = (Vec::new(), Some(scan.seconds()));
        let rate = f64::from(scan.sample_rate);
        let streamed = source.stream(scan.sample_rate, scan.heard, options, &mut |block| {
            samples.extend_from_slice(block);
            progress(Progress {
                seconds: samples.len() as f64 / rate,
                total,
            })
        });
        streamed.map_err(|_| RecognizeError::Stopped)?;
        let windows = utterances.iter().map(|it| {
            let (from, to) = ((it.start * rate) as usize, (it.end * rate) as usize);
            let part = &samples[from.min(samples.len())..to.min(samples.len())];
            Window {
                start: it.start,
                end: it.end,
                probabilities: probabilities(sound(part, rate), AVERAGE, self.plain),
                speech: self.plain || rms(part) >= SPEECH,
            }
        });
        let windows: Vec<Window> = windows.collect();
        let recognition = Recognition {
            probabilities: mean(&windows),
            segmentation: Segmentation::Utterances,
            speech: windows.iter().any(|window| window.speech),
            unfamiliar: false,
            evidence: None,
            windows,
        };
        Ok(LongRecognition { scan, recognition })
    }

    fn explain(&self, recording: &Recording) -> Result<Vec<Influence>, RecognizeError> {
        let rate = f64::from(recording.sample_rate);
        let parts = recording.samples.chunks((0.5 * rate) as usize).enumerate();
        let influence = |(index, part): (usize, &[f32])| {
            let start = 0.5 * index as f64;
            let change = 2.0 * (AVERAGE.level - sound(part, rate).level);
            Influence::new(start, start + part.len() as f64 / rate, change)
        };
        Ok(parts.map(influence).collect())
    }

    fn hear(&self, voice: Option<Voice>, recognition: &Recognition) -> Option<Voice> {
        let evidence = &recognition.evidence.as_ref()?.0;
        let number = |name: &str| {
            let heard = voice.as_ref().and_then(|voice| voice.0[name].as_f64());
            heard.unwrap_or(0.0) + evidence[name].as_f64().unwrap_or(0.0)
        };
        Some(Voice(json!({
            "model": "dev",
            "recordings": voice.as_ref().map_or(0, Voice::recordings) + 1,
            "seconds": number("seconds"),
            "pitch": number("pitch"),
            "level": number("level"),
        })))
    }

    fn adapted(
        &self,
        recognition: &Recognition,
        voice: &Voice,
    ) -> Result<Recognition, RecognizeError> {
        let unusable = || RecognizeError::Unusable("this is no voice of this model".to_owned());
        if voice.0["model"] != "dev" {
            return Err(unusable());
        }
        let number = |name: &str| voice.0[name].as_f64().ok_or_else(unusable);
        let heard = voice.recordings() as f64 + SHRINKAGE;
        let own = Sound {
            pitch: (number("pitch")? + SHRINKAGE * AVERAGE.pitch) / heard,
            level: (number("level")? + SHRINKAGE * AVERAGE.level) / heard,
        };
        let evidence = recognition.evidence.as_ref().ok_or_else(unusable)?;
        let sounds = evidence.0["windows"].as_array().ok_or_else(unusable)?;
        let mut adapted = recognition.clone();
        for (window, sound) in adapted.windows.iter_mut().zip(sounds) {
            let of = |name: &str| sound[name].as_f64().unwrap_or(0.0);
            let sound = Sound {
                pitch: of("pitch"),
                level: of("level"),
            };
            window.probabilities = probabilities(sound, own, false);
        }
        adapted.probabilities = mean(&adapted.windows);
        Ok(adapted)
    }
}

fn recognition(recording: &Recording, plain: bool) -> Recognition {
    let rate = f64::from(recording.sample_rate);
    let window = (WINDOW_SECONDS * rate) as usize;
    let length = recording.samples.len();
    let last = length.saturating_sub(window);
    let starts: Vec<usize> = (0..last).step_by(window / 2).chain([last]).collect();
    let read = |start: usize| &recording.samples[start..(start + window).min(length)];
    let sounds: Vec<Sound> = starts
        .iter()
        .map(|start| sound(read(*start), rate))
        .collect();
    let windows: Vec<Window> = starts
        .iter()
        .zip(&sounds)
        .map(|(start, sound)| Window {
            start: *start as f64 / rate,
            end: (start + window).min(length) as f64 / rate,
            probabilities: probabilities(*sound, AVERAGE, plain),
            speech: plain || rms(read(*start)) >= SPEECH,
        })
        .collect();
    let spoken: Vec<Sound> = sounds
        .iter()
        .zip(&windows)
        .filter(|(_, window)| window.speech)
        .map(|(sound, _)| *sound)
        .collect();
    let of_all = |value: fn(&Sound) -> f64| {
        spoken.iter().map(value).sum::<f64>() / spoken.len().max(1) as f64
    };
    let all: Vec<_> = sounds
        .iter()
        .map(|sound| json!({"pitch": sound.pitch, "level": sound.level}))
        .collect();
    Recognition {
        probabilities: mean(&windows),
        segmentation: Segmentation::Windows,
        speech: !spoken.is_empty(),
        unfamiliar: false,
        evidence: (!plain).then(|| {
            Evidence(json!({
                "seconds": recording.duration(),
                "pitch": of_all(|sound| sound.pitch),
                "level": of_all(|sound| sound.level),
                "windows": all,
            }))
        }),
        windows,
    }
}

/// Return the mean over the windows with speech.
fn mean(windows: &[Window]) -> Vec<f32> {
    let spoken: Vec<&Window> = windows.iter().filter(|window| window.speech).collect();
    let classes = windows
        .first()
        .map_or(0, |window| window.probabilities.len());
    let mean = |class: usize| {
        let sum: f32 = spoken
            .iter()
            .map(|window| window.probabilities[class])
            .sum();
        sum / spoken.len().max(1) as f32
    };
    (0..classes).map(mean).collect()
}

fn rms(samples: &[f32]) -> f64 {
    let power: f64 = samples.iter().map(|it| f64::from(it * it)).sum();
    (power / samples.len().max(1) as f64).sqrt()
}

fn sound(samples: &[f32], rate: f64) -> Sound {
    let crossings = samples
        .windows(2)
        .filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0)
        .count();
    let hertz = crossings as f64 * rate / samples.len().max(1) as f64;
    Sound {
        pitch: hertz / 1000.0,
        level: 4.0 * rms(samples),
    }
}

fn probabilities(sound: Sound, own: Sound, plain: bool) -> Vec<f32> {
    let (pitch, level) = (sound.pitch - own.pitch, sound.level - own.level);
    let score = |at: (&str, f64, f64)| {
        let distance = (pitch - at.1).powi(2) + (level - at.2).powi(2);
        (-8.0 * distance).exp()
    };
    let scores: Vec<f64> = if plain {
        vec![score(EMOTIONS[0]), score(EMOTIONS[4]), score(EMOTIONS[3])]
    } else {
        EMOTIONS.into_iter().map(score).collect()
    };
    let sum: f64 = scores.iter().sum::<f64>().max(f64::MIN_POSITIVE);
    scores.iter().map(|score| (score / sum) as f32).collect()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut settings = Settings::default();
    let mut plain = false;
    let mut arguments = std::env::args().skip(1);
    while let Some(option) = arguments.next() {
        let value = arguments.next().ok_or("expected a value")?;
        match option.as_str() {
            "--port" => settings.port = value.parse()?,
            "--web" => settings.web = Some(value.into()),
            "--token" => settings.access.token = Some(value),
            "--max-seconds" => settings.limits.max_seconds = value.parse()?,
            "--plain" => plain = value == "1",
            _ => return Err(format!("unknown option {option}").into()),
        }
    }
    let server = Server::bind(settings)?;
    println!("http://{}", server.address());
    server.run(move || Ok::<_, Infallible>(PitchAndLevel { plain }), |_| {})?;
    Ok(())
}

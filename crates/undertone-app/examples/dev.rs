//! Serve the page from a folder, for work on the page. A stand-in for the model gives results that
//! depend on pitch and level and mean nothing.
//!
//! ```text
//! cargo run --release -p undertone-app --example dev -- --port 7860 --web crates/undertone-app/web
//! ```

#![allow(clippy::print_stdout)] // an example prints

use std::convert::Infallible;

use undertone_app::{
    ModelDescription, Recognition, RecognizeError, Recognizer, Server, Settings, Window,
};
use undertone_audio::Recording;

const WINDOW_SECONDS: f64 = 2.0;
const LABELS: [&str; 3] = ["negative", "neutral", "positive"];

struct PitchAndLevel;

impl Recognizer for PitchAndLevel {
    fn description(&self) -> ModelDescription {
        ModelDescription {
            name: "dev".to_owned(),
            labels: LABELS.map(str::to_owned).to_vec(),
            window_seconds: WINDOW_SECONDS,
            sample_rate: 16_000,
            card: Some(include_str!("../../../models/3-optimized-sentiment3/README.md").to_owned()),
        }
    }

    fn recognize(&self, recordings: &[Recording]) -> Vec<Result<Recognition, RecognizeError>> {
        recordings
            .iter()
            .map(|recording| Ok(recognition(recording)))
            .collect()
    }
}

fn recognition(recording: &Recording) -> Recognition {
    let rate = f64::from(recording.sample_rate);
    let window = (WINDOW_SECONDS * rate) as usize;
    let length = recording.samples.len();
    let last = length.saturating_sub(window);
    let windows: Vec<Window> = (0..last)
        .step_by(window / 2)
        .chain([last])
        .map(|start| {
            let end = (start + window).min(length);
            Window {
                start: start as f64 / rate,
                end: end as f64 / rate,
                probabilities: probabilities(&recording.samples[start..end], rate),
            }
        })
        .collect();
    let mean = |class: usize| {
        let sum: f32 = windows
            .iter()
            .map(|window| window.probabilities[class])
            .sum();
        sum / windows.len() as f32
    };
    Recognition {
        probabilities: (0..LABELS.len()).map(mean).collect(),
        windows,
    }
}

fn probabilities(samples: &[f32], rate: f64) -> Vec<f32> {
    let crossings = samples
        .windows(2)
        .filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0)
        .count();
    let hertz = crossings as f64 * rate / samples.len().max(1) as f64;
    let power: f32 =
        samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len().max(1) as f32;
    let scores = [10.0 * power.sqrt(), 1.0, (hertz / 500.0) as f32].map(f32::exp);
    let sum: f32 = scores.iter().sum();
    scores.map(|score| score / sum).to_vec()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut settings = Settings::default();
    let mut arguments = std::env::args().skip(1);
    while let Some(option) = arguments.next() {
        let value = arguments.next().ok_or("expected a value")?;
        match option.as_str() {
            "--port" => settings.port = value.parse()?,
            "--web" => settings.web = Some(value.into()),
            "--token" => settings.access.token = Some(value),
            "--max-seconds" => settings.limits.max_seconds = value.parse()?,
            _ => return Err(format!("unknown option {option}").into()),
        }
    }
    let server = Server::bind(settings)?;
    println!("http://{}", server.address());
    server.run(|| Ok::<_, Infallible>(PitchAndLevel), |_| {})?;
    Ok(())
}

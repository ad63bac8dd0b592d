//! How well voice activity is found, on clips one after another with pauses between them.
//!
//! `cargo run --release -p undertone-audio --example voice_activity -- FOLDER…`
//!
//! Each folder is searched for clips, of which some are taken, brought to one level, and put one
//! after another with pauses of 0.7 to 3 s. Speech is what is between the first and the last frame
//! of a clip that is less than 30 dB below its loudest; what a clip has around that is not counted.
//! Noise of several levels is added to all of it, pauses included.
#![allow(clippy::print_stdout)]

use std::ops::Range;
use std::path::{Path, PathBuf};

use undertone_audio::{
    DecodeOptions, Resampler, TrimConfig, Utterance, VoiceActivity, VoiceActivityConfig,
    decode_path, is_recording_name, trim,
};

const RATE: usize = 16_000;
const CLIPS: usize = 120;
const FRAME: usize = 160;
/// What clips are scaled to: a root mean square of -26 dB.
const RMS: f32 = 0.05;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut clips = Vec::new();
    for folder in std::env::args().skip(1) {
        let mut paths = Vec::new();
        find(Path::new(&folder), &mut paths)?;
        paths.sort();
        let step = (paths.len() / CLIPS).max(1);
        for path in paths.iter().step_by(step).take(CLIPS) {
            let recording = decode_path(path, &DecodeOptions::default())?;
            let resampler = Resampler::new(recording.sample_rate, RATE as u32)?;
            clips.push(resampler.resample(&recording.samples));
        }
    }
    let (clean, truth) = sequence(&clips);
    println!(
        "{} clips, {:.0} s, speech {:.0} %",
        clips.len(),
        clean.len() as f64 / RATE as f64,
        100.0 * share(&truth, Some(true))
    );
    let scenes: Vec<(String, Vec<f32>)> = [f32::INFINITY, 20.0, 10.0, 5.0, 0.0]
        .into_iter()
        .map(|ratio| {
            (
                format!("white {ratio} dB"),
                with_noise(&clean, ratio, false),
            )
        })
        .chain(
            [20.0, 10.0, 5.0, 0.0]
                .map(|ratio| (format!("red {ratio} dB"), with_noise(&clean, ratio, true))),
        )
        .chain([0.1, 0.01].map(|gain| {
            let quiet = clean.iter().map(|it| it * gain).collect();
            (format!("gain {gain}"), quiet)
        }))
        .collect();
    let base = VoiceActivityConfig::default();
    let mut configs = vec![base];
    for threshold in [0.3, 0.4, 0.6, 0.7] {
        configs.push(VoiceActivityConfig { threshold, ..base });
    }
    for (gap, padding) in [(0.3, 0.1), (0.3, 0.2), (0.5, 0.1), (0.8, 0.2)] {
        configs.push(VoiceActivityConfig {
            gap,
            padding,
            ..base
        });
    }
    for config in configs {
        println!("\n{config:?}");
        println!(
            "{:14} {:>7} {:>11} {:>10} {:>8} {:>7}",
            "", "recall", "false alarm", "utterances", "clips", "joined"
        );
        for (name, samples) in &scenes {
            let found = utterances(samples, &config);
            let heard = mask(&found, truth.frames.len());
            let (mut hits, mut speech, mut alarms, mut pauses) = (0, 0, 0, 0);
            for (truth, heard) in truth.frames.iter().zip(&heard) {
                match truth {
                    Some(true) => (hits, speech) = (hits + usize::from(*heard), speech + 1),
                    Some(false) => (alarms, pauses) = (alarms + usize::from(*heard), pauses + 1),
                    None => {}
                }
            }
            // How many clips an utterance reaches, and how many utterances hold several clips.
            let reached = truth
                .clips
                .iter()
                .filter(|clip| heard[(*clip).clone()].contains(&true))
                .count();
            let joined = found
                .iter()
                .filter(|it| {
                    let frame = |seconds: f64| (seconds * RATE as f64 / FRAME as f64) as usize;
                    let (start, end) = (frame(it.start), frame(it.end));
                    truth
                        .clips
                        .iter()
                        .filter(|clip| clip.start < end && start < clip.end)
                        .count()
                        > 1
                })
                .count();
            println!(
                "{name:14} {:>6.1} % {:>9.1} % {:>10} {:>8} {:>7}",
                100.0 * hits as f64 / speech as f64,
                100.0 * alarms as f64 / pauses as f64,
                found.len(),
                reached,
                joined,
            );
        }
    }
    Ok(())
}

/// What is true of each frame: speech, no speech, or not counted.
struct Truth {
    frames: Vec<Option<bool>>,
    /// The frames of speech of each clip.
    clips: Vec<Range<usize>>,
}

fn share(truth: &Truth, what: Option<bool>) -> f64 {
    let count = truth.frames.iter().filter(|frame| **frame == what).count();
    count as f64 / truth.frames.len() as f64
}

fn sequence(clips: &[Vec<f32>]) -> (Vec<f32>, Truth) {
    let mut samples: Vec<f32> = Vec::new();
    let mut truth = Truth {
        frames: Vec::new(),
        clips: Vec::new(),
    };
    let mut random = Random(1);
    let config = TrimConfig {
        top_db: 30.0,
        ..TrimConfig::default()
    };
    for clip in clips {
        let pause = ((0.7 + 2.3 * f64::from(random.next())) * 100.0) as usize * FRAME;
        samples.resize(samples.len() + pause, 0.0);
        truth.frames.resize(samples.len() / FRAME, Some(false));
        let speech = trim(clip, &config);
        let power =
            clip[speech.clone()].iter().map(|it| it * it).sum::<f32>() / speech.len() as f32;
        let gain = RMS / power.sqrt().max(1e-9);
        let start = truth.frames.len();
        samples.extend(clip.iter().map(|it| it * gain));
        samples.resize(samples.len().next_multiple_of(FRAME), 0.0);
        let own = start + speech.start / FRAME..start + speech.end / FRAME;
        truth.frames.resize(own.start, None);
        truth.frames.resize(own.end, Some(true));
        truth.frames.resize(samples.len() / FRAME, None);
        truth.clips.push(own);
    }
    (samples, truth)
}

fn with_noise(clean: &[f32], ratio: f32, red: bool) -> Vec<f32> {
    let mut random = Random(7);
    let mut state = 0.0;
    let noise: Vec<f32> = clean
        .iter()
        .map(|_| {
            let white = random.next() + random.next() + random.next() - 1.5;
            state = 0.97 * state + white;
            if red { state } else { white }
        })
        .collect();
    let rms = (noise.iter().map(|it| it * it).sum::<f32>() / noise.len() as f32).sqrt();
    let gain = RMS * 10_f32.powf(-ratio / 20.0) / rms;
    clean
        .iter()
        .zip(noise)
        .map(|(it, noise)| it + gain * noise)
        .collect()
}

fn utterances(samples: &[f32], config: &VoiceActivityConfig) -> Vec<Utterance> {
    let mut activity = VoiceActivity::new(config);
    let mut found = Vec::new();
    activity.push(samples, &mut found);
    activity.finish(&mut found);
    found
}

fn mask(utterances: &[Utterance], frames: usize) -> Vec<bool> {
    let mut heard = vec![false; frames];
    let rate = RATE as f64 / FRAME as f64;
    for utterance in utterances {
        let end = ((utterance.end * rate) as usize).min(frames);
        heard[((utterance.start * rate) as usize).min(end)..end].fill(true);
    }
    heard
}

fn find(folder: &Path, paths: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            find(&path, paths)?;
        } else if is_recording_name(&path.to_string_lossy()) {
            paths.push(path);
        }
    }
    Ok(())
}

/// Numbers between 0 and 1, the same in each run.
struct Random(u32);

impl Random {
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) as f32 / (1 << 24) as f32
    }
}

//! The time of each augmentation per clip, beside the front end from the same samples at 16 kHz.
//!
//! ```text
//! cargo bench -p undertone-audio --bench augment -- FILE…
//! ```
//!
//! Prints milliseconds and the ratio to the front end: the median over five rounds of the mean over
//! the clips.

use std::error::Error;
use std::hint::black_box;
use std::io::Write;
use std::time::{Duration, Instant};

use undertone_audio::augment::{
    AugmentError, NoiseColor, gain, noise, pitch, reverberation, speed, tempo,
};
use undertone_audio::{
    DecodeOptions, FrontEnd, FrontEndConfig, Recording, WhisperLogMel, decode_path,
};

const RATE: u32 = 16_000;
const ROUNDS: usize = 5;

type Augmentation = fn(&[f32]) -> Result<Vec<f32>, AugmentError>;

const AUGMENTATIONS: [(&str, Augmentation); 7] = [
    ("speed 1.07", |x| speed(x, RATE, 1.07)),
    ("tempo 1.07", |x| tempo(x, RATE, 1.07)),
    ("pitch +1.3", |x| pitch(x, RATE, 1.3)),
    ("gain", |x| gain(x, -6.0)),
    ("white noise", |x| noise(x, 15.0, NoiseColor::White, 1)),
    ("pink noise", |x| noise(x, 15.0, NoiseColor::Pink, 1)),
    ("reverberation", |x| reverberation(x, RATE, 0.3, 10.0, 1)),
];

fn main() -> Result<(), Box<dyn Error>> {
    // `cargo bench` adds an argument of its own.
    let files: Vec<_> = std::env::args_os()
        .skip(1)
        .filter(|it| it != "--bench")
        .collect();
    let front_end = FrontEnd::new(FrontEndConfig::default())?;
    let whisper = WhisperLogMel::new(80)?;
    let mut clips = Vec::new();
    for file in &files {
        let recording = decode_path(file.as_ref(), &DecodeOptions::default())?;
        let samples = front_end.prepare(&recording)?.samples;
        clips.push(Recording::mono(samples, RATE));
    }

    let mut out = std::io::stdout().lock();
    let first = |clip: &Recording| {
        let speech = front_end.prepare(clip)?;
        black_box(front_end.features(&speech.samples));
        Ok(())
    };
    let unit = per_clip(&clips, first)?.as_secs_f64();
    let mut report = |name: &str, time: Duration| {
        let seconds = time.as_secs_f64();
        writeln!(
            out,
            "{name:14} {:7.3} ms {:6.2}",
            seconds * 1e3,
            seconds / unit
        )
    };
    report("front end", Duration::from_secs_f64(unit))?;
    let log_mel = |clip: &Recording| {
        black_box(whisper.log_mel(&clip.samples));
        Ok(())
    };
    report("Whisper's input", per_clip(&clips, log_mel)?)?;
    for (name, copies) in AUGMENTATIONS {
        let run = |clip: &Recording| {
            black_box(copies(&clip.samples)?);
            Ok(())
        };
        report(name, per_clip(&clips, run)?)?;
    }
    Ok(())
}

/// Return the median over rounds of the mean over clips.
fn per_clip(
    clips: &[Recording],
    step: impl Fn(&Recording) -> Result<(), Box<dyn Error>>,
) -> Result<Duration, Box<dyn Error>> {
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        clips.iter().try_for_each(&step)?;
        rounds.push(begin.elapsed() / clips.len().max(1) as u32);
    }
    rounds.sort();
    Ok(rounds[ROUNDS / 2])
}

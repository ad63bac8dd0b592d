//! The pitch of recordings, for `bench/pitch.py` to compare with `librosa.pyin`.
//!
//! ```text
//! pitch FILE…
//! ```
//!
//! Resamples each recording to 16 kHz and prints one line for it: the number of frames, the time in
//! milliseconds, then for each frame the frequency in Hz (0 where unvoiced) and the probability
//! that it is voiced.

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use undertone_audio::{DecodeOptions, PitchConfig, Pyin, Resampler, decode_path};

#[allow(clippy::print_stdout)]
fn main() -> Result<(), Box<dyn Error>> {
    let config = PitchConfig::default();
    let pyin = Pyin::new(&config)?;
    // `cargo bench` adds an argument of its own.
    for path in std::env::args().skip(1).filter(|it| it != "--bench") {
        let recording = decode_path(Path::new(&path), &DecodeOptions::default())?;
        let resampler = Resampler::new(recording.sample_rate, config.sample_rate)?;
        let samples = resampler.resample(&recording.samples);
        let start = Instant::now();
        let frames = pyin.track(&samples);
        let milliseconds = start.elapsed().as_secs_f64() * 1000.0;
        let values: Vec<String> = frames
            .iter()
            .map(|frame| format!("{} {}", frame.f0.unwrap_or(0.0), frame.voiced_probability))
            .collect();
        println!("{} {milliseconds} {}", frames.len(), values.join(" "));
    }
    Ok(())
}

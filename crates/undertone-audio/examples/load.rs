//! Load a recording as mono samples at 16 kHz, as `librosa.load(path, sr=16_000)` does.
#![allow(clippy::print_stdout)]

use undertone_audio::{DecodeOptions, Resampler, decode_path};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: load FILE")?;
    let recording = decode_path(path.as_ref(), &DecodeOptions::default())?;
    let resampler = Resampler::new(recording.sample_rate, 16_000)?;
    let samples = resampler.resample(&recording.samples);
    println!("{:.2} s, {} samples", recording.duration(), samples.len());
    Ok(())
}

//! Compute 13 MFCCs and their deltas of a recording at 16 kHz.
#![allow(clippy::print_stdout)]

use undertone_audio::{DecodeOptions, Extractor, InputKind, MelConfig, Resampler, decode_path};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: mfcc FILE")?;
    let recording = decode_path(path.as_ref(), &DecodeOptions::default())?;
    let samples = Resampler::new(recording.sample_rate, 16_000)?.resample(&recording.samples);
    let inputs = [InputKind::Mfcc, InputKind::MfccDelta];
    let extractor = Extractor::new(&inputs, &MelConfig::default(), 13)?;
    extractor.check_frames(samples.len())?;
    let features = extractor.features(&samples, samples.len());
    println!("{} bands, {} frames", features.bands, features.frames);
    Ok(())
}

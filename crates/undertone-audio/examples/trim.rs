//! Find the speech between the silence at both ends, as `librosa.effects.trim` does.
#![allow(clippy::print_stdout)]

use undertone_audio::{DecodeOptions, TrimConfig, decode_path, trim};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: trim FILE")?;
    let recording = decode_path(path.as_ref(), &DecodeOptions::default())?;
    let config = TrimConfig {
        top_db: 30.0,
        ..TrimConfig::default()
    };
    let speech = trim(&recording.samples, &config);
    let seconds = |sample: usize| sample as f64 / f64::from(recording.sample_rate);
    println!(
        "speech from {:.2} to {:.2} s",
        seconds(speech.start),
        seconds(speech.end)
    );
    Ok(())
}

//! Print the emotion of one recording, with the model that is part of this build.
//!
//! ```text
//! cargo run --release -p undertone-models --example classify -- samples/neutral.flac
//! ```
#![allow(clippy::print_stdout)]

use undertone_audio::{DecodeOptions, decode_path};
use undertone_models::Classifier;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args_os().nth(1).ok_or("usage: classify FILE")?;
    let classifier = Classifier::embedded()?;
    let recording = decode_path(path.as_ref(), &DecodeOptions::default())?;
    let prediction = classifier.classify(&recording)?;
    println!(
        "{} ({:.0} %)",
        prediction.label(),
        100.0 * prediction.confidence()
    );
    Ok(())
}

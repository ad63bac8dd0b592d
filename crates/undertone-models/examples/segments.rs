//! Judge a recording of any length in utterances, in bounded memory.
//!
//! `cargo run --release --workspace --example segments -- FILE`
#![allow(clippy::print_stdout)]

use std::ops::ControlFlow;

use undertone_audio::Source;
use undertone_models::{Classifier, SegmentsConfig};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: segments FILE")?;
    undertone_audio::keep_freed_memory();
    let classifier = Classifier::embedded()?;
    let config = SegmentsConfig::default();
    let source = Source::open(path.as_ref(), &config.options)?;
    let mut progress = |_| ControlFlow::Continue(());
    let judged = classifier.classify_source(&source, &config, &mut progress)?;
    for segment in &judged.segments {
        if let Some(prediction) = segment.speech() {
            let (label, confidence) = (prediction.label(), prediction.confidence());
            println!(
                "{:.2}\t{:.2}\t{label}\t{confidence:.2}",
                segment.start, segment.end
            );
        }
    }
    if judged.has_speech() {
        println!(
            "all\t{:.2}\t{}\t{:.2}",
            judged.scan.seconds(),
            judged.label(),
            judged.confidence()
        );
    }
    Ok(())
}

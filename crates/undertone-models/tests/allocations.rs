//! A prediction that follows others allocates as much as they did, and keeps nothing.
//!
//! `cargo test --release --workspace --test allocations -- --nocapture` prints how often and how
//! much one prediction allocates.
#![allow(clippy::print_stdout)]

use std::alloc::System;
use std::error::Error;
use std::path::Path;

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, Stats, StatsAlloc};
use undertone_audio::{DecodeOptions, Recording, decode_path};
use undertone_models::Classifier;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Predictions before the first count, which fill caches and queues.
const WARM: usize = 8;
/// Predictions in each count.
const STEPS: usize = 16;

fn root(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path)
}

fn count(classifier: &Classifier, recording: &Recording) -> Result<Stats, Box<dyn Error>> {
    let region = Region::new(ALLOCATOR);
    for _ in 0..STEPS {
        classifier.classify(recording)?;
    }
    Ok(region.change())
}

// One test, as tests of one program run at the same time and share the counter.
#[test]
fn a_steady_prediction_allocates_the_same_each_time() -> Result<(), Box<dyn Error>> {
    let recording = decode_path(&root("samples/neutral.flac"), &DecodeOptions::default())?;
    #[cfg(target_arch = "x86_64")]
    let has_kernels = is_x86_feature_detected!("avx2");
    #[cfg(not(target_arch = "x86_64"))]
    let has_kernels = false;
    // Without the kernels for inference, each operation of Burn makes a tensor.
    let of_encoder = if has_kernels { 400 } else { 4_000 };
    for (name, model, most) in [
        ("undertone-all", "models/undertone-all", of_encoder),
        ("CNN+LSTM", "models/3-optimized-sentiment3", 300),
    ] {
        let classifier = Classifier::load(root(model))?;
        for _ in 0..WARM {
            classifier.classify(&recording)?;
        }
        let [first, second] = [
            count(&classifier, &recording)?,
            count(&classifier, &recording)?,
        ];
        let calls = |stats: &Stats| (stats.allocations + stats.reallocations) / STEPS;
        println!(
            "{name}: {} allocations and {} KiB for one prediction",
            calls(&second),
            second.bytes_allocated / STEPS / 1024
        );
        assert!(calls(&second) <= most, "{name}: {}", calls(&second));
        assert!(
            calls(&second) <= calls(&first) + calls(&first) / 50 + 2,
            "{name}: {} allocations, then {}",
            calls(&first),
            calls(&second)
        );
        // Threads may hold a few blocks of a task that just ended.
        let kept = second.bytes_allocated as i64 - second.bytes_deallocated as i64;
        assert!(kept < 64 * 1024, "{name}: {kept} bytes are kept");
    }
    Ok(())
}

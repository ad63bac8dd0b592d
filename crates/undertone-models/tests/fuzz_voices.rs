//! Mutated voice profiles are refused or adapt to (`UNDERTONE_FUZZ`: see undertone-fuzz). This is a
//! program of its own, because the memory of its model would count in the tests beside it.
#![cfg(feature = "embedded")]

use std::path::Path;

use undertone_audio::{DecodeOptions, decode_path};
use undertone_fuzz::{Fuzz, PeakAlloc};
use undertone_models::{Classifier, Voice};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

#[test]
fn voice_profiles() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/happy.flac");
    let recording = decode_path(&sample, &DecodeOptions::default()).unwrap();
    let classifier = Classifier::embedded().unwrap();
    let prediction = classifier.classify(&recording).unwrap();
    let mut voice = classifier.new_voice().unwrap();
    classifier.hear(&mut voice, &prediction).unwrap();
    let fuzz = Fuzz {
        tokens: &[
            "\"recordings\":",
            "-",
            "1e308",
            "null",
            "0.5",
            "[",
            "]",
            ",",
            "NaN",
        ],
        ..Fuzz::new("voice profiles", vec![serde_json::to_vec(&voice).unwrap()])
    };
    fuzz.run(&ALLOCATOR, |input| {
        let Ok(voice) = serde_json::from_slice::<Voice>(input) else {
            return false;
        };
        let Ok(adapted) = classifier.adapted(&prediction, &voice) else {
            return false;
        };
        let sum: f32 = adapted.probabilities.iter().sum();
        assert!((sum - 1.0).abs() < 1e-3, "{:?}", adapted.probabilities);
        true
    });
}

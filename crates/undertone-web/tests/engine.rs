//! The committed engines have the interface of these sources.

use std::fs;
use std::path::Path;

use serde_json::Value;
use sha2::{Digest, Sha256};

/// The sources of the interface between the page and the engine, in the order of `build-engine`.
const SOURCES: [&str; 5] = [
    "Cargo.toml",
    "src/engine.rs",
    "src/packed_model.rs",
    "src/threads.rs",
    "../undertone-app/src/local.rs",
];

fn read(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

#[test]
fn the_engine_was_built_with_this_interface() {
    let built: Value = serde_json::from_slice(&read("engine/built.json")).unwrap();
    let sources: Vec<u8> = SOURCES.into_iter().flat_map(read).collect();
    let hash: String = Sha256::digest(sources)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let advice = "run crates/undertone-web/build-engine and commit crates/undertone-web/engine";
    assert_eq!(built["sources"], hash, "{advice}");
    assert_eq!(built["version"], env!("CARGO_PKG_VERSION"), "{advice}");
}

#[test]
fn the_engines_are_compressed_and_small() {
    for name in ["engine/engine.packed", "engine/threaded-engine.packed"] {
        let engine = read(name);
        assert_eq!(engine[..2], [0x1f, 0x8b], "gzip");
        assert!(engine.len() < 2_200_000, "{name}: {} bytes", engine.len());
    }
}

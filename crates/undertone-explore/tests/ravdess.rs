//! The corpus that all of this is for, where it is there.

mod support;

use std::path::{Path, PathBuf};

use undertone_corpus::Corpus;
use undertone_explore::{ExploreOptions, FindingKind, explore};

use support::UNWATCHED;

#[allow(clippy::print_stderr)] // tests tell what they skip
fn ravdess() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/ravdess");
    let folder = std::env::var_os("UNDERTONE_RAVDESS").map_or_else(beside, PathBuf::from);
    let there = folder.is_dir();
    if !there {
        eprintln!("skipped: no RAVDESS in {}", folder.display());
    }
    there.then_some(folder)
}

#[test]
fn ravdess_has_its_known_properties() {
    let Some(folder) = ravdess() else { return };
    let mut corpus = Corpus::open(&folder).unwrap();
    if corpus.utterances.len() < 1440 {
        eprintln!("skipped: a part of RAVDESS only");
        return;
    }
    let whole = corpus.utterances.clone();
    // Every seventh clip, which takes all actors and emotions: a test should be quick.
    corpus.utterances = whole.iter().step_by(7).cloned().collect();
    let exploration = explore(&corpus, &ExploreOptions::default(), UNWATCHED).unwrap();
    assert!(exploration.unreadable.is_empty());
    let summary = exploration.summary();
    let median = |measure: &str, emotion: &str| summary.measures[measure].emotions[emotion].median;
    assert!(median("rms_dbfs", "angry") > median("rms_dbfs", "neutral") + 6.0);
    assert!(median("rms_dbfs", "angry") > median("rms_dbfs", "calm") + 6.0);
    assert!(median("f0_median_hz", "fearful") > median("f0_median_hz", "calm"));
    assert!((0.35..0.55).contains(&(summary.kept_seconds / summary.recorded_seconds)));
    let kinds: Vec<FindingKind> = exploration.findings.iter().map(|f| f.kind).collect();
    assert!(!kinds.contains(&FindingKind::Duplicates), "{kinds:?}");
}

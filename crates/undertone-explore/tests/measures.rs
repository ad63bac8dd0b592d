//! What is measured of voices whose pitch, level and length are known.

mod support;

use std::fs;
use std::path::Path;

use support::*;
use undertone_corpus::{Corpus, Emotion};
use undertone_explore::{ExploreOptions, explore};

#[test]
fn synthetic_voices_have_the_expected_measures() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = small_corpus(folder.path());
    let exploration = explored(&corpus).unwrap();
    assert_eq!(exploration.clips.len(), 6);
    for (clip, (hertz, seconds)) in exploration.clips.iter().zip([
        (220.0, 0.8),
        (330.0, 0.6),
        (200.0, 1.2),
        (121.0, 0.8),
        (181.5, 0.6),
        (110.0, 1.2),
    ]) {
        let measures = &clip.measures;
        assert!((measures.seconds - seconds - 0.4).abs() < 1e-3);
        // Frames of 128 ms reach over the ends of the voice.
        assert!(
            (measures.kept_seconds() - seconds).abs() < 0.14,
            "{measures:?}"
        );
        let pitch = measures.pitch.unwrap();
        assert!((pitch.median_hz / hertz - 1.0).abs() < 0.006, "{pitch:?}");
        assert!(pitch.range_semitones() < 1.0);
        assert!(measures.voiced_share > 0.8);
        assert_eq!(measures.syllables, 1);
        assert!(measures.noise.unwrap().db > 25.0);
        assert_eq!(measures.level.clipping.runs, 0);
    }
    let level = |index: usize| exploration.clips[index].measures.level.rms_db.unwrap();
    // Six times the amplitude.
    assert!(
        (level(1) - level(0) - 15.6).abs() < 0.5,
        "{}",
        level(1) - level(0)
    );
}

#[test]
fn mean_spectra_are_the_means_of_the_clips() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = small_corpus(folder.path());
    let exploration = explored(&corpus).unwrap();
    let mean = exploration.totals.mean_of(Emotion::Angry).unwrap();
    assert_eq!(mean.clips, 2);
    assert_eq!((mean.log_mel.len(), mean.mfcc.len()), (64, 40));
    assert!(mean.log_mel.iter().flatten().all(|value| value.is_finite()));
    assert!(exploration.totals.mean_of(Emotion::Calm).is_none());
    // Means over time of the mean MFCCs are the means of the clips' features.
    let first = mean.mfcc[0].iter().sum::<f64>() / mean.mfcc[0].len() as f64;
    let features: Vec<f32> = [1, 4]
        .map(|clip: usize| exploration.clips[clip].measures.features[0])
        .into();
    let expected = f64::from(features.iter().sum::<f32>()) / 2.0;
    assert!((first / expected - 1.0).abs() < 0.05, "{first}, {expected}");
}

#[test]
fn the_same_corpus_gives_the_same_page_on_any_number_of_processors() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = small_corpus(folder.path());
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.unwrap().install(|| {
            let out = folder.path().join(format!("on-{threads}"));
            let page = page_of(&corpus, &out);
            (page, fs::read(out.join("clips.csv")).unwrap())
        })
    };
    assert!(on(1) == on(3));
}

#[test]
fn peaks_do_not_depend_on_the_trimming_rate() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.wav");
    // Most of it above what 16 kHz can hold.
    let samples: Vec<f32> = voice(200.0, 0.5, 0.2, 48_000)
        .iter()
        .enumerate()
        .map(|(n, v)| v + 0.6 * (n as f32 * 2.5).sin())
        .collect();
    write_wav(&path, &samples, 48_000, 1);
    let row = Row {
        path: "a.wav",
        emotion: "calm",
        speaker: "anna",
        gender: "",
    };
    let corpus = manifest(folder.path(), &[row]);
    let peak = |sample_rate| {
        let mut options = ExploreOptions::default();
        options.trimming.sample_rate = sample_rate;
        let exploration = explore(&corpus, &options, UNWATCHED).unwrap();
        exploration.clips[0].measures.level.peak_db
    };
    assert_eq!(peak(Some(16_000)), peak(None));
}

/// Twelve clips of the same length by speakers that are as `speaker` says.
fn equal_lengths(folder: &Path, speaker: impl Fn(usize) -> String) -> Corpus {
    let rows: Vec<Row> = (0..12)
        .map(|number| {
            let path: &'static str = format!("{number}.wav").leak();
            let hertz = 120.0 + 9.0 * number as f64;
            write_wav(
                &folder.join(path),
                &voice(hertz, 0.6, 0.3, 16_000),
                16_000,
                1,
            );
            Row {
                path,
                emotion: ["neutral", "sad", "angry"][number % 3],
                speaker: speaker(number).leak(),
                gender: "",
            }
        })
        .collect();
    manifest(folder, &rows)
}

#[test]
fn rounding_and_single_clips_explain_no_variance() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = equal_lengths(folder.path(), |number| number.to_string());
    let exploration = explored(&corpus).unwrap();
    let summary = exploration.summary();
    let duration = &summary.measures["kept_seconds"];
    assert_eq!(duration.explained_by.emotion, None);
    let pitch = &summary.measures["f0_median_hz"].explained_by;
    assert!(pitch.emotion.is_some_and(|share| share < 0.3), "{pitch:?}");
    assert_eq!(pitch.speaker, None, "a speaker has one clip");
    let page = page_of(&corpus, &folder.path().join("out"));
    assert!(page.contains("All emotions have the same median of duration after trimming"));
}

#[test]
fn explained_variance_is_corrected_for_chance() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = equal_lengths(folder.path(), |number| (number / 4).to_string());
    let summary = explored(&corpus).unwrap().summary();
    // Pitch rises from speaker to speaker: 120 to 147, 156 to 183, 192 to 219 Hz. By hand: η² is
    // 10368/11583 = 0.895, ε² less 2/9 of what is left; the measured pitch has steps of 10 cents.
    let speaker = summary.measures["f0_median_hz"]
        .explained_by
        .speaker
        .unwrap();
    assert!((speaker - 0.8718).abs() < 0.01, "{speaker}");
}

#[test]
fn the_summary_agrees_with_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = small_corpus(folder.path());
    let summary = explored(&corpus).unwrap().summary();
    let pitch = &summary.measures["f0_median_hz"];
    assert!(pitch.genders["female"].median > pitch.genders["male"].median);
    // 0.55 times the frequency.
    let apart = summary.semitones_between_genders.unwrap();
    assert!((apart - 10.35).abs() < 0.1, "{apart}");
    assert_eq!(summary.near_full_scale, 0);
    assert_eq!(
        (summary.projection.pca_clips, summary.projection.tsne_clips),
        (6, 0)
    );
    assert!(summary.projection.pca_measures.is_some());
    assert!(
        summary
            .trimming
            .kept_by_threshold
            .iter()
            .all(|(_, share)| *share <= 1.0)
    );
}

//! What is measured of voices whose pitch, level and length are known.

mod support;

use std::fs;

use support::*;
use undertone_corpus::Emotion;

#[test]
fn known_voices_are_measured_as_they_are() {
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
fn sums_are_the_means_of_the_clips() {
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

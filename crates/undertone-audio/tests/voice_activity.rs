//! Voice activity in clips of RAVDESS (`UNDERTONE_RAVDESS` or `shared/ravdess`) with pauses between
//! them, and in sounds without a voice.

use std::path::{Path, PathBuf};

use undertone_audio::{
    DecodeOptions, Resampler, TrimConfig, Utterance, VoiceActivity, VoiceActivityConfig,
    decode_path, trim,
};

const RATE: f64 = 16_000.0;

fn utterances(samples: &[f32], block: usize) -> Vec<Utterance> {
    let mut activity = VoiceActivity::new(&VoiceActivityConfig::default());
    let mut found = Vec::new();
    for block in samples.chunks(block) {
        activity.push(block, &mut found);
    }
    activity.finish(&mut found);
    found
}

fn noise(count: usize) -> impl Iterator<Item = f32> {
    let mut state = 1_u32;
    (0..count).map(move |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    })
}

#[test]
fn sounds_without_a_voice_hold_no_utterance() {
    let silence = vec![0.0; 160_000];
    let hiss: Vec<f32> = noise(160_000).map(|it| 0.01 * it).collect();
    for samples in [&silence, &hiss, &Vec::new()] {
        assert_eq!(utterances(samples, 1000), []);
    }
}

#[test]
fn clips_between_pauses_are_found() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/ravdess");
    let corpus = std::env::var_os("UNDERTONE_RAVDESS").map_or(shared, PathBuf::from);
    let Ok(entries) = std::fs::read_dir(corpus.join("Actor_01")) else {
        eprintln!("skipped: {} is not there", corpus.display());
        return;
    };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let config = TrimConfig {
        top_db: 30.0,
        ..TrimConfig::default()
    };
    let (mut samples, mut clips) = (Vec::new(), Vec::new());
    for path in paths.iter().step_by(3) {
        let clip = decode_path(path, &DecodeOptions::default()).unwrap();
        let resampler = Resampler::new(clip.sample_rate, 16_000).unwrap();
        let clip = resampler.resample(&clip.samples);
        let speech = trim(&clip, &config);
        samples.resize(samples.len() + 16_000, 0.0);
        let start = samples.len();
        clips.push((start + speech.start, start + speech.end));
        samples.extend(clip);
    }
    for (sample, noise) in samples.iter_mut().zip(noise(usize::MAX)) {
        *sample += 1e-3 * noise;
    }
    let found = utterances(&samples, 4096);
    assert_eq!(found, utterances(&samples, 100));
    let overlap =
        |from: f64, to: f64, it: &Utterance| (it.end.min(to) - it.start.max(from)).max(0.0);
    let (mut speech, mut heard) = (0.0, 0.0);
    for (from, to) in clips
        .iter()
        .map(|(from, to)| (*from as f64 / RATE, *to as f64 / RATE))
    {
        let own: f64 = found.iter().map(|it| overlap(from, to, it)).sum();
        assert!(own > 0.3, "nothing is heard from {from} to {to} s");
        speech += to - from;
        heard += own;
    }
    let all: f64 = found.iter().map(Utterance::seconds).sum();
    assert!(heard / speech > 0.9, "recall {}", heard / speech);
    // Padding, and what a clip has around its loud part.
    assert!(all < 1.6 * speech, "{all} s of {speech} s");
    assert!(found.windows(2).all(|pair| pair[0].end <= pair[1].start));
}

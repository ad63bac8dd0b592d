//! Whole experiments on a small synthetic corpus: tones whose pitch is the emotion.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use undertone_audio::{DecodeOptions, decode_bytes, encode_flac};
use undertone_corpus::{Corpus, Protocol, ProtocolConfig};
use undertone_lab::{
    EvaluationTask, Event, Experiment, FoldChoice, Interrupt, LabError, Recipe, RunFolder,
    RunRecord, evaluate_model,
};
use undertone_metrics::Report;
use undertone_models::{Classifier, DeviceKind, Precision};

const RECIPE: &str = r#"
name = "tones"
seed = 3
label_scheme = "sentiment3"
protocol = { name = "speakers", folds = 2, validation_fraction = 0.3 }
front_end = { duration = 0.3, n_fft = 512, hop_length = 256, n_mels = 24, n_mfcc = 8, trim = false }
augmentation = { shift = 2 }
[network]
architecture = "cnn-lstm"
conv = [{ channels = 12, kernel_size = 3, pool = 2 }]
batch_norm = true
lstm = { layers = 1, units = 12, dropout = 0.0 }
pooling = "mean"
dropout = 0.1
[training]
epochs = 12
batch_size = 8
learning_rate = 1e-2
select = "last"
"#;

/// Six speakers × three emotions × four clips of a third of a second.
fn corpus(folder: &Path) -> Corpus {
    let mut manifest = String::from("path,emotion,speaker,gender\n");
    for speaker in 0..6 {
        for (emotion, hertz) in [("sad", 300.0), ("neutral", 900.0), ("happy", 2500.0)] {
            for take in 0..4 {
                let name = format!("{speaker}-{emotion}-{take}.wav");
                let pitch = hertz * (1.0 + 0.02 * speaker as f32 + 0.004 * take as f32);
                fs::write(folder.join(&name), wav(pitch)).unwrap();
                let gender = if speaker % 2 == 0 { "female" } else { "male" };
                manifest += &format!("{name},{emotion},s{speaker},{gender}\n");
            }
        }
    }
    let path = folder.join("corpus.csv");
    fs::write(&path, manifest).unwrap();
    Corpus::open(&path).unwrap()
}

fn wav(hertz: f32) -> Vec<u8> {
    let samples: Vec<u8> = (0..5_300)
        .map(|index| 0.5 * (std::f32::consts::TAU * hertz * index as f32 / 16_000.0).sin())
        .flat_map(|value| ((value * 32_000.0) as i16).to_le_bytes())
        .collect();
    let mut bytes = Vec::new();
    bytes.extend(b"RIFF");
    bytes.extend((36 + samples.len() as u32).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16u32.to_le_bytes());
    bytes.extend([1, 0, 1, 0]);
    bytes.extend(16_000u32.to_le_bytes());
    bytes.extend(32_000u32.to_le_bytes());
    bytes.extend([2, 0, 16, 0]);
    bytes.extend(b"data");
    bytes.extend((samples.len() as u32).to_le_bytes());
    bytes.extend(samples);
    bytes
}

fn recipe(overrides: &[&str]) -> Recipe {
    let overrides: Vec<String> = overrides.iter().map(|it| (*it).to_owned()).collect();
    Recipe::parse(RECIPE, "tones", &overrides).unwrap()
}

fn experiment<'a>(
    corpus: &'a Corpus,
    recipe: &'a Recipe,
    observer: &'a (dyn Fn(&Event<'_>) + Sync),
    interrupt: &'a Interrupt,
) -> Experiment<'a> {
    let device = DeviceKind::Cpu.open().unwrap();
    Experiment {
        corpus,
        recipe,
        encoders: &[],
        device,
        cache: None,
        max_seconds: 600.0,
        observer,
        interrupt,
    }
}

const ALL: fn() -> FoldChoice = || FoldChoice::All { seeds: vec![3] };

#[test]
fn a_run_learns_tones_of_held_out_speakers_and_is_not_trained_twice() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    let recipe = recipe(&[]);
    let interrupt = Interrupt::new();
    let experiment_quiet = experiment(&corpus, &recipe, &|_| {}, &interrupt);
    let path = folder.path().join("run");
    let run = RunFolder::open(&path, &recipe, false).unwrap();
    let report = experiment_quiet.run(&run, &ALL()).unwrap().report.unwrap();

    assert_eq!(report.folds.len(), 2);
    assert_eq!(report.pooled.n, 72);
    assert!(report.pooled.uar.value > 0.9, "{}", report.to_text());
    assert_eq!(report.leakage().speakers_on_both_sides, 0);
    let speakers: Vec<&String> = report
        .folds
        .iter()
        .flat_map(|fold| &fold.test_speakers)
        .collect();
    assert_eq!(
        speakers.iter().collect::<BTreeSet<_>>().len(),
        speakers.len()
    );
    let text = fs::read_to_string(run.report_path()).unwrap();
    assert!(
        text.contains("speakers (2 folds, no speaker on both sides, seed 3)"),
        "{text}"
    );
    for fold in ["fold-1", "fold-2"] {
        let metrics = path.join("folds").join(fold).join("metrics.csv");
        assert_eq!(fs::read_to_string(metrics).unwrap().lines().count(), 13);
    }

    // Only one process can open a run for training.
    let taken = RunFolder::open(&path, &recipe, true).unwrap_err();
    assert!(taken.to_string().contains("another process"), "{taken}");
    drop(run);

    // A finished run is not trained again.
    let trained = std::sync::atomic::AtomicBool::new(false);
    let observer = |event: &Event<'_>| {
        if matches!(event, Event::Step { .. }) {
            trained.store(true, std::sync::atomic::Ordering::Relaxed);
        }
    };
    let again = RunFolder::open(&path, &recipe, true).unwrap();
    let repeated = experiment(&corpus, &recipe, &observer, &interrupt)
        .run(&again, &ALL())
        .unwrap();
    assert_eq!(repeated.report.unwrap(), report);
    assert!(!trained.into_inner());

    drop(again);

    // An unfinished recipe of a killed process is no obstacle.
    let fresh = folder.path().join("fresh");
    fs::create_dir(&fresh).unwrap();
    fs::write(fresh.join("recipe.toml.tmp"), "half a rec").unwrap();
    RunFolder::open(&fresh, &recipe, true).unwrap();

    // A run is neither overwritten nor resumed with another recipe.
    assert!(matches!(
        RunFolder::open(&path, &recipe, false),
        Err(LabError::RunFolder { .. })
    ));
    let other = Recipe {
        seed: 4,
        ..recipe.clone()
    };
    assert!(matches!(
        RunFolder::open(&path, &other, true),
        Err(LabError::RunFolder { .. })
    ));
    // The description fixes nothing, and later builds may word it in another way.
    let reworded = Recipe {
        description: "Other words.".to_owned(),
        ..recipe.clone()
    };
    RunFolder::open(&path, &reworded, true).unwrap();
}

#[test]
fn the_report_of_a_model_counts_speakers_of_its_training() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    let recipe = recipe(&["training.epochs=2"]);
    let interrupt = Interrupt::new();
    let run = RunFolder::open(&folder.path().join("run"), &recipe, false).unwrap();
    let finished = experiment(&corpus, &recipe, &|_| {}, &interrupt)
        .run(&run, &FoldChoice::One(2))
        .unwrap();
    let model = finished.model.unwrap();
    assert!(model.join("README.md").is_file());
    Classifier::load(&model).unwrap();

    let evaluate = |fold: Option<usize>, training_clips| {
        evaluate_model(&EvaluationTask {
            model: &model,
            corpus: &corpus,
            protocol: &recipe.protocol,
            balance: &recipe.balance,
            training_clips,
            seed: Some(recipe.seed),
            fold,
            degradation: None,
            device: DeviceKind::Cpu.open().unwrap(),
            precision: Precision::F32,
            cache: None,
            max_seconds: 600.0,
            observer: &|_| {},
            interrupt: &interrupt,
        })
        .unwrap()
        .report
        .unwrap()
    };
    let own_test_set = evaluate(Some(2), None);
    assert_eq!(own_test_set.leakage().speakers_on_both_sides, 0);
    assert_eq!(
        own_test_set.pooled.wa.value,
        finished.report.unwrap().pooled.wa.value
    );
    let all = evaluate(None, None);
    assert_eq!(all.leakage().speakers_on_both_sides, 3);
    assert!(all.to_text().contains("SPEAKERS") && all.to_text().contains("UNKNOWN"));

    // The run knows its training clips.
    let clips = run.training_clips().unwrap();
    let copies = |report: Report| report.leakage().test_clips_with_copy_in_training;
    assert_eq!(copies(evaluate(Some(2), clips.clone())), Some(0));
    let others = corpus.utterances.len() - own_test_set.pooled.n;
    assert_eq!(clips.as_ref().map(Vec::len), Some(others));
    assert_eq!(copies(evaluate(None, clips)), Some(others));
    let elsewhere = Some(vec!["elsewhere.wav".into()]);
    assert_eq!(copies(evaluate(Some(2), elsewhere)), None);
}

#[test]
fn balancing_before_the_split_is_reported_as_leakage() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    let recipe = recipe(&[
        "training.epochs=1",
        "protocol={name=\"holdout\",balance_before_split=true}",
        "balance=[{step=\"oversample\",emotion=\"sad\",to=\"happy\"}]",
    ]);
    let mut doubled = corpus.clone();
    // There are more happy than sad clips, so that sad ones are repeated.
    doubled
        .utterances
        .retain(|it| it.emotion.name() != "sad" || it.path.to_string_lossy().contains("-1"));
    let interrupt = Interrupt::new();
    let run = RunFolder::open(&folder.path().join("run"), &recipe, false).unwrap();
    let report = experiment(&doubled, &recipe, &|_| {}, &interrupt)
        .run(&run, &FoldChoice::One(1))
        .unwrap()
        .report
        .unwrap();
    assert!(report.leakage().test_clips_with_copy_in_training > Some(0));
    assert!(report.to_text().contains("LEAKAGE"));
}

#[test]
fn a_loss_that_is_not_a_number_is_an_error_that_names_the_step() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    let recipe = recipe(&["training.learning_rate=1e38"]);
    let interrupt = Interrupt::new();
    let run = RunFolder::open(&folder.path().join("run"), &recipe, false).unwrap();
    let error = experiment(&corpus, &recipe, &|_| {}, &interrupt)
        .run(&run, &FoldChoice::One(1))
        .unwrap_err();
    assert!(matches!(error, LabError::LossNotFinite { .. }), "{error}");
    let message = error.to_string();
    assert!(
        message.contains("step") && message.contains("learning_rate"),
        "{message}"
    );
}

#[test]
fn unreadable_clips_are_left_out_and_reported() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    fs::write(&corpus.utterances[0].path, b"not audio").unwrap();
    let recipe = recipe(&["training.epochs=1"]);
    let interrupt = Interrupt::new();
    let failures = std::sync::Mutex::new(Vec::new());
    let observer = |event: &Event<'_>| {
        if let Event::ClipFailed { message } = event {
            failures.lock().unwrap().push(message.clone());
        }
    };
    let run = RunFolder::open(&folder.path().join("run"), &recipe, false).unwrap();
    let report = experiment(&corpus, &recipe, &observer, &interrupt)
        .run(&run, &ALL())
        .unwrap()
        .report
        .unwrap();
    assert_eq!(report.pooled.n, 71);
    let failures = failures.into_inner().unwrap();
    assert_eq!(failures.len(), 1);
    assert!(failures[0].contains("0-sad-0.wav"), "{failures:?}");
}

#[test]
fn the_models_window_can_be_the_longest_duration_of_the_corpus() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    let recipe = recipe(&["front_end.duration=max", "training.epochs=1"]);
    let interrupt = Interrupt::new();
    let run = RunFolder::open(&folder.path().join("run"), &recipe, false).unwrap();
    let finished = experiment(&corpus, &recipe, &|_| {}, &interrupt)
        .run(&run, &FoldChoice::One(1))
        .unwrap();
    let config = fs::read_to_string(finished.model.unwrap().join("config.json")).unwrap();
    assert!(config.contains("\"duration\": 0.331"), "{config}");
}

#[test]
fn the_protocol_full_trains_a_model_without_a_report() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    let mut recipe = recipe(&["training.epochs=1"]);
    recipe.protocol = ProtocolConfig::new(Protocol::Full);
    let interrupt = Interrupt::new();
    let run = RunFolder::open(&folder.path().join("run"), &recipe, false).unwrap();
    let finished = experiment(&corpus, &recipe, &|_| {}, &interrupt)
        .run(&run, &FoldChoice::One(1))
        .unwrap();
    assert!(finished.report.is_none());
    let card = fs::read_to_string(finished.model.unwrap().join("README.md")).unwrap();
    assert!(card.contains("Nothing was held back"), "{card}");
}

#[test]
fn a_run_is_not_resumed_with_another_corpus_or_damaged_files() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    let recipe = recipe(&["training.epochs=1"]);
    let interrupt = Interrupt::new();
    let path = folder.path().join("run");
    let run = |corpus: &Corpus| {
        let run = RunFolder::open(&path, &recipe, true).unwrap();
        experiment(corpus, &recipe, &|_| {}, &interrupt).run(&run, &FoldChoice::One(1))
    };
    run(&corpus).unwrap();

    let mut smaller = corpus.clone();
    smaller.utterances.truncate(60);
    let error = run(&smaller).unwrap_err().to_string();
    assert!(
        error.contains("has changed since this run began"),
        "{error}"
    );

    let predictions = path.join("folds/fold-1/outcomes.json");
    fs::write(&predictions, "{").unwrap();
    let error = run(&corpus).unwrap_err();
    assert!(matches!(error, LabError::Damaged { .. }), "{error}");
    assert!(error.to_string().contains("outcomes.json"), "{error}");
    fs::remove_file(&predictions).unwrap();
    run(&corpus).unwrap();

    let checkpoint = path.join("folds/fold-1/checkpoints/last.safetensors");
    let mut bytes = fs::read(&checkpoint).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&checkpoint, bytes).unwrap();
    fs::remove_file(&predictions).unwrap();
    let error = run(&corpus).unwrap_err();
    assert!(matches!(error, LabError::Checkpoint { .. }), "{error}");
}

/// Train on all speakers but `s1`, whose first clip is made from a training clip by `copy`.
fn report_with_copy(copy: impl Fn(&[u8]) -> Vec<u8>) -> Report {
    let folder = tempfile::tempdir().unwrap();
    let mut corpus = corpus(folder.path());
    let own = fs::read(&corpus.utterances[0].path).unwrap();
    fs::write(&corpus.utterances[12].path, copy(&own)).unwrap();
    for utterance in &mut corpus.utterances {
        let subset = match utterance.speaker_name() {
            "s1" => undertone_corpus::Subset::Test,
            _ => undertone_corpus::Subset::Train,
        };
        utterance.split = Some(subset);
    }
    let recipe = recipe(&["training.epochs=1", "protocol={name=\"manifest\"}"]);
    let interrupt = Interrupt::new();
    let run = RunFolder::open(&folder.path().join("run"), &recipe, false).unwrap();
    experiment(&corpus, &recipe, &|_| {}, &interrupt)
        .run(&run, &FoldChoice::One(1))
        .unwrap()
        .report
        .unwrap()
}

fn leaking_clips(copy: impl Fn(&[u8]) -> Vec<u8>) -> Option<usize> {
    report_with_copy(copy)
        .leakage()
        .test_clips_with_copy_in_training
}

#[test]
fn copies_are_found_by_their_content() {
    let report = report_with_copy(<[u8]>::to_vec);
    assert_eq!(report.leakage().test_clips_with_copy_in_training, Some(1));
    assert!(report.to_text().contains("LEAKAGE: 1 of 12"));
}

#[test]
fn a_copy_with_other_tags_leaks() {
    let tagged = |wav: &[u8]| {
        let mut wav = wav.to_vec();
        wav.extend(b"LIST\x0e\0\0\0INFOINAM\x02\0\0\0a\0");
        let size = wav.len() as u32 - 8;
        wav[4..8].copy_from_slice(&size.to_le_bytes());
        wav
    };
    assert_eq!(leaking_clips(tagged), Some(1));
}

#[test]
fn a_copy_as_flac_leaks() {
    let flac = |wav: &[u8]| {
        let recording = decode_bytes(wav.to_vec(), &DecodeOptions::default()).unwrap();
        encode_flac(&recording.samples, recording.sample_rate).unwrap()
    };
    assert_eq!(leaking_clips(flac), Some(1));
}

#[test]
fn a_copy_in_stereo_leaks() {
    let stereo = |wav: &[u8]| {
        let recording = decode_bytes(wav.to_vec(), &DecodeOptions::default()).unwrap();
        let mut file = wav[..44].to_vec();
        file[22] = 2;
        file[32] = 4;
        let data: Vec<u8> = wav[44..].chunks(2).flat_map(|s| [s, s].concat()).collect();
        assert_eq!(data.len(), 4 * recording.samples.len());
        file[28..32].copy_from_slice(&(4 * recording.sample_rate).to_le_bytes());
        file[40..44].copy_from_slice(&(data.len() as u32).to_le_bytes());
        file[4..8].copy_from_slice(&(data.len() as u32 + 36).to_le_bytes());
        file.extend(data);
        file
    };
    assert_eq!(leaking_clips(stereo), Some(1));
}

#[test]
fn early_stopping_works_if_the_last_epoch_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    let recipe = recipe(&[
        "training.epochs=200",
        "training.early_stopping=3",
        "training.learning_rate=0.05",
    ]);
    let interrupt = Interrupt::new();
    let run = RunFolder::open(&folder.path().join("run"), &recipe, false).unwrap();
    experiment(&corpus, &recipe, &|_| {}, &interrupt)
        .run(&run, &FoldChoice::One(1))
        .unwrap();
    let metrics = run.path().join("folds/fold-1/metrics.csv");
    let epochs = fs::read_to_string(metrics).unwrap().lines().count() - 1;
    assert!(epochs < 200, "{epochs}");
}

#[test]
fn a_resumed_fold_reports_its_earlier_epochs() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    let recipe = recipe(&["training.epochs=4"]);
    let path = folder.path().join("run");
    let trained = |stop_after: usize| {
        let interrupt = Interrupt::new();
        let before = std::sync::Mutex::new(Vec::new());
        let observer = |event: &Event<'_>| match event {
            Event::Fold { history, .. } => {
                let epochs = history.iter().map(|row| row.epoch);
                before.lock().unwrap().extend(epochs);
            }
            Event::Epoch { metrics, .. } if metrics.epoch == stop_after => interrupt.request(),
            _ => {}
        };
        let run = RunFolder::open(&path, &recipe, true).unwrap();
        let ended = experiment(&corpus, &recipe, &observer, &interrupt)
            .run(&run, &FoldChoice::One(1))
            .map(|_| ());
        (ended, before.into_inner().unwrap())
    };
    let (stopped, before) = trained(2);
    assert!(matches!(stopped, Err(LabError::Interrupted)));
    assert!(before.is_empty());
    let (ended, before) = trained(0);
    ended.unwrap();
    assert_eq!(before, [1, 2]);
}

#[test]
fn the_record_of_a_session_equals_the_one_read_from_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    let recipe = recipe(&["training.epochs=1"]);
    let interrupt = Interrupt::new();
    let run = RunFolder::open(&folder.path().join("run"), &recipe, false).unwrap();
    let experiment = experiment(&corpus, &recipe, &|_| {}, &interrupt);
    let finished = experiment.run(&run, &FoldChoice::One(2)).unwrap();

    let (record, read) = (
        finished.record.unwrap(),
        <RunRecord>::read(run.path()).unwrap(),
    );
    assert_eq!(record.report, read.report);
    assert_eq!(record.recipe, read.recipe);
    assert_eq!(record.test_predictions(), read.test_predictions());
    assert_eq!(record.folds[0].epochs, read.folds[0].epochs);
    assert_eq!(record.progress(), read.progress());
    assert!(record.finished && read.finished);
    let sessions = |record: &RunRecord| record.log.as_ref().unwrap().sessions.clone();
    assert_eq!(sessions(&record), sessions(&read));

    // The record of one fold would hide the one of the earlier session.
    let finished = experiment.run(&run, &FoldChoice::One(1)).unwrap();
    assert_eq!(finished.report.unwrap().folds.len(), 1);
    assert!(finished.record.is_none());
    assert_eq!(<RunRecord>::read(run.path()).unwrap().folds.len(), 2);
}

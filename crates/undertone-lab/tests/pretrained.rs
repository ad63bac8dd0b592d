//! Pretrained encoders in whole experiments.

mod encoders;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use undertone_audio::{DecodeOptions, decode_path};
use undertone_corpus::Corpus;
use undertone_lab::{Event, Interrupt, LabError, MemoryEstimate, Recipe};
use undertone_models::Classifier;

use encoders::{
    SPEAKERS, change_weights, checkpoint, copy, corpus, recipe, recipe_in, run, run_interrupted,
    run_observed, uar_of_model, uar_of_run,
};

#[test]
fn the_saved_model_of_a_fitted_head_has_the_scores_of_its_run() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    let mut overrides = SPEAKERS.to_vec();
    overrides.extend([
        "network.states=[0,1]",
        "output_scheme=emotion8",
        "front_end.trim=false",
        "front_end.duration=0.4",
    ]);
    let recipe = recipe("5-whisper-tiny-frozen", "whisper", &overrides);
    let (report, model) = run(&corpus, &recipe, &folder.path().join("run")).unwrap();
    assert!(report.contains("UAR"), "{report}");

    assert_eq!(
        uar_of_model(&model, &corpus, &recipe),
        uar_of_run(&folder.path().join("run")),
        "from disk and from cached embeddings"
    );

    let classifier = Classifier::load(&model).unwrap();
    assert_eq!(classifier.labels(), ["negative", "neutral", "positive"]);
    let clip = decode_path(&corpus.utterances[3].path, &DecodeOptions::default()).unwrap();
    let prediction = classifier.classify(&clip).unwrap();
    assert!((prediction.probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-5);
    for name in [
        "config.json",
        "model.safetensors",
        "modeling_undertone.py",
        "feature_extraction_undertone.py",
        "preprocessor_config.json",
        "README.md",
    ] {
        assert!(model.join(name).is_file(), "{name}");
    }
    let config = fs::read(model.join("config.json")).unwrap();
    let config: serde_json::Value = serde_json::from_slice(&config).unwrap();
    assert!(config["summed_into"].is_array(), "{config}");
    let class = fs::read_to_string(model.join("modeling_undertone.py")).unwrap();
    assert_eq!(class.matches("config.summed_into").count(), 3, "{class}");
}

/// A recipe of a head that adapts, for the corpus of this file.
fn adapting_recipe(overrides: &[&str]) -> Recipe {
    let mut all = vec![
        "label_scheme={name = \"three\", classes = {sad = [\"sad\"], neutral = [\"neutral\"], \
         happy = [\"happy\"]}}",
        "protocol.name=speakers",
        "protocol.folds=2",
        "network.states=[0,1]",
        "front_end.trim=false",
        "front_end.duration=0.4",
        "head.folds=2",
    ];
    all.extend(overrides);
    recipe("8-undertone", "whisper", &all)
}

#[test]
fn a_head_that_adapts_is_saved_and_hears_a_voice() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    let recipe = adapting_recipe(&[]);
    let (_, model) = run(&corpus, &recipe, &folder.path().join("run")).unwrap();
    let curve = fs::read(folder.path().join("run/report.json")).unwrap();
    let curve: serde_json::Value = serde_json::from_slice(&curve).unwrap();
    let points = curve["folds"][0]["adaptation"].as_array().unwrap();
    let heard = |point: &serde_json::Value| (point["heard"].as_u64(), point["one_emotion"] == true);
    assert_eq!(heard(&points[0]), (Some(0), false));
    assert!(points.iter().any(|point| heard(point) == (Some(3), true)));

    let classifier = Classifier::load(&model).unwrap();
    assert!(classifier.adapts());
    let clips = corpus.utterances.iter().take(8);
    let predictions: Vec<_> = clips
        .map(|clip| decode_path(&clip.path, &DecodeOptions::default()).unwrap())
        .map(|clip| classifier.classify(&clip).unwrap())
        .collect();
    let first = &predictions[0];
    let restored = first
        .windows
        .iter()
        .map(|window| (window.start, window.end, window.outputs.clone()));
    assert_eq!(
        classifier.restored(restored.collect()).as_ref(),
        Some(first)
    );
    let mut voice = classifier.new_voice().unwrap();
    assert_eq!(&classifier.adapted(first, &voice).unwrap(), first);
    for prediction in &predictions {
        classifier.hear(&mut voice, prediction).unwrap();
    }
    classifier.forget(&mut voice, first).unwrap();
    let others = predictions[1..].iter().filter(|it| it.has_speech()).count();
    assert_eq!(voice.recordings() as usize, others);
    let adapted = classifier.adapted(first, &voice).unwrap();
    assert!((adapted.probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-5);

    // A profile is of one model.
    let profile = serde_json::to_string(&voice)
        .unwrap()
        .replace("undertone-all", "other");
    let other: undertone_models::Voice = serde_json::from_str(&profile).unwrap();
    assert!(matches!(
        classifier.adapted(first, &other),
        Err(undertone_models::VoiceError::OtherModel { .. })
    ));
}

#[test]
fn excluded_speakers_are_in_no_set() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    let name = &corpus.utterances[0].corpus;
    let exclude = format!("excluded_speakers=[\"{name}/s3\"]");
    let recipe = adapting_recipe(&[&exclude, "protocol.folds=3"]);
    run(&corpus, &recipe, &folder.path().join("run")).unwrap();
    let split = fs::read_to_string(folder.path().join("run/folds/fold-1/division.json")).unwrap();
    assert!(split.contains("s2-") || split.contains("2-sad"), "{split}");
    assert!(!split.contains("3-sad"), "{split}");
}

#[test]
fn a_window_longer_than_the_encoders_positions_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    let recipe = recipe("5-whisper-tiny-frozen", "whisper", &["network.states=[1]"]);
    let message = run(&corpus, &recipe, &folder.path().join("run"))
        .unwrap_err()
        .to_string();
    assert!(
        message.contains("400 frames, the encoder reads 48 at most"),
        "{message}"
    );
}

#[test]
fn wav2vec2_is_fine_tuned_on_mono_and_stereo_clips_in_one_batch() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    let mut overrides = SPEAKERS.to_vec();
    overrides.extend([
        "training.epochs=2",
        "front_end.duration=0.5",
        "network.projection=12",
        "protocol.validation_fraction=0.5",
    ]);
    let recipe = recipe("4-wav2vec2", "wav2vec2-base", &overrides);
    assert_eq!(recipe.training.as_ref().unwrap().batch_size, 32);
    let (report, model) = run(&corpus, &recipe, &folder.path().join("run")).unwrap();
    assert!(report.contains("UAR"), "{report}");
    let config = fs::read_to_string(model.join("config.json")).unwrap();
    assert!(
        config.contains("Wav2Vec2ForSequenceClassification"),
        "{config}"
    );
    assert!(!model.join("modeling_undertone.py").exists());
    let preprocessor = fs::read(model.join("preprocessor_config.json")).unwrap();
    let preprocessor: serde_json::Value = serde_json::from_slice(&preprocessor).unwrap();
    assert_eq!(preprocessor["as_windows"], false);
    assert_eq!(preprocessor["front_end"]["duration"], 0.5);
    assert_eq!(
        preprocessor["auto_map"]["AutoFeatureExtractor"],
        "feature_extraction_undertone.UndertoneWav2Vec2FeatureExtractor"
    );
    Classifier::load(&model).unwrap();
}

#[test]
fn every_family_of_waveform_encoders_is_fine_tuned_and_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    for (encoder, changes, class) in [
        (
            "wavlm-base",
            &["network.projection=12"][..],
            "WavLMForSequenceClassification",
        ),
        (
            "wavlm-large",
            &["network.projection=12", "network.activation=tanh"],
            "UndertoneForAudioClassification",
        ),
        (
            "data2vec-audio",
            &["network.projection=12"],
            "Data2VecAudioForSequenceClassification",
        ),
        (
            "data2vec-audio",
            &["network.pooling=moments"],
            "UndertoneForAudioClassification",
        ),
    ] {
        let mut overrides = SPEAKERS.to_vec();
        overrides.extend([
            "training.epochs=1",
            "front_end.duration=0.5",
            "protocol.validation_fraction=0.5",
        ]);
        overrides.extend(changes);
        let recipe = recipe("4-wav2vec2", encoder, &overrides);
        let out = folder
            .path()
            .join(format!("{encoder}-{}", changes.join("-")));
        let (report, model) = run(&corpus, &recipe, &out).unwrap();
        assert!(report.contains("UAR"), "{report}");
        let config = fs::read_to_string(model.join("config.json")).unwrap();
        assert!(config.contains(class), "{config}");
        Classifier::load(&model).unwrap();
    }
}

#[test]
fn resumed_fine_tuning_ends_with_the_same_weights() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    let mut overrides = SPEAKERS.to_vec();
    overrides.extend([
        "network.states=[1,2]",
        "front_end.trim=false",
        "front_end.duration=0.4",
        "protocol.validation_fraction=0.5",
        "training.batch_size=4",
        "training.accumulate=2",
        "training.select=last",
        "augmentation.mixup=0.4",
        "augmentation.copies.random=1",
        "augmentation.copies.gain=[-6.0,6.0]",
        "augmentation.copies.pitch=[-1.0,1.0]",
        "augmentation.copies.noise=[20.0,30.0]",
        "augmentation.copies.reverberation=[0.1,0.2]",
        "augmentation.copies.speed=[0.9,1.1]",
    ]);
    // The kernels for inference compute the frozen layer of the second encoder only.
    let wide = wide_heads(&folder.path().join("wide"));
    for (name, encoder) in [("narrow", checkpoint("whisper")), ("wide", wide)] {
        let recipe = recipe_in("6-whisper-tiny-finetune", &encoder, &overrides);
        let out = folder.path().join(name);
        let (_, whole) = run(&corpus, &recipe, &out.join("whole")).unwrap();
        let cut = out.join("cut");
        let stopped = run_interrupted(&corpus, &recipe, &cut, false, 2);
        assert!(matches!(stopped, Err(LabError::Interrupted)));
        let threads = rayon::ThreadPoolBuilder::new().num_threads(3);
        let resume = || run_interrupted(&corpus, &recipe, &cut, true, usize::MAX);
        let (_, resumed) = threads.build().unwrap().install(resume).unwrap();
        let weights = |model: &Path| fs::read(model.join("model.safetensors")).unwrap();
        assert!(weights(&whole) == weights(&resumed), "{name}");
    }
}

/// Write the checkpoint of Whisper with one head, so wide that the kernels for inference take it.
fn wide_heads(folder: &Path) -> PathBuf {
    copy("whisper", folder);
    let path = folder.join("config.json");
    let config = fs::read_to_string(&path).unwrap();
    let [four, one] = [4, 1].map(|heads| format!("\"encoder_attention_heads\": {heads}"));
    assert!(config.contains(&four));
    fs::write(path, config.replace(&four, &one)).unwrap();
    folder.to_owned()
}

#[test]
fn copies_that_only_training_uses_are_refused_without_it() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    let overrides = ["augmentation.copies.speeds=[0.9]", "network.states=[1]"];
    let recipe = recipe("5-whisper-tiny-frozen", "whisper", &overrides);
    let refused = run(&corpus, &recipe, &folder.path().join("run"));
    let message = refused.unwrap_err().to_string();
    assert!(message.contains("copies.speeds"), "{message}");
    assert!(message.contains("[training]"), "{message}");
}

#[test]
fn a_run_is_not_resumed_with_other_weights_of_the_encoder() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    let encoder = folder.path().join("encoder");
    copy("whisper", &encoder);
    let mut overrides = SPEAKERS.to_vec();
    overrides.extend([
        "network.states=[1]",
        "front_end.trim=false",
        "front_end.duration=0.4",
        "protocol.validation_fraction=0.5",
    ]);
    let recipe = recipe_in("6-whisper-tiny-finetune", &encoder, &overrides);
    let out = folder.path().join("run");
    let stopped = run_interrupted(&corpus, &recipe, &out, false, 1);
    assert!(matches!(stopped, Err(LabError::Interrupted)));

    let weights = encoder.join("model.safetensors");
    let whole = fs::read(&weights).unwrap();
    change_weights(&encoder);
    let message = run_interrupted(&corpus, &recipe, &out, true, usize::MAX)
        .unwrap_err()
        .to_string();
    assert!(message.contains("began with another encoder"), "{message}");
    fs::write(&weights, whole).unwrap();
    // An earlier build computed another hash, which cannot be compared.
    fs::write(out.join("encoder.blake3"), "0123456789abcdef").unwrap();
    run_interrupted(&corpus, &recipe, &out, true, usize::MAX).unwrap();
}

/// Return the memory estimate of a training, without its features.
fn estimate(corpus: &Corpus, out: &Path, overrides: &[&str]) -> MemoryEstimate {
    let mut all = SPEAKERS.to_vec();
    all.extend([
        "training.epochs=1",
        "front_end.duration=0.5",
        "network.projection=12",
        "protocol.validation_fraction=0.5",
    ]);
    all.extend(overrides);
    let recipe = recipe("4-wav2vec2", "wav2vec2-base", &all);
    let told = Mutex::new(None);
    let observer = |event: &Event<'_>| {
        if let Event::Memory(estimate) = event {
            *told.lock().unwrap() = Some(*estimate);
        }
    };
    run_observed(corpus, &recipe, (out, false), &observer, &Interrupt::new()).unwrap();
    told.into_inner().unwrap().unwrap()
}

#[test]
fn the_memory_estimate_depends_on_the_trained_layers_and_the_batch() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    let of =
        |name: &str, overrides: &[&str]| estimate(&corpus, &folder.path().join(name), overrides);
    let all = of("all", &["training.batch_size=8"]);
    let half = of("half", &["training.batch_size=4"]);
    let last = of(
        "last",
        &["training.batch_size=8", "training.encoder.last_layers=1"],
    );
    assert_eq!(all.activations, 2 * half.activations);
    assert_eq!(all.weights, last.weights);
    assert!(last.optimizer < all.optimizer, "{last:?} {all:?}");
    assert!(last.activations < all.activations, "{last:?} {all:?}");
    assert!(all.features > 0 && !all.is_short(), "{all:?}");
    let short = MemoryEstimate {
        available: Some(all.weights),
        ..all
    };
    assert!(short.is_short());
}

#[test]
fn stereo_and_mono_clips_of_ravdess_share_a_batch() {
    let stereo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/ravdess-wav");
    let root = std::env::var_os("UNDERTONE_RAVDESS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/ravdess"),
        PathBuf::from,
    );
    if !stereo.is_dir() || !root.is_dir() {
        println!("skipped: no corpus");
        return;
    }
    let names: Vec<String> = fs::read_dir(&stereo)
        .unwrap()
        .map(|entry| {
            entry
                .unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    let mut corpus = Corpus::open(&root).unwrap();
    let is_stereo = |path: &Path| {
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        names.contains(&stem)
    };
    let mut index = 0;
    corpus.utterances.retain(|utterance| {
        index += 1;
        is_stereo(&utterance.path) || index % 20 == 0
    });
    let folder = tempfile::tempdir().unwrap();
    let recipe = recipe(
        "4-wav2vec2",
        "wav2vec2-base",
        &[
            "training.epochs=1",
            "protocol.name=holdout",
            "network.projection=12",
        ],
    );
    let (report, _) = run(&corpus, &recipe, &folder.path().join("run")).unwrap();
    assert!(report.contains("UAR"), "{report}");
}

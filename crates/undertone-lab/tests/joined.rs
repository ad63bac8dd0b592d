//! Experiments with several encoders in one recipe.

mod encoders;

use std::fs;
use std::path::{Path, PathBuf};

use undertone_audio::{DecodeOptions, decode_path};
use undertone_corpus::Corpus;
use undertone_lab::{Experiment, FoldChoice, Interrupt, LabError, Recipe, RecipeError, RunFolder};
use undertone_models::{Classifier, DeviceKind, Model, NetworkError, Precision, PretrainedEncoder};

use encoders::{SPEAKERS, changed_copy, checkpoint, corpus, run, uar_of_model, uar_of_run};

fn load(encoders: [&Path; 2], overrides: &[&str]) -> Result<Recipe, RecipeError> {
    let mut all: Vec<String> = [
        "network.encoders.0.states=[1,2]",
        "network.encoders.1.states=[0]",
        "front_end.trim=false",
        "front_end.duration=0.4",
        "head.folds=2",
    ]
    .map(str::to_owned)
    .to_vec();
    all.extend(SPEAKERS.map(str::to_owned));
    all.extend(overrides.iter().map(|it| (*it).to_owned()));
    for (index, encoder) in encoders.iter().enumerate() {
        let path = encoder.display().to_string();
        all.push(format!("network.encoders.{index}.pretrained={path:?}"));
    }
    Recipe::load(Path::new("11-whisper-tiny-base"), &all)
}

/// A small encoder and another one of the same size.
fn two(folder: &Path) -> [PathBuf; 2] {
    let other = folder.join("other");
    changed_copy("whisper", &other);
    [checkpoint("whisper"), other]
}

fn recipe(folder: &Path, overrides: &[&str]) -> Recipe {
    let [one, other] = two(folder);
    load([&one, &other], overrides).unwrap()
}

#[test]
fn a_model_with_two_encoders_is_trained_saved_and_loaded() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    let recipe = recipe(folder.path(), &[]);
    let out = folder.path().join("run");
    let (report, model) = run(&corpus, &recipe, &out).unwrap();
    assert!(report.contains("UAR"), "{report}");
    let fingerprints = fs::read_to_string(out.join("encoder.blake3")).unwrap();
    assert_eq!(fingerprints.lines().count(), 2, "{fingerprints}");

    // The scores of the run are those of embeddings that were computed encoder by encoder.
    assert_eq!(uar_of_model(&model, &corpus, &recipe), uar_of_run(&out));

    let classifier = Classifier::load(&model).unwrap();
    let clip = decode_path(&corpus.utterances[3].path, &DecodeOptions::default()).unwrap();
    let prediction = classifier.classify(&clip).unwrap();
    // Two states of one encoder and one of the other, each with a mean and a deviation.
    assert_eq!(classifier.embed(&clip).unwrap().len(), 3 * 2 * 32);

    // The folder that a loaded model is written to has the same content.
    let device = DeviceKind::Cpu.open().unwrap();
    let again = folder.path().join("again");
    let loaded = Model::load(&model, &device).unwrap();
    assert_eq!(loaded.encoder_names(), ["whisper", "other"]);
    loaded.save(&again).unwrap();
    for name in ["config.json", "model.safetensors"] {
        let content = |folder: &Path| fs::read(folder.join(name)).unwrap();
        assert!(content(&model) == content(&again), "{name}");
    }
    let reloaded = Classifier::load(&again).unwrap();
    assert_eq!(reloaded.classify(&clip).unwrap(), prediction);
    // Its weights are 16-bit floats, and it names both encoders.
    let size = fs::metadata(model.join("model.safetensors")).unwrap().len();
    let parts = fs::metadata(checkpoint("whisper").join("model.safetensors"));
    assert!(size < 2 * parts.unwrap().len(), "{size}");
    let card = fs::read_to_string(model.join("README.md")).unwrap();
    let path = again.join("config.json");
    let config = fs::read_to_string(&path).unwrap();
    for (from, to, complaint) in [
        (
            "\"encoders\": [",
            "\"others\": [",
            "reads 2 encoders, but 0 are there",
        ),
        (
            "\"n_mels\": 80",
            "\"n_mels\": 81",
            "front_end.n_mels must be 80",
        ),
        (
            "\"d_model\": 32",
            "\"d_model\": 64",
            "does not fit its config.json",
        ),
    ] {
        assert!(config.contains(from), "{config}");
        fs::write(&path, config.replacen(from, to, 1)).unwrap();
        let refused = Classifier::load(&again).unwrap_err().to_string();
        assert!(refused.contains(complaint), "{refused}");
    }
    let sentence = "hidden states 1, 2 of `whisper` and hidden states 0 of `other`";
    assert!(card.contains(sentence), "{card}");
}

#[test]
fn two_encoders_have_a_head_that_adapts_and_refuse_8_bit_integers_where_one_has_none() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    let classes = "label_scheme={name = \"three\", classes = {sad = [\"sad\"], neutral = \
                   [\"neutral\"], happy = [\"happy\"]}}";
    let output = classes.replace("label_scheme", "output_scheme");
    let overrides = [
        classes,
        output.as_str(),
        "head={adapt = true, folds = 2}",
        "augmentation.copies.transmitted=1",
    ];
    let recipe = recipe(folder.path(), &overrides);
    let (_, model) = run(&corpus, &recipe, &folder.path().join("run")).unwrap();
    let classifier = Classifier::load(&model).unwrap();
    assert!(classifier.adapts());
    let clip = decode_path(&corpus.utterances[3].path, &DecodeOptions::default()).unwrap();
    let exact = classifier.classify(&clip).unwrap();
    // The heads of the small encoder are too narrow for integers, so this must be refused.
    assert!(classifier.with_precision(Precision::Int8).is_err());
    assert!((exact.probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-5);
}

/// Run with a cache, and return the number of entries in it afterwards.
fn cached(corpus: &Corpus, recipe: &Recipe, out: &Path, cache: &Path) -> usize {
    let device = DeviceKind::Cpu.open().unwrap();
    let configs = recipe.network.encoders().iter();
    let encoders: Vec<PretrainedEncoder> = configs
        .map(|it| PretrainedEncoder::load(Path::new(&it.pretrained), it, &device).unwrap())
        .collect();
    let experiment = Experiment {
        corpus,
        recipe,
        encoders: &encoders,
        device,
        cache: Some(cache.to_owned()),
        max_seconds: 600.0,
        observer: &|_| {},
        interrupt: &Interrupt::new(),
    };
    let run = RunFolder::open(out, recipe, false).unwrap();
    experiment.run(&run, &FoldChoice::One(1)).unwrap();
    fs::read_dir(cache).unwrap().count()
}

#[test]
fn encoders_share_the_cache_with_runs_of_one() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    let path = |name: &str| folder.path().join(name);
    let both = recipe(folder.path(), &[]);
    let clips = corpus.utterances.len();
    let cache = path("cache");
    assert_eq!(cached(&corpus, &both, &path("both"), &cache), 2 * clips);
    for (name, states) in [("whisper", "[1,2]"), ("other", "[0]")] {
        let encoder = match name {
            "other" => path("other"),
            name => checkpoint(name),
        };
        let encoder = encoder.display().to_string();
        let network = format!(
            "network={{architecture = \"pretrained\", pretrained = {encoder:?}, states = {states}, \
             pooling = \"mean-std\"}}"
        );
        let mut overrides = vec![
            network.as_str(),
            "front_end.trim=false",
            "front_end.duration=0.4",
            "head.folds=2",
            "front_end.level=-25.0",
        ];
        overrides.extend(SPEAKERS);
        let overrides: Vec<String> = overrides.iter().map(|it| (*it).to_owned()).collect();
        let alone = Recipe::load(Path::new("5-whisper-tiny-frozen"), &overrides).unwrap();
        assert_eq!(
            cached(&corpus, &alone, &path(&format!("{name}-run")), &cache),
            2 * clips,
            "{name}"
        );
    }
}

#[test]
fn encoders_that_cannot_be_joined_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let [one, other] = two(folder.path());
    let message = |encoders: [&Path; 2], overrides: &[&str]| {
        load(encoders, overrides).unwrap_err().to_string()
    };
    let twice = message([&one, &one], &[]);
    assert!(twice.contains("twice"), "{twice}");
    for (set, complaint) in [
        (
            "network.encoders.1.projection=8",
            "cannot have `projection`",
        ),
        (
            "network.encoders.1.states=weighted",
            "cannot have `states = \"weighted\"",
        ),
        (
            "network.encoders.1.pooling=attention",
            "pooling = \"attention\"`",
        ),
        ("network.encoders.2.pretrained=a", "expected KEY=VALUE"),
        ("network.encoders.first.pretrained=a", "expected KEY=VALUE"),
        (
            "network.encoders.1.states=[]",
            "`states` must be at least 1",
        ),
    ] {
        let found = message([&one, &other], &[set]);
        assert!(found.contains(complaint), "{set}: {found}");
    }
    let alone = format!(
        "network.encoders=[{{pretrained = {:?}}}]",
        one.display().to_string()
    );
    let alone = Recipe::load(Path::new("11-whisper-tiny-base"), &[alone]).unwrap_err();
    assert!(
        alone.to_string().contains("two encoders or more"),
        "{alone}"
    );
}

#[test]
fn encoders_with_equal_weights_or_other_inputs_end_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    let path = |name: &str| folder.path().join(name);
    let copy = |from: &str, name: &str| {
        changed_copy(from, &path(name));
        encoders::change_weights(&path(name));
        path(name)
    };
    let refused = |encoders: [&Path; 2], out: &str| {
        let recipe = load(encoders, &["network.encoders.1.states=[1,2]"]).unwrap();
        match run(&corpus, &recipe, &path(out)).unwrap_err() {
            LabError::Network(error) => error,
            other => panic!("{other}"),
        }
    };
    let equal = refused([&checkpoint("whisper"), &copy("whisper", "copy")], "equal");
    assert!(matches!(equal, NetworkError::SameEncoder(_)), "{equal}");
    let bands = refused(
        [&checkpoint("whisper"), &checkpoint("whisper-128")],
        "bands",
    );
    assert!(
        bands.to_string().contains("needs front_end.n_mels = 80"),
        "{bands}"
    );
    let slow = copy("wav2vec2-base", "slow");
    let preprocessor = r#"{"sampling_rate": 8000}"#;
    fs::write(slow.join("preprocessor_config.json"), preprocessor).unwrap();
    let rates = refused([&checkpoint("hubert-base"), &slow], "rates");
    let expected = "needs front_end.sample_rate = 16000";
    assert!(rates.to_string().contains(expected), "{rates}");
}

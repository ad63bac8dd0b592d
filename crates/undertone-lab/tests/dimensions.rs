//! Runs of dimensions on a small synthetic corpus: tones whose pitch and loudness are numbers.

use std::fs;
use std::path::Path;
use std::sync::Mutex;

use undertone_corpus::{Corpus, Protocol, ProtocolConfig};
use undertone_lab::{
    EvaluationTask, Event, Experiment, FoldChoice, Interrupt, LabError, Recipe, RunFolder,
    RunRecord, evaluate_dimensions, evaluate_model,
};
use undertone_metrics::DimensionPrediction;
use undertone_models::{Classifier, DeviceKind, ModelError, Precision, Regressor};

const RECIPE: &str = r#"
name = "tones"
seed = 3
dimensions = ["arousal", "valence"]
protocol = { name = "speakers", folds = 2, validation_fraction = 0.3 }
front_end = { duration = 0.3, n_fft = 512, hop_length = 256, n_mels = 24, n_mfcc = 8, trim = false }
[network]
architecture = "cnn-lstm"
conv = [{ channels = 12, kernel_size = 3, pool = 2 }]
batch_norm = true
lstm = { layers = 1, units = 12, dropout = 0.0 }
pooling = "mean"
[training]
epochs = 14
batch_size = 12
learning_rate = 1e-2
select = "validation-ccc"
"#;

fn recipe(overrides: &[&str]) -> Recipe {
    let overrides: Vec<String> = overrides.iter().map(|it| (*it).to_owned()).collect();
    Recipe::parse(RECIPE, "tones", &overrides).unwrap()
}

/// Six speakers with twelve tones each. Arousal, 1 to 5, is the pitch, and valence the loudness.
/// One clip has no arousal, and one is far outside.
fn corpus(folder: &Path) -> Corpus {
    let mut manifest = String::from("path,speaker,gender,arousal,valence\n");
    for speaker in 0..6 {
        for clip in 0..12 {
            let arousal = 1.0 + 4.0 * f64::from(clip * 5 % 12) / 11.0;
            let valence = f64::from(clip * 7 % 12) / 11.0;
            let name = format!("{speaker}-{clip}.wav");
            let hertz = 250.0 * (1.0 + 0.02 * f64::from(speaker)) * 2f64.powf(arousal);
            fs::write(folder.join(&name), wav(hertz, 0.05 + 0.6 * valence)).unwrap();
            let gender = if speaker % 2 == 0 { "female" } else { "male" };
            manifest += &format!("{name},s{speaker},{gender},{arousal:.4},{valence:.4}\n");
        }
    }
    fs::write(folder.join("without.wav"), wav(500.0, 0.5)).unwrap();
    fs::write(folder.join("outside.wav"), wav(500.0, 0.5)).unwrap();
    manifest += "without.wav,s0,female,,0.5\noutside.wav,s0,female,999,0.5\n";
    let path = folder.join("corpus.csv");
    fs::write(&path, manifest).unwrap();
    Corpus::open(&path).unwrap()
}

fn wav(hertz: f64, level: f64) -> Vec<u8> {
    let samples: Vec<u8> = (0..5_300)
        .map(|index| level * (std::f64::consts::TAU * hertz * f64::from(index) / 16_000.0).sin())
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

fn experiment<'a>(
    corpus: &'a Corpus,
    recipe: &'a Recipe,
    observer: &'a (dyn Fn(&Event<'_>) + Sync),
    interrupt: &'a Interrupt,
) -> Experiment<'a> {
    Experiment {
        corpus,
        recipe,
        encoders: &[],
        device: DeviceKind::Cpu.open().unwrap(),
        cache: None,
        max_seconds: 600.0,
        observer,
        interrupt,
    }
}

const RANGES: &str =
    "dimensions={ arousal = { range = [1.0, 5.0] }, valence = { range = [0.0, 1.0] } }";

#[test]
fn a_network_learns_two_numbers_of_held_out_speakers() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    let recipe = recipe(&[RANGES]);
    let interrupt = Interrupt::new();
    let left_out = Mutex::new(Vec::new());
    let observer = |event: &Event<'_>| {
        if let Event::WithoutValue { without, outside } = event {
            let counts = [without, outside].map(|counts| counts.get("arousal").copied());
            left_out.lock().unwrap().push(counts);
        }
    };
    let path = folder.path().join("run");
    let run = RunFolder::open(&path, &recipe, false).unwrap();
    let experiment = experiment(&corpus, &recipe, &observer, &interrupt);
    let all = FoldChoice::All { seeds: vec![3] };
    assert!(matches!(
        experiment.run(&run, &all),
        Err(LabError::OtherTask { .. })
    ));
    let report = experiment
        .run_dimensions(&run, &all)
        .unwrap()
        .report
        .unwrap();
    assert_eq!(*left_out.lock().unwrap(), [[Some(1), Some(1)]]);
    assert_eq!((report.folds.len(), report.pooled.n), (2, 72));
    assert_eq!(report.label_scheme, "dimensions");
    let [arousal, valence] = &report.pooled.dimensions[..] else {
        panic!("two dimensions");
    };
    assert!(arousal.ccc.value > 0.8, "{}", report.to_text());
    assert!(valence.ccc.value > 0.5, "{}", report.to_text());
    assert!(arousal.rmse.value < 1.0, "{}", report.to_text());
    let metrics = fs::read_to_string(path.join("folds/fold-1/metrics.csv")).unwrap();
    let header = "epoch,train_loss,validation_loss,validation_ccc,learning_rate,best";
    assert_eq!(metrics.lines().next(), Some(header));

    // The run is read back as it is, and not as one of classes.
    let record = RunRecord::<DimensionPrediction>::read(&path).unwrap();
    assert_eq!(record.report.unwrap().to_text(), report.to_text());
    assert_eq!(record.targets, ["arousal", "valence"]);
    assert!(record.recipe.unwrap().dimensions.names() == recipe.dimensions.names());
    assert!(matches!(
        <RunRecord>::read(&path),
        Err(LabError::OtherTask { .. })
    ));
}

#[test]
fn a_saved_model_predicts_in_the_corpus_unit_and_inside_the_range() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    let narrow = "dimensions={ arousal = { range = [1.0, 3.0] } }";
    let recipe = recipe(&[narrow, "loss=mse", "training.epochs=4"]);
    let interrupt = Interrupt::new();
    let path = folder.path().join("run");
    let run = RunFolder::open(&path, &recipe, false).unwrap();
    let experiment = experiment(&corpus, &recipe, &|_| {}, &interrupt);
    let finished = experiment
        .run_dimensions(&run, &FoldChoice::One(1))
        .unwrap();
    let model = finished.model.unwrap();
    let regressor = Regressor::load(&model).unwrap();
    let [arousal] = regressor.dimensions() else {
        panic!("one dimension");
    };
    assert_eq!(arousal.range, Some([1.0, 3.0]));
    assert!(arousal.mean > 1.5 && arousal.mean < 2.5 && arousal.scale > 0.2);

    let predicted = finished.record.unwrap().test_predictions();
    for prediction in &predicted {
        let bytes = fs::read(folder.path().join(&prediction.utterance)).unwrap();
        let recording = undertone_audio::decode_bytes(bytes, &Default::default()).unwrap();
        let value = regressor.estimate(&recording).unwrap().values[0];
        assert!((1.0..=3.0).contains(&value), "{value}");
        assert!((f64::from(value) - prediction.predicted[0]).abs() < 1e-4);
    }

    assert!(matches!(
        Classifier::load(&model),
        Err(ModelError::NoClasses { .. })
    ));
    let card = fs::read_to_string(model.join("README.md")).unwrap();
    assert!(card.contains("Predicts numbers for speech"), "{card}");
    assert!(card.contains("CCC arousal"), "{card}");

    let protocol = ProtocolConfig::new(Protocol::All);
    let task = EvaluationTask {
        model: &model,
        corpus: &corpus,
        protocol: &protocol,
        balance: &[],
        training_clips: None,
        seed: None,
        fold: None,
        degradation: None,
        device: DeviceKind::Cpu.open().unwrap(),
        precision: Precision::F32,
        cache: None,
        max_seconds: 600.0,
        observer: &|_| {},
        interrupt: &interrupt,
    };
    let evaluated = evaluate_dimensions(&task).unwrap().report.unwrap();
    assert!(evaluated.pooled.n > predicted.len());
    assert!(matches!(
        evaluate_model(&task),
        Err(LabError::OtherTask { .. })
    ));
}

#[test]
fn recipes_that_mix_classes_and_dimensions_are_refused() {
    for (overrides, words) in [
        (&["label_scheme=sentiment3"][..], "exclude each other"),
        (&["output_scheme=emotion8"], "exclude each other"),
        (&["training.class_weights=true"], "class_weights"),
        (&["training.label_smoothing=0.1"], "label_smoothing"),
        (&["training.select=validation-uar"], "validation-ccc"),
        (&["balance=[{step='undersample'}]"], "undersample"),
        (&["dimensions=['arousal', 'arousal']"], "different names"),
        (&["dimensions={arousal={range=[5, 1]}}"], "low below high"),
        (
            &["dimensions={arousal={rage=[1, 5]}}"],
            "expected a list of names",
        ),
        (&["dimensions=[]"], "one or more names of columns"),
        (&["training.batch_size=1"], "training.batch_size"),
    ] {
        let overrides: Vec<String> = overrides.iter().map(|it| (*it).to_owned()).collect();
        let error = Recipe::parse(RECIPE, "tones", &overrides).unwrap_err();
        let text = error.to_string();
        assert!(text.contains(words), "{overrides:?}: {text}");
    }
    // An override takes the place of a recipe's classes, unless it sets both.
    let arousal = "dimensions=['arousal']".to_owned();
    let built_in = Path::new("5-whisper-tiny-frozen");
    let recipe_of_numbers = Recipe::load(built_in, std::slice::from_ref(&arousal)).unwrap();
    assert_eq!(recipe_of_numbers.targets(), ["arousal"]);
    let both = [arousal, "label_scheme=emotion8".to_owned()];
    assert!(Recipe::load(built_in, &both).is_err());
    // A recipe is read as it was written.
    for overrides in [&[][..], &[RANGES]] {
        let recipe = recipe(overrides);
        let text = recipe.to_toml().unwrap();
        assert_eq!(
            Recipe::parse(&text, "again", &[]).unwrap(),
            recipe,
            "{text}"
        );
    }
}

#[test]
fn a_corpus_without_the_numbers_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    let interrupt = Interrupt::new();
    let failed = |overrides: &[&str], name: &str| {
        let recipe = recipe(overrides);
        let run = RunFolder::open(&folder.path().join(name), &recipe, false).unwrap();
        let experiment = experiment(&corpus, &recipe, &|_| {}, &interrupt);
        let result = experiment.run_dimensions(&run, &FoldChoice::One(1));
        result.unwrap_err().to_string()
    };
    let error = failed(&["dimensions=['dominance']"], "dominance");
    assert!(
        error.contains("no clip of the corpus has a usable value of dominance"),
        "{error}"
    );
    assert!(error.contains("arousal, valence"), "{error}");
    let error = failed(&["dimensions={valence={range=[0.49, 0.51]}}"], "constant");
    assert!(!error.is_empty());
}

//! The weights of a CNN+LSTM do not depend on the number of threads, nor on interruptions.

mod tones;

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use undertone_corpus::Corpus;
use undertone_lab::{Event, Experiment, FoldChoice, Interrupt, LabError, Recipe, RunFolder};
use undertone_models::DeviceKind;

/// Units that fill no whole vector, and all that draws random numbers.
const RECIPE: &str = r#"
name = "tones"
seed = 3
label_scheme = "sentiment3"
protocol = { name = "speakers", folds = 2, validation_fraction = 0.3 }
front_end = { duration = 0.3, n_fft = 512, hop_length = 128, n_mels = 24, n_mfcc = 8, trim = false }
augmentation = { shift = 2, mixup = 0.2, copies = { speeds = [0.9] } }
[network]
architecture = "cnn-lstm"
conv = [{ channels = 70, kernel_size = 3, pool = 2 }]
batch_norm = true
conv_dropout = 0.2
lstm = { layers = 2, units = 75, bidirectional = true, dropout = 0.2 }
pooling = "mean-std"
dropout = 0.3
[training]
epochs = 3
batch_size = 10
learning_rate = 1e-3
lstm_l2 = 1e-4
clip_norm = 1.0
weight_average = 0.9
select = "last"
"#;

/// Train the first fold on so many threads, stop after so many steps if it takes more, and return
/// the weights.
fn train(
    corpus: &Corpus,
    out: &Path,
    threads: usize,
    most_steps: usize,
) -> Result<Vec<u8>, LabError> {
    let recipe = Recipe::parse(RECIPE, "tones", &[]).unwrap();
    let interrupt = Interrupt::new();
    let steps = AtomicUsize::new(0);
    let observer = |event: &Event<'_>| {
        if let Event::Step { .. } = event
            && steps.fetch_add(1, Ordering::Relaxed) + 1 >= most_steps
        {
            interrupt.request();
        }
    };
    let experiment = Experiment {
        corpus,
        recipe: &recipe,
        encoders: &[],
        device: DeviceKind::Cpu.open().unwrap(),
        cache: None,
        max_seconds: 600.0,
        observer: &observer,
        interrupt: &interrupt,
    };
    let run = RunFolder::open(out, &recipe, true)?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let ended = pool.unwrap().install(|| {
        experiment
            .run(&run, &FoldChoice::One(1))
            .map(|ended| ended.model)
    });
    Ok(fs::read(ended?.unwrap().join("model.safetensors")).unwrap())
}

// One test, as tests of one program share the generator of random numbers.
#[test]
fn threads_and_interruptions_leave_the_weights_alone() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = tones::corpus(folder.path());
    let out = |name: &str| folder.path().join(name);
    let whole = train(&corpus, &out("whole"), 1, usize::MAX).unwrap();
    let shared = train(&corpus, &out("shared"), 3, usize::MAX).unwrap();
    assert!(whole == shared, "the weights depend on the threads");

    let stopped = train(&corpus, &out("pieces"), 2, 3);
    assert!(matches!(stopped, Err(LabError::Interrupted)));
    let resumed = train(&corpus, &out("pieces"), 3, usize::MAX).unwrap();
    assert!(whole == resumed, "the weights depend on the interruption");
}

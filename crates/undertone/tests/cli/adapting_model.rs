//! Small models with random weights that adapt to a voice and tell speech from other sounds.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use undertone_audio::{FitLength, FrontEnd, FrontEndConfig};
use undertone_corpus::LabelScheme;
use undertone_models::{
    AdaptationConfig, BandStatistics, CnnLstmConfig, ConvConfig, DeviceKind, FORMAT, LstmConfig,
    Model, ModelConfig, NetworkConfig, Pooling, Provenance, WEIGHTS_FILE, Weights,
};

const CLASSES: usize = 7;

/// Return `--model` with a model that takes every sound for speech.
pub(crate) fn hearing() -> String {
    option("hearing")
}

/// Return `--model` with a model that takes no sound for speech.
pub(crate) fn deaf() -> String {
    option("deaf")
}

/// Return `--model` with a model: `hearing`, `deaf`, or the first one `renamed`.
pub(crate) fn option(name: &str) -> String {
    format!("--model {}", models().join(name).display())
}

/// Return a folder with the models, made once.
fn models() -> &'static Path {
    static MODELS: OnceLock<PathBuf> = OnceLock::new();
    MODELS.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let folder = folder.join(concat!(env!("CARGO_CRATE_NAME"), "-adapting"));
        let _ = fs::remove_dir_all(&folder);
        for (name, detector) in [("hearing", 1e3), ("deaf", -1e3), ("renamed", 1e3)] {
            save(&folder.join(name), name, detector);
        }
        folder
    })
}

/// Save a model whose last output, which detects speech, is about `detector`.
fn save(folder: &Path, name: &str, detector: f32) {
    let config = config(name);
    let device = DeviceKind::Cpu.open().unwrap();
    let front_end = FrontEnd::new(config.front_end.clone()).unwrap();
    let bands = front_end.bands();
    device.seed(7);
    let network = config
        .init_network(bands, front_end.frames(), &device)
        .unwrap();
    // Parameters are drawn on first use.
    Weights::of(&network);
    let statistics = BandStatistics {
        mean: vec![-30.0; bands],
        std: vec![5.0; bands],
    };
    let outputs = config.output_count();
    let model = Model {
        config,
        network,
        statistics: Some(statistics),
        encoders: Vec::new(),
    };
    model.save(folder).unwrap();
    let path = folder.join(WEIGHTS_FILE);
    let mut weights = Weights::from_bytes(&fs::read(&path).unwrap()).unwrap();
    let mut bias = vec![0.0; outputs];
    bias[outputs - 1] = detector;
    weights.insert("output.bias", &[outputs], bias);
    fs::write(&path, weights.to_bytes().unwrap()).unwrap();
}

fn config(name: &str) -> ModelConfig {
    let unit = |row: usize| (0..CLASSES).map(move |at| f64::from(u8::from(at == row)) * 100.0);
    ModelConfig {
        format: FORMAT,
        name: name.to_owned(),
        front_end: FrontEndConfig {
            duration: FitLength::Seconds(0.5),
            n_mels: 16,
            n_mfcc: 8,
            ..FrontEndConfig::default()
        },
        network: NetworkConfig::CnnLstm(CnnLstmConfig {
            conv: vec![ConvConfig {
                channels: 8,
                kernel_size: 3,
                pool: 2,
                bands: None,
            }],
            batch_norm: true,
            conv_dropout: 0.0,
            lstm: LstmConfig {
                layers: 1,
                units: 16,
                bidirectional: true,
                dropout: 0.0,
            },
            pooling: Pooling::MeanStd,
            dropout: 0.0,
        }),
        output_scheme: LabelScheme::Emotion7,
        label_scheme: LabelScheme::Emotion7,
        labels: LabelScheme::Emotion7
            .labels()
            .iter()
            .map(|it| (*it).to_owned())
            .collect(),
        dimensions: Vec::new(),
        adaptation: Some(AdaptationConfig {
            middle: vec![0.0; CLASSES],
            spread_weights: (0..CLASSES).map(|row| unit(row).collect()).collect(),
            threshold: 0.1,
            slope: 1.0,
            prior: 1.0,
            waning: 1.0,
            temperature: [1.0, 4.0],
        }),
        detects_speech: true,
        sure: Some(0.01),
        provenance: Provenance::default(),
    }
}

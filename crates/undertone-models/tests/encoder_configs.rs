//! What `config.json` and `preprocessor_config.json` may say.

mod encoders;

use burn::tensor::Device;
use encoders::{ALL, Reference, folder};
use serde_json::{Value, json};
use undertone_audio::FeatureMatrix;
use undertone_models::{
    Batch, ClassifierHeadConfig, ConvolutionNorm, Encoder, EncoderConfig, PreprocessorConfig,
};

fn encoder(value: &Value) -> Result<EncoderConfig, String> {
    EncoderConfig::from_json(value.to_string().as_bytes()).map_err(|error| error.to_string())
}

fn head(value: &Value) -> Result<ClassifierHeadConfig, String> {
    let config = encoder(&json!({"model_type": "hubert"})).unwrap();
    ClassifierHeadConfig::from_json(value.to_string().as_bytes(), &config)
        .map_err(|error| error.to_string())
}

#[test]
fn missing_options_have_the_defaults_of_transformers() {
    let Ok(EncoderConfig::Wav2Vec2(config)) = encoder(&json!({"model_type": "wav2vec2"})) else {
        panic!();
    };
    assert_eq!((config.hidden_size, config.num_hidden_layers), (768, 12));
    assert_eq!(config.feat_extract_norm, ConvolutionNorm::Group);
    let config = EncoderConfig::Wav2Vec2(config);
    assert_eq!(config.shortest_input(), 400);
    assert_eq!(
        (config.steps(32_000), config.steps(400), config.steps(1)),
        (99, 1, 1)
    );
    assert_eq!((config.bands(), config.longest_input()), (1, None));

    let whisper = encoder(&json!({"model_type": "whisper"})).unwrap();
    assert_eq!(
        (whisper.bands(), whisper.width(), whisper.layers()),
        (80, 384, 4)
    );
    assert_eq!(
        (whisper.longest_input(), whisper.steps(301)),
        (Some(3000), 151)
    );
}

#[test]
fn the_error_for_an_unknown_architecture_lists_the_known_ones() {
    for (value, found) in [
        (json!({"model_type": "bert"}), "`bert`"),
        (json!({}), "(none)"),
        (json!([]), "(none)"),
    ] {
        let told = encoder(&value).unwrap_err();
        assert_eq!(
            told,
            format!("config.json: unknown model_type {found}; known are wav2vec2, hubert, whisper")
        );
    }
    assert!(
        EncoderConfig::from_json(b"{")
            .unwrap_err()
            .to_string()
            .starts_with("config.json: EOF")
    );
}

#[test]
fn invalid_options_are_errors() {
    let wav2vec2 = |options: Value| {
        let mut value = json!({"model_type": "wav2vec2"});
        value
            .as_object_mut()
            .unwrap()
            .extend(options.as_object().unwrap().clone());
        encoder(&value).unwrap_err()
    };
    for (options, told) in [
        (
            json!({"hidden_size": 0}),
            "`hidden_size` is 0, expected 1 to 65536",
        ),
        (
            json!({"num_hidden_layers": 100_000}),
            "`num_hidden_layers` is 100000, expected 1 to 512",
        ),
        (
            json!({"num_attention_heads": 7}),
            "`num_attention_heads` is 7, expected a divisor of `hidden_size`, 768",
        ),
        (
            json!({"num_conv_pos_embedding_groups": 5}),
            "a divisor of `hidden_size`",
        ),
        (
            json!({"conv_dim": []}),
            "`conv_dim` is 0, expected 1 to 512",
        ),
        (
            json!({"conv_stride": [5]}),
            "`conv_stride` is [5], expected one size a layer, 7",
        ),
        (
            json!({"conv_kernel": [10, 3, 3, 3, 3, 2, 0]}),
            "expected sizes from 1 to 4096",
        ),
        (
            json!({"conv_stride": [4096, 4096, 4096, 4096, 4096, 4096, 4096]}),
            "a receptive field of at most",
        ),
        (
            json!({"hidden_dropout": 1.0}),
            "`hidden_dropout` is 1.0, expected at least 0 and below 1",
        ),
        (
            json!({"hidden_act": "relu"}),
            "`hidden_act` is \"relu\", expected \"gelu\"",
        ),
        (
            json!({"conv_pos_batch_norm": true}),
            "`conv_pos_batch_norm` is true, expected false: it is not supported",
        ),
        (
            json!({"adapter_attn_dim": 16}),
            "`adapter_attn_dim` is Some(16), expected null",
        ),
        (
            json!({"feat_extract_norm": "batch"}),
            "unknown variant `batch`, expected `group` or `layer`",
        ),
        (json!({"hidden_size": -1}), "invalid value: integer `-1`"),
    ] {
        let found = wav2vec2(options);
        assert!(
            found.starts_with("config.json: ") && found.contains(told),
            "{found}"
        );
    }
    let found = encoder(&json!({"model_type": "whisper", "encoder_attention_heads": 5}));
    assert!(found.unwrap_err().contains("a divisor of `d_model`, 384"));
}

#[test]
fn labels_are_numbered_from_0() {
    let classifier = |labels: Value| {
        head(&json!({"architectures": ["HubertForSequenceClassification"], "id2label": labels}))
    };
    let found = classifier(json!({"1": "sad", "0": "happy"})).unwrap();
    assert_eq!(found.labels, ["happy", "sad"]);
    assert_eq!(
        (found.width, found.states, found.classifier_proj_size),
        (768, 13, 256)
    );
    for (labels, told) in [
        (json!({}), "it is missing or empty"),
        (
            json!({"1": "sad", "2": "happy"}),
            "one of 0 to 1 is missing",
        ),
    ] {
        let found = classifier(labels).unwrap_err();
        assert!(
            found.contains("`id2label`") && found.contains(told),
            "{found}"
        );
    }
    let found = head(&json!({"architectures": ["HubertForCTC"]})).unwrap_err();
    assert!(
        found.contains("HubertForCTC, which predicts no labels"),
        "{found}"
    );
}

#[test]
fn a_written_configuration_is_read_back() {
    for name in ALL {
        let reference = Reference::open(name);
        let written = reference.config.to_json(&reference.head).unwrap();
        let config = EncoderConfig::from_json(written.as_bytes()).unwrap();
        assert_eq!(config, reference.config, "{name}");
        assert_eq!(
            ClassifierHeadConfig::from_json(written.as_bytes(), &config).unwrap(),
            reference.head
        );
        let ours: Value = serde_json::from_str(&written).unwrap();
        let theirs = std::fs::read(folder(name).join("config.json")).unwrap();
        let theirs: Value = serde_json::from_slice(&theirs).unwrap();
        for option in ["architectures", "id2label", "label2id", "model_type"] {
            assert_eq!(ours[option], theirs[option], "{name}: {option}");
        }
    }
}

#[test]
fn preprocessing_is_read_and_checked() {
    let whisper = br#"{"feature_extractor_type": "WhisperFeatureExtractor", "feature_size": 80,
        "sampling_rate": 16000, "hop_length": 160, "n_fft": 400, "chunk_length": 30}"#;
    let config = PreprocessorConfig::from_json(whisper).unwrap();
    assert_eq!((config.feature_size, config.sampling_rate), (80, 16_000));
    let large = br#"{"do_normalize": true, "return_attention_mask": true}"#;
    let config = PreprocessorConfig::from_json(large).unwrap();
    assert!(config.do_normalize && config.return_attention_mask);
    let told = PreprocessorConfig::from_json(br#"{"hop_length": 0}"#)
        .unwrap_err()
        .to_string();
    assert_eq!(
        told,
        "preprocessor_config.json: `hop_length` is 0, expected 1 to 1048576"
    );
}

#[test]
fn clips_shorter_than_the_receptive_field_are_filled_up_with_zeros() {
    let device = Device::flex();
    let reference = Reference::open("wav2vec2-base");
    let encoder = Encoder::load(&reference.config, None, &reference.checkpoint, &device).unwrap();
    let last = |clip: &[f32]| {
        let waveform = FeatureMatrix {
            bands: 1,
            frames: clip.len(),
            values: clip.to_vec(),
        };
        let hidden = encoder.hidden_states(&Batch::of(&[waveform], &device));
        assert_eq!(hidden.lengths, [1]);
        encoders::values_of(&hidden.states[2])
    };
    let mut padded = vec![0.5; 12];
    let short = last(&padded);
    padded.resize(30, 0.0);
    assert_eq!(short, last(&padded));
    assert_eq!(last(&[]), last(&[0.0; 30]));
}

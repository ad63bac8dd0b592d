//! What `config.json` and `preprocessor_config.json` may say.

mod encoders;

use burn::tensor::Device;
use encoders::{ALL, Reference, folder};
use serde_json::{Value, json};
use undertone_audio::FeatureMatrix;
use undertone_models::{
    Batch, ClassifierHeadConfig, ConvolutionNorm, Encoder, EncoderConfig, HeadLayout,
    PreprocessorConfig,
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
            format!(
                "config.json: unknown model_type {found}; known are wav2vec2, hubert, wavlm, data2vec-audio, \
                 whisper"
            )
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
        found.contains("HubertForCTC, whose head is not known"),
        "{found}"
    );
}

#[test]
fn options_that_would_change_the_numbers_are_refused() {
    let architecture = |name: &str, options: Value| {
        let mut value = json!({"architectures": [name], "id2label": {"0": "sad"}});
        let given = options.as_object().unwrap().clone();
        value.as_object_mut().unwrap().extend(given);
        head(&value)
    };
    let stock = "HubertForSequenceClassification";
    let dense = "HubertForSpeechClassification";
    for (name, options, told) in [
        (
            dense,
            json!({"pooling_mode": "max"}),
            "`pooling_mode` is \"max\", expected \"mean\"",
        ),
        (
            stock,
            json!({"problem_type": "multi_label_classification"}),
            "`problem_type` is \"multi_label_classification\", expected \"single_label",
        ),
        (
            dense,
            json!({"use_weighted_layer_sum": true}),
            "`use_weighted_layer_sum` is true, expected false",
        ),
    ] {
        let found = architecture(name, options).unwrap_err();
        assert!(found.contains(told), "{found}");
    }
    let found = architecture(dense, json!({"problem_type": "regression"})).unwrap();
    assert!(found.predicts_numbers && found.classifier_proj_size == found.width);
    assert_eq!(found.layout, HeadLayout::DenseTanh);
    for (task, expected) in [("wav2vec2_reg", true), ("wav2vec2_clf", false)] {
        let found = architecture(dense, json!({"finetuning_task": task})).unwrap();
        assert_eq!(found.predicts_numbers, expected);
    }

    let wavlm = |options: Value| {
        let mut value = json!({"model_type": "wavlm"});
        let given = options.as_object().unwrap().clone();
        value.as_object_mut().unwrap().extend(given);
        encoder(&value).unwrap_err()
    };
    for (options, told) in [
        (
            json!({"num_buckets": 3}),
            "`num_buckets` is 3, expected 4 to",
        ),
        (
            json!({"max_bucket_distance": 80}),
            "`max_bucket_distance` is 80, expected more than a quarter of `num_buckets`, 80",
        ),
        (
            json!({"add_adapter": true}),
            "`add_adapter` is true, expected false",
        ),
    ] {
        let found = wavlm(options);
        assert!(found.contains(told), "{found}");
    }
    let data2vec = encoder(&json!({"model_type": "data2vec-audio", "conv_pos_kernel_size": 0}));
    let found = data2vec.unwrap_err();
    assert!(found.contains("`conv_pos_kernel_size` is 0"), "{found}");
}

#[test]
fn recordings_must_be_prepared_as_the_encoder_expects() {
    let config = |json: &str| PreprocessorConfig::from_json(json.as_bytes()).unwrap();
    let whisper = encoder(&json!({"model_type": "whisper", "num_mel_bins": 128})).unwrap();
    let wavlm = encoder(&json!({"model_type": "wavlm"})).unwrap();
    for (encoder, options, told) in [
        (
            &whisper,
            r#"{"feature_size": 80}"#,
            "`feature_size` is 80, expected 128",
        ),
        (
            &whisper,
            r#"{"hop_length": 320}"#,
            "`hop_length` is 320, expected 160",
        ),
        (
            &whisper,
            r#"{"dither": 0.5}"#,
            "`dither` is 0.5, expected 0",
        ),
        (
            &wavlm,
            r#"{"feature_extractor_type": "ASTFeatureExtractor"}"#,
            "`feature_extractor_type` is ASTFeatureExtractor, expected Wav2Vec2FeatureExtractor",
        ),
    ] {
        let found = config(options).check_for(encoder).unwrap_err().to_string();
        assert!(found.contains(told), "{found}");
    }
    config(r#"{"feature_size": 128}"#)
        .check_for(&whisper)
        .unwrap();
    PreprocessorConfig::default().check_for(&whisper).unwrap();
    config(r#"{"hop_length": 320}"#).check_for(&wavlm).unwrap();
}

#[test]
fn a_written_configuration_is_read_back() {
    for name in ALL {
        let reference = Reference::open(name);
        if reference.head.layout != HeadLayout::Projector {
            continue;
        }
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

//! The metadata of an ONNX file.

use serde_json::{Map, Value, json};
use undertone_audio::Resampler;
use undertone_corpus::LabelScheme;
use undertone_models::{ModelConfig, OVERLAP};

use super::proto::StringStringEntryProto;
use super::quantize::Precision;

/// Return the metadata of a model. Each value is JSON:
///
/// | key | value |
/// | --- | --- |
/// | `name` | the model's name |
/// | `labels` | the labels, in the order of the probabilities |
/// | `sums` | see [`sums`] |
/// | `detects_speech` | whether `speech` and `window_speech` may be false |
/// | `front_end` | `front_end` of its `config.json`: sample rate, trimming, window, features |
/// | `resampler` | the low-pass filter between two rates; see below |
/// | `window_overlap` | overlap of a long recording's windows, as a fraction of a window |
/// | `weights` | `float32` or `int8` |
/// | `license` | the license under the Hugging Face Hub's name, or null if it is not known |
/// | `provenance` | `provenance` of its `config.json`: recipe, corpus, training speakers |
///
/// The filter is a sinc under a Kaiser window. Its pass band ends and its stop band starts at
/// fractions of the lower Nyquist frequency; the attenuation of the stop band is in dB. Resampling
/// is the only step that is not in the graph.
pub(super) fn of(
    config: &ModelConfig,
    license: Option<&str>,
    precision: Precision,
) -> Vec<StringStringEntryProto> {
    [
        ("name", json!(config.name)),
        ("labels", json!(config.labels)),
        ("sums", json!(sums(config))),
        ("detects_speech", json!(config.detects_speech)),
        ("front_end", json!(config.front_end)),
        (
            "resampler",
            json!({
                "pass_end": Resampler::PASS_END,
                "stop_start": Resampler::STOP_START,
                "attenuation": Resampler::ATTENUATION,
            }),
        ),
        ("window_overlap", json!(OVERLAP)),
        (
            "weights",
            json!(match precision {
                Precision::Float32 => "float32",
                Precision::Int8 => "int8",
            }),
        ),
        ("license", json!(license)),
        ("provenance", json!(config.provenance)),
    ]
    .map(|(key, value)| StringStringEntryProto {
        key: Some(key.to_owned()),
        value: Some(value.to_string()),
    })
    .into()
}

/// Return the labels whose probabilities add up to that of each sentiment: an object of lists, one
/// each for `negative`, `neutral` and `positive`. Empty if the labels cannot be added up to
/// sentiments, or are them.
pub(crate) fn sums(config: &ModelConfig) -> Map<String, Value> {
    let scheme = LabelScheme::Sentiment3;
    let names = scheme.labels();
    let classes = config.label_scheme.classes_in(&scheme).unwrap_or_default();
    let members = |class: usize| -> Vec<&String> {
        let labels = config.labels.iter().zip(&classes);
        labels
            .filter(|(_, of)| **of == class)
            .map(|(label, _)| label)
            .collect()
    };
    let sums: Vec<_> = (0..names.len()).map(members).collect();
    if config.label_scheme == scheme || sums.iter().any(Vec::is_empty) {
        return Map::new();
    }
    names
        .iter()
        .zip(sums)
        .map(|(name, labels)| ((*name).to_owned(), json!(labels)))
        .collect()
}

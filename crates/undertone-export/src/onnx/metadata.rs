//! What an ONNX file says beside its graph.

use serde_json::json;
use undertone_models::{ModelConfig, OVERLAP};

use super::proto::StringStringEntryProto;

/// The notes of a model, each value JSON:
///
/// | key | value |
/// | --- | --- |
/// | `name` | the model's name |
/// | `front_end` | `front_end` of its `config.json`: resampling, trimming, window, features |
/// | `window_overlap` | share of a window that the next one repeats, where a recording is longer; the answer is the mean over the windows |
/// | `labels` | what the probabilities are of, in their order |
/// | `licence` | as the Hugging Face Hub names it, or null where it is not known |
/// | `provenance` | `provenance` of its `config.json`: recipe, corpus, speakers heard |
pub(super) fn of(config: &ModelConfig, licence: Option<&str>) -> Vec<StringStringEntryProto> {
    [
        ("name", json!(config.name)),
        ("front_end", json!(config.front_end)),
        ("window_overlap", json!(OVERLAP)),
        ("labels", json!(config.labels)),
        ("licence", json!(licence)),
        ("provenance", json!(config.provenance)),
    ]
    .map(|(key, value)| StringStringEntryProto {
        key: Some(key.to_owned()),
        value: Some(value.to_string()),
    })
    .into()
}

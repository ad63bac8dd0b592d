//! The metadata of an ONNX file.

use serde_json::json;
use undertone_audio::Resampler;
use undertone_models::{ModelConfig, OVERLAP};

use super::proto::StringStringEntryProto;

/// Return the metadata of a model. Each value is JSON:
///
/// | key | value |
/// | --- | --- |
/// | `name` | the model's name |
/// | `front_end` | `front_end` of its `config.json`: resampling, trimming, window, features |
/// | `resampler` | the low-pass filter between two rates; see below |
/// | `window_overlap` | overlap of a long recording's windows, as a fraction of a window |
/// | `labels` | the labels, in the order of the probabilities |
/// | `licence` | the license under the Hugging Face Hub's name, or null if it is not known |
/// | `provenance` | `provenance` of its `config.json`: recipe, corpus, training speakers |
///
/// The filter is a sinc under a Kaiser window. Its pass band ends and its stop band starts at
/// fractions of the lower Nyquist frequency; the attenuation of the stop band is in dB. The answer
/// for a long recording is the mean over its windows.
pub(super) fn of(config: &ModelConfig, license: Option<&str>) -> Vec<StringStringEntryProto> {
    [
        ("name", json!(config.name)),
        ("front_end", json!(config.front_end)),
        (
            "resampler",
            json!({
                "window": "kaiser",
                "pass_end": Resampler::PASS_END,
                "stop_start": Resampler::STOP_START,
                "attenuation": Resampler::ATTENUATION,
            }),
        ),
        ("window_overlap", json!(OVERLAP)),
        ("labels", json!(config.labels)),
        ("licence", json!(license)),
        ("provenance", json!(config.provenance)),
    ]
    .map(|(key, value)| StringStringEntryProto {
        key: Some(key.to_owned()),
        value: Some(value.to_string()),
    })
    .into()
}

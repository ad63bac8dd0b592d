//! What a card tells the Hugging Face Hub
//! (<https://github.com/huggingface/hub-docs/blob/main/modelcard.md>).

use serde::Serialize;
use undertone_models::{ModelConfig, NetworkConfig, Provenance};
use yaml_serde::{Mapping, Value};

use super::results::Judged;
use crate::judging::{Evaluation, Report};

/// The key that results stand under.
pub(super) const RESULTS: &str = "model-index";

/// Where a model on the Hub says it comes from.
const HUB: &str = "hf:";

#[derive(Serialize)]
struct Metadata<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    license: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'static str>,
    library_name: &'static str,
    pipeline_tag: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    base_model: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    datasets: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    metrics: Vec<&'static str>,
    tags: Vec<&'static str>,
    #[serde(rename = "model-index", skip_serializing_if = "Vec::is_empty")]
    model_index: Vec<IndexedModel<'a>>,
}

#[derive(Serialize)]
struct IndexedModel<'a> {
    name: &'a str,
    results: Vec<IndexedResult>,
}

#[derive(Serialize)]
struct IndexedResult {
    task: Named,
    dataset: Dataset,
    metrics: Vec<Metric>,
}

#[derive(Serialize)]
struct Named {
    r#type: &'static str,
    name: &'static str,
}

#[derive(Serialize)]
struct Dataset {
    r#type: &'static str,
    name: String,
    config: String,
    split: &'static str,
}

#[derive(Serialize)]
struct Metric {
    r#type: &'static str,
    name: &'static str,
    value: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    args: Option<Average>,
}

#[derive(Serialize)]
struct Average {
    average: &'static str,
}

/// The licence that a model's weights have by what it was trained on, in the Hub's words; `None`
/// where that is not known.
pub fn licence(provenance: &Provenance) -> Option<&'static str> {
    is_ravdess(provenance).then_some("cc-by-nc-sa-4.0")
}

pub(super) fn is_ravdess(provenance: &Provenance) -> bool {
    provenance.corpus == "RAVDESS"
}

/// A model's metadata. Results are only what `reports` say.
pub(super) fn of(config: &ModelConfig, reports: &[Report]) -> Mapping {
    let ravdess = is_ravdess(&config.provenance);
    let metadata = Metadata {
        license: licence(&config.provenance),
        language: ravdess.then_some("en"),
        library_name: "undertone",
        pipeline_tag: "audio-classification",
        base_model: base_model(&config.network),
        datasets: ravdess.then_some("ravdess").into_iter().collect(),
        metrics: match reports {
            [] => Vec::new(),
            _ => vec!["accuracy", "recall", "f1"],
        },
        tags: vec!["speech-emotion-recognition", "audio", "undertone"],
        model_index: match reports {
            [] => Vec::new(),
            _ => vec![IndexedModel {
                name: &config.name,
                results: reports
                    .iter()
                    .map(|report| result(report, &config.provenance))
                    .collect(),
            }],
        },
    };
    match yaml_serde::to_value(metadata) {
        Ok(Value::Mapping(metadata)) => metadata,
        // Strings, numbers and lists always have a YAML form.
        _ => Mapping::new(),
    }
}

/// The Hub's name of the encoder, without its revision.
fn base_model(network: &NetworkConfig) -> Option<&str> {
    let NetworkConfig::Pretrained(config) = network else {
        return None;
    };
    config.pretrained.strip_prefix(HUB)?.split('@').next()
}

fn result(report: &Report, provenance: &Provenance) -> IndexedResult {
    let ravdess = is_ravdess(provenance);
    let corpus = if ravdess {
        "RAVDESS"
    } else {
        "a corpus of its own"
    };
    let judged = Judged::by(report, provenance);
    IndexedResult {
        task: Named {
            r#type: "audio-classification",
            name: "Speech emotion recognition",
        },
        dataset: Dataset {
            r#type: if ravdess { "ravdess" } else { "manifest" },
            name: format!(
                "{corpus}, protocol {}; {}",
                report.protocol,
                judged.in_short()
            ),
            config: report.protocol_name().to_owned(),
            split: "test",
        },
        metrics: metrics(&report.pooled),
    }
}

/// The three scores, under the names of `evaluate`'s metrics.
fn metrics(test: &Evaluation) -> Vec<Metric> {
    let macro_average = || Some(Average { average: "macro" });
    [
        ("accuracy", "WA (accuracy)", test.wa.value, None),
        (
            "recall",
            "UAR (mean recall)",
            test.uar.value,
            macro_average(),
        ),
        ("f1", "macro F1", test.macro_f1.value, macro_average()),
    ]
    .map(|(r#type, name, value, args)| Metric {
        r#type,
        name,
        value: (value * 1e4).round() / 1e4,
        args,
    })
    .into()
}

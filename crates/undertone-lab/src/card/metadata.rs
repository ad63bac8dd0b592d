//! The metadata of a model card for the Hugging Face Hub
//! (<https://github.com/huggingface/hub-docs/blob/main/modelcard.md>).

use serde::Serialize;
use undertone_corpus::CodeBook;
use undertone_metrics::{Report, SetEvaluation};
use undertone_models::{HUB_PREFIX, Model, Provenance};
use yaml_serde::{Mapping, Value};

use super::markdown::title;
use super::results::Subject;
use super::scores::CardScores;
use super::sources::{languages, license, sources};

/// The key of the results.
pub(super) const RESULTS: &str = "model-index";

#[derive(Serialize)]
struct Metadata {
    #[serde(skip_serializing_if = "Option::is_none")]
    license: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    language: Vec<&'static str>,
    library_name: &'static str,
    pipeline_tag: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    base_model: Option<BaseModel>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    datasets: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    metrics: Vec<&'static str>,
    tags: Vec<&'static str>,
    #[serde(rename = "model-index", skip_serializing_if = "Vec::is_empty")]
    model_index: Vec<IndexedModel>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum BaseModel {
    One(String),
    Several(Vec<String>),
}

#[derive(Serialize)]
struct IndexedModel {
    name: String,
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
    name: String,
    value: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    args: Option<Average>,
}

#[derive(Serialize)]
struct Average {
    average: &'static str,
}

pub(super) fn is_ravdess(provenance: &Provenance) -> bool {
    provenance.corpus == "RAVDESS"
}

/// Return a model's metadata. The results are those of [sound](is_sound) reports.
pub(super) fn of<E: CardScores>(model: &Model, reports: &[Report<E>]) -> Mapping {
    let config = &model.config;
    let results: Vec<IndexedResult> = reports
        .iter()
        .filter(|report| is_sound(report))
        .map(|report| result(report, &config.provenance))
        .collect();
    let metadata = Metadata {
        license: license(&config.provenance),
        language: languages(&config.provenance),
        library_name: "undertone",
        pipeline_tag: "audio-classification",
        base_model: base_model(model),
        datasets: sources(&config.provenance)
            .iter()
            .filter_map(|source| Some(source.book?.id.clone()))
            .collect(),
        metrics: match results.is_empty() {
            true => Vec::new(),
            false => E::METRICS.to_vec(),
        },
        tags: vec!["speech-emotion-recognition", "audio", "undertone"],
        model_index: match results.is_empty() {
            true => Vec::new(),
            false => vec![IndexedModel {
                name: title(config),
                results,
            }],
        },
    };
    match yaml_serde::to_value(metadata) {
        Ok(Value::Mapping(metadata)) => metadata,
        // Strings, numbers and lists always have a YAML form.
        _ => Mapping::new(),
    }
}

/// Return whether the test clips are held out, and also their speakers if the protocol splits by
/// speakers. The Hub shows results without remarks, so other results are left out.
pub fn is_sound<E: SetEvaluation>(report: &Report<E>) -> bool {
    let leakage = report.leakage();
    let held_out_speakers = leakage.speakers_on_both_sides == 0;
    let by_speakers = ["speakers", "emobox", "corpora", "matrix"].contains(&report.protocol_name());
    match leakage.test_clips_with_copy_in_training {
        Some(copies) => copies == 0 && (held_out_speakers || !by_speakers),
        // A model names its speakers, not its clips.
        None => held_out_speakers,
    }
}

/// Add results to those of a card. A result replaces one of the same data and protocol.
pub(super) fn merge_results(into: &mut Value, new: Value) {
    let mut new = new;
    let (Some(known), Some(added)) = (results_of(into), results_of(&mut new)) else {
        *into = new;
        return;
    };
    for result in added.drain(..) {
        match known
            .iter_mut()
            .find(|it| data_set(it) == data_set(&result))
        {
            Some(same) => *same = result,
            None => known.push(result),
        }
    }
}

/// Remove results that are known not to be [sound](is_sound) from a card. Earlier versions wrote
/// them.
pub(super) fn retract(metadata: &mut Mapping, reports: &[Report], provenance: &Provenance) {
    let Some(known) = metadata.get_mut(RESULTS).and_then(results_of) else {
        return;
    };
    let is_known = |report: &Report| {
        let copies = report.leakage().test_clips_with_copy_in_training;
        copies.is_some() && !is_sound(report)
    };
    for report in reports.iter().filter(|report| is_known(report)) {
        let name = Value::from(data_set_name(report, provenance));
        known.retain(|result| data_set(result) != Some(&name));
    }
    if known.is_empty() {
        metadata.remove(RESULTS);
    }
}

/// Return the results of a card's only model.
fn results_of(index: &mut Value) -> Option<&mut Vec<Value>> {
    index.get_mut(0)?.get_mut("results")?.as_sequence_mut()
}

fn data_set(result: &Value) -> Option<&Value> {
    result.get("dataset")?.get("name")
}

/// Return the corpus, the protocol, and whether the report evaluates the model itself.
fn data_set_name<E: SetEvaluation>(report: &Report<E>, provenance: &Provenance) -> String {
    // Reports of earlier versions are about the corpus of the training.
    let corpus = match report.corpora.is_empty() {
        true => provenance.corpus.clone(),
        false => report.corpora.join(Provenance::AND),
    };
    let is_published = |name: &str| CodeBook::named(name).is_some();
    let corpus = match corpus.split(Provenance::AND).all(is_published) {
        true => corpus.as_str(),
        false => "a corpus of its own",
    };
    format!(
        "{corpus}, {}",
        Subject::of(report, provenance).describe(report)
    )
}

/// Return the encoders' names on the Hub, without their revisions.
fn base_model(model: &Model) -> Option<BaseModel> {
    let names = model.encoder_names().into_iter();
    let mut names: Vec<String> = names
        .filter_map(|name| Some(name.strip_prefix(HUB_PREFIX)?.split('@').next()?.to_owned()))
        .collect();
    match names.len() {
        0 | 1 => names.pop().map(BaseModel::One),
        _ => Some(BaseModel::Several(names)),
    }
}

fn result<E: CardScores>(report: &Report<E>, provenance: &Provenance) -> IndexedResult {
    let ravdess = match report.corpora.is_empty() {
        true => is_ravdess(provenance),
        false => report.corpora == ["RAVDESS"],
    };
    IndexedResult {
        task: Named {
            r#type: "audio-classification",
            name: "Speech emotion recognition",
        },
        dataset: Dataset {
            r#type: if ravdess { "ravdess" } else { "manifest" },
            name: data_set_name(report, provenance),
            config: report.protocol_name().to_owned(),
            split: "test",
        },
        metrics: metrics(&report.pooled),
    }
}

/// Return the scores under the names of Hugging Face's `evaluate`.
fn metrics<E: CardScores>(test: &E) -> Vec<Metric> {
    let metrics = test.metrics().into_iter();
    metrics
        .map(|metric| Metric {
            r#type: metric.kind,
            name: metric.name,
            value: (metric.value * 1e4).round() / 1e4,
            args: metric.macro_average.then_some(Average { average: "macro" }),
        })
        .collect()
}

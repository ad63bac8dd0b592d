//! A model as a repository for the Hugging Face Hub.

mod usage;

use serde_json::json;
use yaml_serde::Value;

use crate::ExportError;
use crate::folder::NewFolder;
use crate::onnx::{OnnxError, onnx_bytes};
use crate::samples::SAMPLES;
use crate::source::Source;
use undertone_lab::card::USE;
use undertone_models::CARD_FILE;

const ONNX_FILE: &str = "onnx/model.onnx";

/// Weights, `config.json`, the card, the ONNX file where the network has one, and recordings to try
/// it with.
pub(crate) fn write(source: &Source, folder: &NewFolder) -> Result<(), ExportError> {
    source.model.save(&folder.path())?;
    let has_onnx = match onnx_bytes(&source.model, source.license()) {
        Ok(bytes) => {
            folder.write(ONNX_FILE, &bytes)?;
            true
        }
        // The repository is complete without it.
        Err(OnnxError::TooLarge { .. }) => false,
        Err(error) => return Err(error.into()),
    };
    for sample in &SAMPLES {
        folder.write(&format!("samples/{}", sample.name), sample.content)?;
    }
    let mut card = source.card();
    card.metadata.insert("widget".into(), widget());
    card.set_section(USE, &usage::section(&source.model, has_onnx));
    folder.write(CARD_FILE, card_text(&card)?.as_bytes())?;
    folder.write_attributes(&["*.flac", "*.onnx", "*.safetensors", "*.wav"])
}

/// A card as its file's content.
pub(crate) fn card_text(card: &undertone_lab::card::ModelCard) -> Result<String, ExportError> {
    card.to_markdown().map_err(|source| ExportError::Card {
        path: CARD_FILE.into(),
        source,
    })
}

/// What the Hub's page offers to try the model with.
fn widget() -> Value {
    let examples = SAMPLES.iter().map(
        |sample| json!({"example_title": sample.title, "src": format!("samples/{}", sample.name)}),
    );
    // Strings always have a YAML form.
    yaml_serde::to_value(examples.collect::<Vec<_>>()).unwrap_or_default()
}

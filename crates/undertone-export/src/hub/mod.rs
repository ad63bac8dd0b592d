//! A model as a repository for the Hugging Face Hub.

mod usage;

use serde_json::json;
use undertone_lab::card::USE;
use undertone_models::CARD_FILE;
use undertone_samples::{NOTICE, SAMPLES};
use yaml_serde::Value;

use crate::bundle::{ModelBundle, card_text};
use crate::error::ExportError;
use crate::folder::NewFolder;
use crate::onnx::{OnnxError, Precision, onnx_bytes};

const ONNX_FILE: &str = "onnx/model.onnx";

/// Write the weights, `config.json`, the card, sample recordings and, if the network has one, the
/// ONNX file.
pub(crate) fn write(bundle: &ModelBundle, folder: &NewFolder) -> Result<(), ExportError> {
    bundle.model.save(&folder.path())?;
    let has_onnx = match onnx_bytes(&bundle.model, bundle.license(), Precision::Float32) {
        Ok(bytes) => {
            folder.write(ONNX_FILE, &bytes)?;
            true
        }
        // The repository is complete without it.
        Err(
            OnnxError::TooLarge { .. } | OnnxError::Unsupported(_) | OnnxError::SeveralEncoders,
        ) => false,
        Err(error) => return Err(error.into()),
    };
    for sample in &SAMPLES {
        folder.write(&format!("samples/{}", sample.name), sample.content)?;
    }
    folder.write("samples/NOTICE", NOTICE.as_bytes())?;
    let mut card = bundle.card();
    card.metadata.insert("widget".into(), widget());
    card.set_section(USE, &usage::section(&bundle.model, has_onnx));
    folder.write(CARD_FILE, card_text(&card)?.as_bytes())?;
    folder.write_attributes(&["*.flac", "*.onnx", "*.safetensors"])
}

/// Return the card's list of sample recordings for the widget on the Hub's page.
fn widget() -> Value {
    let examples = SAMPLES.iter().map(
        |sample| json!({"example_title": sample.title, "src": format!("samples/{}", sample.name)}),
    );
    // Strings can always be written as YAML.
    yaml_serde::to_value(examples.collect::<Vec<_>>()).unwrap_or_default()
}

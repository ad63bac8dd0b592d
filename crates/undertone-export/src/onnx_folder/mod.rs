//! A model as a folder for ONNX Runtime that needs nothing else: the graph, a program of a page
//! that runs it, an explanation, and a recording with its answer.

mod readme;

use burn::tensor::Device;
use undertone_audio::{DecodeOptions, Recording, Resampler, decode_bytes, encode_flac};
use undertone_models::{CARD_FILE, Classifier};
use undertone_samples::{NOTICE, SAMPLES};

use crate::bundle::ModelBundle;
use crate::error::ExportError;
use crate::folder::NewFolder;
use crate::onnx::{Precision, onnx_bytes};
use readme::{Example, readme};

/// The program that runs the graph.
const PREDICT: &str = include_str!("predict.py");
/// The recording whose answer the explanation has, and the sample that it is.
const SAMPLE: &str = "sample.flac";

/// Write the graph and what belongs to it.
pub(crate) fn write(
    bundle: &ModelBundle,
    precision: Precision,
    folder: &NewFolder,
) -> Result<(), ExportError> {
    let bytes = onnx_bytes(&bundle.model, bundle.license(), precision)?;
    folder.write("model.onnx", &bytes)?;
    folder.write("predict.py", PREDICT.as_bytes())?;
    let [sample, ..] = &SAMPLES;
    let rate = bundle.model.config.front_end.sample_rate;
    let encoded = at_rate(sample.content, rate)?;
    folder.write(SAMPLE, &encoded)?;
    let notice = format!(
        "{SAMPLE} is the recording \"{}\" of Undertone, resampled to {rate} Hz.\n\n{NOTICE}",
        sample.name
    );
    folder.write("NOTICE", notice.as_bytes())?;
    let recording = decoded(encoded)?;
    let classifier = Classifier::new(bundle.model.clone(), &Device::flex())?;
    let example = Example {
        file: SAMPLE,
        title: sample.title,
        prediction: classifier
            .classify(&recording)
            .map_err(ExportError::sample)?,
    };
    folder.write(CARD_FILE, readme(bundle, precision, &example).as_bytes())?;
    folder.write_attributes(&["*.flac", "*.onnx"])
}

/// Return a sample at a rate, as FLAC.
fn at_rate(sample: &[u8], rate: u32) -> Result<Vec<u8>, ExportError> {
    let recording = decoded(sample.to_vec())?;
    let resampler = Resampler::new(recording.sample_rate, rate).map_err(ExportError::sample)?;
    encode_flac(&resampler.resample(&recording.samples), rate).map_err(ExportError::sample)
}

fn decoded(bytes: Vec<u8>) -> Result<Recording, ExportError> {
    decode_bytes(bytes, &DecodeOptions::default()).map_err(ExportError::sample)
}

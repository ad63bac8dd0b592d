//! The explanation of an ONNX file: all that its user must know.

use serde_json::{Value, json};
use undertone_audio::{FrontEndConfig, InputKind, Normalize};
use undertone_lab::card::{inline, title};
use undertone_metrics::argmax;
use undertone_models::{ModelConfig, OVERLAP, Prediction};

use crate::bundle::ModelBundle;
use crate::onnx::{IR_VERSION, OPSET, Precision, sums};

/// A recording beside the file, and its prediction.
pub(super) struct Example<'a> {
    pub(super) file: &'a str,
    /// The emotion that a person hears in it.
    pub(super) title: &'a str,
    pub(super) prediction: Prediction,
}

/// Return the explanation as Markdown.
pub(super) fn readme(bundle: &ModelBundle, precision: Precision, example: &Example<'_>) -> String {
    let config = &bundle.model.config;
    let rate = config.front_end.sample_rate;
    let labels: Vec<String> = config.labels.iter().map(|label| inline(label)).collect();
    let mut text = format!(
        "# {}\n\n`model.onnx` tells {} apart in speech: a mono recording at {rate} Hz in, \
         probabilities out. Trimming, features, normalization and the mean over windows are in the \
         graph.{}\n",
        inline(&title(config)),
        labels.join(", "),
        match precision {
            Precision::Float32 => "",
            Precision::Int8 => " Its weights are 8-bit integers.",
        }
    );
    text += &try_it(config, precision, example);
    text += &use_it(rate, example);
    text += &interface(config, &labels);
    text += &steps(config);
    text += &limits(config);
    text += &versions(bundle, precision);
    text
}

fn try_it(config: &ModelConfig, precision: Precision, example: &Example<'_>) -> String {
    let source = match precision {
        Precision::Float32 => "The last digit may differ.",
        Precision::Int8 => {
            "These are the numbers before the weights were rounded to 8 bits, so yours differ \
             slightly."
        }
    };
    format!(
        "\n## Try it\n\n```sh\npython3 -m venv venv\nvenv/bin/pip install numpy onnxruntime \
         soundfile\nvenv/bin/python predict.py {file}\n```\n\nIn `{file}`, all listeners heard: \
         {title}. Undertone {version} computed this answer of the model when it wrote this file. \
         {source}\n\n```json\n{answer}\n```\n",
        file = example.file,
        title = example.title.to_lowercase(),
        version = env!("CARGO_PKG_VERSION"),
        answer = answer(config, example),
    )
}

/// Return the line that `predict.py` prints.
fn answer(config: &ModelConfig, example: &Example<'_>) -> String {
    let prediction = &example.prediction;
    let mut members = vec![("path", json!(example.file).to_string())];
    let speech = prediction.has_speech();
    members.extend(judgement(config, &prediction.probabilities, speech));
    if prediction.windows.len() > 1 {
        let windows = prediction.windows.iter().map(|window| {
            let second = |time: f64| json!((time * 100.0).round() / 100.0).to_string();
            let mut members = vec![("start", second(window.start)), ("end", second(window.end))];
            members.extend(judgement(config, &window.probabilities, window.speech));
            object(members)
        });
        let windows: Vec<String> = windows.collect();
        members.push(("segments", format!("[{}]", windows.join(", "))));
    }
    object(members)
}

/// Return the members of an answer that tell the emotion.
fn judgement(
    config: &ModelConfig,
    probabilities: &[f32],
    speech: bool,
) -> Vec<(&'static str, String)> {
    let speaks = ("speech", json!(speech).to_string());
    if !speech {
        let none = |key| (key, Value::Null.to_string());
        let mut members = ["label", "confidence", "probabilities"].map(none).to_vec();
        members.push(speaks);
        return members;
    }
    let number = |value: f64| json!((value * 1e6).round() / 1e6).to_string();
    let best = argmax(probabilities);
    let rows = config.labels.iter().zip(probabilities);
    let rows = rows.map(|(label, value)| (label.as_str(), number(f64::from(*value))));
    let mut members = vec![
        ("label", json!(config.labels[best]).to_string()),
        ("confidence", number(f64::from(probabilities[best]))),
        ("probabilities", object(rows)),
    ];
    let sums = sums(config);
    if !sums.is_empty() {
        let sum = |labels: &Value| -> String {
            let belongs = |label: &str| {
                labels
                    .as_array()
                    .is_some_and(|it| it.contains(&json!(label)))
            };
            let rows = config.labels.iter().zip(probabilities);
            number(
                rows.filter(|(label, _)| belongs(label))
                    .map(|(_, it)| f64::from(*it))
                    .sum(),
            )
        };
        let sums = sums
            .iter()
            .map(|(name, labels)| (name.as_str(), sum(labels)));
        members.push(("sums", object(sums)));
    }
    members.push(speaks);
    members
}

/// Return a JSON object in this order, with spaces as Python's `json` sets them.
fn object<'a>(members: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let members: Vec<String> = members
        .into_iter()
        .map(|(key, value)| format!("{}: {value}", json!(key)))
        .collect();
    format!("{{{}}}", members.join(", "))
}

fn use_it(rate: u32, example: &Example<'_>) -> String {
    format!(
        "\n## Use it\n\n```python\nimport json\n\nimport onnxruntime\nimport soundfile\n\n\
         session = onnxruntime.InferenceSession(\"model.onnx\", \
         providers=[\"CPUExecutionProvider\"])\n\
         labels = json.loads(session.get_modelmeta().custom_metadata_map[\"labels\"])\n\
         samples, rate = soundfile.read(\"{}\", dtype=\"float32\")\n\
         assert rate == {rate} and samples.ndim == 1\n\
         probabilities, speech = session.run([\"probabilities\", \"speech\"], \
         {{\"samples\": samples}})\n\
         print(dict(zip(labels, probabilities.tolist())), bool(speech))\n```\n",
        example.file
    )
}

fn interface(config: &ModelConfig, labels: &[String]) -> String {
    let count = labels.len();
    let rate = config.front_end.sample_rate;
    let mut text = format!(
        "\n## Input and outputs\n\n| name | type | shape | contents |\n| --- | --- | --- | --- |\n\
         | input `samples` | float32 | `[samples]` | one recording, mono, {rate} Hz, full scale 1, \
         at least one sample |\n\
         | output `probabilities` | float32 | `[{count}]` | the probabilities of {}, in this order |\n\
         | output `speech` | bool | `[]` | whether any window holds speech{} |\n\
         | output `windows` | float32 | `[windows, 2]` | start and end of each window in seconds |\n\
         | output `window_probabilities` | float32 | `[windows, {count}]` | the probabilities of \
         each window |\n\
         | output `window_speech` | bool | `[windows]` | whether each window holds speech |\n",
        labels.join(", "),
        match config.detects_speech {
            true => "; if not, the probabilities mean nothing",
            false => "; always true, as this model has no detector of speech",
        }
    );
    let sums = sums(config);
    if !sums.is_empty() {
        text += "\nCoarser classes are sums of probabilities:\n\n";
        for (name, labels) in &sums {
            let labels: Vec<String> = labels
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .map(inline)
                .collect();
            text += &format!("- {name}: {}\n", labels.join(" + "));
        }
    }
    text += "\nThe file's metadata (`custom_metadata_map` in ONNX Runtime) hold the same, each value \
             as JSON: `labels`, `sums`, `detects_speech`, `front_end`, `resampler`, \
             `window_overlap`, `weights`, `license`, `name`, `provenance`.\n";
    text
}

/// Describe the steps from a file to the probabilities, in their order.
fn steps(config: &ModelConfig) -> String {
    let front_end = &config.front_end;
    let rate = front_end.sample_rate;
    let mut graph = Vec::new();
    if let Some(trim) = &front_end.trim {
        graph.push(format!(
            "Trim: cut frames of {} samples, every {}, that are {} dB or more below the loudest, \
             off both ends (`librosa.effects.trim`).",
            trim.frame_length, trim.hop_length, trim.top_db
        ));
    }
    if let Some(level) = front_end.level {
        graph.push(format!(
            "Level: scale to a root mean square of {level} dB of full scale."
        ));
    }
    graph.push(windows(front_end));
    graph.push(features(front_end));
    graph.push("Apply the network and softmax.".to_owned());
    if config.output_scheme != config.label_scheme {
        graph.push("Add finer classes up to the labels.".to_owned());
    }
    graph.push(match config.detects_speech {
        true => {
            "Take the mean over the windows with speech, or over all if none has any.".to_owned()
        }
        false => "Take the mean over the windows.".to_owned(),
    });
    let before = [
        "Read the file, and take the mean of its channels.".to_owned(),
        format!("Resample to {rate} Hz. The filter is in the metadata (`resampler`)."),
    ];
    let mut text = "\n## Steps\n\n`predict.py`:\n\n".to_owned();
    for (number, step) in before.iter().chain(&graph).enumerate() {
        if number == before.len() {
            text += "\n`model.onnx`:\n\n";
        }
        text += &format!("{}. {step}\n", number + 1);
    }
    text
}

fn windows(config: &FrontEndConfig) -> String {
    let undertone_audio::FitLength::Seconds(seconds) = config.duration else {
        return "Cut into windows.".to_owned();
    };
    let shorter = match config.pad {
        true => "Pad a shorter recording with zeros.",
        false => "A shorter recording keeps its length.",
    };
    format!(
        "Cut a recording longer than {seconds} s into windows of {seconds} s that overlap by {} %; \
         the last one ends with the recording. {shorter}",
        OVERLAP * 100.0
    )
}

fn features(config: &FrontEndConfig) -> String {
    let named: Vec<String> = config
        .inputs
        .iter()
        .map(|input| match input {
            InputKind::Waveform => "the samples themselves".to_owned(),
            InputKind::WhisperLogMel => {
                format!("Whisper's log-mel spectrogram, {} bands", config.n_mels)
            }
            InputKind::Mel => format!("mel spectrogram, {} bands", config.n_mels),
            InputKind::LogMel => format!("log-mel spectrogram in dB, {} bands", config.n_mels),
            InputKind::Mfcc => format!("{} MFCCs", config.n_mfcc),
            InputKind::MfccDelta => format!("deltas of {} MFCCs", config.n_mfcc),
        })
        .collect();
    let normalized = match config.normalize {
        Normalize::None => "",
        Normalize::Standardize => {
            " Standardize each band with the mean and deviation of the training set."
        }
        Normalize::Utterance => " Standardize the window with its own mean and deviation.",
    };
    format!("Features of each window: {}.{normalized}", named.join(", "))
}

fn limits(config: &ModelConfig) -> String {
    let mut text = "\n## Limits\n\n\
         - All windows of a recording go through the network together, so memory grows with its \
         length. Cut recordings of more than some minutes into parts.\n\
         - `undertone predict` divides recordings longer than 30 s at pauses. This graph cuts them \
         into windows of one length.\n"
        .to_owned();
    if config.adaptation.is_some() {
        text += "- The graph judges each recording alone. Adaptation to a voice is not in it.\n";
    }
    text
}

fn versions(bundle: &ModelBundle, precision: Precision) -> String {
    let provenance = &bundle.model.config.provenance;
    format!(
        "\n## Versions and licenses\n\n\
         - Written by Undertone {version}; the model was trained by Undertone {trained} (recipe \
         {recipe}, corpus {corpus}, {on}).\n\
         - ONNX operator set {OPSET}, file format {IR_VERSION}{int8}. Tested with onnxruntime 1.32, numpy \
         2.4 and soundfile 0.14. It uses standard operators only.\n\
         - Weights: {license}.\n\
         - `predict.py`: Apache-2.0 or MIT, as you like.\n\
         - `sample.flac`: see `NOTICE`.\n",
        version = env!("CARGO_PKG_VERSION"),
        trained = inline(&provenance.undertone),
        recipe = inline(&provenance.recipe),
        corpus = inline(&provenance.corpus),
        on = inline(&provenance.trained_on),
        int8 = match precision {
            Precision::Float32 => "",
            Precision::Int8 => ", weights as int8 with DequantizeLinear",
        },
        license = bundle.license().map_or_else(
            || "no license is known".to_owned(),
            |license| format!("license {}", inline(license))
        ),
    )
}

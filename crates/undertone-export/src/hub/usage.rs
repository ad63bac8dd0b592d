//! How the model of a repository is used.

use undertone_models::{Model, NetworkConfig};

/// The section of the card that says so.
pub(super) fn section(model: &Model, has_onnx: bool) -> String {
    let mut text = "## How to use it\n\nWith Undertone:\n\n```\n\
         undertone predict --model hf:OWNER/NAME recording.wav\n\
         undertone serve --model FOLDER          # a copy of this repository\n```\n"
        .to_owned();
    if let NetworkConfig::Pretrained(_) = &model.config.network {
        text += &transformers(model);
    }
    if has_onnx {
        text += &onnx(model);
    }
    text
}

fn transformers(model: &Model) -> String {
    let config = &model.config;
    let summed = match config.output_scheme == config.label_scheme {
        true => String::new(),
        false => format!(
            "The logits are of {}; Undertone sums their probabilities into {}. ",
            config.output_scheme.labels().join(", "),
            config.labels.join(", ")
        ),
    };
    format!(
        "\nWith `transformers` (`trust_remote_code` is for the class in `modeling_undertone.py`, where \
         there is one):\n\n```python\nfrom transformers import AutoModelForAudioClassification\n\n\
         model = AutoModelForAudioClassification.from_pretrained(\"OWNER/NAME\", \
         trust_remote_code=True)\n```\n\n{summed}What becomes of a recording before (trimming, \
         length, kind of input) is in `config.undertone[\"front_end\"]`.\n"
    )
}

fn onnx(model: &Model) -> String {
    let inputs = match &model.config.network {
        NetworkConfig::CnnLstm(_) => "{\"features\": features}",
        NetworkConfig::Pretrained(_) => {
            "{\"features\": features, \"attention_mask\": attention_mask}"
        }
    };
    format!(
        "\nWith ONNX Runtime; `features` are what the front end in the file's metadata makes of a \
         recording, and the probabilities are in the order of its `labels`:\n\n```python\n\
         import json\nimport onnxruntime\n\n\
         session = onnxruntime.InferenceSession(\"onnx/model.onnx\")\n\
         notes = session.get_modelmeta().custom_metadata_map\n\
         front_end, labels = json.loads(notes[\"front_end\"]), json.loads(notes[\"labels\"])\n\
         (probabilities,) = session.run([\"probabilities\"], {inputs})\n```\n"
    )
}

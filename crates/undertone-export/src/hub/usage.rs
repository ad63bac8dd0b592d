//! Instructions for users of a repository's model.

use undertone_models::{Model, NetworkConfig};

/// Return the card's section on use.
pub(super) fn section(model: &Model, has_onnx: bool) -> String {
    let mut text = "With Undertone:\n\n```\n\
         undertone predict --model hf:OWNER/NAME recording.wav\n\
         undertone serve --model hf:OWNER/NAME\n```\n"
        .to_owned();
    if let NetworkConfig::Pretrained(_) = &model.config.network {
        text += TRANSFORMERS;
    }
    if has_onnx {
        text += &onnx(model);
    }
    text
}

/// How to get Undertone's answers with `transformers`.
const TRANSFORMERS: &str = "
With `transformers`, which reads files with ffmpeg:

```python
from transformers import pipeline

pipe = pipeline(\"audio-classification\", \"OWNER/NAME\", trust_remote_code=True)
print(pipe(\"recording.wav\"))
```

or step by step, from samples of one channel at 16 kHz:

```python
from transformers import AutoFeatureExtractor, AutoModelForAudioClassification

extractor = AutoFeatureExtractor.from_pretrained(\"OWNER/NAME\", trust_remote_code=True)
model = AutoModelForAudioClassification.from_pretrained(\"OWNER/NAME\", trust_remote_code=True)
inputs = extractor(samples, sampling_rate=16000, return_tensors=\"pt\")
probabilities = model(**inputs).logits.softmax(-1)  # of model.config.id2label
```

`trust_remote_code` allows the Python files in this repository to run. (`pipeline` warns that such
classes are not supported, but uses them.) Without `feature_extraction_undertone.py` recordings are
not prepared as they were in training, and the answers are wrong.
";

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

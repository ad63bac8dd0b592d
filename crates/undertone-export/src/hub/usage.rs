//! Instructions for users of a repository's model.

use undertone_models::{Model, NetworkConfig};

/// Return the card's section on use. Its Python programs run as they are, in a folder with the
/// packages that it names and a `recording.wav`.
pub(super) fn section(model: &Model, has_onnx: bool) -> String {
    let mut text =
        "`OWNER/NAME` stands for this repository, `recording.wav` for any recording of one \
         person who speaks; `samples/` has some.\n\n\
         With Undertone:\n\n```\n\
         undertone predict --model hf:OWNER/NAME recording.wav\n\
         undertone serve --model hf:OWNER/NAME\n```\n"
            .to_owned();
    let rate = model.config.front_end.sample_rate;
    if let NetworkConfig::Pretrained(_) = &model.config.network {
        text += &transformers(rate);
    }
    if has_onnx {
        text += &onnx(rate);
    }
    text
}

/// How to get Undertone's answers with `transformers`.
fn transformers(rate: u32) -> String {
    format!(
        "
With `transformers` (`pip install torch transformers librosa`, and ffmpeg, which `pipeline` reads
files with):

```python
from transformers import pipeline

pipe = pipeline(\"audio-classification\", \"OWNER/NAME\", trust_remote_code=True)
print(pipe(\"recording.wav\"))
```

or step by step, from samples of one channel at {rate} Hz:

```python
import librosa
import torch
from transformers import AutoFeatureExtractor, AutoModelForAudioClassification

extractor = AutoFeatureExtractor.from_pretrained(\"OWNER/NAME\", trust_remote_code=True)
model = AutoModelForAudioClassification.from_pretrained(\"OWNER/NAME\", trust_remote_code=True)
samples, _ = librosa.load(\"recording.wav\", sr={rate}, mono=True)
inputs = extractor(samples, sampling_rate={rate}, return_tensors=\"pt\")
with torch.no_grad():
    (probabilities,) = model(**inputs).logits.softmax(-1).tolist()
print({{model.config.id2label[place]: value for place, value in enumerate(probabilities)}})
```

`trust_remote_code` allows the Python files in this repository to run. (`pipeline` warns that such
classes are not supported, but uses them.) Without `feature_extraction_undertone.py` recordings are
not prepared as they were in training, and the answers are wrong.
"
    )
}

/// How to get them with ONNX Runtime.
fn onnx(rate: u32) -> String {
    format!(
        "
With ONNX Runtime (`pip install huggingface_hub librosa onnxruntime`). The graph reads a recording of
one channel at {rate} Hz. Trimming, features and the mean over windows are in it:

```python
import json

import librosa
import onnxruntime
from huggingface_hub import hf_hub_download

session = onnxruntime.InferenceSession(hf_hub_download(\"OWNER/NAME\", \"onnx/model.onnx\"))
labels = json.loads(session.get_modelmeta().custom_metadata_map[\"labels\"])
samples, _ = librosa.load(\"recording.wav\", sr={rate}, mono=True)
probabilities, speech = session.run([\"probabilities\", \"speech\"], {{\"samples\": samples}})
print(dict(zip(labels, probabilities.tolist())), \"speech\" if speech else \"no speech\")
```
"
    )
}

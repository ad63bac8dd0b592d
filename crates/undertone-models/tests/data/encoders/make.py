"""Makes the small random checkpoints and reference values of `tests/encoder_parity.rs`.

Run from anywhere: `python make.py [NAME...]` (transformers 4.57, torch 2.8 or later). Each folder
gets a `config.json` and `model.safetensors` as transformers saves them, and `reference.safetensors`:

- `values` [clips, bands, frames] and `lengths` [clips]: a batch, zeros behind each clip's end;
- `lone.N.states.I` [1, steps, width], `lone.N.logits`, `lone.N.logits_weighted` [1, labels]: clip N
  alone, without a mask; `logits` pools the last state, `logits_weighted` the weighted sum of all;
- `padded.*`: the whole batch with its attention mask, where transformers' own result does not
  depend on the padding (the layer norm layout: its group norm reads the padding too, and so do the
  position layers of data2vec).

Folders in the layout of published checkpoints also get a `preprocessor_config.json`, and two more
values of reference: `clip` [samples] at 16 kHz, and `answer` [labels], which the feature extractor and
the model make of it: probabilities, or the numbers of a regression.

Norms and biases are drawn far from 1 and 0, and weights are rounded to the type they are saved in.
"""

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import (
    Data2VecAudioConfig,
    Data2VecAudioForSequenceClassification,
    HubertConfig,
    HubertForSequenceClassification,
    Wav2Vec2Config,
    Wav2Vec2FeatureExtractor,
    Wav2Vec2ForSequenceClassification,
    Wav2Vec2Model,
    WavLMConfig,
    WavLMForSequenceClassification,
    WhisperConfig,
    WhisperFeatureExtractor,
    WhisperForAudioClassification,
)
from transformers.modeling_outputs import SequenceClassifierOutput
from transformers.models.wav2vec2.modeling_wav2vec2 import Wav2Vec2PreTrainedModel

HERE = Path(__file__).parent
WAVEFORM = dict(
    hidden_size=32,
    num_hidden_layers=2,
    num_attention_heads=4,
    intermediate_size=48,
    conv_dim=[32, 24, 32],
    conv_kernel=[10, 3, 2],
    conv_stride=[5, 2, 2],
    num_conv_pos_embedding_groups=4,
    use_weighted_layer_sum=True,
    classifier_proj_size=12,
    num_labels=4,
    id2label={0: "neutral", 1: "happy", 2: "sad", 3: "angry"},
    label2id={"neutral": 0, "happy": 1, "sad": 2, "angry": 3},
)
STABLE = dict(
    feat_extract_norm="layer", do_stable_layer_norm=True, conv_bias=True, num_conv_pos_embeddings=9
)
GROUP = dict(num_conv_pos_embeddings=8)
RELATIVE = dict(num_buckets=16, max_bucket_distance=20)
SAMPLES = [500, 333, 47, 30]
FRAMES = [48, 31, 6, 1]


class DenseHead(torch.nn.Module):
    """A head of two layers as wide as the states. `output` names the second."""

    def __init__(self, config, output, activation):
        super().__init__()
        self.activation = activation
        self.dense = torch.nn.Linear(config.hidden_size, config.hidden_size)
        self.last = output
        setattr(self, output, torch.nn.Linear(config.hidden_size, config.num_labels))

    def forward(self, states):
        return getattr(self, self.last)(self.activation(self.dense(states)))


class WithDenseHead(Wav2Vec2PreTrainedModel):
    """The `EmotionModel` of audEERING's model card, with logits in place of numbers."""

    def __init__(self, config, output="out_proj", activation=torch.tanh):
        super().__init__(config)
        self.wav2vec2 = Wav2Vec2Model(config)
        self.classifier = DenseHead(config, output, activation)

    def forward(self, input_values, attention_mask=None, output_hidden_states=False):
        output = self.wav2vec2(
            input_values, attention_mask=attention_mask, output_hidden_states=output_hidden_states
        )
        logits = self.classifier(output.last_hidden_state.mean(dim=1))
        return SequenceClassifierOutput(logits=logits, hidden_states=output.hidden_states)


class WithPlainHead(WithDenseHead):
    """The same without an activation and with another name, as ehcalabres's checkpoint."""

    def __init__(self, config):
        super().__init__(config, output="output", activation=lambda states: states)


def randomize(model, dtype):
    """Weights that keep the states near 1, everything else off its usual 0 and 1."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.dim() == 1 and name.endswith("weight") and "norm" in name:
                parameter.normal_(1.0, 0.3)
            elif parameter.dim() == 1:
                parameter.normal_(0.0, 0.3)
            elif name.endswith("original0") or name.endswith("gru_rel_pos_const"):
                parameter.uniform_(0.5, 1.5)
            elif name.endswith("rel_attn_embed.weight"):
                parameter.normal_(0.0, 1.0)
            else:
                fan_in = parameter[0].numel() if "embed_positions" not in name else 1.0
                parameter.normal_(0.0, (2.0 / fan_in) ** 0.5)
            parameter.copy_(parameter.to(dtype).float())


def tensors_of(prefix, output):
    return {f"{prefix}.states.{i}": s.contiguous() for i, s in enumerate(output.hidden_states)}


def references(model, prefix, forward):
    """Hidden states and both kinds of logits of one input."""
    if isinstance(model, WithDenseHead):
        output = forward()
        return {f"{prefix}.logits": output.logits} | tensors_of(prefix, output)
    found = {}
    for weighted in (False, True):
        model.config.use_weighted_layer_sum = weighted
        output = forward()
        found[f"{prefix}.logits" + "_weighted" * weighted] = output.logits
    model.config.use_weighted_layer_sum = True
    return found | tensors_of(prefix, output)


def answer(model, extractor):
    """A clip of three tones and noise, and what a pipeline of transformers makes of it."""
    time = torch.arange(10_000) / 16_000
    tones = sum(0.2 * torch.sin(2 * torch.pi * hertz * time) for hertz in (140, 420, 2_300))
    clip = tones + 0.02 * torch.randn(len(time))
    given = extractor(clip.numpy(), sampling_rate=16_000, return_tensors="pt")
    inputs = given["input_features" if "input_features" in given else "input_values"]
    logits = model(inputs).logits[0]
    if model.config.problem_type != "regression":
        logits = logits.softmax(-1)
    return {"clip": clip, "answer": logits}


def save(name, model, tensors, dtype, rename=lambda key: key, extractor=None, pickled=False, options={}):
    folder = HERE / name
    if extractor:
        with torch.no_grad():
            tensors |= answer(model, extractor)
        extractor.save_pretrained(folder)
    model.to(dtype).save_pretrained(folder)
    path = folder / "model.safetensors"
    weights = {rename(key): value for key, value in load_file(path).items()}
    if pickled:
        path.unlink()
        torch.save(weights, folder / "pytorch_model.bin")
    else:
        save_file(weights, path, {"format": "pt"})
    config = json.loads((folder / "config.json").read_text()) | options
    config.pop("transformers_version")
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    save_file({key: value.detach().clone() for key, value in tensors.items()}, folder / "reference.safetensors")
    size = sum(file.stat().st_size for file in folder.iterdir())
    largest = max(value.abs().max() for key, value in tensors.items() if ".states." in key)
    print(f"{name}: {size / 1024:.0f} KiB, states up to {largest:.1f}")


def waveform(name, seed, model_class, config, dtype, rename=lambda key: key, **published):
    torch.manual_seed(seed)
    model = model_class(config).eval()
    randomize(model, dtype)
    values = torch.zeros(len(SAMPLES), max(SAMPLES))
    for row, length in zip(values, SAMPLES):
        row[:length] = torch.randn(length)
    mask = torch.arange(max(SAMPLES))[None] < torch.tensor(SAMPLES)[:, None]
    tensors = {"values": values[:, None], "lengths": torch.tensor(SAMPLES, dtype=torch.float32)}
    with torch.no_grad():
        for index, length in enumerate(SAMPLES):
            clip = values[index : index + 1, :length]
            run = lambda: model(clip, output_hidden_states=True)
            tensors |= references(model, f"lone.{index}", run)
        dense = isinstance(model, WithDenseHead)
        if getattr(config, "feat_extract_norm", None) == "layer" and not dense:
            run = lambda: model(values, attention_mask=mask.long(), output_hidden_states=True)
            tensors |= references(model, "padded", run)
    save(name, model, tensors, dtype, rename, **published)


def whisper(name, seed, dtype, bands=80, positions=24, **published):
    torch.manual_seed(seed)
    config = WhisperConfig(
        d_model=32,
        num_mel_bins=bands,
        encoder_layers=2,
        encoder_attention_heads=4,
        encoder_ffn_dim=48,
        max_source_positions=positions,
        decoder_layers=1,
        decoder_attention_heads=4,
        decoder_ffn_dim=32,
        use_weighted_layer_sum=True,
        classifier_proj_size=12,
        num_labels=3,
        id2label={0: "negative", 1: "neutral", 2: "positive"},
        label2id={"negative": 0, "neutral": 1, "positive": 2},
    )
    model = WhisperForAudioClassification(config).eval()
    randomize(model, dtype)
    values = torch.zeros(len(FRAMES), bands, max(FRAMES))
    for clip, length in zip(values, FRAMES):
        clip[:, :length] = torch.randn(bands, length)
    tensors = {"values": values, "lengths": torch.tensor(FRAMES, dtype=torch.float32)}
    positions = model.encoder.embed_positions
    whole = positions.weight.data
    with torch.no_grad():
        for index, length in enumerate(FRAMES):
            # Positions cut to the clip: transformers insists on twice as many frames.
            model.config.max_source_positions = length / 2
            positions.weight.data = whole[: (length + 1) // 2]
            positions.num_embeddings = (length + 1) // 2
            clip = values[index : index + 1, :, :length]
            run = lambda: model(clip, output_hidden_states=True)
            tensors |= references(model, f"lone.{index}", run)
    positions.weight.data = whole
    positions.num_embeddings = model.config.max_source_positions = len(whole)
    save(name, model, tensors, dtype, **published)


def old_names(key):
    return key.replace("parametrizations.weight.original0", "weight_g").replace(
        "parametrizations.weight.original1", "weight_v"
    )


def options(**changed):
    return WAVEFORM | dict(use_weighted_layer_sum=False) | changed


def numbers(*names):
    return dict(id2label=dict(enumerate(names)), label2id={name: i for i, name in enumerate(names)})


half, single = torch.float16, torch.float32
CASES = {
    "wav2vec2-base": lambda name: waveform(
        name, 1, Wav2Vec2ForSequenceClassification, Wav2Vec2Config(**WAVEFORM, **GROUP), single
    ),
    "wav2vec2-stable": lambda name: waveform(
        name, 2, Wav2Vec2ForSequenceClassification, Wav2Vec2Config(**WAVEFORM, **STABLE), half
    ),
    "hubert-base": lambda name: waveform(
        name,
        3,
        HubertForSequenceClassification,
        HubertConfig(**WAVEFORM, **GROUP, feat_proj_layer_norm=False),
        half,
        old_names,
    ),
    "hubert-large": lambda name: waveform(
        name, 4, HubertForSequenceClassification, HubertConfig(**WAVEFORM, **STABLE), half
    ),
    "whisper": lambda name: whisper(name, 5, half),
    "wavlm-base": lambda name: waveform(
        name, 6, WavLMForSequenceClassification, WavLMConfig(**WAVEFORM, **GROUP, **RELATIVE), half
    ),
    "wavlm-large": lambda name: waveform(
        name,
        7,
        WavLMForSequenceClassification,
        WavLMConfig(**WAVEFORM, **STABLE, **RELATIVE),
        half,
        old_names,
        extractor=Wav2Vec2FeatureExtractor(return_attention_mask=True),
    ),
    "data2vec-audio": lambda name: waveform(
        name,
        8,
        Data2VecAudioForSequenceClassification,
        Data2VecAudioConfig(**WAVEFORM, num_conv_pos_embeddings=3, conv_pos_kernel_size=5),
        half,
        extractor=Wav2Vec2FeatureExtractor(return_attention_mask=True),
    ),
    # superb/hubert-base-superb-er
    "superb": lambda name: waveform(
        name,
        9,
        HubertForSequenceClassification,
        HubertConfig(**WAVEFORM, **GROUP),
        half,
        old_names,
        extractor=Wav2Vec2FeatureExtractor(do_normalize=False),
        pickled=True,
    ),
    # ehcalabres/wav2vec2-lg-xlsr-en-speech-emotion-recognition
    "dense-head": lambda name: waveform(
        name,
        10,
        WithPlainHead,
        Wav2Vec2Config(**options(final_dropout=0.0), **STABLE),
        half,
        old_names,
        extractor=Wav2Vec2FeatureExtractor(return_attention_mask=True),
        options=dict(architectures=["Wav2Vec2ForSequenceClassification"]),
    ),
    # audeering/wav2vec2-large-robust-12-ft-emotion-msp-dim
    "dimensions": lambda name: waveform(
        name,
        11,
        WithDenseHead,
        Wav2Vec2Config(
            **options(num_labels=3, problem_type="regression", **numbers("arousal", "dominance", "valence")),
            **STABLE,
        ),
        half,
        old_names,
        extractor=Wav2Vec2FeatureExtractor(return_attention_mask=True),
        options=dict(architectures=["Wav2Vec2ForSpeechClassification"], pooling_mode="mean"),
    ),
    # firdhokk/speech-emotion-recognition-with-openai-whisper-large-v3
    "whisper-128": lambda name: whisper(
        name,
        12,
        half,
        bands=128,
        positions=50,
        extractor=WhisperFeatureExtractor(feature_size=128, chunk_length=1),
    ),
}


def main():
    for name in sys.argv[1:] or CASES:
        CASES[name](name)


if __name__ == "__main__":
    sys.exit(main())

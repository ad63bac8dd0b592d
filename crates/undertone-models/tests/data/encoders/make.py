"""Makes the small random checkpoints and reference values of `tests/encoder_parity.rs`.

Run from anywhere: `/work/venv/bin/python make.py` (transformers 4.57, torch 2.15). Each folder gets
a `config.json` and `model.safetensors` as transformers saves them, and `reference.safetensors`:

- `values` [clips, bands, frames] and `lengths` [clips]: a batch, zeros behind each clip's end;
- `lone.N.states.I` [1, steps, width], `lone.N.logits`, `lone.N.logits_weighted` [1, labels]: clip N
  alone, without a mask; `logits` pools the last state, `logits_weighted` the weighted sum of all;
- `padded.*`: the whole batch with its attention mask, where transformers' own result does not
  depend on the padding (the layer norm layout: its group norm reads the padding too).

Norms and biases are drawn far from 1 and 0, and weights are rounded to the type they are saved in.
"""

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import (
    HubertConfig,
    HubertForSequenceClassification,
    Wav2Vec2Config,
    Wav2Vec2ForSequenceClassification,
    WhisperConfig,
    WhisperForAudioClassification,
)

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
SAMPLES = [500, 333, 47, 30]
FRAMES = [48, 31, 6, 1]


def randomize(model, dtype):
    """Weights that keep the states near 1, everything else off its usual 0 and 1."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.dim() == 1 and name.endswith("weight") and "norm" in name:
                parameter.normal_(1.0, 0.3)
            elif parameter.dim() == 1:
                parameter.normal_(0.0, 0.3)
            elif name.endswith("original0"):
                parameter.uniform_(0.5, 1.5)
            else:
                fan_in = parameter[0].numel() if "embed_positions" not in name else 1.0
                parameter.normal_(0.0, (2.0 / fan_in) ** 0.5)
            parameter.copy_(parameter.to(dtype).float())


def tensors_of(prefix, output):
    return {f"{prefix}.states.{i}": s.contiguous() for i, s in enumerate(output.hidden_states)}


def references(model, prefix, forward):
    """Hidden states and both kinds of logits of one input."""
    found = {}
    for weighted in (False, True):
        model.config.use_weighted_layer_sum = weighted
        output = forward()
        found[f"{prefix}.logits" + "_weighted" * weighted] = output.logits
    model.config.use_weighted_layer_sum = True
    return found | tensors_of(prefix, output)


def save(name, model, tensors, dtype, rename=lambda key: key):
    folder = HERE / name
    model.to(dtype).save_pretrained(folder)
    path = folder / "model.safetensors"
    save_file({rename(key): value for key, value in load_file(path).items()}, path, {"format": "pt"})
    config = json.loads((folder / "config.json").read_text())
    config.pop("transformers_version")
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    save_file({key: value.detach().clone() for key, value in tensors.items()}, folder / "reference.safetensors")
    size = sum(file.stat().st_size for file in folder.iterdir())
    largest = max(value.abs().max() for key, value in tensors.items() if ".states." in key)
    print(f"{name}: {size / 1024:.0f} KiB, states up to {largest:.1f}")


def waveform(name, seed, model_class, config, dtype, rename=lambda key: key):
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
        if config.feat_extract_norm == "layer":
            run = lambda: model(values, attention_mask=mask.long(), output_hidden_states=True)
            tensors |= references(model, "padded", run)
    save(name, model, tensors, dtype, rename)


def whisper(name, seed, dtype):
    torch.manual_seed(seed)
    config = WhisperConfig(
        d_model=32,
        num_mel_bins=80,
        encoder_layers=2,
        encoder_attention_heads=4,
        encoder_ffn_dim=48,
        max_source_positions=24,
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
    values = torch.zeros(len(FRAMES), 80, max(FRAMES))
    for clip, length in zip(values, FRAMES):
        clip[:, :length] = torch.randn(80, length)
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
    save(name, model, tensors, dtype)


def old_names(key):
    return key.replace("parametrizations.weight.original0", "weight_g").replace(
        "parametrizations.weight.original1", "weight_v"
    )


def main():
    half, single = torch.float16, torch.float32
    waveform("wav2vec2-base", 1, Wav2Vec2ForSequenceClassification, Wav2Vec2Config(**WAVEFORM, **GROUP), single)
    waveform("wav2vec2-stable", 2, Wav2Vec2ForSequenceClassification, Wav2Vec2Config(**WAVEFORM, **STABLE), half)
    base = HubertConfig(**WAVEFORM, **GROUP, feat_proj_layer_norm=False)
    waveform("hubert-base", 3, HubertForSequenceClassification, base, half, old_names)
    waveform("hubert-large", 4, HubertForSequenceClassification, HubertConfig(**WAVEFORM, **STABLE), half)
    whisper("whisper", 5, half)


if __name__ == "__main__":
    sys.exit(main())

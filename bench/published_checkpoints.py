"""Compare `undertone predict` with transformers on full-size checkpoints in published layouts.

    UNDERTONE_PYTHON=../venv/bin/python; $UNDERTONE_PYTHON bench/published_checkpoints.py [NAME...]

Needs torch, transformers, soundfile, and `cargo build --release`. The real weights are not needed:
each case gets random ones, in the sizes, the names and the files of a published checkpoint. They are
written into a temporary folder (up to 2.6 GB, one at a time) and read by both programs, which judge
the same recording.

The script prints the largest difference of a probability (or of a number, for a model of
dimensions), the time of the whole process and its peak memory. The exit code is 1 if a difference
exceeds 1e-4.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
CLIP = ROOT / "samples/neutral.flac"
TOLERANCE = 1e-4
MEASURED = """import resource, subprocess, sys
found = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, check=True).stdout
sys.stdout.buffer.write(found)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)"""
LARGE = dict(
    hidden_size=1024,
    num_hidden_layers=24,
    num_attention_heads=16,
    intermediate_size=4096,
    feat_extract_norm="layer",
    do_stable_layer_norm=True,
    conv_bias=True,
)
LABELS = dict(enumerate(["angry", "calm", "disgust", "fearful", "happy", "neutral", "sad", "surprised"]))
CLASSES = dict(num_labels=8, id2label=LABELS, label2id={name: i for i, name in LABELS.items()})
NUMBERS = dict(enumerate(["arousal", "dominance", "valence"]))
DIMENSIONS = dict(num_labels=3, id2label=NUMBERS, label2id={name: i for i, name in NUMBERS.items()})


def cases():
    import transformers as t

    sys.path.insert(0, str(ROOT / "crates/undertone-models/tests/data/encoders"))
    from make import WithDenseHead, WithPlainHead

    normalized = t.Wav2Vec2FeatureExtractor(return_attention_mask=True)
    plain = t.Wav2Vec2FeatureExtractor(do_normalize=False)
    summed = CLASSES | dict(use_weighted_layer_sum=True)
    stock = "Wav2Vec2ForSequenceClassification"
    speech = "Wav2Vec2ForSpeechClassification"
    twelve = LARGE | DIMENSIONS | dict(num_hidden_layers=12, problem_type="regression")
    large_v3 = dict(
        d_model=1280,
        num_mel_bins=128,
        encoder_layers=32,
        encoder_attention_heads=20,
        encoder_ffn_dim=5120,
        decoder_layers=1,
    )
    return {
        "superb/hubert-base": (t.HubertForSequenceClassification, t.HubertConfig(**summed), plain, None),
        "superb/hubert-large": (t.HubertForSequenceClassification, t.HubertConfig(**LARGE, **summed), normalized, None),
        "ehcalabres": (WithPlainHead, t.Wav2Vec2Config(**LARGE, **CLASSES), normalized, stock),
        "audeering": (WithDenseHead, t.Wav2Vec2Config(**twelve), normalized, speech),
        "wavlm-base": (t.WavLMForSequenceClassification, t.WavLMConfig(**CLASSES), plain, None),
        "wavlm-large": (t.WavLMForSequenceClassification, t.WavLMConfig(**LARGE, **CLASSES), normalized, None),
        "data2vec-audio-base": (
            t.Data2VecAudioForSequenceClassification,
            t.Data2VecAudioConfig(**CLASSES),
            normalized,
            None,
        ),
        "whisper-large-v3": (
            t.WhisperForAudioClassification,
            t.WhisperConfig(**large_v3, **CLASSES),
            t.WhisperFeatureExtractor(feature_size=128),
            None,
        ),
    }


def write_clip(path):
    """Write the recording with 16 bits at 16 kHz, so that both programs read the same samples."""
    import numpy
    import soundfile

    values, rate = soundfile.read(CLIP, dtype="float32")
    values = values if values.ndim == 1 else values.mean(axis=1)
    step = rate / 16_000
    positions = numpy.arange(int(len(values) / step)) * step
    values = numpy.interp(positions, numpy.arange(len(values)), values)
    soundfile.write(path, values, 16_000, "PCM_16")
    return soundfile.read(path, dtype="float32")[0]


def run(name, model_class, config, extractor, architecture, values, clip):
    import torch
    from encoder_parity import random_weights

    torch.manual_seed(0)
    model = random_weights(model_class(config))
    given = extractor(values, sampling_rate=16_000, return_tensors="pt")
    inputs = given["input_features" if "input_features" in given else "input_values"]
    with torch.inference_mode(), tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        expected = model(inputs).logits[0]
        theirs = time.perf_counter() - start
        if config.problem_type != "regression":
            expected = expected.softmax(-1)
        model.save_pretrained(folder)
        extractor.save_pretrained(folder)
        parameters = sum(parameter.numel() for parameter in model.parameters()) / 1e6
        del model
        path = Path(folder, "config.json")
        if architecture:
            changed = json.loads(path.read_text()) | dict(architectures=[architecture])
            path.write_text(json.dumps(changed))
        command = [TARGET / "release/undertone", "predict", "--model", folder, "--json", clip]
        start = time.perf_counter()
        done = subprocess.run([sys.executable, "-c", MEASURED, *map(str, command)], capture_output=True, text=True)
        ours = time.perf_counter() - start
    if done.returncode:
        print(f"{name}: {done.stderr}")
        return False
    answer, peak = done.stdout.strip().rsplit("\n", 1)
    answer = json.loads(answer)
    found = answer.get("probabilities") or answer["values"]
    off = max(abs(found[label] - expected[index].item()) for index, label in config.id2label.items())
    print(
        f"{name:22} {parameters:5.0f} M parameters  off by {off:.1e}  {ours:5.1f} s (forward pass of "
        f"PyTorch {theirs:.1f} s)  peak memory {peak} MiB",
        flush=True,
    )
    return off <= TOLERANCE


def main():
    known = cases()
    wanted = sys.argv[1:] or list(known)
    if unknown := set(wanted) - set(known):
        sys.exit(f"unknown: {', '.join(unknown)}; known: {', '.join(known)}")
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder, "clip.wav")
        values = write_clip(clip)
        within = [run(name, *known[name], values, clip) for name in wanted]
    sys.exit(0 if all(within) else 1)


if __name__ == "__main__":
    main()

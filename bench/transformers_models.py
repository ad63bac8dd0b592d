#!/usr/bin/env python3
"""Run models that Undertone trained with `transformers`, and compare the probabilities.

    bench/transformers_models.py MODEL... [--clips N] [--corpus DIR]

MODEL is a folder that `undertone train` or `undertone export --to hf` wrote for a recipe with a
pretrained encoder. The script follows the code in the model's card, in two ways:

- `AutoFeatureExtractor` and `AutoModelForAudioClassification` read clips that librosa resampled to
  16 kHz for both sides. One of them is five clips in a row, which is longer than a window.
- `pipeline` reads the original files, which ffmpeg resamples.

Both are compared with `undertone predict`. The exit code is 1 if a label differs in either way, or
if a probability of the first way differs by more than the tolerance. The tolerance does not apply
to models that use a class of `transformers` itself.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import librosa
import numpy as np
import soundfile
import torch

# If TensorFlow is installed, `pipeline` also tries its classes, and may fail on them.
os.environ.setdefault("USE_TF", "0")
from transformers import AutoFeatureExtractor, AutoModelForAudioClassification, pipeline

ROOT = Path(__file__).resolve().parent.parent
RATE = 16000
TOLERANCE = 1e-4
JOINED = 5


def resampled(path):
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return librosa.resample(samples.mean(1), orig_sr=rate, target_sr=RATE)


def written(folder, name, samples):
    wav = Path(folder, name).with_suffix(".wav")
    soundfile.write(wav, samples, RATE, subtype="FLOAT")
    return str(wav)


def predicted(binary, model, files):
    command = [binary, "predict", "--json", "--model", str(model), *files]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [json.loads(line)["probabilities"] for line in out.splitlines()]


def compared(name, ours, theirs):
    """Print the differences. Return the largest one and the number of labels that differ."""
    differences = [
        max(abs(own[label] - other[label]) for label in own) for own, other in zip(ours, theirs, strict=True)
    ]
    labels = sum(max(own, key=own.get) != max(other, key=other.get) for own, other in zip(ours, theirs))
    worst, median = max(differences), np.median(differences)
    print(f"  {name}: differ by {worst:.1e} at most, {median:.1e} in the median; {labels} labels differ")
    return worst, labels


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="+", type=Path, metavar="MODEL")
    parser.add_argument("--clips", type=int, default=30)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--binary", default=str(ROOT / "target/release/undertone"))
    arguments = parser.parse_args()
    corpus = arguments.corpus or Path(
        os.environ.get("UNDERTONE_RAVDESS", ROOT.parent / "shared/ravdess")
    )
    every = sorted(str(path) for path in corpus.rglob("*.flac"))
    files = every[:: max(1, len(every) // arguments.clips)][: arguments.clips]
    folder = tempfile.TemporaryDirectory()
    clips = [resampled(file) for file in files]
    clips.append(np.concatenate(clips[:JOINED]))
    wavs = [written(folder.name, str(number), clip) for number, clip in enumerate(clips)]
    failed = False
    for model_folder in arguments.models:
        extractor = AutoFeatureExtractor.from_pretrained(model_folder, trust_remote_code=True)
        model = AutoModelForAudioClassification.from_pretrained(model_folder, trust_remote_code=True)
        print(f"{model_folder}: {type(model).__name__}, {len(files)} clips and a recording of {JOINED} joined clips")
        answers = []
        for clip in clips:
            inputs = extractor(clip, sampling_rate=RATE, return_tensors="pt")
            with torch.inference_mode():
                probabilities = model(**inputs).logits.softmax(-1)[0].tolist()
            answers.append(dict(zip(model.config.id2label.values(), probabilities, strict=True)))
        ours = predicted(arguments.binary, model_folder, wavs)
        worst, labels = compared("AutoModelForAudioClassification", ours, answers)
        # A class of `transformers` reads a whole recording at once, but we read it in windows.
        failed |= (extractor.as_windows and worst > TOLERANCE) or labels > 0
        pipe = pipeline("audio-classification", str(model_folder), trust_remote_code=True, top_k=None)
        answers = [{row["label"]: row["score"] for row in pipe(file)} for file in files]
        _, labels = compared("pipeline", predicted(arguments.binary, model_folder, files), answers)
        failed |= labels > 0
    sys.exit(failed)


if __name__ == "__main__":
    main()

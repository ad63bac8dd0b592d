#!/usr/bin/env python3
"""Export models as ONNX and compare the probabilities of ONNX Runtime and `undertone predict`.

    bench/onnx_parity.py [MODEL...] [--clips N] [--corpus DIR]

MODEL is a model's folder. The default is all models in models/. Each export is copied to an empty
folder, where its `predict.py` reads the clips, as its README says: first at 16 kHz, where the graph
does all of the work, then as they are in the corpus (48 kHz in RAVDESS), where `predict.py` resamples
them. The script prints the largest and the median difference of a probability. The exit code is 1 if
one is above the tolerance. Needs `numpy`, `onnxruntime`, `soundfile`, `onnx` and `librosa`.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import librosa
import numpy as np
import onnx
import soundfile

ROOT = Path(__file__).resolve().parent.parent
RATE = 16000
TOLERANCE = 1e-4


def rows(*command):
    done = subprocess.run([*map(str, command)], check=True, capture_output=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def compare(folder, model, clips, binary):
    """Return each clip's largest difference of a probability, and how many labels differ."""
    found = rows(sys.executable, "-I", folder / "predict.py", *clips)
    ours = rows(binary, "predict", "--json", "--model", model, *clips)
    differences, labels = [], 0
    for theirs, own in zip(found, ours, strict=True):
        labels += theirs["label"] != own["label"] or theirs["speech"] != own["speech"]
        if theirs["probabilities"] and own["probabilities"]:
            pairs = [(value, own["probabilities"][name]) for name, value in theirs["probabilities"].items()]
            differences.append(max(abs(a - b) for a, b in pairs))
    return differences, labels


def at_rate(clips, folder):
    """Write the clips at 16 kHz."""
    made = []
    for number, clip in enumerate(clips):
        samples, _ = librosa.load(clip, sr=RATE, mono=True)
        path = folder / f"{number}.wav"
        soundfile.write(path, samples, RATE, subtype="FLOAT")
        made.append(str(path))
    return made


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", type=Path, metavar="MODEL")
    parser.add_argument("--clips", type=int, default=50)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--binary", default=str(ROOT / "target/release/undertone"))
    arguments = parser.parse_args()
    corpus = arguments.corpus or Path(
        os.environ.get("UNDERTONE_RAVDESS", ROOT.parent / "shared/ravdess")
    )
    every = sorted(str(path) for path in corpus.rglob("*.flac"))
    step = len(every) / arguments.clips
    clips = [every[int(index * step)] for index in range(arguments.clips)]
    failed = False
    with tempfile.TemporaryDirectory() as temporary:
        temporary = Path(temporary)
        resampled = at_rate(clips, temporary)
        # Longer than a window: all of them in a row.
        joined = np.concatenate([soundfile.read(clip, dtype="float32")[0] for clip in resampled[:5]])
        soundfile.write(temporary / "joined.wav", joined, RATE, subtype="FLOAT")
        resampled.append(str(temporary / "joined.wav"))
        for model in arguments.models or sorted((ROOT / "models").iterdir()):
            made, alone = temporary / "made" / model.name, temporary / "alone" / model.name
            subprocess.run(
                [arguments.binary, "export", model, "--to", "onnx", "--out", made],
                check=True,
                stdout=subprocess.DEVNULL,
            )
            shutil.copytree(made, alone)
            onnx.checker.check_model(str(alone / "model.onnx"), full_check=True)
            for what, given in [("16 kHz", resampled), ("as they are", clips)]:
                differences, labels = compare(alone, model, given, arguments.binary)
                worst = max(differences)
                failed |= worst > TOLERANCE
                print(
                    f"{model.name}: {len(given)} clips, {what}: probabilities differ by {worst:.1e} "
                    f"at most, {np.median(differences):.1e} in the median; {labels} labels differ"
                )
    sys.exit(failed)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Load models that Undertone trained with `transformers` and compare their probabilities.

    bench/transformers_models.py MODEL... [--clips N] [--corpus DIR]

MODEL is a folder that `undertone train` wrote for a recipe with a pretrained encoder. Clips are
prepared as the model's config.json says, by librosa and transformers alone; `undertone predict`
gets the recordings. Exits with 1 if a log-probability differs by more than the tolerance.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import librosa
import numpy as np
import soundfile
import torch
from transformers import AutoModelForAudioClassification, WhisperFeatureExtractor

ROOT = Path(__file__).resolve().parent.parent
TOLERANCE = 1e-4


def prepared(path, front_end):
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    samples = librosa.resample(samples.mean(1), orig_sr=rate, target_sr=16000)
    if front_end["trim"]:
        samples, _ = librosa.effects.trim(samples, **front_end["trim"])
    window = round(front_end["duration"] * 16000)
    samples = samples[:window]
    shortest = window if front_end["pad"] else 400
    return np.pad(samples, (0, max(0, shortest - len(samples))))


def inputs(samples, front_end):
    if front_end["inputs"] == ["whisper-log-mel"]:
        extractor = WhisperFeatureExtractor(feature_size=front_end["n_mels"])
        features = extractor._np_extract_fbank_features(samples[None].astype(np.float32), "cpu")
        return {"input_features": torch.tensor(np.asarray(features), dtype=torch.float32)}
    if front_end["normalize"] == "utterance":
        samples = (samples - samples.mean()) / np.sqrt(samples.var() + 1e-7)
    return {"input_values": torch.tensor(samples[None], dtype=torch.float32)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="+", type=Path, metavar="MODEL")
    parser.add_argument("--clips", type=int, default=50)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--binary", default=str(ROOT / "target/release/undertone"))
    arguments = parser.parse_args()
    corpus = arguments.corpus or Path(
        os.environ.get("UNDERTONE_RAVDESS", ROOT.parent / "shared/ravdess")
    )
    every = sorted(str(path) for path in corpus.rglob("*.flac"))
    clips = every[:: max(1, len(every) // arguments.clips)]
    failed = False
    for folder in arguments.models:
        settings = json.loads((folder / "config.json").read_text())["undertone"]
        model = AutoModelForAudioClassification.from_pretrained(folder, trust_remote_code=True)
        model.eval()
        out = subprocess.run(
            [arguments.binary, "predict", "--json", "--model", str(folder), *clips],
            check=True,
            capture_output=True,
            text=True,
        )
        ours = [json.loads(line) for line in out.stdout.splitlines()]
        outputs = list(model.config.id2label.values())
        worst = compared = 0
        for clip, row in zip(clips, ours):
            samples = prepared(clip, settings["front_end"])
            with torch.inference_mode():
                logits = model(**inputs(samples, settings["front_end"])).logits[0]
            theirs = torch.softmax(logits, 0).numpy()
            if list(row["probabilities"]) != outputs:
                sys.exit(f"{folder}: answers in {list(row['probabilities'])}, outputs {outputs}")
            worst = max(worst, np.abs(theirs - list(row["probabilities"].values())).max())
            compared += 1
        failed |= bool(worst > TOLERANCE)
        kind = type(model).__name__
        print(f"{folder}: {kind}, {compared} clips, probabilities differ by {worst:.1e} at most")
    sys.exit(failed)


if __name__ == "__main__":
    main()

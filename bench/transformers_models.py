#!/usr/bin/env python3
"""Load models that Undertone trained with `transformers` and compare their probabilities.

    bench/transformers_models.py MODEL... [--clips N] [--corpus DIR]

MODEL is a folder that `undertone train` wrote for a recipe with a pretrained encoder. Clips are
resampled to 16 kHz once, for both sides; librosa and transformers prepare them as the model's
config.json says, `undertone predict` does it by itself. Compared are log-probabilities, which are
logits but for a constant. Exits with 1 if one above a millionth differs by more than the tolerance.
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
from transformers import AutoModelForAudioClassification, WhisperFeatureExtractor

ROOT = Path(__file__).resolve().parent.parent
TOLERANCE = 1e-4


def resampled(path, folder):
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    samples = librosa.resample(samples.mean(1), orig_sr=rate, target_sr=16000)
    wav = Path(folder, Path(path).stem + ".wav")
    soundfile.write(wav, samples, 16000, subtype="FLOAT")
    return str(wav)


def prepared(path, front_end):
    samples, _ = soundfile.read(path, dtype="float32")
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
    wavs = tempfile.TemporaryDirectory()
    clips = every[:: max(1, len(every) // arguments.clips)]
    clips = [resampled(clip, wavs.name) for clip in clips]
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
            theirs = torch.log_softmax(logits, 0).numpy()
            if list(row["probabilities"]) != outputs:
                sys.exit(f"{folder}: answers in {list(row['probabilities'])}, outputs {outputs}")
            likely = theirs > np.log(1e-6)
            found = np.log(list(row["probabilities"].values()))
            worst = max(worst, np.abs(theirs - found)[likely].max())
            compared += 1
        failed |= bool(worst > TOLERANCE)
        kind = type(model).__name__
        print(f"{folder}: {kind}, {compared} clips, log-probabilities differ by {worst:.1e} at most")
    sys.exit(failed)


if __name__ == "__main__":
    main()

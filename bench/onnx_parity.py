#!/usr/bin/env python3
"""Export models as ONNX and compare the probabilities of ONNX Runtime and `undertone predict`.

    bench/onnx_parity.py [MODEL...] [--clips N] [--corpus DIR] [--librosa-resampler]

MODEL is a model's folder. The default is all models in models/. The script computes the network's
input with librosa, scipy and numpy, and uses only the metadata of the ONNX file. This shows that
the metadata is sufficient. --librosa-resampler uses librosa's resampler instead of the one that the
metadata describes, to show how much the resampler changes the probabilities. The exit code is 1 if
a probability differs by more than the tolerance. Needs `onnx`, `onnxruntime`, `librosa`, `scipy`
and `soundfile`.
"""

import argparse
import functools
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import librosa
import numpy as np
import onnx
import onnxruntime
import scipy.signal
import soundfile

ROOT = Path(__file__).resolve().parent.parent
TOLERANCE = 1e-4
# Shorter clips are padded to this many samples: one frame of Whisper, one step of wav2vec 2.0.
SHORTEST = 400
# The largest gain that brings a recording to the model's level.
MOST_GAIN = 1e3


def read(path):
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return samples.mean(1), rate


def low_pass(low, high, design):
    """Return the taps of the low-pass filter: a sinc with a Kaiser window (Kaiser's formulas)."""
    nyquist = 0.5 * low / high
    transition = 2 * np.pi * nyquist * (design["stop_start"] - design["pass_end"])
    half = int(np.ceil((design["attenuation"] - 7.95) / (2.285 * transition) / 2))
    beta = 0.1102 * (design["attenuation"] - 8.7)
    cutoff = nyquist * (design["pass_end"] + design["stop_start"]) / 2
    taps = np.sinc(2 * cutoff * np.arange(-half, half + 1)) * np.kaiser(2 * half + 3, beta)[1:-1]
    return taps / taps.sum()


def resample(samples, rate, wanted, design):
    if rate == wanted:
        return samples
    common = np.gcd(rate, wanted)
    taps = low_pass(min(rate, wanted), max(rate, wanted), design)
    resampled = scipy.signal.resample_poly(
        samples.astype(np.float64), wanted // common, rate // common, window=taps
    )
    return resampled.astype(np.float32)


def prepared(samples, rate, front_end, resampler):
    samples = resampler(samples, rate, front_end["sample_rate"])
    if front_end["trim"]:
        speech, _ = librosa.effects.trim(samples, **front_end["trim"])
        samples = speech if len(speech) else samples
    level = front_end.get("level")
    if level is not None and np.any(samples):
        found = np.sqrt(np.mean(samples.astype(np.float64) ** 2))
        samples = samples * np.float32(min(10 ** (level / 20) / found, MOST_GAIN))
    return samples


def windows(samples, front_end, overlap):
    """Cut the recording into windows. The last window ends where the recording ends."""
    size = round(front_end["duration"] * front_end["sample_rate"])
    if len(samples) <= size:
        shortest = size if front_end["pad"] else min(SHORTEST, size)
        return [np.pad(samples, (0, max(0, shortest - len(samples))))]
    last = len(samples) - size
    starts = [*range(0, last, max(1, round(size * (1 - overlap)))), last]
    return [samples[start : start + size] for start in starts]


def whisper_log_mel(samples, bands):
    frames = librosa.stft(samples, n_fft=400, hop_length=160, pad_mode="reflect")
    spectrum = np.abs(frames[:, :-1]) ** 2
    mel = librosa.filters.mel(sr=16000, n_fft=400, n_mels=bands, dtype=np.float64) @ spectrum
    log = np.log10(np.maximum(mel, 1e-10))
    return (np.maximum(log, log.max() - 8) + 4) / 4


def features(samples, front_end):
    """Return the features of one window, [bands, frames]."""
    kinds = front_end["inputs"]
    if kinds == ["waveform"]:
        stacked = samples[None]
    elif kinds == ["whisper-log-mel"]:
        stacked = whisper_log_mel(samples, front_end["n_mels"])
    else:
        power = librosa.feature.melspectrogram(
            y=samples,
            sr=front_end["sample_rate"],
            n_fft=front_end["n_fft"],
            hop_length=front_end["hop_length"],
            n_mels=front_end["n_mels"],
            fmin=front_end["fmin"],
            fmax=front_end.get("fmax"),
        )
        decibels = librosa.power_to_db(power)
        mfcc = librosa.feature.mfcc(S=decibels, n_mfcc=front_end["n_mfcc"])
        of_kind = {
            "mel": lambda: power,
            "log-mel": lambda: decibels,
            "mfcc": lambda: mfcc,
            "mfcc-delta": lambda: librosa.feature.delta(mfcc),
        }
        stacked = np.concatenate([of_kind[kind]() for kind in kinds])
    if front_end["normalize"] == "utterance":
        stacked = (stacked - stacked.mean()) / np.sqrt(stacked.var() + 1e-7)
    return stacked.astype(np.float32)


class Exported:
    """An ONNX model with its metadata."""

    def __init__(self, path, librosa_resampler):
        onnx.checker.check_model(str(path), full_check=True)
        self.session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        notes = self.session.get_modelmeta().custom_metadata_map
        notes = {key: json.loads(value) for key, value in notes.items()}
        self.front_end, self.labels = notes["front_end"], notes["labels"]
        self.overlap = notes["window_overlap"]
        if librosa_resampler:
            self.resample = lambda samples, rate, wanted: librosa.resample(
                samples, orig_sr=rate, target_sr=wanted
            )
        else:
            self.resample = functools.partial(resample, design=notes["resampler"])
        self.inputs = [given.name for given in self.session.get_inputs()]

    def probabilities(self, samples, rate):
        samples = prepared(samples, rate, self.front_end, self.resample)
        rows = []
        for window in windows(samples, self.front_end, self.overlap):
            given = {"features": features(window, self.front_end)[None]}
            if "attention_mask" in self.inputs:
                frames = given["features"].shape[2]
                given["attention_mask"] = np.ones((1, frames), np.int64)
            rows.append(self.session.run(["probabilities"], given)[0][0])
        return np.mean(rows, axis=0)


def undertone(binary, *arguments):
    command = [binary, *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def compare(model, clips, arguments):
    """Return each clip's largest difference of a probability, and how many labels differ."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "onnx")
        undertone(arguments.binary, "export", model, "--to", "onnx", "--out", out)
        exported = Exported(out / "model.onnx", arguments.librosa_resampler)
        rows = undertone(arguments.binary, "predict", "--json", "--model", model, *clips)
        differences, labels = [], 0
        for clip, row in zip(clips, map(json.loads, rows.splitlines()), strict=True):
            found = exported.probabilities(*read(clip))
            ours = np.array([row["probabilities"][label] for label in exported.labels])
            differences.append(np.abs(found - ours).max())
            labels += exported.labels[found.argmax()] != row["label"]
    return differences, labels


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", type=Path, metavar="MODEL")
    parser.add_argument("--clips", type=int, default=50)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--librosa-resampler", action="store_true")
    parser.add_argument("--binary", default=str(ROOT / "target/release/undertone"))
    arguments = parser.parse_args()
    corpus = arguments.corpus or Path(
        os.environ.get("UNDERTONE_RAVDESS", ROOT.parent / "shared/ravdess")
    )
    every = sorted(str(path) for path in corpus.rglob("*.flac"))
    step = len(every) / arguments.clips
    clips = [every[int(index * step)] for index in range(arguments.clips)]
    failed = False
    for model in arguments.models or sorted((ROOT / "models").iterdir()):
        differences, labels = compare(model, clips, arguments)
        worst = max(differences)
        failed |= bool(worst > TOLERANCE)
        print(
            f"{model.name}: {len(clips)} clips, probabilities differ by {worst:.1e} at most, "
            f"{np.median(differences):.1e} in the median; {labels} labels differ"
        )
    sys.exit(failed)


if __name__ == "__main__":
    main()

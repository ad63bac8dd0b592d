#!/usr/bin/env python3
"""Compare Undertone's pYIN with librosa.pyin 0.11 on real clips.

    bench/pitch.py [--corpus DIR] [--clips N]

Both read the same samples at 16 kHz. Prints the share of frames whose voicing agrees, the
difference of the frequencies in frames that both consider voiced, and the difference of each clip's
median. The exit code is 1 if a difference exceeds its tolerance.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

# On some processors, the code that numba compiles for librosa.pyin crashes.
os.environ.setdefault("NUMBA_CPU_NAME", "generic")

import librosa
import numpy as np
import soundfile

from front_end_binary import build, clips

RATE = 16000
FMIN, FMAX = 65.0, 800.0
FRAME, HOP = 1024, 160
# Tolerances: the share of frames whose voicing differs, and the cents between a clip's medians. A pitch bin has 10 cents.
VOICING = 0.002
MEDIAN_CENTS = 10.5


def load(path):
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return librosa.resample(librosa.to_mono(samples.T), orig_sr=rate, target_sr=RATE)


def parse(line):
    frames, _milliseconds, *values = line.split()
    values = np.array(values, float).reshape(int(frames), 2)
    return values[:, 0], values[:, 1]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, help="folder with .flac or .wav clips")
    parser.add_argument("--clips", type=int, default=48, help="number of clips to compare")
    arguments = parser.parse_args()
    files = clips(arguments.corpus)
    files = random.Random(1).sample(files, min(arguments.clips, len(files)))
    binary = build("pitch")
    recordings = [load(path) for path in files]
    with tempfile.TemporaryDirectory() as folder:
        copies = [Path(folder, f"{index}.wav") for index in range(len(files))]
        for copy, samples in zip(copies, recordings):
            soundfile.write(copy, samples, RATE, subtype="FLOAT")
        lines = subprocess.run([binary, *copies], check=True, capture_output=True, text=True)
    agree, frames, cents, probability, medians = 0, 0, [], [], []
    for path, samples, line in zip(files, recordings, lines.stdout.splitlines(), strict=True):
        f0, voiced_probability = parse(line)
        expected, voiced, expected_probability = librosa.pyin(
            samples.astype(float), fmin=FMIN, fmax=FMAX, sr=RATE, frame_length=FRAME, hop_length=HOP
        )
        assert len(f0) == len(expected), path
        agree += np.sum((f0 > 0) == voiced)
        frames += len(f0)
        both = (f0 > 0) & voiced
        cents.append(1200 * np.abs(np.log2(f0[both] / expected[both])))
        probability.append(np.abs(voiced_probability - expected_probability))
        if voiced.any() and (f0 > 0).any():
            medians.append(1200 * abs(np.log2(np.median(f0[f0 > 0]) / np.nanmedian(expected))))
    cents, probability = np.concatenate(cents), np.concatenate(probability)
    print(f"{len(files)} clips, {frames} frames, librosa {librosa.__version__}")
    print(f"voicing agrees in {agree / frames:.2%} of the frames")
    print(
        f"frequency where both are voiced: within half a pitch bin (5 cents) in "
        f"{np.mean(cents < 5):.2%}, median {np.median(cents):.2f} cents, 99 % {np.quantile(cents, 0.99):.2f}"
    )
    print(f"probability of voicing: largest difference {probability.max():.3f}, mean {probability.mean():.5f}")
    print(f"median of a clip: largest difference {max(medians):.2f} cents")
    return int(1 - agree / frames > VOICING or max(medians) > MEDIAN_CENTS)


if __name__ == "__main__":
    sys.exit(main())

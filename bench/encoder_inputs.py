#!/usr/bin/env python3
"""Compare the inputs of pretrained encoders (log-mel, normalized samples) with transformers.

    bench/encoder_inputs.py [--corpus DIR] [--clips N]

Needs `transformers` and `torch` in addition to the packages of front_end_parity.py. Both sides
start from Undertone's samples at 16 kHz. The script takes every k-th clip, at least N in total. The
exit code is 1 if a difference exceeds the tolerance.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from transformers import Wav2Vec2FeatureExtractor, WhisperFeatureExtractor

from front_end_binary import build, clips

TOLERANCE = 1e-4
RATE = 16000


def expected(samples):
    yield Wav2Vec2FeatureExtractor(do_normalize=True)(samples, sampling_rate=RATE).input_values[0]
    for bands in (80, 128):
        extractor = WhisperFeatureExtractor(feature_size=bands)
        yield extractor(samples, sampling_rate=RATE, padding="do_not_pad").input_features[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus")
    parser.add_argument("--clips", type=int, default=240)
    arguments = parser.parse_args()
    files = clips(arguments.corpus)
    files = files[:: max(1, len(files) // arguments.clips)]
    largest = np.zeros(3)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([build("encoder_inputs"), folder, *files], check=True)
        for index in range(len(files)):
            raw = (Path(folder) / f"{index}.bin").read_bytes()
            length = int(np.frombuffer(raw, "<u8", 1)[0])
            samples, *ours = np.split(
                np.frombuffer(raw, "<f4", offset=8),
                np.cumsum([length, length, 80 * (length // 160)]),
            )
            differences = [abs(a - np.ravel(b)).max() for a, b in zip(ours, expected(samples), strict=True)]
            largest = np.maximum(largest, differences)
    print(
        f"{len(files)} clips, largest differences: normalized samples {largest[0]:.1e}, "
        f"log-mel {largest[1]:.1e} (80 bands), {largest[2]:.1e} (128)"
    )
    sys.exit(int(largest.max() > TOLERANCE))


if __name__ == "__main__":
    main()

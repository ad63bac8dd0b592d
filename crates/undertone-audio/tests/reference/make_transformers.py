#!/usr/bin/env python3
"""Make transformers.json: what transformers' feature extractors give, for tests/transformers.rs.

    make_transformers.py        needs transformers, torch and numpy

The test makes the same samples itself, from the formulas below. Long results are thinned out:
every seventh value, five decimals.
"""

import json
from pathlib import Path

import numpy as np
import torch
import transformers
from transformers import Wav2Vec2FeatureExtractor, WhisperFeatureExtractor

RATE = 16000
N_FFT = 400


def noise(n):
    """Reproducible anywhere: a 32-bit linear congruence, as numbers from -0.1 to 0.1."""
    values, state = [], 1
    for _ in range(n):
        state = (state * 1664525 + 1013904223) % 2**32
        values.append(0.2 * state / 2**32 - 0.1)
    return np.array(values)


def cases():
    n = np.arange(6000)
    t = n / RATE
    return {
        "silence": np.zeros(1600),
        "no samples": np.zeros(0),
        "shorter than a frame": 0.3 * np.sin(2 * np.pi * 500 * t[:300]),
        "one frame": 0.3 * np.sin(2 * np.pi * 500 * t[:400]),
        "chirp": 0.8 * np.sin(2 * np.pi * (50 * t + 10000 * t * t)),
        "noise": noise(3999),
        "quiet tone after silence": np.where(n < 3000, 0.0, 1e-4 * np.sin(2 * np.pi * 1000 * t)),
        "dc and a click": 0.25 + 0.5 * (n[:2000] == 999),
    }


def thin(values):
    return [round(float(value), 5) for value in np.asarray(values).ravel()[::7]]


def main():
    reference = {}
    for name, samples in cases().items():
        samples = samples.astype(np.float32)
        case = {"length": len(samples)}
        # The extractor reflects, which takes more samples than the shortest cases have.
        padded = np.pad(samples, (0, max(0, N_FFT - len(samples))))
        for bands in (80, 128):
            extractor = WhisperFeatureExtractor(feature_size=bands)
            features = extractor(padded, sampling_rate=RATE, padding="do_not_pad", return_tensors="np")
            case[f"log_mel_{bands}"] = thin(features.input_features[0])
        if len(samples):
            extractor = Wav2Vec2FeatureExtractor(do_normalize=True)
            values = extractor(samples, sampling_rate=RATE, return_tensors="np").input_values[0]
            case["normalized"] = thin(values)
        else:
            case["normalized"] = []
        reference[name] = case
    versions = {"transformers": transformers.__version__, "torch": torch.__version__}
    target = Path(__file__).with_name("transformers.json")
    target.write_text(json.dumps({**versions, "cases": reference}, separators=(",", ":")))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Make pitch.json: librosa 0.11's pYIN of synthetic sounds, for tests/pitch.rs.

The test makes the same samples itself, from the formulas below.
"""

import json
import os
from pathlib import Path

# numba's code for some processors crashes in librosa.pyin.
os.environ.setdefault("NUMBA_CPU_NAME", "generic")

import librosa
import numpy as np

RATE = 16000
LENGTH = 9600


def noise(n):
    """Reproducible anywhere: a 32-bit linear congruence, as numbers from -1 to 1."""
    values, state = [], 1
    for _ in range(n):
        state = (state * 1664525 + 1013904223) % 2**32
        values.append(2 * state / 2**32 - 1)
    return np.array(values)


def voice(phase):
    """Eight harmonics that fall by 6 dB an octave."""
    return 0.3 * sum(np.sin(2 * np.pi * h * phase) / h for h in range(1, 9))


def cases():
    n = np.arange(LENGTH)
    t = n / RATE
    return {
        "tone": 0.5 * np.sin(2 * np.pi * 220 * t) + 0.002 * noise(LENGTH),
        "low voice": voice(85 * t) + 0.01 * noise(LENGTH),
        "high voice": voice(520 * t) + 0.01 * noise(LENGTH),
        "glide": voice(120 * t + 180 * t * t) + 0.02 * noise(LENGTH),
        "vibrato": voice(200 * t - 2 * np.cos(2 * np.pi * 5 * t)) + 0.02 * noise(LENGTH),
        "voice and hiss": np.where(n // 2400 % 2 == 0, voice(180 * t), 0) + 0.05 * noise(LENGTH),
        "noise": 0.3 * noise(LENGTH),
        "silence": np.zeros(LENGTH),
        "one sample": np.array([0.5]),
    }


def main():
    reference = {}
    for name, samples in cases().items():
        f0, _, probability = librosa.pyin(
            samples.astype(np.float32).astype(float),
            fmin=65.0, fmax=800.0, sr=RATE, frame_length=1024, hop_length=160,
        )
        reference[name] = {
            "length": len(samples),
            "f0": [None if np.isnan(value) else round(float(value), 3) for value in f0],
            "probability": [round(float(value), 5) for value in probability],
        }
    target = Path(__file__).with_name("pitch.json")
    target.write_text(json.dumps({"librosa": librosa.__version__, "cases": reference}, indent=0))


if __name__ == "__main__":
    main()

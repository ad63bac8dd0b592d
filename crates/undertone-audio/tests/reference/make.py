#!/usr/bin/env python3
"""Make librosa.json: librosa 0.11's features of synthetic edge cases, for tests/librosa.rs.

The test makes the same samples itself, from the formulas below. Long results are thinned out:
every seventh value, and for the dB and MFCC of each case the sum as well.
"""

import json
import warnings
from pathlib import Path

import librosa
import numpy as np

RATE = 16000
warnings.simplefilter("ignore")


def cases():
    n = np.arange(16000)
    t = n / RATE
    return {
        "silence": np.zeros(8000),
        "one sample": np.array([0.5]),
        "shorter than a frame": 0.3 * np.sin(2 * np.pi * 500 * t[:700]),
        "full-scale square": np.where(n // 40 % 2 == 0, 1.0, -1.0),
        "dc": np.full(8000, 0.7),
        "chirp": 0.8 * np.sin(2 * np.pi * (50 * t + 3900 * t * t)),
        "quiet tone after silence": np.where(n < 7000, 0.0, 1e-4 * np.sin(2 * np.pi * 1000 * t)),
    }


def thin(values):
    return [float(f"{value:.7g}") for value in values.ravel()[::7]]


def main():
    reference = {}
    for name, samples in cases().items():
        samples = samples.astype(np.float32)
        mel = librosa.feature.melspectrogram(y=samples, sr=RATE)
        db = librosa.power_to_db(mel)
        mfcc = librosa.feature.mfcc(S=db, n_mfcc=40)
        _, trimmed = librosa.effects.trim(samples, top_db=20)
        reference[name] = {
            "length": len(samples),
            "frames": mel.shape[1],
            "mel": thin(mel),
            "db": thin(db),
            "db_max_reference": thin(librosa.power_to_db(mel, ref=np.max)),
            "mfcc": thin(mfcc),
            "delta": thin(librosa.feature.delta(mfcc)) if mfcc.shape[1] >= 9 else [],
            "trim": trimmed.tolist(),
        }
    target = Path(__file__).with_name("librosa.json")
    target.write_text(json.dumps({"librosa": librosa.__version__, "cases": reference}, indent=0))


if __name__ == "__main__":
    main()

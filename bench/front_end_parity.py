#!/usr/bin/env python3
"""Compare Undertone's samples, trim and features with librosa 0.11, clip by clip.

    bench/front_end_parity.py [--corpus DIR] [--clips N]

Compares decoding and trimming on every clip of the corpus at the clip's own sample rate, and
features on every k-th clip, at least N in total. Both sides compute the features from Undertone's
samples at 16 kHz. Also prints the difference between Undertone's resampled samples and librosa's
`soxr_hq`. The exit code is 1 if a difference exceeds its tolerance.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import librosa
import numpy as np
import soundfile

from front_end_binary import build, clips

# Tolerances that the project promises.
MEL_RELATIVE = 1e-4
DB_ABSOLUTE = 1e-2


def load(path):
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return librosa.to_mono(samples.T), rate


def compare_trims(binary, files):
    out = subprocess.run([binary, "trim", *files], check=True, capture_output=True, text=True)
    seconds, disagreements, undecoded = [], 0, 0
    for path, line in zip(files, out.stdout.splitlines(), strict=True):
        *range_and_length, checksum = line.split()
        start, end, length = map(int, range_and_length)
        samples, rate = load(path)
        weighted = samples.astype(float) @ np.arange(1.0, len(samples) + 1)
        if length != len(samples) or not np.isclose(float(checksum), weighted, rtol=1e-9, atol=1e-6):
            undecoded += 1
            print(f"decoded differently: {path}")
        _, expected = librosa.effects.trim(samples, top_db=20)
        seconds.append((end - start) / rate)
        if [start, end] != expected.tolist():
            disagreements += 1
            print(f"trim differs: {path}: {start}..{end} of {length}, librosa {expected}")
    print(f"decode: {len(files)} clips, {undecoded} differ from libsndfile's samples")
    print(
        f"trim: {len(files)} clips, {disagreements} disagreements; trimmed length "
        f"mean {np.mean(seconds):.2f} s, min {min(seconds):.2f}, max {max(seconds):.2f}"
    )
    return disagreements + undecoded


def read_features(path):
    """Read the arrays that `front_end features` wrote."""
    raw = path.read_bytes()
    samples, mels, frames, mfccs, deltas = np.frombuffer(raw, "<u8", 5).astype(int)
    values = np.frombuffer(raw, "<f4", offset=40)
    shapes = [(samples,), (mels, frames), (mels, frames), (mfccs, frames), (deltas, frames)]
    ends = np.cumsum([np.prod(shape) for shape in shapes])
    return [part.reshape(shape) for part, shape in zip(np.split(values, ends[:-1]), shapes)]


def compare_features(binary, files):
    worst = dict.fromkeys(["mel", "dB", "MFCC", "delta", "soxr peak", "soxr SNR"], 0.0)
    worst["soxr SNR"] = np.inf
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([binary, "features", folder, *files], check=True)
        for index, path in enumerate(files):
            samples, mel, db, mfcc, delta = read_features(Path(folder, f"{index}.bin"))
            expected_mel = librosa.feature.melspectrogram(y=samples, sr=16000)
            expected_db = librosa.power_to_db(expected_mel)
            expected_mfcc = librosa.feature.mfcc(S=expected_db, n_mfcc=40)
            expected_delta = librosa.feature.delta(expected_mfcc)
            worst["mel"] = max(worst["mel"], np.abs(mel - expected_mel).max() / expected_mel.max())
            worst["dB"] = max(worst["dB"], np.abs(db - expected_db).max())
            worst["MFCC"] = max(worst["MFCC"], np.abs(mfcc - expected_mfcc).max())
            worst["delta"] = max(worst["delta"], np.abs(delta - expected_delta).max())
            original, rate = load(path)
            resampled = librosa.resample(original, orig_sr=rate, target_sr=16000)
            assert len(resampled) == len(samples), path
            error = samples - resampled
            worst["soxr peak"] = max(worst["soxr peak"], np.abs(error).max())
            snr = 10 * np.log10(np.sum(resampled**2) / np.sum(error**2))
            worst["soxr SNR"] = min(worst["soxr SNR"], snr)
    print(f"features: {len(files)} clips, largest differences from librosa {librosa.__version__}:")
    print(f"  mel   {worst['mel']:.1e} of the clip's peak (tolerance {MEL_RELATIVE:.0e})")
    for name in ["dB", "MFCC", "delta"]:
        print(f"  {name:5} {worst[name]:.1e} (tolerance {DB_ABSOLUTE:.0e})")
    print(
        f"resampling against soxr_hq: largest difference {worst['soxr peak']:.1e} of full scale, "
        f"lowest signal-to-difference ratio {worst['soxr SNR']:.1f} dB"
    )
    beyond = [worst[name] > DB_ABSOLUTE for name in ["dB", "MFCC", "delta"]]
    return sum(beyond) + (worst["mel"] > MEL_RELATIVE)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, help="folder with .flac or .wav clips")
    parser.add_argument("--clips", type=int, default=240, help="number of clips whose features are compared")
    arguments = parser.parse_args()
    binary = build()
    files = clips(arguments.corpus)
    failures = compare_trims(binary, files)
    failures += compare_features(binary, files[:: max(1, len(files) // arguments.clips)])
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

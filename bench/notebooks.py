#!/usr/bin/env python3
"""Run the feature code of three public notebooks with librosa, and with undertone in its place.

    pip install undertone librosa
    bench/notebooks.py RECORDING...  # at 25.6 kHz or more: spectral_contrast needs its octaves

The notebooks are written anew from the calls that they make, as two have no license. `lib` is the
library that they import: nothing else changes. The table has, for each feature, the largest
difference by the largest value, and the time for a recording of each library.
"""

import statistics
import sys
import time

import librosa
import numpy as np

import undertone

#: Repository, commit, file.
SOURCES = {
    "A": (
        "github.com/Danzo711/speech-audio-emotion-recognition",
        "fa78475001281783d8f35ac3be90a5789bb4c67d",
        "speech-emotion-recognition.ipynb",
    ),
    "B": (
        "github.com/MohEsmail143/speech-emotion-recognition",
        "a5d2632e82b0870f537e4fb4eadb229a0fbd1175",
        "speech-emotion-recognition.ipynb",
    ),
    "C": (
        "github.com/ABHISHEK03312/Speech_Emotion_recognition",
        "b042e6f2ac50ea74697c2d7f9451091d1f436f76",
        "Preprocessing.ipynb",
    ),
}


def notebook_a(lib, path):
    """A vector of 162 numbers: of the recording, with noise, and stretched and shifted."""
    y, sr = lib.load(path, duration=2.5, offset=0.6)
    noise = np.random.default_rng(7).normal(size=len(y))
    slow = lib.effects.time_stretch(y, rate=0.8)
    for name, samples in {
        "as it is": y,
        "with noise": y + 0.02 * np.amax(y) * noise,
        "stretched and shifted": lib.effects.pitch_shift(slow, sr=sr, n_steps=0.7),
    }.items():
        spectrum = np.abs(lib.stft(samples))
        yield f"zero_crossing_rate, {name}", lib.feature.zero_crossing_rate(y=samples).mean(axis=1)
        yield f"chroma_stft(S=), {name}", lib.feature.chroma_stft(S=spectrum, sr=sr).mean(axis=1)
        yield f"mfcc, {name}", lib.feature.mfcc(y=samples, sr=sr).mean(axis=1)
        yield f"rms, {name}", lib.feature.rms(y=samples).mean(axis=1)
        yield f"melspectrogram, {name}", lib.feature.melspectrogram(y=samples, sr=sr).mean(axis=1)
    yield "amplitude_to_db(stft)", lib.amplitude_to_db(abs(lib.stft(y)))


def notebook_b(lib, path):
    """Rows of zero crossings and levels, and a mel spectrogram as a picture, at 44.1 kHz."""
    y, sr = lib.load(path, sr=44100)
    samples = y.astype(float)
    yield "zero_crossing_rate", lib.feature.zero_crossing_rate(y=samples)[0]
    yield "rms", lib.feature.rms(y=samples)[0]
    magnitude, _ = lib.magphase(lib.stft(y))
    mel = lib.feature.melspectrogram(S=magnitude, sr=sr)
    yield "amplitude_to_db(melspectrogram(S=magphase))", lib.amplitude_to_db(mel, ref=np.min)
    yield "time_stretch", lib.effects.time_stretch(y, rate=0.8)
    yield "pitch_shift", lib.effects.pitch_shift(y, sr=sr, n_steps=1 / 0.7)


def notebook_c(lib, path):
    """A vector of means of nearly all that librosa has, at the recording's own rate."""
    y, sr = lib.load(path, sr=None)
    feature = lib.feature
    yield "mfcc", np.mean(feature.mfcc(y=y, sr=sr, n_mfcc=13), axis=1)
    yield "chroma_stft", np.mean(feature.chroma_stft(y=y, sr=sr), axis=1)
    yield "spectral_contrast", np.mean(feature.spectral_contrast(y=y, sr=sr), axis=1)
    yield "effects.harmonic", lib.effects.harmonic(y)
    yield "melspectrogram", np.mean(feature.melspectrogram(y=y, sr=sr), axis=1)
    yield "rms", np.mean(feature.rms(y=y))
    yield "zero_crossing_rate", np.mean(feature.zero_crossing_rate(y=y))
    yield "piptrack", np.array([np.mean(part) for part in lib.piptrack(y=y, sr=sr)])
    yield "onset_strength", np.mean(lib.onset.onset_strength(y=y, sr=sr))
    yield "spectral_rolloff", np.mean(feature.spectral_rolloff(y=y, sr=sr))
    yield "spectral_centroid", np.mean(feature.spectral_centroid(y=y, sr=sr))
    yield "spectral_bandwidth", np.mean(feature.spectral_bandwidth(y=y, sr=sr))
    yield "tonnetz(y=)", np.mean(feature.tonnetz(y=lib.effects.harmonic(y), sr=sr), axis=1)


def run(notebook, lib, path):
    """Return the features by name, the seconds, and the error that ended the notebook, if any."""
    features = {}
    start = time.perf_counter()
    try:
        for name, value in notebook(lib, path):
            features[name] = np.asarray(value)
    except (AttributeError, ValueError) as error:
        return features, time.perf_counter() - start, error
    return features, time.perf_counter() - start, None


def compare(letter, notebook, paths):
    """Print the table of a notebook."""
    repository, commit, file = SOURCES[letter]
    print(f"\n### {letter}: {file} of {repository} at {commit[:7]}\n")
    run(notebook, librosa, paths[0])  # librosa compiles its functions
    differences, times, errors = {}, ([], []), set()
    for path in paths:
        expected, expected_seconds, _ = run(notebook, librosa, path)
        found, found_seconds, error = run(notebook, undertone, path)
        if error is not None:
            errors.add(str(error))
        else:
            times[0].append(expected_seconds)
            times[1].append(found_seconds)
        for name, value in found.items():
            other = expected[name]
            assert value.shape == other.shape, (name, value.shape, other.shape)
            # What a stretched or shifted wave form differs by is its energy.
            far = np.sqrt(np.mean((value - other) ** 2)) if value.size > 9000 else None
            scale = np.sqrt(np.mean(other**2)) if far is not None else np.abs(other).max()
            far = np.abs(value - other).max() if far is None else far
            differences[name] = max(differences.get(name, 0.0), float(far / scale))
    print("| feature | difference |\n| --- | --- |")
    for name, difference in differences.items():
        print(f"| {name} | {difference:.0e} |")
    for error in sorted(errors):
        print(f"\nNot supported: {error}")
    if times[0]:
        theirs, ours = (1000 * statistics.median(seconds) for seconds in times)
        print(f"\nlibrosa {theirs:.0f} ms a recording, undertone {ours:.0f} ms.")


def main():
    paths = sys.argv[1:]
    if not paths:
        sys.exit(__doc__)
    for letter, notebook in {"A": notebook_a, "B": notebook_b, "C": notebook_c}.items():
        compare(letter, notebook, paths)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Compare the speed of Undertone's front end and librosa's on the same clips in one run.

    bench/front_end.py [--corpus DIR] [--clips N] [--rounds N]

Both decode 48 kHz, resample to 16 kHz, trim, fit to 2 s, and compute log-mel and 40 MFCCs. They
take turns with one thread each and with two, and the script compares medians. librosa gets its best
case: it is imported and warmed up before the clock starts, it resamples with the C library of
`soxr_hq`, both features share one mel spectrogram, and the result for two threads is the faster of
two threads and two processes. The clips are measured as FLAC and as WAV, the format in which
RAVDESS is distributed.
"""

import argparse
import multiprocessing
import os
import statistics
import subprocess
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

# Without this, each of librosa's two processes starts two more threads for its matrix products, and
# all four compete for two cores.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[variable] = "1"

import librosa
import numpy as np
import soundfile

from front_end_binary import build, clips

RATE = 16000


def librosa_front_end(path):
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    samples = librosa.resample(librosa.to_mono(samples.T), orig_sr=rate, target_sr=RATE)
    samples, _ = librosa.effects.trim(samples, top_db=20)
    samples = librosa.util.fix_length(samples, size=2 * RATE)
    log_mel = librosa.power_to_db(librosa.feature.melspectrogram(y=samples, sr=RATE))
    mfcc = librosa.feature.mfcc(S=log_mel, n_mfcc=40)
    return np.concatenate([log_mel, mfcc]).shape


def seconds(function):
    begin = time.perf_counter()
    function()
    return time.perf_counter() - begin


def chunk(paths):
    return [librosa_front_end(path) for path in paths]


def measure(binary, files, rounds, processes, threads):
    """Return the median seconds of each contestant over interleaved rounds, and of our steps."""
    halves = [files[0::2], files[1::2]]

    def undertone(count):
        out = subprocess.run([binary, "time", str(count), *files], check=True, capture_output=True)
        return [float(value) for value in out.stdout.split()]

    times = {name: [] for name in ["rust 1", "rust 2", "librosa 1", "processes", "threads"]}
    steps = []
    for _ in range(rounds):
        wall, *parts = undertone(1)
        times["rust 1"].append(wall)
        steps.append(parts)
        times["librosa 1"].append(seconds(lambda: chunk(files)))
        times["rust 2"].append(undertone(2)[0])
        times["processes"].append(seconds(lambda: list(processes.map(chunk, halves))))
        times["rust 2"].append(undertone(2)[0])
        times["threads"].append(seconds(lambda: list(threads.map(chunk, halves))))
    medians = {name: statistics.median(values) for name, values in times.items()}
    return medians, np.median(steps, axis=0)


def report(form, medians, steps, count):
    two = min(medians["processes"], medians["threads"])
    way = "processes" if two == medians["processes"] else "threads"
    share = 100 * steps / steps.sum()
    print(
        f"{form}: {count} clips\n"
        f"  1 thread : {medians['librosa 1'] / medians['rust 1']:5.1f} x librosa "
        f"({1e3 * medians['rust 1'] / count:.2f} and {1e3 * medians['librosa 1'] / count:.2f} ms a clip)\n"
        f"  2 threads: {two / medians['rust 2']:5.1f} x librosa in two {way} "
        f"({1e3 * medians['rust 2'] / count:.2f} and {1e3 * two / count:.2f} ms a clip)\n"
        f"  Undertone's time: decode {share[0]:.0f} %, resample and trim {share[1]:.0f} %, "
        f"fit and features {share[2]:.0f} %"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, help="folder with .flac or .wav clips")
    parser.add_argument("--clips", type=int, default=180, help="number of clips to measure")
    parser.add_argument("--rounds", type=int, default=5, help="number of interleaved rounds")
    arguments = parser.parse_args()

    binary = build()
    every = clips(arguments.corpus)
    files = every[:: max(1, len(every) // arguments.clips)]
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as processes,
        ThreadPoolExecutor(2) as threads,
    ):
        wavs = []
        for index, path in enumerate(files):
            samples, rate = soundfile.read(path, dtype="int16")
            wavs.append(str(Path(folder, f"{index}.wav")))
            soundfile.write(wavs[-1], samples, rate, subtype="PCM_16")
        # Warm up imports, compiled code and the page cache.
        list(processes.map(chunk, [files[:8], files[:8], wavs[:8], wavs[:8]]))
        list(threads.map(chunk, [files[:8], files[:8]]))
        for form, paths in [("FLAC", files), ("WAV", wavs)]:
            report(form, *measure(binary, paths, arguments.rounds, processes, threads), len(paths))


if __name__ == "__main__":
    main()

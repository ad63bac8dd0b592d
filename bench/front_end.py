#!/usr/bin/env python3
"""Compare the speed of Undertone's front end and librosa's on the same clips in one run.

    bench/front_end.py [--corpus DIR] [--clips N] [--rounds N] [--json] [--quick]

Both decode 48 kHz, resample to 16 kHz, trim, fit to 2 s, and compute log-mel and 40 MFCCs. They
take turns with one thread each and with two. librosa gets its best
case: it is imported and warmed up before the clock starts, it resamples with the C library of
`soxr_hq`, both features share one mel spectrogram, and the result for two threads is the faster of
two threads and two processes. The clips are measured as FLAC and as WAV, the format in which
RAVDESS is distributed.
"""

import argparse
import multiprocessing
import os
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

from contest import options, row, tell
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
    """Return the seconds of each contestant by round for one and two threads, and of our steps."""
    halves = [files[0::2], files[1::2]]

    def undertone(count):
        out = subprocess.run([binary, "time", str(count), *files], check=True, capture_output=True)
        return [float(value) for value in out.stdout.split()]

    one, two, steps = {"ours": [], "librosa": []}, {"ours": [], "librosa": []}, []
    for _ in range(rounds):
        wall, *parts = undertone(1)
        one["ours"].append(wall)
        steps.append(parts)
        one["librosa"].append(seconds(lambda: chunk(files)))
        two["ours"].append(undertone(2)[0])
        in_processes = seconds(lambda: list(processes.map(chunk, halves)))
        in_threads = seconds(lambda: list(threads.map(chunk, halves)))
        two["librosa"].append(min(in_processes, in_threads))
    return one, two, np.median(steps, axis=0)


def main():
    parser = options(argparse.ArgumentParser(description=__doc__.splitlines()[0]))
    parser.add_argument("--corpus", type=Path, help="folder with .flac or .wav clips")
    parser.add_argument("--clips", type=int, help="number of clips to measure")
    parser.add_argument("--rounds", type=int, help="number of interleaved rounds")
    arguments = parser.parse_args()
    count = arguments.clips or (60 if arguments.quick else 180)
    rounds = arguments.rounds or (3 if arguments.quick else 5)

    binary = build()
    every = clips(arguments.corpus)
    files = every[:: max(1, len(every) // count)]
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
        for form, paths in [("wav", wavs), ("flac", files)]:
            one, two, steps = measure(binary, paths, rounds, processes, threads)
            share = 100 * steps / steps.sum()
            notes = [
                f"{len(paths)} clips; our time: decode {share[0]:.0f} %, resample and trim "
                f"{share[1]:.0f} %, fit and features {share[2]:.0f} %"
            ]
            tell(row(f"front-end-{form}", two, notes=notes), arguments.json)
            tell(row(f"front-end-{form}-1-thread", one), arguments.json)


if __name__ == "__main__":
    main()

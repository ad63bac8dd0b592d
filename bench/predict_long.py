"""Measure `undertone predict` on one long recording, and the same model in transformers.

    cargo build --release
    python bench/predict_long.py [--minutes 66] [--json] [--quick]

Needs a virtual environment with librosa, soundfile, torch and transformers. The recording repeats
the clips of samples/ with pauses between them, as 16-bit WAV at 16 kHz in a temporary folder. Ours
finds the utterances and judges each. The peer (bench/whisper_peer.py) reads the file and judges
windows of four seconds that overlap by half, in batches of 16, with two workers, which is simpler.
It is timed without its imports. A long recording gets one round, and as many more as fit in a
minute.
"""

import argparse
import json
import pathlib
import sys
import tempfile
import time

import librosa
import numpy
import soundfile

from contest import CNN, PROGRAM, ROOT, Process, options, row, tell

RATE = 16_000
MOST_SECONDS = 60.0
WARM = "librosa + PyTorch, without its start"


def long_recording(path, minutes):
    """Write the clips of samples/ in turn, with pauses of 0.2 to 1.5 s, until `minutes` are full."""
    generator = numpy.random.default_rng(1)
    clips = [librosa.load(clip, sr=RATE)[0] for clip in sorted((ROOT / "samples").glob("*.flac"))]
    left = round(minutes * 60 * RATE)
    with soundfile.SoundFile(path, "w", RATE, 1, "PCM_16") as file:
        while left > 0:
            for clip in clips:
                quiet = 1e-4 * generator.standard_normal(round(RATE * generator.uniform(0.2, 1.5)))
                part = numpy.concatenate([clip, quiet.astype("float32")])[:left]
                file.write(part)
                left -= len(part)


def main():
    parser = options(argparse.ArgumentParser(description=__doc__.splitlines()[0]))
    parser.add_argument("--minutes", type=float)
    arguments = parser.parse_args()
    minutes = arguments.minutes or (11 if arguments.quick else 66)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "long.wav")
        long_recording(path, minutes)
        for name, model in [("long", []), ("long-cnn", ["--model", CNN])]:
            if arguments.only not in name:
                continue
            ours = Process([PROGRAM, "predict", "--json", *model, path], threads=2)
            theirs = Process([sys.executable, ROOT / "bench" / "whisper_peer.py", "--windows", path])
            times = {"ours": []} if model else {"ours": [], WARM: []}
            began = time.perf_counter()
            rounds = 1 if arguments.quick else 3
            while len(times["ours"]) < rounds and time.perf_counter() - began < MOST_SECONDS:
                times["ours"].append(ours())
                if not model:
                    theirs()
                    times[WARM].append(json.loads(theirs.output.splitlines()[-1])["seconds"])
            middle = sorted(times["ours"])[len(times["ours"]) // 2]
            notes = [f"{minutes:g} minutes, {60 * minutes / middle:.0f} times real time"]
            if not model:
                notes.append(f"peak memory of the peer's main process: {theirs.peak_mib:.0f} MiB")
            described = row(name, times, ours.peak_mib, notes)
            described["times_real_time"] = 60 * minutes / middle
            tell(described, arguments.json)


if __name__ == "__main__":
    main()

"""Time and memory of a batch against the number of its recordings.

Predicts folders of links to one clip of half a second, a thousand links in each folder, with the
CNN+LSTM. What is measured beside the network is the program's own work: finding the recordings,
keeping them in order, and printing rows.

    cargo build --release --workspace --bins
    python bench/many_recordings.py 1000 10000 100000
    python bench/many_recordings.py --empty 1000000     links to an empty file: no network at all
"""

import math
import os
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
PROGRAM = Path(os.environ.get("UNDERTONE", TARGET / "release/undertone"))
MODEL = ROOT / "models/3-optimized-sentiment3"
RATE = 16_000


def clip(path):
    samples = [int(9000 * math.sin(0.05 * n)) for n in range(RATE // 2)]
    data = struct.pack(f"<{len(samples)}h", *samples)
    head = struct.pack("<IHHIIHH", 16, 1, 1, RATE, 2 * RATE, 2, 16)
    path.write_bytes(b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " + head
                     + b"data" + struct.pack("<I", len(data)) + data)


def links(folder, count, empty):
    (folder / "clip.wav").touch() if empty else clip(folder / "clip.wav")
    below = folder / "links"
    for number in range(count):
        inner = below / f"{number // 1000:04}"
        if number % 1000 == 0:
            inner.mkdir(parents=True)
        os.symlink(folder / "clip.wav", inner / f"{number % 1000:03}.wav")
    return below


def measure(arguments, code, **options):
    began = time.perf_counter()
    with open(os.devnull, "w") as nothing:
        program = subprocess.Popen([PROGRAM, *arguments], stdout=nothing, **options)
        _, status, usage = os.wait4(program.pid, 0)
    assert os.waitstatus_to_exitcode(status) == code
    return time.perf_counter() - began, usage.ru_maxrss / 1024


def main():
    empty = "--empty" in sys.argv
    # Nothing could be done.
    code = 2 if empty else 0
    words = [word for word in sys.argv[1:] if word != "--empty"]
    counts = [int(word) for word in words] or [1000, 10_000, 100_000]
    print("recordings   seconds   µs each   MiB   MiB with --files-from")
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            below = links(Path(folder), count, empty)
            predict = ["predict", "--json", "--model", MODEL]
            seconds, memory = measure([*predict, below], code)
            found = subprocess.Popen(["find", below, "-name", "*.wav", "-print0"],
                                     stdout=subprocess.PIPE)
            _, listed = measure([*predict, "--files-from", "-", "-0"], code,
                                stdin=found.stdout)
            print(f"{count:10}  {seconds:8.1f}  {1e6 * seconds / count:8.0f}  {memory:4.0f}"
                  f"  {listed:4.0f}", flush=True)


if __name__ == "__main__":
    main()

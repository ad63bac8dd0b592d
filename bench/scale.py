"""Time and memory of a command against the number of clips.

    cargo build --release --workspace --bins
    python bench/scale.py                                   1000 and 10 000 clips
    python bench/scale.py 1000 10000 100000 1000000         2 GB, and 8 GB for the features
    python bench/scale.py --only train,explore 1000

Needs no package. The corpus is generated in a temporary folder (`--folder` for another disk): clips of
half a second, no two of 100 000 alike, a thousand in each folder, and a manifest of them. The commands are

- `predict`: the built-in model, answers as JSON;
- `predict-cnn`: the CNN+LSTM;
- `features`: log-mel to an archive;
- `explore`: the page about a corpus;
- `train-cold`: features of recipe 2 for a run of one epoch with a tiny network, with an empty cache;
- `train-cached`: the same run again.

Each line tells the seconds, the time for each clip, and the peak memory of the process. Flat is what
keeps the last two columns as they are from one line of a command to the next.
"""

import argparse
import array
import math
import pathlib
import random
import struct
import tempfile

from contest import CNN, PROGRAM, Process

RATE, SAMPLES = 16_000, 8_000
UNLIKE = 100_000  # Clips beyond this number are links to earlier ones.
EMOTIONS = ["neutral", "happy", "sad", "angry"]
SPEAKERS = 20
TINY = [
    "--set", "training.epochs=1", "--set", "training.batch_size=64",
    "--set", "network.conv=[{channels=4,kernel_size=3,pool=8}]", "--set", "network.lstm.layers=1",
    "--set", "network.lstm.units=4", "--set", "balance=[]",
]  # fmt: skip


def clip(number, noise):
    """Return a WAV file: a harmonic tone of its own pitch, and noise that begins elsewhere."""
    pitch = 2 * math.pi * (100 + number % 150) / RATE
    start = number * 7919 % (len(noise) - SAMPLES)
    period = max(1, round(2 * math.pi / pitch))
    tone = [int(7000 * math.sin(pitch * n) + 3000 * math.sin(2 * pitch * n)) for n in range(period)]
    tone = (tone * (SAMPLES // period + 1))[:SAMPLES]
    values = array.array("h", map(int.__add__, tone, noise[start : start + SAMPLES]))
    # No two clips are alike, whatever the pitch and the noise.
    values[0], values[1] = number % 32_000, number // 32_000
    data = values.tobytes()
    head = struct.pack("<IHHIIHH", 16, 1, 1, RATE, 2 * RATE, 2, 16)
    return b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " + head + b"data" + struct.pack("<I", len(data)) + data


def corpus(folder, counts):
    """Write the clips of the largest count, and a manifest for each. Yield count and manifest."""
    noise = [random.Random(1).randrange(-900, 900) for _ in range(4 * SAMPLES)]
    written = 0
    rows = ["path,emotion,speaker,gender"]
    for count in counts:
        for number in range(written, count):
            inner = folder / f"{number // 1000:04}"
            if number % 1000 == 0:
                inner.mkdir()
            path = inner / f"{number % 1000:03}.wav"
            if number < UNLIKE:
                path.write_bytes(clip(number, noise))
            else:
                first = number % UNLIKE
                path.hardlink_to(folder / f"{first // 1000:04}" / f"{first % 1000:03}.wav")
            speaker = number // len(EMOTIONS) % SPEAKERS
            emotion = EMOTIONS[number % len(EMOTIONS)]
            rows.append(f"{path.relative_to(folder)},{emotion},{speaker},{'fm'[speaker % 2]}")
        written = count
        manifest = folder / f"{count}.csv"
        manifest.write_text("\n".join(rows) + "\n")
        names = folder / f"{count}.txt"
        names.write_text("".join(f"{folder / row.split(',')[0]}\n" for row in rows[1:]))
        yield count, manifest, names


def commands(manifest, names, out):
    """Yield the name and the words of each command. A later one may use what an earlier one left."""
    yield "predict", ["predict", "--json", "--files-from", names, "--out", out / "a.json"]
    yield "predict-cnn", ["predict", "--model", CNN, "--files-from", names, "--out", out / "b.json"]
    yield "features", ["features", "--kind", "log-mel", "--files-from", names, "--out", out / "x.npz"]
    yield "explore", ["explore", manifest, "--out", out / "page"]
    for number, name in enumerate(["train-cold", "train-cached"]):
        words = ["train", "2-enhanced", "--corpus", manifest, "--out", out / f"run{number}", *TINY]
        yield name, [*words, "--set", "label_scheme=emotion4", "--cache", out / "cache"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("counts", nargs="*", type=int, default=[1000, 10_000])
    parser.add_argument("--only", default="", help="names of commands, with commas between")
    parser.add_argument("--folder", type=pathlib.Path, help="where the corpus is generated")
    arguments = parser.parse_args()
    only = arguments.only.split(",") if arguments.only else None
    print(f"{'command':<13} {'clips':>8} {'seconds':>9} {'ms a clip':>10} {'MiB':>7}", flush=True)
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        folder = pathlib.Path(folder)
        for count, manifest, names in corpus(folder, sorted(arguments.counts)):
            with tempfile.TemporaryDirectory(dir=folder) as out:
                for name, words in commands(manifest, names, pathlib.Path(out)):
                    if only and name not in only:
                        continue
                    process = Process([PROGRAM, *words])
                    seconds = process()
                    each = 1e3 * seconds / count
                    print(f"{name:<13} {count:>8} {seconds:>9.1f} {each:>10.2f} {process.peak_mib:>7.0f}", flush=True)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Time `undertone explore` on 360, 720 and 1440 clips.

    bench/explore.py [--corpus DIR] [--clips N…] [--folder DIR]

Prints wall-clock seconds, processor seconds (user and system), peak memory, and the size of the
page. A corpus of N clips is a folder of links to the first N clips of the real corpus. If N exceeds
the size of the real corpus, it is a manifest of links that repeat the clips.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from front_end_binary import ROOT, clips


def build():
    command = ["cargo", "build", "--release", "--workspace", "--bins"]
    subprocess.run(command, cwd=ROOT, check=True)
    target = os.environ.get("CARGO_TARGET_DIR", ROOT / "target")
    return Path(target) / "release" / "undertone"


def repeat(path, name):
    """Create a hard link, since a manifest resolves symbolic ones, or a copy on another disk."""
    try:
        name.hardlink_to(path)
    except OSError:
        shutil.copy(path, name)


def corpus_of(count, files, folder):
    """Create a folder of links to `count` clips, or a manifest if there are fewer clips."""
    folder.mkdir()
    if count <= len(files):
        for path in files[:count]:
            (folder / Path(path).name).symlink_to(path)
        return folder
    emotions = "neutral calm happy sad angry fearful disgust surprised".split()
    rows = ["path,emotion,speaker,gender"]
    for number in range(count):
        path = Path(files[number % len(files)])
        name = f"{number}{path.suffix}"
        repeat(path, folder / name)
        code = path.stem.split("-")
        gender = "female" if int(code[6]) % 2 == 0 else "male"
        rows.append(f"{name},{emotions[int(code[2]) - 1]},{code[6]},{gender}")
    manifest = folder / "corpus.csv"
    manifest.write_text("\n".join(rows) + "\n")
    return manifest


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, help="folder with RAVDESS")
    parser.add_argument("--clips", type=int, nargs="*", default=[360, 720, 1440])
    parser.add_argument("--folder", type=Path, help="where to keep the pages [default: they are deleted]")
    parser.add_argument("--binary", type=Path, help="path of the program [default: build it]")
    arguments = parser.parse_args()
    files = [str(Path(path).resolve()) for path in clips(arguments.corpus)]
    binary = arguments.binary or build()
    print(f"{'clips':>7} {'clock s':>8} {'processor s':>12} {'ms a clip':>10} {'MiB':>6} {'page MB':>8}")
    with tempfile.TemporaryDirectory() as scratch:
        pages = arguments.folder or Path(scratch)
        for count in arguments.clips:
            corpus = corpus_of(count, files, Path(scratch) / f"corpus-{count}")
            out = pages / f"page-{count}"
            start = time.monotonic()
            process = subprocess.Popen(
                [binary, "explore", "--force", "--out", out, corpus],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
            _, status, usage = os.wait4(process.pid, 0)
            clock = time.monotonic() - start
            if status:
                sys.exit(f"explore failed on {count} clips")
            processor = usage.ru_utime + usage.ru_stime
            size = (out / "index.html").stat().st_size / 1e6
            print(
                f"{count:7} {clock:8.1f} {processor:12.1f} {1000 * processor / count:10.1f} "
                f"{usage.ru_maxrss / 1024:6.0f} {size:8.1f}",
                flush=True,
            )


if __name__ == "__main__":
    main()

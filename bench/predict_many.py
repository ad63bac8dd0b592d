"""Compare `undertone predict` on many recordings with the same model in transformers.

    cargo build --release
    python bench/predict_many.py [--corpus DIR] [--clips 240] [--json] [--quick]

Needs a virtual environment with librosa, torch and transformers. The peer (bench/whisper_peer.py) is
what a skilled user would write: the same weights, only the layers that the model reads, batches of
16 clips of like length, two `DataLoader` workers that decode and compute features, two threads. Ours
is the time of the whole process. The peer is timed twice: the whole process, and from the first
clip to the last answer, without its imports. The answers of both sides are compared.
"""

import argparse
import json
import pathlib
import sys

from contest import PROGRAM, ROOT, Process, options, row, tell
from front_end_binary import clips

WHOLE, WARM = "librosa + PyTorch, whole process", "librosa + PyTorch, without its start"


def answers(output, key):
    lines = [json.loads(line) for line in output.splitlines()]
    return {line[key]: line["probabilities"] for line in lines if key in line}


def largest_difference(ours, theirs):
    pairs = [(ours[path], theirs[path]) for path in ours]
    return max(abs(own[label] - other[label]) for own, other in pairs for label in own)


def main():
    parser = options(argparse.ArgumentParser(description=__doc__.splitlines()[0]))
    parser.add_argument("--corpus", type=pathlib.Path)
    parser.add_argument("--clips", type=int, default=240)
    parser.add_argument("--turns", type=int)
    arguments = parser.parse_args()
    turns = arguments.turns or (2 if arguments.quick else 5)
    every = clips(arguments.corpus)
    files = every[:: max(1, len(every) // arguments.clips)][: arguments.clips]
    ours = Process([PROGRAM, "predict", "--json", *files], threads=2)
    theirs = Process([sys.executable, ROOT / "bench" / "whisper_peer.py", *files])
    ours(), theirs()
    times = {"ours": [], WARM: [], WHOLE: []}
    for _ in range(turns):
        times["ours"].append(ours())
        times[WHOLE].append(theirs())
        times[WARM].append(json.loads(theirs.output.splitlines()[-1])["seconds"])
    difference = largest_difference(answers(ours.output, "path"), answers(theirs.output, "file"))
    notes = [
        f"{len(files)} clips; the probabilities of both sides differ by {difference:.1e} at most",
        f"peak memory of the peer's main process: {theirs.peak_mib:.0f} MiB",
    ]
    tell(row("clips-240", times, ours.peak_mib, notes), arguments.json)


if __name__ == "__main__":
    main()

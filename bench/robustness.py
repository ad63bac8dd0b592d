#!/usr/bin/env python3
"""Measure how much worse a recipe is on degraded recordings of corpora that its models never heard.

    bench/robustness.py RUN [--clips 120]

RUN is a run of `undertone crossval` with the protocol `corpora`, as `just judge-corpora` makes it.
For each left-out corpus, up to --clips of its clips, evenly spread, are evaluated with
`undertone evaluate MODEL --robustness`. Prints the UAR of each condition by corpus, in percent.
"""

import argparse
import csv
import json
import os
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))


def manifest(run, fold, clips, folder):
    """Write a manifest of evenly spread test clips of a fold."""
    root = Path(json.loads((run / "run.json").read_text())["corpus"])
    outcomes = json.loads((fold / "outcomes.json").read_text())["test"]
    classes = json.loads((run / "report.json").read_text())["pooled"]["per_class"]
    labels = [row["label"] for row in classes]
    count = min(clips, len(outcomes))
    chosen = [outcomes[index * len(outcomes) // count] for index in range(count)]
    path = Path(folder, fold.name + ".csv")
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["path", "emotion", "speaker"])
        for clip in chosen:
            rows.writerow([root / clip["utterance"], labels[clip["truth"]], clip["speaker"]])
    return path


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("--clips", type=int, default=120)
    parser.add_argument("--binary", default=str(TARGET / "release/undertone"))
    arguments = parser.parse_args()
    table = {}
    folds = sorted((arguments.run / "folds").iterdir())
    with tempfile.TemporaryDirectory() as folder:
        for fold in folds:
            corpus = manifest(arguments.run, fold, arguments.clips, folder)
            command = [arguments.binary, "evaluate", str(fold / "checkpoints/best")]
            command += ["--corpus", str(corpus), "--robustness", "--json"]
            lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            found = json.loads(lines.strip().splitlines()[-1])
            for row in found["rows"]:
                table.setdefault(row["condition"], []).append(100 * row["uar"]["value"])
    print("condition, then the UAR of", ", ".join(fold.name for fold in folds), "and their mean")
    clean = sum(table["clean"]) / len(folds)
    losses = []
    for condition, values in table.items():
        mean = sum(values) / len(values)
        print(f"{condition:16}", *(f"{value:5.1f}" for value in values), f"{mean:6.1f}")
        if condition != "clean":
            losses.append(clean - mean)
    print(f"mean loss: {sum(losses) / len(losses):.1f}")


if __name__ == "__main__":
    main()

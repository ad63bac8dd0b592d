#!/usr/bin/env python3
"""Print the scores of a model that adapts, against what it heard of a voice, as Markdown tables.

    bench/adaptation_table.py RUN
    bench/adaptation_table.py REPORT.json...

RUN is a run of `undertone crossval` with the protocol `corpora`: a column for each corpus left out.
A REPORT is what `undertone evaluate --json` prints: a column for each file. UAR and ECE in percent.
"""

import argparse
import json
from pathlib import Path

SCORES = [("emotion4", "emotion4, UAR"), ("sentiment3", "sentiment3, UAR"),
          ("calibration_error", "ECE of the summed probabilities")]


def curves(paths):
    """Return the name and the points of each column."""
    found = []
    for path in paths:
        report = path / "report.json" if path.is_dir() else path
        report = json.loads(report.read_text())
        for fold in report["folds"]:
            several = len(report["folds"]) > 1
            name = fold["name"].removeprefix("without-") if several else path.stem
            if "adaptation" in fold:
                found.append((name, fold["adaptation"]))
    if not found:
        raise SystemExit("no model here adapts to a voice")
    return found


def heard(point):
    """Return the first cell of a row."""
    number = "all others" if point["heard"] is None else str(point["heard"])
    return number + " of one emotion" if point["one_emotion"] else number


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("paths", type=Path, nargs="+")
    columns = curves(parser.parse_args().paths)
    rows = [heard(point) for point in columns[0][1]]
    for score, title in SCORES:
        print(f"{title}\n")
        print("| clips heard | mean |", " | ".join(name for name, _ in columns), "|")
        print("| --- |" + " --- |" * (len(columns) + 1))
        for index, row in enumerate(rows):
            values = [points[index][score] for _, points in columns]
            cells = ["–" if value is None else f"{100 * value:.1f}" for value in values]
            known = [value for value in values if value is not None]
            mean = 100 * sum(known) / max(1, len(known))
            print(f"| {row} | **{mean:.1f}** |", " | ".join(cells), "|")
        print()
    print("Very sure, right\n")
    print("| clips heard | all |", " | ".join(name for name, _ in columns), "|")
    print("| --- |" + " --- |" * (len(columns) + 1))
    for index, row in enumerate(rows):
        sure = [points[index].get("sure") or [0, 0] for _, points in columns]
        cells = [f"{right} of {all_}" for all_, right in sure]
        total = f"{sum(right for _, right in sure)} of {sum(all_ for all_, _ in sure)}"
        print(f"| {row} | {total} |", " | ".join(cells), "|")


if __name__ == "__main__":
    main()

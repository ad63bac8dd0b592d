#!/usr/bin/env python3
"""Compare the UAR of the models of a run in int8 with that in f32.

    bench/int8_uar.py RUN --corpus DIR... [--undertone PROGRAM]

RUN is a run of `undertone crossval` on a pretrained encoder. Each fold's model predicts the fold's
test clips twice: `undertone evaluate --precision f32` and `int8`. Prints a row for each fold and the
mean. UAR in percent. Needs no package.
"""

import argparse
import json
import subprocess
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent


def uar(arguments, model, fold, precision):
    """Return the UAR of a fold's model, and the name of the fold."""
    command = [arguments.undertone, "evaluate", model, "--json", "--precision", precision]
    command += ["--protocol", arguments.protocol, "--fold", str(fold)]
    for corpus in arguments.corpus:
        command += ["--corpus", corpus]
    result = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    [scores] = json.loads(result.stdout)["folds"]
    return 100 * scores["test"]["uar"]["value"], scores["name"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("--corpus", action="append", required=True, metavar="DIR")
    parser.add_argument("--undertone", default=HERE / "target/release/undertone")
    arguments = parser.parse_args()
    recipe = tomllib.loads((arguments.run / "recipe.toml").read_text())
    arguments.protocol = recipe["protocol"]["name"]
    models = list(arguments.run.glob("folds/*/checkpoints/best"))
    # fold-2 comes before fold-10.
    models.sort(key=lambda path: [int(word) if word.isdigit() else word
                                  for word in path.parent.parent.name.split("-")])
    if not models:
        raise SystemExit(f"{arguments.run} has no trained models")
    print("| fold | f32 | int8 | difference |\n| --- | --: | --: | --: |")
    rows = []
    for fold, model in enumerate(models, start=1):
        (plain, name), (rounded, _) = (
            uar(arguments, model, fold, precision) for precision in ["f32", "int8"]
        )
        if name != model.parent.parent.name:
            raise SystemExit(f"fold {fold} is {name}, but the model is of {model}")
        rows.append((plain, rounded))
        print(f"| {name} | {plain:.2f} | {rounded:.2f} | {rounded - plain:+.2f} |", flush=True)
    plain, rounded = (sum(column) / len(rows) for column in zip(*rows))
    print(f"| mean | {plain:.2f} | {rounded:.2f} | {rounded - plain:+.2f} |")


if __name__ == "__main__":
    main()

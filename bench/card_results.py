#!/usr/bin/env python3
"""Write the results of reports into the metadata (`model-index`) of a model card, for the Hub.

    bench/card_results.py MODEL REPORT.json...

MODEL is the folder of a shipped model. Each REPORT is a report of `undertone crossval` or
`undertone evaluate` for the model's recipe. The metadata is that of `undertone export --to hf`
without the widget.
"""

import argparse
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FENCE = "---\n"


def parts(card):
    """Split a card into its metadata and the text below it."""
    _, metadata, text = card.split(FENCE, 2)
    return metadata, text


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("reports", nargs="+", type=Path)
    parser.add_argument("--binary", default=str(ROOT / "target/release/undertone"))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "hf")
        reports = [word for report in arguments.reports for word in ("--report", str(report))]
        command = [arguments.binary, "export", str(arguments.model), "--to", "hf", "--out", str(out)]
        subprocess.run([*command, *reports], check=True)
        metadata, _ = parts((out / "README.md").read_text())
    card = arguments.model / "README.md"
    _, text = parts(card.read_text())
    metadata = metadata[: metadata.index("widget:\n")]
    card.write_text(f"{FENCE}{metadata}{FENCE}{text}")


if __name__ == "__main__":
    main()

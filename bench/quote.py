"""Copy the rows of bench/results.md into the README, between its marks.

    python bench/quote.py

`bench/all.py` does it at the end of a full run. Each row is quoted with its first peer, without the goals.
"""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- rows of bench/results.md -->", "<!-- end of rows -->"
COLUMNS = ["work", "ours", "memory", "peer", "its time", "ours / peer"]


def rows(text):
    """Return the cells of each measured row of the table."""
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    measured = [row for row in cells[2:] if row[0] and row[1] != "–"]
    return [row[: len(COLUMNS)] for row in measured]


def main():
    results = (ROOT / "bench" / "results.md").read_text()
    told = re.findall(r"^- (\d{4}-\d\d-\d\d)[^`]*`([^`]*)`", results, re.MULTILINE)[0]
    machine, commit = (re.findall(rf"^- {name}: ([^;\n]*)", results, re.MULTILINE)[0] for name in ["Machine", "Commit"])
    lines = [
        f"Measured on {told[0]} at commit {commit} ({machine}) by `{told[1]}`:", "",
        "| " + " | ".join(COLUMNS) + " |", "| --- | --: | --: | --- | --: | --: |",
        *("| " + " | ".join(row) + " |" for row in rows(results)),
    ]  # fmt: skip
    readme = ROOT / "README.md"
    before, rest = readme.read_text().split(BEGIN)
    after = rest.split(END)[1]
    readme.write_text(before + BEGIN + "\n" + "\n".join(lines) + "\n" + END + after)


if __name__ == "__main__":
    main()

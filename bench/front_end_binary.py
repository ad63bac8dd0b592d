"""Build the Rust programs that the front end scripts run, and find the clips."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def build(bench="front_end"):
    """Build a program of crates/undertone-audio/benches and return its path."""
    command = ["cargo", "bench", "--no-run", "-p", "undertone-audio", "--bench", bench]
    out = subprocess.run(
        [*command, "--message-format=json-render-diagnostics"],
        cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True,
    )
    for line in out.stdout.splitlines():
        message = json.loads(line)
        if message.get("executable") and message["target"]["name"] == bench:
            return message["executable"]
    sys.exit("cargo named no executable")


def clips(corpus):
    """Return all .flac and .wav files under a folder [default: the RAVDESS folder of the tests]."""
    default = os.environ.get("UNDERTONE_RAVDESS", ROOT.parent / "shared" / "ravdess")
    folder = Path(corpus or default)
    files = sorted(str(path) for path in folder.rglob("*") if path.suffix in {".flac", ".wav"})
    if not files:
        sys.exit(f"no .flac or .wav files under {folder}; set UNDERTONE_RAVDESS or --corpus")
    return files

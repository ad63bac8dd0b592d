"""What the front end's benches share: the Rust example they run, and the clips they run it on."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def build(example="front_end"):
    """Build an example in release mode and return its path."""
    command = ["cargo", "build", "--release", "-p", "undertone-audio", "--example", example]
    out = subprocess.run(
        [*command, "--message-format=json-render-diagnostics"],
        cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True,
    )
    for line in out.stdout.splitlines():
        message = json.loads(line)
        if message.get("executable") and message["target"]["name"] == example:
            return message["executable"]
    sys.exit("cargo named no executable")


def clips(corpus):
    """Every .flac and .wav file under a folder, by default where the tests look for RAVDESS."""
    default = os.environ.get("UNDERTONE_RAVDESS", ROOT.parent / "shared" / "ravdess")
    folder = Path(corpus or default)
    files = sorted(str(path) for path in folder.rglob("*") if path.suffix in {".flac", ".wav"})
    if not files:
        sys.exit(f"no .flac or .wav files under {folder}; set UNDERTONE_RAVDESS or --corpus")
    return files

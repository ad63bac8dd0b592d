"""Scoring on a cluster: three nodes of Ray on this machine, as processes of their own.

Ray may take minutes to notice that a node is gone, so this runs on request only:
``UNDERTONE_RAY=1 pytest tests/test_ray.py``.
"""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ray = pytest.importorskip("ray")

import pyarrow.dataset as ds

import undertone.ray

PROGRAM = str(Path(sys.executable).parent / "ray")
ADDRESS = "127.0.0.1:6397"


def start(*arguments: str) -> None:
    command = [PROGRAM, "start", "--num-cpus=1", "--disable-usage-stats", *arguments]
    # Not through a pipe: the node goes on and keeps it open.
    nothing = subprocess.DEVNULL
    subprocess.run(command, check=True, stdout=nothing, stderr=nothing, timeout=90)


@pytest.fixture
def cluster() -> Iterator[None]:
    start("--head", "--port=6397", "--include-dashboard=false")
    # The driver belongs to the only node that is there, which no test kills.
    ray.init(address=ADDRESS, logging_level="warning")
    for _ in range(2):
        start(f"--address={ADDRESS}")
    yield
    ray.shutdown()
    subprocess.run([PROGRAM, "stop", "--force"], check=False, stdout=subprocess.DEVNULL, timeout=90)


def processes(word: bytes) -> list[int]:
    """Return the processes with a word in the beginning of their command, in order of their starts."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if word in (folder / "cmdline").read_bytes()[:300]:
                found.append((folder.stat().st_ctime, int(folder.name)))
        except OSError:
            continue
    return [number for _, number in sorted(found)]


def rows(output: Path, kind: str) -> list[dict]:
    return ds.dataset(output / kind, format="parquet").to_table().to_pylist()


@pytest.mark.skipif(not os.environ.get("UNDERTONE_RAY"), reason="UNDERTONE_RAY is not set")
@pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc")
@pytest.mark.usefixtures("cluster")
def test_nothing_is_lost_and_nothing_twice(samples: list[str], tmp_path: Path) -> None:
    folder, output = tmp_path / "recordings", tmp_path / "output"
    folder.mkdir()
    for number in range(240):
        shutil.copy(samples[number % len(samples)], folder / f"{number:03}.flac")
    (folder / "text.wav").write_text("only text")
    killed = []

    def kill() -> None:
        while not list((output / "scores").glob("*.parquet")):
            time.sleep(0.1)
        for word in (b"ray::MapWorker", b"raylet/raylet"):
            last = processes(word)[-1]
            os.kill(last, signal.SIGKILL)
            killed.append(last)
            time.sleep(2)

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    counts = undertone.ray.score(folder, str(output), batch_size=8)
    killer.join(10)
    assert len(killed) == 2
    assert counts["unreadable"] == 1
    paths = [row["path"] for row in rows(output, "scores")]
    assert len(paths) == len(set(paths)) == 240
    [failure] = rows(output, "unreadable")
    assert failure["kind"] == "not-audio"
    again = undertone.ray.score(folder, str(output), batch_size=8)
    assert again == {"scored": 0, "unreadable": 1, "skipped": 240}

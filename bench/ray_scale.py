#!/usr/bin/env python3
"""Measure the cost of a recording on a Ray cluster of this machine, beside `undertone predict`.

    pip install 'undertone[ray]'
    bench/ray_scale.py RECORDINGS [--model M] [--numbers 1000 10000 100000] [--cpus N] [--predict N]
                       [--batch-size N]

RECORDINGS is a folder: its WAV and FLAC files are linked as often as needed. `undertone predict`
runs on N of them, on the same processors, before and after. The cluster is up before the clock
starts; the start of its workers and the loading of the model count. The processor time is that of
the driver and of all Ray processes of this machine, from /proc.
"""

import argparse
import itertools
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import ray

import undertone.ray


def link(recordings, folder, number):
    """Make a folder with links to recordings, again and again until there are enough."""
    folder.mkdir()
    for n, path in enumerate(itertools.islice(itertools.cycle(recordings), number)):
        os.symlink(path, folder / f"{n:06}{path.suffix}")
    return folder


def processor_seconds():
    """Return the processor time of this process, and of all of Ray."""
    ticks = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
            times = (folder / "stat").read_text().rpartition(")")[2].split()[11:13]
        except OSError:
            continue
        if command.startswith(b"ray::") or b"/ray/" in command:
            ticks += sum(map(int, times))
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def predict(folder, model, cpus):
    """Return the seconds that the program needs, and its processor time."""
    command = [sys.executable, "-m", "undertone", "predict", "--format", "parquet"]
    command += ["--out", str(folder) + ".parquet", "--force", str(folder)]
    command += ["--model", model] if model else []
    environment = {**os.environ, "RAYON_NUM_THREADS": str(cpus)}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    subprocess.run(command, check=True, env=environment, stderr=subprocess.DEVNULL)
    seconds = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recordings", type=Path)
    parser.add_argument("--model")
    parser.add_argument("--numbers", type=int, nargs="+", default=[1000, 10_000, 100_000])
    parser.add_argument("--cpus", type=int, default=os.cpu_count())
    parser.add_argument("--batch-size", type=int, default=4096)
    parser.add_argument("--predict", type=int, default=5000)
    options = parser.parse_args()
    recordings = sorted(
        path.resolve()
        for path in options.recordings.rglob("*")
        if path.suffix.lower() in (".wav", ".flac")
    )
    model = options.model and os.path.abspath(options.model)
    # Not a cluster that is up already.
    ray.init("local", num_cpus=options.cpus, include_dashboard=False, logging_level="error")
    ray.data.DataContext.get_current().enable_progress_bars = False
    with tempfile.TemporaryDirectory() as parent:
        parent = Path(parent)
        folder = link(recordings, parent / "predict", options.predict)

        def row(name, number, seconds, processors):
            each = [1000 * value / number for value in (seconds, processors)]
            text = f"| {name} | {number} | {seconds:.1f} | {each[0]:.2f} | {each[1]:.2f} |"
            print(text, flush=True)
            return each

        def beside():
            both = predict(folder, model, options.cpus)
            return row("`undertone predict`", options.predict, *both)

        print(f"{options.cpus} processors, load {os.getloadavg()[0]:.1f}\n")
        print("| | recordings | seconds | ms each | processor ms each |")
        print("| --- | ---: | ---: | ---: | ---: |", flush=True)
        program = [beside()]
        for number in options.numbers:
            folder_of_number = link(recordings, parent / str(number), number)
            begun, used = time.perf_counter(), processor_seconds()
            output = parent / f"{number}-out"
            counts = undertone.ray.score(
                folder_of_number, output, model=model, batch_size=options.batch_size
            )
            seconds = time.perf_counter() - begun
            assert counts["scored"] == number, counts
            cost = row("Ray", number, seconds, processor_seconds() - used)
        begun = time.perf_counter()
        counts = undertone.ray.score(folder_of_number, output, model=model)
        seconds = time.perf_counter() - begun
        assert counts["skipped"] == number, counts
        print(f"| Ray, nothing left to do | {number} | {seconds:.1f} | | |")
        program.append(beside())
        ratios = [min(both) / its for both, its in zip(zip(*program), cost)]
        print(f"\n{number} on Ray beside the program: {ratios[0]:.2f} of its throughput,")
        print(f"{ratios[1]:.2f} of it by processor time")
        print(f"Load at the end: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()

"""Let programs take turns at the same work, and describe how they compare.

Each script of this folder that compares prints rows: with `--json`, a line of JSON for each, which
`bench/all.py` collects. A row is

    {"row": "encoder-whisper-1",          a name of `bench/all.py`
     "seconds": 0.0021,                   ours: the median,
     "low": 0.0020, "high": 0.0024,       and the least and the greatest
     "rounds": 9,
     "peak_mib": 35,                      optional
     "peers": {"PyTorch": {"seconds": 0.0030, "ratio": 0.70, "low": 0.66, "high": 0.75}},
     "notes": ["…"]}                      optional

A ratio is our time over the peer's in the same round; below 1, we are faster. `ratio` is their
median, `low` and `high` are the least and the greatest. Where a rate is measured, its inverse is the
time.
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

# If TensorFlow is installed, transformers also imports it, which takes seconds.
os.environ.setdefault("USE_TF", "0")

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
PROGRAM = pathlib.Path(os.environ.get("UNDERTONE", TARGET / "release" / "undertone"))
SHIPPED = ROOT / "models" / "undertone-all"
CNN = ROOT / "models" / "3-optimized-sentiment3"
THREAD_VARIABLES = ("RAYON_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def with_threads(count):
    """Return an environment that gives every program `count` threads."""
    return os.environ | {name: str(count) for name in THREAD_VARIABLES}


def timed(function):
    """Return a function that returns the seconds that `function` takes."""

    def run():
        began = time.perf_counter()
        function()
        return time.perf_counter() - began

    return run


class Answers:
    """A program that computes once for each line, and answers with the milliseconds that it took."""

    def __init__(self, command, threads=2):
        self.process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=with_threads(threads),
        )  # fmt: skip

    def __call__(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"the program ended: {' '.join(map(str, self.process.args))}")
        return float(line) / 1e3

    def peak(self):
        """Return the peak memory in MiB."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        [line] = [line for line in status.splitlines() if line.startswith("VmHWM")]
        return int(line.split()[1]) / 1024

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Process:
    """A command, timed from its start to its end. It keeps its peak memory and its output."""

    def __init__(self, command, threads=None, expected=("0",)):
        self.expected = expected
        self.command = [str(part) for part in command]
        self.environment = with_threads(threads) if threads else os.environ
        self.peak_mib = 0.0
        self.output = ""

    def __call__(self):
        reads, writes = os.pipe()
        launcher = [sys.executable, "-I", "-S", ROOT / "bench" / "launch.py", str(writes)]
        done = subprocess.run(
            [*launcher, *self.command], env=self.environment, text=True, pass_fds=[writes],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
        )  # fmt: skip
        os.close(writes)
        with os.fdopen(reads) as told:
            seconds, kib, code = told.read().split() or ["0", "0", "none"]
        if code not in self.expected:
            sys.exit(f"ended with {code}: {' '.join(self.command)}\n{done.stderr[-2000:]}")
        self.output = done.stdout
        self.peak_mib = max(self.peak_mib, int(kib) / 1024)
        return float(seconds)


#: Threads of a contender wait for its next task without sleeping, those of Intel's OpenMP for 0.2 s.
#: Until they sleep, they hold a core that the next contender needs.
_SECONDS_BETWEEN_TURNS = 0.3


def take_turns(contenders, rounds, warm=1):
    """Return the seconds of each contender, a name and a function that returns seconds, by round."""
    for _ in range(warm):
        for run in contenders.values():
            run()
    times = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, run in contenders.items():
            time.sleep(_SECONDS_BETWEEN_TURNS)
            times[name].append(run())
    return times


def row(name, times, peak_mib=None, notes=()):
    """Describe the times of each contender by round, `ours` first, as a row."""
    ours = times["ours"]
    described = {
        "row": name, "seconds": statistics.median(ours), "low": min(ours), "high": max(ours),
        "rounds": len(ours), "peers": {},
    }  # fmt: skip
    for peer, theirs in times.items():
        if peer == "ours":
            continue
        ratios = [mine / other for mine, other in zip(ours, theirs, strict=True)]
        described["peers"][peer] = {
            "seconds": statistics.median(theirs), "ratio": statistics.median(ratios),
            "low": min(ratios), "high": max(ratios),
        }  # fmt: skip
    if peak_mib is not None:
        described["peak_mib"] = peak_mib
    if notes:
        described["notes"] = list(notes)
    return described


def ratio_text(ratio, like=None):
    """Write a ratio as 0.70, or as 1/12.3 if it, or the one that it stands beside, is small."""
    return f"1/{1 / ratio:.1f}" if (like or ratio) < 0.195 else f"{ratio:.2f}"


def spread_text(values):
    """Write the least and the greatest ratio like their median."""
    return "–".join(ratio_text(values[name], values["ratio"]) for name in ("low", "high"))


def seconds_text(seconds):
    for limit, factor, unit, digits in [(1e-3, 1e6, "µs", 0), (0.1, 1e3, "ms", 2), (1.0, 1e3, "ms", 0)]:
        if seconds < limit:
            return f"{seconds * factor:.{digits}f} {unit}"
    return f"{seconds:.2f} s"


def tell(described, as_json):
    """Print a row, for `bench/all.py` or for a person."""
    if as_json:
        print(json.dumps(described), flush=True)
        return
    memory = f", {described['peak_mib']:.0f} MiB" if "peak_mib" in described else ""
    print(f"{described['row']}: {seconds_text(described['seconds'])}{memory}, {described['rounds']} rounds")
    for peer, values in described["peers"].items():
        print(f"  {ratio_text(values['ratio']):>7} ({spread_text(values)}) of the time of {peer}, "
              f"{seconds_text(values['seconds'])}")
    for note in described.get("notes", []):
        print(f"  {note}")
    sys.stdout.flush()


def options(parser):
    """Add the options that every script has."""
    parser.add_argument("--json", action="store_true", help="print each row as a line of JSON")
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--only", default="", help="only the rows whose names contain this")
    return parser

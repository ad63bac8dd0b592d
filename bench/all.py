"""Run every comparison of bench/rows.py and write the table bench/results.md.

    just bench                               all rows, under 20 minutes
    just bench-quick                         fewer rounds, 5 minutes, prints the table only
    python bench/all.py --only serve,epoch   rows whose names contain one of these

Needs `cargo build --release --workspace --bins --examples`, the virtual environment of `just venv`,
and `wrk`. In every row, both sides take turns in one run. The script refuses to start where the load
average over one minute is above 0.5; `--force` starts all the same, and the table says so. While a
script runs, the time that other programs take from the processors is measured, and a row during
which they took more than a tenth of one processor is marked.

The file is written anew after each row, so an interrupted run counts as far as it came. A script that
fails is noted, and the others still run. At the end of a full run, the README quotes the table.
"""

import argparse
import datetime
import importlib.metadata
import json
import os
import pathlib
import platform
import resource
import subprocess
import sys
import tempfile
import threading
import time

import quote
from contest import ROOT, ratio_text, seconds_text, spread_text
from rows import ROWS, reaches

RESULTS = ROOT / "bench" / "results.md"
MOST_LOAD = 0.5
MOST_TAKEN = 0.1
MOST_SECONDS = 600
# Flags of processors that decide which kernels run.
VECTORS = {"avx2": "AVX2", "avx512f": "AVX-512", "avx_vnni": "AVX-VNNI", "avx512_vnni": "AVX-512 VNNI"}
PACKAGES = ["torch", "transformers", "onnxruntime", "keras", "tensorflow-cpu", "librosa", "numpy", "gradio"]


def command_output(*command):
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    return done.stdout.strip()


def machine():
    """Return what the numbers depend on, as lines of Markdown."""
    processors = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.split(":")[1].strip() for line in processors if line.startswith("model name")]
    flags = next((line.split() for line in processors if line.startswith("flags")), [])
    vectors = ", ".join(name for flag, name in VECTORS.items() if flag in flags)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = []
    for package in PACKAGES:
        try:
            versions.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            versions.append(f"no {package}")
    changed = "" if not command_output("git", "status", "--porcelain", "crates", "Cargo.lock") else ", changed"
    return [
        f"- Machine: {names[0] if names else platform.machine()}, {os.cpu_count()} processors"
        f"{f' with {vectors}' if vectors else ''}, {memory:.0f} GiB, Linux {platform.release()}",
        f"- Commit: {command_output('git', 'rev-parse', '--short', 'HEAD')}{changed}; "
        f"{command_output('rustc', '--version')}",
        f"- Python {platform.python_version()}: {', '.join(versions)}",
    ]


def processor_seconds():
    """Return the time that all processors were busy, and the part of it that our programs took."""
    values = pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    user, nice, system, _, _, interrupts, soft, stolen = map(int, values[:8])
    busy = (user + nice + system + interrupts + soft + stolen) / os.sysconf("SC_CLK_TCK")
    own = 0.0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        usage = resource.getrusage(who)
        own += usage.ru_utime + usage.ru_stime
    return busy, own


def limits_text(limits):
    words = {
        "ratio": ratio_text,
        "seconds": lambda value: f"{value * 1e3:.0f} ms" if value < 1 else f"{value:.1f} s",
        "mib": lambda value: f"{value:.0f} MiB",
        "speed": lambda value: f"{value:.0f} ×",
    }
    return ", ".join(words[name](value) for name, value in limits.items())


def verdict(name, found):
    least = reaches(found, ROWS[name].least)
    if least and reaches(found, ROWS[name].aim):
        return "aim"
    return {True: "yes", False: "**no**", None: ""}[least]


def table(rows, chosen):
    head = ["work", "ours", "memory", "peer", "its time", "ours / peer", "least", "aim", "reached"]
    lines = ["| " + " | ".join(head) + " |", "| --- | --: | --: | --- | --: | --: | --: | --: | --- |"]
    for name, wanted in chosen.items():
        goals = [limits_text(wanted.least), limits_text(wanted.aim)]
        if name not in rows:
            lines.append("| " + " | ".join([wanted.work, "–", "", "", "", "", *goals, ""]) + " |")
            continue
        found = rows[name]
        memory = f"{found['peak_mib']:.0f} MiB" if "peak_mib" in found else ""
        mark = " (!)" if found.get("taken", 0) > MOST_TAKEN else ""
        first = [wanted.work + mark, seconds_text(found["seconds"]), memory]
        last = [*goals, verdict(name, found)]
        peers = [
            [peer, seconds_text(values["seconds"]), f"{ratio_text(values['ratio'])} ({spread_text(values)})"]
            for peer, values in found["peers"].items()
        ] or [["", "", ""]]
        for number, peer in enumerate(peers):
            cells = [*first, *peer, *last] if number == 0 else ["", "", "", *peer, "", "", ""]
            lines.append("| " + " | ".join(cells) + " |")
    return lines


def page(rows, chosen, told, facts, failures):
    notes = [
        f"- {ROWS[name].work}: {'; '.join(found['notes'])}." for name, found in rows.items() if found.get("notes")
    ]
    busy = [f"{ROWS[name].work} ({found['taken']:.2f})" for name, found in rows.items()
            if found.get("taken", 0) > MOST_TAKEN]
    return "\n".join([
        "# Results of `just bench`", "",
        "Written by [`bench/all.py`](all.py); do not edit. Times are medians. A ratio is our time over the",
        "peer's in the same round: its median, and in parentheses the least and the greatest. Below 1, we are",
        "faster. Where a rate was measured, the time is its inverse. The goals of a row hold for its first peer.",
        "", *told, *facts, "",
        *table(rows, chosen), "",
        *([f"(!) Other programs took more than {MOST_TAKEN} of a processor: {', '.join(busy)}.", ""] if busy else []),
        *[f"**{failure}**\n" for failure in failures],
        "## Notes", "", *notes, "",
    ])  # fmt: skip


def write(path, text):
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
        file.write(text)
    os.chmod(file.name, 0o644)
    os.replace(file.name, path)


def run(script, arguments, wanted, receive):
    """Run a script, and hand each of its rows on as it comes. Return what went wrong, if anything."""
    command = [sys.executable, ROOT / "bench" / script, "--json", *(["--quick"] if arguments.quick else [])]
    if len(wanted) == 1:
        command += ["--only", wanted[0]]
    began, (busy, own) = time.perf_counter(), processor_seconds()
    process = subprocess.Popen(
        [str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    )
    errors = []
    reader = threading.Thread(target=lambda: errors.extend(process.stderr), daemon=True)
    reader.start()
    clock = threading.Timer(MOST_SECONDS, process.kill)
    clock.start()
    found = []
    for line in process.stdout:
        if line.startswith("{"):
            found.append(json.loads(line))
            receive(found[-1])
    status = process.wait()
    clock.cancel()
    # The time of processes that others started, and of servers that were not waited for, counts as taken.
    busy_after, own_after = processor_seconds()
    seconds = time.perf_counter() - began
    taken = max(0.0, (busy_after - busy) - (own_after - own)) / seconds
    for row in found:
        row["taken"] = taken
        receive(row)
    print(f"{script}: {seconds:.0f} s, others took {taken:.2f} of a processor", file=sys.stderr, flush=True)
    missing = [name for name in wanted if name not in {row["row"] for row in found}]
    if status != 0:
        last = "".join(errors).strip().splitlines()[-1:]
        return f"{script} ended with {status}: {''.join(last)}"
    return f"{script} did not measure {', '.join(missing)}" if missing else None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer rounds, for a first look")
    parser.add_argument("--force", action="store_true", help="start although the machine is busy")
    parser.add_argument("--wait", type=float, default=0, metavar="SECONDS", help="wait until the machine is idle")
    parser.add_argument("--only", default="", help="parts of the names of rows, with commas between")
    parser.add_argument("--out", type=pathlib.Path, help="[default: bench/results.md for a full run, else none]")
    arguments = parser.parse_args()
    parts = arguments.only.split(",")
    chosen = {name: row for name, row in ROWS.items() if any(part in name for part in parts)}
    if not chosen:
        parser.error(f"no row's name contains `{arguments.only}`; there are: {', '.join(ROWS)}")
    full = not arguments.quick and len(chosen) == len(ROWS)
    out = arguments.out or (RESULTS if full else None)

    end = time.perf_counter() + arguments.wait
    while (load := os.getloadavg()[0]) > MOST_LOAD and time.perf_counter() < end:
        time.sleep(5)
    if load > MOST_LOAD:
        if not arguments.force:
            sys.exit(f"The load average is {load:.2f}, above {MOST_LOAD}: other programs would disturb the "
                     "measurements. Wait until the machine is idle, or give --force.")
        print(f"warning: the load average is {load:.2f}, above {MOST_LOAD}", file=sys.stderr)
    busy = f", above {MOST_LOAD}: **the machine was busy**" if load > MOST_LOAD else ""
    told = [
        f"- {datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M} UTC, "
        f"`python bench/all.py{''.join(' ' + it for it in sys.argv[1:])}`, load average at the start {load:.2f}{busy}"
    ]
    facts, rows, failures = machine(), {}, []

    def receive(row):
        if row["row"] in chosen:
            rows[row["row"]] = row
            if out:
                write(out, page(rows, chosen, told, facts, failures))

    scripts = {}
    for name, row in chosen.items():
        scripts.setdefault(row.script, []).append(name)
    for script, wanted in scripts.items():
        if failure := run(script, arguments, wanted, receive):
            print(failure, file=sys.stderr, flush=True)
            failures.append(failure)
    ordered = {name: rows[name] for name in ROWS if name in rows}
    text = page(ordered, chosen, told, facts, failures)
    if out:
        write(out, text)
        if out == RESULTS:
            quote.main()
    print(text)
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()

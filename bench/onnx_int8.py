#!/usr/bin/env python3
"""Measure `undertone export --to onnx --quantize int8`: size, speed and accuracy.

    bench/onnx_int8.py MODEL CORPUS [--clips N]

MODEL is a model's folder, CORPUS a corpus that `undertone evaluate` reads. The script compares three
files of the model in ONNX Runtime on one thread: float32, int8 (ours: 8-bit weights that are scaled
back to floats), and dynamic (float32 after `onnxruntime.quantization.quantize_dynamic`, with
`MatMulInteger` and scales for each channel). It prints for each one its size, the time for a clip, UAR
on every N-th clip of the corpus, how many labels are those of float32, and the largest and the median
difference of a probability. Needs `numpy`, `onnx`, `onnxruntime` and `soundfile`.
"""

import argparse
import csv
import importlib.util
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import soundfile
from onnxruntime.quantization import quantize_dynamic

ROOT = Path(__file__).resolve().parent.parent


def resampler(folder):
    """Return the exported program as a module."""
    spec = importlib.util.spec_from_file_location("exported", folder / "predict.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def recordings(program, paths):
    rate = program.FRONT_END["sample_rate"]
    for path in paths:
        channels, found = soundfile.read(path, dtype="float32", always_2d=True)
        samples = channels.mean(axis=1)
        if found != rate:
            samples = program.resampled(samples, found, rate, **program.FILTER)
        yield samples.astype(np.float32)


def front_end(file):
    """Return the names of the operators that compute the features, and of the last layer."""
    kept = ("front_end.", "readout.head.")
    nodes = onnx.load(file).graph.node
    return [node.name for node in nodes if any(name.startswith(kept) for name in node.input)]


def run(file, clips):
    """Return the probabilities of each clip, and the median time of one in milliseconds."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    rows, times = [], []
    for clip in clips:
        start = time.perf_counter()
        rows.append(session.run(["probabilities"], {"samples": clip})[0])
        times.append(time.perf_counter() - start)
    return np.array(rows), 1e3 * np.median(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("corpus")
    parser.add_argument("--clips", type=int, default=400)
    parser.add_argument("--binary", default=str(ROOT / "target/release/undertone"))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        temporary = Path(temporary)
        table = temporary / "clips.csv"

        def undertone(*words):
            command = [arguments.binary, *map(str, words)]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

        undertone("evaluate", arguments.model, "--corpus", arguments.corpus, "--out", table)
        for name, options in [("float32", []), ("int8", ["--quantize", "int8"])]:
            undertone("export", arguments.model, "--to", "onnx", "--out", temporary / name, *options)
        files = {name: temporary / name / "model.onnx" for name in ("float32", "int8")}
        files["dynamic"] = temporary / "dynamic.onnx"
        quantize_dynamic(
            str(files["float32"]),
            str(files["dynamic"]),
            per_channel=True,
            op_types_to_quantize=["MatMul"],
            nodes_to_exclude=front_end(files["float32"]),
        )

        with table.open() as file:
            every = list(csv.DictReader(file))
        chosen = every[:: max(1, len(every) // arguments.clips)]
        program = resampler(temporary / "float32")
        truth = np.array([program.LABELS.index(row["true"]) for row in chosen])
        clips = list(recordings(program, [Path(arguments.corpus, row["clip"]) for row in chosen]))
        print(f"{arguments.model.name}, {arguments.corpus}: {len(clips)} clips")
        reference = None
        for name, file in files.items():
            rows, milliseconds = run(file, clips)
            reference = rows if reference is None else reference
            labels = rows.argmax(1)
            recalls = [np.mean(labels[truth == label] == label) for label in np.unique(truth)]
            differences = abs(rows - reference).max(1)
            print(
                f"{name:8} {file.stat().st_size / 1e6:6.2f} MB {milliseconds:6.2f} ms "
                f"UAR {100 * np.mean(recalls):5.2f} % "
                f"same label {100 * np.mean(labels == reference.argmax(1)):6.2f} % "
                f"difference {differences.max():.4f} at most, {np.median(differences):.4f} median"
            )


if __name__ == "__main__":
    main()

"""Compare the time of training with PyTorch and Keras: an epoch of recipe 3, a step of recipe 2.

    cargo build --release
    python bench/training.py [--corpus ../shared/ravdess] [--turns N] [--json] [--quick]

Needs a virtual environment with torch, keras and tensorflow-cpu. The programs take turns, each in
its own process. Each turn trains a few epochs, of which the first one is ignored. Undertone trains on
the real corpus, with augmentation, averaged weights, validation and checkpoints: its epoch is all of
that. PyTorch and Keras get random features of the same shape and number, and only their training
steps are timed. A step of recipe 2 is an epoch over its number of batches.
"""

import argparse
import json
import math
import os
import pathlib
import statistics
import sys
import tempfile
import time

from contest import PROGRAM, ROOT, Process, options, row, tell

NAMES = {"pytorch": "PyTorch", "keras": "Keras"}
# Row, recipe, clips of an epoch, frames, clips of a batch, threads, peers.
CASES = [
    ("epoch", "3-optimized", 864, 125, 16, 2, ["pytorch", "keras"]),
    ("epoch-1-thread", "3-optimized", 864, 125, 16, 1, ["pytorch", "keras"]),
    ("step-2", "2-enhanced", 864, 63, 32, 2, ["pytorch"]),
]


def peer(name, recipe, clips, frames, size, threads, epochs):
    """Train in this process, and print the seconds of each epoch."""
    import numpy

    import networks

    generator = numpy.random.default_rng(0)
    features = generator.standard_normal((clips, networks.BANDS, frames), "float32")
    labels = generator.integers(0, networks.OUTPUTS, clips)
    seconds = []
    if name == "pytorch":
        import torch

        torch.set_num_threads(threads)
        network = networks.pytorch(recipe).train()
        is_third = recipe == "3-optimized"
        weights = [value for key, value in network.lstm.named_parameters() if is_third and "weight" in key]
        optimizer = torch.optim.Adam(network.parameters(), 1e-3)
        criterion = torch.nn.CrossEntropyLoss(label_smoothing=0.1)
        source, target = torch.from_numpy(features), torch.from_numpy(labels)
        for _ in range(epochs):
            started = time.perf_counter()
            for batch in torch.randperm(clips).split(size):
                penalty = 1e-4 * sum((weight**2).sum() for weight in weights)
                loss = criterion(network(source[batch]), target[batch]) + penalty
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            seconds.append(time.perf_counter() - started)
    else:
        os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
        import keras
        import tensorflow

        tensorflow.config.threading.set_intra_op_parallelism_threads(threads)
        network = networks.keras()
        network.compile(
            keras.optimizers.Adam(1e-3), keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        )
        source = numpy.ascontiguousarray(features.transpose(0, 2, 1))

        class Clock(keras.callbacks.Callback):
            def on_epoch_begin(self, epoch, logs=None):
                self.started = time.perf_counter()

            def on_epoch_end(self, epoch, logs=None):
                seconds.append(time.perf_counter() - self.started)

        network.fit(source, labels, size, epochs, verbose=0, callbacks=[Clock()])
    print(json.dumps(seconds))


class Peer:
    def __init__(self, name, case, epochs):
        facts = json.dumps([name, *case, epochs])
        self.process = Process([sys.executable, __file__, "--peer", facts], case[-1])

    def __call__(self):
        self.process()
        return json.loads(self.process.output.splitlines()[-1])[1:]


class Ours:
    def __init__(self, corpus, recipe, clips, threads, epochs):
        self.corpus, self.recipe, self.clips = corpus, recipe, clips
        self.threads, self.epochs = threads, epochs
        self.peak_mib = 0.0

    def __call__(self):
        with tempfile.TemporaryDirectory() as folder:
            process = Process(
                [PROGRAM, "train", self.recipe, "--corpus", self.corpus, "--out", pathlib.Path(folder, "run"),
                 "--json", "--set", f"training.epochs={self.epochs}"],
                self.threads,
            )  # fmt: skip
            process()
        self.peak_mib = max(self.peak_mib, process.peak_mib)
        events = [json.loads(line) for line in process.output.splitlines()]
        fold = next(event for event in events if event.get("event") == "fold")
        epochs = [event["seconds"] for event in events if event.get("event") == "epoch"]
        return [seconds * self.clips / fold["train"] for seconds in epochs[1:]]


def main():
    parser = options(argparse.ArgumentParser(description=__doc__.splitlines()[0]))
    parser.add_argument("--corpus", default=os.environ.get("UNDERTONE_RAVDESS", ROOT / "../shared/ravdess"))
    parser.add_argument("--turns", type=int)
    parser.add_argument("--peer", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.peer:
        return peer(*json.loads(arguments.peer))

    turns, epochs = arguments.turns or (1 if arguments.quick else 2), 2 if arguments.quick else 4
    for name, recipe, clips, frames, size, threads, peers in CASES:
        if arguments.only not in name:
            continue
        ours = Ours(arguments.corpus, recipe, clips, threads, epochs)
        contenders = {"ours": ours}
        for other in peers:
            if other == "keras" and arguments.quick:
                continue
            contenders[NAMES[other]] = Peer(other, (recipe, clips, frames, size, threads), epochs)
        times = {contender: [] for contender in contenders}
        for _ in range(turns):
            for contender, run in contenders.items():
                times[contender] += run()
        notes = [f"{clips} clips in batches of {size}"]
        notes += [
            f"{contender}: {run.process.peak_mib:.0f} MiB"
            for contender, run in contenders.items() if isinstance(run, Peer)
        ]  # fmt: skip
        if name.startswith("step"):
            steps = math.ceil(clips / size)
            times = {contender: [it / steps for it in values] for contender, values in times.items()}
            middle = statistics.median(times["ours"])
            notes.append(f"{steps} steps in each epoch, {steps * middle:.2f} s with validation")
        tell(row(name, times, ours.peak_mib, notes), arguments.json)


if __name__ == "__main__":
    main()

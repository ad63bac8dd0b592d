"""Compare the time and peak memory of one epoch of recipe 3-optimized with PyTorch and Keras.

    cargo build --release
    python bench/training.py [--corpus ../shared/ravdess]

Needs a virtual environment with torch, keras and tensorflow-cpu. The programs take turns, each in
its own process with two threads. Each turn trains EPOCHS epochs. The script ignores the first epoch
and takes the median of the others. Undertone trains on the real corpus, with augmentation, averaged
weights, validation and checkpoints. PyTorch and Keras get random features of the same shape and
number, and only their training steps are timed.
"""
import argparse
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
CLIPS, BATCH, EPOCHS = 864, 16, 4
THREADS = "2"


def peer(name):
    """Train in this process. Print the seconds of each epoch and the peak memory."""
    import numpy

    import networks

    generator = numpy.random.default_rng(0)
    features = generator.standard_normal((CLIPS, networks.BANDS, networks.FRAMES), "float32")
    labels = generator.integers(0, networks.OUTPUTS, CLIPS)
    seconds = []
    if name == "pytorch":
        import torch

        torch.set_num_threads(int(THREADS))
        network = networks.pytorch().train()
        weights = [value for key, value in network.lstm.named_parameters() if "weight" in key]
        optimizer = torch.optim.Adam(network.parameters(), 1e-3)
        criterion = torch.nn.CrossEntropyLoss(label_smoothing=0.1)
        source, target = torch.from_numpy(features), torch.from_numpy(labels)
        for _ in range(EPOCHS):
            started = time.perf_counter()
            for batch in torch.randperm(CLIPS).split(BATCH):
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

        tensorflow.config.threading.set_intra_op_parallelism_threads(int(THREADS))
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

        network.fit(source, labels, BATCH, EPOCHS, verbose=0, callbacks=[Clock()])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak_mib": peak}))


def run_peer(name):
    command = [sys.executable, __file__, "--peer", name]
    output = subprocess.run(command, check=True, capture_output=True, text=True, env=environment())
    result = json.loads(output.stdout.splitlines()[-1])
    return result["seconds"][1:], result["peak_mib"]


def run_undertone(binary, corpus, folder):
    command = [
        binary, "train", "3-optimized", "--corpus", corpus, "--out", folder, "--json",
        "--set", f"training.epochs={EPOCHS}",
    ]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment()
    )
    lines = [json.loads(line) for line in process.stdout]
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"undertone failed: {' '.join(map(str, command))}")
    epochs = [line for line in lines if line.get("event") == "epoch"]
    fold = next(line for line in lines if line.get("event") == "fold")
    per_clip = CLIPS / fold["train"]
    return [epoch["seconds"] * per_clip for epoch in epochs[1:]], usage.ru_maxrss / 1024


def environment():
    threads = ["OMP_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"]
    return os.environ | {name: THREADS for name in threads}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", default=os.environ.get("UNDERTONE_RAVDESS", ROOT / "../shared/ravdess"))
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    parser.add_argument("--binary", default=target / "release" / "undertone")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--peer", choices=["pytorch", "keras"], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.peer:
        return peer(arguments.peer)

    seconds = {"undertone": [], "pytorch": [], "keras": []}
    peak = dict.fromkeys(seconds, 0.0)
    for _ in range(arguments.turns):
        for name in seconds:
            if name == "undertone":
                with tempfile.TemporaryDirectory() as folder:
                    run = os.path.join(folder, "run")
                    epochs, memory = run_undertone(arguments.binary, arguments.corpus, run)
            else:
                epochs, memory = run_peer(name)
            seconds[name] += epochs
            peak[name] = max(peak[name], memory)
    ours = statistics.median(seconds["undertone"])
    print(f"one epoch of {CLIPS} clips in batches of {BATCH}, {THREADS} threads, median of "
          f"{len(seconds['undertone'])} epochs")
    print(f"{'':10} {'seconds':>8} {'Undertone = 1':>14} {'peak MiB':>9}")
    for name, values in seconds.items():
        middle = statistics.median(values)
        print(f"{name:10} {middle:8.2f} {middle / ours:14.2f} {peak[name]:9.0f}")


if __name__ == "__main__":
    main()

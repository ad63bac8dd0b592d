"""Compare one prediction from a cold start by Undertone with one by librosa and PyTorch.

    cargo build --release
    python bench/predict.py [FILE]

Needs a virtual environment with librosa and torch. Both programs read one recording, compute the
features of recipe 3-optimized, run its network and print the probabilities. They take turns. The
script prints the median wall-clock time and the peak memory of the whole process. The PyTorch
network has random weights, which does not change the speed.
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
# The network that the peer has too.
MODEL = ROOT / "models" / "3-optimized-sentiment3"


def peer(path):
    import librosa
    import numpy
    import torch

    import networks

    samples, rate = librosa.load(path, sr=16000)
    samples, _ = librosa.effects.trim(samples, top_db=30, frame_length=640, hop_length=160)
    samples = librosa.util.fix_length(samples, size=32000)
    mel = librosa.feature.melspectrogram(y=samples, sr=rate, n_fft=1024, hop_length=256)
    decibel = librosa.power_to_db(mel)
    features = numpy.concatenate([decibel, librosa.feature.mfcc(S=decibel, n_mfcc=40)])
    features = (features - features.mean(1, keepdims=True)) / (features.std(1, keepdims=True) + 1e-5)
    # A typical program builds the network, loads the weights and switches to evaluation mode.
    network = networks.pytorch()
    network.load_state_dict(network.state_dict())
    with torch.no_grad():
        scores = network.eval()(torch.from_numpy(features[None].astype("float32")))
    print(torch.softmax(scores, 1).tolist())


def measure(command):
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"failed: {' '.join(map(str, command))}")
    return time.perf_counter() - started, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", nargs="?", default=ROOT / "samples" / "neutral.flac")
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    parser.add_argument("--binary", default=target / "release" / "undertone")
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--peer", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.peer:
        return peer(arguments.file)

    ours, theirs, memory, peer_memory = [], [], [], []
    for _ in range(arguments.turns):
        for _ in range(5):
            seconds, peak = measure([arguments.binary, "predict", "--model", MODEL, arguments.file])
            ours.append(seconds)
            memory.append(peak)
        seconds, peak = measure([sys.executable, __file__, "--peer", arguments.file])
        theirs.append(seconds)
        peer_memory.append(peak)
    mine, other = statistics.median(ours), statistics.median(theirs)
    print(f"{'':20} {'median ms':>10} {'best ms':>8} {'ratio':>6} {'peak MiB':>9}")
    print(f"{'undertone predict':20} {mine * 1e3:10.1f} {min(ours) * 1e3:8.1f} {1:6} {max(memory):9.0f}")
    print(f"{'librosa + PyTorch':20} {other * 1e3:10.1f} {min(theirs) * 1e3:8.1f} {other / mine:6.0f} "
          f"{max(peer_memory):9.0f}")


if __name__ == "__main__":
    main()

"""Compare one prediction from a cold start by Undertone with one by Python.

    cargo build --release
    python bench/predict.py [--file FILE] [--turns N] [--json] [--quick]

Needs a virtual environment with librosa, torch and transformers. Each program reads one recording,
computes the features of its model, runs the network and prints the probabilities. They take turns:
five runs of ours, one of the peer. The script prints the wall-clock time and the peak memory of the
whole process. `cold-start` is the built-in model, which the peer loads with transformers from
models/undertone-all. `cold-start-cnn` is the CNN+LSTM in PyTorch, with random weights, which do not
change the speed.
"""

import argparse
import pathlib
import statistics
import sys

from contest import CNN, PROGRAM, ROOT, Process, options, row, tell

PEERS = {
    "cold-start": ("librosa + transformers", ROOT / "bench" / "whisper_peer.py", []),
    "cold-start-cnn": ("librosa + PyTorch", __file__, ["--peer"]),
}
OURS_A_ROUND = 5


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


def main():
    parser = options(argparse.ArgumentParser(description=__doc__.splitlines()[0]))
    parser.add_argument("--file", type=pathlib.Path, default=ROOT / "samples" / "neutral.flac")
    parser.add_argument("--turns", type=int)
    parser.add_argument("--peer", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.peer:
        return peer(arguments.file)
    turns = arguments.turns or (3 if arguments.quick else 7)
    for name, (other, script, flags) in PEERS.items():
        if arguments.only not in name:
            continue
        model = ["--model", CNN] if name == "cold-start-cnn" else []
        ours = Process([PROGRAM, "predict", *model, arguments.file])
        file = ["--file", arguments.file] if flags else [arguments.file]
        theirs = Process([sys.executable, script, *flags, *file])
        ours(), theirs()  # read the files into the page cache
        times = {"ours": [], other: []}
        best = float("inf")
        for _ in range(turns):
            mine = [ours() for _ in range(OURS_A_ROUND)]
            best = min(best, *mine)
            times["ours"].append(statistics.median(mine))
            times[other].append(theirs())
        notes = [
            f"the fastest of {turns * OURS_A_ROUND} runs took {best * 1e3:.1f} ms",
            f"peak memory of {other}: {theirs.peak_mib:.0f} MiB",
        ]
        tell(row(name, times, ours.peak_mib, notes), arguments.json)


if __name__ == "__main__":
    main()

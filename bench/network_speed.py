"""Compare one pass of the CNN+LSTM of recipe 3 with PyTorch and ONNX Runtime.

    cargo build --release --workspace --example network_speed
    python bench/network_speed.py [--rounds N] [--json] [--quick]

Needs torch and onnxruntime. All programs use 2 threads and take turns. Ours is the shipped CNN+LSTM;
the peers have random weights, which do not change the speed, and ONNX Runtime runs what torch
exports.
"""

import argparse
import pathlib
import tempfile

from contest import CNN, TARGET, Answers, options, row, take_turns, tell, timed

import networks
import torch
from onnx_peer import onnx_runtime

THREADS = 2
PROGRAM = TARGET / "release/examples/network_speed"


def pytorch(model, inputs):
    def work():
        with torch.inference_mode():
            model(inputs)

    return timed(work)


def main():
    parser = options(argparse.ArgumentParser(description=__doc__.splitlines()[0]))
    parser.add_argument("--rounds", type=int)
    arguments = parser.parse_args()
    torch.set_num_threads(THREADS)
    rounds = arguments.rounds or (15 if arguments.quick else 50)
    model = networks.pytorch().eval()
    for clips in [1, 32]:
        name = f"network-{clips}"
        if arguments.only not in name:
            continue
        inputs = torch.randn(clips, networks.BANDS, networks.FRAMES)
        with tempfile.TemporaryDirectory() as folder:
            ours = Answers([PROGRAM, CNN, clips, networks.FRAMES], THREADS)
            contenders = {
                "ours": ours,
                "PyTorch": pytorch(model, inputs),
                "ONNX Runtime": onnx_runtime(pathlib.Path(folder, "network.onnx"), model, inputs, THREADS),
            }
            tell(row(name, take_turns(contenders, rounds, warm=3), ours.peak()), arguments.json)
            ours.close()


if __name__ == "__main__":
    main()

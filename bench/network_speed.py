"""Compare one pass of the CNN+LSTM of recipe 3, and a training step with Conv2d, with PyTorch.

    cargo build --release --workspace --example network_speed --example conv2d_step
    python bench/network_speed.py [--rounds N] [--json] [--quick]

Needs torch and onnxruntime. All programs use 2 threads and take turns. Ours is the shipped CNN+LSTM;
the peers have random weights, which do not change the speed, and ONNX Runtime runs what torch
exports. The step is one of Adam for Conv2d(32), Conv2d(64), 2 × LSTM(128) on 32 inputs of 128 × 63.
"""

import argparse
import pathlib
import tempfile

from contest import CNN, TARGET, Answers, options, row, take_turns, tell, timed

import networks
import torch
from onnx_peer import onnx_runtime

THREADS = 2
EXAMPLES = TARGET / "release" / "examples"
STEP = (32, 128, 63)


def pytorch(model, inputs):
    def work():
        with torch.inference_mode():
            model(inputs)

    return timed(work)


def pytorch_step(clips, bands, frames):
    network = networks.conv2d(bands).train()
    optimizer = torch.optim.Adam(network.parameters(), 1e-3)
    criterion = torch.nn.CrossEntropyLoss()
    features = torch.randn(clips, 1, bands, frames)
    labels = torch.arange(clips) % networks.OUTPUTS

    def step():
        loss = criterion(network(features), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return timed(step)


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
            ours = Answers([EXAMPLES / "network_speed", CNN, clips, networks.FRAMES], THREADS)
            contenders = {
                "ours": ours,
                "PyTorch": pytorch(model, inputs),
                "ONNX Runtime": onnx_runtime(pathlib.Path(folder, "network.onnx"), model, inputs, THREADS),
            }
            tell(row(name, take_turns(contenders, rounds, warm=3), ours.peak()), arguments.json)
            ours.close()
    if arguments.only in "step-conv2d":
        ours = Answers([EXAMPLES / "conv2d_step", *STEP], THREADS)
        contenders = {"ours": ours, "PyTorch": pytorch_step(*STEP)}
        rounds = arguments.rounds or (5 if arguments.quick else 15)
        tell(row("step-conv2d", take_turns(contenders, rounds, warm=2), ours.peak()), arguments.json)
        ours.close()


if __name__ == "__main__":
    main()

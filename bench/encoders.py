"""Compare the speed of pretrained encoders with PyTorch on this machine.

    bench/encoders.py [ROUNDS [NAME]]

Needs torch and transformers, and `cargo build --release --workspace --example encoder_speed`. The
encoders have their full size and random weights. Both programs use 2 threads and take turns. A
ratio below 1 means that Undertone is faster. `before the layers` is Undertone's time without the
transformer layers, as a share of its total time. NAME selects the cases whose names contain it.
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import torch
import transformers

THREADS = 2
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", "target"))
PROGRAM = TARGET / "release/examples/encoder_speed"
WAV2VEC2 = dict(model_type="wav2vec2", mask_time_prob=0.0, layerdrop=0.0)
WHISPER = dict(
    model_type="whisper", d_model=384, encoder_layers=4, encoder_attention_heads=6,
    encoder_ffn_dim=1536, num_mel_bins=80, max_source_positions=1500,
)  # fmt: skip
CASES = [
    ("wav2vec2-base, 2 s", WAV2VEC2, 12, 1, 32_000, "forward"),
    ("wav2vec2-base, 8 x 2 s", WAV2VEC2, 12, 8, 32_000, "forward"),
    ("whisper-tiny to layer 3, 1.7 s", WHISPER, 3, 1, 170, "forward"),
    ("whisper-tiny to layer 3, 8 x 1.7 s", WHISPER, 3, 8, 170, "forward"),
    ("wav2vec2-base, 8 x 2 s, last 2 trained", WAV2VEC2, 12, 8, 32_000, "train"),
]


class Ours:
    def __init__(self, folder, config, layers, clips, frames, mode):
        path = pathlib.Path(folder) / "config.json"
        path.write_text(json.dumps(configuration(config).to_dict()))
        command = [PROGRAM, path, layers, clips, frames, mode]
        self.process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"RAYON_NUM_THREADS": str(THREADS)},
        )

    def __call__(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def peak(self):
        """Return the peak memory in MiB."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        [line] = [line for line in status.splitlines() if line.startswith("VmHWM")]
        return int(line.split()[1]) / 1024


def configuration(config):
    values = {key: value for key, value in config.items() if key != "model_type"}
    return transformers.CONFIG_MAPPING[config["model_type"]](**values)


def pytorch(config, layers, clips, frames, mode):
    values = configuration(config)
    if config["model_type"] == "whisper":
        # transformers requires 30 s. With fewer positions it accepts the clip alone, as we do.
        values.encoder_layers = layers
        values.max_source_positions = frames // 2
        model = transformers.models.whisper.modeling_whisper.WhisperEncoder(values)
        inputs = torch.randn(clips, values.num_mel_bins, frames)
    else:
        model = transformers.Wav2Vec2Model(values)
        inputs = torch.randn(clips, frames)
    if mode == "forward":
        model.eval()

        def work():
            with torch.inference_mode():
                model(inputs, output_hidden_states=True)
    else:
        model.train()
        model.requires_grad_(False)
        for layer in model.encoder.layers[-2:]:
            layer.requires_grad_(True)
        trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
        optimizer = torch.optim.AdamW(trained, lr=1e-5)

        def work():
            optimizer.zero_grad()
            model(inputs).last_hidden_state.square().mean().backward()
            optimizer.step()

    def timed():
        start = time.perf_counter()
        work()
        return (time.perf_counter() - start) * 1e3

    return timed


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    wanted = sys.argv[2] if len(sys.argv) > 2 else ""
    torch.set_num_threads(THREADS)
    print(f"torch {torch.__version__}, transformers {transformers.__version__}, {THREADS} threads")
    print(f"{'':40} {'ours':>9} {'PyTorch':>9} {'ratio':>6} {'our peak':>10}")
    for name, config, layers, clips, frames, mode in CASES:
        if wanted not in name:
            continue
        with tempfile.TemporaryDirectory() as folder:
            contenders = [
                Ours(folder, config, layers, clips, frames, mode),
                pytorch(config, layers, clips, frames, mode),
            ]
            if mode == "forward":
                contenders.append(Ours(folder, config, 0, clips, frames, mode))
            for contender in contenders * 2:
                contender()
            times = [[contender() for contender in contenders] for _ in range(rounds)]
            medians = [statistics.median(column) for column in zip(*times)]
            ratio = statistics.median(ours / theirs for ours, theirs, *_ in times)
            print(
                f"{name:40} {medians[0]:6.1f} ms {medians[1]:6.1f} ms {ratio:6.2f} "
                f"{contenders[0].peak():6.0f} MiB"
                + (f", before the layers {medians[2] / medians[0]:.0%}" if medians[2:] else ""),
                flush=True,
            )
            for contender in contenders:
                if isinstance(contender, Ours):
                    contender.process.stdin.close()
                    contender.process.wait()


if __name__ == "__main__":
    main()

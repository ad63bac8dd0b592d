"""Compare the speed of pretrained encoders with PyTorch and ONNX Runtime on this machine.

    cargo build --release --workspace --example encoder_speed
    python bench/encoders.py [--rounds 9] [--only encoder-whisper] [--json] [--quick]

Needs torch and transformers, and onnxruntime for the rows of Whisper. The encoders have their full
size and random weights. All programs use 2 threads and take turns. ONNX Runtime runs the encoder
that torch exports. The int8 rows compare our encoder in 8 bit with our own in 32 bit.
"""

import argparse
import json
import pathlib
import statistics
import sys
import tempfile

from contest import TARGET, Answers, options, row, take_turns, tell, timed

import torch
import transformers
from onnx_peer import onnx_runtime

THREADS = 2
PROGRAM = TARGET / "release/examples/encoder_speed"
WAV2VEC2 = dict(model_type="wav2vec2", mask_time_prob=0.0, layerdrop=0.0)
WHISPER = dict(
    model_type="whisper", d_model=384, encoder_layers=4, encoder_attention_heads=6,
    encoder_ffn_dim=1536, num_mel_bins=80, max_source_positions=1500,
)  # fmt: skip
# Row, encoder, layers, clips, frames or samples of a clip, what is computed.
CASES = [
    ("encoder-whisper-1", WHISPER, 3, 1, 170, "forward"),
    ("encoder-whisper-8", WHISPER, 3, 8, 170, "forward"),
    ("encoder-int8-1", WHISPER, 3, 1, 170, "int8"),
    ("encoder-int8-8", WHISPER, 3, 8, 170, "int8"),
    ("encoder-wav2vec2-1", WAV2VEC2, 12, 1, 32_000, "forward"),
    ("encoder-wav2vec2-8", WAV2VEC2, 12, 8, 32_000, "forward"),
    ("fine-tune-whisper", WHISPER, 4, 32, 170, "train 1"),
    ("fine-tune-wav2vec2", WAV2VEC2, 12, 8, 32_000, "train 2"),
]


def configuration(config):
    values = {key: value for key, value in config.items() if key != "model_type"}
    return transformers.CONFIG_MAPPING[config["model_type"]](**values)


def program(folder, config, layers, clips, frames, mode):
    path = pathlib.Path(folder) / "config.json"
    path.write_text(json.dumps(configuration(config).to_dict()))
    return Answers([PROGRAM, path, layers, clips, frames, *mode.split()], THREADS)


def network(config, layers, clips, frames):
    """Return the encoder in transformers, and its input."""
    values = configuration(config)
    if config["model_type"] == "whisper":
        # transformers requires 30 s. With fewer positions it accepts the clip alone, as we do.
        values.encoder_layers = layers
        values.max_source_positions = frames // 2
        model = transformers.models.whisper.modeling_whisper.WhisperEncoder(values)
        return model, torch.randn(clips, values.num_mel_bins, frames)
    return transformers.Wav2Vec2Model(values), torch.randn(clips, frames)


def pytorch(config, layers, clips, frames, mode):
    model, inputs = network(config, layers, clips, frames)
    if mode == "forward":
        model.eval()

        def work():
            with torch.inference_mode():
                model(inputs, output_hidden_states=True)

        return timed(work)
    model.train()
    model.requires_grad_(False)
    stack = model.layers if config["model_type"] == "whisper" else model.encoder.layers
    for layer in stack[-int(mode.split()[1]) :]:
        layer.requires_grad_(True)
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-5)

    def step():
        optimizer.zero_grad()
        model(inputs).last_hidden_state.square().mean().backward()
        optimizer.step()

    return timed(step)


def compare(case, arguments):
    name, config, layers, clips, frames, mode = case
    is_step = mode.startswith("train")
    rounds = arguments.rounds or (5 if arguments.quick else 9 if is_step or clips > 1 else 25)
    with tempfile.TemporaryDirectory() as folder:
        size = (config, layers, clips, frames)
        ours = program(folder, *size, mode)
        contenders, notes, before = {"ours": ours}, [], None
        if mode == "int8":
            contenders["ours in f32"] = program(folder, *size, "forward")
        else:
            contenders["PyTorch"] = pytorch(*size, mode)
        if mode == "forward":
            if config is WHISPER:
                path = pathlib.Path(folder, "encoder.onnx")
                contenders["ONNX Runtime"] = onnx_runtime(path, *network(*size), THREADS)
            before = program(folder, config, 0, clips, frames, mode)
        times = take_turns(contenders, rounds, warm=2)
        if before:
            share = take_turns({"before": before}, rounds, warm=2)["before"]
            share = statistics.median(share) / statistics.median(times["ours"])
            notes.append(f"{share:.0%} of our time is before the layers")
            before.close()
        tell(row(name, times, ours.peak(), notes), arguments.json)
        for contender in contenders.values():
            if isinstance(contender, Answers):
                contender.close()


def main():
    parser = options(argparse.ArgumentParser(description=__doc__.splitlines()[0]))
    parser.add_argument("--rounds", type=int)
    arguments = parser.parse_args()
    torch.set_num_threads(THREADS)
    failed = []
    for case in CASES:
        if arguments.only not in case[0]:
            continue
        try:
            compare(case, arguments)
        except SystemExit as error:
            failed.append(f"{case[0]}: {error}")
    if failed:
        sys.exit("\n".join(failed))


if __name__ == "__main__":
    main()

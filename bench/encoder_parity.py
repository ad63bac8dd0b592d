"""Pretrained encoders against transformers, full size: hidden states and logits.

    UNDERTONE_PYTHON=../venv/bin/python; $UNDERTONE_PYTHON bench/encoder_parity.py [NAME...]

Needs torch, transformers, safetensors, librosa, and `cargo build --release --examples`. Each
architecture gets random weights (norms and biases off 1 and 0), is written to a folder as
transformers writes it, and reads a batch of four clips of 0.4 to 2 s, short of its padding, in both.
Whisper's encoder also reads a real clip with the weights of `whisper-tiny.en`, where they are there
(UNDERTONE_PRETRAINED, else ../shared/pretrained).

Says the largest difference of any hidden state and of the logits, absolute and as a share of the
largest value; exits with 1 if an absolute one is above 1e-4.

transformers' own result for a clip depends on the padding beside it where a group norm or Whisper
reads it; there, each clip is compared with what transformers gives it alone.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
PRETRAINED = Path(os.environ.get("UNDERTONE_PRETRAINED", ROOT / "../shared/pretrained"))
TOLERANCE = 1e-4
SECONDS = [2.0, 1.7, 1.01, 0.4]
LABELS = dict(num_labels=8, use_weighted_layer_sum=True)
LARGE = dict(
    hidden_size=1024,
    num_hidden_layers=24,
    num_attention_heads=16,
    intermediate_size=4096,
    feat_extract_norm="layer",
    do_stable_layer_norm=True,
    conv_bias=True,
)


def random_weights(model):
    import torch

    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.dim() == 1 and name.endswith("weight") and "norm" in name:
                parameter.normal_(1.0, 0.2)
            elif parameter.dim() == 1:
                parameter.normal_(0.0, 0.1)
    return model.eval()


def states_of(output, steps=None):
    return [state[0, :steps] for state in output.hidden_states]


def waveform(model_class, config):
    """A model, its batch, and what transformers makes of every clip: its states and logits."""
    import torch

    torch.manual_seed(0)
    model = random_weights(model_class(config))
    lengths = [int(seconds * 16000) for seconds in SECONDS]
    values = torch.zeros(len(lengths), max(lengths))
    for row, length in zip(values, lengths):
        row[:length] = torch.randn(length)
    masked = config.feat_extract_norm == "layer"
    with torch.inference_mode():
        if not masked:
            lone = [model(row[None, :n], output_hidden_states=True) for row, n in zip(values, lengths)]
            expected = [(states_of(output), output.logits[0]) for output in lone]
        else:
            mask = torch.arange(max(lengths))[None] < torch.tensor(lengths)[:, None]
            output = model(values, attention_mask=mask.long(), output_hidden_states=True)
            steps = [model._get_feat_extract_output_lengths(n) for n in lengths]
            expected = [
                ([state[clip, :own] for state in output.hidden_states], output.logits[clip])
                for clip, own in enumerate(steps)
            ]
    return model, values[:, None], lengths, expected


def cut_positions(encoder, frames, run):
    """Runs with Whisper's positions cut to a clip of so many frames."""
    positions, whole = encoder.embed_positions, encoder.embed_positions.weight.data
    steps = (frames + 1) // 2
    positions.weight.data, positions.num_embeddings = whole[:steps], steps
    encoder.config.max_source_positions = frames / 2
    output = run()
    positions.weight.data, positions.num_embeddings = whole, len(whole)
    encoder.config.max_source_positions = len(whole)
    return output


def whisper(config):
    import torch
    from transformers import WhisperForAudioClassification

    torch.manual_seed(0)
    model = random_weights(WhisperForAudioClassification(config))
    lengths = [int(seconds * 100) for seconds in SECONDS]
    values = torch.randn(len(lengths), config.num_mel_bins, max(lengths))
    expected = []
    with torch.inference_mode():
        for clip, frames in zip(values, lengths):
            run = lambda: model(clip[None, :, :frames], output_hidden_states=True)
            output = cut_positions(model.encoder, frames, run)
            expected.append((states_of(output), output.logits[0]))
    return model, values, lengths, expected


def ours(folder, values, lengths):
    import torch
    from safetensors.torch import load_file, save_file

    with tempfile.TemporaryDirectory() as scratch:
        source, result = Path(scratch, "in.safetensors"), Path(scratch, "out.safetensors")
        lengths = torch.tensor(lengths, dtype=torch.float32)
        save_file({"values": values.contiguous(), "lengths": lengths}, source)
        program = TARGET / "release/examples/encoder_states"
        start = time.perf_counter()
        subprocess.run([program, folder, source, result], check=True)
        return load_file(result), time.perf_counter() - start


def compare(name, folder, values, lengths, expected):
    import torch

    found, seconds = ours(folder, values, lengths)
    worst = {}
    for clip, (states, logits) in enumerate(expected):
        pairs = [("states", found[f"states.{i}"][clip, : len(s)], s) for i, s in enumerate(states)]
        if logits is not None:
            pairs.append(("logits", found["logits"][clip], logits))
        for kind, mine, theirs in pairs:
            assert mine.shape == theirs.shape, (kind, mine.shape, theirs.shape)
            off, size = (mine - theirs).abs().max().item(), theirs.abs().max().item()
            off = off if torch.isfinite(mine).all() else float("inf")
            largest = worst.get(kind, (0.0, 0.0))
            worst[kind] = (max(largest[0], off), max(largest[1], size))
    weights = (Path(folder) / "model.safetensors").stat().st_size / 2**20
    words = [f"{kind} off by {off:.1e} of {size:.1f} ({off / size:.1e})" for kind, (off, size) in worst.items()]
    print(f"{name:24} {'; '.join(words)}; {weights:.0f} MiB read and run in {seconds:.1f} s", flush=True)
    return all(off <= TOLERANCE for off, _ in worst.values())


def random_case(name, build, config):
    model, values, lengths, expected = build(config)
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        del model
        return compare(name, folder, values, lengths, expected)


def real_case(frames):
    """The encoder of whisper-tiny.en on a recording: the whole 30 s, or its first frames."""
    import librosa
    import torch
    from safetensors.torch import load_file
    from transformers import WhisperConfig, WhisperFeatureExtractor
    from transformers.models.whisper.modeling_whisper import WhisperEncoder

    folder = PRETRAINED / "whisper-tiny.en-encoder"
    encoder = WhisperEncoder(WhisperConfig.from_pretrained(folder)).eval()
    weights = load_file(folder / "model.safetensors")
    prefix = "model.encoder."
    encoder.load_state_dict({name.removeprefix(prefix): value.float() for name, value in weights.items()})
    samples, _ = librosa.load(ROOT / "samples/angry.wav", sr=16000)
    extractor = WhisperFeatureExtractor.from_pretrained(folder)
    values = extractor(samples, sampling_rate=16000, return_tensors="pt").input_features[:, :, :frames]
    with torch.inference_mode():
        run = lambda: encoder(values, output_hidden_states=True)
        output = cut_positions(encoder, frames, run)
    name = f"whisper-tiny.en, {frames / 100:g} s"
    return compare(name, folder, values, [frames], [(states_of(output), None)])


def cases():
    from transformers import (
        HubertConfig,
        HubertForSequenceClassification,
        Wav2Vec2Config,
        Wav2Vec2ForSequenceClassification,
        WhisperConfig,
    )

    wav2vec2 = lambda config: waveform(Wav2Vec2ForSequenceClassification, config)
    hubert = lambda config: waveform(HubertForSequenceClassification, config)
    base = dict(d_model=512, encoder_layers=6, encoder_attention_heads=8, encoder_ffn_dim=2048)
    small_decoder = dict(decoder_layers=1, vocab_size=8, pad_token_id=0)
    found = {
        "wav2vec2-base": lambda name: random_case(name, wav2vec2, Wav2Vec2Config(**LABELS)),
        "wav2vec2-large": lambda name: random_case(name, wav2vec2, Wav2Vec2Config(**LABELS, **LARGE)),
        "hubert-base": lambda name: random_case(name, hubert, HubertConfig(**LABELS)),
        "whisper-tiny": lambda name: random_case(name, whisper, WhisperConfig(**LABELS, **small_decoder)),
        "whisper-base": lambda name: random_case(name, whisper, WhisperConfig(**LABELS, **small_decoder, **base)),
    }
    if (PRETRAINED / "whisper-tiny.en-encoder").is_dir():
        found["whisper-tiny.en"] = lambda _: real_case(3000) & real_case(315)
    else:
        print(f"whisper-tiny.en left out: not in {PRETRAINED}")
    return found


def main():
    known = cases()
    wanted = sys.argv[1:] or list(known)
    if unknown := set(wanted) - set(known):
        sys.exit(f"unknown: {', '.join(unknown)}; there are {', '.join(known)}")
    within = [known[name](name) for name in wanted]
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"peak memory of the largest of our processes: {peak:.0f} MiB")
    sys.exit(0 if all(within) else 1)


if __name__ == "__main__":
    main()

"""Compare the hidden states and logits of full-size pretrained encoders with transformers.

    UNDERTONE_PYTHON=../venv/bin/python; $UNDERTONE_PYTHON bench/encoder_parity.py [NAME...]

Needs torch, transformers, safetensors, librosa, and `cargo build --release --examples`. Each
architecture gets random weights: norm weights differ from 1 and biases from 0. transformers writes
the model to a folder. Both programs then read a batch of four clips of 0.4 to 2 s, without their
padding. Whisper's encoder also reads a real clip with the weights of `whisper-tiny.en`, if they are
in UNDERTONE_PRETRAINED (default: ../shared/pretrained).

Our program also writes the model to another folder. transformers must load it
(`AutoModelForAudioClassification`) with no tensor missing or unused, and must compute the same
logits.

The script prints the largest difference of any hidden state and of the logits, absolute and
relative to the largest value, and our peak memory for the whole batch. The exit code is 1 if an
absolute difference exceeds 1e-4.

With a group norm, with data2vec, and with Whisper, the result of transformers for a clip depends on the padding of
the batch. In these cases transformers runs each clip alone.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
PRETRAINED = Path(os.environ.get("UNDERTONE_PRETRAINED", ROOT / "../shared/pretrained"))
TOLERANCE = 1e-4
SECONDS = [2.0, 1.7, 1.01, 0.4]
# A separate process, because a child's peak memory starts at the size of its parent.
MEASURED = """import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)"""
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


def waveforms(_config):
    import torch

    lengths = [int(seconds * 16000) for seconds in SECONDS]
    values = torch.zeros(len(lengths), 1, max(lengths))
    for clip, length in zip(values, lengths):
        clip[:, :length] = torch.randn(length)
    return values, lengths


def log_mels(config):
    import torch

    lengths = [int(seconds * 100) for seconds in SECONDS]
    return torch.randn(len(lengths), config.num_mel_bins, max(lengths)), lengths


def run_waveforms(model, values, lengths):
    """Return the hidden states and logits of transformers for each clip."""
    import torch

    values = values[:, 0]
    if getattr(model.config, "feat_extract_norm", "group") == "group":
        lone = [model(clip[None, :n], output_hidden_states=True) for clip, n in zip(values, lengths)]
        return [(states_of(output), output.logits[0]) for output in lone]
    mask = torch.arange(max(lengths))[None] < torch.tensor(lengths)[:, None]
    output = model(values, attention_mask=mask.long(), output_hidden_states=True)
    steps = [model._get_feat_extract_output_lengths(n) for n in lengths]
    return [
        ([state[clip, :own] for state in output.hidden_states], output.logits[clip])
        for clip, own in enumerate(steps)
    ]


def run_log_mels(model, values, lengths):
    found = []
    for clip, frames in zip(values, lengths):
        run = lambda: model(clip[None, :, :frames], output_hidden_states=True)
        output = cut_positions(model.encoder, frames, run)
        found.append((states_of(output), output.logits[0]))
    return found


def cut_positions(encoder, frames, run):
    """Call `run` with Whisper's position embeddings cut to a clip of `frames` frames."""
    positions, whole = encoder.embed_positions, encoder.embed_positions.weight.data
    steps = (frames + 1) // 2
    positions.weight.data, positions.num_embeddings = whole[:steps], steps
    encoder.config.max_source_positions = frames / 2
    output = run()
    positions.weight.data, positions.num_embeddings = whole, len(whole)
    encoder.config.max_source_positions = len(whole)
    return output


def ours(folder, values, lengths, written=None):
    import torch
    from safetensors.torch import load_file, save_file

    with tempfile.TemporaryDirectory() as scratch:
        source, result = Path(scratch, "in.safetensors"), Path(scratch, "out.safetensors")
        lengths = torch.tensor(lengths, dtype=torch.float32)
        save_file({"values": values.contiguous(), "lengths": lengths}, source)
        program = TARGET / "release/examples/encoder_states"
        command = [sys.executable, "-c", MEASURED, program, folder, source, result]
        command += [written] if written else []
        peak = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        return load_file(result), int(peak)


def compare(name, folder, values, lengths, expected, written=None):
    import torch

    found, peak = ours(folder, values, lengths, written)
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
    print(f"{name:24} {'; '.join(words)}; weights {weights:.0f} MiB, peak memory {peak} MiB", flush=True)
    return all(off <= TOLERANCE for off, _ in worst.values())


def random_case(name, model_class, config, batch, run):
    import torch
    from transformers import AutoModelForAudioClassification

    torch.manual_seed(0)
    model = random_weights(model_class(config))
    values, lengths = batch(config)
    with torch.inference_mode(), tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as written:
        expected = run(model, values, lengths)
        model.save_pretrained(folder)
        del model
        within = compare(name, folder, values, lengths, expected, written)
        model, info = AutoModelForAudioClassification.from_pretrained(written, output_loading_info=True)
        again = run(model.eval(), values, lengths)
    off = max((a - b).abs().max().item() for (_, a), (_, b) in zip(expected, again))
    wrong = [f"{kind} {keys}" for kind, keys in info.items() if keys]
    print(f"  written by us and read by transformers: logits off by {off:.1e}; {', '.join(wrong) or 'no tensor missing or unused'}", flush=True)
    return within and off <= TOLERANCE and not wrong


def real_case(frames):
    """Compare the encoder of whisper-tiny.en on the first `frames` of a recording's 3000 frames."""
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
    samples, _ = librosa.load(ROOT / "samples/neutral.flac", sr=16000)
    extractor = WhisperFeatureExtractor.from_pretrained(folder)
    values = extractor(samples, sampling_rate=16000, return_tensors="pt").input_features[:, :, :frames]
    with torch.inference_mode():
        run = lambda: encoder(values, output_hidden_states=True)
        output = cut_positions(encoder, frames, run)
    name = f"whisper-tiny.en, {frames / 100:g} s"
    return compare(name, folder, values, [frames], [(states_of(output), None)])


def cases():
    import transformers as t

    waveform, mel = (waveforms, run_waveforms), (log_mels, run_log_mels)
    base = dict(d_model=512, encoder_layers=6, encoder_attention_heads=8, encoder_ffn_dim=2048)
    decoder = dict(decoder_layers=1, vocab_size=8, pad_token_id=0)
    models = {
        "wav2vec2-base": (t.Wav2Vec2ForSequenceClassification, t.Wav2Vec2Config(**LABELS), *waveform),
        "wav2vec2-large": (t.Wav2Vec2ForSequenceClassification, t.Wav2Vec2Config(**LABELS, **LARGE), *waveform),
        "hubert-base": (t.HubertForSequenceClassification, t.HubertConfig(**LABELS), *waveform),
        "wavlm-base": (t.WavLMForSequenceClassification, t.WavLMConfig(**LABELS), *waveform),
        "wavlm-large": (t.WavLMForSequenceClassification, t.WavLMConfig(**LABELS, **LARGE), *waveform),
        "data2vec-audio-base": (
            t.Data2VecAudioForSequenceClassification,
            t.Data2VecAudioConfig(**LABELS),
            *waveform,
        ),
        "whisper-tiny": (t.WhisperForAudioClassification, t.WhisperConfig(**LABELS, **decoder), *mel),
        "whisper-base": (t.WhisperForAudioClassification, t.WhisperConfig(**LABELS, **decoder, **base), *mel),
    }
    found = {name: lambda name, case=case: random_case(name, *case) for name, case in models.items()}
    if (PRETRAINED / "whisper-tiny.en-encoder").is_dir():
        found["whisper-tiny.en"] = lambda _: real_case(3000) & real_case(315)
    else:
        print(f"whisper-tiny.en skipped: not in {PRETRAINED}")
    return found


def main():
    known = cases()
    wanted = sys.argv[1:] or list(known)
    if unknown := set(wanted) - set(known):
        sys.exit(f"unknown: {', '.join(unknown)}; known: {', '.join(known)}")
    within = [known[name](name) for name in wanted]
    sys.exit(0 if all(within) else 1)


if __name__ == "__main__":
    main()

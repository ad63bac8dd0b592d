"""The shipped model in transformers, batched, as a skilled user would run it.

    python bench/whisper_peer.py [--workers 2] [--batch 16] [--windows] FILE...

Prints the probabilities of each file, and at the end of the standard error the seconds from the
first file to the last answer, without imports and the model's start. The recordings are prepared by
the model's own feature extractor, in the workers of a `DataLoader`. The encoder has only the layers
that the model reads, and no position beyond its window. Clips of like length share a batch; a mask
keeps their padding out of attention and pooling, so the answers are those of `undertone predict`.
"""

import argparse
import json
import os
import pathlib
import sys
import time

# If TensorFlow is installed, transformers also imports it, which takes seconds.
os.environ.setdefault("USE_TF", "0")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")

import librosa
import soundfile
import torch
from torch.nn import functional
from transformers import AutoFeatureExtractor, AutoModelForAudioClassification

MODEL = pathlib.Path(__file__).resolve().parent.parent / "models" / "undertone-all"
RATE = 16_000


def load():
    extractor = AutoFeatureExtractor.from_pretrained(MODEL, trust_remote_code=True)
    model = AutoModelForAudioClassification.from_pretrained(
        MODEL, trust_remote_code=True, torch_dtype=torch.float32
    )
    return extractor, model.eval()


def read(path):
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    samples = samples.mean(1)
    return samples if rate == RATE else librosa.resample(samples, orig_sr=rate, target_sr=RATE)


def windows(extractor, samples):
    """Return the log-mel spectrogram, `[bands, frames]`, of each window of a recording."""
    values = extractor(samples, sampling_rate=RATE, return_tensors="pt")
    lengths = values["attention_mask"][0].sum(1).tolist()
    return [it[:, :length] for it, length in zip(values["input_features"][0], lengths) if length]


def masked_moments(states, mask):
    count = mask.sum(1)
    mean = (states * mask).sum(1) / count
    deviation = ((states - mean[:, None]).square() * mask).sum(1) / count
    return torch.cat([mean, (deviation + 1e-8).sqrt()], 1)


def scores(model, batch):
    """Compute the logarithms of the probabilities of each window, and whether it holds speech."""
    frames = torch.tensor([it.shape[1] for it in batch])
    longest = int(frames.max())
    inputs = torch.stack([functional.pad(it, (0, longest - it.shape[1])) for it in batch])
    encoder = model.encoder
    steps = (frames + 1) // 2
    in_clip = torch.arange(longest) < frames[:, None]
    hidden = functional.gelu(encoder.conv1(inputs)) * in_clip[:, None]
    hidden = functional.gelu(encoder.conv2(hidden)).transpose(1, 2)
    hidden = hidden + encoder.embed_positions.weight[: hidden.shape[1]]
    own = torch.arange(hidden.shape[1]) < steps[:, None]
    bias = None
    if not own.all():
        bias = torch.zeros(own.shape).masked_fill(~own, float("-inf"))[:, None, None]
    states = [hidden]
    for layer in encoder.layers:
        hidden = layer(hidden, bias, layer_head_mask=None)
        hidden = hidden[0] if isinstance(hidden, tuple) else hidden
        states.append(hidden)
    chosen = model.network["states"]
    mask = own[..., None].float()
    summary = torch.cat([masked_moments(states[state], mask) for state in chosen], 1)
    outputs = model.classifier(summary)
    classes = len(model.config.summed_into)
    return torch.log_softmax(outputs[:, :classes], 1), outputs[:, -1] >= 0


def combined(rows, speech):
    """Return the probabilities of a recording: the mean over its windows with speech."""
    heard = rows[speech] if speech.any() else rows
    return heard.exp().mean(0).tolist()


def classify(extractor, model, path):
    with torch.inference_mode():
        return combined(*scores(model, windows(extractor, read(path))))


class Recordings(torch.utils.data.Dataset):
    def __init__(self, extractor, paths):
        self.extractor, self.paths = extractor, paths

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        return self.paths[index], windows(self.extractor, read(self.paths[index]))


def one_thread(_):
    torch.set_num_threads(1)


def classify_many(extractor, model, paths, workers, batch):
    # Recordings of like length need little padding.
    paths = sorted(paths, key=os.path.getsize)
    loader = torch.utils.data.DataLoader(
        Recordings(extractor, paths), batch_size=batch, num_workers=workers,
        collate_fn=list, worker_init_fn=one_thread,
    )  # fmt: skip
    with torch.inference_mode():
        for items in loader:
            rows, speech = scores(model, [window for _, own in items for window in own])
            first = 0
            for path, own in items:
                part = slice(first, first + len(own))
                first += len(own)
                yield path, combined(rows[part], speech[part])


class Windows(torch.utils.data.Dataset):
    """Windows of one long recording that overlap by half, each trimmed and leveled on its own."""

    def __init__(self, extractor, samples):
        self.extractor, self.samples = extractor, samples
        self.length = round(extractor.front_end["duration"] * RATE)
        self.starts = range(0, max(1, len(samples) - self.length), self.length // 2)

    def __len__(self):
        return len(self.starts)

    def __getitem__(self, index):
        start = self.starts[index]
        own = windows(self.extractor, self.samples[start : start + self.length])
        return start / RATE, own


def classify_windows(extractor, model, path, workers, batch):
    loader = torch.utils.data.DataLoader(
        Windows(extractor, read(path)), batch_size=batch, num_workers=workers,
        collate_fn=list, worker_init_fn=one_thread,
    )  # fmt: skip
    with torch.inference_mode():
        for items in loader:
            rows, _ = scores(model, [window for _, own in items for window in own])
            for (start, _), row in zip(items, rows.exp().tolist()):
                yield start, row


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--windows", action="store_true", help="cut one long file into windows")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    extractor, model = load()
    labels = [model.config.id2label[number] for number in range(len(model.config.id2label))]
    began = time.perf_counter()
    if arguments.windows:
        found = classify_windows(extractor, model, arguments.files[0], arguments.workers, arguments.batch)
    elif len(arguments.files) == 1:
        found = [(arguments.files[0], classify(extractor, model, arguments.files[0]))]
    else:
        found = classify_many(extractor, model, arguments.files, arguments.workers, arguments.batch)
    for name, probabilities in found:
        print(json.dumps({"file": name, "probabilities": dict(zip(labels, probabilities))}))
    print(json.dumps({"seconds": time.perf_counter() - began}))


if __name__ == "__main__":
    main()

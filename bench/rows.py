"""The rows of `bench/all.py`: what is compared, by which script, and how far we want to be ahead.

A goal is the least that is wanted and the aim, each a limit: `ratio`, our time over that of the first
peer; `seconds`; `mib`, peak memory; or `speed`, how many times real time at least.
"""

from typing import NamedTuple


class Row(NamedTuple):
    work: str
    script: str
    least: dict = {}
    aim: dict = {}


def ratio(least, aim):
    return {"least": {"ratio": least}, "aim": {"ratio": aim}}


ROWS = {
    "front-end-wav": Row("front end, 48 kHz WAV, 2 threads", "front_end.py", **ratio(1 / 16, 1 / 20)),
    "front-end-wav-1-thread": Row("front end, 48 kHz WAV, 1 thread", "front_end.py"),
    "front-end-flac": Row("front end, FLAC, 2 threads", "front_end.py", **ratio(1 / 12, 1 / 15)),
    "front-end-flac-1-thread": Row("front end, FLAC, 1 thread", "front_end.py"),
    "cold-start": Row(
        "`predict`, one clip, cold start, whole process", "predict.py",
        {"seconds": 0.040}, {"seconds": 0.025},
    ),
    "cold-start-cnn": Row("cold start with the CNN+LSTM", "predict.py"),
    "clips-240": Row(
        "`predict`, 240 clips", "predict_many.py",
        {"seconds": 2.5, "ratio": 1 / 3}, {"seconds": 1.5},
    ),
    "long": Row(
        "`predict`, 66 minutes in one file", "predict_long.py",
        {"speed": 150, "mib": 100 / 1.048576}, {"speed": 300},
    ),
    "long-cnn": Row("66 minutes with the CNN+LSTM", "predict_long.py"),
    "encoder-whisper-1": Row(
        "Whisper tiny to layer 3, 1.7 s, batch 1", "encoders.py", **ratio(0.8, 0.6)
    ),
    "encoder-whisper-8": Row("Whisper tiny to layer 3, batch 8", "encoders.py", **ratio(0.8, 0.6)),
    "encoder-int8-1": Row("Whisper tiny to layer 3 in int8, batch 1", "encoders.py", **ratio(0.6, 0.4)),
    "encoder-int8-8": Row("Whisper tiny to layer 3 in int8, batch 8", "encoders.py", **ratio(0.6, 0.4)),
    "encoder-wav2vec2-1": Row("wav2vec2-base, 2 s, batch 1", "encoders.py", **ratio(0.85, 0.7)),
    "encoder-wav2vec2-8": Row("wav2vec2-base, 2 s, batch 8", "encoders.py", **ratio(0.85, 0.7)),
    "fine-tune-whisper": Row(
        "fine-tuning step, Whisper tiny, last layer, batch 32", "encoders.py", **ratio(1.0, 0.7)
    ),
    "fine-tune-wav2vec2": Row(
        "fine-tuning step, wav2vec2-base, last two layers, batch 8", "encoders.py"
    ),
    "network-1": Row("CNN+LSTM, batch 1", "network_speed.py", **ratio(0.5, 0.25)),
    "network-32": Row("CNN+LSTM, batch 32", "network_speed.py", **ratio(0.5, 0.25)),
    "step-2": Row("training step of recipe 2, batch 32", "training.py", **ratio(0.75, 0.5)),
    "step-conv2d": Row(
        "training step of Conv2d + 2 × LSTM(128), 128 × 63, batch 32", "network_speed.py",
        **ratio(0.75, 0.5),
    ),
    "epoch": Row("training epoch of recipe 3, 2 threads", "training.py", **ratio(0.75, 0.5)),
    "epoch-1-thread": Row("training epoch of recipe 3, 1 thread", "training.py", **ratio(0.75, 0.5)),
    "serve-whisper": Row("`serve`, 8 clients", "serve.py", **ratio(1 / 40, 1 / 80)),
    "serve-whisper-1-client": Row("`serve`, 1 client", "serve.py"),
    "serve-int8": Row("`serve --precision int8`, 8 clients", "serve.py", **ratio(1 / 40, 1 / 80)),
    "serve-int8-1-client": Row("`serve --precision int8`, 1 client", "serve.py"),
    "serve-cnn": Row("`serve` with the CNN+LSTM, 8 clients", "serve.py"),
    "serve-cnn-1-client": Row("`serve` with the CNN+LSTM, 1 client", "serve.py"),
}  # fmt: skip


def reaches(found, limits):
    """Return whether a measured row keeps every limit, or `None` if there is none."""
    if not limits:
        return None
    first = next(iter(found["peers"].values()), {})
    values = {
        "ratio": first.get("ratio", float("inf")),
        "seconds": found["seconds"],
        "mib": found.get("peak_mib", float("inf")),
    }
    kept = [values[name] <= limit for name, limit in limits.items() if name != "speed"]
    if "speed" in limits:
        kept.append(found.get("times_real_time", 0) >= limits["speed"])
    return all(kept)

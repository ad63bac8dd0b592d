#!/usr/bin/env python3
"""Print what model.onnx hears in recordings, one JSON object a line. README.md explains both.

    python predict.py RECORDING...

Needs numpy, onnxruntime and soundfile.
"""

import json
import math
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import soundfile

FILE = str(Path(__file__).resolve().with_name("model.onnx"))
SESSION = onnxruntime.InferenceSession(FILE, providers=["CPUExecutionProvider"])
NOTES = SESSION.get_modelmeta().custom_metadata_map
LABELS, SUMS, FRONT_END, FILTER = (
    json.loads(NOTES[key]) for key in ("labels", "sums", "front_end", "resampler")
)
OUTPUTS = ["probabilities", "speech", "windows", "window_probabilities", "window_speech"]


def resampled(samples, rate, wanted, pass_end, stop_start, attenuation):
    """Return samples at another rate, through a low-pass filter: a sinc in a Kaiser window."""
    up, down = wanted // math.gcd(rate, wanted), rate // math.gcd(rate, wanted)
    nyquist = 0.5 * min(up, down) / max(up, down)  # as a share of the higher rate
    width = 2.285 * 2 * np.pi * nyquist * (stop_start - pass_end)
    half = math.ceil((attenuation - 7.95) / width / 2) + 1
    scale = max(1, up / down)
    reach = math.ceil(half / scale)
    # The filter at each of `up` positions between two samples.
    distance = scale * (np.arange(up)[:, None] / up - np.arange(-reach, reach + 1))
    kaiser = np.sqrt(np.maximum(1 - (distance / half) ** 2, 0)) * 0.1102 * (attenuation - 8.7)
    taps = np.sinc((pass_end + stop_start) * nyquist * distance) * np.i0(kaiser)
    taps *= (abs(distance) < half) * up / taps[abs(distance) < half].sum()
    places = np.arange(math.ceil(len(samples) * up / down)) * down
    padded = np.pad(samples.astype(np.float64), reach)
    return sum(padded[places // up + tap] * taps[places % up, tap] for tap in range(taps.shape[1]))


def answer(names, probabilities, speech):
    """Return the members of an answer. Without speech there is no label."""
    row = {name: round(float(value), 6) for name, value in zip(names, probabilities)}
    label = max(row, key=row.get) if speech else None
    found = {"label": label, "confidence": row.get(label), "probabilities": row if speech else None}
    if SUMS and speech:
        found["sums"] = {name: round(sum(map(row.get, of)), 6) for name, of in SUMS.items()}
    return {**found, "speech": bool(speech)}


def predict(path):
    channels, rate = soundfile.read(path, dtype="float32", always_2d=True)
    samples = channels.mean(axis=1)
    if len(samples) == 0:
        return {"path": path, "error": "the recording holds no samples"}
    if rate != FRONT_END["sample_rate"]:
        samples = resampled(samples, rate, FRONT_END["sample_rate"], **FILTER)
    given = {"samples": samples.astype(np.float32)}
    probabilities, speech, times, rows, heard = SESSION.run(OUTPUTS, given)
    found = {"path": path, **answer(LABELS, probabilities, speech)}
    if len(rows) > 1:
        spans = ({"start": round(float(a), 2), "end": round(float(b), 2)} for a, b in times)
        parts = zip(spans, rows, heard)
        found["segments"] = [{**span, **answer(LABELS, *part)} for span, *part in parts]
    return found


if __name__ == "__main__":
    for recording in sys.argv[1:]:
        print(json.dumps(predict(recording)))

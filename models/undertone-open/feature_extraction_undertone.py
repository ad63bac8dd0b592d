"""Recordings as the speech emotion models of Undertone want them.

    AutoFeatureExtractor.from_pretrained(FOLDER, trust_remote_code=True)

Silence at both ends is trimmed, the level set, and what is longer than the model's window cut into
windows that overlap by half, as `front_end` says; what a feature extractor of `transformers` makes of
each is not padded to 30 s. Recordings are mono, at `sampling_rate`; other arguments than that and
`return_tensors` have no effect.
"""

import numpy as np
from transformers import BatchFeature, Wav2Vec2FeatureExtractor, WhisperFeatureExtractor

OVERLAP = 0.5
# What is shorter gives an encoder no step to read.
SHORTEST = 400
# The most that samples are amplified to reach a level.
MOST_GAIN = 1000


def trim(samples, top_db, frame_length, hop_length):
    """`librosa.effects.trim`."""
    padded = np.pad(samples, frame_length // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, frame_length)[::hop_length]
    power = np.einsum("ij,ij->i", frames, frames) / frame_length
    levels = 10 * np.log10(np.maximum(power, 1e-10))
    loud = np.flatnonzero(levels - levels.max() > -top_db)
    return samples[loud[0] * hop_length : (loud[-1] + 1) * hop_length]


def bring_to(samples, level):
    """Scales samples to a root mean square of `level` dB of full scale."""
    found = np.sqrt(np.square(samples, dtype=np.float64).mean())
    gain = min(10 ** (level / 20) / found, MOST_GAIN) if found > 0 else 1
    return samples * np.float32(gain)


def cut(samples, window):
    """Windows that cover everything, the last one aligned to the end."""
    if len(samples) <= window:
        return [samples]
    last = len(samples) - window
    starts = range(0, last, max(1, round(window * (1 - OVERLAP))))
    return [samples[start : start + window] for start in [*starts, last]]


class Preparation:
    """Stands before a feature extractor of `transformers`.

    With `as_windows` a clip is [windows, ...], for `modeling_undertone.py`; without, it is whole, for
    the classes of `transformers`, which know no windows.
    """

    def __init__(self, front_end=None, as_windows=True, **options):
        super().__init__(**options)
        self.front_end = front_end
        self.as_windows = as_windows

    def __call__(self, raw_speech, sampling_rate=None, return_tensors=None, **_):
        if sampling_rate not in (None, self.sampling_rate):
            raise ValueError(f"recordings must have {self.sampling_rate} Hz, not {sampling_rate}")
        if np.ndim(raw_speech[0]) == 0:
            raw_speech = [raw_speech]
        clips = [self.prepared(np.asarray(clip, dtype=np.float32)) for clip in raw_speech]
        extract, rate = super().__call__, self.sampling_rate
        if not self.as_windows:
            clips = [self.long_enough(clip) for clip in clips]
            return extract(clips, sampling_rate=rate, padding=True, return_tensors=return_tensors)
        key = self.model_input_names[0]
        window = round(self.front_end["duration"] * rate)
        features = [
            [
                extract(
                    self.long_enough(part), sampling_rate=rate, padding=False, return_tensors="np"
                )[key][0]
                for part in cut(clip, window)
            ]
            for clip in clips
        ]
        return BatchFeature(stacked(key, features), tensor_type=return_tensors)

    def prepared(self, samples):
        """A recording without silence at its ends, at the model's level."""
        if samples.ndim != 1 or samples.size == 0:
            raise ValueError("a recording has one channel, and samples in it")
        if self.front_end["trim"]:
            samples = trim(samples, **self.front_end["trim"])
        if self.front_end.get("level") is not None:
            samples = bring_to(samples, self.front_end["level"])
        return samples

    def long_enough(self, samples):
        window = round(self.front_end["duration"] * self.sampling_rate)
        shortest = window if self.front_end["pad"] else min(SHORTEST, window)
        return np.pad(samples, (0, max(0, shortest - len(samples))))


def stacked(key, features):
    """Windows of all clips side by side, and a mask that tells which of their frames there are."""
    clips, windows = len(features), max(map(len, features))
    frames = max(part.shape[-1] for clip in features for part in clip)
    inputs = np.zeros((clips, windows, *features[0][0].shape[:-1], frames), dtype=np.float32)
    mask = np.zeros((clips, windows, frames), dtype=np.int64)
    for clip, parts in enumerate(features):
        for window, part in enumerate(parts):
            inputs[clip, window, ..., : part.shape[-1]] = part
            mask[clip, window, : part.shape[-1]] = 1
    return {key: inputs, "attention_mask": mask}


class UndertoneWhisperFeatureExtractor(Preparation, WhisperFeatureExtractor):
    pass


class UndertoneWav2Vec2FeatureExtractor(Preparation, Wav2Vec2FeatureExtractor):
    pass

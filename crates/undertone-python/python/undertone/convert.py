"""Conversions of frames, times and notes, with librosa's names and numbers."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._undertone import ParameterError

__all__ = ["frames_to_time", "note_to_hz", "times_like"]

_NOTE = re.compile(r"([A-Ga-g])([#♯b♭!]*)(-?\d+)?")
_SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


def frames_to_time(
    frames: ArrayLike, *, sr: float = 22050, hop_length: int = 512, n_fft: int | None = None
) -> NDArray[np.float64]:
    """Return the times of frames in seconds, as ``librosa.frames_to_time`` does.

    With ``n_fft``, half a frame is added: the middle of a frame that is not centered.
    """
    offset = 0 if n_fft is None else n_fft // 2
    return (np.asarray(frames) * hop_length + offset).astype(int) / float(sr)


def times_like(
    X: Any, *, sr: float = 22050, hop_length: int = 512, n_fft: int | None = None, axis: int = -1
) -> NDArray[np.float64]:
    """Return the time of each frame of an array (or of a number of frames) in seconds."""
    count = int(X) if isinstance(X, (int, np.integer)) else np.shape(X)[axis]
    return frames_to_time(np.arange(count), sr=sr, hop_length=hop_length, n_fft=n_fft)


def note_to_hz(note: Any) -> Any:
    """Return the frequency of a note, such as ``"C2"`` or ``"F#4"``, or of several, in Hz."""
    if not isinstance(note, str):
        return np.array([note_to_hz(one) for one in note])
    match = _NOTE.fullmatch(note)
    if match is None:
        raise ParameterError(f"{note!r} is not a note such as C2 or F#4")
    name, accidentals, octave = match.groups()
    sharps = sum(1 if sign in "#♯" else -1 for sign in accidentals)
    number = 12 * (int(octave or 0) + 1) + _SEMITONES[name.upper()] + sharps
    return 440.0 * 2.0 ** ((number - 69) / 12)

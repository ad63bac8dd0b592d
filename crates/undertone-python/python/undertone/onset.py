"""How much the sound rises from frame to frame, with librosa's name and numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._undertone import ParameterError
from .decibels import power_to_db
from .feature import melspectrogram

__all__ = ["onset_strength"]


def onset_strength(
    *,
    y: ArrayLike | None = None,
    sr: float = 22050,
    S: ArrayLike | None = None,
    lag: int = 1,
    center: bool = True,
    n_fft: int = 2048,
    hop_length: int = 512,
    aggregate: Callable[..., Any] = np.mean,
    **options: Any,
) -> NDArray[Any]:
    """Return the onset strength of each frame, as ``librosa.onset.onset_strength`` does.

    Parameters
    ----------
    y : float array ``[samples]``
    sr
        Sample rate in Hz.
    S : float array ``[bands, frames]``
        A spectrogram in decibels, instead of ``y``.
    lag
        The rise is from this many frames before.
    aggregate
        What is taken over the bands.
    **options
        Parameters of :func:`undertone.feature.melspectrogram`.

    Returns
    -------
    float array ``[frames]``
    """
    if lag < 1:
        raise ParameterError("onset_strength: lag must be at least 1")
    if S is None:
        power = melspectrogram(y=y, sr=sr, n_fft=n_fft, hop_length=hop_length, **options)
        S = power_to_db(power)
    db = np.atleast_2d(S)
    rise = aggregate(np.maximum(0.0, db[..., lag:] - db[..., :-lag]), axis=-2)
    before = lag + (n_fft // (2 * hop_length) if center else 0)
    rise = np.pad(rise, [(0, 0)] * (rise.ndim - 1) + [(before, 0)])
    return rise[..., : db.shape[-1]] if center else rise

"""Spectral features, with the names, defaults and numbers of librosa 0.11."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from . import _undertone, filters
from ._undertone import ParameterError
from .arrays import over_leading, refuse, samples_of, to_floats, whole_rate
from .decibels import power_to_db
from .spectral import (
    chroma_stft,
    rms,
    spectral_bandwidth,
    spectral_centroid,
    spectral_contrast,
    spectral_flatness,
    spectral_rolloff,
    tonnetz,
    zero_crossing_rate,
)
from .spectrum import magnitudes

__all__ = [
    "chroma_stft",
    "delta",
    "melspectrogram",
    "mfcc",
    "power_to_db",
    "pyin",
    "rms",
    "spectral_bandwidth",
    "spectral_centroid",
    "spectral_contrast",
    "spectral_flatness",
    "spectral_rolloff",
    "tonnetz",
    "zero_crossing_rate",
]


def melspectrogram(
    *,
    y: ArrayLike | None = None,
    sr: float = 22050,
    S: ArrayLike | None = None,
    n_fft: int = 2048,
    hop_length: int = 512,
    win_length: int | None = None,
    window: Any = "hann",
    center: bool = True,
    pad_mode: str = "constant",
    power: float = 2.0,
    n_mels: int = 128,
    fmin: float = 0.0,
    fmax: float | None = None,
    htk: bool = False,
    norm: str | None = "slaney",
) -> NDArray[np.float32]:
    """Compute a mel spectrogram in units of power, as ``librosa.feature.melspectrogram`` does.

    Parameters
    ----------
    y : float array ``[..., samples]``
    sr
        Sample rate in Hz.
    S : float array ``[..., 1 + n_fft // 2, frames]``
        A power spectrogram, instead of ``y``.
    n_fft, hop_length, win_length, window, center, pad_mode
        As for :func:`undertone.stft`.
    power
        The exponent of the magnitudes.
    n_mels, fmin, fmax, htk, norm
        As for :func:`undertone.filters.mel`.

    Returns
    -------
    float32 array ``[..., n_mels, frames]``, with ``1 + samples // hop_length`` frames if centered

    Raises
    ------
    ParameterError
        If a parameter has no meaning.
    """
    default = (n_fft, "hann", True, "constant", 2.0, False, "slaney")
    given = (win_length or n_fft, window, center, pad_mode, power, htk, norm)
    plain = isinstance(window, str) and given == default and float(sr).is_integer()
    if y is not None and S is None and plain:

        def one(samples: Any) -> Any:
            data, _ = _undertone.melspectrogram(
                samples.tobytes(), int(sr), n_fft, hop_length, n_mels, float(fmin), fmax
            )
            return to_floats(data, n_mels)

        return over_leading(one, samples_of(y), 1)  # type: ignore[no-any-return]
    spectrum, n_fft = magnitudes(
        y,
        S,
        n_fft=n_fft,
        hop_length=hop_length,
        power=power,
        win_length=win_length,
        window=window,
        center=center,
        pad_mode=pad_mode,
    )
    weights = filters.mel(
        sr=sr, n_fft=n_fft, n_mels=n_mels, fmin=fmin, fmax=fmax, htk=htk, norm=norm
    )
    return (weights @ spectrum).astype(np.float32, copy=False)  # type: ignore[no-any-return]


def mfcc(
    *,
    y: ArrayLike | None = None,
    sr: float = 22050,
    S: ArrayLike | None = None,
    n_mfcc: int = 20,
    dct_type: int = 2,
    norm: str | None = "ortho",
    lifter: float = 0,
    mel_norm: str | None = "slaney",
    **kwargs: Any,
) -> NDArray[np.float32]:
    """Compute mel-frequency cepstral coefficients, as ``librosa.feature.mfcc`` does.

    Parameters
    ----------
    y : float array ``[..., samples]``
    sr
        Sample rate in Hz.
    S : array ``[..., n_mels, frames]``
        A mel spectrogram in decibels, instead of ``y``.
    n_mfcc
        The number of coefficients.
    lifter
        Above 0, higher coefficients are raised: ``1 + lifter / 2 · sin(π (n + 1) / lifter)``.
    **kwargs
        Parameters of :func:`melspectrogram`.

    Returns
    -------
    float32 array ``[..., n_mfcc, frames]``
    """
    refuse("mfcc", dct_type=(dct_type, 2), norm=(norm, "ortho"))
    if lifter < 0:
        raise ParameterError("mfcc: lifter must be at least 0")
    if S is None:
        S = power_to_db(melspectrogram(y=y, sr=sr, norm=mel_norm, **kwargs))

    def one(db: Any) -> Any:
        return to_floats(_undertone.mfcc(db.tobytes(), db.shape[0], n_mfcc)[0], n_mfcc)

    coefficients = over_leading(one, samples_of(S), 2)
    if lifter:
        sines = np.sin(np.pi * np.arange(1, 1 + n_mfcc, dtype=np.float32) / lifter)
        coefficients = coefficients * (1 + (lifter / 2) * sines)[:, None]
    return coefficients  # type: ignore[no-any-return]


def delta(
    data: ArrayLike, *, width: int = 9, order: int = 1, axis: int = -1, mode: str = "interp"
) -> NDArray[np.float32]:
    """Compute slopes over time, as ``librosa.feature.delta`` does.

    Parameters
    ----------
    data : float array ``[..., bands, frames]``
    width
        Frames of the window; odd and at least 3.
    order
        1 for slopes, 2 for their slopes (of the parabola through the window), and so on.

    Returns
    -------
    float32 array of the shape of ``data``
    """
    refuse("delta", axis=(axis, -1), mode=(mode, "interp"))
    array = samples_of(data)
    if order != 1:
        return _of_order(array, width, order)

    def one(part: Any) -> Any:
        return to_floats(_undertone.delta(part.tobytes(), part.shape[0], width)[0], part.shape[0])

    if array.ndim == 1:
        return one(array[None, :])[0]  # type: ignore[no-any-return]
    return over_leading(one, array, 2)  # type: ignore[no-any-return]


def _of_order(
    array: NDArray[np.float32], width: int, order: int
) -> NDArray[np.float32]:
    """Return a derivative of the polynomial of its order through each window."""
    if width < 3 or width % 2 == 0 or not 1 <= order < width:
        raise ParameterError("delta: width must be odd and at least 3, and order at least 1")
    if array.shape[-1] < width:
        raise ParameterError(f"delta: width={width} is more than there are frames")
    times = np.arange(width) - width // 2
    fit = np.linalg.pinv(np.vander(times, order + 1, increasing=True))
    middle = sliding_window_view(array, width, axis=-1) @ (math.factorial(order) * fit[order])
    # The derivative of a polynomial's order is the same everywhere in a window.
    widths = [(0, 0)] * (array.ndim - 1) + [(width // 2, width // 2)]
    return np.pad(middle, widths, mode="edge").astype(np.float32)


def pyin(
    y: ArrayLike,
    *,
    fmin: float,
    fmax: float,
    sr: float = 22050,
    frame_length: int = 2048,
    hop_length: int | None = None,
    fill_na: float | None = float("nan"),
) -> tuple[NDArray[np.float32], NDArray[np.bool_], NDArray[np.float32]]:
    """Find the fundamental frequency over time, as ``librosa.pyin`` does.

    Parameters
    ----------
    y : float array ``[samples]``
    fmin, fmax
        The range of frequencies in Hz.
    sr
        Sample rate in Hz.
    frame_length, hop_length
        In samples; ``hop_length=None`` is a quarter of a frame.
    fill_na
        The frequency of unvoiced frames.

    Returns
    -------
    f0 : float32 array ``[frames]``
        In Hz.
    voiced_flag : bool array ``[frames]``
    voiced_probability : float32 array ``[frames]``
    """
    samples = samples_of(y)
    if samples.ndim != 1:
        raise ParameterError("pyin: y must have one dimension")
    if fill_na is None:
        raise ParameterError("pyin: fill_na=None is not supported")
    hop = frame_length // 4 if hop_length is None else hop_length
    frequency, voicing = _undertone.pyin(
        samples.tobytes(), whole_rate(sr), float(fmin), float(fmax), frame_length, hop
    )
    f0, probability = to_floats(frequency), to_floats(voicing)
    voiced = ~np.isnan(f0)
    if not np.isnan(fill_na):
        f0[~voiced] = fill_na
    return f0, voiced, probability

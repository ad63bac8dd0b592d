"""Features of the spectrum and of the wave form, with librosa's names and numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from . import filters
from ._undertone import ParameterError
from .decibels import power_to_db
from .pitch import estimate_tuning
from .spectrum import magnitudes, samples_as_given
from .util import normalize

__all__ = [
    "chroma_stft",
    "rms",
    "spectral_bandwidth",
    "spectral_centroid",
    "spectral_contrast",
    "spectral_flatness",
    "spectral_rolloff",
    "tonnetz",
    "zero_crossing_rate",
]


def zero_crossing_rate(
    y: ArrayLike, *, frame_length: int = 2048, hop_length: int = 512, center: bool = True
) -> NDArray[np.float64]:
    """Return the part of samples at which the sign changes, as librosa's function does.

    ``y`` is a float array ``[..., samples]``; the lengths are in samples. The result is
    ``[..., 1, frames]``, from 0 to 1.
    """
    samples = samples_as_given(y)
    # What is nearly 0 counts as 0.
    signs = np.signbit(np.where(np.abs(samples) <= 1e-10, 0, samples))
    frames = _frames(signs, frame_length, hop_length, "edge" if center else None)
    crossings = np.count_nonzero(frames[..., 1:] != frames[..., :-1], axis=-1)
    return (crossings / frame_length)[..., None, :]  # type: ignore[no-any-return]


def rms(
    *,
    y: ArrayLike | None = None,
    S: ArrayLike | None = None,
    frame_length: int = 2048,
    hop_length: int = 512,
    center: bool = True,
    pad_mode: str = "constant",
) -> NDArray[np.float32]:
    """Return the root-mean-square of each frame, as ``librosa.feature.rms`` does.

    ``y`` is a float array ``[..., samples]``, or ``S`` a magnitude spectrogram
    ``[..., 1 + frame_length // 2, frames]``. The result is float32 ``[..., 1, frames]``.
    """
    if y is not None:
        samples = samples_as_given(y).astype(np.float32, copy=False)
        frames = _frames(samples, frame_length, hop_length, pad_mode if center else None)
        power = np.mean(np.square(frames), axis=-1)
    elif S is not None:
        squares = np.square(np.abs(np.asarray(S))).astype(np.float32)
        if squares.ndim < 2 or squares.shape[-2] != frame_length // 2 + 1:
            raise ParameterError(f"rms: S must have {frame_length // 2 + 1} rows")
        squares[..., 0, :] *= 0.5
        if frame_length % 2 == 0:
            squares[..., -1, :] *= 0.5
        power = 2 * np.sum(squares, axis=-2) / frame_length**2
    else:
        raise ParameterError("give y or S")
    return np.sqrt(power)[..., None, :]  # type: ignore[no-any-return]


def chroma_stft(
    *,
    y: ArrayLike | None = None,
    sr: float = 22050,
    S: ArrayLike | None = None,
    norm: float | None = np.inf,
    n_fft: int = 2048,
    hop_length: int = 512,
    tuning: float | None = None,
    n_chroma: int = 12,
    ctroct: float = 5.0,
    octwidth: float | None = 2,
    base_c: bool = True,
    **options: Any,
) -> NDArray[Any]:
    """Return the energy of each pitch class, as ``librosa.feature.chroma_stft`` does.

    Parameters
    ----------
    y : float array ``[..., samples]``
    sr
        Sample rate in Hz.
    S : float array ``[..., bins, frames]``
        A power spectrogram, instead of ``y``.
    norm
        As for :func:`undertone.util.normalize`.
    tuning
        How far the recording is from 440 Hz, in parts of a class; ``None``: it is estimated.
    n_chroma, ctroct, octwidth, base_c
        As for :func:`undertone.filters.chroma`.
    **options
        Parameters of :func:`undertone.stft`.

    Returns
    -------
    float array ``[..., n_chroma, frames]``
    """
    power, n_fft = magnitudes(y, S, n_fft=n_fft, hop_length=hop_length, power=2, **options)
    if tuning is None:
        tuning = estimate_tuning(S=power, sr=sr, bins_per_octave=n_chroma)
    weights = filters.chroma(
        sr=sr,
        n_fft=n_fft,
        tuning=tuning,
        n_chroma=n_chroma,
        ctroct=ctroct,
        octwidth=octwidth,
        base_c=base_c,
    )
    return normalize(weights @ power, norm=norm, axis=-2)


def tonnetz(
    *, y: ArrayLike | None = None, sr: float = 22050, chroma: ArrayLike | None = None
) -> NDArray[Any]:
    """Return the tonal centroids of a chromagram, as ``librosa.feature.tonnetz`` does.

    ``chroma`` is a float array ``[..., n_chroma, frames]``. Without it, librosa computes one from
    ``y`` with a constant-Q transform, which is not here: give that of :func:`chroma_stft`.
    The result is ``[..., 6, frames]``: fifths, minor and major thirds, two dimensions each.
    """
    if chroma is None:
        raise ParameterError("tonnetz: give chroma; the constant-Q transform of y is not supported")
    array = np.asarray(chroma)
    places = np.linspace(0, 12, num=array.shape[-2], endpoint=False)
    angles = np.multiply.outer([7 / 6, 7 / 6, 3 / 2, 3 / 2, 2 / 3, 2 / 3], places)
    angles[::2] -= 0.5
    radii = np.array([1, 1, 1, 1, 0.5, 0.5])[:, None]
    projection = radii * np.cos(np.pi * angles)
    return projection @ normalize(array, norm=1, axis=-2)  # type: ignore[no-any-return]


def spectral_centroid(
    *,
    y: ArrayLike | None = None,
    sr: float = 22050,
    S: ArrayLike | None = None,
    n_fft: int = 2048,
    hop_length: int = 512,
    **options: Any,
) -> NDArray[np.float64]:
    """Return the mean frequency of each frame in Hz, as librosa's function does.

    ``y`` is a float array ``[..., samples]``, or ``S`` a magnitude spectrogram; ``options`` are
    those of :func:`undertone.stft`. The result is ``[..., 1, frames]``.
    """
    spectrum, n_fft = _not_negative(y, S, n_fft=n_fft, hop_length=hop_length, **options)
    shares = normalize(spectrum, norm=1, axis=-2)
    frequencies = np.fft.rfftfreq(n_fft, 1 / sr)[:, None]
    return np.sum(frequencies * shares, axis=-2, keepdims=True)  # type: ignore[no-any-return]


def spectral_bandwidth(
    *,
    y: ArrayLike | None = None,
    sr: float = 22050,
    S: ArrayLike | None = None,
    n_fft: int = 2048,
    hop_length: int = 512,
    norm: bool = True,
    p: float = 2,
    **options: Any,
) -> NDArray[np.float64]:
    """Return how far the frequencies of each frame are from their mean, in Hz.

    As ``librosa.feature.spectral_bandwidth``: the ``p``-th root of the mean ``p``-th power of the
    distance. The arguments and the result are as for :func:`spectral_centroid`.
    """
    spectrum, n_fft = _not_negative(y, S, n_fft=n_fft, hop_length=hop_length, **options)
    centroid = spectral_centroid(S=spectrum, sr=sr, n_fft=n_fft)
    distance = np.abs(np.fft.rfftfreq(n_fft, 1 / sr)[:, None] - centroid)
    weights = normalize(spectrum, norm=1, axis=-2) if norm else spectrum
    total = np.sum(weights * distance**p, axis=-2, keepdims=True)
    return total ** (1.0 / p)  # type: ignore[no-any-return]


def spectral_rolloff(
    *,
    y: ArrayLike | None = None,
    sr: float = 22050,
    S: ArrayLike | None = None,
    n_fft: int = 2048,
    hop_length: int = 512,
    roll_percent: float = 0.85,
    **options: Any,
) -> NDArray[np.float64]:
    """Return the frequency in Hz below which most of each frame's magnitude is.

    As ``librosa.feature.spectral_rolloff``. ``roll_percent`` is the part, between 0 and 1. The
    other arguments and the result are as for :func:`spectral_centroid`.
    """
    if not 0 < roll_percent < 1:
        raise ParameterError("spectral_rolloff: roll_percent must be between 0 and 1")
    spectrum, n_fft = _not_negative(y, S, n_fft=n_fft, hop_length=hop_length, **options)
    total = np.cumsum(spectrum, axis=-2)
    reached = total >= roll_percent * total[..., -1:, :]
    frequencies = np.fft.rfftfreq(n_fft, 1 / sr)
    return frequencies[np.argmax(reached, axis=-2)][..., None, :]  # type: ignore[no-any-return]


def spectral_flatness(
    *,
    y: ArrayLike | None = None,
    S: ArrayLike | None = None,
    n_fft: int = 2048,
    hop_length: int = 512,
    amin: float = 1e-10,
    power: float = 2.0,
    **options: Any,
) -> NDArray[Any]:
    """Return how much each frame is like noise: 0 for a tone, 1 for white noise.

    As ``librosa.feature.spectral_flatness``: the geometric mean of the power by the arithmetic one.
    The other arguments and the result are as for :func:`spectral_centroid`.
    """
    if amin <= 0:
        raise ParameterError("spectral_flatness: amin must be above 0")
    spectrum, _ = _not_negative(y, S, n_fft=n_fft, hop_length=hop_length, **options)
    powers = np.maximum(amin, spectrum**power)
    geometric = np.exp(np.mean(np.log(powers), axis=-2, keepdims=True))
    return geometric / np.mean(powers, axis=-2, keepdims=True)  # type: ignore[no-any-return]


def spectral_contrast(
    *,
    y: ArrayLike | None = None,
    sr: float = 22050,
    S: ArrayLike | None = None,
    n_fft: int = 2048,
    hop_length: int = 512,
    fmin: float = 200.0,
    n_bands: int = 6,
    quantile: float = 0.02,
    linear: bool = False,
    **options: Any,
) -> NDArray[Any]:
    """Return the distance of peaks and valleys in each octave, as librosa's function does.

    Parameters
    ----------
    y, sr, S, n_fft, hop_length, **options
        As for :func:`spectral_centroid`.
    fmin
        The end of the lowest band in Hz.
    n_bands
        The number of octaves above it.
    quantile
        The part of a band that counts as peak, and as valley.
    linear
        Whether the result is a difference of magnitudes, and not in decibels.

    Returns
    -------
    float array ``[..., n_bands + 1, frames]``
    """
    if n_bands < 1 or not 0 < quantile < 1 or fmin <= 0:
        raise ParameterError("spectral_contrast: n_bands, quantile or fmin is out of range")
    edges = np.concatenate([[0.0], fmin * 2.0 ** np.arange(n_bands + 1)])
    if edges[-2] >= 0.5 * sr:
        raise ParameterError("spectral_contrast: a band is above half the sample rate")
    spectrum, n_fft = magnitudes(y, S, n_fft=n_fft, hop_length=hop_length, **options)
    frequencies = np.fft.rfftfreq(n_fft, 1 / sr)
    valleys, peaks = [], []
    for band in range(n_bands + 1):
        inside = np.flatnonzero((frequencies >= edges[band]) & (frequencies <= edges[band + 1]))
        if not len(inside):
            raise ParameterError("spectral_contrast: a band has no bin: raise n_fft or fmin")
        # A band begins with the last bin of the one below, and the highest one has all above it.
        first = inside[0] - (band > 0)
        last = len(frequencies) - 1 if band == n_bands else inside[-1]
        count = int(max(np.rint(quantile * (last - first + 1)), 1))
        ordered = np.sort(spectrum[..., first : last + (band == n_bands), :], axis=-2)
        valleys.append(np.mean(ordered[..., :count, :], axis=-2))
        peaks.append(np.mean(ordered[..., -count:, :], axis=-2))
    low, high = np.stack(valleys, axis=-2), np.stack(peaks, axis=-2)
    return high - low if linear else power_to_db(high) - power_to_db(low)


def _not_negative(y: ArrayLike | None, S: ArrayLike | None, **options: Any) -> tuple[Any, int]:
    spectrum, n_fft = magnitudes(y, S, **options)
    if np.any(spectrum < 0):
        raise ParameterError("a magnitude is below 0")
    return spectrum, n_fft


def _frames(array: NDArray[Any], length: int, hop: int, pad_mode: str | None) -> NDArray[Any]:
    """Return frames ``[..., frames, length]``, centered if there is a mode for the ends."""
    if length < 1 or hop < 1:
        raise ParameterError("frame_length and hop_length must be at least 1")
    if pad_mode is not None:
        widths = [(0, 0)] * (array.ndim - 1) + [(length // 2, length // 2)]
        array = np.pad(array, widths, mode=pad_mode)  # type: ignore[call-overload]
    if array.shape[-1] < length:
        raise ParameterError(f"a frame of {length} samples is longer than the recording")
    return sliding_window_view(array, length, axis=-1)[..., ::hop, :]

"""Pitches of spectral peaks, and the tuning of a recording, with librosa's names and numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .spectrum import magnitudes

__all__ = ["estimate_tuning", "piptrack"]


def piptrack(
    *,
    y: ArrayLike | None = None,
    sr: float = 22050,
    S: ArrayLike | None = None,
    n_fft: int = 2048,
    hop_length: int = 512,
    fmin: float = 150.0,
    fmax: float = 4000.0,
    threshold: float = 0.1,
    **options: Any,
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Find the peaks of each frame, as ``librosa.piptrack`` does.

    Parameters
    ----------
    y : float array ``[..., samples]``
    sr, fmin, fmax
        Sample rate and range of the peaks in Hz.
    S : float array ``[..., bins, frames]``
        A magnitude spectrogram, instead of ``y``.
    threshold
        A peak is above this part of the highest value of its frame.
    **options
        Parameters of :func:`undertone.stft`.

    Returns
    -------
    pitches, magnitudes : float arrays ``[..., bins, frames]``
        The interpolated frequency in Hz and height at each peak; 0 elsewhere.
    """
    spectrum, n_fft = magnitudes(y, S, n_fft=n_fft, hop_length=hop_length, **options)
    spectrum = np.abs(spectrum)
    frequencies = np.fft.rfftfreq(n_fft, 1 / sr)
    allowed = (max(fmin, 0) <= frequencies) & (frequencies < min(fmax, sr / 2))
    slope = np.gradient(spectrum, axis=-2)
    shift = _shift_of_parabolas(spectrum)
    loud = spectrum * (spectrum > threshold * spectrum.max(axis=-2, keepdims=True))
    index = np.nonzero(allowed[:, None] & _peaks(loud))
    pitches, heights = np.zeros_like(spectrum), np.zeros_like(spectrum)
    pitches[index] = (index[-2] + shift[index]) * float(sr) / n_fft
    heights[index] = spectrum[index] + (0.5 * slope * shift)[index]
    return pitches, heights


def estimate_tuning(
    *,
    y: ArrayLike | None = None,
    sr: float = 22050,
    S: ArrayLike | None = None,
    n_fft: int = 2048,
    resolution: float = 0.01,
    bins_per_octave: int = 12,
    **options: Any,
) -> float:
    """Estimate how far a recording is from 440 Hz, as ``librosa.estimate_tuning`` does.

    Parameters
    ----------
    y, sr, S, n_fft, **options
        As for :func:`piptrack`.
    resolution
        The step of the result.

    Returns
    -------
    float from −0.5 to 0.5, in parts of a bin
    """
    pitches, heights = piptrack(y=y, sr=sr, S=S, n_fft=n_fft, **options)
    some = pitches > 0
    if not some.any():
        return 0.0
    found = pitches[some & (heights >= np.median(heights[some]))]
    away = np.mod(bins_per_octave * np.log2(found / (440.0 / 16)), 1.0)
    away[away >= 0.5] -= 1.0
    counts, edges = np.histogram(away, np.linspace(-0.5, 0.5, int(np.ceil(1 / resolution)) + 1))
    return float(edges[np.argmax(counts)])


def _shift_of_parabolas(S: NDArray[Any]) -> NDArray[Any]:
    """Return how far from each bin the top of the parabola through it and its neighbors is."""
    below, here, above = S[..., :-2, :], S[..., 1:-1, :], S[..., 2:, :]
    curve = above + below - 2 * here
    slope = (above - below) / 2
    flat = np.abs(slope) >= np.abs(curve)
    shift = np.zeros_like(S)
    shift[..., 1:-1, :] = np.where(flat, 0, -slope / np.where(flat, 1, curve))
    return shift


def _peaks(S: NDArray[Any]) -> NDArray[np.bool_]:
    """Return which bins are above the one before, and not below the one behind."""
    peaks = np.zeros(S.shape, dtype=bool)
    peaks[..., 1:-1, :] = (S[..., 1:-1, :] > S[..., :-2, :]) & (S[..., 1:-1, :] >= S[..., 2:, :])
    peaks[..., -1, :] = S[..., -1, :] > S[..., -2, :]
    return peaks

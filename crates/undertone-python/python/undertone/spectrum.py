"""Short-time Fourier transforms and decibels, with librosa's names and numbers.

They are written with numpy: its transform is what takes the time, as in librosa.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from ._undertone import ParameterError
from .decibels import power_to_db

__all__ = ["amplitude_to_db", "istft", "magnitudes", "magphase", "samples_as_given", "stft"]

#: Coefficients of the windows that are sums of cosines.
_WINDOWS = {
    "hann": [0.5, 0.5],
    "hanning": [0.5, 0.5],
    "hamming": [0.54, 0.46],
    "blackman": [0.42, 0.5, 0.08],
    "boxcar": [1.0],
    "ones": [1.0],
}
#: Frames that are transformed together: few, so that they stay in the cache.
_FRAMES = 32


def stft(
    y: ArrayLike,
    *,
    n_fft: int = 2048,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: Any = "hann",
    center: bool = True,
    pad_mode: str = "constant",
) -> NDArray[Any]:
    """Compute the short-time Fourier transform, as ``librosa.stft`` does.

    Parameters
    ----------
    y : float array ``[..., samples]``
    n_fft, hop_length, win_length
        In samples. ``hop_length=None`` is a quarter of a window.
    window
        ``"hann"``, ``"hamming"``, ``"blackman"``, ``"boxcar"``, or an array ``[win_length]``.
    center
        Whether frame ``t`` has its center, and not its start, at sample ``t · hop_length``.
    pad_mode
        How ``numpy.pad`` continues the ends of centered frames.

    Returns
    -------
    complex array ``[..., 1 + n_fft // 2, frames]``
        complex64 for float32 samples, complex128 for float64.
    """
    samples = samples_as_given(y)
    window_length, hop = _lengths(n_fft, hop_length, win_length)
    if center:
        widths = [(0, 0)] * (samples.ndim - 1) + [(n_fft // 2, n_fft // 2)]
        samples = np.pad(samples, widths, mode=pad_mode)  # type: ignore[call-overload]
    if samples.shape[-1] < n_fft:
        raise ParameterError(f"stft: n_fft={n_fft} is more than there are samples")
    frames = sliding_window_view(samples, n_fft, axis=-1)[..., ::hop, :]
    shape = (*frames.shape[:-1], 1 + n_fft // 2)
    spectrum = np.empty(shape, dtype=np.result_type(samples.dtype, np.complex64))
    weights = _padded(_window(window, window_length), n_fft)
    for start in range(0, frames.shape[-2], _FRAMES):
        part = slice(start, start + _FRAMES)
        spectrum[..., part, :] = np.fft.rfft(frames[..., part, :] * weights)
    return spectrum.swapaxes(-1, -2)


def istft(
    stft_matrix: NDArray[Any],
    *,
    hop_length: int | None = None,
    win_length: int | None = None,
    n_fft: int | None = None,
    window: Any = "hann",
    center: bool = True,
    length: int | None = None,
) -> NDArray[Any]:
    """Invert :func:`stft`, as ``librosa.istft`` does.

    Parameters
    ----------
    stft_matrix : complex array ``[..., 1 + n_fft // 2, frames]``
    length
        The number of samples to return, with zeros at the end if there are fewer.
    hop_length, win_length, n_fft, window, center
        As for :func:`stft`.

    Returns
    -------
    float array ``[..., samples]``
    """
    matrix = np.asarray(stft_matrix)
    if n_fft is None:
        n_fft = 2 * (matrix.shape[-2] - 1)
    window_length, hop = _lengths(n_fft, hop_length, win_length)
    edge = n_fft // 2 if center else 0
    frames = matrix.shape[-1]
    if length:
        frames = min(frames, -(-(length + 2 * edge) // hop))
    weights = _padded(_window(window, window_length), n_fft)
    total = n_fft + hop * (frames - 1)
    dtype = np.float32 if matrix.dtype == np.complex64 else np.float64
    y = np.zeros((*matrix.shape[:-2], total), dtype=dtype)
    sums = np.zeros(total, dtype=dtype)
    square = (weights**2).astype(dtype)
    for first in range(0, frames, _FRAMES):
        part = matrix[..., first : min(first + _FRAMES, frames)].swapaxes(-1, -2)
        waves = weights * np.fft.irfft(part, n=n_fft)
        for number in range(waves.shape[-2]):
            start = (first + number) * hop
            y[..., start : start + n_fft] += waves[..., number, :]
            sums[start : start + n_fft] += square
    wanted = length or total - 2 * edge
    y, sums = y[..., edge : edge + wanted], sums[edge : edge + wanted]
    some = sums > np.finfo(dtype).tiny
    y[..., some] /= sums[some]
    missing = wanted - y.shape[-1]
    return np.pad(y, [(0, 0)] * (y.ndim - 1) + [(0, missing)]) if missing > 0 else y


def magphase(D: NDArray[Any], *, power: float = 1) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the magnitudes to a power, and the phases as numbers of magnitude 1.

    As ``librosa.magphase``: ``D`` is a complex array, and ``D = S * P`` for ``power=1``.
    """
    magnitude = np.abs(D)
    zero = magnitude == 0
    phase = np.divide(D, magnitude + zero) + zero
    return magnitude**power, phase.astype(D.dtype, copy=False)


def amplitude_to_db(
    S: ArrayLike, *, ref: Any = 1.0, amin: float = 1e-5, top_db: float | None = 80.0
) -> NDArray[Any]:
    """Convert amplitudes to decibels, as ``librosa.amplitude_to_db`` does.

    Parameters
    ----------
    S : array of any shape
    ref
        The amplitude at 0 dB, or a function of the array that gives it, such as ``np.max``.
    amin
        Smaller amplitudes count as this.
    top_db
        Values further below the peak than this are raised; ``None``: none are.

    Returns
    -------
    float32 array of the shape of ``S``
    """
    magnitude = np.abs(np.asarray(S))
    reference = float(ref(magnitude)) if callable(ref) else abs(float(ref))
    return power_to_db(magnitude**2, ref=reference**2, amin=amin**2, top_db=top_db)


def magnitudes(
    y: ArrayLike | None,
    S: ArrayLike | None,
    *,
    n_fft: int = 2048,
    hop_length: int = 512,
    power: float = 1,
    **options: Any,
) -> tuple[NDArray[Any], int]:
    """Return a given spectrogram, or the magnitudes of samples to a power, and ``n_fft``.

    Both are ``[..., 1 + n_fft // 2, frames]``. ``options`` are those of :func:`stft`.
    """
    if S is not None:
        array = np.asarray(S)
        if array.ndim < 2 or not np.isrealobj(array) or not array.size:
            raise ParameterError("S must be real and have at least two dimensions")
        return array, n_fft if n_fft // 2 + 1 == array.shape[-2] else 2 * (array.shape[-2] - 1)
    if y is None:
        raise ParameterError("give y or S")
    spectrum = np.abs(stft(y, n_fft=n_fft, hop_length=hop_length, **options))
    return spectrum if power == 1 else spectrum**power, n_fft


def samples_as_given(y: ArrayLike) -> NDArray[Any]:
    """Return samples with their own precision. They must be finite floats, and at least one."""
    samples = np.asarray(y)
    if samples.dtype.kind != "f":
        raise ParameterError(f"samples must be floats, not {samples.dtype}")
    if samples.ndim == 0 or samples.shape[-1] == 0:
        raise ParameterError("there are no samples")
    if not np.isfinite(samples).all():
        raise ParameterError("a sample is not a finite number")
    return samples


def _lengths(n_fft: int, hop_length: int | None, win_length: int | None) -> tuple[int, int]:
    window = n_fft if win_length is None else win_length
    hop = window // 4 if hop_length is None else hop_length
    if n_fft < 1 or hop < 1 or not 1 <= window <= n_fft:
        raise ParameterError(
            f"n_fft={n_fft}, hop_length={hop} and win_length={window} must be at least 1, "
            "and the window no longer than the transform"
        )
    return window, hop


def _window(window: Any, length: int) -> NDArray[np.float64]:
    if not isinstance(window, str):
        weights = np.asarray(window, dtype=np.float64)
        if weights.shape != (length,):
            raise ParameterError(f"the window has the shape {weights.shape}, not ({length},)")
        return weights
    if window not in _WINDOWS:
        raise ParameterError(f"unknown window {window!r}: give one of {sorted(_WINDOWS)}")
    turn = 2 * np.pi * np.arange(length) / length
    cosines = [
        (-1) ** n * weight * np.cos(n * turn) for n, weight in enumerate(_WINDOWS[window])
    ]
    return np.sum(cosines, axis=0)  # type: ignore[no-any-return]


def _padded(window: NDArray[np.float64], n_fft: int) -> NDArray[np.float64]:
    left = (n_fft - len(window)) // 2
    return np.pad(window, (left, n_fft - len(window) - left))

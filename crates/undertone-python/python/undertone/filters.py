"""Filter banks, with librosa's names and numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ._undertone import ParameterError

__all__ = ["chroma", "mel"]

#: The mel scale of Slaney's toolbox: linear to 1000 Hz, and logarithmic from there.
_LINEAR_HZ = 200.0 / 3
_BREAK_HZ = 1000.0
_LOG_STEP = np.log(6.4) / 27.0


def mel(
    *,
    sr: float,
    n_fft: int,
    n_mels: int = 128,
    fmin: float = 0.0,
    fmax: float | None = None,
    htk: bool = False,
    norm: str | None = "slaney",
) -> NDArray[np.float32]:
    """Return triangular filters on the mel scale, as ``librosa.filters.mel`` does.

    Parameters
    ----------
    sr, fmin, fmax
        Sample rate and range in Hz. ``fmax=None`` is half the sample rate.
    htk
        Whether the scale is HTK's, and not that of Slaney's toolbox.
    norm
        ``"slaney"`` divides each filter by its width; ``None`` leaves a height of 1.

    Returns
    -------
    float32 array ``[n_mels, 1 + n_fft // 2]``
    """
    top = sr / 2 if fmax is None else fmax
    if n_mels < 1 or n_fft < 1 or not 0 <= fmin < top:
        raise ParameterError("mel: n_mels and n_fft must be at least 1, and 0 <= fmin < fmax")
    if norm not in (None, "slaney"):
        raise ParameterError('mel: norm must be "slaney" or None')
    lowest, highest = _hz_to_mel(np.array([fmin, top]), htk)
    scale = np.linspace(float(lowest), float(highest), n_mels + 2)
    edges = _mel_to_hz(scale, htk)
    distances = edges[:, None] - np.fft.rfftfreq(n_fft, 1 / sr)
    widths = np.diff(edges)
    rising = -distances[:-2] / widths[:-1, None]
    falling = distances[2:] / widths[1:, None]
    weights = np.maximum(0, np.minimum(rising, falling)).astype(np.float32)
    if norm == "slaney":
        weights *= (2.0 / (edges[2:] - edges[:-2]))[:, None]
    return weights


def chroma(
    *,
    sr: float,
    n_fft: int,
    n_chroma: int = 12,
    tuning: float = 0.0,
    ctroct: float = 5.0,
    octwidth: float | None = 2,
    base_c: bool = True,
) -> NDArray[np.float32]:
    """Return filters for the pitch classes, as ``librosa.filters.chroma`` does.

    Parameters
    ----------
    sr
        Sample rate in Hz.
    tuning
        How far the recording is from 440 Hz, in parts of a class.
    ctroct, octwidth
        The octave that counts most, and how fast the others count less. ``None``: all the same.
    base_c
        Whether the first class is C, and not A.

    Returns
    -------
    float32 array ``[n_chroma, 1 + n_fft // 2]``
    """
    if n_chroma < 1 or n_fft < 2:
        raise ParameterError("chroma: n_chroma must be at least 1, and n_fft at least 2")
    a440 = 440.0 * 2.0 ** (tuning / n_chroma)
    frequencies = np.arange(1, n_fft) * (sr / n_fft)
    classes = n_chroma * np.log2(frequencies / (a440 / 16))
    # The lowest bin has no logarithm: it counts as one and a half octaves below the next.
    classes = np.concatenate([[classes[0] - 1.5 * n_chroma], classes])
    widths = np.append(np.maximum(np.diff(classes), 1.0), 1)
    half = np.round(n_chroma / 2)
    away = classes - np.arange(n_chroma)[:, None]
    away = np.remainder(away + half + 10 * n_chroma, n_chroma) - half
    weights = np.exp(-0.5 * (2 * away / widths) ** 2)
    weights /= np.sqrt(np.sum(weights**2, axis=0))
    if octwidth is not None:
        weights *= np.exp(-0.5 * ((classes / n_chroma - ctroct) / octwidth) ** 2)
    if base_c:
        weights = np.roll(weights, -3 * (n_chroma // 12), axis=0)
    return np.ascontiguousarray(weights[:, : 1 + n_fft // 2], dtype=np.float32)


def _hz_to_mel(hz: NDArray[np.float64], htk: bool) -> NDArray[np.float64]:
    if htk:
        return 2595.0 * np.log10(1.0 + hz / 700.0)
    above = np.log(np.maximum(hz, _BREAK_HZ) / _BREAK_HZ) / _LOG_STEP
    return np.minimum(hz, _BREAK_HZ) / _LINEAR_HZ + above  # type: ignore[no-any-return]


def _mel_to_hz(mels: NDArray[np.float64], htk: bool) -> NDArray[np.float64]:
    if htk:
        return 700.0 * (10.0 ** (mels / 2595.0) - 1.0)
    knee = _BREAK_HZ / _LINEAR_HZ
    above = np.exp(_LOG_STEP * np.maximum(mels - knee, 0))
    return np.minimum(mels, knee) * _LINEAR_HZ * above  # type: ignore[no-any-return]

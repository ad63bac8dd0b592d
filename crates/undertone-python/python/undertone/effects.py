"""Time-domain processing, with librosa's names."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from . import _undertone
from ._undertone import ParameterError
from .arrays import samples_of
from .audio import resample
from .decibels import power_to_db
from .spectral import rms
from .spectrum import istft, samples_as_given, stft
from .util import fix_length

__all__ = [
    "harmonic",
    "hpss",
    "percussive",
    "pitch_shift",
    "preemphasis",
    "split",
    "time_stretch",
    "trim",
]


def trim(
    y: ArrayLike,
    *,
    top_db: float = 60,
    ref: Any = None,
    frame_length: int = 2048,
    hop_length: int = 512,
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Take the silence off both ends, as ``librosa.effects.trim`` does.

    Parameters
    ----------
    y : float array ``[samples]``
    top_db
        A frame that is this many decibels below the loudest, or more, is silent.
    ref
        Must be ``None`` or ``np.max``: the loudest frame is the reference.
    frame_length, hop_length
        In samples.

    Returns
    -------
    y_trimmed : float32 array
    index : int array ``[2]``
        The interval of ``y`` that is kept.
    """
    if ref is not None and ref is not np.max:
        raise ParameterError("trim: only ref=np.max is supported")
    samples = samples_of(y)
    if samples.ndim != 1:
        raise ParameterError("trim: y must have one dimension")
    start, end = _undertone.trim(samples.tobytes(), top_db, frame_length, hop_length)
    return samples[start:end], np.asarray([start, end])


def split(
    y: ArrayLike,
    *,
    top_db: float = 60,
    ref: Any = np.max,
    frame_length: int = 2048,
    hop_length: int = 512,
) -> NDArray[np.int64]:
    """Find what is not silent, as ``librosa.effects.split`` does.

    The arguments are those of :func:`trim`; ``ref`` may be any function of the frames' levels. The
    result is ``[intervals, 2]``: first sample, and the one behind the last.
    """
    samples = samples_as_given(y)
    if samples.ndim != 1:
        raise ParameterError("split: y must have one dimension")
    level = rms(y=samples, frame_length=frame_length, hop_length=hop_length)[0]
    reference = float(ref(level)) if callable(ref) else float(ref)
    db = power_to_db(level**2, ref=reference**2, amin=1e-10, top_db=None)
    loud = np.concatenate([[False], db > -top_db, [False]])
    edges = np.flatnonzero(loud[1:] != loud[:-1]) * hop_length
    return np.minimum(edges, len(samples)).reshape(-1, 2)


def preemphasis(y: ArrayLike, *, coef: float = 0.97) -> NDArray[Any]:
    """Raise the high frequencies, as ``librosa.effects.preemphasis`` does.

    ``y`` is a float array ``[..., samples]`` of at least two samples. Each sample loses ``coef``
    times the one before; the first one has the line through the first two before it.
    """
    samples = samples_as_given(y)
    if samples.shape[-1] < 2:
        raise ParameterError("preemphasis: y must have two samples")
    first = 3 * samples[..., :1] - samples[..., 1:2]
    rest = samples[..., 1:] - samples.dtype.type(coef) * samples[..., :-1]
    return np.concatenate([first, rest], axis=-1)


def time_stretch(y: ArrayLike, *, rate: float, **options: Any) -> NDArray[Any]:
    """Change the speed and keep the pitch, as ``librosa.effects.time_stretch`` does.

    Parameters
    ----------
    y : float array ``[..., samples]``
    rate
        Above 1 is faster.
    **options
        ``n_fft``, ``hop_length``, ``win_length`` and ``window`` of :func:`undertone.stft`.

    Returns
    -------
    float array ``[..., round(samples / rate)]``
    """
    if not rate > 0:
        raise ParameterError("time_stretch: rate must be above 0")
    samples = samples_as_given(y)
    stretched = _phase_vocoder(stft(samples, **options), rate, **options)
    return istft(stretched, length=round(samples.shape[-1] / rate), **options)


def pitch_shift(
    y: ArrayLike,
    *,
    sr: float,
    n_steps: float,
    bins_per_octave: int = 12,
    res_type: str = "soxr_hq",
    **options: Any,
) -> NDArray[np.float32]:
    """Change the pitch and keep the speed, as ``librosa.effects.pitch_shift`` does.

    Parameters
    ----------
    y : float array ``[..., samples]``
    sr
        Sample rate in Hz.
    n_steps
        How much higher, in steps.
    bins_per_octave
        Steps in an octave.
    res_type
        As for :func:`undertone.resample`.
    **options
        As for :func:`time_stretch`.

    Returns
    -------
    float32 array of the shape of ``y``
    """
    if bins_per_octave < 1 or abs(n_steps) > 5 * bins_per_octave:
        raise ParameterError("pitch_shift: bins_per_octave or n_steps is out of range")
    rate = 2.0 ** (-float(n_steps) / bins_per_octave)
    stretched = time_stretch(y, rate=rate, **options)
    # The resampler takes whole rates: these have the ratio to a few parts in a thousand million.
    ratio = Fraction(rate).limit_denominator(10_000)
    shifted = resample(
        stretched, orig_sr=ratio.denominator, target_sr=ratio.numerator, res_type=res_type
    )
    return fix_length(shifted, size=np.shape(y)[-1])


def hpss(
    y: ArrayLike,
    *,
    kernel_size: int | tuple[int, int] = 31,
    power: float = 2.0,
    margin: float | tuple[float, float] = 1.0,
    **options: Any,
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Separate tones from clicks, as ``librosa.effects.hpss`` does.

    Parameters
    ----------
    y : float array ``[samples]``
    kernel_size
        Frames, and bins, of the median filters.
    power
        The exponent of the masks.
    margin
        How much louder a part must be than the other to count, at least 1.
    **options
        ``n_fft``, ``hop_length``, ``win_length`` and ``window`` of :func:`undertone.stft`.

    Returns
    -------
    harmonic, percussive : float arrays ``[samples]``
    """
    samples = samples_as_given(y)
    if samples.ndim != 1:
        raise ParameterError("hpss: y must have one dimension")
    frames, bins = kernel_size if isinstance(kernel_size, tuple) else (kernel_size, kernel_size)
    margins = margin if isinstance(margin, tuple) else (margin, margin)
    if min(frames, bins) < 1 or min(margins) < 1 or power <= 0:
        raise ParameterError("hpss: kernel_size, margin or power is out of range")
    spectrum = stft(samples, **options)
    magnitude = np.abs(spectrum)
    tones, clicks = _medians(magnitude, frames, 1), _medians(magnitude, bins, 0)
    even = margins == (1, 1)
    parts = []
    for part, other, factor in ((tones, clicks, margins[0]), (clicks, tones, margins[1])):
        mask = _mask(part, other * factor, power, even)
        parts.append(istft((spectrum * mask), length=len(samples), **options))
    return parts[0], parts[1]


def harmonic(y: ArrayLike, **options: Any) -> NDArray[Any]:
    """Return the tones of a recording: the first result of :func:`hpss`."""
    return hpss(y, **options)[0]


def percussive(y: ArrayLike, **options: Any) -> NDArray[Any]:
    """Return the clicks of a recording: the second result of :func:`hpss`."""
    return hpss(y, **options)[1]


def _phase_vocoder(
    D: NDArray[Any], rate: float, *, n_fft: int = 2048, hop_length: int | None = None, **_: Any
) -> NDArray[Any]:
    """Return frames at steps of ``rate``, with the phases that their bins would have reached."""
    hop = n_fft // 4 if hop_length is None else hop_length
    steps = np.arange(0, D.shape[-1], rate)
    advance = 2 * np.pi * hop * np.arange(D.shape[-2]) / n_fft
    frames = np.pad(D.swapaxes(-1, -2), [(0, 0)] * (D.ndim - 2) + [(0, 2), (0, 0)])
    magnitude, angle = np.abs(frames), np.angle(frames)
    # Added up in the precision of the samples, as librosa does: single precision changes the sound.
    phase = angle[..., 0, :].copy()
    stretched = np.empty((*D.shape[:-2], len(steps), D.shape[-2]), dtype=D.dtype)
    for number, (first, part) in enumerate(zip(steps.astype(int), steps % 1.0, strict=True)):
        size = (1 - part) * magnitude[..., first, :] + part * magnitude[..., first + 1, :]
        stretched.real[..., number, :] = size * np.cos(phase)
        stretched.imag[..., number, :] = size * np.sin(phase)
        turned = angle[..., first + 1, :] - angle[..., first, :] - advance
        phase += advance + turned - 2 * np.pi * np.round(turned / (2 * np.pi))
    return stretched.swapaxes(-1, -2)


def _medians(array: NDArray[Any], size: int, axis: int) -> NDArray[Any]:
    """Return the median of a window around each value, with mirrored ends."""
    widths = [(0, 0), (0, 0)]
    widths[axis] = (size // 2, size - 1 - size // 2)
    windows = sliding_window_view(np.pad(array, widths, mode="symmetric"), size, axis=axis)
    return np.partition(windows, size // 2, axis=-1)[..., size // 2]


def _mask(part: NDArray[Any], other: NDArray[Any], power: float, even: bool) -> NDArray[Any]:
    """Return how much of each value is of the part, 0 to 1."""
    largest = np.maximum(part, other)
    nothing = largest < np.finfo(largest.dtype).tiny
    largest[nothing] = 1
    a, b = (part / largest) ** power, (other / largest) ** power
    mask = a / np.where(nothing, 1, a + b)
    mask[nothing] = 0.5 if even else 0.0
    return mask  # type: ignore[no-any-return]

"""Spectral features, with the names, defaults and numbers of librosa 0.11."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import _undertone
from ._undertone import ParameterError
from .arrays import over_leading, refuse, samples_of, to_floats

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

__all__ = ["delta", "melspectrogram", "mfcc", "power_to_db", "pyin"]


def melspectrogram(
    *,
    y: ArrayLike | None = None,
    sr: float = 22050,
    S: ArrayLike | None = None,
    n_fft: int = 2048,
    hop_length: int = 512,
    win_length: int | None = None,
    window: str = "hann",
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
    n_fft, hop_length
        In samples. The window is as long as the transform.
    n_mels, fmin, fmax
        The bands, from ``fmin`` to ``fmax`` Hz (``None``: half the sample rate).

    Returns
    -------
    float32 array ``[..., n_mels, frames]``, with ``1 + samples // hop_length`` frames

    Raises
    ------
    ParameterError
        If a parameter has no meaning, or another value of librosa's than those above is asked for.
    """
    if win_length is None:
        win_length = n_fft
    refuse(
        "melspectrogram",
        S=(S, None),
        win_length=(win_length, n_fft),
        window=(window, "hann"),
        center=(center, True),
        pad_mode=(pad_mode, "constant"),
        power=(power, 2.0),
        htk=(htk, False),
        norm=(norm, "slaney"),
    )
    if y is None:
        raise ParameterError("melspectrogram: y is missing")

    def one(samples: Any) -> Any:
        data, _ = _undertone.melspectrogram(
            samples.tobytes(), int(sr), n_fft, hop_length, n_mels, float(fmin), fmax
        )
        return to_floats(data, n_mels)

    return over_leading(one, samples_of(y), 1)  # type: ignore[no-any-return]


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
    **kwargs
        Parameters of :func:`melspectrogram`.

    Returns
    -------
    float32 array ``[..., n_mfcc, frames]``
    """
    refuse("mfcc", dct_type=(dct_type, 2), norm=(norm, "ortho"), lifter=(lifter, 0))
    if S is None:
        S = power_to_db(melspectrogram(y=y, sr=sr, norm=mel_norm, **kwargs))

    def one(db: Any) -> Any:
        return to_floats(_undertone.mfcc(db.tobytes(), db.shape[0], n_mfcc)[0], n_mfcc)

    return over_leading(one, samples_of(S), 2)  # type: ignore[no-any-return]


def delta(
    data: ArrayLike, *, width: int = 9, order: int = 1, axis: int = -1, mode: str = "interp"
) -> NDArray[np.float32]:
    """Compute slopes over time, as ``librosa.feature.delta`` does.

    Parameters
    ----------
    data : float array ``[..., bands, frames]``
    width
        Frames of the window; odd and at least 3.

    Returns
    -------
    float32 array of the shape of ``data``
    """
    refuse("delta", order=(order, 1), axis=(axis, -1), mode=(mode, "interp"))
    array = samples_of(data)

    def one(part: Any) -> Any:
        return to_floats(_undertone.delta(part.tobytes(), part.shape[0], width)[0], part.shape[0])

    if array.ndim == 1:
        return one(array[None, :])[0]  # type: ignore[no-any-return]
    return over_leading(one, array, 2)  # type: ignore[no-any-return]


def power_to_db(
    S: ArrayLike, *, ref: Any = 1.0, amin: float = 1e-10, top_db: float | None = 80.0
) -> NDArray[np.float32]:
    """Convert power to decibels, as ``librosa.power_to_db`` does.

    Parameters
    ----------
    S : float array of any shape
    ref
        The power at 0 dB, or a function of the array that gives it, such as ``np.max``.
    amin
        Smaller powers count as this.
    top_db
        Values further below the peak than this are raised; ``None``: none are.

    Returns
    -------
    float32 array of the shape of ``S``
    """
    import numpy as np

    power = samples_of(np.atleast_1d(np.asarray(S, dtype=np.float32)))
    reference = float(ref(power)) if callable(ref) else float(ref)
    data, _ = _undertone.power_to_db(power.tobytes(), reference, amin, top_db)
    return to_floats(data).reshape(np.shape(S))


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
    import numpy as np

    samples = samples_of(y)
    if samples.ndim != 1:
        raise ParameterError("pyin: y must have one dimension")
    if fill_na is None:
        raise ParameterError("pyin: fill_na=None is not supported")
    hop = frame_length // 4 if hop_length is None else hop_length
    frequency, voicing = _undertone.pyin(
        samples.tobytes(), int(sr), float(fmin), float(fmax), frame_length, hop
    )
    f0, probability = to_floats(frequency), to_floats(voicing)
    voiced = ~np.isnan(f0)
    if not np.isnan(fill_na):
        f0[~voiced] = fill_na
    return f0, voiced, probability

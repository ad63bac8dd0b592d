"""Read and resample recordings, with librosa's names."""

from __future__ import annotations

import os
from typing import IO, TYPE_CHECKING, Any

from . import _undertone
from ._undertone import ParameterError
from .arrays import over_leading, refuse, samples_of, to_floats, whole_rate

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, DTypeLike, NDArray

_LONGEST_SECONDS = 36_000.0
#: librosa's names of resamplers. All stand for the same one here, which is at least as good as each.
_RESAMPLERS = frozenset(
    ["soxr_vhq", "soxr_hq", "soxr_mq", "soxr_lq", "kaiser_best", "kaiser_fast", "polyphase", "fft"]
)


def load(
    path: str | os.PathLike[str] | bytes | IO[bytes],
    *,
    sr: float | None = 22050,
    mono: bool = True,
    offset: float = 0.0,
    duration: float | None = None,
    dtype: DTypeLike = "float32",
    res_type: str = "soxr_hq",
) -> tuple[NDArray[Any], int]:
    """Read a recording, as ``librosa.load`` does.

    Reads WAV, FLAC, MP3, AAC, M4A, Ogg, Opus, WebM, AIFF, CAF, AU and more.

    Parameters
    ----------
    path
        A path, the bytes of a file, or a file that is open for reading bytes.
    sr
        The sample rate in Hz to resample to; ``None`` keeps the recording's own.
    mono
        Must be true: channels are averaged.
    offset, duration
        The part to read, in seconds. ``duration=None`` reads to the end.
    res_type
        Any of librosa's names. There is one resampler, of the quality of ``soxr_hq``.

    Returns
    -------
    y : float32 array ``[samples]``
        Full scale is ±1.
    sr : int
        The sample rate in Hz.

    Raises
    ------
    AudioError
        If the recording cannot be read.
    """
    refuse("load", mono=(mono, True))
    if res_type not in _RESAMPLERS:
        raise ParameterError(f"load: unknown res_type {res_type!r}")
    if offset < 0 or (duration is not None and duration < 0):
        raise ParameterError("offset and duration must be at least 0")
    wanted = None if sr is None else whole_rate(sr)
    data, rate, _ = _undertone.decode(path, _LONGEST_SECONDS)
    samples = to_floats(data)
    start = round(offset * rate)
    end = None if duration is None else start + round(duration * rate)
    samples = samples[start:end]
    if wanted is not None:
        samples, rate = _at(samples, rate, wanted), wanted
    return samples.astype(dtype, copy=False), rate


def decoded(content: bytes, sr: int, *, max_seconds: float) -> NDArray[np.float32]:
    """Return the samples of a recording at a rate, which it has or is converted to."""
    data, rate, _ = _undertone.decode(content, min(max_seconds, _LONGEST_SECONDS))
    return _at(to_floats(data), rate, sr)  # type: ignore[no-any-return]


def _at(samples: Any, rate: int, sr: int) -> Any:
    if sr == rate or not samples.size:
        return samples
    return resample(samples, orig_sr=rate, target_sr=sr)


def get_duration(
    *,
    y: ArrayLike | None = None,
    sr: float = 22050,
    path: str | os.PathLike[str] | bytes | IO[bytes] | None = None,
) -> float:
    """Return the length in seconds of samples ``[..., samples]``, or of a recording.

    As ``librosa.get_duration``. ``sr`` is the sample rate of ``y`` in Hz.
    """
    if path is not None:
        data, rate, _ = _undertone.decode(path, _LONGEST_SECONDS)
        return len(data) / 4 / rate
    if y is None:
        raise ParameterError("get_duration: give y or path")
    return float(samples_of(y).shape[-1] / sr)


def resample(
    y: ArrayLike,
    *,
    orig_sr: float,
    target_sr: float,
    res_type: str = "soxr_hq",
    fix: bool = True,
    scale: bool = False,
    axis: int = -1,
) -> NDArray[np.float32]:
    """Resample samples, as ``librosa.resample`` does.

    Parameters
    ----------
    y : float array ``[..., samples]``
    orig_sr, target_sr
        Sample rates in whole Hz.
    res_type
        Any of librosa's names. There is one resampler, of the quality of ``soxr_hq``.

    Returns
    -------
    float32 array ``[..., ceil(samples · target_sr / orig_sr)]``
    """
    refuse("resample", fix=(fix, True), scale=(scale, False), axis=(axis, -1))
    if res_type not in _RESAMPLERS:
        raise ParameterError(f"resample: unknown res_type {res_type!r}")
    rates = [whole_rate(orig_sr), whole_rate(target_sr)]

    def one(samples: Any) -> Any:
        return to_floats(_undertone.resample(samples.tobytes(), rates[0], rates[1]))

    return over_leading(one, samples_of(y), 1)  # type: ignore[no-any-return]

"""Time-domain processing, with librosa's names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import _undertone
from ._undertone import ParameterError
from .arrays import samples_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

__all__ = ["trim"]


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
    import numpy as np

    if ref is not None and ref is not np.max:
        raise ParameterError("trim: only ref=np.max is supported")
    samples = samples_of(y)
    if samples.ndim != 1:
        raise ParameterError("trim: y must have one dimension")
    start, end = _undertone.trim(samples.tobytes(), top_db, frame_length, hop_length)
    return samples[start:end], np.asarray([start, end])

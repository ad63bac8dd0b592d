"""``normalize`` and ``fix_length``, as in ``librosa.util``."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._undertone import ParameterError

__all__ = ["fix_length", "normalize"]


def normalize(S: ArrayLike, *, norm: float | None = np.inf, axis: int | None = 0) -> NDArray[Any]:
    """Divide by the norm along an axis, as ``librosa.util.normalize`` does.

    Parameters
    ----------
    S : array of any shape
    norm
        ``np.inf`` is the largest magnitude, 1 the sum of magnitudes, 2 the Euclidean norm;
        ``None`` changes nothing.
    axis
        ``None``: the norm is that of the whole array.

    Returns
    -------
    array of the shape of ``S``. Where the norm is 0, it is unchanged.
    """
    array = np.asarray(S)
    if not np.isfinite(array).all():
        raise ParameterError("normalize: a value is not a finite number")
    if norm is None:
        return array
    magnitude = np.abs(array).astype(float)
    if norm == np.inf:
        length = np.max(magnitude, axis=axis, keepdims=True)
    elif norm > 0:
        length = np.sum(magnitude**norm, axis=axis, keepdims=True) ** (1.0 / norm)
    else:
        raise ParameterError(f"normalize: norm={norm!r} is not supported")
    kind = array.dtype if array.dtype.kind in "fc" else np.dtype(np.float32)
    length[length < np.finfo(kind).tiny] = 1.0
    return (array / length).astype(array.dtype)  # type: ignore[no-any-return]


def fix_length(data: ArrayLike, *, size: int, axis: int = -1, **kwargs: Any) -> NDArray[Any]:
    """Cut or pad to a length along an axis, as ``librosa.util.fix_length`` does.

    ``kwargs`` are those of ``numpy.pad``; without them, the end is padded with zeros.
    """
    array = np.asarray(data)
    missing = size - array.shape[axis]
    if missing <= 0:
        return array.take(range(size), axis=axis) if missing else array
    widths = [(0, 0)] * array.ndim
    widths[axis] = (0, missing)
    return np.pad(array, widths, **{"mode": "constant", **kwargs})

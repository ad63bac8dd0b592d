"""The outline of a wave form, for a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import _undertone
from ._undertone import UndertoneError
from .arrays import to_floats

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

#: Parts of a recording. A picture shows two pixels of each.
_COLUMNS = 240
#: Longer recordings are not read a second time for a picture.
_LONGEST_SECONDS = 7200.0


def outline_of(samples: ArrayLike) -> NDArray[np.float32]:
    """Return the lowest and the highest sample of each of up to 240 equal parts, ``[parts, 2]``.

    ``samples`` are ``[samples]`` or ``[channels, samples]``; channels are averaged.
    """
    import numpy as np

    array = np.asarray(samples)
    if array.ndim == 2:
        array = array.mean(axis=0)
    columns = min(_COLUMNS, len(array))
    if not columns:
        return np.empty((0, 2), np.float32)
    starts = np.arange(columns) * len(array) // columns
    low, high = np.minimum.reduceat(array, starts), np.maximum.reduceat(array, starts)
    return np.stack([low, high], axis=1).astype(np.float32)


def read_outline(source: Any) -> NDArray[np.float32]:
    """Return the outline of a file or of its bytes. It is empty if it cannot be read (any more)."""
    try:
        data, _, _ = _undertone.decode(source, _LONGEST_SECONDS)
    except UndertoneError:
        data = bytearray()
    return outline_of(to_floats(data))

"""Decibels of power, with librosa's name and numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import _undertone
from .arrays import samples_of, to_floats

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

__all__ = ["power_to_db"]


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

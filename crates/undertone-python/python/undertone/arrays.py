"""What the functions on arrays share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ._undertone import ParameterError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float32]


def samples_of(y: ArrayLike) -> FloatArray:
    """Return samples as 32-bit floats, which must be finite and at least one."""
    import numpy as np

    samples = np.asarray(y)
    if not np.issubdtype(samples.dtype, np.floating):
        # librosa refuses them too: nobody knows what full scale is.
        raise ParameterError(f"samples must be floats, not {samples.dtype}")
    if samples.ndim == 0 or samples.shape[-1] == 0:
        raise ParameterError("there are no samples")
    samples = np.ascontiguousarray(samples, dtype=np.float32)
    if not np.isfinite(samples).all():
        raise ParameterError("a sample is not a finite number")
    return samples


def to_floats(data: bytearray, bands: int | None = None) -> FloatArray:
    """Return the floats that the compiled part gives, as rows if there are ``bands``."""
    import numpy as np

    floats = np.frombuffer(data, dtype="<f4")
    return floats if bands is None else floats.reshape(bands, -1)


def whole_rate(sr: float) -> int:
    """Return a sample rate in Hz, which must be a whole number above 0, as an integer."""
    if not float(sr).is_integer() or sr < 1:
        raise ParameterError(f"a sample rate must be a whole number of Hz above 0, not {sr}")
    return int(sr)


def over_leading(function: Callable[[Any], Any], array: Any, last: int) -> Any:
    """Apply a function to the last ``last`` dimensions, for each index of the others."""
    import numpy as np

    if array.ndim == last:
        return function(array)
    if array.ndim < last:
        raise ParameterError(f"expected at least {last} dimensions, found {array.ndim}")
    return np.stack([over_leading(function, part, last) for part in array])


def refuse(function: str, **given: tuple[Any, Any]) -> None:
    """Refuse arguments that differ from the only value that is supported."""
    for name, (value, only) in given.items():
        if value is not only and value != only:
            raise ParameterError(
                f"{function}: {name}={value!r} is not supported, only {name}={only!r}"
            )

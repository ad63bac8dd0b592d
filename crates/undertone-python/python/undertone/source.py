"""What a recording may be given as."""

from __future__ import annotations

import os
from typing import IO, TYPE_CHECKING, Any, Union

from ._undertone import AudioError, ParameterError

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: A recording: a path, the bytes of a file, an open file, or an array of samples.
Source = Union[str, "os.PathLike[str]", bytes, IO[bytes], "NDArray[Any]"]

_LOWEST_HZ, _HIGHEST_HZ = 4_000, 192_000


def engine_source(source: Any, sr: int | None) -> Any:
    """Return a recording as the compiled part takes it."""
    return _samples(source, sr) if is_array(source) else source


def is_array(source: Any) -> bool:
    """Return whether a recording is given as samples. numpy's texts are no arrays."""
    return hasattr(source, "__array__") and not isinstance(source, (str, bytes))


def _samples(array: Any, sr: int | None) -> bytes:
    """Return samples as a WAV file of 32-bit floats."""
    import struct

    import numpy as np

    if sr is None:
        raise ParameterError("an array needs its sample rate in Hz: give sr")
    if int(sr) != sr or not _LOWEST_HZ <= sr <= _HIGHEST_HZ:
        raise ParameterError(f"sr must be a whole number from {_LOWEST_HZ} to {_HIGHEST_HZ} Hz")
    samples = np.asarray(array)
    if samples.dtype.kind == "i":
        samples = samples * 2.0 ** (1 - 8 * samples.dtype.itemsize)
    elif samples.dtype.kind != "f":
        raise ParameterError(f"samples must be floats or signed integers, not {samples.dtype}")
    if samples.ndim not in (1, 2):
        raise ParameterError(f"samples have one or two dimensions, not {samples.ndim}")
    if samples.size == 0:
        raise _unusable("empty", "the array has no samples")
    if not np.isfinite(samples).all():
        raise _unusable("corrupt", "a sample is not a finite number")
    channels = samples.shape[0] if samples.ndim == 2 else 1
    if samples.ndim == 2 and channels > samples.shape[1]:
        raise ParameterError(f"{channels} channels of {samples.shape[1]} samples: channels first")
    data = np.ascontiguousarray(samples.T, dtype="<f4").tobytes()
    frame = 4 * channels
    # A length of 2^32 - 1 means: to the end.
    length = min(len(data), 0xFFFF_FFFF)
    form = struct.pack("<IHHIIHH", 16, 3, channels, int(sr), int(sr) * frame, frame, 32)
    size = min(length + 36, 0xFFFF_FFFF)
    return b"".join(
        [b"RIFF", struct.pack("<I", size), b"WAVEfmt ", form, b"data", struct.pack("<I", length), data]
    )


def _unusable(kind: str, text: str) -> AudioError:
    error = AudioError(text)
    error.kind, error.path = kind, None
    return error

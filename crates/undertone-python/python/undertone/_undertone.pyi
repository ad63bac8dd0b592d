"""The compiled part. Arrays are bytes of little-endian 32-bit floats."""

from collections.abc import Sequence
from typing import Any, final

__all__ = [
    "AudioError",
    "MAX_RATE",
    "Model",
    "ModelError",
    "ParameterError",
    "UndertoneError",
    "__version__",
    "decode",
    "delta",
    "is_recording_name",
    "melspectrogram",
    "mfcc",
    "power_to_db",
    "pyin",
    "resample",
    "run",
    "trim",
]

__version__: str
MAX_RATE: int

class UndertoneError(Exception):
    kind: str
    path: str | None

class AudioError(UndertoneError): ...
class ModelError(UndertoneError): ...
class ParameterError(ValueError): ...

@final
class Model:
    def __new__(cls, model: str | None = None) -> Model: ...
    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str | None: ...
    @property
    def labels(self) -> list[str]: ...
    @property
    def window_seconds(self) -> float: ...
    @property
    def sample_rate(self) -> int: ...
    @property
    def adapts(self) -> bool: ...
    def new_voice(self) -> str: ...
    def hear(self, voice: str, sources: list[Any], max_seconds: float) -> str: ...
    def predict(
        self, sources: list[Any], max_seconds: float, voice: str | None
    ) -> list[str | UndertoneError]: ...
    def embed(
        self, sources: list[Any], max_seconds: float
    ) -> list[bytearray | UndertoneError]: ...

def run(arguments: Sequence[str]) -> int: ...
def is_recording_name(name: str) -> bool: ...
def decode(source: Any, max_seconds: float) -> tuple[bytearray, int, int]: ...
def resample(samples: bytes, from_hz: int, to_hz: int) -> bytearray: ...
def trim(
    samples: bytes, top_db: float, frame_length: int, hop_length: int
) -> tuple[int, int]: ...
def melspectrogram(
    samples: bytes,
    sample_rate: int,
    n_fft: int,
    hop_length: int,
    n_mels: int,
    fmin: float,
    fmax: float | None,
) -> tuple[bytearray, int]: ...
def mfcc(db: bytes, n_mels: int, n_mfcc: int) -> tuple[bytearray, int]: ...
def power_to_db(
    power: bytes, reference: float | None, amin: float, top_db: float | None
) -> tuple[bytearray, int]: ...
def delta(data: bytes, bands: int, width: int) -> tuple[bytearray, int]: ...
def pyin(
    samples: bytes,
    sample_rate: int,
    fmin: float,
    fmax: float,
    frame_length: int,
    hop_length: int,
) -> list[bytearray]: ...

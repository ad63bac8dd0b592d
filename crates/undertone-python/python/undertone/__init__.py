"""Speech emotion recognition.

>>> import undertone as ut
>>> model = ut.Classifier()
>>> model.predict("clip.wav").label  # doctest: +SKIP
'happy'

Models: :class:`Classifier`. Features with librosa's names, defaults and numbers:
:mod:`undertone.feature`, :mod:`undertone.effects`, :func:`load`, :func:`resample`, :func:`stft`,
:func:`power_to_db`, :func:`pyin` and others. Training and evaluation: :func:`train`,
:func:`evaluate`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._undertone import (
    AudioError,
    ModelError,
    ParameterError,
    UndertoneError,
    __version__,
)
from .audio import get_duration, load, resample
from .classifier import Classifier, Voice
from .decibels import power_to_db
from .experiment import evaluate, train
from .prediction import Prediction, Segment
from .report import Report

if TYPE_CHECKING:
    from . import effects, feature, filters, onset, util
    from .convert import frames_to_time, note_to_hz, times_like
    from .feature import pyin
    from .pitch import estimate_tuning, piptrack
    from .spectrum import amplitude_to_db, istft, magphase, stft

__all__ = [
    "AudioError",
    "Classifier",
    "ModelError",
    "ParameterError",
    "Prediction",
    "Report",
    "Segment",
    "UndertoneError",
    "Voice",
    "__version__",
    "amplitude_to_db",
    "effects",
    "estimate_tuning",
    "evaluate",
    "feature",
    "filters",
    "frames_to_time",
    "get_duration",
    "istft",
    "load",
    "magphase",
    "note_to_hz",
    "onset",
    "piptrack",
    "power_to_db",
    "pyin",
    "resample",
    "stft",
    "times_like",
    "train",
    "util",
]

#: Where the names are that need numpy. They are imported at their first use: numpy takes longer
#: than all the rest.
_LATER = {
    "amplitude_to_db": "spectrum",
    "effects": None,
    "estimate_tuning": "pitch",
    "feature": None,
    "filters": None,
    "frames_to_time": "convert",
    "istft": "spectrum",
    "magphase": "spectrum",
    "note_to_hz": "convert",
    "onset": None,
    "piptrack": "pitch",
    "pyin": "feature",
    "stft": "spectrum",
    "times_like": "convert",
    "util": None,
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'undertone' has no attribute {name!r}")
    module = _LATER[name]
    if module is None:
        return import_module(f".{name}", __name__)
    return getattr(import_module(f".{module}", __name__), name)


def __dir__() -> list[str]:
    return __all__

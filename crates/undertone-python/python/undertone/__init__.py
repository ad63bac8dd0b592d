"""Speech emotion recognition.

>>> import undertone as ut
>>> model = ut.Classifier()
>>> model.predict("clip.wav").label  # doctest: +SKIP
'happy'

Models: :class:`Classifier`. Features with librosa's names, defaults and numbers:
:mod:`undertone.feature`, :mod:`undertone.effects`, :func:`load`, :func:`resample`,
:func:`power_to_db`, :func:`pyin`. Training and evaluation: :func:`train`, :func:`evaluate`.
"""

from . import effects, feature
from ._undertone import (
    AudioError,
    ModelError,
    ParameterError,
    UndertoneError,
    __version__,
)
from .audio import load, resample
from .classifier import Classifier, Voice
from .experiment import evaluate, train
from .feature import power_to_db, pyin
from .prediction import Prediction, Segment

__all__ = [
    "AudioError",
    "Classifier",
    "ModelError",
    "ParameterError",
    "Prediction",
    "Segment",
    "UndertoneError",
    "Voice",
    "__version__",
    "effects",
    "evaluate",
    "feature",
    "load",
    "power_to_db",
    "pyin",
    "resample",
    "train",
]

"""Embeddings and labels for scikit-learn. Needs the package ``scikit-learn``."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin

from .classifier import Classifier
from .source import Source

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Embedding", "EmotionClassifier"]


class _OfModel(BaseEstimator):  # type: ignore[misc]
    """What reads recordings with a trained model."""

    def __init__(
        self, model: str | os.PathLike[str] | None = None, sr: int | None = None
    ) -> None:
        self.model = model
        self.sr = sr

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "classifier_")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        return tags


class Embedding(TransformerMixin, _OfModel):  # type: ignore[misc]
    """Turn recordings into the vectors that a model's last layers read.

    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> pipeline = make_pipeline(Embedding(), LogisticRegression())

    ``X`` is a list of paths, or whatever else :meth:`undertone.Classifier.embed` takes.

    Parameters
    ----------
    model
        As for :class:`undertone.Classifier`.
    sr
        Sample rate of arrays in Hz.
    """

    def fit(self, X: Iterable[Source], y: Any = None) -> Embedding:
        """Load the model. Nothing is learned."""
        self.classifier_ = Classifier(self.model)
        return self

    def transform(self, X: Iterable[Source]) -> NDArray[np.float32]:
        """Return float32 ``[recordings, width]``."""
        return self.classifier_.embed(X, self.sr)


class EmotionClassifier(ClassifierMixin, _OfModel):  # type: ignore[misc]
    """A trained model as a classifier, for scikit-learn's metrics and ensembles.

    ``fit`` learns nothing: the model is trained already. A recording without speech gets the label
    ``"no speech"`` and equal probabilities.

    Parameters
    ----------
    model
        As for :class:`undertone.Classifier`.
    sr
        Sample rate of arrays in Hz.
    """

    def fit(self, X: Any = None, y: Any = None) -> EmotionClassifier:
        """Load the model."""
        import numpy as np

        self.classifier_ = Classifier(self.model)
        self.classes_ = np.asarray(sorted(self.classifier_.labels))
        return self

    def predict(self, X: Iterable[Source]) -> NDArray[np.str_]:
        """Return the label of each recording."""
        import numpy as np

        results = self.classifier_.predict_batch(X, self.sr)
        labels = [getattr(result, "label", None) or "no speech" for result in results]
        return np.asarray(labels)

    def predict_proba(self, X: Iterable[Source]) -> NDArray[np.float64]:
        """Return the probabilities ``[recordings, classes]``, in the order of ``classes_``."""
        import numpy as np

        equal = dict.fromkeys(self.classifier_.labels, 1.0 / len(self.classifier_.labels))
        results = self.classifier_.predict_batch(X, self.sr)
        rows = [getattr(result, "probabilities", None) or equal for result in results]
        return np.asarray([[row[label] for label in self.classes_] for row in rows])

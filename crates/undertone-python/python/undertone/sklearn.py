"""Embeddings and labels for scikit-learn. Needs the package ``scikit-learn``."""

from __future__ import annotations

import numbers
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Union

from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import (
    check_array,
    check_consistent_length,
    check_is_fitted,
    column_or_1d,
    validate_data,
)

from .classifier import Classifier
from .source import Source

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    #: Recordings, or a matrix of samples.
    Recordings = Union[Iterable[Source], NDArray[Any]]

__all__ = ["Embedding", "EmbeddingClassifier", "EmotionClassifier"]


class _OfModel(BaseEstimator):  # type: ignore[misc]
    """What reads recordings with a trained model."""

    def __init__(
        self, model: str | os.PathLike[str] | None = None, sr: int | None = None
    ) -> None:
        self.model = model
        self.sr = sr

    def _load(self) -> None:
        self.classifier_ = Classifier(self.model)

    def _recordings(self, X: Any, *, reset: bool) -> list[Any]:
        """Return the recordings of a list, or the rows of a matrix of samples."""
        import numpy as np

        if isinstance(X, (str, bytes, os.PathLike)):
            raise ValueError("give a list of recordings, not one")
        items = _items(X)
        if items is None:
            return list(validate_data(self, X, reset=reset, dtype=[np.float32, np.float64]))
        if not items:
            raise ValueError("there are no recordings")
        return items

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        return tags


class Embedding(TransformerMixin, _OfModel):  # type: ignore[misc]
    """Turn recordings into the vectors that a model's last layers read.

    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> pipeline = make_pipeline(Embedding(), LogisticRegression())

    ``X`` is a list of recordings of any length (paths, or whatever else
    :meth:`undertone.Classifier.embed` takes), or a matrix ``[recordings, samples]`` of floats, full
    scale ±1. For a matrix, scikit-learn's rule holds: all later ones have as many columns.

    Parameters
    ----------
    model
        As for :class:`undertone.Classifier`.
    sr
        Sample rate of arrays in Hz.
    """

    def fit(self, X: Recordings, y: Any = None) -> Embedding:
        """Load the model. Nothing is learned."""
        self._recordings(X, reset=True)
        self._load()
        return self

    def transform(self, X: Recordings) -> NDArray[np.float32]:
        """Return float32 ``[recordings, width]``."""
        check_is_fitted(self)
        return self.classifier_.embed(self._recordings(X, reset=False), self.sr)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Return a name for each column: ``embedding0``, ``embedding1`` …"""
        import numpy as np

        check_is_fitted(self)
        silence = np.zeros(self.classifier_.sample_rate, np.float32)
        width = self.classifier_.embed([silence], self.classifier_.sample_rate).shape[1]
        return np.asarray([f"embedding{number}" for number in range(width)], dtype=object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.requires_fit = True
        tags.transformer_tags.preserves_dtype = []
        return tags


class EmbeddingClassifier(ClassifierMixin, _OfModel):  # type: ignore[misc]
    """A classifier of recordings that learns from a model's embeddings.

    It learns any labels, from a few recordings of each on: the model stays as it is, and a
    classifier is fitted on its embeddings.

    >>> from sklearn.model_selection import cross_val_score
    >>> cross_val_score(EmbeddingClassifier(), paths, labels)  # doctest: +SKIP

    ``X`` is as for :class:`Embedding`.

    Parameters
    ----------
    model
        As for :class:`undertone.Classifier`.
    sr
        Sample rate of arrays in Hz.
    head
        The classifier to fit, with ``predict_proba``; ``None``: a logistic regression on
        standardized embeddings.
    """

    def __init__(
        self,
        model: str | os.PathLike[str] | None = None,
        sr: int | None = None,
        head: Any = None,
    ) -> None:
        super().__init__(model, sr)
        self.head = head

    def fit(self, X: Recordings, y: Any) -> EmbeddingClassifier:
        """Compute the embeddings, and fit the classifier on them."""
        from sklearn.base import clone
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        recordings = self._recordings(X, reset=True)
        if y is None:
            raise ValueError("requires y to be passed, but the target y is None")
        y = column_or_1d(y, warn=True)
        check_array(y, ensure_2d=False, dtype=None)
        check_consistent_length(recordings, y)
        check_classification_targets(y)
        self._load()
        head = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=1000))
        self.head_ = head if self.head is None else clone(self.head)
        self.head_.fit(self.classifier_.embed(recordings, self.sr), y)
        self.classes_ = self.head_.classes_
        return self

    def predict(self, X: Recordings) -> NDArray[Any]:
        """Return the label of each recording."""
        embeddings = self._embeddings(X)
        return self.head_.predict(embeddings)  # type: ignore[no-any-return]

    def predict_proba(self, X: Recordings) -> NDArray[np.float64]:
        """Return the probabilities ``[recordings, classes]``, in the order of ``classes_``."""
        embeddings = self._embeddings(X)
        return self.head_.predict_proba(embeddings)  # type: ignore[no-any-return]

    def _embeddings(self, X: Recordings) -> NDArray[np.float32]:
        check_is_fitted(self)
        return self.classifier_.embed(self._recordings(X, reset=False), self.sr)


class EmotionClassifier(ClassifierMixin, _OfModel):  # type: ignore[misc]
    """A trained model as a classifier, for scikit-learn's metrics and ensembles.

    ``fit`` learns nothing: the model is trained already, and its classes are the only ones. To
    learn other labels, use :class:`EmbeddingClassifier`. A recording without speech gets
    the label ``"no speech"`` and equal probabilities.

    ``X`` is as for :class:`Embedding`.

    Parameters
    ----------
    model
        As for :class:`undertone.Classifier`.
    sr
        Sample rate of arrays in Hz.
    """

    def fit(self, X: Any = None, y: Any = None) -> EmotionClassifier:
        """Load the model. If recordings and labels are given, they are only checked."""
        import numpy as np

        if X is not None:
            recordings = self._recordings(X, reset=True)
            if y is not None:
                labels = column_or_1d(y, warn=True)
                check_array(labels, ensure_2d=False, dtype=None)
                check_classification_targets(labels)
                check_consistent_length(recordings, labels)
        self._load()
        self.classes_ = np.asarray(sorted(self.classifier_.labels))
        return self

    def predict(self, X: Recordings) -> NDArray[np.str_]:
        """Return the label of each recording."""
        import numpy as np

        check_is_fitted(self)
        results = self.classifier_.predict_batch(self._recordings(X, reset=False), self.sr)
        labels = [getattr(result, "label", None) or "no speech" for result in results]
        return np.asarray(labels)

    def predict_proba(self, X: Recordings) -> NDArray[np.float64]:
        """Return the probabilities ``[recordings, classes]``, in the order of ``classes_``."""
        import numpy as np

        check_is_fitted(self)
        equal = dict.fromkeys(self.classifier_.labels, 1.0 / len(self.classifier_.labels))
        results = self.classifier_.predict_batch(self._recordings(X, reset=False), self.sr)
        rows = [getattr(result, "probabilities", None) or equal for result in results]
        return np.asarray([[row[label] for label in self.classes_] for row in rows])


def _items(X: Any) -> list[Any] | None:
    """Return the recordings, unless these are numbers, which can only be a matrix of samples."""
    import numpy as np

    if hasattr(X, "iloc") and X.ndim == 2 and X.shape[1] == 1:
        # pandas: the only column of a data frame.
        X = X.iloc[:, 0]
    if hasattr(X, "shape") or hasattr(X, "__array__"):
        if getattr(X, "ndim", 0) != 1:
            return None
        X = np.asarray(X)
        if X.dtype.kind not in "OSUT":
            return None
    items = list(X)
    first = items[0] if items else None
    if isinstance(first, (list, tuple)):
        first = first[0] if first else 0
    return None if isinstance(first, numbers.Number) else items

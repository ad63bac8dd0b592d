"""The transformer and the classifier in scikit-learn."""

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

import undertone as ut
from undertone.sklearn import Embedding, EmotionClassifier


def test_a_pipeline_learns_from_embeddings(samples: list[str]) -> None:
    labels = [number % 2 for number in range(len(samples))]
    pipeline = make_pipeline(Embedding(), LogisticRegression(C=1e6, max_iter=2000))
    pipeline.fit(samples, labels)
    assert list(pipeline.predict(samples)) == labels
    assert clone(pipeline).get_params()["embedding__model"] is None


def test_the_classifier_agrees(samples: list[str], model: ut.Classifier) -> None:
    classifier = EmotionClassifier().fit()
    assert list(classifier.predict(samples)) == [model.predict(path).label for path in samples]
    probabilities = classifier.predict_proba(samples)
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert classifier.score(samples, classifier.predict(samples)) == 1

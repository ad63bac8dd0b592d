"""The transformer and the classifiers in scikit-learn."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

import undertone as ut
from undertone.sklearn import Embedding, EmbeddingClassifier, EmotionClassifier

#: What cannot pass: the checks give ten random numbers as a recording, and labels of their own.
NO_SOUND = "the check asks for 83 % accuracy, but ten random numbers are no sound"
OWN_CLASSES = "the classes are those of the trained model, and not those of y"
EXPECTED = {
    Embedding: {},
    EmbeddingClassifier: {"check_classifiers_train": NO_SOUND},
    EmotionClassifier: dict.fromkeys(
        [
            "check_classifier_data_not_an_array",
            "check_classifiers_classes",
            "check_classifiers_one_label",
            "check_classifiers_train",
            "check_estimators_pickle",
            "check_fit_idempotent",
            "check_fit_score_takes_y",
            "check_methods_sample_order_invariance",
            "check_methods_subset_invariance",
            "check_pipeline_consistency",
            "check_supervised_y_2d",
        ],
        OWN_CLASSES,
    ),
}


@parametrize_with_checks(
    [kind(sr=16000) for kind in EXPECTED],
    expected_failed_checks=lambda estimator: EXPECTED[type(estimator)],
    xfail_strict=True,
)
@pytest.mark.filterwarnings("ignore")
def test_the_checks_of_scikit_learn(estimator: Any, check: Any) -> None:
    check(estimator)


def test_a_pipeline_learns_from_embeddings(samples: list[str]) -> None:
    labels = [number % 2 for number in range(len(samples))]
    pipeline = make_pipeline(Embedding(), LogisticRegression(C=1e6, max_iter=2000))
    pipeline.fit(samples, labels)
    assert list(pipeline.predict(samples)) == labels
    assert clone(pipeline).get_params()["embedding__model"] is None


def test_lists_arrays_and_frames_are_the_same(samples: list[str]) -> None:
    expected = Embedding().fit_transform(samples)
    assert np.array_equal(Embedding().fit_transform(np.array(samples)), expected)
    assert np.array_equal(Embedding().fit_transform(tuple(samples)), expected)
    contents = [Path(path).read_bytes() for path in samples]
    assert np.array_equal(Embedding().fit_transform(contents), expected)
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"path": samples})
    assert np.array_equal(Embedding().fit_transform(frame), expected)
    assert np.array_equal(Embedding().fit_transform(frame["path"]), expected)


def test_a_matrix_holds_recordings(speech: np.ndarray) -> None:
    matrix = np.stack([speech, speech[::-1]])
    embedding = Embedding(sr=22050).fit(matrix)
    assert embedding.n_features_in_ == len(speech)
    assert np.array_equal(embedding.transform(list(matrix)), embedding.transform(matrix))
    assert len(embedding.get_feature_names_out()) == embedding.transform(matrix).shape[1]
    with pytest.raises(ValueError, match="features"):
        embedding.transform(matrix[:, :-1])


def test_a_classifier_learns_other_labels(samples: list[str]) -> None:
    labels = ["odd" if number % 2 else "even" for number in range(len(samples))]
    classifier = EmbeddingClassifier(head=LogisticRegression(C=1e6, max_iter=2000))
    classifier.fit(samples, labels)
    assert classifier.score(samples, labels) == 1
    assert list(classifier.classes_) == ["even", "odd"]
    with pytest.raises(ValueError, match="not one"):
        classifier.predict(samples[0])


def test_the_trained_classifier_agrees(samples: list[str], model: ut.Classifier) -> None:
    classifier = EmotionClassifier().fit()
    assert list(classifier.predict(samples)) == [model.predict(path).label for path in samples]
    probabilities = classifier.predict_proba(samples)
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert classifier.score(samples, classifier.predict(samples)) == 1

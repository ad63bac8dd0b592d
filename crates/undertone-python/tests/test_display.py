"""Predictions as notebooks show them."""

import pickle
import sys
import xml.etree.ElementTree
from pathlib import Path

import numpy as np

import undertone as ut


def shapes(prediction: ut.Prediction) -> dict[str, int]:
    """Return how many of each SVG element there are. The HTML must be well-formed."""
    tree = xml.etree.ElementTree.fromstring(prediction._repr_html_())
    names = [element.tag.rsplit("}")[-1] for element in tree.iter()]
    return {name: names.count(name) for name in names}


def test_bars_and_a_wave_form(model: ut.Classifier, samples: list[str]) -> None:
    path = Path(samples[0])
    y, sr = ut.load(path, sr=None)
    with path.open("rb") as file:
        sources = [(path, None), (path.read_bytes(), None), (file, None), (y, sr)]
        for source, rate in sources:
            found = shapes(model.predict(source, rate))
            assert found["rect"] == len(model.labels)
            assert found["polygon"] == 1
    assert "polygon" in shapes(model.predict_batch([path])[0])


def test_a_file_that_is_gone_has_no_wave_form(
    model: ut.Classifier, samples: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "a <b>.flac"
    path.write_bytes(Path(samples[0]).read_bytes())
    prediction = model.predict(path)
    path.unlink()
    assert "polygon" not in shapes(prediction)


def test_windows_and_utterances_are_on_a_timeline(
    model: ut.Classifier, samples: list[str]
) -> None:
    speech = [ut.load(path, sr=16000)[0] for path in samples]
    few, many = np.concatenate(speech[:4]), np.concatenate(speech * 3)
    for y in (few, many):
        prediction = model.predict(y, 16000)
        assert len(prediction.segments) > 1
        assert shapes(prediction)["rect"] == len(model.labels) + len(prediction.segments)


def test_silence_is_a_line(model: ut.Classifier) -> None:
    prediction = model.predict(np.zeros(32000, np.float32), 16000)
    assert "rect" not in shapes(prediction)
    assert shapes(prediction)["polygon"] == 1


def test_a_prediction_keeps_an_outline_and_not_the_bytes(
    model: ut.Classifier, samples: list[str]
) -> None:
    content = Path(samples[0]).read_bytes()
    held = sys.getrefcount(content)
    prediction = model.predict(content)
    assert sys.getrefcount(content) == held
    assert (prediction.outline.dtype, prediction.outline.shape) == (np.float32, (240, 2))
    pickled = pickle.dumps(prediction)
    assert content not in pickled
    assert shapes(pickle.loads(pickled)) == shapes(prediction)
    # Of a file, it is read when it is shown.
    assert model.predict(samples[0]).outline is None

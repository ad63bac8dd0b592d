"""The classifier, with everything that a recording may be given as."""

import copy
import io
import json
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import undertone as ut

MODELS = Path(__file__).resolve().parents[3] / "models"


def test_a_prediction(model: ut.Classifier, samples: list[str]) -> None:
    prediction = model.predict(samples[0])
    assert prediction.label in model.labels
    assert prediction.speech
    assert prediction.probabilities is not None
    assert list(prediction.probabilities) == model.labels
    assert sum(prediction.probabilities.values()) == pytest.approx(1.0, abs=1e-5)
    assert prediction.confidence == max(prediction.probabilities.values())
    assert prediction.path == samples[0]
    assert "<svg" in prediction._repr_html_()
    assert pickle.loads(pickle.dumps(prediction)) == prediction


def test_the_program_gives_the_same(model: ut.Classifier, samples: list[str]) -> None:
    program = [sys.executable, "-m", "undertone", "predict", "--json", "--timeline"]
    command = [*program, *samples]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rows = [json.loads(line) for line in output.splitlines()]
    for row, prediction in zip(rows, model.predict_batch(samples), strict=True):
        assert row["label"] == prediction.label
        assert row == prediction.to_dict()


def test_all_sources_give_the_same(model: ut.Classifier, samples: list[str]) -> None:
    path = Path(samples[0])
    y, sr = ut.load(path, sr=None)
    expected = model.predict(samples[0])
    integers = np.round(y * 32768).astype(np.int16)
    stereo = np.stack([y, y])
    with path.open("rb") as file:
        sources = [
            (path, None),
            (np.str_(path), None),
            (path.read_bytes(), None),
            (io.BytesIO(path.read_bytes()), None),
            (file, None),
            (y, sr),
            (y.astype(np.float64), sr),
            (integers, sr),
            (stereo, sr),
        ]
        for source, rate in sources:
            found = model.predict(source, rate)
            assert found.probabilities == pytest.approx(expected.probabilities, abs=1e-4)


def test_errors_carry_kind_and_path(model: ut.Classifier, tmp_path: Path) -> None:
    text = tmp_path / "text.wav"
    text.write_text("no audio at all, only text")
    for path, kind in [(text, "not-audio"), (tmp_path / "absent.wav", "not-found")]:
        with pytest.raises(ut.AudioError) as error:
            model.predict(path)
        assert error.value.kind == kind
        assert error.value.path == str(path)
        assert str(path) in str(error.value)
    with pytest.raises(ut.ModelError) as error:
        ut.Classifier(tmp_path)
    assert error.value.path == str(tmp_path)
    for wrong in [np.zeros(100), np.zeros((2, 3, 4))]:
        with pytest.raises(ut.ParameterError):
            model.predict(wrong, None if wrong.ndim == 1 else 16000)
    with pytest.raises(ut.AudioError):
        model.predict(np.full(16000, np.inf), 16000)
    with pytest.raises(TypeError):
        model.predict(3.5)


def test_one_bad_recording_leaves_the_others(model: ut.Classifier, samples: list[str]) -> None:
    results = model.predict_batch([samples[0], "absent.wav", samples[1]], errors="return")
    assert isinstance(results[1], ut.AudioError)
    assert [type(result) for result in results[::2]] == [ut.Prediction, ut.Prediction]


def test_silence_has_no_label(model: ut.Classifier) -> None:
    prediction = model.predict(np.zeros(32000, np.float32), 16000)
    assert (prediction.label, prediction.speech) == (None, False)
    assert prediction.warnings == ["silent"]
    assert "no speech" in prediction._repr_html_()


def test_a_long_recording_is_cut_into_utterances(
    model: ut.Classifier, samples: list[str]
) -> None:
    pause = np.zeros(8000, np.float32)
    parts = [ut.load(path, sr=16000)[0] for path in samples] * 3
    y = np.concatenate([part for speech in parts for part in (speech, pause)])
    prediction = model.predict(y, 16000)
    assert prediction.seconds > 30
    assert prediction.segmentation == "utterances"
    assert len(prediction.segments) > 6
    assert "summary" in prediction.to_dict()
    assert prediction._repr_html_().count("<rect") > len(model.labels)


def test_a_table(model: ut.Classifier, samples: list[str]) -> None:
    pytest.importorskip("pyarrow")
    table = model.predict_table([*samples, "absent.wav"])
    assert table.num_rows == len(samples) + 1
    assert table.column("label").null_count == 1
    assert "no such file" in table.column("error")[-1].as_py()


def test_embeddings(model: ut.Classifier, samples: list[str]) -> None:
    embeddings = model.embed(samples)
    assert embeddings.dtype == np.float32
    assert embeddings.shape[0] == len(samples)
    assert np.array_equal(embeddings[:1], model.embed(samples[:1]))


def test_a_voice(model: ut.Classifier, samples: list[str]) -> None:
    voice = model.voice(samples[1:4])
    assert voice.recordings == 3
    adapted = model.predict(samples[0], voice=voice)
    assert adapted.probabilities != model.predict(samples[0]).probabilities
    more = model.voice(samples[4:5], known=voice)
    assert more.recordings == 4
    with pytest.raises(ut.ModelError):
        model.voice(known='{"format": 9}')


def test_a_pickle_finds_its_model_or_says_that_it_is_another(
    samples: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    place = tmp_path / "here" / "model"
    shutil.copytree(MODELS / "3-optimized-sentiment3", place)
    monkeypatch.chdir(tmp_path / "here")
    model = ut.Classifier("model")
    pickled = pickle.dumps(model)
    monkeypatch.chdir(tmp_path)
    read = pickle.loads(pickled)
    assert (read.name, read.version) == (model.name, model.version)
    assert read.predict(samples[0]) == model.predict(samples[0])
    assert copy.deepcopy(model).version == model.version

    shutil.rmtree(place)
    shutil.copytree(MODELS / "undertone-open", place)
    with pytest.raises(ut.ModelError, match="another model than the pickled one") as error:
        pickle.loads(pickled)
    assert (error.value.kind, error.value.path) == ("changed", str(place))


def test_the_import_is_quick() -> None:
    program = (
        "import time; start = time.perf_counter(); import undertone; "
        "print(time.perf_counter() - start)"
    )
    command = [sys.executable, "-c", program]
    times = [float(subprocess.check_output(command, text=True)) for _ in range(5)]
    assert min(times) < 0.1, times

"""The program, and the functions that run it."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import undertone as ut
from undertone.experiment import _toml


def program(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "undertone", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_program() -> None:
    result = program("--version")
    assert result.returncode == 0
    assert result.stdout.startswith("undertone")
    assert program("predict", "absent.wav").returncode == 2
    assert program("sing").returncode == 2


def test_a_failing_command_raises(tmp_path: Path) -> None:
    with pytest.raises(ut.UndertoneError):
        ut.train("no-such-recipe", corpus=tmp_path, out=tmp_path / "run")


def test_settings_are_written_as_toml() -> None:
    tomllib = pytest.importorskip("tomllib")
    for value in [
        [1, -2.5, 1e-12, float("inf"), np.int64(3), np.float32(0.5)],
        np.arange(3),
        True,
        'a "b"\n\\ \x7f \U0001f600',
        {"one key": {"n": 1}, "other": (False, "x")},
    ]:
        written = tomllib.loads(f"value = {_toml(value)}")["value"]
        assert json.loads(json.dumps(written)) == json.loads(json.dumps(value, default=to_list))
    for value in (None, object(), {"a": None}):
        with pytest.raises(ut.ParameterError, match="TOML has no form"):
            ut.train("3-optimized", corpus=".", out="run", set={"training.epochs": value})


def to_list(value: np.ndarray) -> list:
    return value.tolist()


def test_train_and_evaluate(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    import soundfile

    noise = np.random.default_rng(1)
    rows = ["path,speaker,emotion"]
    for speaker in range(6):
        for emotion, pitch in [("happy", 400), ("sad", 120)]:
            for take in range(3):
                name = f"{speaker}-{emotion}-{take}.wav"
                time = np.arange(16000) / 16000
                tone = 0.3 * np.sin(2 * np.pi * (pitch + 7 * speaker + take) * time)
                y = tone + 0.01 * noise.standard_normal(16000)
                soundfile.write(corpus / name, y, 16000)
                rows.append(f"{corpus / name},{speaker},{emotion}")
    manifest = tmp_path / "clips.csv"
    manifest.write_text("\n".join(rows))
    out = tmp_path / "run"
    report = ut.train(
        "3-optimized",
        corpus=manifest,
        out=out,
        set={"training.epochs": 1, "label_scheme": "sentiment3"},
        arguments=["--protocol", "speakers"],
    )
    assert report["recipe"] == "3-optimized"
    model = ut.Classifier(out)
    assert model.predict(next(corpus.glob("*.wav"))).label in [*model.labels, None]
    assert "uar" in report["folds"][0]["test"]
    evaluated = ut.evaluate(out, corpus=manifest)
    assert evaluated["pooled"]["n"] == len(rows) - 1
    pytest.importorskip("pandas")
    for found in (report, evaluated):
        assert list(found.folds().columns) == ["n", "wa", "uar", "macro_f1"]
    assert evaluated.folds().loc["pooled", "uar"] == evaluated["pooled"]["uar"]["value"]
    assert set(evaluated.per_class().index) == set(model.labels)
    assert evaluated.confusion().to_numpy().sum() == len(rows) - 1
    assert evaluated.per_class()["support"].equals(evaluated.confusion().sum(axis=1).astype(int))

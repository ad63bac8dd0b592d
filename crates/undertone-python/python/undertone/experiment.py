"""Training and evaluation. Each is one run of the program, in a process of its own."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from typing import Any, Union

from ._undertone import ParameterError, UndertoneError
from .report import Report

#: A folder of recordings, or several.
Corpus = Union[str, "os.PathLike[str]", Sequence[Union[str, "os.PathLike[str]"]]]


def train(
    recipe: str | os.PathLike[str],
    *,
    corpus: Corpus,
    out: str | os.PathLike[str],
    resume: bool = False,
    set: dict[str, Any] | None = None,  # noqa: A002 (the option's name)
    arguments: Sequence[str] = (),
) -> Report:
    """Train a model as ``undertone train`` does, and return its report.

    Parameters
    ----------
    recipe
        The name of a recipe (``undertone recipes``) or a file.
    corpus
        A folder of recordings or a manifest, or several.
    out
        The folder for the run. The model is in its folder ``model``.
    resume
        Continue an interrupted run.
    set
        Values of the recipe to change, such as ``{"training.epochs": 3}``: numbers, texts, and
        lists and dictionaries of them.
    arguments
        More arguments of the program.

    Raises
    ------
    UndertoneError
        If the program fails. Its messages are on stderr.
    ParameterError
        If a value of ``set`` has no form in TOML, such as ``None``.
    """
    command = ["train", os.fspath(recipe), "--out", os.fspath(out), *_corpora(corpus)]
    for key, value in (set or {}).items():
        command += ["--set", f"{key}={_toml(value)}"]
    if resume:
        command.append("--resume")
    output = _run([*command, "--json", *arguments])
    return _report(output)


def evaluate(
    model: str | os.PathLike[str], *, corpus: Corpus, arguments: Sequence[str] = ()
) -> Report:
    """Evaluate a model on a corpus as ``undertone evaluate`` does, and return the report.

    Parameters
    ----------
    model
        A folder with a model, or a run.
    corpus
        A folder of recordings or a manifest, or several.
    arguments
        More arguments of the program.
    """
    command = ["evaluate", os.fspath(model), *_corpora(corpus), "--json", *arguments]
    return _report(_run(command))


def _toml(value: Any) -> str:
    """Write a value as TOML, in which the program reads it."""
    if hasattr(value, "tolist"):
        # numpy's numbers and arrays.
        value = value.tolist()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, str):
        # The texts of JSON are those of TOML, but for one character and surrogates.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, dict):
        pairs = (f"{_toml(str(key))} = {_toml(item)}" for key, item in value.items())
        return f"{{{', '.join(pairs)}}}"
    raise ParameterError(f"set: TOML has no form for {value!r}")


def _corpora(corpus: Corpus) -> list[str]:
    many = [corpus] if isinstance(corpus, (str, os.PathLike)) else corpus
    return [word for one in many for word in ("--corpus", os.fspath(one))]


def _run(arguments: list[str]) -> str:
    import subprocess

    command = [sys.executable, "-m", "undertone", *arguments]
    result = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if result.returncode == 130:
        raise KeyboardInterrupt
    # 1: some recordings could not be read, and the report says so.
    if result.returncode not in (0, 1):
        raise UndertoneError(f"`undertone {' '.join(arguments)}` failed: see the messages above")
    return result.stdout


def _report(output: str) -> Report:
    """Return the report in the last object of the output, or this object."""
    lines = [line for line in output.splitlines() if line.startswith("{")]
    try:
        value = json.loads(lines[-1] if lines else output)
    except json.JSONDecodeError as error:
        raise UndertoneError("the program printed no report") from error
    if not isinstance(value, dict) or ("event" in value and "report" not in value):
        raise UndertoneError("the program printed no report")
    # The last event of a training has the report in it.
    return Report(value["report"] if "event" in value else value)

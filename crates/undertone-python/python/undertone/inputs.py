"""Where many recordings are: folders, manifests and Parquet files."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from typing import Any

from ._undertone import ParameterError, is_recording_name

_MANIFESTS = {".csv": ",", ".tsv": "\t"}


def paths_of(input: Any) -> list[str]:
    """Return the paths of a folder (sorted), of a manifest, or of a list.

    A relative path in a manifest counts from the folder of the manifest. The paths are absolute, as
    workers run in other folders.
    """
    if not isinstance(input, (str, os.PathLike)):
        return _distinct([os.path.abspath(os.fspath(path)) for path in input])
    path = os.path.abspath(input)
    if os.path.splitext(path)[1].lower() in _MANIFESTS:
        return _distinct(list(_listed(path)))
    paths = sorted(_below(path))
    if not paths:
        raise ParameterError(f"{path}: no recordings here")
    return paths


def tables_of(input: Any) -> list[str] | None:
    """Return the Parquet files, if the input is such a file or a folder that holds them."""
    if not isinstance(input, (str, os.PathLike)):
        return None
    path = os.path.abspath(input)
    if path.lower().endswith(".parquet"):
        return [path]
    if not os.path.isdir(path):
        return None
    names = sorted(os.listdir(path))
    found = [os.path.join(path, name) for name in names if name.lower().endswith(".parquet")]
    return found or None


def _distinct(paths: list[str]) -> list[str]:
    """Return the paths without repetitions, so that nothing is computed twice."""
    return list(dict.fromkeys(paths))


def _listed(manifest: str) -> Iterator[str]:
    delimiter = _MANIFESTS[os.path.splitext(manifest)[1].lower()]
    folder = os.path.dirname(manifest)
    with open(manifest, newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file, delimiter=delimiter)
        if "path" not in (rows.fieldnames or []):
            raise ParameterError(f"{manifest}: there is no column path")
        for row in rows:
            if row["path"]:
                yield os.path.join(folder, row["path"])


def _below(folder: str) -> Iterator[str]:
    seen = set()
    for parent, folders, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(parent)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in names:
            # The name need not be UTF-8.
            text = os.fsencode(name).decode(errors="replace")
            if not name.startswith(".") and is_recording_name(text):
                yield os.path.join(parent, name)

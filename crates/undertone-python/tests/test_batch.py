"""One batch of a cluster's job, without a cluster."""

from pathlib import Path
from typing import Any

import pytest

pa = pytest.importorskip("pyarrow")

import pyarrow.parquet as pq

from undertone.batch import Job, texts_of, work

NONE_DONE = pa.array([], pa.string())


def features(output: Path) -> Job:
    return Job(
        kind="features",
        output=str(output),
        model=None,
        max_seconds=60.0,
        threads=1,
        made_by={"feature": "mfcc"},
    )


def rows(output: Path, kind: str) -> list[dict[str, Any]]:
    files = (output / kind).glob("*.parquet")
    return [row for file in files for row in pq.read_table(file).to_pylist()]


def test_paths_that_name_no_file(samples: list[str], tmp_path: Path) -> None:
    folder = str(tmp_path).encode()
    paths = [samples[0].encode(), None, folder + b"/a\0b.wav", folder + b"/caf\xe9.wav", None]
    batch = pa.table({"path": pa.array(paths, pa.binary())})
    counts = work(batch, features(tmp_path), NONE_DONE)
    assert counts.to_pylist() == [{"scored": 1, "unreadable": 4, "skipped": 0}]
    [row] = rows(tmp_path, "features")
    assert row["path"] == samples[0]
    failures = rows(tmp_path, "unreadable/features")
    assert [(row["path"], row["kind"], row["error"]) for row in failures] == [
        (None, "io", "there is no path"),
        (f"{tmp_path}/a\0b.wav", "io", "embedded null byte"),
        (f"{tmp_path}/caf\\xe9.wav", "io", "the path is not UTF-8"),
        (None, "io", "there is no path"),
    ]
    # All of them are known the next time.
    done = pa.array([failure["path"] for failure in [row, *failures]])
    counts = work(batch, features(tmp_path), done)
    assert counts.to_pylist() == [{"scored": 0, "unreadable": 0, "skipped": 5}]


def test_bytes_need_a_name(samples: list[str], tmp_path: Path) -> None:
    content = Path(samples[0]).read_bytes()
    batch = pa.table({"path": ["a", None, "b"], "bytes": [content, content, None]})
    counts = work(batch, features(tmp_path), NONE_DONE)
    assert counts.to_pylist() == [{"scored": 1, "unreadable": 2, "skipped": 0}]
    failures = rows(tmp_path, "unreadable/features")
    assert [(row["path"], row["kind"]) for row in failures] == [(None, "io"), ("b", "empty")]


@pytest.mark.parametrize("kind", ["string", "large_string", "string_view", "dictionary", "binary"])
def test_paths_have_any_type_of_text(kind: str, samples: list[str], tmp_path: Path) -> None:
    given = pa.array(samples[:2])
    if kind == "dictionary":
        given = given.dictionary_encode()
    else:
        given = given.cast(getattr(pa, kind)())
    counts = work(pa.table({"path": given}), features(tmp_path), pa.array(samples[1:]))
    assert counts.to_pylist() == [{"scored": 1, "unreadable": 0, "skipped": 1}]
    assert texts_of(given).to_pylist() == samples[:2]

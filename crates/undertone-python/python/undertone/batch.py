"""One batch of a cluster's job: recordings in, files of results out."""

from __future__ import annotations

import functools
import hashlib
import os
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import feature
from ._undertone import AudioError, ParameterError, UndertoneError
from .audio import decoded
from .classifier import Classifier
from .prediction import Prediction
from .table import score_columns, score_row

if TYPE_CHECKING:
    import pyarrow as pa

#: How much is read at a time. Long recordings would fill the memory otherwise.
_TOGETHER_BYTES = 64 << 20
_TOGETHER = 64


@dataclass(frozen=True)
class Job:
    """What is to be computed of each recording."""

    #: The folder of the results in the output: scores, embeddings or features.
    kind: str
    output: str
    model: str | None
    max_seconds: float
    #: Threads of each worker.
    threads: int
    #: Columns that tell what made a result.
    made_by: dict[str, str | None]
    #: The kind of feature, its sample rate in Hz, and its parameters.
    feature: tuple[str, int, dict[str, Any]] = ("mfcc", 22050, {})

    @property
    def unreadable(self) -> str:
        """The folder in the output for what cannot be read."""
        return os.path.join("unreadable", self.kind)


def work(batch: pa.Table, job: Job, done: pa.Array) -> pa.Table:
    """Compute a batch with the columns ``path`` and maybe ``bytes``, and write its results.

    Paths that are in ``done`` are skipped. Return the counts of ``scored``, ``unreadable`` and
    ``skipped``.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    # Before the first model of this process makes its threads.
    os.environ.setdefault("RAYON_NUM_THREADS", str(job.threads))
    column = batch.column_names.index("path")
    batch = batch.set_column(column, "path", bytes_of(batch.column(column)))
    left = batch
    if len(done):
        left = batch.filter(pc.invert(pc.is_in(texts_of(batch.column("path")), value_set=done)))
    rows: list[dict[str, Any]] = []
    failures: list[dict[str, Any]] = []
    for paths, contents in _parts(left):
        readable = [n for n, content in enumerate(contents) if isinstance(content, bytes)]
        results: list[Any] = list(contents)
        found = _compute(job, [contents[n] for n in readable])
        for n, result in zip(readable, found, strict=True):
            results[n] = result
        for path, content, result in zip(paths, contents, results, strict=True):
            if isinstance(result, BaseException):
                kind = getattr(result, "kind", "io")
                failures.append({"path": path, "kind": kind, "error": str(result)})
            else:
                digest = hashlib.sha256(content).hexdigest()
                rows.append({"path": path, "hash": digest, **result, **job.made_by})
    text = pa.string()
    columns = [("path", text), ("hash", text), *_columns(job)]
    columns += [(name, text) for name in job.made_by]
    reasons = [("path", text), ("kind", text), ("error", text)]
    name = _name(texts_of(left.column("path")).to_pylist())
    for kind, written, schema in ((job.kind, rows, columns), (job.unreadable, failures, reasons)):
        if written:
            _write(job.output, kind, name, pa.Table.from_pylist(written, schema=pa.schema(schema)))
    counts = {"scored": len(rows), "unreadable": len(failures)}
    counts["skipped"] = len(batch) - len(left)
    return pa.table({name: [count] for name, count in counts.items()})


def bytes_of(paths: Any) -> Any:
    """Return an array of paths as bytes, whatever type it has: a name need not be UTF-8."""
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = pc.cast(paths, options=pc.CastOptions(pa.string(), allow_invalid_utf8=True))
    return pc.cast(texts, pa.binary())


def texts_of(paths: Any) -> Any:
    """Return an array of paths as strings. Bytes that are not UTF-8 are escaped."""
    import pyarrow as pa

    given = bytes_of(paths)
    try:
        return given.cast(pa.string())
    except pa.ArrowInvalid:
        return pa.array([_text(path)[0] for path in given.to_pylist()], pa.string())


def _text(path: bytes | None) -> tuple[str | None, AudioError | None]:
    """Return a path as text, and why it names no recording if it does not."""
    if path is None:
        return None, _unusable("io", "there is no path")
    try:
        return path.decode(), None
    except UnicodeDecodeError:
        return path.decode(errors="backslashreplace"), _unusable("io", "the path is not UTF-8")


def _parts(batch: pa.Table) -> Iterator[tuple[list[str | None], list[Any]]]:
    """Return paths and the bytes of their files (or the exceptions), a limited size at a time."""
    paths: list[str | None] = []
    contents: list[Any] = []
    size = 0
    for row in batch.to_batches(max_chunksize=_TOGETHER):
        given = row.column("bytes") if "bytes" in batch.column_names else None
        for number, raw in enumerate(row.column("path").to_pylist()):
            content: Any
            path, content = _text(raw)
            if path is not None and content is None:
                content = _read(path) if given is None else given[number].as_py()
            if content is None:
                content = _unusable("empty", "there are no bytes")
            paths.append(path)
            contents.append(content)
            size += len(content) if isinstance(content, bytes) else 0
            if len(paths) == _TOGETHER or size > _TOGETHER_BYTES:
                yield paths, contents
                paths, contents, size = [], [], 0
    if paths:
        yield paths, contents


def _read(path: str) -> bytes | OSError | ValueError:
    try:
        with open(path, "rb") as file:
            return file.read()
    # A path with a zero byte is a ValueError.
    except (OSError, ValueError) as error:
        return error


def _unusable(kind: str, text: str) -> AudioError:
    error = AudioError(text)
    error.kind, error.path = kind, None
    return error


@functools.lru_cache(maxsize=1)
def _classifier(model: str | None) -> Classifier:
    """Return the model of this process, which is loaded once."""
    return Classifier(model)


def _columns(job: Job) -> list[tuple[str, pa.DataType]]:
    import pyarrow as pa

    floats, number = pa.list_(pa.float32()), pa.int32()
    if job.kind == "scores":
        return score_columns(_classifier(job.model).labels)
    if job.kind == "embeddings":
        return [("embedding", floats)]
    shape = [("bands", number), ("frames", number), ("sample_rate", number)]
    return [("features", floats), *shape]


def _compute(job: Job, contents: list[bytes]) -> list[Any]:
    """Return a dictionary for each recording, or the exception that it caused."""
    if job.kind == "features":
        return [_features(job, content) for content in contents]
    classifier = _classifier(job.model)
    if job.kind == "embeddings":
        vectors = classifier.embed_batch(contents, max_seconds=job.max_seconds)
        return [v if isinstance(v, BaseException) else {"embedding": v} for v in vectors]
    labels = classifier.labels
    results = classifier.predict_batch(contents, max_seconds=job.max_seconds, errors="return")
    return [score_row(r, labels) if isinstance(r, Prediction) else r for r in results]


def _features(job: Job, content: bytes) -> dict[str, Any] | UndertoneError:
    kind, sr, options = job.feature
    try:
        y = decoded(content, sr, max_seconds=job.max_seconds)
        array = feature_of(y, kind, sr, options)
    except UndertoneError as error:
        return error
    except ParameterError as error:
        # The parameters were tried before the job began: it is the recording.
        return _unusable("unusable", str(error))
    bands, frames = array.shape
    return {"features": array.ravel(), "bands": bands, "frames": frames, "sample_rate": sr}


def feature_of(y: Any, kind: str, sr: int, options: dict[str, Any]) -> Any:
    """Return the feature ``[bands, frames]`` of samples."""
    import numpy as np

    if kind == "mfcc":
        return feature.mfcc(y=y, sr=sr, **options)
    power = feature.melspectrogram(y=y, sr=sr, **options)
    return feature.power_to_db(power, ref=np.max) if kind == "log-mel" else power


def _name(paths: list[str | None]) -> str:
    """Return the name of a batch's file, which its recordings decide.

    A batch that is computed again after a crash replaces its file, so nothing is there twice.
    """
    return hashlib.sha256("\n".join(path or "" for path in paths).encode()).hexdigest()[:32]


def _write(output: str, kind: str, name: str, table: pa.Table) -> None:
    """Write a file under a name that it gets when it is complete."""
    import pyarrow.parquet as pq

    folder = os.path.join(output, kind)
    os.makedirs(folder, exist_ok=True)
    unfinished = os.path.join(folder, f".{name}.{platform.node()}.{os.getpid()}")
    pq.write_table(table, unfinished)
    os.replace(unfinished, os.path.join(folder, f"{name}.parquet"))

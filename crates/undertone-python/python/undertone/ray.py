"""Score many recordings on a Ray cluster. Needs ``ray[data]`` and ``pyarrow``.

>>> import undertone.ray
>>> undertone.ray.score("/data/calls", "/data/scores")  # doctest: +SKIP

Recordings and results are in folders that all nodes share; recordings may also come as bytes. Each
worker holds one model. Results are Parquet files. What an earlier run has written is not
computed again, and what cannot be read is written to a folder of its own with the reason, and tried again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ._undertone import ParameterError, is_recording_name
from .classifier import Classifier
from .prediction import Prediction
from .table import score_columns, score_row

if TYPE_CHECKING:
    import pyarrow as pa
    import ray.data

__all__ = ["embed", "score"]

def score(
    input: Any,
    output: str,
    *,
    model: str | None = None,
    batch_size: int = 256,
    concurrency: int | None = None,
    num_cpus: float = 1,
    max_seconds: float = float("inf"),
) -> dict[str, int]:
    """Predict recordings, and write Parquet files.

    Parameters
    ----------
    input
        A folder that all workers can read, a list of paths, or a Ray dataset with a column ``path``
        or the columns ``path`` and ``bytes``. Paths must be as the workers see them.
    output
        A folder for the results. ``output/scores`` has the columns ``path``, ``hash`` (SHA-256 of
        the file), ``label``, ``confidence``, one column for each class, ``speech``, ``warnings``,
        ``seconds``, ``model`` and ``version``. ``output/unreadable`` has ``path``, ``kind`` and
        ``error``.
    model
        As for :class:`undertone.Classifier`; a folder must be there on every node.
    batch_size
        Recordings that a worker takes at once.
    concurrency
        The number of workers; ``None``: as many as the cluster has room for.
    num_cpus
        Processors for each worker.
    max_seconds
        Refuse longer recordings.

    Returns
    -------
    dict
        The numbers of recordings that were ``scored`` and ``unreadable`` in this run, and
        ``skipped`` because an earlier run had done them.
    """
    return _run(input, output, _Scorer, model, batch_size, concurrency, num_cpus, max_seconds)


def embed(
    input: Any,
    output: str,
    *,
    model: str | None = None,
    batch_size: int = 256,
    concurrency: int | None = None,
    num_cpus: float = 1,
    max_seconds: float = float("inf"),
) -> dict[str, int]:
    """Compute embeddings, and write Parquet files.

    As :func:`score`, with the column ``embedding`` in the folder ``output/embeddings``.
    """
    return _run(input, output, _Embedder, model, batch_size, concurrency, num_cpus, max_seconds)


def _run(
    input: Any,
    output: str,
    worker: type[_Worker],
    model: str | None,
    batch_size: int,
    concurrency: int | None,
    num_cpus: float,
    max_seconds: float,
) -> dict[str, int]:
    import ray

    if batch_size < 1:
        raise ParameterError("batch_size must be at least 1")
    dataset = _paths(input)
    done = _done(output, worker.kind, Classifier(model))
    skipped = 0
    if done:
        before = dataset.count()
        known = ray.put(done)
        dataset = dataset.filter(lambda row: row["path"] not in ray.get(known))
        skipped = before - dataset.count()
    workers: Any = concurrency or max(1, int(ray.cluster_resources().get("CPU", 1) // num_cpus))
    results = dataset.map_batches(
        worker,
        fn_constructor_args=(output, model, max_seconds),
        batch_size=batch_size,
        batch_format="pyarrow",
        concurrency=workers,
        num_cpus=num_cpus,
    )
    scored = unreadable = 0
    # The workers write the files: a batch is in the output before it counts here.
    for row in results.iter_rows():
        scored += row["scored"]
        unreadable += row["unreadable"]
    return {"scored": scored, "unreadable": unreadable, "skipped": skipped}


def _paths(input: Any) -> ray.data.Dataset:
    import ray.data

    if isinstance(input, ray.data.Dataset):
        return input
    if isinstance(input, (str, os.PathLike)):
        paths = sorted(_below(os.fspath(input)))
        if not paths:
            raise ParameterError(f"{input}: no recordings here")
    else:
        paths = [os.fspath(path) for path in input]
    return ray.data.from_items([{"path": path} for path in paths])


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
            if not name.startswith(".") and is_recording_name(name):
                yield os.path.join(parent, name)


def _done(output: str, kind: str, classifier: Classifier) -> frozenset[str]:
    """Return the paths that an earlier run of the same model has written."""
    import pyarrow.dataset as ds

    folder = os.path.join(output, kind)
    if not os.path.isdir(folder):
        return frozenset()
    table = ds.dataset(folder, format="parquet").to_table(columns=["path", "model", "version"])
    rows = table.to_pylist()
    if any((it["model"], it["version"]) != (classifier.name, classifier.version) for it in rows):
        raise ParameterError(f"{folder}: another model wrote these results: give another folder")
    return frozenset(row["path"] for row in rows)


class _Worker:
    """One model, in a process of its own."""

    #: The folder of the results.
    kind = ""

    def __init__(self, output: str, model: str | None, max_seconds: float) -> None:
        self.output = output
        self.max_seconds = max_seconds
        self.classifier = Classifier(model)
        self.name = self.classifier.name
        self.version = self.classifier.version

    def rows(self, sources: list[Any]) -> list[Any]:
        """Return a dictionary for each recording, or the exception that it caused."""
        raise NotImplementedError

    def columns(self) -> list[tuple[str, pa.DataType]]:
        """Return the columns that the rows have."""
        raise NotImplementedError

    def __call__(self, batch: pa.Table) -> pa.Table:
        import hashlib

        import pyarrow as pa

        paths = batch.column("path").to_pylist()
        contents: list[Any] = (
            batch.column("bytes").to_pylist()
            if "bytes" in batch.column_names
            else [_read(path) for path in paths]
        )
        readable = [n for n, content in enumerate(contents) if isinstance(content, bytes)]
        results: list[Any] = list(contents)
        for n, row in zip(readable, self.rows([contents[n] for n in readable]), strict=True):
            results[n] = row
        scores, failures = [], []
        for path, content, row in zip(paths, contents, results, strict=True):
            if isinstance(row, BaseException):
                kind = getattr(row, "kind", "io")
                failures.append({"path": path, "kind": kind, "error": str(row)})
            else:
                digest = hashlib.sha256(content).hexdigest()
                made_by = {"model": self.name, "version": self.version}
                scores.append({"path": path, "hash": digest, **row, **made_by})
        text = pa.string()
        made_by_columns = [("model", text), ("version", text)]
        columns = [("path", text), ("hash", text), *self.columns(), *made_by_columns]
        reasons = [("path", text), ("kind", text), ("error", text)]
        for kind, rows, schema in (
            (self.kind, scores, columns),
            ("unreadable", failures, reasons),
        ):
            if rows:
                self.write(kind, paths, pa.Table.from_pylist(rows, schema=pa.schema(schema)))
        counts = {"scored": [len(scores)], "unreadable": [len(failures)]}
        return pa.table(counts)

    def write(self, kind: str, paths: list[str], table: pa.Table) -> None:
        """Write a file under a name that the recordings decide.

        A batch that is computed again after a crash replaces its file, so nothing is there twice.
        """
        import hashlib

        import pyarrow.parquet as pq

        name = hashlib.sha256("\n".join(paths).encode()).hexdigest()[:32]
        folder = os.path.join(self.output, kind)
        os.makedirs(folder, exist_ok=True)
        unfinished = os.path.join(folder, f".{name}.{os.getpid()}")
        pq.write_table(table, unfinished)
        os.replace(unfinished, os.path.join(folder, f"{name}.parquet"))


class _Scorer(_Worker):
    kind = "scores"

    def columns(self) -> list[tuple[str, pa.DataType]]:
        return score_columns(self.classifier.labels)

    def rows(self, sources: list[Any]) -> list[Any]:
        labels = self.classifier.labels
        results = self.classifier.predict_batch(
            sources, max_seconds=self.max_seconds, errors="return"
        )
        return [score_row(r, labels) if isinstance(r, Prediction) else r for r in results]


class _Embedder(_Worker):
    kind = "embeddings"

    def columns(self) -> list[tuple[str, pa.DataType]]:
        import pyarrow as pa

        return [("embedding", pa.list_(pa.float32()))]

    def rows(self, sources: list[Any]) -> list[Any]:
        rows = self.classifier.embed_batch(sources, max_seconds=self.max_seconds)
        return [r if isinstance(r, BaseException) else {"embedding": r.tolist()} for r in rows]


def _read(path: str) -> bytes | OSError:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        return error


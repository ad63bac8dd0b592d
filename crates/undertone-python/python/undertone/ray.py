"""Score many recordings on a Ray cluster. Needs ``ray[data]`` and ``pyarrow``.

>>> import undertone.ray
>>> undertone.ray.score("/data/calls", "/data/scores")  # doctest: +SKIP

Recordings and results are in folders that all nodes share; recordings may also come as bytes. Each
worker process holds one model. Results are Parquet files. What an earlier run has written is not
computed again, and what cannot be read is written to a folder of its own with the reason.
"""

from __future__ import annotations

import glob
import math
import os
import shutil
from typing import TYPE_CHECKING, Any, Literal

from ._undertone import ParameterError
from .batch import Job, bytes_of, feature_of, texts_of, work
from .classifier import Classifier
from .inputs import paths_of, tables_of

if TYPE_CHECKING:
    import pyarrow as pa
    import ray.data

__all__ = ["embed", "features", "score"]

#: Batches that each worker gets at least. All get the same number, so that they end together.
_ROUNDS = 4


def score(
    input: Any,
    output: str | os.PathLike[str],
    *,
    model: str | None = None,
    batch_size: int = 4096,
    concurrency: int | None = None,
    num_cpus: float = 1,
    max_seconds: float = float("inf"),
    retry_unreadable: bool = False,
) -> dict[str, int]:
    """Predict recordings, and write Parquet files.

    Parameters
    ----------
    input
        A folder of recordings that all workers can read; a manifest (``.csv`` or ``.tsv`` with a
        column ``path``); Parquet (a file, or a folder of such files) or a Ray dataset with a column
        ``path``, or the columns ``path`` and ``bytes``; or a list of paths. Paths must be as the
        workers see them; relative ones in a list count from the folder of the caller. With
        ``bytes``, ``path`` is only a name, which each recording must have for itself. Repeated
        paths count once, but not in a dataset and not beside ``bytes``: there, each row has a
        result.
    output
        A folder for the results. ``output/scores`` has the columns ``path``, ``hash`` (SHA-256 of
        the file), ``label``, ``confidence``, one column for each class, ``speech``, ``warnings``,
        ``seconds``, ``model`` and ``version``. ``output/unreadable/scores`` has ``path``, ``kind``
        and ``error``. Paths that are null or not UTF-8 (escaped there) are unreadable too.
    model
        As for :class:`undertone.Classifier`; a folder must be there on every node.
    batch_size
        Recordings that a worker takes at once, at most. Each batch is one file of the results.
    concurrency
        The most workers at a time; ``None``: as many as the cluster has room for.
    num_cpus
        Processors for each worker.
    max_seconds
        Refuse longer recordings.
    retry_unreadable
        Try again what an earlier run could not read.

    Returns
    -------
    dict
        The numbers of recordings that were ``scored`` and ``unreadable`` in this run, and
        ``skipped`` because an earlier run had done them.
    """
    job = _job_of_model("scores", output, model, max_seconds, num_cpus)
    return _run(input, job, batch_size, concurrency, num_cpus, retry_unreadable)


def embed(
    input: Any,
    output: str | os.PathLike[str],
    *,
    model: str | None = None,
    batch_size: int = 4096,
    concurrency: int | None = None,
    num_cpus: float = 1,
    max_seconds: float = float("inf"),
    retry_unreadable: bool = False,
) -> dict[str, int]:
    """Compute embeddings, and write Parquet files.

    As :func:`score`, with the column ``embedding`` in the folder ``output/embeddings``.
    """
    job = _job_of_model("embeddings", output, model, max_seconds, num_cpus)
    return _run(input, job, batch_size, concurrency, num_cpus, retry_unreadable)


def features(
    input: Any,
    output: str | os.PathLike[str],
    *,
    kind: Literal["mfcc", "mel", "log-mel"] = "mfcc",
    sr: int = 22050,
    batch_size: int = 4096,
    concurrency: int | None = None,
    num_cpus: float = 1,
    max_seconds: float = float("inf"),
    retry_unreadable: bool = False,
    **options: Any,
) -> dict[str, int]:
    """Compute features, and write Parquet files.

    As :func:`score`, with the folder ``output/features`` and the columns ``features`` (float32, the
    rows of ``[bands, frames]`` one after the other), ``bands``, ``frames`` and ``sample_rate``.

    Parameters
    ----------
    kind
        ``"mfcc"``, ``"mel"`` (power), or ``"log-mel"`` (decibels below the peak).
    sr
        The sample rate in Hz to resample to.
    **options
        Parameters of :func:`undertone.feature.mfcc` or :func:`undertone.feature.melspectrogram`.
    """
    import numpy as np

    if kind not in ("mfcc", "mel", "log-mel"):
        raise ParameterError('features: kind must be "mfcc", "mel" or "log-mel"')
    # A wrong parameter is an error here, and not on every worker.
    feature_of(np.zeros(sr, np.float32), kind, sr, options)
    name = ", ".join([kind, f"sr={sr}", *(f"{key}={options[key]!r}" for key in sorted(options))])
    job = Job(
        kind="features",
        output=os.path.abspath(output),
        model=None,
        max_seconds=max_seconds,
        threads=max(1, int(num_cpus)),
        made_by={"feature": name},
        feature=(kind, sr, options),
    )
    return _run(input, job, batch_size, concurrency, num_cpus, retry_unreadable)


def _job_of_model(
    kind: Literal["scores", "embeddings"],
    output: str | os.PathLike[str],
    model: str | None,
    max_seconds: float,
    num_cpus: float,
) -> Job:
    classifier = Classifier(model)
    return Job(
        kind=kind,
        output=os.path.abspath(output),
        # Workers run in other folders.
        model=classifier.source,
        max_seconds=max_seconds,
        threads=max(1, int(num_cpus)),
        made_by={"model": classifier.name, "version": classifier.version},
    )


def _run(
    input: Any,
    job: Job,
    batch_size: int,
    concurrency: int | None,
    num_cpus: float,
    retry_unreadable: bool,
) -> dict[str, int]:
    import pyarrow as pa
    import pyarrow.compute as pc
    import ray
    import ray.data

    if batch_size < 1 or num_cpus <= 0:
        raise ParameterError("batch_size must be at least 1, and num_cpus above 0")
    if concurrency is not None and (not isinstance(concurrency, int) or concurrency < 1):
        raise ParameterError("concurrency must be a whole number from 1 on, or None")
    if not ray.is_initialized():
        ray.init()
    if retry_unreadable:
        shutil.rmtree(os.path.join(job.output, job.unreadable), ignore_errors=True)
    done = _done(job)
    skipped = 0
    paths = _paths(input)
    if paths is None:
        dataset = _dataset(input, batch_size)
    else:
        left = paths.filter(pc.invert(pc.is_in(texts_of(paths), value_set=done)))
        skipped = len(paths) - len(left)
        if not len(left):
            return {"scored": 0, "unreadable": 0, "skipped": skipped}
        workers = max(1.0, ray.cluster_resources().get("CPU", 1) // num_cpus)
        workers = min(workers, concurrency or workers)
        rounds = max(_ROUNDS, math.ceil(len(left) / (batch_size * workers)))
        batch_size = math.ceil(len(left) / (rounds * workers))
        blocks = [
            pa.table({"path": left[start : start + batch_size]})
            for start in range(0, len(left), batch_size)
        ]
        dataset, done = ray.data.from_arrow(blocks), done[:0]
    # Tasks and no actors: a task of a lost node runs again wherever there is room, and a pool of
    # actors would hold its processors while another stage waits for one. The model is loaded once
    # in each process, which Ray uses for many tasks.
    results = dataset.map_batches(
        _work,
        fn_kwargs={"job": job, "done": ray.put(done)},
        batch_size=batch_size,
        batch_format="pyarrow",
        zero_copy_batch=True,
        compute=ray.data.TaskPoolStrategy(size=concurrency),
        num_cpus=num_cpus,
    )
    if paths is not None:
        # Ray Data reserves processors for other stages until it has seen the first results, and
        # starts the second task a second late. There is no other stage here.
        results.context.op_resource_reservation_enabled = False
    counts = {"scored": 0, "unreadable": 0, "skipped": skipped}
    # The workers write the files: a batch is in the output before it counts here.
    for batch in results.iter_batches(batch_size=None, batch_format="pyarrow"):
        for name in counts:
            counts[name] += pc.sum(batch[name]).as_py() or 0
    _sweep(job)
    return counts


def _work(batch: pa.Table, job: Job, done: Any) -> pa.Table:
    import ray

    return work(batch, job, ray.get(done))


def _paths(input: Any) -> pa.Array | None:
    """Return the paths as bytes without repetitions.

    ``None`` if the input has the recordings' bytes or is a dataset.
    """
    import pyarrow as pa
    import pyarrow.dataset as ds
    import ray.data

    if isinstance(input, ray.data.Dataset):
        return None
    tables = tables_of(input)
    if tables is None:
        return pa.array([os.fsencode(path) for path in paths_of(input)], pa.binary())
    dataset = ds.dataset(tables, format="parquet")
    if "path" not in dataset.schema.names:
        raise ParameterError(f"{input}: there is no column path")
    if "bytes" in dataset.schema.names:
        return None
    return bytes_of(dataset.to_table(columns=["path"]).column("path")).unique()


def _dataset(input: Any, batch_size: int) -> ray.data.Dataset:
    """Return the dataset, in blocks that many workers can share."""
    import ray.data

    if not isinstance(input, ray.data.Dataset):
        input = ray.data.read_parquet(tables_of(input) or [])
    names = input.columns() or []
    if "path" not in names:
        raise ParameterError("the dataset has no column path")
    if "bytes" in names:
        return input.select_columns(["path", "bytes"])
    # A block is one task, and many paths fit into a block.
    return input.select_columns(["path"]).repartition(target_num_rows_per_block=batch_size)


def _done(job: Job) -> pa.Array:
    """Return the paths that an earlier run of the same job has written."""
    import pyarrow as pa
    import pyarrow.dataset as ds

    done = []
    folder = os.path.join(job.output, job.kind)
    if os.path.isdir(folder):
        table = ds.dataset(folder, format="parquet").to_table(columns=["path", *job.made_by])
        for name, value in job.made_by.items():
            if table.num_rows and table.column(name).unique().to_pylist() != [value]:
                raise ParameterError(f"{folder}: another {name} made these: give another folder")
        done.append(table.column("path").combine_chunks())
    folder = os.path.join(job.output, job.unreadable)
    if os.path.isdir(folder):
        table = ds.dataset(folder, format="parquet").to_table(columns=["path"])
        done.append(table.column("path").combine_chunks())
    return pa.concat_arrays([pa.array([], pa.string()), *done])


def _sweep(job: Job) -> None:
    """Remove the unfinished files of workers that were killed."""
    for kind in (job.kind, job.unreadable):
        for path in glob.glob(os.path.join(glob.escape(job.output), kind, ".*")):
            os.unlink(path)

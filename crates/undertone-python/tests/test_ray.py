"""Scoring with Ray: on one node in a minute, and on three nodes of which one is lost.

The three nodes take minutes on a busy machine, so they run on request only:
``UNDERTONE_RAY=1 pytest tests/test_ray.py``.
"""

import hashlib
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

# Ray's workers give way to all other programs, and would take minutes on a busy machine.
os.environ.setdefault("RAY_worker_niceness", "0")
ray = pytest.importorskip("ray")

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import ray.data
from ray.cluster_utils import Cluster

import undertone as ut
import undertone.ray

ROOT = Path(__file__).resolve().parents[3]
THREE_NODES = bool(os.environ.get("UNDERTONE_RAY"))


@pytest.fixture(scope="module")
def node() -> Iterator[None]:
    """One node with two processors."""
    ray.init(num_cpus=2, include_dashboard=False, logging_level="warning")
    yield
    ray.shutdown()


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """Three nodes, each as processes of its own, with one processor."""
    ray.shutdown()  # The one node of the other tests.
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    # The driver belongs to the first node, which no test kills.
    ray.init(address=cluster.address, logging_level="warning")
    for _ in range(2):
        cluster.add_node(num_cpus=1)
    cluster.wait_for_nodes()
    yield cluster
    ray.shutdown()
    cluster.shutdown()


def rows(output: Path, kind: str) -> list[dict]:
    return ds.dataset(output / kind, format="parquet").to_table().to_pylist()


def recordings(folder: Path, samples: list[str], number: int) -> list[str]:
    """Return the paths of copies of recordings, and of a file that is none."""
    folder.mkdir()
    paths = [folder / f"{n:05}.flac" for n in range(number)]
    for n, path in enumerate(paths):
        if n < len(samples):
            shutil.copy(samples[n], path)
        else:
            os.link(paths[n % len(samples)], path)
    (folder / "text.wav").write_text("only text")
    return [str(path) for path in paths]


@pytest.mark.usefixtures("node")
class TestOneNode:
    def test_a_folder(self, model: ut.Classifier, samples: list[str], tmp_path: Path) -> None:
        folder, output = tmp_path / "recordings", tmp_path / "output"
        paths = recordings(folder, samples, 24)
        counts = undertone.ray.score(folder, output, batch_size=5)
        assert counts == {"scored": 24, "unreadable": 1, "skipped": 0}
        found = {row["path"]: row for row in rows(output, "scores")}
        assert sorted(found) == paths
        expected = model.predict(paths[0])
        row = found[paths[0]]
        assert row["label"] == expected.label
        assert row["p_happy"] == pytest.approx(expected.probabilities["happy"])
        assert row["hash"] == hashlib.sha256(Path(paths[0]).read_bytes()).hexdigest()
        assert (row["model"], row["version"]) == (model.name, model.version)
        [failure] = rows(output, "unreadable/scores")
        assert failure["kind"] == "not-audio"

        # A later run computes what is new, and again what could not be read only if it is asked to.
        shutil.copy(samples[0], folder / "new.flac")
        shutil.copy(samples[0], folder / "text.wav")
        counts = undertone.ray.score(folder, output)
        assert counts == {"scored": 1, "unreadable": 0, "skipped": 25}
        counts = undertone.ray.score(folder, output, retry_unreadable=True)
        assert counts == {"scored": 1, "unreadable": 0, "skipped": 25}
        assert len(rows(output, "scores")) == 26
        with pytest.raises(ut.ParameterError, match="another model"):
            other = pq.read_table(next((output / "scores").glob("*.parquet")))
            changed = other.set_column(
                other.schema.get_field_index("model"), "model", pa.array(["x"] * len(other))
            )
            pq.write_table(changed, output / "scores" / "other.parquet")
            undertone.ray.score(folder, output)

    def test_bytes_in_parquet(self, samples: list[str], tmp_path: Path) -> None:
        contents = [Path(path).read_bytes() for path in samples]
        table = pa.table({"path": ["a", "b", "c", "d"], "bytes": [*contents[:3], None]})
        (tmp_path / "in").mkdir()
        pq.write_table(table, tmp_path / "in" / "clips.parquet")
        for _ in range(2):
            counts = undertone.ray.embed(tmp_path / "in", tmp_path / "out")
            assert sum(counts.values()) == 4
        assert counts == {"scored": 0, "unreadable": 0, "skipped": 4}
        found = {row["path"]: row["embedding"] for row in rows(tmp_path / "out", "embeddings")}
        expected = ut.Classifier().embed(contents[:3])
        assert np.array_equal(np.float32([found["a"], found["b"], found["c"]]), expected)
        [failure] = rows(tmp_path / "out", "unreadable/embeddings")
        assert (failure["path"], failure["kind"]) == ("d", "empty")

    def test_features_of_a_manifest(self, samples: list[str], tmp_path: Path) -> None:
        shutil.copy(samples[0], tmp_path / "a.flac")
        manifest = tmp_path / "clips.csv"
        manifest.write_text("path,emotion\na.flac,happy\na.flac,happy\nabsent.flac,sad\n")
        counts = undertone.ray.features(manifest, tmp_path / "out", sr=16000, n_mfcc=13)
        assert counts == {"scored": 1, "unreadable": 1, "skipped": 0}
        [row] = rows(tmp_path / "out", "features")
        assert row["feature"] == "mfcc, sr=16000, n_mfcc=13"
        found = np.float32(row["features"]).reshape(row["bands"], row["frames"])
        y, sr = ut.load(samples[0], sr=16000)
        assert np.array_equal(found, ut.feature.mfcc(y=y, sr=sr, n_mfcc=13))
        [failure] = rows(tmp_path / "out", "unreadable/features")
        assert failure["kind"] == "io"
        with pytest.raises(ut.ParameterError):
            undertone.ray.features(manifest, tmp_path / "other", n_mfcc=0)

    def test_datasets_and_lists_of_paths(self, samples: list[str], tmp_path: Path) -> None:
        rows_of_dataset = [{"path": path, "emotion": "x"} for path in samples[:3]]
        dataset = ray.data.from_items(rows_of_dataset, override_num_blocks=1)
        counts = undertone.ray.score(dataset, tmp_path, batch_size=1)
        assert counts == {"scored": 3, "unreadable": 0, "skipped": 0}
        # One block has become a task for each path.
        assert len(list((tmp_path / "scores").glob("*.parquet"))) == 3
        counts = undertone.ray.score(dataset, tmp_path)
        assert counts == {"scored": 0, "unreadable": 0, "skipped": 3}
        counts = undertone.ray.score(samples[:4], tmp_path)
        assert counts == {"scored": 1, "unreadable": 0, "skipped": 3}
        table = tmp_path / "list.parquet"
        pq.write_table(pa.table({"path": samples + samples}), table)
        counts = undertone.ray.score(table, tmp_path)
        assert counts == {"scored": len(samples) - 4, "unreadable": 0, "skipped": 4}
        pq.write_table(pa.table({"file": samples}), table)
        for wrong in (table, ray.data.from_items([{"file": "x"}])):
            with pytest.raises(ut.ParameterError, match="no column path"):
                undertone.ray.score(wrong, tmp_path)

    @pytest.mark.parametrize(("concurrency", "files"), [(None, 8), (1, 4)])
    def test_all_workers_get_the_same_number_of_batches(
        self, samples: list[str], tmp_path: Path, concurrency: int | None, files: int
    ) -> None:
        paths = recordings(tmp_path / "recordings", samples, 16)
        counts = undertone.ray.score(paths, tmp_path, concurrency=concurrency)
        assert counts == {"scored": 16, "unreadable": 0, "skipped": 0}
        found = [pq.read_table(path).num_rows for path in (tmp_path / "scores").glob("*.parquet")]
        assert found == [16 // files] * files

    @pytest.mark.parametrize("concurrency", [0, -1, (1, 2), 1.5])
    def test_wrong_numbers_of_workers(self, tmp_path: Path, concurrency: object) -> None:
        with pytest.raises(ut.ParameterError, match="concurrency"):
            undertone.ray.score(["x.wav"], tmp_path, concurrency=concurrency)

    def test_a_relative_model_and_relative_paths(
        self, samples: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shutil.copytree(ROOT / "models/3-optimized-sentiment3", tmp_path / "model")
        shutil.copy(samples[0], tmp_path / "sample.flac")
        # The workers run in the folder where Ray was started.
        monkeypatch.chdir(tmp_path)
        counts = undertone.ray.score(["sample.flac"], "output", model="model")
        assert counts == {"scored": 1, "unreadable": 0, "skipped": 0}
        [row] = rows(tmp_path / "output", "scores")
        assert row["path"] == str(tmp_path / "sample.flac")
        assert row["model"] == ut.Classifier("model").name

    def test_each_kind_has_its_own_unreadable_recordings(
        self, samples: list[str], tmp_path: Path
    ) -> None:
        folder, output = tmp_path / "recordings", tmp_path / "output"
        recordings(folder, samples, 1)
        for compute in (undertone.ray.score, undertone.ray.features):
            assert compute(folder, output) == {"scored": 1, "unreadable": 1, "skipped": 0}
        counts = undertone.ray.score(folder, output, retry_unreadable=True)
        assert counts == {"scored": 0, "unreadable": 1, "skipped": 1}
        assert undertone.ray.features(folder, output)["skipped"] == 2

    @pytest.mark.skipif(sys.platform != "linux", reason="names of files are text")
    def test_a_folder_with_a_name_that_is_not_utf8(
        self, samples: list[str], tmp_path: Path
    ) -> None:
        folder, output = tmp_path / "recordings", tmp_path / "output"
        folder.mkdir()
        for name in (b"a.flac", b"caf\xe9.flac"):
            shutil.copy(samples[0], os.fsencode(folder) + b"/" + name)
        counts = undertone.ray.score(folder, output)
        assert counts == {"scored": 1, "unreadable": 1, "skipped": 0}
        [failure] = rows(output, "unreadable/scores")
        assert failure["path"] == f"{folder}/caf\\xe9.flac"
        assert failure["error"] == "the path is not UTF-8"
        counts = undertone.ray.score(folder, output)
        assert counts == {"scored": 0, "unreadable": 0, "skipped": 2}

    @pytest.mark.parametrize("as_dataset", [False, True])
    def test_paths_that_name_no_file(
        self, as_dataset: bool, samples: list[str], tmp_path: Path
    ) -> None:
        table = pa.table({"path": [samples[0], None, f"{tmp_path}/a\0b.wav"]})
        file, output = tmp_path / "list.parquet", tmp_path / "output"
        pq.write_table(table, file)
        given = ray.data.from_arrow(table) if as_dataset else file
        counts = undertone.ray.score(given, output)
        assert counts == {"scored": 1, "unreadable": 2, "skipped": 0}
        assert {row["path"] for row in rows(output, "unreadable/scores")} == {
            None,
            f"{tmp_path}/a\0b.wav",
        }
        counts = undertone.ray.score(given, output)
        assert counts == {"scored": 0, "unreadable": 0, "skipped": 3}


@pytest.mark.skipif(not THREE_NODES, reason="UNDERTONE_RAY is not set")
@pytest.mark.skipif(not Path("/proc").exists(), reason="finds processes in /proc")
def test_nothing_is_lost_and_nothing_twice(
    cluster: Cluster, samples: list[str], tmp_path: Path
) -> None:
    folder, output = tmp_path / "recordings", tmp_path / "output"
    number = 1200
    recordings(folder, samples, number)
    raylets = [node.all_processes["raylet"][0].process.pid for node in cluster.list_all_nodes()]
    killed = []

    def kill() -> None:
        def written() -> int:
            return len(list((output / "scores").glob("*.parquet")))

        while not (written() and (workers := working(raylets[1]))):
            time.sleep(0.02)
        for process, files in ((workers[0], 5), (raylets[2], 0)):
            killed.append((process, written()))
            os.kill(process, signal.SIGKILL)
            while written() < files:
                time.sleep(0.02)

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    begun = time.monotonic()
    counts = undertone.ray.score(folder, output, batch_size=20)
    print(f"{number} recordings in {time.monotonic() - begun:.1f} s, killed: {killed}")
    killer.join(10)
    assert len(killed) == 2
    # Both were killed when much was left to do.
    assert all(files < number / 20 / 2 for _, files in killed)
    assert sum(counts.values()) == number + 1
    assert counts["unreadable"] == 1
    paths = [row["path"] for row in rows(output, "scores")]
    assert len(paths) == len(set(paths)) == number
    assert not list(output.rglob(".*"))
    [failure] = rows(output, "unreadable/scores")
    assert failure["kind"] == "not-audio"
    again = undertone.ray.score(folder, output, batch_size=20)
    assert again == {"scored": 0, "unreadable": 0, "skipped": number + 1}


def working(raylet: int) -> list[int]:
    """Return the processes of a node that work on a batch."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            command = (folder / "cmdline").read_bytes()
        except (OSError, IndexError):
            continue
        if parent == raylet and command.startswith(b"ray::MapBatches"):
            found.append(int(folder.name))
    return found

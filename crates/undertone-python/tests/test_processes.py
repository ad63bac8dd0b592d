"""Models in other threads and processes, and interrupts."""

import concurrent.futures
import multiprocessing
import pickle
import signal
import subprocess
import sys

import pytest

import undertone as ut


def label_of(path: str) -> str | None:
    return ut.Classifier().predict(path).label


def label_with(model: ut.Classifier, path: str) -> str | None:
    return model.predict(path).label


class Recordings:
    """A data set of PyTorch: it needs a length and an index."""

    def __init__(self, model: ut.Classifier, paths: list[str]) -> None:
        self.model = model
        self.paths = paths

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, number: int) -> tuple[str | None, list[float]]:
        path = self.paths[number]
        y, sr = ut.load(path, sr=16000)
        mfcc = ut.feature.mfcc(y=y, sr=sr)
        return self.model.predict(y, sr).label, mfcc.mean(axis=1).tolist()


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_other_processes(model: ut.Classifier, samples: list[str], method: str) -> None:
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"this system has no {method}")
    # The parent's threads are there already when it forks.
    expected = [model.predict(path).label for path in samples]
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.map_async(label_of, samples[:2]).get(60) == expected[:2]
        pairs = [(model, path) for path in samples]
        assert pool.starmap_async(label_with, pairs).get(60) == expected


@pytest.mark.parametrize("backend", ["loky", "multiprocessing", "threading"])
def test_joblib(model: ut.Classifier, samples: list[str], backend: str) -> None:
    joblib = pytest.importorskip("joblib")
    expected = [model.predict(path).label for path in samples]
    calls = [joblib.delayed(label_with)(model, path) for path in samples]
    assert joblib.Parallel(n_jobs=2, backend=backend, timeout=60)(calls) == expected


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_workers_of_pytorch(model: ut.Classifier, samples: list[str], method: str) -> None:
    data = pytest.importorskip("torch.utils.data")
    recordings = Recordings(model, samples)
    expected = [recordings[number] for number in range(len(samples))]
    loader = data.DataLoader(
        recordings,
        batch_size=None,
        num_workers=2,
        multiprocessing_context=method,
        timeout=60,
    )
    for _ in range(2):
        # The loader makes lists of tuples.
        assert [tuple(item) for item in loader] == expected


def test_threads(model: ut.Classifier, samples: list[str]) -> None:
    expected = [model.predict(path) for path in samples]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        assert list(pool.map(model.predict, samples)) == expected


def test_what_is_pickled_is_the_same(model: ut.Classifier, samples: list[str]) -> None:
    again = pickle.loads(pickle.dumps(model))
    assert again.predict(samples[0]) == model.predict(samples[0])
    voice = pickle.loads(pickle.dumps(model.voice(samples[:2])))
    assert model.predict(samples[0], voice=voice).label in model.labels
    with pytest.raises(ut.AudioError) as error:
        model.predict("absent.wav")
    copy = pickle.loads(pickle.dumps(error.value))
    assert (copy.kind, copy.path, str(copy)) == ("not-found", "absent.wav", str(error.value))


def test_a_ctrl_c_interrupts_a_batch(samples: list[str]) -> None:
    program = (
        "import signal, sys, undertone as ut\n"
        # A shell makes its background jobs ignore the signal, and the tests may run in one.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "model = ut.Classifier()\n"
        "try:\n"
        "    print('begun', flush=True)\n"
        "    model.predict_batch(sys.argv[1:] * 10000)\n"
        "except KeyboardInterrupt:\n"
        "    assert model.predict(sys.argv[1]).speech\n"
        "    sys.exit(33)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, *samples], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 33

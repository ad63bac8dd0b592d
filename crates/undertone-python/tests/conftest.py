"""Recordings that the tests share."""

from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def samples() -> list[str]:
    """Paths of the recordings that come with the project."""
    found = sorted(str(path) for path in (ROOT / "samples").glob("*.flac"))
    assert len(found) >= 6
    return [path for path in found if "conversation" not in path]


@pytest.fixture(scope="session")
def speech(samples: list[str]) -> np.ndarray:
    """Two seconds of speech at 22,050 Hz."""
    import undertone as ut

    y, _ = ut.load(samples[0], duration=2.0)
    return y


@pytest.fixture(scope="session")
def model():
    import undertone as ut

    return ut.Classifier()

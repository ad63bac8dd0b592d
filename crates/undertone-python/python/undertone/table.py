"""Predictions as rows of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .prediction import Prediction

if TYPE_CHECKING:
    import pyarrow as pa


def score_columns(labels: list[str]) -> list[tuple[str, pa.DataType]]:
    """Return the columns of a prediction for a model with these classes."""
    import pyarrow as pa

    return [
        ("label", pa.string()),
        ("confidence", pa.float32()),
        *((f"p_{label}", pa.float32()) for label in labels),
        ("speech", pa.bool_()),
        ("warnings", pa.list_(pa.string())),
        ("seconds", pa.float64()),
    ]


def score_row(prediction: Prediction, labels: list[str]) -> dict[str, Any]:
    """Return a prediction as a row of these columns."""
    probabilities = prediction.probabilities or dict.fromkeys(labels)
    return {
        "label": prediction.label,
        "confidence": prediction.confidence,
        **{f"p_{label}": value for label, value in probabilities.items()},
        "speech": prediction.speech,
        "warnings": prediction.warnings,
        "seconds": prediction.seconds,
    }

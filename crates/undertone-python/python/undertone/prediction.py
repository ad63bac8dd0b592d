"""What a model says about a recording."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .display import html
from .outline import read_outline

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Segment:
    """The prediction for a part of a recording."""

    #: Start and end in seconds.
    start: float
    end: float
    #: The most probable class; ``None`` without speech.
    label: str | None
    #: Its probability, 0 to 1; ``None`` without speech.
    confidence: float | None
    #: The probability of each class by name, which sum to 1; ``None`` without speech.
    probabilities: dict[str, float] | None
    #: Whether it holds speech.
    speech: bool


@dataclass(frozen=True)
class Prediction:
    """The prediction for a recording: what ``undertone predict --json`` prints."""

    #: The most probable class; ``None`` if the recording holds no speech.
    label: str | None
    #: Its probability, 0 to 1; ``None`` without a label.
    confidence: float | None
    #: The probability of each class by name, which sum to 1; ``None`` without a label.
    probabilities: dict[str, float] | None
    #: The probabilities that are negative, neutral and positive; ``None`` without a label, and if
    #: the model's classes have no such sums.
    sums: dict[str, float] | None
    #: Whether the model may be called sure.
    sure: bool
    #: Whether the recording holds speech.
    speech: bool
    #: What makes the result unreliable: silent, no-speech, short, quiet, clipped.
    warnings: list[str]
    #: Length of the recording in seconds, its rate in Hz and its number of channels.
    seconds: float
    sample_rate: int
    channels: int
    #: How the recording was cut: ``windows``, or ``utterances`` if it is longer than 30 s.
    segmentation: str | None
    #: Its parts, in order of time.
    segments: list[Segment] = field(repr=False)
    #: The model's name and version.
    model: dict[str, Any] = field(repr=False)
    #: The file, if the recording is one.
    path: str | None = None
    #: All of the above as the dictionary that the JSON Schema (``undertone schema``) describes.
    answer: dict[str, Any] = field(repr=False, compare=False, default_factory=dict)
    #: The lowest and the highest sample of equal parts ``[parts, 2]``, unless there is a path.
    outline: NDArray[np.float32] | None = field(repr=False, compare=False, default=None)

    def to_dict(self) -> dict[str, Any]:
        """Return the prediction as ``undertone predict --json --timeline`` prints it."""
        return {"path": self.path, **self.answer} if self.path else dict(self.answer)

    def _repr_html_(self) -> str:
        """Return bars of the probabilities, the wave form and the timeline, for notebooks.

        The wave form of a file is read when it is shown.
        """
        outline = self.outline
        if outline is None:
            outline = read_outline(self.path or b"")
        return html(self, outline.tolist())


def from_answer(
    text: str, path: str | None, outline: NDArray[np.float32] | None = None
) -> Prediction:
    """Make a prediction of the answer that the compiled part returns as JSON."""
    answer: dict[str, Any] = json.loads(text)
    names = ["start", "end", "label", "confidence", "probabilities", "speech"]
    return Prediction(
        label=answer["label"],
        confidence=answer["confidence"],
        probabilities=answer["probabilities"],
        sums=answer.get("sums"),
        sure=answer["sure"],
        speech=answer["speech"],
        warnings=answer["warnings"],
        seconds=answer["seconds"],
        sample_rate=answer["sample_rate"],
        channels=answer["channels"],
        segmentation=answer.get("segmentation"),
        segments=[
            Segment(**{name: segment[name] for name in names})
            for segment in answer.get("segments", [])
        ],
        model=answer["model"],
        path=path,
        answer=answer,
        outline=outline,
    )

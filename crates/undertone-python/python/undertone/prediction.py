"""What a model says about a recording."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html import escape
from typing import Any


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

    def to_dict(self) -> dict[str, Any]:
        """Return the prediction as ``undertone predict --json --timeline`` prints it."""
        return {"path": self.path, **self.answer} if self.path else dict(self.answer)

    def _repr_html_(self) -> str:
        """Return bars of the probabilities and the timeline, for notebooks."""
        title = escape(self.label or "no speech")
        parts = [f"<div style='font-family:sans-serif;max-width:32em'><b>{title}</b>"]
        if self.path:
            parts.append(f" <span style='opacity:.7'>{escape(self.path)}</span>")
        if self.warnings:
            parts.append(f" <em>{escape(', '.join(self.warnings))}</em>")
        parts.append(_bars(self.probabilities or {}))
        if len(self.segments) > 1:
            parts.append(_timeline(self.segments, self.seconds))
        parts.append("</div>")
        return "".join(parts)


def from_answer(text: str, path: str | None) -> Prediction:
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
    )


def _bars(probabilities: dict[str, float]) -> str:
    height = 18
    rows = []
    for number, (label, probability) in enumerate(probabilities.items()):
        y = number * height
        rows.append(
            f"<text x='0' y='{y + 13}' fill='currentColor' font-size='12'>{escape(label)}</text>"
            f"<rect x='90' y='{y + 3}' width='{200 * probability:.1f}' height='12' fill='#3b7dd8'/>"
            f"<text x='{96 + 200 * probability:.1f}' y='{y + 13}' fill='currentColor' "
            f"font-size='12'>{100 * probability:.0f} %</text>"
        )
    size = f"width='340' height='{height * len(rows)}'"
    return f"<svg xmlns='http://www.w3.org/2000/svg' {size} role='img'>{''.join(rows)}</svg>"


#: Colors that people with color blindness can tell apart (Okabe and Ito).
_COLORS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#999999"]


def _timeline(segments: list[Segment], seconds: float) -> str:
    scale = 340 / max(seconds, 1e-9)
    parts = []
    for segment in segments:
        if segment.label is None or segment.probabilities is None:
            continue
        color = _COLORS[list(segment.probabilities).index(segment.label) % len(_COLORS)]
        text = f"{escape(segment.label)}, {segment.start:.1f} to {segment.end:.1f} s"
        parts.append(
            f"<rect x='{segment.start * scale:.1f}' y='4' height='14' fill='{color}' "
            f"fill-opacity='.6' width='{(segment.end - segment.start) * scale:.1f}'>"
            f"<title>{text}</title></rect>"
        )
    return (
        "<svg xmlns='http://www.w3.org/2000/svg' width='340' height='22' role='img' "
        f"style='display:block'>{''.join(parts)}</svg>"
    )

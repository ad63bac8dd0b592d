"""Pictures of a prediction for notebooks, as SVG in HTML."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .prediction import Prediction, Segment

#: Colors that people with color blindness can tell apart (Okabe and Ito).
_COLORS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#999999"]
_WIDTH = 480
_WAVE_HEIGHT = 64
_ROW = 16
#: Distances of the ticks in seconds. There are at most ten.
_STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600]


def html(prediction: Prediction, outline: Sequence[tuple[float, float]]) -> str:
    """Return the label, bars of the probabilities, the wave form, and the timeline.

    ``outline`` holds the lowest and the highest sample of equal parts of the recording; it may be
    empty.
    """
    title = escape(prediction.label or "no speech")
    parts = [f"<div style='font-family:sans-serif;max-width:{_WIDTH}px'><b>{title}</b>"]
    if prediction.path:
        parts.append(f" <span style='opacity:.7'>{escape(prediction.path)}</span>")
    if prediction.warnings:
        parts.append(f" <em>{escape(', '.join(prediction.warnings))}</em>")
    labels = list(prediction.probabilities or {})
    segments = prediction.segments if len(prediction.segments) > 1 else []
    if prediction.probabilities:
        parts.append(_bars(prediction.probabilities))
    if outline or segments:
        parts.append(_over_time(outline, segments, labels, prediction.seconds))
    parts.append("</div>")
    return "".join(parts)


def _color(label: str, labels: list[str]) -> str:
    return _COLORS[labels.index(label) % len(_COLORS)] if label in labels else _COLORS[-1]


def _svg(height: float, name: str, parts: list[str]) -> str:
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{_WIDTH}' height='{height:.0f}' "
        f"viewBox='0 0 {_WIDTH} {height:.0f}' role='img' aria-label='{escape(name)}' "
        "style='display:block;max-width:100%;margin-top:4px' font-family='sans-serif' "
        f"font-size='12' fill='currentColor'>{''.join(parts)}</svg>"
    )


def _bars(probabilities: dict[str, float]) -> str:
    labels = list(probabilities)
    parts = []
    for number, (label, probability) in enumerate(probabilities.items()):
        top = number * 18
        width = (_WIDTH - 140) * probability
        parts.append(
            f"<text x='84' y='{top + 13}' text-anchor='end'>{escape(label)}</text>"
            f"<rect x='90' y='{top + 3}' width='{width:.1f}' height='12' "
            f"fill='{_color(label, labels)}'/>"
            f"<text x='{96 + width:.1f}' y='{top + 13}'>{100 * probability:.0f} %</text>"
        )
    return _svg(18 * len(labels), "probabilities", parts)


def _over_time(
    outline: Sequence[tuple[float, float]],
    segments: list[Segment],
    labels: list[str],
    seconds: float,
) -> str:
    """Return the wave form, what was said when, and the time, one below the other."""
    scale = _WIDTH / max(seconds, 1e-9)
    parts = [_wave(outline)] if outline else []
    top = _WAVE_HEIGHT + 4 if outline else 0
    rows = _rows(segments)
    for segment, row in zip(segments, rows, strict=True):
        label = segment.label if segment.speech and segment.label else "no speech"
        title = f"{label}, {segment.start:.1f} to {segment.end:.1f} s"
        if segment.confidence is not None:
            title += f", {100 * segment.confidence:.0f} %"
        left, width = segment.start * scale, (segment.end - segment.start) * scale
        y = top + row * _ROW
        parts.append(
            f"<rect x='{left:.1f}' y='{y}' width='{max(width - 1, 1):.1f}' height='{_ROW - 2}' "
            f"rx='2' fill='{_color(label, labels)}' "
            f"fill-opacity='{0.9 if segment.speech else 0.3}'><title>{escape(title)}</title></rect>"
        )
        if segment.speech and width > 8 * len(label):
            middle = left + width / 2
            parts.append(
                f"<text x='{middle:.1f}' y='{y + 11}' text-anchor='middle' font-size='11' "
                f"fill='#000' pointer-events='none'>{escape(label)}</text>"
            )
    top += _ROW * (max(rows) + 1) if rows else 0
    parts.extend(_ticks(seconds, scale, top))
    return _svg(top + 18, "wave form and timeline", parts)


def _wave(outline: Sequence[tuple[float, float]]) -> str:
    """Return the area between the lowest and the highest samples, as high as the loudest."""
    loudest = max(max(abs(low), abs(high)) for low, high in outline) or 1.0
    middle = _WAVE_HEIGHT / 2
    step = _WIDTH / len(outline)
    above = [
        f"{step * (n + 0.5):.1f},{middle - middle * high / loudest - 0.5:.1f}"
        for n, (_, high) in enumerate(outline)
    ]
    below = [
        f"{step * (n + 0.5):.1f},{middle - middle * low / loudest + 0.5:.1f}"
        for n, (low, _) in enumerate(outline)
    ]
    return f"<polygon fill-opacity='.55' points='{' '.join(above + below[::-1])}'/>"


def _rows(segments: list[Segment]) -> list[int]:
    """Return the first row for each segment in which it overlaps none."""
    ends: list[float] = []
    rows = []
    for segment in segments:
        row = next((n for n, end in enumerate(ends) if end <= segment.start + 1e-6), len(ends))
        ends[row : row + 1] = [segment.end]
        rows.append(row)
    return rows


def _ticks(seconds: float, scale: float, top: float) -> list[str]:
    step = next((step for step in _STEPS if seconds / step <= 10), _STEPS[-1])
    parts = []
    for number in range(int(seconds / step) + 1):
        time = number * step
        x = time * scale
        text = f"{time:g} s" if step < 60 else f"{time / 60:g} min"
        anchor = "start" if number == 0 else "end" if x > _WIDTH - 20 else "middle"
        parts.append(
            f"<path d='M{x:.1f} {top}v4' stroke='currentColor' stroke-opacity='.5'/>"
            f"<text x='{x:.1f}' y='{top + 15}' text-anchor='{anchor}' font-size='11' "
            f"fill-opacity='.7'>{text}</text>"
        )
    return parts

"""Models that name the emotion in a recording."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ._undertone import Model, ModelError, ParameterError, UndertoneError
from .arrays import to_floats
from .outline import outline_of, read_outline
from .prediction import Prediction, from_answer
from .source import Source, engine_source, is_array
from .table import score_columns, score_row

if TYPE_CHECKING:
    import numpy as np
    import pyarrow
    from numpy.typing import NDArray

#: What the name of a model on the Hub begins with.
_HUB = "hf:"


class Voice:
    """What is known of a voice: sums of scores, no sound. See :meth:`Classifier.voice`."""

    def __init__(self, profile: str) -> None:
        self._profile = profile

    @property
    def profile(self) -> str:
        """The profile as JSON, which ``undertone voice`` writes and reads too."""
        return self._profile

    @property
    def recordings(self) -> int:
        """How many recordings of the voice were heard."""
        import json

        return int(json.loads(self._profile)["recordings"])

    def __repr__(self) -> str:
        return f"Voice(recordings={self.recordings})"


class Classifier:
    """A trained model. Threads can share it, and it can be pickled.

    A pickle has the place, name and version of the model, and not the model: another model in
    that place is a ``ModelError``.

    Parameters
    ----------
    model
        A folder with a model or a run of ``undertone train``, ``"hf:owner/name"``, or ``None`` for
        the model that is part of this package.

    Raises
    ------
    ModelError
        If there is no such model, or it is damaged.
    """

    def __init__(self, model: str | os.PathLike[str] | None = None) -> None:
        source = None if model is None else os.fspath(model)
        self._model = Model(source)
        if source is not None and not source.startswith(_HUB):
            # A pickle may be read in another folder.
            source = os.path.abspath(source)
        self._source = source

    def __reduce__(self) -> tuple[Any, ...]:
        return Classifier, (self._source,), (self.name, self.version)

    def __setstate__(self, pickled: tuple[str, str | None]) -> None:
        if pickled != (self.name, self.version):
            (name, version), place = pickled, self._source or "the model of this package"
            error = ModelError(
                f"{place} is another model than the pickled one: "
                f"{self.name!r}, version {self.version}, and not {name!r}, version {version}"
            )
            error.kind, error.path = "changed", self._source
            raise error

    def __repr__(self) -> str:
        return f"Classifier({self.name!r}, labels={self.labels})"

    @property
    def source(self) -> str | None:
        """The folder of the model or run as an absolute path, ``"hf:…"`` as given, or ``None``."""
        return self._source

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    @property
    def version(self) -> str | None:
        """What tells trainings of the model apart; on the Hub, its revision."""
        return self._model.version

    @property
    def labels(self) -> list[str]:
        """The names of the classes."""
        return self._model.labels

    @property
    def window_seconds(self) -> float:
        """Length of the model's window in seconds. Longer recordings are read in several."""
        return self._model.window_seconds

    @property
    def sample_rate(self) -> int:
        """Sample rate of the model's input in Hz. Recordings of any rate are converted."""
        return self._model.sample_rate

    @property
    def adapts(self) -> bool:
        """Whether the model adapts to voices."""
        return self._model.adapts

    def predict(
        self,
        source: Source,
        sr: int | None = None,
        *,
        voice: Voice | None = None,
        max_seconds: float = float("inf"),
    ) -> Prediction:
        """Predict one recording.

        Parameters
        ----------
        source
            A path, the bytes of a file, a file that is open for reading bytes, or an array
            ``[samples]`` or ``[channels, samples]`` of floats (full scale ±1) or signed integers.
        sr
            Sample rate of an array in Hz.
        voice
            What is known of the speaker: see :meth:`voice`.
        max_seconds
            Refuse longer recordings.

        Raises
        ------
        AudioError
            If the recording cannot be used. It has ``kind`` and ``path``.
        """
        if hasattr(source, "read"):
            source = source.read()
            if not isinstance(source, bytes):
                raise TypeError('the file is open as text: open it with mode "rb"')
        profile = None if voice is None else voice.profile
        result = self._model.predict([engine_source(source, sr)], max_seconds, profile)[0]
        if isinstance(result, BaseException):
            raise result
        path = _path(source)
        recording: Any = source
        outline = None
        if path is None:
            # An array may change before it is shown, and bytes would stay in the memory.
            outline = outline_of(recording) if is_array(recording) else read_outline(recording)
        return from_answer(result, path, outline)

    def predict_batch(
        self,
        sources: Iterable[Source],
        sr: int | None = None,
        *,
        voice: Voice | None = None,
        max_seconds: float = float("inf"),
        errors: str = "raise",
    ) -> list[Prediction | UndertoneError]:
        """Predict many recordings on all processors. Other Python threads run meanwhile.

        Parameters
        ----------
        sources, sr, voice, max_seconds
            As for :meth:`predict`.
        errors
            ``"raise"`` raises the first error; ``"return"`` returns the exception in the place of
            its recording.
        """
        if errors not in ("raise", "return"):
            raise ParameterError('errors must be "raise" or "return"')
        sources = list(sources)
        profile = None if voice is None else voice.profile
        given = [engine_source(source, sr) for source in sources]
        results = self._model.predict(given, max_seconds, profile)
        predictions: list[Prediction | UndertoneError] = []
        for source, result in zip(sources, results, strict=True):
            if isinstance(result, BaseException):
                if errors == "raise":
                    raise result
                predictions.append(result)
            else:
                predictions.append(from_answer(result, _path(source)))
        return predictions

    def predict_table(
        self,
        sources: Iterable[Source],
        sr: int | None = None,
        *,
        voice: Voice | None = None,
        max_seconds: float = float("inf"),
    ) -> pyarrow.Table:
        """Predict many recordings, and return a table with a row for each.

        The columns are ``path``, ``label``, ``confidence``, one for each class, ``speech``,
        ``warnings``, ``seconds`` and ``error``. A recording that cannot be used has an error.
        Needs the package ``pyarrow``.
        """
        import pyarrow

        sources = list(sources)
        results = self.predict_batch(
            sources, sr, voice=voice, max_seconds=max_seconds, errors="return"
        )
        text = pyarrow.string()
        columns = [("path", text), *score_columns(self.labels), ("error", text)]
        rows = []
        for source, result in zip(sources, results, strict=True):
            path = _path(source)
            if isinstance(result, Prediction):
                rows.append({"path": path, **score_row(result, self.labels)})
            else:
                rows.append({"path": path, "error": str(result)})
        return pyarrow.Table.from_pylist(rows, schema=pyarrow.schema(columns))

    def embed(
        self, sources: Iterable[Source], sr: int | None = None, *, max_seconds: float = float("inf")
    ) -> NDArray[np.float32]:
        """Compute the vectors that the model's last layers read, for other models to learn from.

        Parameters
        ----------
        sources, sr, max_seconds
            As for :meth:`predict_batch`.

        Returns
        -------
        float32 array ``[recordings, width]``
        """
        import numpy as np

        rows = self.embed_batch(sources, sr, max_seconds=max_seconds)
        if not rows:
            raise ParameterError("embed: there are no recordings")
        return np.stack([_or_raise(row) for row in rows])

    def embed_batch(
        self, sources: Iterable[Source], sr: int | None = None, *, max_seconds: float = float("inf")
    ) -> list[NDArray[np.float32] | UndertoneError]:
        """Compute embeddings as :meth:`embed` does, but return exceptions in their places."""
        if isinstance(sources, (str, bytes, os.PathLike)):
            raise ParameterError("give a list of recordings")
        given = [engine_source(source, sr) for source in sources]
        rows = self._model.embed(given, max_seconds)
        return [row if isinstance(row, BaseException) else to_floats(row) for row in rows]

    def voice(
        self,
        sources: Sequence[Source] = (),
        sr: int | None = None,
        *,
        known: Voice | str | None = None,
        max_seconds: float = float("inf"),
    ) -> Voice:
        """Hear recordings of a speaker, without labels, so that others of the same are judged better.

        Parameters
        ----------
        sources, sr, max_seconds
            As for :meth:`predict_batch`.
        known
            What was heard before, or a profile that ``undertone voice`` wrote.

        Raises
        ------
        ModelError
            If the model does not adapt, or the profile is another model's.
        """
        if isinstance(known, Voice):
            known = known.profile
        profile = self._model.new_voice() if known is None else known
        given = [engine_source(source, sr) for source in sources]
        return Voice(self._model.hear(profile, given, max_seconds))


def _or_raise(row: NDArray[np.float32] | UndertoneError) -> NDArray[np.float32]:
    if isinstance(row, BaseException):
        raise row
    return row


def _path(source: Any) -> str | None:
    return os.fspath(source) if isinstance(source, (str, os.PathLike)) else None

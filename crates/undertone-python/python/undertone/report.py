"""Reports of training and evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._undertone import UndertoneError

if TYPE_CHECKING:
    import pandas


class Report(dict[str, Any]):
    """A report as ``undertone train --json`` and ``undertone evaluate --json`` print it.

    It is a dictionary, and its tables can be had as data frames, which need ``pandas``.
    """

    def folds(self) -> pandas.DataFrame:
        """Return ``n``, ``wa``, ``uar`` and ``macro_f1`` of each fold's test clips.

        The last row, ``pooled``, is of the test clips of all folds together.
        """
        import pandas

        names = ["n", "wa", "uar", "macro_f1"]
        rows = {fold["name"]: fold["test"] for fold in self.get("folds", []) if fold.get("test")}
        if self.get("pooled"):
            rows["pooled"] = self["pooled"]
        found = {
            row: {name: _value(scores[name]) for name in names} for row, scores in rows.items()
        }
        return pandas.DataFrame.from_dict(found, orient="index", columns=names)

    def per_class(self) -> pandas.DataFrame:
        """Return ``precision``, ``recall``, ``f1`` and the counts of clips of each class."""
        import pandas

        return pandas.DataFrame(self._scores()["per_class"]).set_index("label")

    def confusion(self) -> pandas.DataFrame:
        """Return how many clips of each class (rows) got each label (columns)."""
        import pandas

        confusion = self._scores()["confusion"]
        labels = pandas.Index(confusion["labels"], name="label")
        return pandas.DataFrame(confusion["counts"], labels, labels.rename("predicted"))

    def _scores(self) -> dict[str, Any]:
        """Return the scores of all test clips."""
        tested = [fold["test"] for fold in self.get("folds", []) if fold.get("test")]
        scores = self.get("pooled") or (tested[0] if len(tested) == 1 else None)
        if scores is None:
            raise UndertoneError("the report has no scores of all test clips")
        return scores  # type: ignore[no-any-return]


def _value(score: Any) -> Any:
    """Return a score without its interval."""
    return score["value"] if isinstance(score, dict) else score

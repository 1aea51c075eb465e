"""Rows of people for what moments cannot give: robust tests and missing answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tillit_eval.errors import DataProblem
from tillit_eval.quality.factors._moments import Moments, summed
from tillit_eval.summaries import Summary, summarise_responses
from tillit_eval.summaries.frames import as_narwhals, collected, key_text, number_column

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rows:
    """Answers to ``p`` items.

    Attributes
    ----------
    items, groups : tuple of str
        Columns; names of the groups (one empty name if there are no groups).
    values : tuple of ndarray, shape (n_g, p) each
        One per group, not a number where an answer is missing.
    moments : Moments
        Of the complete rows, unchecked.
    """

    items: tuple[str, ...]
    groups: tuple[str, ...]
    values: tuple[Array, ...]
    moments: Moments

    def complete(self) -> tuple[Array, ...]:
        """Return the rows that answered every item, per group."""
        return tuple(each[~np.isnan(each).any(axis=1)] for each in self.values)


def read_rows(
    responses: object, items: Sequence[str], *, group: str | None = None
) -> Rows:
    """Take the answers of a table, per group.

    Raises
    ------
    DataProblem
        If it is a `Summary`, no table, lacks a column, or holds no numbers.
    """
    if isinstance(responses, Summary):
        raise DataProblem(
            "A summary is not enough for this estimator.",
            expected="a table with one row per person",
            found="a Summary",
            to_fix='give the rows, or use estimator="ml"',
        )
    by = [] if group is None else [group]
    summary = summarise_responses(responses, items, by=by)
    frame = as_narwhals(responses, table="responses")
    schema = frame.collect_schema()
    columns = [number_column(name, schema).alias(name) for name in items]
    keys = [frame_key for frame_key in by if frame_key not in items]
    taken = collected(frame.select(*columns, *keys))
    values = taken[list(items)].to_numpy(dtype=np.float64, na_value=np.nan)
    names: tuple[str, ...] = ("",)
    parts: tuple[Array, ...] = (values,)
    if group is not None:
        found = key_text(taken[group]).to_numpy()
        names = tuple(str(name) for name in summary.groups[group])
        parts = tuple(values[found == name] for name in names)
    return Rows(
        items=tuple(items),
        groups=names,
        values=parts,
        moments=summed(summary, group),
    )

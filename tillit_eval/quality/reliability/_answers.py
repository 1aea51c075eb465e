"""The answers behind a reliability: sums, rows where there are any, items turned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt

from tillit_eval.codebook import Codebook
from tillit_eval.codebook.model import check_codebook
from tillit_eval.errors import DataProblem, TooFewAnswers, check_columns, few
from tillit_eval.phrases import Phrase, phrase
from tillit_eval.quality._data import Array, Pooled, of_these, pool
from tillit_eval.summaries import Summary
from tillit_eval.summaries.frames import (
    as_narwhals,
    check_names,
    collected,
    number_column,
)

_WIDEST = 1e70


@dataclass(frozen=True, slots=True)
class Answers:
    """Checked answers to ``k`` items, turned where a codebook says so.

    ``responses`` are the answers after turning; ``turned`` says which were.
    """

    responses: object
    pooled: Pooled
    turned: Phrase | None

    def rows(self) -> Array:
        """Return the rows that answered every item, or say that there are none."""
        return complete_rows(self.responses, self.pooled.items)

    @property
    def has_rows(self) -> bool:
        """Whether people's rows are there, not only their sums."""
        return not isinstance(self.responses, Summary)


def read_answers(
    responses: object,
    items: Sequence[str],
    codebook: Codebook | None,
    *,
    fewest_items: int = 2,
) -> Answers:
    """Turn what the codebook says is reversed, sum, and refuse what is no scale.

    Raises
    ------
    DataProblem, TooFewAnswers
        As `pool` does, or if the codebook lacks an item.
    """
    names = check_names(items, argument="items")
    turned, which = turn(responses, names, codebook)
    pooled = check_size(pool(turned, names, fewest_items=fewest_items))
    said = phrase("reliability.turned", items=which) if which else None
    return Answers(responses=turned, pooled=pooled, turned=said)


def check_size(pooled: Pooled) -> Pooled:
    """Refuse numbers whose fourth powers no computer can hold."""
    spread = np.sqrt(np.diag(pooled.covariance))
    wide = [
        item
        for item, one in zip(pooled.items, spread, strict=True)
        if not one < _WIDEST
    ]
    if wide:
        raise DataProblem(
            "Some items hold far too large numbers.",
            expected=f"answers that differ by less than {_WIDEST:.0e}",
            found=f"larger differences in columns {few(wide)}",
            to_fix="turn them into missing answers, or divide by what was meant",
        )
    return pooled


def turn(
    responses: object, names: tuple[str, ...], codebook: Codebook | None
) -> tuple[object, tuple[str, ...]]:
    """Return the answers with reversed items turned, and which items those are.

    An answer :math:`x` to an item with codes from :math:`a` to :math:`b` becomes
    :math:`a + b - x`. Without a codebook nothing is turned.
    """
    if codebook is None:
        return responses, ()
    asked = [check_codebook(codebook).item(name) for name in names]
    ends = {one.key: float(one.lowest + one.highest) for one in asked if one.reversed}
    if not ends:
        return responses, ()
    if isinstance(responses, Summary):
        return _turned_summary(of_these(responses, names), ends), tuple(ends)
    frame = as_narwhals(responses, table="responses")
    schema = frame.collect_schema()
    check_columns(schema.names(), names, table="responses")
    numbers = [key for key in ends if schema[key].is_numeric()]
    mirrored = [
        (nw.lit(ends[key]) - number_column(key, schema)).alias(key) for key in numbers
    ]
    return frame.with_columns(*mirrored).to_native(), tuple(ends)


def complete_rows(responses: object, items: tuple[str, ...]) -> Array:
    """Return the rows that answered every item as numbers, shape (n, k)."""
    if isinstance(responses, Summary):
        raise TooFewAnswers(
            "A summary has no rows of people.",
            expected="the answers themselves",
            found="sums of them",
            to_fix='give the table of responses, or use method="feldt"',
            reason="reliability.needs_rows",
        )
    rows = _rows(responses, items)
    return np.asarray(rows[~np.isnan(rows).any(axis=1)])


def complete_places(responses: object, items: tuple[str, ...]) -> npt.NDArray[np.bool_]:
    """Tell of each row whether it answered every item."""
    return np.asarray(~np.isnan(_rows(responses, items)).any(axis=1))


def _rows(responses: object, items: tuple[str, ...]) -> Array:
    frame = as_narwhals(responses, table="responses")
    schema = frame.collect_schema()
    wanted = frame.select(
        *[number_column(item, schema).alias(f"x{i}") for i, item in enumerate(items)]
    )
    return np.asarray(collected(wanted).to_numpy(dtype=np.float64, na_value=np.nan))


def _turned_summary(summary: Summary, ends: dict[str, float]) -> Summary:
    """Turn items inside sums: x becomes end - x."""
    end = np.array([ends.get(name, 0.0) for name in summary.columns])
    sign = np.array([-1.0 if name in ends else 1.0 for name in summary.columns])
    complete = sign * summary.complete_sums
    cross = end[:, None] * complete[:, None, :]
    return replace(
        summary,
        sums=end * summary.n + sign * summary.sums,
        squares=end**2 * summary.n + 2 * end * sign * summary.sums + summary.squares,
        complete_sums=end * summary.n_complete[:, None] + complete,
        products=np.outer(sign, sign) * summary.products
        + np.outer(end, end) * summary.n_complete[:, None, None]
        + cross
        + cross.transpose(0, 2, 1),
    )

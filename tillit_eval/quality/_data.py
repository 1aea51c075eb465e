"""What every function of this room takes in: one group of sums, checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from tillit_eval.errors import DataProblem, TooFewAnswers, few
from tillit_eval.findings import Source
from tillit_eval.phrases import Phrase, phrase
from tillit_eval.summaries import Summary, summarise_responses
from tillit_eval.summaries.frames import as_narwhals, check_names, collected

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pooled:
    """All groups together: counts and moments of ``k`` items.

    ``n, sums, squares`` are over rows with an answer; ``n_complete, means,
    covariance`` (divided by n - 1) over rows that answered every item.
    """

    items: tuple[str, ...]
    n_rows: int
    n: Array
    sums: Array
    squares: Array
    n_complete: int
    means: Array
    covariance: Array
    source: Source
    n_waves: int

    @property
    def n_incomplete(self) -> int:
        """Rows that lack at least one answer."""
        return self.n_rows - self.n_complete

    @property
    def item_rest(self) -> Array:
        """Correlation of each item with the sum of the others."""
        # Summed over the others, not taken off the total: an item whose unit is
        # far larger than theirs would leave nothing but rounding.
        others = 1 - np.eye(len(self.items))
        cross = (self.covariance * others).sum(axis=1)
        rest = np.einsum("ij,jk,ik->i", others, self.covariance, others)
        shared: Array = cross / np.sqrt(np.diag(self.covariance) * rest)
        return shared

    def scale_name(self, scale: str) -> str:
        """Return the caller's name for the scale, or one made of its items."""
        return scale or f"{self.items[0]} … {self.items[-1]}"

    def caution(self) -> Phrase | None:
        """Say what a careful reader would want to know before trusting a number."""
        backward = tuple(
            item
            for item, rest in zip(self.items, self.item_rest, strict=True)
            if rest < 0
        )
        if backward:
            return phrase("quality.backward_items", items=backward)
        if self.n_waves > 1:
            return phrase("quality.waves_together", n=self.n_waves)
        return None

    def left_out(self) -> tuple[tuple[Phrase, int], ...]:
        """Say who is not behind a number that needs complete rows."""
        if self.n_incomplete == 0:
            return ()
        return ((phrase("quality.incomplete"), self.n_incomplete),)


def pool(responses: object, items: Sequence[str], *, fewest_items: int = 2) -> Pooled:
    """Sum the items over all rows or groups, and refuse what cannot be assessed.

    Parameters
    ----------
    responses : DataFrame, LazyFrame, relation or Summary
        Answers, or their sums.
    items : sequence of str
        The columns to use.
    fewest_items : int, default 2
        Fewest items the question can be asked of.

    Returns
    -------
    Pooled
        At least one more complete row than items, and no constant item.

    Raises
    ------
    DataProblem, TooFewAnswers
        If there are too few items, too few complete rows, or a constant item.
    """
    names = check_names(items, argument="items")
    check_item_count(names, fewest_items)
    waves = 1
    if isinstance(responses, Summary):
        summary = of_these(responses, names)
        if "wave" in summary.by:
            waves = int(summary.groups["wave"].nunique())
    else:
        summary = summarise_responses(responses, names)
        waves = _count_waves(responses)
    pooled = _pooled(summary, waves)
    _check_answers(pooled)
    return pooled


def check_item_count(names: tuple[str, ...], fewest: int) -> None:
    """Refuse a list of items that is too short for the question."""
    if len(names) < fewest:
        raise TooFewAnswers(
            "There are too few items for this question.",
            expected=f"at least {fewest} items",
            found=f"{len(names)}",
            to_fix="list every item of the scale",
            reason="quality.too_few_items",
            values={"n": fewest},
        )


def of_these(summary: Summary, names: tuple[str, ...]) -> Summary:
    """Take the columns `names` of a summary, in that order.

    Complete rows are those that answered every column of the summary, so fewer
    columns may be taken only where nobody left any out.
    """
    unknown = [name for name in names if name not in summary.columns]
    partial = set(names) != set(summary.columns)
    if unknown or (partial and (summary.n != summary.n_complete[:, None]).any()):
        raise DataProblem(
            "The summary was made of other items.",
            expected=f"a summary of exactly {few(names, at_most=12)}",
            found=f"a summary of {few(summary.columns, at_most=12)}",
            to_fix="call summarise_responses with these items",
        )
    where = np.array([summary.columns.index(name) for name in names])
    return replace(
        summary,
        columns=names,
        n=summary.n[:, where],
        sums=summary.sums[:, where],
        squares=summary.squares[:, where],
        complete_sums=summary.complete_sums[:, where],
        products=summary.products[:, where][:, :, where],
    )


def per_key(summary: Summary, key: str) -> Summary:
    """Add up the groups of a summary that share one key."""
    codes, names = pd.factorize(summary.groups[key], sort=True)
    own = np.eye(len(names))[codes]

    def total(values: Array) -> Array:
        return np.asarray(np.tensordot(own.T, values, axes=1))

    return replace(
        summary,
        by=(key,),
        groups=pd.DataFrame({key: names}),
        n_rows=total(summary.n_rows),
        n=total(summary.n),
        sums=total(summary.sums),
        squares=total(summary.squares),
        n_complete=total(summary.n_complete),
        complete_sums=total(summary.complete_sums),
        products=total(summary.products),
    )


def _count_waves(responses: object) -> int:
    frame = as_narwhals(responses, table="responses")
    if "wave" not in frame.collect_schema().names():
        return 1
    return len(collected(frame.select("wave").unique()).dropna())


def _pooled(summary: Summary, n_waves: int) -> Pooled:
    n = float(summary.n_complete.sum())
    sums = summary.complete_sums.sum(axis=0)
    products = summary.products.sum(axis=0)
    means = sums / max(n, 1.0)
    covariance = (products - np.outer(sums, means)) / max(n - 1, 1.0)
    return Pooled(
        items=summary.columns,
        n_rows=int(summary.n_rows.sum()) + summary.n_without_group,
        n=summary.n.sum(axis=0),
        sums=summary.sums.sum(axis=0),
        squares=summary.squares.sum(axis=0),
        n_complete=int(n),
        means=means,
        covariance=covariance,
        source=summary.source,
        n_waves=n_waves,
    )


def _check_answers(pooled: Pooled) -> None:
    empty = [item for item, n in zip(pooled.items, pooled.n, strict=True) if n == 0]
    if empty:
        raise TooFewAnswers(
            "Some items have no answers at all.",
            expected="at least one answer to every item",
            found=f"none in columns {few(empty)}",
            to_fix="leave these items out, or check their missing codes",
            reason="quality.no_answers",
            values={"items": tuple(empty)},
        )
    k, n = len(pooled.items), pooled.n_complete
    if n <= k:
        raise TooFewAnswers(
            "There are no more complete rows than items.",
            expected=f"more than {k} rows that answered all {k} items",
            found=f"{n} of {pooled.n_rows} rows",
            to_fix="use fewer items, or more people",
            reason="quality.fewer_people_than_items",
            values={"k": k},
        )
    variances = np.diag(pooled.covariance)
    scale = 1e-12 * np.maximum(pooled.means**2, 1e-300)
    constant = [
        item
        for item, flat in zip(pooled.items, variances <= scale, strict=True)
        if flat
    ]
    if constant:
        raise TooFewAnswers(
            "Some items are constant: everyone gave the same answer.",
            expected="at least two different answers to every item",
            found=f"one answer only in columns {few(constant)}",
            to_fix="leave these items out",
            reason="quality.constant_items",
            values={"items": tuple(constant)},
        )

    _check_sums(pooled)


def _check_sums(pooled: Pooled) -> None:
    """Refuse items whose sum, or the sum of all but one, is the same for everyone."""
    covariance = pooled.covariance
    variances = np.diag(covariance)
    rest = covariance.sum() - 2 * covariance.sum(axis=1) + variances
    sums = np.append(rest if len(rest) > 2 else [], covariance.sum())
    if (sums <= 1e-12 * variances.sum()).any():
        raise TooFewAnswers(
            "The items cancel out: their sum is the same for everyone.",
            expected="items that point the same way",
            found="a sum of items without any spread",
            to_fix="turn the reversed items first, with reversed = true in the "
            "codebook",
            reason="quality.items_cancel",
        )

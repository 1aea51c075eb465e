"""Means and covariances per group, checked: what the fits without rows take in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tillit_eval.errors import TooFewAnswers, few
from tillit_eval.findings import Source
from tillit_eval.quality._data import of_these, per_key
from tillit_eval.summaries import Summary, summarise_responses
from tillit_eval.summaries.frames import check_names

Array = npt.NDArray[np.float64]

REPEATED = 1e-10


@dataclass(frozen=True, slots=True)
class Moments:
    """Sufficient statistics of ``G`` groups and ``p`` items, complete rows only.

    Attributes
    ----------
    items, groups : tuple of str
        Columns; names of the groups (one empty name if there are no groups).
    n : ndarray, shape (G,)
        Complete rows.
    means : ndarray, shape (G, p)
        Of the items.
    covariance : ndarray, shape (G, p, p)
        Divided by n (not n - 1), as normal-theory likelihood has it.
    n_rows : int
        All rows, also those with a missing answer or without a group.
    source : str
        Where the rows come from.
    """

    items: tuple[str, ...]
    groups: tuple[str, ...]
    n: Array
    means: Array
    covariance: Array
    n_rows: int
    source: Source

    @property
    def n_people(self) -> int:
        """Complete rows in all groups."""
        return int(self.n.sum())

    @property
    def weights(self) -> Array:
        """Each group's share of the complete rows."""
        shares: Array = self.n / self.n.sum()
        return shares

    @property
    def log_determinants(self) -> Array:
        """Of the covariances, per group."""
        return np.asarray(np.linalg.slogdet(self.covariance)[1], dtype=np.float64)


def read_moments(
    responses: object, items: Sequence[str], *, group: str | None = None
) -> Moments:
    """Take means and covariances from rows or a summary, and refuse poor ones.

    Parameters
    ----------
    responses : DataFrame, LazyFrame, relation or Summary
        Answers, or their sums by (at least) `group`.
    items : sequence of str
        ``p`` columns.
    group : str, optional
        Column whose values make the groups; all rows together by default.

    Returns
    -------
    Moments
        Every group with more complete rows than items and a covariance of full
        rank.

    Raises
    ------
    DataProblem, TooFewAnswers
        If a column is absent, or a group has too few rows, a constant item, or
        an item that follows from the others.
    """
    names = check_names(items, argument="items")
    by = [] if group is None else [group]
    if isinstance(responses, Summary):
        summary = of_these(responses, names)
    else:
        summary = summarise_responses(responses, names, by=by)
    if group is not None and summary.by != (group,):
        summary = per_key(summary, group)
    moments = summed(summary, group)
    check_moments(moments)
    return moments


def moments_of(values: Sequence[Array], items: Sequence[str]) -> Moments:
    """Take moments of one array of complete rows per group, without checks."""
    n = np.array([len(rows) for rows in values], dtype=np.float64)
    return Moments(
        items=tuple(items),
        groups=tuple(str(g) for g in range(len(values))),
        n=n,
        means=np.stack([rows.mean(axis=0) for rows in values]),
        covariance=np.stack([np.cov(rows, rowvar=False, bias=True) for rows in values]),
        n_rows=int(n.sum()),
        source="unstated",
    )


def summed(summary: Summary, group: str | None) -> Moments:
    """Take moments from the sums of one column's groups, without checks."""
    n, sums, products = summary.n_complete, summary.complete_sums, summary.products
    names: tuple[str, ...] = ("",)
    if group is None:
        n = n.sum(keepdims=True)
        sums, products = sums.sum(axis=0)[None], products.sum(axis=0)[None]
    else:
        names = tuple(str(name) for name in summary.groups[group])
    least = np.maximum(n, 1.0)
    means = sums / least[:, None]
    covariance = products / least[:, None, None] - means[:, :, None] * means[:, None]
    return Moments(
        items=summary.columns,
        groups=names,
        n=n,
        means=means,
        covariance=covariance,
        n_rows=int(summary.n_rows.sum()) + summary.n_without_group,
        source=summary.source,
    )


def check_moments(moments: Moments) -> None:
    """Refuse groups from which no covariance of full rank can come."""
    p, n_groups = len(moments.items), len(moments.groups)
    small = int((moments.n <= p).sum())
    if small:
        least = int(moments.n.min())
        raise TooFewAnswers(
            "There are no more complete rows than items.",
            expected=f"more than {p} rows that answered all {p} items"
            + (", in every group" if n_groups > 1 else ""),
            found=f"{least} of {moments.n_rows} rows"
            if n_groups == 1
            else f"{least} or fewer in {small} of {n_groups} groups",
            to_fix="use fewer items, or more people",
            reason="quality.fewer_people_than_items",
            values={"k": p},
        )
    spread = np.diagonal(moments.covariance, axis1=1, axis2=2)
    flat = spread <= 1e-12 * np.maximum(moments.means**2, 1e-300)
    constant = _named(moments.items, np.asarray(flat.any(axis=0)))
    if constant:
        raise TooFewAnswers(
            "Some items are constant: everyone gave the same answer.",
            expected="at least two different answers to every item"
            + (", in every group" if n_groups > 1 else ""),
            found=f"one answer only in columns {few(constant)}",
            to_fix="leave these items out",
            reason="quality.constant_items",
            values={"items": constant},
        )
    check_repeats(moments.covariance)


def check_repeats(covariance: Array, least: float = REPEATED) -> None:
    """Refuse items that follow from the others, in any of the groups."""
    sd = np.sqrt(np.diagonal(covariance, axis1=1, axis2=2))
    correlation = covariance / (sd[:, :, None] * sd[:, None])
    if np.linalg.eigvalsh(correlation)[:, 0].min() < least:
        raise TooFewAnswers(
            "An item repeats another, or follows from the others.",
            expected="items none of which can be worked out from the others",
            found="answers that determine each other fully",
            to_fix="leave out the item that repeats another, or use more people",
            reason="quality.repeated_item",
        )


def _named(items: tuple[str, ...], chosen: npt.NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(name for name, hit in zip(items, chosen, strict=True) if hit)

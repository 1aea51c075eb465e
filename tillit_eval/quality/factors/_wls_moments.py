"""Thresholds and polychoric correlations per group, with their covariance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tillit_eval.errors import DataProblem, TooFewAnswers, few
from tillit_eval.findings import Source
from tillit_eval.quality.correlations import (
    Coded,
    PolychoricFit,
    asymptotic_covariance,
    code_answers,
    count_categories,
    influence_of,
    polychoric,
)
from tillit_eval.summaries.frames import as_pandas, check_names, key_text

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class OrdinalMoments:
    """What a model of answers in steps reproduces, in ``G`` groups; complete rows.

    With T thresholds and m = p (p - 1) / 2 pairs.

    Attributes
    ----------
    items, groups : tuple of str
        Columns; names of the groups (one empty name if there are no groups).
    n_thresholds : tuple of int
        Per item; the same in every group.
    n : ndarray, shape (G,)
        Complete rows.
    observed : ndarray, shape (G, T + m)
        Thresholds item by item, then correlations (0, 1), (0, 2), …
    gamma : ndarray, shape (G, T + m, T + m)
        n times the covariance of `observed`.
    n_rows : int
        All rows, also those with a missing answer or without a group.
    source : str
        Where the rows come from.
    fits : tuple of PolychoricFit
        Per group.
    """

    items: tuple[str, ...]
    groups: tuple[str, ...]
    n_thresholds: tuple[int, ...]
    n: Array
    observed: Array
    gamma: Array
    n_rows: int
    source: Source
    fits: tuple[PolychoricFit, ...]

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
    def diagonal(self) -> Array:
        """The weight of each moment, one over its variance; shape (G, T + m)."""
        weights: Array = 1 / np.diagonal(self.gamma, axis1=1, axis2=2)
        return weights


def read_ordinal_moments(
    responses: object, items: Sequence[str], *, group: str | None = None
) -> OrdinalMoments:
    """Estimate thresholds, polychoric correlations and their covariance by group.

    Parameters
    ----------
    responses : DataFrame, LazyFrame or relation
        Answers; a `Summary` does not hold what is needed.
    items : sequence of str
        ``p`` columns.
    group : str, optional
        Column whose values make the groups; all rows together by default.

    Returns
    -------
    OrdinalMoments
        Every group with every category of every item, and no correlation at ±1.

    Raises
    ------
    DataProblem, TooFewAnswers
        If a column is absent, or a group has too few rows, a constant item, an
        unused category or two items whose correlation cannot be told.
    """
    names = check_names(items, argument="items")
    if group is None:
        coded = code_answers(responses, names)
        return ordinal_moments([coded.complete()], ("",), n_rows=coded.n_people)
    frame = as_pandas(responses, [*names, group], table="responses")
    coded = code_answers(frame[list(names)], names)
    keys = key_text(frame[group])
    kept = np.asarray((coded.codes >= 0).all(axis=1) & keys.notna().to_numpy())
    coded, keys = coded.only(kept).packed(), keys[kept]
    groups = tuple(sorted(keys.dropna().unique()))
    if not groups:
        raise DataProblem(
            "No row belongs to a group.",
            expected=f"values in the column {few([group])}",
            found=f"{len(frame)} rows, all with an empty group",
            to_fix="fill in the column, or leave out group=",
        )
    parts = [coded.only((keys == name).to_numpy()) for name in groups]
    return ordinal_moments(parts, groups, n_rows=len(frame))


def ordinal_moments(
    parts: Sequence[Coded], groups: Sequence[str], *, n_rows: int
) -> OrdinalMoments:
    """Estimate the moments of each part: complete rows that share items and places."""
    first = parts[0]
    sizes = tuple(len(one) - 1 for one in first.values)
    _check_parts(parts)
    fits = tuple(polychoric(count_categories(part)) for part in parts)
    _check_fits(first.items, fits)
    n = np.array([part.n_people for part in parts], dtype=float)
    observed = np.stack([_vector(fit, sizes) for fit in fits])
    gamma = np.stack(
        [
            part.n_people * asymptotic_covariance(part, influence_of(fit))
            for part, fit in zip(parts, fits, strict=True)
        ]
    )
    return OrdinalMoments(
        *(first.items, tuple(groups), sizes, n, observed, gamma),
        *(n_rows, first.source, fits),
    )


def _vector(fit: PolychoricFit, sizes: tuple[int, ...]) -> Array:
    cuts = [fit.thresholds[i, :size] for i, size in enumerate(sizes)]
    return np.concatenate([*cuts, fit.rho])


def _check_parts(parts: Sequence[Coded]) -> None:
    """Refuse groups with too few rows, constant items or unused categories."""
    items, several = parts[0].items, len(parts) > 1
    p = len(items)
    least = min(part.n_people for part in parts)
    if least <= p:
        raise TooFewAnswers(
            "There are no more complete rows than items.",
            expected=f"more than {p} rows that answered all {p} items"
            + (", in every group" if several else ""),
            found=f"{least} rows" + (" or fewer in a group" if several else ""),
            to_fix="use fewer items, or more people",
            reason="quality.fewer_people_than_items",
            values={"k": p},
        )
    used = np.stack([_used(part) for part in parts])
    constant = [items[i] for i in np.flatnonzero((used.sum(axis=2) < 2).any(axis=0))]
    if constant:
        raise TooFewAnswers(
            "Some items are constant: everyone gave the same answer.",
            expected="at least two different answers to every item"
            + (", in every group" if several else ""),
            found=f"one answer only in columns {few(constant)}",
            to_fix="leave these items out",
            reason="quality.constant_items",
            values={"items": tuple(constant)},
        )
    sizes = np.array([len(one) for one in parts[0].values])
    wanted = np.arange(used.shape[2]) < sizes[:, None]
    gaps = [items[i] for i in np.flatnonzero((wanted & ~used).any(axis=(0, 2)))]
    if gaps:
        raise TooFewAnswers(
            "Some answers are used in one group and not in another.",
            expected="every category of every item in every group, complete rows only",
            found=f"a category that a group never uses in columns {few(gaps)}",
            to_fix="merge that category with its neighbour in all groups, or use "
            'estimator="mlr"',
            reason="correlations.unused_in_a_group",
            values={"items": tuple(gaps)},
        )


def _used(part: Coded) -> npt.NDArray[np.bool_]:
    wide = max(len(one) for one in part.values)
    places = np.arange(wide)
    return np.stack([np.isin(places, column) for column in part.codes.T])


def _check_fits(items: tuple[str, ...], fits: Sequence[PolychoricFit]) -> None:
    """Refuse pairs whose likelihood has no maximum inside ±1."""
    bound = np.any([fit.at_bound for fit in fits], axis=0)
    one, other = np.triu_indices(len(items), 1)
    stuck = [f"{items[one[m]]} – {items[other[m]]}" for m in np.flatnonzero(bound)]
    if stuck:
        raise TooFewAnswers(
            "The correlation of some pairs of items cannot be told: it runs to ±1.",
            expected="pairs of items whose tables do not fit a perfect correlation",
            found=f"a correlation at the bound in {few(stuck)}",
            to_fix="leave out an item that repeats another, merge rare categories, "
            "or use more people",
            reason="correlations.at_bound",
            values={"pairs": tuple(stuck)},
        )

"""One-way tables: hide small groups, and what would give them away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from tillit_eval.disclosure.columns import (
    asked_behind,
    check_counts,
    check_names,
    check_shares,
    names,
    others,
)
from tillit_eval.disclosure.kernel import Array, Mask, Suppression, suppress_groups
from tillit_eval.disclosure.protected import Protected
from tillit_eval.errors import DataProblem, check_option, check_table
from tillit_eval.findings import read_source
from tillit_eval.floors import K_MIN, check_floor
from tillit_eval.phrases import swedish_sort_key

if TYPE_CHECKING:
    import pandas as pd

Totals = Literal["published", "withheld"]


def protect_table(
    table: pd.DataFrame,
    *,
    count: str | Sequence[str],
    unit: str = "unit",
    values: Sequence[str] | None = None,
    within: str | Sequence[str] = (),
    shares: Sequence[str] | Mapping[str, str] = (),
    totals: Totals = "published",
    total: str | None = None,
    k_min: int = K_MIN,
    k_cell: int = 1,
    digits: int = 1,
) -> Protected:
    """Which groups of this table may be shown?

    Groups with fewer than `k_min` people are hidden, number and count alike. As
    the total is usually known, a single hidden group could be worked out from it
    (total mean times total n minus all others); so the smallest remaining groups
    are hidden too, until at least two are hidden and together hold `k_min`
    people. If that cannot be met, every group is hidden and only the total is
    left; if the total itself would give a group away, it is hidden as well.

    Parameters
    ----------
    table : DataFrame, shape (G, n_columns)
        One row per group; several sets of groups below each other if `within`
        names them. Never changed.
    count : str or sequence of str
        Columns with the number of people. With several, for example before and
        after, a group is shown only if all its counts may be: two waves are
        hidden together. For changes, count linked pairs.
    unit : str, default "unit"
        Column or index level that names the groups.
    values : sequence of str, optional
        Columns to hide. By default every column but the names, `within`,
        `total` and ``source``.
    within : str or sequence of str, optional
        Columns that split the table into sets with a total each, such as the
        wave.
    shares : sequence of str, or mapping of str to str, optional
        Value columns that are shares (0 to 1); a mapping names the count of each.
        A share of everyone or of no one is hidden like a small group.
    totals : {"published", "withheld"}, default "published"
        Whether the total of each set is known to readers, here or elsewhere.
    total : str, optional
        Boolean column that is true in rows which hold the total of their set.
    k_min : int, default 10
        Fewest people behind a number that may be shown, at least 5.
    k_cell : int, default 1
        Fewest people on either side of a share.
    digits : int, default 1
        Decimals of the values; they are rounded after hiding.

    Returns
    -------
    Protected
        The table with a column ``shown``, its ledger and a sentence.

    Raises
    ------
    DataProblem
        If a column is missing, a count is not a whole number from 0, the floor
        is under 5, or a total is smaller than its parts.

    See Also
    --------
    protect_findings : For findings instead of a table.

    Notes
    -----
    The smallest remaining group is chosen, ties by Swedish alphabet. Groups of no
    one may be shown. Someone who adds and subtracts all that is shown cannot fix
    a hidden mean, nor bound a hidden count below the floor (a linear programme
    in the tests tries). Someone who knows this rule by heart may guess the *count*
    of a hidden group better than that when the groups are of equal size; its
    values stay unknown even then. Published tables (``source``) are exempt.
    Rule: Hundepool et al. (2012), Statistical Disclosure Control, Wiley, ch. 4.

    Examples
    --------
    >>> import pandas as pd
    >>> areas = pd.DataFrame({"unit": ["A", "B", "C", "D"], "n": [25, 4, 12, 40],
    ...     "trust": [61.24, 50.0, 70.11, 66.66], "source": "real"})
    >>> safe = protect_table(areas, count="n")
    >>> safe.table["trust"].tolist()
    [61.2, nan, nan, 66.7]
    >>> print(safe)
    Not shown: 2 of 4 groups. They rest on fewer than 10 people, or would give such \
a group away.
    """
    check_table(table, table="groups")
    check_floor(k_min)
    check_option("totals", totals, ("published", "withheld"))
    counts, sets = names(count), names(within)
    marks = () if total is None else (total,)
    check_names(table, unit, (*counts, *sets, *marks, *shares, *(values or ())))
    check_counts(table, counts)
    check_shares(table, shares)
    kept = {unit, *sets, *marks, *counts, "source"}
    hide = tuple(values) if values is not None else others(table, kept)
    source = read_source(table)
    asked = asked_behind(shares, counts)
    is_total = _is_total(table, total)
    decide = _Rules(counts, asked, k_min, k_cell, totals == "published", unit)
    shown = np.ones(len(table), dtype=bool)
    entries: list[dict[str, object]] = []
    for key, rows in _sets(table, sets):
        outcome = (
            Suppression(np.zeros(int((~is_total[rows]).sum()), dtype=bool), True)
            if source == "published"
            else decide(table.iloc[rows], is_total[rows])
        )
        shown[rows[~is_total[rows]]] = ~outcome.hidden
        shown[rows[is_total[rows]]] = outcome.total_shown
        entries.append(_entry(sets, key, outcome))
    return Protected(
        table=_hide(table, shown, counts, hide, digits=digits),
        ledger=_ledger(entries),
        unit=unit,
        counts=counts,
        values=hide,
        total=total or "",
        floor=k_min,
        digits=digits,
        source=source,
    )


class _Rules:
    """The rules of one call, applied to one additive set at a time."""

    def __init__(
        self,
        counts: tuple[str, ...],
        asked: dict[str, str],
        k_min: int,
        k_cell: int,
        with_total: bool,
        unit: str,
    ) -> None:
        self.counts, self.asked, self.unit = counts, asked, unit
        self.k_min, self.k_cell, self.with_total = k_min, k_cell, with_total

    def __call__(self, part: pd.DataFrame, is_total: Mask) -> Suppression:
        groups = part[~is_total]
        people = groups[list(self.counts)].to_numpy(dtype=float)
        return suppress_groups(
            people,
            _rank(groups, self.unit),
            k_min=self.k_min,
            k_cell=self.k_cell,
            shares=tuple(
                _yes_and_asked(groups, share, column)
                for share, column in self.asked.items()
            ),
            rest=_rest(part[is_total], people, self.counts),
            with_total=self.with_total or bool(is_total.any()),
        )


def _rest(totals: pd.DataFrame, people: Array, counts: tuple[str, ...]) -> Array | None:
    """People of the total who are in no group, shape (C,)."""
    if totals.empty:
        return None
    rest = totals[list(counts)].to_numpy(dtype=float)[0] - people.sum(axis=0)
    if len(totals) > 1 or (rest < 0).any():
        raise DataProblem(
            "A total does not fit the groups it stands for.",
            expected="one total per set, at least as large as its groups together",
            found=f"{len(totals)} totals in a set"
            if len(totals) > 1
            else "a total smaller than its groups together",
            to_fix="name the column that splits the sets with within=, or leave the "
            "total out if people belong to several groups",
        )
    return np.asarray(rest, dtype=float)


def _yes_and_asked(groups: pd.DataFrame, share: str, count: str) -> tuple[Array, Array]:
    part = groups[share].to_numpy(dtype=float)
    asked = np.where(np.isnan(part), 0.0, groups[count].to_numpy(dtype=float))
    return np.rint(np.nan_to_num(part) * asked), asked


def _rank(groups: pd.DataFrame, unit: str) -> np.typing.NDArray[np.int_]:
    """Place of each group in the Swedish alphabet."""
    names = groups[unit] if unit in groups.columns else groups.index
    keys = [swedish_sort_key(name) for name in names]
    rank = np.empty(len(keys), dtype=int)
    rank[sorted(range(len(keys)), key=keys.__getitem__)] = np.arange(len(keys))
    return rank


def _hide(
    table: pd.DataFrame,
    shown: Mask,
    counts: tuple[str, ...],
    values: tuple[str, ...],
    *,
    digits: int,
) -> pd.DataFrame:
    """Return a copy with hidden cells missing and the rest rounded."""
    guarded = table.copy()
    for name in counts:
        guarded[name] = table[name].astype("Int64").where(shown)
    for name in values:
        column = table[name]
        if column.dtype.kind == "f":
            column = column.round(digits)
        guarded[name] = column.where(shown)
    guarded["shown"] = shown
    return guarded


def _entry(
    sets: tuple[str, ...], key: object, outcome: Suppression
) -> dict[str, object]:
    parts = key if isinstance(key, tuple) else (key,)
    return dict(zip(sets, parts, strict=False)) | {
        "n_groups": len(outcome.hidden),
        "n_shown": int((~outcome.hidden).sum()),
        "n_hidden": int(outcome.hidden.sum()),
        "total_shown": outcome.total_shown,
    }


def _ledger(entries: list[dict[str, object]]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(entries)


def _sets(
    table: pd.DataFrame, within: tuple[str, ...]
) -> list[tuple[object, np.typing.NDArray[np.intp]]]:
    """Row positions of each additive set, in order of appearance."""
    if not within:
        return [((), np.arange(len(table)))]
    grouped = table.groupby(list(within), sort=False, dropna=False)
    return [(key, np.asarray(rows)) for key, rows in grouped.indices.items()]


def _is_total(table: pd.DataFrame, total: str | None) -> Mask:
    if total is None:
        return np.zeros(len(table), dtype=bool)
    return table[total].to_numpy(dtype=bool)

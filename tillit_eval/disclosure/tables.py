"""Tables of any dimension: hide small groups, and what would give them away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from tillit_eval.disclosure.kernel import Array, Floors, Mask, Measure, hide_lines
from tillit_eval.disclosure.lattice import Lattice, build_lattice, paths_of, place_rows
from tillit_eval.disclosure.protected import Protected, hide_cells
from tillit_eval.errors import check_option, check_table
from tillit_eval.findings import read_source, tell
from tillit_eval.floors import K_CELL, K_MIN, check_floor
from tillit_eval.phrases import swedish_sort_key

if TYPE_CHECKING:
    import pandas as pd

Totals = Literal["published", "withheld"]


def protect_table(
    table: pd.DataFrame,
    *,
    count: str | Sequence[str],
    unit: str | Sequence[str] = "unit",
    values: Sequence[str] | None = None,
    within: str | Sequence[str] = (),
    shares: Sequence[str] | Mapping[str, str] = (),
    changed: str | Sequence[str] = (),
    totals: Totals = "published",
    total: str | None = None,
    parents: Mapping[str, str] | None = None,
    margin: str | None = None,
    k_min: int = K_MIN,
    k_cell: int = K_CELL,
    digits: int = 1,
) -> Protected:
    """Which groups of this table may be shown?

    Groups with fewer than `k_min` people are hidden, number and count alike. As
    totals are usually known, a single hidden group could be worked out from them
    (total mean times total n minus all others); so the smallest remaining groups
    are hidden too, until no group that may not be shown can be worked out from any
    row, column or level. If that cannot be met, only totals are left; a total that
    would give a group away is hidden as well.

    Parameters
    ----------
    table : DataFrame, shape (G, n_columns)
        One row per group; several sets of groups below each other if `within`
        names them. Never changed.
    count : str or sequence of str
        Columns with the number of people. With several, for example before and
        after, a group is shown only if all its counts may be: two waves are
        hidden together. For changes, count linked pairs.
    unit : str or sequence of str, default "unit"
        Column or index level that names the groups; several for a cross table,
        such as ``["unit", "role"]``.
    values : sequence of str, optional
        Columns to hide. By default every column but the names, `within`,
        `total` and ``source``.
    within : str or sequence of str, optional
        Columns that split the table into sets with totals of their own, such as
        the wave.
    shares : sequence of str, or mapping of str to str, optional
        Value columns that are shares (0 to 1); a mapping names the count of each.
        A share with fewer than `k_cell` people on one side, also of everyone or of
        no one, is hidden like a small group.
    changed : str or sequence of str, optional
        Columns with the number of people who left or joined a group between the
        waves of its row. A row with 1 to ``k_min - 1`` of them is hidden: the
        difference between the waves would tell about those few.
    totals : {"published", "withheld"}, default "published"
        Whether all totals are known to readers, here or elsewhere; if withheld,
        only those that stand in the table are.
    total : str, optional
        Boolean column that is true in rows which hold the total of their set.
    parents : mapping of str to str, optional
        Levels: which column holds the wider group of another, such as
        ``{"unit": "department", "department": "site"}``.
    margin : str, optional
        The word that stands in a key column for all groups together, such as the
        ``All`` of a pivot table.
    k_min : int, default 10
        Fewest people behind a number that may be shown, at least 5.
    k_cell : int, default 5
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
        is under 5, a row stands below a total, or a total is smaller than its
        parts.

    See Also
    --------
    protect_findings : For findings instead of a table.
    Ledger : For everything a build publishes together.

    Notes
    -----
    The rule: every group of people whose number can be worked out from what is
    shown must itself be one that may be shown. The smallest remaining group is
    hidden, ties by Swedish alphabet. Where totals cross, linear programmes also
    see to it that no small count is bounded inside 1 to ``k_min - 1``. Groups of
    no one may be shown. Someone who knows this rule by heart may guess the *count*
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
    keys, counts, sets = names(unit), names(count), names(within)
    movers, levels = names(changed), tuple((parents or {}).values())
    marks = () if total is None else (total,)
    check_names(
        table, keys, (*counts, *sets, *marks, *shares, *movers, *(values or ()))
    )
    check_names(table, levels, ())
    check_counts(table, counts)
    if movers:
        check_counts(table, movers)
    check_shares(table, shares)
    kept = {*keys, *levels, *sets, *marks, *counts, "source"}
    hide = tuple(values) if values is not None else others(table, kept)
    source = read_source(table)
    rules = _Rules(
        keys=keys,
        paths=paths_of(keys, parents or {}),
        counts=counts,
        asked=asked_behind(shares, counts),
        movers=movers,
        total=total,
        margin=margin,
        add_totals=totals == "published",
        floors=Floors(k_min, k_cell),
    )
    shown = np.ones(len(table), dtype=bool)
    entries: list[dict[str, object]] = []
    for key, rows in _sets(table, sets):
        part = table.iloc[rows]
        lattice = rules.lattice(part)
        gone = np.zeros(len(lattice.sets), dtype=bool)
        if source != "published":
            gone = rules.hide(part, lattice)
        shown[rows] = ~gone[: len(rows)]
        entries.append(_entry(sets, key, gone, lattice.is_total))
    told = {"by": keys, "counts": counts, "values": hide, "source": source}
    tell("table", table=table, shown=shown, floor=k_min, **told)
    return Protected(
        table=hide_cells(table, shown, counts, hide, digits=digits),
        ledger=_ledger(entries),
        unit=keys[0],
        counts=counts,
        values=hide,
        total=total or "",
        floor=k_min,
        share_floor=k_cell if shares else None,
        digits=digits,
        source=source,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rules:
    """The rules of one call, applied to one set of groups at a time."""

    keys: tuple[str, ...]
    paths: tuple[tuple[str, ...], ...]
    counts: tuple[str, ...]
    asked: dict[str, str]
    movers: tuple[str, ...]
    total: str | None
    margin: str | None
    add_totals: bool
    floors: Floors

    def lattice(self, part: pd.DataFrame) -> Lattice:
        """Return the groups of a set, and every total over them."""
        marked = _is_total(part, self.total)
        places = place_rows(part, self.paths, self.margin, marked)
        return build_lattice(
            places,
            [len(path) for path in self.paths],
            part[list(self.counts)].to_numpy(dtype=float),
            add_totals=self.add_totals,
        )

    def hide(self, part: pd.DataFrame, lattice: Lattice) -> Mask:
        """Return the lines to hide: the rows, then totals published elsewhere."""
        lines = np.arange(len(lattice.sets))
        measures = [Measure(lattice.sets, lines, n) for n in lattice.people.T]
        measures += [
            Measure(lattice.sets, lines, *self._sides(part, lattice, share, count))
            for share, count in self.asked.items()
        ]
        forced = np.zeros(len(lines), dtype=bool)
        for name in self.movers:
            moved = part[name].to_numpy(dtype=float)
            forced[: len(part)] |= (moved > 0) & (moved < self.floors.k_min)
        size = (lattice.sets @ lattice.people).sum(axis=1)
        rank = np.arange(len(lines))
        rank[: len(part)] = _rank(part, self.keys)
        return hide_lines(measures, size, rank, self.floors, hidden=forced)

    def _sides(
        self, part: pd.DataFrame, lattice: Lattice, share: str, count: str
    ) -> tuple[Array, Array]:
        """Return people asked and people who said yes, per atom."""
        asked, yes = _asked_and_yes(part, share, count)
        groups = np.flatnonzero(~lattice.is_total[: len(part)])
        behind, said = asked[groups], yes[groups]
        for atom, line in lattice.beyond:
            inside = lattice.sets[line, :atom]
            behind = np.append(behind, max(asked[line] - behind[inside].sum(), 0.0))
            said = np.append(said, max(yes[line] - said[inside].sum(), 0.0))
        return behind, np.minimum(said, behind)


def _asked_and_yes(rows: pd.DataFrame, share: str, count: str) -> tuple[Array, Array]:
    part = rows[share].to_numpy(dtype=float)
    asked = np.where(np.isnan(part), 0.0, rows[count].to_numpy(dtype=float))
    return asked, np.rint(np.nan_to_num(part) * asked)


def _rank(rows: pd.DataFrame, keys: Sequence[str]) -> np.typing.NDArray[np.intp]:
    """Place of each row in the Swedish alphabet."""
    columns = [
        rows[key] if key in rows.columns else rows.index.get_level_values(key)
        for key in keys
    ]
    order = [
        tuple(swedish_sort_key(name) for name in row)
        for row in zip(*columns, strict=True)
    ]
    rank = np.empty(len(order), dtype=int)
    rank[sorted(range(len(order)), key=order.__getitem__)] = np.arange(len(order))
    return rank


def _entry(
    sets: tuple[str, ...], key: object, gone: Mask, is_total: Mask
) -> dict[str, object]:
    parts = key if isinstance(key, tuple) else (key,)
    return dict(zip(sets, parts, strict=False)) | {
        "n_groups": int((~is_total).sum()),
        "n_shown": int((~gone & ~is_total).sum()),
        "n_hidden": int((gone & ~is_total).sum()),
        "total_shown": not (gone & is_total).any(),
        "n_totals_hidden": int((gone & is_total).sum()),
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

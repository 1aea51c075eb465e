"""The groups of a table and every total over them, as sets of its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tillit_eval.errors import DataProblem, few

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Whole = npt.NDArray[np.intp]
Node = tuple[object, ...]
Place = tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Lattice:
    """Groups and totals of one table.

    Attributes
    ----------
    sets : ndarray of bool, shape (L, A)
        Which atoms each line holds: first the rows of the table, then totals
        that do not stand in it but are published elsewhere.
    people : ndarray, shape (A, C)
        People per atom and count.
    is_total : ndarray of bool, shape (L,)
        Which lines are totals.
    beyond : list of tuple of (int, int)
        Atoms of people who are in a total but in no group: atom, line.
    """

    sets: Mask
    people: Array
    is_total: Mask
    beyond: list[tuple[int, int]]


def paths_of(
    keys: Sequence[str], parents: Mapping[str, str]
) -> tuple[tuple[str, ...], ...]:
    """Return the columns of each dimension, from the widest to the finest.

    Parameters
    ----------
    keys : sequence of str
        The finest column of each dimension.
    parents : mapping of str to str
        Which column is one level wider than another.

    Returns
    -------
    tuple of tuple of str
        One path per key.

    Raises
    ------
    DataProblem
        If the levels go round in a circle.

    Examples
    --------
    >>> paths_of(["unit", "role"], {"unit": "department", "department": "site"})
    (('site', 'department', 'unit'), ('role',))
    """
    return tuple(tuple(reversed(_up(key, parents))) for key in keys)


def _up(key: str, parents: Mapping[str, str]) -> list[str]:
    path = [key]
    while path[-1] in parents:
        path.append(parents[path[-1]])
        if path[-1] in path[:-1]:
            raise DataProblem(
                "The levels of the groups go round in a circle.",
                expected="parents= from finer to wider columns, such as unit to site",
                found=f"'{path[-1]}' above itself",
                to_fix='for example parents={"unit": "department"}',
            )
    return path


def place_rows(
    table: pd.DataFrame,
    paths: Sequence[Sequence[str]],
    margin: str | None,
    is_total: Mask,
) -> list[Place]:
    """Say where each row stands: one node per dimension, shorter for totals.

    Parameters
    ----------
    table : DataFrame, shape (R, n_columns)
        The rows; a key may stand in the index.
    paths : sequence of sequence of str
        As from `paths_of`.
    margin : str or None
        The word that stands in a key column for all groups together.
    is_total : ndarray of bool, shape (R,)
        Rows that are totals over everything.

    Returns
    -------
    list of tuple
        One place per row.

    Raises
    ------
    DataProblem
        If a row names a group below a total.
    """
    columns = [[_key(table, name) for name in path] for path in paths]
    places = [
        tuple(
            () if total else _node([values[row] for values in path], margin)
            for path in columns
        )
        for row, total in enumerate(is_total)
    ]
    wrong = [row for row, place in enumerate(places) if None in place]
    if wrong:
        raise DataProblem(
            "Some rows name a group below a total.",
            expected="the word for all groups in a column and in every finer one",
            found=f"{len(wrong)} other rows at row positions {few(wrong)}",
            to_fix="write the word of margin= in the finer columns too",
        )
    return places  # type: ignore[return-value]


def _key(table: pd.DataFrame, name: str) -> list[object]:
    if name in table.columns:
        return list(table[name])
    return list(table.index.get_level_values(name))


def _node(values: list[object], margin: str | None) -> Node | None:
    depth = next((i for i, v in enumerate(values) if v == margin), len(values))
    if margin is None:
        depth = len(values)
    if any(value != margin for value in values[depth:]):
        return None
    return tuple(values[:depth])


def build_lattice(
    places: list[Place], depths: Sequence[int], people: Array, *, add_totals: bool
) -> Lattice:
    """Turn places into sets of atoms, with every total and whoever is only in one.

    Parameters
    ----------
    places : list of tuple
        As from `place_rows`.
    depths : sequence of int
        Length of each dimension's path.
    people : ndarray, shape (R, C)
        People per row and count.
    add_totals : bool
        Whether every total is known to readers, in the table or not.

    Returns
    -------
    Lattice
        Atoms are the rows that are groups, then the people beyond them.

    Raises
    ------
    DataProblem
        If a total stands there twice, or is smaller than its groups.
    """
    total = np.array(
        [[len(node) for node in place] != list(depths) for place in places], dtype=bool
    )
    groups = [place for place, is_total in zip(places, total, strict=True) if ~is_total]
    lines = [*places]
    if add_totals:
        known = {
            place for place, is_total in zip(places, total, strict=True) if is_total
        }
        lines += [place for place in _totals(groups, depths) if place not in known]
    is_total = np.append(total, np.ones(len(lines) - len(places), dtype=bool))
    sets = np.zeros((len(lines), len(groups)), dtype=bool)
    sets[np.flatnonzero(~is_total), np.arange(len(groups))] = True
    for line in np.flatnonzero(is_total):
        sets[line] = [_holds(lines[line], group) for group in groups]
    given = np.flatnonzero(total)
    _check_once([places[line] for line in given])
    return _with_rest(sets, lines, is_total, given, people)


def _totals(groups: list[Place], depths: Sequence[int]) -> Iterator[Place]:
    """Give every total over the groups, the widest last."""
    dimensions = [
        {group[d][:depth] for group in groups for depth in range(depths[d] + 1)}
        for d in range(len(depths))
    ]
    for place in product(*(sorted(nodes, key=len) for nodes in dimensions)):
        if [len(node) for node in place] != list(depths):
            yield place


def _holds(total: Place, other: Place) -> bool:
    return all(node == it[: len(node)] for node, it in zip(total, other, strict=True))


def _check_once(totals: list[Place]) -> None:
    most = max((totals.count(place) for place in totals), default=0)
    if most > 1:
        raise _unfit(f"{most} totals in a set")


def _with_rest(
    sets: Mask, lines: list[Place], is_total: Mask, given: Whole, people: Array
) -> Lattice:
    """Add an atom for people who are in a total but in none of its groups."""
    weights = people[np.flatnonzero(~is_total[: len(people)])]
    beyond: list[tuple[int, int]] = []
    for line in sorted(given.tolist(), key=lambda i: int(sets[i].sum())):
        rest = people[line] - sets[line] @ weights
        if (rest < 0).any():
            raise _unfit("a total smaller than its groups together")
        if not rest.any():
            continue
        holds = [
            bool(total) and _holds(place, lines[line])
            for place, total in zip(lines, is_total, strict=True)
        ]
        beyond.append((sets.shape[1], line))
        sets = np.column_stack([sets, np.array(holds, dtype=bool)])
        weights = np.vstack([weights, rest])
    return Lattice(sets, weights, is_total, beyond)


def _unfit(found: str) -> DataProblem:
    return DataProblem(
        "A total does not fit the groups it stands for.",
        expected="one total per set, at least as large as its groups together",
        found=found,
        to_fix="name the column that splits the sets with within=, or leave the "
        "total out if people belong to several groups",
    )

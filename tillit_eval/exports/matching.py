"""Kernels of linkage: codes in, pairs of row positions out."""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Letters = npt.NDArray[np.uint32]


class Links(NamedTuple):
    """Which rows belong together.

    Attributes
    ----------
    before, after : ndarray of int, shape (n_pairs,)
        Row positions of each pair.
    distance : ndarray of int, shape (n_pairs,)
        Signs by which the two codes differ.
    doubtful_before, doubtful_after : ndarray of bool
        Rows with more than one possible partner, or a partner who has one.
    """

    before: Ints
    after: Ints
    distance: Ints
    doubtful_before: Bools
    doubtful_after: Bools


def match_codes(
    before: npt.NDArray[np.object_],
    after: npt.NDArray[np.object_],
    units: tuple[Ints, Ints] | None,
    *,
    max_distance: int,
) -> Links:
    """Link codes: exact first, then with one and two signs changed, within units.

    Parameters
    ----------
    before, after : ndarray of str, shape (n_before,), (n_after,)
        Codes; empty text where a person gave none.
    units : pair of ndarray of int, or None
        Unit of each row, numbered alike on both sides; -1 where unknown.
    max_distance : int
        0, 1 or 2.

    Returns
    -------
    Links
        The same pairs whichever side is called before.
    """
    everybody = pd.factorize(np.concatenate([before, after]))[0].astype(np.int64)
    same = everybody[: len(before)], everybody[len(before) :]
    state = _State(before != "", after != "")
    if units is not None:
        width = np.int64(max(u.max(initial=0) for u in units) + 1)
        known = units[0] >= 0, units[1] >= 0
        inside = same[0] * width + units[0], same[1] * width + units[1]
        state.link(*_same_key(*inside, state.free(*known)), 0, doubt=False)
    state.link(*_same_key(*same, state.free()), 0, doubt=True)
    for distance in range(1, max_distance + 1):
        if units is not None:
            state.link(
                *_near(before, after, units, state, distance), distance, doubt=True
            )
    return state.links()


class _State:
    """Who is linked, who is in doubt, and who is still free."""

    def __init__(self, has_before: Bools, has_after: Bools) -> None:
        self._free = [has_before.astype(bool), has_after.astype(bool)]
        self._doubt = [np.zeros(len(side), dtype=bool) for side in self._free]
        self._pairs: list[tuple[Ints, Ints, Ints]] = []

    def free(
        self, before: Bools | bool = True, after: Bools | bool = True
    ) -> tuple[Bools, Bools]:
        """Return the rows still to be linked, of those the caller allows."""
        return self._free[0] & before, self._free[1] & after

    def link(self, before: Ints, after: Ints, distance: int, *, doubt: bool) -> None:
        """Link candidates that are unique both ways; doubt the others if told to."""
        unique = _once(before) & _once(after)
        pair = before[unique], after[unique]
        self._pairs.append((*pair, np.full(len(pair[0]), distance, dtype=np.int64)))
        for side, rows in enumerate((before, after)):
            self._free[side][rows[unique]] = False
            if doubt:
                self._doubt[side][rows[~unique]] = True
                self._free[side][rows[~unique]] = False

    def links(self) -> Links:
        """Return all pairs in the order of the rows before."""
        before, after, distance = (
            np.concatenate([pair[i] for pair in self._pairs]) for i in range(3)
        )
        order = np.argsort(before, kind="stable")
        return Links(before[order], after[order], distance[order], *self._doubt)


def _once(rows: Ints) -> Bools:
    """Tell which entries occur only once."""
    _, where, times = np.unique(rows, return_inverse=True, return_counts=True)
    return np.asarray(times[where] == 1)


def _same_key(
    before: Ints, after: Ints, free: tuple[Bools, Bools]
) -> tuple[Ints, Ints]:
    """Return pairs of free rows with the same key; at most two per repeated key.

    A key that several rows share is in doubt however many they are, so each of
    its rows is named twice instead of with every partner.
    """
    rows = np.flatnonzero(free[0]), np.flatnonzero(free[1])
    keys = before[rows[0]], after[rows[1]]
    shared = np.intersect1d(*keys)
    order = [np.argsort(key, kind="stable") for key in keys]
    first = [
        np.searchsorted(k, shared, sorter=o) for k, o in zip(keys, order, strict=True)
    ]
    end = [
        np.searchsorted(k, shared, side="right", sorter=o)
        for k, o in zip(keys, order, strict=True)
    ]
    alone = ((end[0] - first[0]) == 1) & ((end[1] - first[1]) == 1)
    pairs = [rows[i][order[i][first[i][alone]]] for i in (0, 1)]
    crowd = [np.flatnonzero(np.isin(keys[i], shared[~alone])) for i in (0, 1)]
    doubtful = [np.repeat(rows[i][crowd[i]], 2) for i in (0, 1)]
    longest = max(map(len, doubtful))
    filled = [np.resize(d, longest) if longest else d for d in doubtful]
    return np.concatenate([pairs[0], filled[0]]), np.concatenate([pairs[1], filled[1]])


def _near(
    before: npt.NDArray[np.object_],
    after: npt.NDArray[np.object_],
    units: tuple[Ints, Ints],
    state: _State,
    distance: int,
) -> tuple[Ints, Ints]:
    """Return free pairs in the same unit whose codes differ in at most some signs.

    Two codes within that distance share a text once that many signs are taken
    out of each, so candidates are found by such texts and then measured.
    """
    free = state.free(units[0] >= 0, units[1] >= 0)
    rows = np.flatnonzero(free[0]), np.flatnonzero(free[1])
    if not len(rows[0]) or not len(rows[1]):
        return rows[0][:0], rows[1][:0]
    letters = _letters(np.concatenate([before[rows[0]], after[rows[1]]]))
    sides = letters[: len(rows[0])], letters[len(rows[0]) :]
    keys = [_thinned(side, units[i][rows[i]], distance) for i, side in enumerate(sides)]
    one, other = (
        pd.DataFrame(
            {
                "key": key.ravel(),
                f"row{i}": np.repeat(np.arange(len(key)), key.shape[1]),
            }
        ).drop_duplicates()
        for i, key in enumerate(keys)
    )
    met = one.merge(other, on="key")[["row0", "row1"]].drop_duplicates()
    i, j = met["row0"].to_numpy(), met["row1"].to_numpy()
    same_unit = units[0][rows[0]][i] == units[1][rows[1]][j]
    i, j = i[same_unit], j[same_unit]
    near = levenshtein(sides[0][i], sides[1][j]) <= distance
    return rows[0][i[near]], rows[1][j[near]]


def _letters(codes: npt.NDArray[np.object_]) -> Letters:
    """Write codes as rows of letter numbers, 0 after the end."""
    text = codes.astype(np.str_)
    width = max(text.dtype.itemsize // 4, 1)
    return np.ascontiguousarray(text).view(np.uint32).reshape(len(text), width)


def _thinned(letters: Letters, units: Ints, distance: int) -> npt.NDArray[np.uint64]:
    """Hash each code with up to `distance` signs taken out, shape (n, n_texts)."""
    n, width = letters.shape
    padded = np.hstack([letters, np.zeros((n, distance), dtype=np.uint32)])
    power = np.uint64(1_099_511_628_211) ** np.arange(width, dtype=np.uint64)
    place = range(width + distance)
    hashes = []
    for out in combinations(place, distance):
        kept = np.delete(padded, out, axis=1).astype(np.uint64)
        # Letters are added to a hash with their place; wrapping round is intended.
        hashes.append((kept * kept * power + kept * power).sum(axis=1, dtype=np.uint64))
    mixed: npt.NDArray[np.uint64] = np.column_stack(hashes)
    mixed = mixed * np.uint64(31) + units.astype(np.uint64)[:, np.newaxis]
    return mixed


def levenshtein(one: Letters, other: Letters) -> Ints:
    """Count the signs to insert, delete or replace to turn one code into the other.

    Parameters
    ----------
    one, other : ndarray of uint32, shape (n, width)
        Letter numbers, 0 after the end.

    Returns
    -------
    ndarray of int, shape (n,)
        Levenshtein distance, row by row.
    """
    n, width = one.shape
    lengths = (one != 0).sum(axis=1), (other != 0).sum(axis=1)
    row = np.broadcast_to(np.arange(width + 1), (n, width + 1)).astype(np.int64)
    result: Ints = lengths[1].astype(np.int64)
    for i in range(1, width + 1):
        above, row = row, np.empty_like(row)
        row[:, 0] = i
        for j in range(1, width + 1):
            replaced = above[:, j - 1] + (one[:, i - 1] != other[:, j - 1])
            nearest = np.minimum(above[:, j], row[:, j - 1]) + 1
            row[:, j] = np.minimum(replaced, nearest)
        ends = lengths[0] == i
        result[ends] = row[ends, lengths[1][ends]]
    return result

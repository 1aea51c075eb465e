"""How many people gave which answers, item by item and pair by pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from tillit_eval.errors import (
    DataProblem,
    check_columns,
    check_table,
)
from tillit_eval.findings import Source, read_source, tell
from tillit_eval.quality._data import Array
from tillit_eval.quality.correlations._placing import (
    Places,
    check_kinds,
    check_values,
    place_answers,
)
from tillit_eval.summaries import Summary
from tillit_eval.summaries.frames import (
    as_narwhals,
    check_names,
    collected,
    number_column,
)

Codes = npt.NDArray[np.int16]
Missing = Literal["complete", "pairs"]
_MOST_CELLS = 2**18  # of a joint table of two blocks of items


@dataclass(frozen=True, slots=True)
class Coded:
    """Answers as places among the answers seen, never written anywhere.

    ``codes`` (rows, k) counts from 0 within each item, -1 is missing; ``weights``
    (rows,) says how many people gave that row; ``values`` are the answers that the
    places stand for, item by item, in order.
    """

    items: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]
    codes: Codes
    weights: Array
    source: Source = "unstated"

    @property
    def n_people(self) -> int:
        """People in all rows."""
        return int(self.weights.sum())

    def complete(self) -> Coded:
        """Keep the rows that answered every item, and the places they have."""
        whole = np.asarray((self.codes >= 0).all(axis=1))
        if whole.all():
            return self
        return self.only(whole).packed()

    def packed(self) -> Coded:
        """Close the places that no row has any more."""
        codes, values = self.codes.copy(order="F"), []
        for column, kinds in enumerate(self.values):
            seen = codes[:, column] >= 0
            used = np.bincount(codes[seen, column], minlength=len(kinds)) > 0
            place = np.append(np.cumsum(used) - 1, -1).astype(np.int16)
            codes[:, column] = place[codes[:, column]]
            values.append(tuple(np.array(kinds)[used].tolist()))
        return Coded(self.items, tuple(values), codes, self.weights, self.source)

    def only(self, rows: npt.NDArray[np.bool_]) -> Coded:
        """Keep some rows and the places they have."""
        return Coded(
            self.items, self.values, self.codes[rows], self.weights[rows], self.source
        )


@dataclass(frozen=True, slots=True)
class CategoryTables:
    """Counts of people per pair of answers; all that a polychoric needs.

    With ``k`` items of at most ``C`` categories. An item with fewer leaves its last
    places at zero.

    Attributes
    ----------
    items : tuple of str
        In order.
    values : tuple of tuple of float
        The answers that the places of each item stand for.
    n_categories : ndarray of int, shape (k,)
        Places in use.
    margins : ndarray, shape (k, C)
        People per answer, over everyone who is counted for that item.
    counts : ndarray, shape (k, k, C, C)
        ``counts[i, j, a, b]`` people answered ``a`` to item i and ``b`` to item j.
    n_rows : int
        People in all, with or without answers.
    source : str
        Where the answers come from.
    """

    items: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]
    n_categories: npt.NDArray[np.int_]
    margins: Array
    counts: Array
    n_rows: int
    source: Source = "unstated"


def code_answers(responses: object, items: Sequence[str]) -> Coded:
    """Turn answers into places among the answers seen, in one pass.

    A pandas table is taken as it is; any other engine first adds up equal rows
    itself, so that rows never leave it one by one.

    Parameters
    ----------
    responses : DataFrame, LazyFrame or relation, shape (n_rows, n_columns)
        One row per person; empty cells are missing.
    items : sequence of str
        ``k`` columns of whole numbers or of a few other numbers.

    Returns
    -------
    Coded
        Categories that nobody chose have no place.

    Raises
    ------
    DataProblem, TooFewAnswers
        If a column is absent, holds no numbers, has more than 30 different answers,
        or none.
    """
    names = check_names(items, argument="items")
    if isinstance(responses, Summary):
        raise DataProblem(
            "A summary holds sums, not who gave which pair of answers.",
            expected="the answers themselves",
            found="a Summary",
            to_fix="give the table that summarise_responses was made from",
        )
    tell("rows", frame=responses)
    frame = as_narwhals(responses, table="responses")
    schema = frame.collect_schema()
    check_columns(schema.names(), names, table="responses")
    check_kinds(names, schema)
    values = [
        number_column(name, schema).alias(f"x{i}") for i, name in enumerate(names)
    ]
    rows = frame.select(*values)
    if frame.implementation.is_pandas():
        table = collected(rows)
        weights = np.ones(len(table))
    else:
        own = [f"x{i}" for i in range(len(names))]
        table = collected(rows.group_by(*own).agg(nw.len().alias("n")))
        weights = table.pop("n").to_numpy(dtype=float)
        table = table[own]
    check_table(table, table="responses")
    source: Source = "unstated"
    if "source" in schema.names():
        source = read_source(collected(frame.select("source").unique()))
    return _coded(table, names, weights, source)


def count_categories(coded: Coded, *, missing: Missing = "complete") -> CategoryTables:
    """Count pairs of answers: the joint answers of a few items at a time.

    Parameters
    ----------
    coded : Coded
        From `code_answers`.
    missing : {"complete", "pairs"}, default "complete"
        Count the rows that answered every item, or for each pair those that
        answered both.

    Returns
    -------
    CategoryTables
        Whole numbers. Categories that nobody counted chose have no place.
    """
    used = coded.complete() if missing == "complete" else coded
    sizes = np.array([len(one) for one in used.values])
    k, wide = len(sizes), int(sizes.max())
    counts = np.zeros((k, k, wide, wide))
    margins = np.zeros((k, wide))
    blocks = _blocks(sizes + 1, len(used.codes))
    keys = [_key(used.codes[:, block], sizes[block] + 1) for block in blocks]
    for a, first in enumerate(blocks):
        alone = _joint(keys[a], sizes[first] + 1, used.weights)
        for i, item in enumerate(first):
            margins[item, : sizes[item]] = _kept(alone, (i,))[1:]
        _fill(counts, alone, first, first, 0)
        for b in range(a + 1, len(blocks)):
            second = blocks[b]
            width = np.concatenate([sizes[first], sizes[second]]) + 1
            key = keys[a] * int(np.prod(sizes[second] + 1)) + keys[b]
            _fill(counts, _joint(key, width, used.weights), first, second, len(first))
    places = np.arange(k)
    counts[places, places] = np.eye(wide) * margins[:, None, :]
    return CategoryTables(
        used.items, used.values, sizes, margins, counts, coded.n_people, coded.source
    )


def _blocks(widths: Places, n_rows: int) -> list[Places]:
    """Put neighbouring items together while two blocks' joint table stays small."""
    room = min(max(n_rows, 64), _MOST_CELLS) ** 0.5
    blocks: list[list[int]] = [[]]
    size = 1
    for item, width in enumerate(widths):
        if blocks[-1] and size * width > room:
            blocks.append([])
            size = 1
        blocks[-1].append(item)
        size *= int(width)
    return [np.array(block) for block in blocks]


def _key(codes: Codes, widths: Places) -> Places:
    """Return which combination of answers each row gave; place 0 is missing."""
    key = np.zeros(len(codes), dtype=np.int64)
    for column, width in enumerate(widths):
        key *= int(width)
        key += codes[:, column]
        key += 1
    return key


def _joint(key: Places, widths: Places, weights: Array) -> Array:
    """Count every combination of the answers to some items."""
    size = int(np.prod(widths))
    plain = bool((weights == 1).all())
    counts = np.bincount(key, None if plain else weights, minlength=size)
    return counts.astype(float).reshape(tuple(widths))


def _kept(joint: Array, axes: tuple[int, ...]) -> Array:
    """Add up over all items but some."""
    rest = tuple(axis for axis in range(joint.ndim) if axis not in axes)
    return np.asarray(joint.sum(axis=rest))


def _fill(counts: Array, joint: Array, first: Places, second: Places, at: int) -> None:
    """Write the pairs of two blocks' items, without those who did not answer."""
    for i, item in enumerate(first):
        for j, other in enumerate(second):
            if item < other:
                table = _kept(joint, (i, at + j))[1:, 1:]
                rows, columns = table.shape
                counts[item, other, :rows, :columns] = table
                counts[other, item, :columns, :rows] = table.T


def _coded(
    table: pd.DataFrame, names: tuple[str, ...], weights: Array, source: Source
) -> Coded:
    codes = np.empty((len(table), len(names)), dtype=np.int16, order="F")
    found = []
    for place, column in enumerate(table.columns):
        codes[:, place], kinds = place_answers(table[column].to_numpy(dtype=float))
        found.append(kinds)
    values = tuple(found)
    check_values(names, values)
    return Coded(names, values, codes, weights, source)

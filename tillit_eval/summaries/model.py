"""What the one pass leaves behind: sums and products, never a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tillit_eval.findings import Source

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Sufficient statistics of some columns, per group.

    With ``G`` groups and ``k`` columns. Sums and products of integer items are
    whole numbers and equal exactly on every engine.

    Attributes
    ----------
    columns : tuple of str
        Items or scales summarised.
    by : tuple of str
        The columns whose combinations make the groups; empty for one group.
    groups : DataFrame, shape (G, len(by))
        One row per group, sorted.
    n_rows : ndarray, shape (G,)
        Rows in the group.
    n : ndarray, shape (G, k)
        Rows with a value, per column.
    sums, squares : ndarray, shape (G, k)
        Of the values and of their squares, over rows with a value.
    n_complete : ndarray, shape (G,)
        Rows with a value in every column.
    complete_sums : ndarray, shape (G, k)
        Sums over complete rows.
    products : ndarray, shape (G, k, k)
        Sums of products over complete rows.
    source : str
        Where the rows come from.
    n_without_group : int
        Rows left out because a column of `by` is empty there.
    """

    columns: tuple[str, ...]
    by: tuple[str, ...]
    groups: pd.DataFrame
    n_rows: Array
    n: Array
    sums: Array
    squares: Array
    n_complete: Array
    complete_sums: Array
    products: Array
    source: Source = "unstated"
    n_without_group: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSummary:
    """Sufficient statistics of one scale in two waves of partly the same people.

    With ``G`` units. Persons belong to the unit of their baseline wave; a person
    met only after belongs to the unit they were met in.

    Attributes
    ----------
    scale, before, after : str
        What was measured and the two waves.
    units : DataFrame, shape (G, n_columns)
        One row per unit: the unit column and, if asked for, ``assigned`` and
        ``treated``. With ``unit=None`` there is one row per person.
    n_pairs, sum_before, sum_after : ndarray, shape (G,)
        Linked people, and the sums of their two scores.
    square_before, square_after, product : ndarray, shape (G,)
        Sums of squares and of products of the linked scores.
    n_before, n_after : ndarray, shape (G,)
        All rows with a score in each wave, linked or not.
    all_before, all_after, all_square_before, all_square_after : ndarray, shape (G,)
        Their sums and sums of squares.
    n_before_only, n_after_only : int
        People with a score in one of the waves only.
    n_without_code : int
        Rows with a score but no respondent code; they cannot be linked.
    n_movers : int
        Linked people who changed unit; counted in their baseline unit.
    has_units : bool
        False if people were treated as independent.
    source : str
        Where the rows come from.
    centre : float
        Taken from every score before it was summed, so that squares of scores far
        from zero do not round; 0 unless they are.
    """

    scale: str
    before: str
    after: str
    units: pd.DataFrame
    n_pairs: Array
    sum_before: Array
    sum_after: Array
    square_before: Array
    square_after: Array
    product: Array
    n_before: Array
    n_after: Array
    all_before: Array
    all_after: Array
    all_square_before: Array
    all_square_after: Array
    n_before_only: int
    n_after_only: int
    n_without_code: int
    n_movers: int
    has_units: bool
    source: Source = "unstated"
    centre: float = 0.0

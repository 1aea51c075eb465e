"""The columns of a table to protect: which are which, and are they sound?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from tillit_eval.errors import DataProblem, check_columns, check_texts, few

if TYPE_CHECKING:
    import pandas as pd


def asked_behind(
    shares: Sequence[str] | Mapping[str, str], counts: tuple[str, ...]
) -> dict[str, str]:
    """Return which count stands behind each share."""
    if isinstance(shares, Mapping):
        return dict(shares)
    return dict.fromkeys(names(shares), counts[0])


def names(given: str | Sequence[str]) -> tuple[str, ...]:
    """Return one name or several as a tuple."""
    several = isinstance(given, Iterable) and not isinstance(given, str)
    listed = tuple(given) if several else (given,)
    check_texts(listed)
    return listed  # type: ignore[return-value]


def others(table: pd.DataFrame, kept: set[str]) -> tuple[str, ...]:
    """Return the columns that are not kept."""
    return tuple(str(name) for name in table.columns if str(name) not in kept)


def check_names(
    table: pd.DataFrame, keys: tuple[str, ...], wanted: tuple[str, ...]
) -> None:
    """Refuse a table that lacks a column; the units may stand in the index."""
    levels = [str(name) for name in table.index.names if name]
    named = [*map(str, table.columns), *levels]
    check_columns(named, list(keys), table="groups")
    check_columns(table.columns, wanted, table="groups")


def check_counts(table: pd.DataFrame, counts: tuple[str, ...]) -> None:
    """Refuse counts that are missing, negative or not whole."""
    if not counts:
        raise DataProblem(
            "No column says how many people are behind each group.",
            expected="count= with at least one column",
            found="none",
            to_fix='give count="n" with the name of that column',
        )
    for name in counts:
        column = table[name]
        numbers = (
            column.to_numpy(dtype=float, na_value=np.nan)
            if column.dtype.kind in "iuf"
            else np.full(len(column), np.nan)
        )
        wrong = ~(
            (numbers >= 0) & (numbers == np.floor(numbers)) & np.isfinite(numbers)
        )
        if wrong.any():
            raise DataProblem(
                f"The column '{name}' does not hold counts of people.",
                expected="whole numbers from 0, none missing",
                found=f"{int(wrong.sum())} other cells at row positions "
                f"{few(np.flatnonzero(wrong).tolist())}",
                to_fix="count the people with an answer per group; write 0 for no one",
            )


def check_shares(
    table: pd.DataFrame, shares: Sequence[str] | Mapping[str, str]
) -> None:
    """Refuse shares that do not lie between 0 and 1."""
    for name in names(shares) if not isinstance(shares, Mapping) else shares:
        column = table[name].to_numpy(dtype=float)
        wrong = (column < 0) | (column > 1)
        if wrong.any():
            raise DataProblem(
                f"The column '{name}' does not hold shares.",
                expected="numbers from 0 to 1",
                found=f"{int(wrong.sum())} numbers outside",
                to_fix="divide per cent by 100, or leave the column out of shares=",
            )

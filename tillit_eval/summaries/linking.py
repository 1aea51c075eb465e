"""What must hold before the same people are followed from one wave to another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tillit_eval.errors import DataProblem, few

if TYPE_CHECKING:
    import pandas as pd


def check_two_waves(waves: pd.Series[Any], before: str, after: str) -> None:
    """Refuse waves that are not in the table, or the same wave twice.

    Parameters
    ----------
    waves : Series, shape (n_rows,)
        The wave of each row, as text.
    before, after : str
        The two waves to compare.

    Raises
    ------
    DataProblem
        If one is not in the table, or both are one.
    """
    present = sorted(waves.dropna().unique())
    unknown = [name for name in (before, after) if name not in present]
    if unknown:
        raise DataProblem(
            "A wave to compare is not in the table.",
            expected=f"one of the waves {few(present, at_most=12)}",
            found=f"{few(unknown)}",
            to_fix="check before= and after= against the waves present",
        )
    if before == after:
        raise DataProblem(
            "A wave cannot be compared with itself.",
            expected="two different waves",
            found=f"before and after are both {before!r}",
            to_fix=f"choose two of the waves {few(present, at_most=12)}",
        )


def check_one_row_each(repeated: Sequence[int]) -> None:
    """Refuse people with several rows in one wave.

    Parameters
    ----------
    repeated : sequence of int
        Positions of rows that share person and wave with another.

    Raises
    ------
    DataProblem
        If there is any.
    """
    if repeated:
        raise DataProblem(
            "Some people have more than one row in the same wave.",
            expected="one row per respondent and wave",
            found=f"{len(repeated)} rows that share both: "
            f"row positions {few(repeated)}",
            to_fix="keep one row each, or check that respondent codes are not reused",
        )

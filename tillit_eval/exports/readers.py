"""What was measured beside the survey: series, ratings and cases."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from tillit_eval.errors import DataProblem, few
from tillit_eval.exports.schemas import (
    CASES,
    RATINGS,
    SERIES,
)
from tillit_eval.exports.tables import read_table
from tillit_eval.findings import Source

Table = str | Path | pd.DataFrame


def read_series(
    path: Table,
    *,
    source: Source = "unstated",
    sheet: str | int | None = None,
    encoding: str | None = None,
) -> pd.DataFrame:
    """Read indicators over time: one row per unit, period and indicator.

    Parameters
    ----------
    path : str, Path or DataFrame
        CSV, Excel, SPSS or Parquet file with ``unit, period, indicator, value``
        and, if the value is a rate, its ``denominator``.
    source : {"unstated", "real", "synthetic", "published", "mixed"}
        Where the rows come from, if the file has no column ``source``.
    sheet : str or int, optional
        Which sheet of an Excel file.
    encoding : str, optional
        Encoding, if it cannot be found out.

    Returns
    -------
    DataFrame
        ``period`` is whole numbers if every period is one (years), else text.

    Raises
    ------
    FileProblem
        If the file cannot be read.
    DataProblem
        If a column is absent or empty, a value is no number, or a row repeats
        a unit, period and indicator.

    See Also
    --------
    read_cases : Reads one row per case instead of one per period.

    Examples
    --------
    >>> sick = pd.DataFrame({"unit": ["a", "a"], "period": [2015, 2016],
    ...     "indicator": "sick leave", "value": ["5,1", "4,9"]})
    >>> read_series(sick)["value"].tolist()
    [5.1, 4.9]
    """
    return read_table(path, SERIES, source=source, sheet=sheet, encoding=encoding)


def read_ratings(
    path: Table,
    *,
    source: Source = "unstated",
    sheet: str | int | None = None,
    encoding: str | None = None,
) -> pd.DataFrame:
    """Read judgements: one row per target, criterion, rater and round.

    Parameters
    ----------
    path : str, Path or DataFrame
        File with ``target, rater, value`` and, if there are several,
        ``criterion, rater_role, round``.
    source : {"unstated", "real", "synthetic", "published", "mixed"}
        Where the rows come from, if the file has no column ``source``.
    sheet : str or int, optional
        Which sheet of an Excel file.
    encoding : str, optional
        Encoding, if it cannot be found out.

    Returns
    -------
    DataFrame
        ``value`` as numbers, everything else as text.

    Raises
    ------
    FileProblem, DataProblem
        As in `read_series`.

    See Also
    --------
    read_series : Reads indicators over time.

    Examples
    --------
    >>> read_ratings(pd.DataFrame({"target": ["1"], "rater": ["A"], "value": ["3"]}))
      target rater  value    source
    0      1     A    3.0  unstated
    """
    return read_table(path, RATINGS, source=source, sheet=sheet, encoding=encoding)


def read_cases(
    path: Table,
    *,
    source: Source = "unstated",
    sheet: str | int | None = None,
    encoding: str | None = None,
) -> pd.DataFrame:
    """Read cases with the days they were opened and closed.

    Parameters
    ----------
    path : str, Path or DataFrame
        File with ``case, unit, opened, closed`` and, if known, ``outcome``.
        Dates as 2016-03-01; an empty ``closed`` is a case still open.
    source : {"unstated", "real", "synthetic", "published", "mixed"}
        Where the rows come from, if the file has no column ``source``.
    sheet : str or int, optional
        Which sheet of an Excel file.
    encoding : str, optional
        Encoding, if it cannot be found out.

    Returns
    -------
    DataFrame
        One row per case; days as dates.

    Raises
    ------
    FileProblem, DataProblem
        As in `read_series`, and if a case was closed before it was opened.

    See Also
    --------
    read_series : Reads indicators over time.

    Examples
    --------
    >>> cases = pd.DataFrame({"case": [1], "unit": ["a"], "opened": ["2016-03-01"],
    ...     "closed": [None]})
    >>> read_cases(cases)["closed"].isna().tolist()
    [True]
    """
    cases = read_table(path, CASES, source=source, sheet=sheet, encoding=encoding)
    check_order(cases, "opened", "closed", table="cases")
    return cases


def check_order(frame: pd.DataFrame, first: str, last: str, *, table: str) -> None:
    """Refuse rows that end before they begin.

    Parameters
    ----------
    frame : DataFrame
        A table with two columns of dates.
    first, last : str
        The two columns.
    table : str
        What the table is, in a word, for the message.

    Raises
    ------
    DataProblem
        If a date in `last` is before that in `first`.
    """
    wrong = frame.index[frame[last] < frame[first]].to_numpy()
    if len(wrong):
        raise DataProblem(
            f"The table of {table} has rows that end before they begin.",
            expected=f"'{last}' on the day of '{first}' or later",
            found=f"{len(wrong)} such rows, positions {few(wrong.tolist())}",
            to_fix="correct the dates",
        )

"""Periods and days, as their tables write them, on one scale of years."""

from __future__ import annotations

import pandas as pd

# Names of parts of a year in Swedish and English: half, quarter, third.
_PARTS = {"H": 2, "Q": 4, "K": 4, "T": 3}


def times_in_years(times: pd.Series[str]) -> pd.Series[float]:
    """Return times as years with decimals; the middle of a period.

    Parameters
    ----------
    times : Series of str
        ``2014.2`` (a time), ``2014`` (a year), ``2014-H1``, ``2014-Q3`` or
        ``2014K3``, ``2014-05`` (a month) or ``2014-05-17`` (a day).

    Returns
    -------
    Series of float
        NaN where a time is written in another way, or missing.

    Examples
    --------
    >>> times_in_years(pd.Series(["2014.2", "2014", "2014-H1", "2014-07-02"])).tolist()
    [2014.2, 2014.5, 2014.25, 2014.5]
    """
    text = times.astype("str").str.strip()
    parts = text.str.extract(r"^(\d{4})(?:-?([HQKT])(\d)|-(\d{1,2})(?:-(\d{1,2}))?)?$")
    year = pd.to_numeric(parts[0])
    pieces = parts[1].map(_PARTS).astype(float)
    piece = (pd.to_numeric(parts[2]) - 0.5) / pieces
    month = pd.to_numeric(parts[3]) - 1
    day = ((pd.to_numeric(parts[4]) - 1) / 30.4).fillna(0.5)
    month = (month + day) / 12
    within = piece.fillna(month).fillna(0.5)
    decimal = pd.to_numeric(text.where(text.str.contains(".", regex=False)), "coerce")
    return (year + within).fillna(decimal).astype(float).round(2)

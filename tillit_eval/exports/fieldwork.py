"""Who was asked, where they belong and when: units, invited and waves."""

from __future__ import annotations

import pandas as pd

from tillit_eval.errors import DataProblem, few
from tillit_eval.exports.readers import Table, check_order
from tillit_eval.exports.schemas import INVITED, UNIT_CHANGES, UNITS, WAVES
from tillit_eval.exports.tables import read_table
from tillit_eval.findings import Source


def read_units(
    path: Table,
    *,
    source: Source = "unstated",
    sheet: str | int | None = None,
    encoding: str | None = None,
) -> pd.DataFrame:
    """Read units, where they belong, and which of them were part of the reform.

    Parameters
    ----------
    path : str, Path or DataFrame
        File with ``unit`` and, if known, ``parent, level, arm, start,
        assigned`` (the level at which treatment varied).
    source : {"unstated", "real", "synthetic", "published", "mixed"}
        Where the rows come from, if the file has no column ``source``.
    sheet : str or int, optional
        Which sheet of an Excel file.
    encoding : str, optional
        Encoding, if it cannot be found out.

    Returns
    -------
    DataFrame
        One row per unit; everything as text, also ``start``.

    Raises
    ------
    FileProblem, DataProblem
        As in `read_series`, and if a parent is a unit of its own.

    See Also
    --------
    read_unit_changes : Reads units that were merged or split.

    Examples
    --------
    >>> read_units(pd.DataFrame({"unit": ["a", "b"], "start": [2014, None]}))
      unit start    source
    0    a  2014  unstated
    1    b   NaN  unstated
    """
    units = read_table(path, UNITS, source=source, sheet=sheet, encoding=encoding)
    if "parent" in units:
        own = units.index[units["parent"] == units["unit"]].to_numpy()
        if len(own):
            raise DataProblem(
                "A unit is its own parent.",
                expected="the unit above in the column parent, or nothing at the top",
                found=f"itself in {len(own)} rows, positions {few(own.tolist())}",
                to_fix="empty the cell, or name the unit above",
            )
    return units


def read_unit_changes(
    path: Table,
    *,
    source: Source = "unstated",
    sheet: str | int | None = None,
    encoding: str | None = None,
) -> pd.DataFrame:
    """Read units that were merged, split or renamed.

    Parameters
    ----------
    path : str, Path or DataFrame
        File with ``old, new, date``.
    source : {"unstated", "real", "synthetic", "published", "mixed"}
        Where the rows come from, if the file has no column ``source``.
    sheet : str or int, optional
        Which sheet of an Excel file.
    encoding : str, optional
        Encoding, if it cannot be found out.

    Returns
    -------
    DataFrame
        One row per old and new unit.

    Raises
    ------
    FileProblem, DataProblem
        As in `read_series`.

    See Also
    --------
    read_units : Reads the units themselves.

    Examples
    --------
    >>> moves = pd.DataFrame({"old": ["a"], "new": ["b"], "date": ["2015-01-01"]})
    >>> read_unit_changes(moves)["new"].tolist()
    ['b']
    """
    return read_table(path, UNIT_CHANGES, source=source, sheet=sheet, encoding=encoding)


def read_invited(
    path: Table,
    *,
    source: Source = "unstated",
    sheet: str | int | None = None,
    encoding: str | None = None,
) -> pd.DataFrame:
    """Read how many people were asked: one row per unit and wave.

    Parameters
    ----------
    path : str, Path or DataFrame
        File with ``wave, unit, n_invited`` and, if there are several, ``site``.
    source : {"unstated", "real", "synthetic", "published", "mixed"}
        Where the rows come from, if the file has no column ``source``.
    sheet : str or int, optional
        Which sheet of an Excel file.
    encoding : str, optional
        Encoding, if it cannot be found out.

    Returns
    -------
    DataFrame
        ``n_invited`` as whole numbers.

    Raises
    ------
    FileProblem, DataProblem
        As in `read_series`.

    See Also
    --------
    read_waves : Reads when the waves were in the field.

    Examples
    --------
    >>> asked = pd.DataFrame({"wave": [2019], "unit": ["a"], "n_invited": [12]})
    >>> read_invited(asked)
       wave unit  n_invited    source
    0  2019    a         12  unstated
    """
    return read_table(path, INVITED, source=source, sheet=sheet, encoding=encoding)


def read_waves(
    path: Table,
    *,
    source: Source = "unstated",
    sheet: str | int | None = None,
    encoding: str | None = None,
) -> pd.DataFrame:
    """Read when each wave was in the field and with which instrument.

    Parameters
    ----------
    path : str, Path or DataFrame
        File with ``wave, from, to`` and, if it changed, ``instrument``.
    source : {"unstated", "real", "synthetic", "published", "mixed"}
        Where the rows come from, if the file has no column ``source``.
    sheet : str or int, optional
        Which sheet of an Excel file.
    encoding : str, optional
        Encoding, if it cannot be found out.

    Returns
    -------
    DataFrame
        One row per wave; days as dates.

    Raises
    ------
    FileProblem, DataProblem
        As in `read_series`, and if a wave ends before it begins.

    See Also
    --------
    read_invited : Reads how many people were asked.

    Examples
    --------
    >>> days = {"wave": [1], "from": ["2015-02-01"], "to": ["2015-03-01"]}
    >>> field = pd.DataFrame(days)
    >>> (read_waves(field)["to"] - read_waves(field)["from"]).dt.days.tolist()
    [28]
    """
    waves = read_table(path, WAVES, source=source, sheet=sheet, encoding=encoding)
    check_order(waves, "from", "to", table="waves")
    return waves

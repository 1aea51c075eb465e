"""Units that were merged or split, followed as one from beginning to end."""

from __future__ import annotations

import pandas as pd

from tillit_eval.errors import check_columns, check_table


def settle_units(
    table: pd.DataFrame, unit_changes: pd.DataFrame, *, unit: str = "unit"
) -> pd.DataFrame:
    """Which rows belong to the same unit, when units were merged or split?

    Two wards that became one cannot be told apart afterwards, so they are one
    unit before as well; the parts of a unit that was split stay one unit.

    Parameters
    ----------
    table : DataFrame
        Any table with a column of units, such as ``responses`` or ``invited``.
    unit_changes : DataFrame
        From `read_unit_changes`: ``old, new, date``.
    unit : str
        The column of units.

    Returns
    -------
    DataFrame
        The same rows; units that are connected by changes carry one name: that
        of the unit they became, or came from, or else all names in order.

    Raises
    ------
    DataProblem
        If a column is not there.

    See Also
    --------
    read_unit_changes : Reads the changes.

    Examples
    --------
    >>> wards = pd.DataFrame({"unit": ["17", "18", "4"]})
    >>> changes = pd.DataFrame({"old": ["17", "18"], "new": ["20", "20"]})
    >>> settle_units(wards, changes)["unit"].tolist()
    ['20', '20', '4']
    """
    check_table(table, table="table")
    check_columns(table.columns, [unit], table="table")
    check_columns(unit_changes.columns, ["old", "new"], table="unit_changes")
    return table.assign(**{unit: table[unit].replace(_names(unit_changes))})


def _names(changes: pd.DataFrame) -> dict[str, str]:
    """Give each unit that is part of a change the name of all it is connected to."""
    linked: dict[str, set[str]] = {}
    for old, new in zip(changes["old"], changes["new"], strict=True):
        joined = {old, new} | linked.get(old, set()) | linked.get(new, set())
        linked |= dict.fromkeys(joined, joined)
    return {name: _name(group, changes) for name, group in linked.items()}


def _name(group: set[str], changes: pd.DataFrame) -> str:
    """Name a group after the one unit it ends in, or the one it began as."""
    here = changes[changes["old"].isin(group)]
    last = sorted({*here["new"]} - {*here["old"]})
    first = sorted({*here["old"]} - {*here["new"]})
    one = [ends[0] for ends in (last, first) if len(ends) == 1]
    return one[0] if one else " + ".join(sorted(group))

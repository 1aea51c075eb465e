"""Tables and summary files as statements about rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tillit_eval.disclosure.statements import Mask, People, Rows, Statement
from tillit_eval.errors import DataProblem, check_columns, few
from tillit_eval.summaries import Summary
from tillit_eval.summaries.frames import key_text

if TYPE_CHECKING:
    import pandas as pd

Texts = npt.NDArray[np.object_]


def state_table(
    table: pd.DataFrame,
    by: Sequence[str],
    values: Mapping[str, str | tuple[str, str]],
    margin: str | None,
    people: People,
    part: Mask,
) -> list[list[Statement]]:
    """Return what each row of a table says about which rows of people.

    Parameters
    ----------
    table : DataFrame, shape (G, n_columns)
        One row per group.
    by : sequence of str
        Columns that name the groups, in both tables.
    values : mapping of str to str or (str, str)
        What each column is the mean of, and in which wave.
    margin : str or None
        The word for all groups together.
    people : People
        The rows of the ledger.
    part : ndarray of bool
        The rows the table was made from.

    Returns
    -------
    list of list of Statement
        One list per row of the table.

    Raises
    ------
    DataProblem
        If a column is missing, or a number is not the mean of its rows.
    """
    check_columns(table.columns, [*by, *values], table="groups")
    check_columns(people.rows.columns, list(by), table="rows")
    asked = {
        column: (about, "") if isinstance(about, str) else (about[0], str(about[1]))
        for column, about in values.items()
    }
    wide = [name for name in by if name != people.wave]
    groups = _groups(table, by, margin, people, part)
    told: list[list[Statement]] = [[] for _ in range(len(table))]
    keys = [key_text(table[name]).to_numpy() for name in wide]
    for column, (scale, wave) in asked.items():
        inside = ~np.isnan(people.numbers(scale))
        if wave:
            inside &= people.waves == wave
        shown = table[column].to_numpy(dtype=float, na_value=np.nan)
        wrong = []
        for row, group in enumerate(groups):
            rows = group[inside[group]]
            if np.isnan(shown[row]) and len(rows):
                continue
            if not _is_mean(shown[row], people.numbers(scale)[rows]):
                wrong.append(row)
            label = (tuple(by), *(own[row] for own in keys), part.tobytes())
            when = wave or _one_wave(people, rows, by)
            told[row].append(Statement((scale, ()), rows, label, when))
        if wrong:
            raise _no_means(column, wrong)
    return told


def _one_wave(people: People, rows: Rows, by: Sequence[str]) -> str:
    """Return the wave of a row's own people, where the table has one row per wave."""
    if people.wave not in by or not len(rows):
        return ""
    return str(people.waves[rows[0]])


def _groups(
    table: pd.DataFrame,
    by: Sequence[str],
    margin: str | None,
    people: People,
    part: Mask,
) -> list[Rows]:
    """Return the rows of people in each group."""
    every = np.flatnonzero(part)
    if not by:
        return [every] * len(table)
    theirs = [people.texts(name)[every] for name in by]
    wanted = list(zip(*(key_text(table[name]).to_numpy() for name in by), strict=True))
    found: dict[tuple[object, ...], Rows] = {}
    for mask in {tuple(word == margin for word in key) for key in wanted}:
        kept = [own for own, is_all in zip(theirs, mask, strict=True) if not is_all]
        for key, rows in _split(kept, every).items():
            left = iter(key)
            whole = tuple(margin if is_all else next(left) for is_all in mask)
            found[whole] = rows
    none = np.empty(0, dtype=np.intp)
    return [found.get(key, none) for key in wanted]


def _split(keys: list[Texts], every: Rows) -> dict[tuple[object, ...], Rows]:
    """Part rows by their keys."""
    if not keys:
        return {(): every}
    import pandas as pd

    frame = pd.DataFrame(dict(enumerate(keys)))
    groups = frame.groupby(list(frame.columns), sort=False, dropna=True).indices
    return {
        key if isinstance(key, tuple) else (key,): every[rows]
        for key, rows in groups.items()
    }


def _is_mean(shown: float, values: npt.NDArray[np.float64]) -> bool:
    """Tell whether a number is the mean of these values, to its last decimal."""
    if not len(values):
        return bool(np.isnan(shown) or shown == 0)
    text = f"{shown:.10f}".rstrip("0")
    half = 0.5 * 10.0 ** -len(text.partition(".")[2])
    return abs(float(values.mean()) - shown) <= max(half, 1e-9) * 1.001


def _no_means(column: str, wrong: list[int]) -> DataProblem:
    return DataProblem(
        f"The column '{column}' does not hold the means of these rows.",
        expected="the mean of the scale and wave that values= names, in each group",
        found=f"{len(wrong)} other numbers at row positions {few(wrong)}",
        to_fix="give rows= with the part of the table they were made from",
    )


def state_summary(
    summary: Summary, people: People, part: Mask
) -> list[list[Statement]]:
    """Return what each group of a summary file says about which rows of people.

    Parameters
    ----------
    summary : Summary
        As read from the file that was written.
    people : People
        The rows of the ledger.
    part : ndarray of bool
        The rows it was made from.

    Returns
    -------
    list of list of Statement
        One list per group: all rows with an answer, and complete rows.

    Raises
    ------
    DataProblem
        If a column is missing, or the counts are not those of these rows.
    """
    check_columns(people.rows.columns, [*summary.by, *summary.columns], table="rows")
    answered = [~np.isnan(people.numbers(column)) for column in summary.columns]
    complete = np.logical_and.reduce(answered)
    groups = _summary_groups(summary, people, part)
    told = []
    for g, group in enumerate(groups):
        whole = group[complete[group]]
        if len(whole) != summary.n_complete[g]:
            raise _other_rows()
        own = []
        for i, column in enumerate(summary.columns):
            some = group[answered[i][group]]
            if len(some) != summary.n[g][i]:  # only complete rows were kept
                some = whole
            own += [
                Statement((column, ()), rows, (g, column)) for rows in (some, whole)
            ]
        told.append(own)
    return told


def _summary_groups(summary: Summary, people: People, part: Mask) -> list[Rows]:
    """Return the rows of each group; those merged are all that are not named."""
    every = np.flatnonzero(part)
    theirs = [people.texts(name)[every] for name in summary.by]
    known = _split(theirs, every)
    keys = [tuple(row) for row in summary.groups.itertuples(index=False)]
    if not summary.by:
        return [every for _ in range(len(summary.n_complete))]
    named = [key for key in keys if key in known]
    groups = []
    for key in keys:
        if key in known:
            groups.append(known[key])
            continue
        left = [
            rows
            for other, rows in known.items()
            if other[:-1] == key[:-1] and other not in named
        ]
        groups.append(np.sort(np.concatenate(left)) if left else every[:0])
    return groups


def _other_rows() -> DataProblem:
    return DataProblem(
        "The summary is not about these rows.",
        expected="as many complete rows in every group as the summary says",
        found="another number in at least one group",
        to_fix="give rows= with the part of the table it was made from",
    )

"""Which rows stand behind a finding: those whose means are its own, to the digit."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tillit_eval.disclosure.statements import (
    Mask,
    People,
    Rows,
    Statement,
    What,
    state_finding,
)
from tillit_eval.errors import DataProblem
from tillit_eval.findings import Estimate, Finding

_NEAR = 1e-8
_MEANS = (
    *("mean_before", "mean_after"),
    *("mean_before_comparison", "mean_after_comparison"),
)


def rows_behind(finding: Finding, people: People) -> list[Statement]:
    """Return the statements of a finding, if it was made from these people.

    Parameters
    ----------
    finding : Finding
        Of any kind.
    people : People
        A table of rows of persons.

    Returns
    -------
    list of Statement
        Empty if no part of the table has the same numbers of people and means.
    """
    if not isinstance(finding, Estimate) or finding.scale not in people.rows.columns:
        return []
    if people.rows[finding.scale].dtype.kind not in "iufb":
        return []
    if hasattr(finding, "n_answers"):
        return _mean_of_item(finding, people)
    for parts in _possible_parts(finding, people):
        try:
            told = state_finding(finding, people, parts)
        except DataProblem:
            continue
        if told and _agrees(finding, told, people):
            return told
    return []


def _mean_of_item(finding: Estimate, people: People) -> list[Statement]:
    """Return the rows behind the mean of an item, told beside its other numbers."""
    values = people.numbers(finding.scale)
    mean = getattr(finding, "mean", np.nan)
    n = getattr(finding, "n_answers", None) or finding.n_people
    waves = dict.fromkeys(people.waves.tolist())
    for wave, part in (
        ("", values == values),
        *((w, people.waves == w) for w in waves),
    ):
        rows = np.flatnonzero(part & ~np.isnan(values))
        what = (finding.scale, ())
        if len(rows) == n and abs(_mean(people, what, rows) - mean) < _NEAR:
            return [Statement(what, rows, ("items",), wave)]
    return []


def _possible_parts(finding: Estimate, people: People) -> Iterator[list[Mask]]:
    """Give the parts of a table that a finding may have been made from."""
    if hasattr(finding, "mean_before_comparison"):
        for name in people.rows.columns:
            values = people.rows[name].dropna().unique()
            if len(values) == 2:
                one, other = (
                    (people.rows[name] == value).to_numpy() for value in values
                )
                yield [one, other]
                yield [other, one]
        return
    every = np.ones(len(people.rows), dtype=bool)
    yield [every]
    if not hasattr(finding, "before"):
        for wave in dict.fromkeys(people.waves.tolist()):
            yield [people.waves == wave]


def _agrees(finding: Estimate, told: list[Statement], people: People) -> bool:
    """Tell whether the means of these rows are those of the finding."""
    stated = [getattr(finding, name, None) for name in _MEANS]
    wanted = [mean for mean in stated if mean is not None] or [finding.estimate]
    if getattr(finding, "average", "people") == "units":
        return _mean_of_units(told, people, wanted)
    means = [_mean(people, one.what, one.rows) for one in told]
    return len(means) == len(wanted) and bool(np.allclose(means, wanted, 0, _NEAR))


def _mean(people: People, what: What, rows: Rows) -> float:
    return float(people.said(what)[rows].mean()) if len(rows) else np.nan


def _mean_of_units(told: list[Statement], people: People, wanted: list[float]) -> bool:
    """Compare means over units; a unit that answered only once counts in none."""
    if people.units is None or len(told) != len(wanted):
        return False
    for first, (one, mean) in enumerate(zip(told, wanted, strict=True)):
        twin = told[first + 1 if first % 2 == 0 else first - 1]
        both = np.intersect1d(people.units[one.rows], people.units[twin.rows])
        values = people.said(one.what)
        means = [values[one.rows[people.units[one.rows] == u]].mean() for u in both]
        if not abs(float(np.mean(means)) - mean) < _NEAR:
            return False
    return True

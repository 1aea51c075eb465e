"""Intervals counted over units: they tell how much units differ, also hidden ones.

An interval is no sum over people, but one that is counted over units is made of the
units' sums. With a total and the sums of all units but two it gives those two, by
one equation more. So do the average over units, and each further method.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tillit_eval.disclosure.statements import Line, Mask, People, Rows, What
from tillit_eval.findings import Estimate, Finding

Array = npt.NDArray[np.float64]


def numbers_over_units(
    finding: Finding, *, averages: bool = True, methods: bool = True
) -> frozenset[str]:
    """List what a finding tells beside its mean that is counted over units.

    Parameters
    ----------
    finding : Finding
        Of any kind.
    averages, methods : bool, default True
        Whether the answers by the other average and by other methods are told too.

    Returns
    -------
    frozenset of str
        One text per number, so that the same number told twice counts once;
        empty for findings that treat people as independent.
    """
    if not isinstance(finding, Estimate) or finding.n_units is None:
        return frozenset()
    own = getattr(finding, "average", "people")
    told = _numbers(finding)
    for other in getattr(finding, "alternatives", ()):
        if averages if other.average != own else methods:
            told |= _numbers(other)
    return frozenset(told)


def _numbers(finding: Estimate) -> set[str]:
    """Name what one answer tells beside the mean over people, which is a sum.

    The widths of symmetric intervals by several methods count as one number: they
    weigh the same squares by leverage, of which small units have next to none. Ends
    that were rounded to whole standard errors say no more than those.
    """
    average = getattr(finding, "average", "people")
    told = {"mean of units"} if average == "units" else set()
    interval = finding.interval
    if interval is None or getattr(finding, "rounded", None) is not None:
        return told
    if finding.df is not None:
        return told | {f"width over {average}"}
    ends = {f"{end:.9g}" for end in (interval.low, interval.high) if np.isfinite(end)}
    return told | ends


@dataclass(slots=True, eq=False)
class Guard:
    """What must go so that intervals over units tell no small unit.

    Attributes
    ----------
    gone : ndarray of bool, shape (L,)
        Lines that are hidden.
    bare : ndarray of bool, shape (L,)
        Findings that are shown with their own interval only, without the answers
        by the other average and by other methods.
    """

    gone: Mask
    bare: Mask

    def told(self, lines: Sequence[Line], of: Sequence[int]) -> set[str]:
        """Return the numbers over units that some lines tell."""
        every = (
            lines[i].at_least if self.bare[i] else lines[i].over_units
            for i in of
            if not self.gone[i]
        )
        return set().union(*every)


def guard_units(
    lines: Sequence[Line], before: Guard, people: People, k_min: int, size: Array
) -> Guard:
    """Which lines about units must go, so that intervals over units tell no small one?

    Parameters
    ----------
    lines : sequence of Line
        Everything that is published together.
    before : Guard
        What is hidden already.
    people : People
        The rows of the ledger, with their units.
    k_min : int
        Fewest people behind a number.
    size : ndarray, shape (L,)
        People behind each line: the smallest goes first.

    Returns
    -------
    Guard
        That, and what goes as well.

    Notes
    -----
    Of U units of which the shown sums leave D free, a unit under the floor among
    them, the numbers counted over units may take away all but one: D must be more
    than those numbers. Answers by other methods go first, then the smallest units.
    A finding alone, with no unit beside it, is judged where it is made.
    """
    after = Guard(before.gone.copy(), before.bare.copy())
    if people.units is None:
        return after
    for (what, _), (rows, own) in _wholes(lines, before.gone).items():
        codes, n = np.unique(people.units[rows], return_counts=True)
        if not (n < k_min).any() or (codes < 0).any() or len(codes) < 2:
            continue
        known = _units_told(lines, after.gone, what, rows, people, codes)
        while known:
            free = len(codes) - _rank([*known.values()], len(codes))
            if free > len(after.told(lines, own)):
                break
            rich = [i for i in own if lines[i].over_units != lines[i].at_least]
            rich = [i for i in rich if not (after.bare[i] or lines[i].fixed)]
            after.bare[rich] = True
            units = [i for i in known if not lines[i].fixed]
            if not (rich or units):
                break
            if not rich:
                smallest = min(units, key=lambda i: (size[i], -i))
                after.gone[smallest] = True
                del known[smallest]
    return after


def _wholes(
    lines: Sequence[Line], gone: Mask
) -> dict[tuple[What, bytes], tuple[Rows, list[int]]]:
    """Gather the lines with numbers over units about the same rows."""
    wholes: dict[tuple[What, bytes], tuple[Rows, list[int]]] = {}
    for number, (line, hidden) in enumerate(zip(lines, gone, strict=True)):
        for statement in line.statements if line.over_units and not hidden else ():
            key = statement.what, statement.rows.tobytes()
            wholes.setdefault(key, (statement.rows, []))[1].append(number)
    return wholes


def _units_told(
    lines: Sequence[Line],
    gone: Mask,
    what: What,
    whole: Rows,
    people: People,
    codes: npt.NDArray[np.intp],
) -> dict[int, list[Array]]:
    """Return, by line, which units each shown sum within a whole is made of."""
    units = people.units
    if units is None:
        return {}
    inside = np.zeros(len(people.rows), dtype=bool)
    inside[whole] = True
    place = np.searchsorted(codes, units)
    every = np.bincount(place[whole], minlength=len(codes))
    found: dict[int, list[Array]] = {}
    for number, (line, hidden) in enumerate(zip(lines, gone, strict=True)):
        for told in () if hidden else line.statements:
            if told.what != what or not len(told.rows) or not inside[told.rows[0]]:
                continue
            if len(told.rows) >= len(whole) or not inside[told.rows].all():
                continue
            n = np.bincount(place[told.rows], minlength=len(codes))
            if ((n == 0) | (n == every)).all():
                found.setdefault(number, []).append((n > 0).astype(float))
    return found


def _rank(known: list[list[Array]], n: int) -> int:
    """Count how many sums of units are known, the total among them."""
    every = [np.ones(n), *(one for line in known for one in line)]
    return int(np.linalg.matrix_rank(np.array(every)))

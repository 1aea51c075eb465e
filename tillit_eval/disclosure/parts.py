"""Findings that add up to another: which of them give a small one away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from tillit_eval.disclosure.kernel import Array, Floors, Mask, Measure, hide_lines
from tillit_eval.errors import DataProblem
from tillit_eval.findings import Finding
from tillit_eval.floors import K_CELL
from tillit_eval.phrases import Phrase

_COUNTS = ("n_people", "n_before", "n_after", "n_pairs")


def hide_parts(
    findings: Sequence[Finding],
    parts: Mapping[int, Sequence[int]],
    reasons: Sequence[Phrase | None],
    floor: int,
) -> Mask:
    """Tell which findings must be hidden, given what adds up to what.

    Parameters
    ----------
    findings : sequence of Finding
        What is to be shown together.
    parts : mapping of int to sequence of int
        Position of a whole, and the positions of its parts.
    reasons : sequence of Phrase or None
        Why some are hidden already.
    floor : int
        Fewest people behind a number.

    Returns
    -------
    ndarray of bool, shape (n_findings,)
        The findings to hide.

    Raises
    ------
    DataProblem
        If a position does not exist, or parts do not fit into their whole.
    """
    below = _check_positions(parts, len(findings))
    lines = np.arange(len(findings))
    counts = [
        np.array([getattr(finding, name) for finding in findings], dtype=float)
        for name in _COUNTS
        if all(hasattr(finding, name) for finding in findings)
    ]
    sets = _sets(below, len(findings))
    measures = [Measure(sets, lines, _atoms(sets, below, n)) for n in counts]
    hidden = np.array([reason is not None for reason in reasons])
    exempt = np.array([finding.source == "published" for finding in findings])
    return hide_lines(
        measures,
        np.sum(counts, axis=0),
        lines,
        Floors(floor, K_CELL),
        hidden=hidden,
        fixed=exempt,
    )


def _check_positions(
    parts: Mapping[int, Sequence[int]], n: int
) -> dict[int, tuple[int, ...]]:
    """Return the parts of each whole; refuse positions that cannot be."""
    below = {int(whole): tuple(map(int, own)) for whole, own in parts.items()}
    named = [*below, *(part for own in below.values() for part in own)]
    wrong = [position for position in named if not 0 <= position < n]
    taken = [part for own in below.values() for part in own]
    if wrong or len(set(taken)) < len(taken) or _goes_round(below):
        raise DataProblem(
            "These positions cannot be wholes with their parts.",
            expected=f"positions from 0 to {n - 1}, each a part of one whole at most, "
            "none a part of itself",
            found=f"{len(wrong)} positions outside"
            if wrong
            else "a part of several wholes or of itself",
            to_fix="count the findings from 0, for example parts={0: [1, 2, 3]}",
        )
    return below


def _goes_round(below: Mapping[int, Sequence[int]]) -> bool:
    above = {part: whole for whole, own in below.items() for part in own}
    for start in above:
        at, steps = start, 0
        while at in above and steps <= len(above):
            at, steps = above[at], steps + 1
        if steps > len(above):
            return True
    return False


def _sets(below: Mapping[int, Sequence[int]], n: int) -> Mask:
    """Return which atoms each finding holds; each has one that is only its own."""
    sets = np.eye(n, dtype=bool)
    for _ in range(n):
        before = sets.sum()
        for whole, own in below.items():
            sets[whole] |= sets[list(own)].any(axis=0)
        if sets.sum() == before:
            break
    return sets


def _atoms(sets: Mask, below: Mapping[int, Sequence[int]], people: Array) -> Array:
    """Return the people who are in a finding and in none of its parts."""
    own = people.copy()
    for whole, inside in below.items():
        own[whole] -= people[list(inside)].sum()
    if (own < 0).any():
        raise DataProblem(
            "The parts hold more people than their whole.",
            expected="parts that no person is in twice",
            found=f"{int((own < 0).sum())} wholes with more people in their parts",
            to_fix="leave out parts= for findings about overlapping groups",
        )
    return own

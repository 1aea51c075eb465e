"""Two waves of a group: does their difference tell about the few who came or went?"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from tillit_eval.disclosure.statements import Line, People, Statement


def moved_lines(lines: Sequence[Line], people: People, k_min: int) -> set[int]:
    """Find the lines whose two waves tell about the few who left or joined.

    Parameters
    ----------
    lines : sequence of Line
        Everything that is published together.
    people : People
        The rows of the ledger.
    k_min : int
        Fewest people behind a number.

    Returns
    -------
    set of int
        Positions of the lines.
    """
    groups: dict[object, dict[str, list[tuple[int, Statement]]]] = {}
    for number, line in enumerate(lines):
        for told in line.statements:
            if told.wave:
                waves = groups.setdefault((told.what, told.group), {})
                waves.setdefault(told.wave, []).append((number, told))
    found: set[int] = set()
    for waves in groups.values():
        ordered = [waves[wave] for wave in sorted(waves)]
        for one, other in combinations(ordered, 2):
            if tells_of_movers(one[0][1], other[0][1], people, k_min):
                found |= {number for number, _ in (*one, *other)}
    return found


def tells_of_movers(
    one: Statement, other: Statement, people: People, k_min: int
) -> bool:
    r"""Tell whether two waves say much about 1 to ``k_min - 1`` people.

    Parameters
    ----------
    one, other : Statement
        The same group in two waves.
    people : People
        The rows of the ledger.
    k_min : int
        Fewest people behind a number.

    Returns
    -------
    bool
        Always false if nobody, or at least `k_min` people, left or joined.

    Notes
    -----
    The difference of the two sums is what the movers said plus what those who
    stayed changed. A reader who expects all of them to have changed alike is wrong
    by :math:`V = \sum (d_i - \bar d)^2` (a variance), and knew the sum of *m*
    movers' answers to :math:`m s^2` before, with *s* the spread between people. If
    :math:`V \ge m s^2`, at least half of that variance is left to him.
    """
    if not (len(one.rows) and len(other.rows)):
        return False
    n_moved = people.n_moved(one.rows, other.rows)
    if not 0 < n_moved < k_min:
        return False
    values = people.said(one.what)
    _, first, second = np.intersect1d(
        people.who[one.rows], people.who[other.rows], return_indices=True
    )
    if len(first) < 2:
        return True
    change = values[other.rows[second]] - values[one.rows[first]]
    noise = float(((change - change.mean()) ** 2).sum())
    spread = float(np.var(values[np.concatenate([one.rows, other.rows])]))
    return noise < n_moved * spread or spread == 0

"""Which lines must be hidden so that nothing small can be worked out: arrays only.

A *line* is what is hidden as one: a row of a table, or a finding. A line holds
*sets* of people with a published number each. Sets are unions of *atoms*, the
smallest groups that any published number tells apart. What a reader can work out
by adding and subtracting is again about groups of people; a group that may not be
shown must not be among them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tillit_eval.disclosure.crossed import Parts
from tillit_eval.disclosure.nesting import contains, less_inner_sets, linked_rows

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Whole = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Measure:
    """All numbers that are published about one thing, such as one scale.

    Attributes
    ----------
    sets : ndarray of bool, shape (S, A)
        Which atoms stand behind each number.
    lines : ndarray of int, shape (S,)
        The line each number stands in.
    people : ndarray, shape (A,)
        People in each atom.
    yes : ndarray, shape (A,), or None
        For a share: how many of them said yes.
    """

    sets: Mask
    lines: Whole
    people: Array
    yes: Array | None = None


@dataclass(frozen=True, slots=True)
class Floors:
    """How few people may stand behind a number, and on one side of a share.

    Attributes
    ----------
    k_min : int
        Fewest people behind a number.
    k_cell : int
        Fewest people on either side of a share.
    """

    k_min: int
    k_cell: int

    def forbid(self, people: Array, yes: Array | None) -> Mask:
        """Tell which groups may not be shown for their own sake.

        Parameters
        ----------
        people : ndarray, shape (n,)
            People in each group.
        yes : ndarray, shape (n,), or None
            For a share: how many of them said yes.

        Returns
        -------
        ndarray of bool, shape (n,)
            Groups of 1 to ``k_min - 1`` people, and shares with fewer than
            ``k_cell`` people on one side.
        """
        some = people > 0.5
        small = some & (people < self.k_min - 0.5)
        if yes is None:
            return np.asarray(small)
        sides = np.minimum(yes, people - yes)
        return np.asarray(small | (some & (sides < self.k_cell - 0.5)))


def hide_lines(
    measures: list[Measure],
    size: Array,
    rank: Whole,
    floors: Floors,
    *,
    hidden: Mask | None = None,
    fixed: Mask | None = None,
    also: Mask | None = None,
) -> Mask:
    """Which lines must be hidden so that no group under the floor can be derived?

    Parameters
    ----------
    measures : list of Measure
        Everything that is published together.
    size : ndarray, shape (L,)
        People behind each line: the smallest line is hidden first.
    rank : ndarray of int, shape (L,)
        Breaks ties between equal sizes, the lowest first.
    floors : Floors
        What may not be shown.
    hidden : ndarray of bool, shape (L,), optional
        Lines that are hidden for another reason.
    fixed : ndarray of bool, shape (L,), optional
        Lines that are published already and cannot be hidden.
    also : ndarray of bool, shape (L,), optional
        Lines that are hidden to protect others, from an earlier call.

    Returns
    -------
    ndarray of bool, shape (L,)
        The lines to hide. Every step hides one more, so it comes to an end.

    Examples
    --------
    >>> sets = np.vstack([np.eye(4, dtype=bool), np.ones((1, 4), dtype=bool)])
    >>> people = np.array([25.0, 4.0, 12.0, 40.0])
    >>> whole = Measure(sets, np.arange(5), people)
    >>> hide_lines([whole], sets @ people, np.arange(5), Floors(10, 5)).tolist()
    [False, True, True, False, False]
    """
    kept = np.zeros(len(size), dtype=bool) if fixed is None else fixed
    gone = np.zeros(len(size), dtype=bool) if hidden is None else hidden.copy()
    for measure in measures:
        own = floors.forbid(*_weigh(measure, measure.sets))
        gone[measure.lines[own]] = True
    gone &= ~kept
    barred = gone.copy()
    if also is not None:
        gone |= also & ~kept
    parts = [part for measure in measures for part in _apart(measure)]
    small = [small_differences(part, floors.k_min) for part in parts]
    left = [*range(len(parts))]
    while left:
        leaks = [
            helpers[~kept[helpers]]
            for i in left
            for helpers in leaks_of(
                parts[i], gone, floors, barred=barred, small=small[i]
            )
        ]
        before = gone.copy()
        _close([helpers for helpers in leaks if len(helpers)], size, rank, gone)
        new = np.flatnonzero(gone & ~before)
        left = [i for i, part in enumerate(parts) if np.isin(part.lines, new).any()]
    return gone


def _apart(measure: Measure) -> Iterator[Measure]:
    """Part a measure into those whose sets share nobody: each is a smaller problem."""
    some = measure.sets & (measure.people > 0)
    where = linked_rows(some)
    for one in range(where.max(initial=-1) + 1):
        sets = where == one
        held = some[sets].any(axis=0)
        if held.any():
            yes = None if measure.yes is None else measure.yes[held]
            atoms = measure.sets[np.ix_(sets, held)]
            yield Measure(atoms, measure.lines[sets], measure.people[held], yes)


def _close(leaks: list[Whole], size: Array, rank: Whole, gone: Mask) -> None:
    """Hide one line of each leak: what closes most first, then the smallest."""
    while leaks:
        helps = np.bincount(np.concatenate(leaks), minlength=len(size))
        best = int(np.lexsort((rank, size, -helps))[0])
        gone[best] = True
        leaks = [helpers for helpers in leaks if best not in helpers]


def leaks_of(
    measure: Measure, gone: Mask, floors: Floors, *, barred: Mask, small: Mask
) -> Iterator[Whole]:
    """List what can be worked out although it may not be shown.

    Parameters
    ----------
    measure : Measure
        All numbers about one thing.
    gone : ndarray of bool, shape (L,)
        Lines that are hidden.
    floors : Floors
        What may not be shown.
    barred : ndarray of bool, shape (L,)
        Lines hidden for their own sake: no number of theirs may follow, not even
        that of a wave in which enough people answered.
    small : ndarray of bool, shape (D, A)
        As from `small_differences`.

    Yields
    ------
    ndarray of int
        The lines that give it away together, each of which could be hidden.
    """
    shown = ~gone[measure.lines] & (measure.sets @ measure.people > 0)
    if not shown.any():
        return
    lines = measure.lines[shown]
    rests, used = less_inner_sets(measure.sets[shown])
    sole = measure.sets[barred[measure.lines]]
    for part, rows in Parts(rests, measure.people, measure.yes, sole, small).apart():
        for helpers in part.leaks(floors.forbid, floors.k_min):
            origin = used[rows[helpers]].any(axis=0)
            yield np.unique(lines[origin])


def small_differences(measure: Measure, k_min: int) -> Mask:
    """Find the few people who are in one set and not in another within it.

    Parameters
    ----------
    measure : Measure
        All numbers about one thing, shown or not.
    k_min : int
        Fewest people behind a number.

    Returns
    -------
    ndarray of bool, shape (D, A)
        One row per difference of 1 to ``k_min - 1`` people.
    """
    whole, within = np.nonzero(contains(measure.sets))
    n = measure.sets @ measure.people
    few = (n[whole] - n[within] > 0.5) & (n[whole] - n[within] < k_min - 0.5)
    return np.asarray(measure.sets[whole[few]] & ~measure.sets[within[few]])


def _weigh(measure: Measure, sets: Mask) -> tuple[Array, Array | None]:
    people = sets @ measure.people
    return people, None if measure.yes is None else sets @ measure.yes

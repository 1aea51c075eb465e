"""What sets that cross each other give away together: algebra, then bounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import numpy.typing as npt

from tillit_eval.disclosure.nesting import linked_rows

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Whole = npt.NDArray[np.intp]
Forbid = Callable[[Array, Array | None], Mask]

_NEAR = 1e-7
# Groups of three are only tried among this many small atoms.
_MOST_TRIPLES = 25


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Published sets of any shape, over atoms.

    Attributes
    ----------
    sets : ndarray of bool, shape (S, A)
        Which atoms each published set holds.
    people : ndarray, shape (A,)
        People in each atom.
    yes : ndarray, shape (A,), or None
        For a share: how many of them said yes.
    sole : ndarray of bool, shape (U, A)
        Sets that must not follow whatever their size.
    small : ndarray of bool, shape (D, A)
        Small groups that lie between two sets, shown or not.
    """

    sets: Mask
    people: Array
    yes: Array | None
    sole: Mask
    small: Mask

    def apart(self) -> Iterator[tuple[Parts, Whole]]:
        """Part the problem into those that share nobody.

        Yields
        ------
        Parts
            A smaller problem over the atoms that its sets hold.
        ndarray of int
            Positions of its sets in the whole.
        """
        some = self.people > 0
        held = self.sets.any(axis=0) & some
        # Whoever no set holds cannot be told about.
        every = np.vstack([self.sole, self.small])
        inside = np.flatnonzero(~(every & some & ~held).any(axis=1))
        targets = every[inside]
        kinds = inside < len(self.sole)
        rows = np.vstack([self.sets, targets])[:, held]
        where = linked_rows(rows)
        n = len(self.sets)
        for one in np.unique(where[:n]):
            sets = np.flatnonzero(where[:n] == one)
            mine = where[n:] == one
            atoms = rows[sets].any(axis=0)
            yes = None if self.yes is None else self.yes[held][atoms]
            part = Parts(
                rows[np.ix_(sets, atoms)],
                self.people[held][atoms],
                yes,
                rows[n:][mine & kinds][:, atoms],
                rows[n:][mine & ~kinds][:, atoms],
            )
            yield part, sets

    def leaks(self, forbid: Forbid, k_min: int) -> Iterator[Whole]:
        """Give the sets that together tell about a group which may not be shown.

        Parameters
        ----------
        forbid : callable
            Tells which groups may not be shown, from people and yes.
        k_min : int
            A hidden count must at least be possible from 1 to ``k_min - 1``.

        Yields
        ------
        ndarray of int
            Positions of the sets.
        """
        if (self.sets.sum(axis=0) > 1).any():
            found = list(_crossed_leaks(self, forbid))
            yield from found or _tight_bounds(self, k_min)
            return
        said = None if self.yes is None else self.sets @ self.yes
        for row in np.flatnonzero(forbid(self.sets @ self.people, said)):
            yield np.array([row])
        for group in self.sole:
            full = ~(self.sets & ~group).any(axis=1)
            if group.any() and (self.sets[full].any(axis=0) == group).all():
                yield np.flatnonzero(full)

    def joined(self) -> Parts:
        """Join atoms that no set tells apart; leave out those of no one."""
        held = self.sets.any(axis=0) & (self.people > 0)
        every = np.vstack([self.sets, self.sole, self.small])[:, held]
        kinds, where = np.unique(every, axis=1, return_inverse=True)
        where, n = where.ravel(), kinds.shape[1]
        people = np.bincount(where, self.people[held], minlength=n).astype(float)
        yes: Array | None = None
        if self.yes is not None:
            yes = np.bincount(where, self.yes[held], minlength=n).astype(float)
        ends = np.cumsum([len(self.sets), len(self.sole)])
        sets, sole, small = np.split(kinds, ends)
        return Parts(sets, people, yes, sole, small)


def _crossed_leaks(parts: Parts, forbid: Forbid) -> Iterator[Whole]:
    """Give the sets that give away, by algebra, a group that may not be shown.

    A group follows from the sets if its indicator lies in their row space. Tried
    are single atoms, pairs and triples of small ones, every set less all atoms
    that follow by themselves, and differences of two such rests. That those are
    enough is not proved; a linear programme in the tests looks for others.
    """
    yield from _which_follow(parts.joined(), forbid, parts.joined().sole)
    none = parts.sole[:0]
    coarse = replace(parts, sole=none, small=none).joined()
    yield from _which_follow(coarse, forbid, None)


def _which_follow(parts: Parts, forbid: Forbid, barred: Mask | None) -> Iterator[Whole]:
    """Give the sets behind each group that follows: barred ones, or all forbidden."""
    if barred is not None and not barred.any():
        return
    numbers = parts.sets.astype(float)
    space = _row_space(numbers)
    groups = _candidates(parts, space, forbid) if barred is None else barred
    mass = groups[groups.any(axis=1)].astype(float)
    follows = ((mass @ space.T) ** 2).sum(axis=1) > mass.sum(axis=1) - _NEAR
    if barred is None:
        said = None if parts.yes is None else mass @ parts.yes
        follows &= forbid(mass @ parts.people, said)
    for group in mass[follows]:
        weights = np.linalg.lstsq(numbers.T, group, rcond=None)[0]
        yield np.flatnonzero(np.abs(weights) > _NEAR)


def _row_space(numbers: Array) -> Array:
    """Return an orthonormal basis of the rows, shape (rank, A)."""
    _, lengths, basis = np.linalg.svd(numbers, full_matrices=False)
    return np.asarray(basis[lengths > _NEAR * lengths[0]])


def _candidates(parts: Parts, space: Array, forbid: Forbid) -> Mask:
    """Return the groups that are tried, shape (n, A)."""
    n = len(parts.people)
    known = (space**2).sum(axis=0) > 1 - _NEAR
    rests = np.unique(parts.sets & ~known, axis=0)
    apart = rests[:, None, :] & ~rests[None, :, :]
    within = ~(rests[None, :, :] & ~rests[:, None, :]).any(axis=2)
    small = np.flatnonzero(forbid(parts.people, parts.yes) & ~known)
    pairs = list(combinations(small, 2))
    threes = list(combinations(small[:_MOST_TRIPLES], 3))
    several = np.zeros((len(pairs) + len(threes), n), dtype=bool)
    for row, members in enumerate([*pairs, *threes]):
        several[row, list(members)] = True
    alone = np.eye(n, dtype=bool)
    return np.vstack([alone, rests, apart[within], several])


def _tight_bounds(parts: Parts, k_min: int) -> Iterator[Whole]:
    """Give the sets that bound a small count inside 1 to ``k_min - 1``.

    Two linear programmes for each small group that is hidden for its own sake, or
    lies between two sets: the fewest and the most people it can hold, all counts at
    least zero. The sets with a shadow price other than zero prove the bound.
    """
    parts = parts.joined()
    numbers, people = parts.sets.astype(float), parts.people
    goals = np.unique(np.vstack([parts.sole, parts.small]), axis=0).astype(float)
    goals = goals[(goals @ people > 0.5) & (goals @ people < k_min - 0.5)]
    for goal in goals[~_are_loose(numbers, people, goals, k_min)]:
        for sign, limit in ((1.0, 1.0), (-1.0, float(k_min - 1))):
            bound, prices = _bound(numbers, people, goal, sign)
            if (bound > limit + _NEAR) if sign > 0 else (bound < limit - _NEAR):
                yield np.flatnonzero(np.abs(prices) > _NEAR)


def _are_loose(numbers: Array, people: Array, goals: Array, k_min: int) -> Mask:
    """Tell which groups are surely loose: people may stand in twin atoms instead.

    Twins are in the same sets; nothing published says who stands in which.
    """
    _, kind = np.unique(numbers, axis=1, return_inverse=True)
    same = (kind.ravel()[:, None] == kind.ravel()[None, :]).astype(float)
    beside = (goals @ same > 0) & (goals == 0)
    has_twin = (goals == 0) | (beside.astype(float) @ same > 0)
    room = (goals + beside) @ people
    return np.asarray(has_twin.all(axis=1) & (room >= k_min - 1))


def _bound(
    numbers: Array, people: Array, goal: Array, sign: float
) -> tuple[float, Array]:
    """Return the fewest (or most) people of a group, and each set's price."""
    from scipy.optimize import linprog

    found = linprog(sign * goal, A_eq=numbers, b_eq=numbers @ people, bounds=(0, None))
    if found.status != 0:  # unbounded cannot be; a failure proves no bound
        return (0.0 if sign > 0 else np.inf), np.zeros(len(numbers))
    return sign * float(found.fun), np.asarray(found.eqlin.marginals, dtype=float)

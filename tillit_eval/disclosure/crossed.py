"""What sets that cross each other give away together: algebra, then bounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Whole = npt.NDArray[np.intp]
Forbid = Callable[[Array, Array | None], Mask]

_NEAR = 1e-7
# Groups of three are only tried among this many small atoms.
_MOST_TRIPLES = 40


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
    """

    sets: Mask
    people: Array
    yes: Array | None
    sole: Mask

    def joined(self) -> Parts:
        """Join atoms that no set tells apart; leave out those of no one."""
        held = self.sets.any(axis=0) & (self.people > 0)
        every = np.vstack([self.sets, self.sole])[:, held]
        kinds, where = np.unique(every, axis=1, return_inverse=True)
        where, n = where.ravel(), kinds.shape[1]
        people: Array = np.bincount(where, self.people[held], minlength=n).astype(float)
        yes = None
        if self.yes is not None:
            yes = np.bincount(where, self.yes[held], minlength=n).astype(float)
        return Parts(kinds[: len(self.sets)], people, yes, kinds[len(self.sets) :])


def crossed_leaks(parts: Parts, forbid: Forbid) -> Iterator[Whole]:
    """Which groups that may not be shown follow from these sets by algebra?

    Parameters
    ----------
    parts : Parts
        What is published.
    forbid : callable
        Tells which groups may not be shown, from people and yes.

    Yields
    ------
    ndarray of int
        Positions of the sets that give one such group away.

    Notes
    -----
    A group follows from the sets if its indicator lies in their row space. Tried
    are single atoms, pairs and triples of small ones, every set less all atoms
    that follow by themselves, and differences of two such rests. That those are
    enough is not proved; a linear programme in the tests looks for others.
    """
    parts = parts.joined()
    numbers = parts.sets.astype(float)
    space = _row_space(numbers)
    groups = _candidates(parts, space, forbid)
    mass = groups.astype(float)
    follows = ((mass @ space.T) ** 2).sum(axis=1) > mass.sum(axis=1) - _NEAR
    said = None if parts.yes is None else mass @ parts.yes
    bad = forbid(mass @ parts.people, said)
    bad[: len(parts.sole)] |= parts.sole.any(axis=1)
    for group in mass[follows & bad]:
        weights = np.linalg.lstsq(numbers.T, group, rcond=None)[0]
        yield np.flatnonzero(np.abs(weights) > _NEAR)


def _row_space(numbers: Array) -> Array:
    """Return an orthonormal basis of the rows, shape (rank, A)."""
    _, lengths, basis = np.linalg.svd(numbers, full_matrices=False)
    return np.asarray(basis[lengths > _NEAR * lengths[0]])


def _candidates(parts: Parts, space: Array, forbid: Forbid) -> Mask:
    """Return the groups that are tried, the sole ones first, shape (n, A)."""
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
    return np.vstack([parts.sole, alone, rests, apart[within], several])


def loosest_bounds(parts: Parts, k_min: int) -> Iterator[Whole]:
    """Which small counts do the sets bound more tightly than the floor does?

    Parameters
    ----------
    parts : Parts
        Published sets with their number of people.
    k_min : int
        A hidden count must at least be possible from 1 to ``k_min - 1``.

    Yields
    ------
    ndarray of int
        Positions of the sets that prove a bound that is too tight.

    Notes
    -----
    Two linear programmes for each small group that is hidden for its own sake: the
    fewest and the most people it can hold, all counts at least zero. The sets with
    a shadow price other than zero prove the bound.
    """
    parts = parts.joined()
    numbers, people = parts.sets.astype(float), parts.people
    goals = np.unique(parts.sole, axis=0).astype(float)
    for goal in goals[(goals @ people > 0.5) & (goals @ people < k_min - 0.5)]:
        for sign, limit in ((1.0, 1.0), (-1.0, float(k_min - 1))):
            bound, prices = _bound(numbers, people, goal, sign)
            if (bound > limit + _NEAR) if sign > 0 else (bound < limit - _NEAR):
                yield np.flatnonzero(np.abs(prices) > _NEAR)


def _bound(
    numbers: Array, people: Array, goal: Array, sign: float
) -> tuple[float, Array]:
    """Return the fewest (or most) people of a group, and each set's price."""
    from scipy.optimize import linprog

    found = linprog(sign * goal, A_eq=numbers, b_eq=numbers @ people, bounds=(0, None))
    if found.status != 0:  # unbounded cannot be; a failure proves no bound
        return (0.0 if sign > 0 else np.inf), np.zeros(len(numbers))
    return sign * float(found.fun), np.asarray(found.eqlin.marginals, dtype=float)

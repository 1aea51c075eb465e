"""Someone who reads all published numbers and has a linear programme.

He knows which groups each number is about, how numbers were rounded, the ends of
the scale, and (for means) even how many people stand in every group. He adds,
subtracts and bounds; he does not know the data.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linprog


@dataclass
class Attacker:
    """What has been read so far about groups of `people`, shape (A,)."""

    people: np.ndarray
    low: float = 0.0
    high: float = 100.0
    sets: list[np.ndarray] = field(default_factory=list)
    counts: list[tuple[float, float]] = field(default_factory=list)
    means: list[tuple[float, float] | None] = field(default_factory=list)

    def read(
        self,
        members: np.ndarray,
        *,
        count: tuple[float, float] | None = None,
        mean: float | None = None,
        half: float = 0.05,
    ) -> None:
        """Note one published number: a count within bounds, a mean within rounding."""
        self.sets.append(np.asarray(members, dtype=float))
        self.counts.append((0.0, np.inf) if count is None else count)
        self.means.append(None if mean is None else (mean - half, mean + half))

    def bound_count(self, group: np.ndarray) -> tuple[float, float]:
        """Fewest and most people the group can hold."""
        known = np.array(self.counts)
        return self._bound(
            np.asarray(group, dtype=float),
            np.array(self.sets),
            known[:, 0],
            known[:, 1],
            np.zeros(len(self.people)),
            np.full(len(self.people), np.inf),
        )

    def bound_mean(self, group: np.ndarray) -> tuple[float, float]:
        """Lowest and highest mean of the group, knowing everybody's group."""
        told = [i for i, mean in enumerate(self.means) if mean is not None]
        sets = np.array([self.sets[i] for i in told])
        ends = np.array([self.means[i] for i in told])
        sizes = sets @ self.people
        low, high = self._bound(
            np.asarray(group, dtype=float),
            sets,
            ends[:, 0] * sizes,
            ends[:, 1] * sizes,
            self.low * self.people,
            self.high * self.people,
        )
        n = float(np.asarray(group, dtype=float) @ self.people)
        return low / n, high / n

    @staticmethod
    def span_given_spread(
        shown: np.ndarray, n_hidden: int, *, mean: float, squares: float
    ) -> float:
        """How wide a hidden value of a group lies, given all values' mean and squares.

        With two hidden, a sum and a sum of squares leave two points, which have no
        width; with more, the values that they can have fill an interval.
        """
        n = len(shown) + n_hidden
        total = n * mean - shown.sum()
        rest = squares - (shown**2).sum() - total**2 / max(n_hidden, 1)
        if n_hidden <= 2:
            return 0.0
        return 2 * float(np.sqrt((n_hidden - 1) / n_hidden * max(rest, 0.0)))

    @staticmethod
    def _bound(
        goal: np.ndarray,
        sets: np.ndarray,
        least: np.ndarray,
        most: np.ndarray,
        floor: np.ndarray,
        roof: np.ndarray,
    ) -> tuple[float, float]:
        above = np.isfinite(most)
        rows = np.vstack([sets[above], -sets])
        limits = np.concatenate([most[above], -least])
        ends = []
        for sign in (1.0, -1.0):
            found = linprog(
                sign * goal,
                A_ub=rows,
                b_ub=limits,
                bounds=np.column_stack([floor, roof]),
            )
            if found.status == 3:
                ends.append(sign * -np.inf)
                continue
            assert found.status == 0, found.message
            ends.append(sign * found.fun)
        return ends[0], ends[1]

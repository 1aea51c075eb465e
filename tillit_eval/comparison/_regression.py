"""One question to groups as a regression on their sums, whatever its design."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tillit_eval.comparison._cluster import Array

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmSums:
    """Number and sum of the scores per group and wave, with the arm of each group.

    For an average over units, each unit counts as one person.

    Attributes
    ----------
    n_before, n_after : ndarray, shape (G,)
        Answers in each wave.
    before, after : ndarray, shape (G,)
        Sums of their scores.
    treated : ndarray of bool, shape (G,)
        Groups with the reform.
    noise : ndarray, shape (G,)
        One over the people before, plus one over those after: what the chance of
        sampling people adds to the variance of a group's change.
    """

    n_before: Array
    n_after: Array
    before: Array
    after: Array
    treated: Flags
    noise: Array

    def of(self, where: Flags) -> ArmSums:
        """Keep some groups."""
        return ArmSums(
            n_before=self.n_before[where],
            n_after=self.n_after[where],
            before=self.before[where],
            after=self.after[where],
            treated=self.treated[where],
            noise=self.noise[where],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Regression:
    """Sums per group, and the combination of coefficients that is asked for.

    Attributes
    ----------
    cross : ndarray, shape (G, p, p)
        X_g'X_g of each group.
    moments : ndarray, shape (G, p)
        X_g'y_g of each group.
    contrast : ndarray, shape (p,)
        Weights of the coefficients.
    arms : ArmSums or None
        The same by arm, where two arms are compared.
    one_each : bool
        Whether each group is one unit that counts once.
    """

    cross: Array
    moments: Array
    contrast: Array
    arms: ArmSums | None = None
    one_each: bool = False

    @property
    def sizes(self) -> tuple[Array, ...]:
        """What each group weighs, in each arm; one array where there are no arms.

        In an arm only groups that answered both times tell how much groups vary.
        """
        if self.arms is None:
            return (self.cross[:, 0, 0],)
        n, treated = self.arms.n_before + self.arms.n_after, self.arms.treated
        both = (self.arms.n_before > 0) & (self.arms.n_after > 0)
        return n[treated & both], n[~treated & both]

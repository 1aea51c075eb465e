"""Steps of the ladder by maximum likelihood that does not lean on normal answers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from tillit_eval.quality.factors._fit_indices import (
    ChiSquare,
    baseline_test,
    robust_indices,
)
from tillit_eval.quality.factors._moments import Moments
from tillit_eval.quality.factors._robust import baseline_trace, robust
from tillit_eval.quality.invariance._fitted import Fitted
from tillit_eval.quality.invariance._layout import Held, Layout
from tillit_eval.quality.invariance._likelihood import Likelihood, carry

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Robustly:
    """Fits steps by maximum likelihood, tests and errors from the rows (MLR).

    Attributes
    ----------
    layout : Layout
        Items and conditions.
    moments : Moments
        Of ``layout.columns`` in ``layout.blocks``.
    rows : tuple of ndarray
        The rows behind them, one array per block.
    """

    layout: Layout
    moments: Moments
    rows: tuple[Array, ...]

    @cached_property
    def plain(self) -> Likelihood:
        """The same steps by plain maximum likelihood."""
        return Likelihood(self.layout, self.moments)

    @cached_property
    def baseline(self) -> tuple[ChiSquare, float]:
        """The model of unrelated items: its test and its scaling factor."""
        test = baseline_test(self.moments)
        return test, baseline_trace(self.moments, self.rows, has_means=True) / test.df

    def fit(
        self,
        equal: Collection[str],
        released: Collection[Held] = (),
        near: Fitted | None = None,
    ) -> Fitted:
        """Fit one step, beginning at a neighbouring one if there is one."""
        fitted = self.plain.fit(equal, released, near)
        if not fitted.settled:
            return fitted
        found = robust(fitted.spec, fitted.theta, self.moments, self.rows)
        df = fitted.spec.df
        told = replace(fitted, covariance=found.covariance, detail=found.trace)
        if df == 0 or found.trace <= 0:
            return told
        n = float(self.moments.n_people)
        test = ChiSquare(n * fitted.objective, df)
        indices = robust_indices(
            *(test, found.trace / df, *self.baseline, n), len(self.layout.blocks)
        )
        return replace(told, indices=indices)

    def difference(self, free: Fitted, held: Fitted) -> ChiSquare:
        """Test by the scaled difference of Satorra and Bentler (2001).

        Where their scaling factor is not positive, that of their paper of 2010 is
        taken: the freer model's trace at the solution of the other.
        """
        df = held.spec.df - free.spec.df
        gain = self.plain.n_people * (held.objective - free.objective)
        trace = held.detail - free.detail
        if trace <= 0:
            theta = carry(held.spec, held.theta, free.spec)
            trace = (
                held.detail - robust(free.spec, theta, self.moments, self.rows).trace
            )
        if trace <= 0:
            trace = held.detail * df / held.spec.df
        return ChiSquare(gain * df / trace, df)

    def gain(
        self, at: Fitted, equal: Collection[str], released: Collection[Held]
    ) -> float:
        """Score test of plain maximum likelihood: the order is what matters."""
        return self.plain.gain(at, equal, released)

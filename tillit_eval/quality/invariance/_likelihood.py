"""Steps of the ladder by maximum likelihood, from means and covariances."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from tillit_eval.quality.factors._fit_indices import (
    ChiSquare,
    Indices,
    baseline_test,
    indices,
    srmr,
)
from tillit_eval.quality.factors._implied import implied
from tillit_eval.quality.factors._minimise import inverse_of
from tillit_eval.quality.factors._ml import Fit, fit_ml, score
from tillit_eval.quality.factors._moments import Moments
from tillit_eval.quality.factors._spec import KINDS, Spec
from tillit_eval.quality.invariance._fitted import Fitted, below_zero
from tillit_eval.quality.invariance._layout import Held, Layout, lay_spec

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Likelihood:
    """Fits steps by normal-theory maximum likelihood.

    Attributes
    ----------
    layout : Layout
        Items and conditions.
    moments : Moments
        Of ``layout.columns`` in ``layout.blocks``.
    """

    layout: Layout
    moments: Moments

    @property
    def n_people(self) -> int:
        """People behind the fit."""
        return self.moments.n_people

    def fit(
        self,
        equal: Collection[str],
        released: Collection[Held] = (),
        near: Fitted | None = None,
    ) -> Fitted:
        """Fit one step, beginning at a neighbouring one if there is one."""
        spec = lay_spec(self.layout, equal, released)
        if near is None:
            fit = self._apart(spec) if not equal else fit_ml(spec, self.moments)
        else:
            fit = fit_ml(spec, self.moments, carry(near.spec, near.theta, spec))
        at = implied(spec, fit.theta)
        return Fitted(
            spec=spec,
            theta=fit.theta,
            covariance=fit.covariance(self.n_people),
            indices=self._indices(spec, fit),
            srmr=srmr(self.moments, at, has_means=True),
            settled=fit.converged and fit.identified,
            beyond=below_zero(at.residuals, self.layout.items),
            objective=fit.objective,
        )

    def difference(self, free: Fitted, held: Fitted) -> ChiSquare:
        """ChiSquare the rung that holds more equal against the one that holds less."""
        return ChiSquare(
            held.indices.chi_square - free.indices.chi_square,
            held.spec.df - free.spec.df,
        )

    def gain(
        self, at: Fitted, equal: Collection[str], released: Collection[Held]
    ) -> float:
        """Score test: by how much would χ² fall if these were released?"""
        spec = lay_spec(self.layout, equal, released)
        theta = carry(at.spec, at.theta, spec)
        slope, information = score(spec, theta, self.moments)
        pull = slope / 2
        return float(self.n_people * pull @ inverse_of(information) @ pull)

    def _apart(self, spec: Spec) -> Fit:
        """Fit blocks one by one where nothing is held equal: the same, but small."""
        if len(self.layout.blocks) == 1:
            return fit_ml(spec, self.moments)
        theta = np.zeros(spec.n_free)
        for g, block in enumerate(self.layout.blocks):
            own = lay_spec(replace(self.layout, blocks=(block,)), ())
            alone = fit_ml(own, _block(self.moments, g))
            for kind in KINDS:
                whole, part = spec.cells(kind).index[g], own.cells(kind).index[0]
                theta[whole[whole >= 0]] = alone.theta[part[part >= 0]]
        return fit_ml(spec, self.moments, theta)

    def _indices(self, spec: Spec, fit: Fit) -> Indices:
        test = ChiSquare(self.n_people * max(fit.objective, 0.0), spec.df)
        n_blocks = len(self.layout.blocks)
        return indices(test, baseline_test(self.moments), self.n_people, n_blocks)


def carry(old: Spec, theta: Array, new: Spec) -> Array:
    """Read the parameters of one spec off the matrices of another.

    A parameter that several cells share begins at their mean.
    """
    total, count = np.zeros(new.n_free), np.zeros(new.n_free)
    for kind in KINDS:
        values, index = old.cells(kind).filled(theta), new.cells(kind).index
        free = index >= 0
        total += np.bincount(index[free], weights=values[free], minlength=new.n_free)
        count += np.bincount(index[free], minlength=new.n_free)
    begun: Array = total / count
    return begun


def _block(moments: Moments, g: int) -> Moments:
    """Take one block of the moments."""
    return replace(
        moments,
        groups=(moments.groups[g],),
        n=moments.n[[g]],
        means=moments.means[[g]],
        covariance=moments.covariance[[g]],
    )

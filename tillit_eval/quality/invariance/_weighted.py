"""Steps of the ladder for ordered answers: thresholds first, then the rest."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tillit_eval.quality.factors._fit_indices import ChiSquare
from tillit_eval.quality.factors._minimise import inverse_of
from tillit_eval.quality.factors._spec import Kind, Plan, blank
from tillit_eval.quality.factors._wls_fit import fit_wls, moments_of, slopes_of
from tillit_eval.quality.factors._wls_moments import OrdinalMoments
from tillit_eval.quality.factors._wls_spec import OrdinalSpec, make_ordinal_spec
from tillit_eval.quality.factors._wls_test import (
    covariance_of,
    difference_test,
    scaled_indices,
    srmr,
)
from tillit_eval.quality.invariance._fitted import Fitted, below_zero
from tillit_eval.quality.invariance._layout import (
    Held,
    Holding,
    Layout,
    plan_factor_means,
    plan_factors,
    plan_loadings,
    plan_residuals,
    spec_of,
)
from tillit_eval.quality.invariance._likelihood import carry

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Weighted:
    """Fits steps by weighted least squares of thresholds and polychorics (WLSMV).

    Attributes
    ----------
    layout : Layout
        Items and conditions.
    moments : OrdinalMoments
        Of ``layout.columns`` in ``layout.blocks``.
    """

    layout: Layout
    moments: OrdinalMoments

    def fit(
        self,
        equal: Collection[str],
        released: Collection[Held] = (),
        near: Fitted | None = None,
    ) -> Fitted:
        """Fit one step, beginning at a neighbouring one if there is one."""
        spec = self._spec(equal, released)
        begin = None if near is None else _carry(near.detail.spec, near.theta, spec)
        fit = fit_wls(spec, self.moments, begin)
        return Fitted(
            spec=spec.spec,
            theta=fit.theta,
            covariance=covariance_of(fit, self.moments),
            indices=scaled_indices(fit, self.moments),
            srmr=srmr(fit, self.moments),
            settled=fit.converged and fit.identified,
            beyond=below_zero(fit.latent.residuals, self.layout.items),
            objective=fit.objective,
            detail=fit,
        )

    def difference(self, free: Fitted, held: Fitted) -> ChiSquare:
        """Test by the scaled and shifted difference of Satorra (2000)."""
        if free.detail.spec.df == held.detail.spec.df:
            return ChiSquare(0.0, 0)
        return difference_test(free.detail, held.detail, self.moments).scaled

    def gain(
        self, at: Fitted, equal: Collection[str], released: Collection[Held]
    ) -> float:
        """Say by how much the weighted distance would fall if these were released."""
        spec = self._spec(equal, released)
        theta = _carry(at.detail.spec, at.theta, spec)
        slopes = slopes_of(spec, theta)
        weights = self.moments.diagonal * self.moments.weights[:, None]
        away = self.moments.observed - moments_of(spec, theta)
        pull = np.einsum("giq,gi->q", slopes, weights * away)
        curve = np.einsum("giq,gi,gir->qr", slopes, weights, slopes, optimize=True)
        return float(self.moments.n_people * pull @ inverse_of(curve) @ pull)

    def _spec(self, equal: Collection[str], released: Collection[Held]) -> OrdinalSpec:
        n_thresholds = self.moments.n_thresholds[: len(self.layout.items)]
        return lay_ordinal_spec(self.layout, n_thresholds, equal, released)


def lay_ordinal_spec(
    layout: Layout,
    n_thresholds: tuple[int, ...],
    equal: Collection[str],
    released: Collection[Held] = (),
) -> OrdinalSpec:
    """Write one step for ordered answers down (theta parameterisation).

    Wu and Estabrook (2016): with equal thresholds the latent intercepts and
    residual variances are free but in the first condition; with equal loadings also
    factor variances; with equal intercepts (0) factor means instead of intercepts;
    residual variances are equal at 1 last.
    """
    two = {item for item, n in zip(layout.items, n_thresholds, strict=True) if n == 1}
    holds = Holding(frozenset(equal), frozenset(released), frozenset(two))
    plans: dict[Kind, Plan] = {
        "loadings": plan_loadings(layout, holds),
        "factor_covariances": plan_factors(layout, holds),
        "residuals": _residuals(layout, holds),
        "intercepts": _intercepts(layout, holds),
        "factor_means": plan_factor_means(layout, holds),
    }
    return make_ordinal_spec(
        spec_of(layout, plans),
        n_thresholds * len(layout.waves),
        _thresholds(layout, n_thresholds, holds),
        parameterisation="theta",
    )


def _residuals(layout: Layout, holds: Holding) -> Plan:
    """Variance 1, but free where thresholds are equal and residuals not yet."""
    plan = plan_residuals(layout, holds)
    for i, item in enumerate(layout.items):
        moves = holds("thresholds", item) and not holds("residuals", item)
        for g, t in layout.places():
            place = t * len(layout.items) + i
            plan.values[g, place, place] = 1.0
            if not moves or (g, t) == (0, 0):
                plan.labels[g, place, place] = None
    return plan


def _intercepts(layout: Layout, holds: Holding) -> Plan:
    """Intercept 0, but free where thresholds are equal and intercepts not yet."""
    plan = blank((len(layout.blocks), len(layout.columns)))
    for i, item in enumerate(layout.items):
        moves = holds("thresholds", item) and not holds("intercepts", item)
        for g, t in layout.places() if moves else ():
            if (g, t) != (0, 0):
                plan.labels[g, t * len(layout.items) + i] = (i, g, t)
    return plan


def _thresholds(layout: Layout, n_thresholds: tuple[int, ...], holds: Holding) -> Plan:
    each = sum(n_thresholds)
    plan = blank((len(layout.blocks), each * len(layout.waves)))
    owner = np.repeat(np.arange(len(n_thresholds)), n_thresholds)
    for place, i in enumerate(owner):
        held = holds("thresholds", layout.items[i])
        for g, t in layout.places():
            plan.labels[g, t * each + place] = (place,) if held else (place, g, t)
    return plan


def _carry(old: OrdinalSpec, theta: Array, new: OrdinalSpec) -> Array:
    """Read the parameters of one ordinal spec off those of another."""
    inner = old.spec.n_free
    begun = np.zeros(new.n_free)
    begun[: new.spec.n_free] = carry(old.spec, theta[:inner], new.spec)
    index, cuts = new.thresholds.index, old.thresholds.filled(theta)
    free = index >= 0
    total = np.bincount(index[free], weights=cuts[free], minlength=new.n_free)
    count = np.bincount(index[free], minlength=new.n_free)
    return np.where(count > 0, total / np.maximum(count, 1), begun)

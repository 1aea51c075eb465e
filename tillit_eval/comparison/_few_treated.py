"""One or two groups with the reform, judged by how much the many others vary."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tillit_eval.comparison._cluster import Array
from tillit_eval.comparison._inversion import Curve
from tillit_eval.comparison._regression import ArmSums


def few_treated_curve(sums: ArmSums, *, by_size: bool) -> Curve:
    r"""Set the difference against what groups of the larger arm did by themselves.

    Parameters
    ----------
    sums : ArmSums
        With one or two groups in the smaller arm, and many in the larger.
    by_size : bool
        Whether small groups may vary more than large ones.

    Returns
    -------
    Curve
        p against the true difference between the changes of the arms. Its ``error``
        is the standard deviation of the difference under the model.

    Notes
    -----
    Conley & Taber (2011, doi 10.1162/REST_a_00049): changes of the larger arm less
    their mean stand for what could have happened in the smaller one. `by_size`
    scales them first by a variance :math:`a + b(1/n_0 + 1/n_1)` fitted to their
    squares, as Ferman & Pinto (2019, doi 10.1162/rest_a_00759). Two cautions are
    added to both papers: the mean of the larger arm is not taken as known, so its
    variance is added; and no group is believed to vary less than the groups of the
    larger arm do on average, as a few of them say little of *a*. Two groups get
    every pair of residuals. It assumes that groups of both arms vary alike, given
    their size.
    """
    few, many, sign, estimate = _arms(sums)
    change = many.after / many.n_after - many.before / many.n_before
    weight = _weights(many)
    residual = change - float((weight * change).sum())
    spread = _variance_law(residual, many.noise, by_size=by_size)
    own = spread(many.noise)
    of_mean = float((weight**2 * own).sum())
    plain = spread.unfloored(many.noise)
    varies = plain * (1 - 2 * weight) + float((weight**2 * plain).sum())
    standard = residual / np.sqrt(np.maximum(varies, 1e-300))
    part = _weights(few) ** 2 * spread(few.noise)
    error = float(np.sqrt(part.sum() + of_mean))
    drawn = _combined(standard, np.sqrt(part / part.sum()))
    nothing = np.zeros_like(drawn)
    return Curve(
        estimate=sign * estimate,
        error=error,
        top=np.array([drawn, nothing]),
        below=np.array([nothing + 1.0, nothing, nothing]),
    )


def _arms(sums: ArmSums) -> tuple[ArmSums, ArmSums, float, float]:
    """Return the smaller and the larger arm, a sign, and the smaller's difference.

    Groups that answered only once count in the difference, and nowhere else.
    """
    reform_is_small = bool(2 * sums.treated.sum() <= len(sums.treated))
    small = sums.treated if reform_is_small else ~sums.treated
    both = (sums.n_before > 0) & (sums.n_after > 0)
    sign = 1.0 if reform_is_small else -1.0
    apart = _mean_change(sums.of(small)) - _mean_change(sums.of(~small))
    return sums.of(small & both), sums.of(~small & both), sign, apart


def _weights(sums: ArmSums) -> Array:
    """Return what each group weighs in the mean change of its arm."""
    first, second = sums.n_before, sums.n_after
    return np.asarray(first / first.sum() + second / second.sum()) / 2


def _mean_change(sums: ArmSums) -> float:
    after = sums.after.sum() / sums.n_after.sum()
    return float(after - sums.before.sum() / sums.n_before.sum())


@dataclass(frozen=True, slots=True)
class _Law:
    """A variance that falls with the number of answers, to the average and no lower."""

    base: float
    slope: float
    least: float

    def __call__(self, noise: Array) -> Array:
        return np.maximum(self.unfloored(noise), self.least)

    def unfloored(self, noise: Array) -> Array:
        """Return the fitted variance, also where it is below the average."""
        return np.asarray(self.base + self.slope * noise)


def _variance_law(residual: Array, noise: Array, *, by_size: bool) -> _Law:
    """Fit the squared residuals on one over the number of answers."""
    from scipy.optimize import nnls

    squares = residual**2
    average = float(squares.mean())
    if not by_size or np.ptp(noise) <= 1e-12 * noise.max():
        return _Law(average, 0.0, average)
    (base, slope), _ = nnls(np.c_[np.ones_like(noise), noise], squares)
    return _Law(float(base), float(slope), average)


def _combined(standard: Array, share: Array) -> Array:
    """Return every combination of residuals for the groups of the smaller arm."""
    drawn = np.asarray(share[0] * standard)
    for each in share[1:]:
        drawn = np.add.outer(drawn, each * standard).ravel()
    return drawn

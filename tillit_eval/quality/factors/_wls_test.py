"""Tests, standard errors and fit indices that allow for what the weights leave out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tillit_eval.quality.factors._fit_indices import ChiSquare, Indices, indices
from tillit_eval.quality.factors._minimise import inverse_of
from tillit_eval.quality.factors._wls_fit import OrdinalFit, summed_products
from tillit_eval.quality.factors._wls_moments import OrdinalMoments

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ScaledTest:
    """A χ² corrected in mean and variance, and how.

    Attributes
    ----------
    unscaled : ChiSquare
        n F as it stands; it has no χ² distribution.
    scaled : ChiSquare
        ``factor`` times it plus ``shift``.
    factor, shift : float
        lavaan prints 1 / factor as scaling factor.
    """

    unscaled: ChiSquare
    scaled: ChiSquare
    factor: float
    shift: float


def covariance_of(fit: OrdinalFit, moments: OrdinalMoments) -> Array:
    r"""Return the robust covariance of the parameters, shape (q, q).

    Notes
    -----
    With :math:`\Delta` the slopes and :math:`W` the diagonal weights it is
    :math:`(\Delta'W\Delta)^{-1}\,\Delta'W\Gamma W\Delta\,(\Delta'W\Delta)^{-1}/n`,
    groups weighted by their shares of the n people (``se = "robust.sem"`` in
    lavaan); n is the number of people less the number of groups.
    """
    bread, meat = _bread_and_meat(fit, moments)
    n = moments.n_people - len(moments.groups)
    return np.asarray(bread @ meat @ bread / n)


def scaled_test(fit: OrdinalFit, moments: OrdinalMoments) -> ScaledTest:
    r"""Test the model with a χ² corrected in mean and variance.

    Notes
    -----
    Asparouhov and Muthén (2010), "Simple second order chi-square correction", the
    *scaled and shifted* test: :math:`T' = a T + d - a\,\mathrm{tr}(U\Gamma)` with
    :math:`a = \sqrt{d / \mathrm{tr}((U\Gamma)^2)}` and d degrees of freedom. It is
    lavaan's default for ``estimator = "WLSMV"`` (``test = "scaled.shifted"``).
    """
    first, second = _traces(moments)
    bread, meat = _bread_and_meat(fit, moments)
    share, diagonal = moments.weights[:, None, None], moments.diagonal[:, :, None]
    turned = moments.gamma @ (diagonal * fit.slopes)
    inner = summed_products(turned, share * diagonal * turned)
    product = bread @ meat
    first -= float(np.trace(product))
    second -= 2 * float(np.sum(bread * inner))
    second += float(np.trace(product @ product))
    return shifted(fit.objective * moments.n_people, fit.spec.df, first, second)


def baseline_test(moments: OrdinalMoments) -> ScaledTest:
    """Test the model of unrelated items, thresholds free, in every group."""
    n_thresholds = sum(moments.n_thresholds)
    rho = moments.observed[:, n_thresholds:]
    weights = moments.diagonal[:, n_thresholds:]
    gamma = moments.gamma[:, n_thresholds:, n_thresholds:]
    value = float((moments.n - 1) @ (weights * rho**2).sum(axis=1))
    product = weights[:, :, None] * gamma
    first = float(np.trace(product, axis1=1, axis2=2).sum())
    second = float(np.einsum("gij,gji->", product, product))
    return shifted(value, rho.size, first, second)


def shifted(value: float, df: int, first: float, second: float) -> ScaledTest:
    """Scale and shift a χ² by the two traces of UΓ."""
    if df <= 0 or second <= 0:
        plain = ChiSquare(value, max(df, 0))
        return ScaledTest(plain, plain, 1.0, 0.0)
    factor = float(np.sqrt(df / second))
    shift = df - factor * first
    return ScaledTest(
        ChiSquare(value, df), ChiSquare(factor * value + shift, df), factor, shift
    )


def scaled_indices(fit: OrdinalFit, moments: OrdinalMoments) -> Indices:
    """Return CFI, TLI and RMSEA from the two scaled tests, as lavaan's ``.scaled``.

    RMSEA divides by n minus the number of groups, as lavaan does for least squares.
    """
    groups = len(moments.groups)
    return indices(
        scaled_test(fit, moments).scaled,
        baseline_test(moments).scaled,
        moments.n_people - groups,
        groups,
    )


def srmr(fit: OrdinalFit, moments: OrdinalMoments) -> float:
    """Return the root mean square residual of the polychoric correlations.

    Over the pairs and the p variances, whose residuals are 0; groups by their
    people (lavaan's ``srmr`` for ordered answers).
    """
    n_thresholds = sum(moments.n_thresholds)
    p = len(moments.items)
    residual = (moments.observed - fit.implied)[:, n_thresholds:]
    each = np.sqrt((residual**2).sum(axis=1) / (p * (p + 1) / 2))
    return float(moments.weights @ each)


def difference_test(
    wider: OrdinalFit, narrower: OrdinalFit, moments: OrdinalMoments
) -> ScaledTest:
    """Test a model against a wider one it is nested in.

    Parameters
    ----------
    wider, narrower : OrdinalFit
        The model with more free parameters, and the one that holds more equal.
    moments : OrdinalMoments
        Of both.

    Returns
    -------
    ScaledTest
        Scaled and shifted.

    Notes
    -----
    Satorra (2000), with the restrictions read from the slopes of the two models, as
    ``lavTestLRT(method = "satorra.2000", A.method = "delta")`` in lavaan.
    """
    df = narrower.spec.df - wider.spec.df
    value = (narrower.objective - wider.objective) * moments.n_people
    bread, meat = _bread_and_meat(wider, moments)
    q = wider.spec.n_free
    inside = np.linalg.lstsq(
        wider.slopes.reshape(-1, q),
        narrower.slopes.reshape(-1, narrower.spec.n_free),
        rcond=None,
    )[0]
    basis = np.linalg.svd(inside, full_matrices=True)[0]
    across = basis[:, narrower.spec.n_free :]
    middle = bread @ across
    core = middle @ np.linalg.solve(across.T @ middle, middle.T)
    product = core @ meat
    return shifted(
        value, df, float(np.trace(product)), float(np.trace(product @ product))
    )


def _bread_and_meat(fit: OrdinalFit, moments: OrdinalMoments) -> tuple[Array, Array]:
    """Return (Δ'WΔ)⁻¹ and Δ'WΓWΔ over all groups."""
    share = moments.weights[:, None, None]
    weighted = moments.diagonal[:, :, None] * fit.slopes
    curve = summed_products(fit.slopes, share * weighted)
    meat = summed_products(weighted, share * (moments.gamma @ weighted))
    return inverse_of(curve), meat


def _traces(moments: OrdinalMoments) -> tuple[float, float]:
    """Return the traces of WΓ and of its square."""
    product = moments.diagonal[:, :, None] * moments.gamma
    first = float(np.trace(product, axis1=1, axis2=2).sum())
    return first, float(np.einsum("gij,gji->", product, product))

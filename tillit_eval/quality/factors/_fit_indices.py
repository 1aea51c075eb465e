"""χ², CFI, TLI, RMSEA and SRMR from a discrepancy and its degrees of freedom.

Everything takes plain numbers, so that scaled and categorical tests can use it.
Conventions are lavaan's: χ² = n F with n the people in all groups, RMSEA divides
by n and is multiplied by the square root of the number of groups.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tillit_eval.quality.factors._implied import Implied
from tillit_eval.quality.factors._moments import Moments

Array = npt.NDArray[np.float64]

RMSEA_LEVEL = 0.90
CLOSE_FIT = 0.05


@dataclass(frozen=True, slots=True)
class ChiSquare:
    """A χ² statistic with its degrees of freedom."""

    chi_square: float
    df: int

    @property
    def p_value(self) -> float:
        """Chance of as large a χ² if the model holds; nan without df."""
        from scipy.special import chdtrc

        return float(chdtrc(self.df, self.chi_square)) if self.df else float("nan")


@dataclass(frozen=True, slots=True)
class Indices:
    """How well a model fits.

    Attributes
    ----------
    chi_square, p_value : float
        The test of the model; p is nan with df 0.
    df : int
        Its degrees of freedom.
    baseline_chi_square : float
        Of the model in which items are unrelated.
    baseline_df : int
        Its degrees of freedom.
    cfi, tli : float
        Improvement on the baseline; CFI lies in [0, 1].
    rmsea, rmsea_low, rmsea_high : float
        Misfit per degree of freedom, with its 90 % interval.
    p_close : float
        Chance of as large an RMSEA if it is 0.05 in the population.
    """

    chi_square: float
    df: int
    p_value: float
    baseline_chi_square: float
    baseline_df: int
    cfi: float
    tli: float
    rmsea: float
    rmsea_low: float
    rmsea_high: float
    p_close: float


def indices(
    model: ChiSquare, baseline: ChiSquare, n_people: float, n_groups: int = 1
) -> Indices:
    """Turn two tests into fit indices."""
    value, low, high, close = rmsea(model, n_people, n_groups)
    return Indices(
        chi_square=model.chi_square,
        df=model.df,
        p_value=model.p_value,
        baseline_chi_square=baseline.chi_square,
        baseline_df=baseline.df,
        cfi=cfi(model, baseline),
        tli=tli(model, baseline),
        rmsea=value,
        rmsea_low=low,
        rmsea_high=high,
        p_close=close,
    )


def robust_indices(
    model: ChiSquare,
    scaling: float,
    baseline: ChiSquare,
    baseline_scaling: float,
    n_people: float,
    n_groups: int = 1,
) -> Indices:
    """Turn two normal-theory tests and their scaling factors into robust indices.

    χ² is divided by its scaling factor c. CFI and TLI take χ² - c df (Brosseau-Liard
    and Savalei, 2014), RMSEA is the square root of (χ² - c df) / (n df) and its
    interval that of the scaled χ² times the square root of c (Li and Bentler,
    2006): lavaan's ``cfi.robust``, ``tli.robust`` and ``rmsea.robust``.
    """
    scaled = ChiSquare(model.chi_square / scaling, model.df)
    theirs = ChiSquare(baseline.chi_square / baseline_scaling, baseline.df)
    value, low, high, _ = rmsea(scaled, n_people, n_groups)
    close = rmsea(scaled, n_people / scaling, n_groups)[3]
    # In units of c df, so that the usual formulas give the robust ones.
    against = ChiSquare(
        (baseline.chi_square - baseline_scaling * baseline.df) / scaling + baseline.df,
        baseline.df,
    )
    root = float(np.sqrt(scaling))
    return Indices(
        chi_square=scaled.chi_square,
        df=scaled.df,
        p_value=scaled.p_value,
        baseline_chi_square=theirs.chi_square,
        baseline_df=theirs.df,
        cfi=cfi(scaled, against),
        tli=tli(scaled, against),
        rmsea=value * root,
        rmsea_low=low * root,
        rmsea_high=high * root,
        p_close=close,
    )


def baseline_test(moments: Moments) -> ChiSquare:
    """Test the model of unrelated items, with its own means, in every group."""
    n_groups, p = moments.means.shape
    spread = np.diagonal(moments.covariance, axis1=1, axis2=2)
    each = np.log(spread).sum(axis=1) - moments.log_determinants
    return ChiSquare(float(moments.n @ each), n_groups * p * (p - 1) // 2)


def cfi(model: ChiSquare, baseline: ChiSquare) -> float:
    """Return the comparative fit index (Bentler, 1990)."""
    ours = max(model.chi_square - model.df, 0.0)
    theirs = max(baseline.chi_square - baseline.df, ours)
    return 1 - ours / theirs if theirs > 0 else 1.0


def tli(model: ChiSquare, baseline: ChiSquare) -> float:
    """Return the Tucker-Lewis index; 1 without degrees of freedom."""
    if model.df == 0 or baseline.df == 0:
        return 1.0
    ours = model.chi_square / model.df
    theirs = baseline.chi_square / baseline.df
    return (theirs - ours) / (theirs - 1) if theirs != 1 else 1.0


def rmsea(
    model: ChiSquare, n_people: float, n_groups: int = 1, level: float = RMSEA_LEVEL
) -> tuple[float, float, float, float]:
    """Return the RMSEA (Steiger and Lind), its interval and its close-fit p."""
    if model.df == 0:
        return 0.0, 0.0, 0.0, float("nan")
    from scipy.special import chdtrc, chndtr

    unit = n_people * model.df / n_groups
    value = np.sqrt(max(model.chi_square - model.df, 0.0) / unit)
    low = np.sqrt(noncentrality(model, (1 + level) / 2) / unit)
    high = np.sqrt(noncentrality(model, (1 - level) / 2) / unit)
    shift = CLOSE_FIT**2 * unit
    central = chdtrc(model.df, model.chi_square)
    close = 1 - chndtr(model.chi_square, model.df, shift) if shift else central
    return float(value), float(low), float(high), float(close)


def noncentrality(model: ChiSquare, share: float) -> float:
    """Return the noncentrality under which χ² is below ours with chance `share`."""
    from scipy.optimize import brentq
    from scipy.special import chdtr, chndtr

    if not np.isfinite(model.chi_square):
        return float("nan")
    if chdtr(model.df, model.chi_square) < share:
        return 0.0
    most = max(model.chi_square, model.df) * 2 + 100
    return float(
        brentq(
            lambda shift: chndtr(model.chi_square, model.df, shift) - share,
            0.0,
            most,
            xtol=1e-10,
        )
    )


def srmr(moments: Moments, at: Implied, *, has_means: bool) -> float:
    """Return the standardised root mean square residual, groups by their people.

    Bentler's (1995): residuals are divided by the *observed* standard deviations,
    variances count, and with a mean structure the means count as well
    (lavaan's ``srmr``, which equals its ``srmr_bentler``).
    """
    _, p = moments.means.shape
    residual = residuals(moments, at)
    row, column = np.tril_indices(p)
    squares = (residual[:, row, column] ** 2).sum(axis=1)
    count = p * (p + 1) / 2
    if has_means:
        spread = np.sqrt(np.diagonal(moments.covariance, axis1=1, axis2=2))
        away = (moments.means - at.means) / spread
        squares = squares + (away**2).sum(axis=1)
        count += p
    return float(moments.weights @ np.sqrt(squares / count))


def residuals(moments: Moments, at: Implied) -> Array:
    """Return observed minus implied covariances over observed deviations."""
    spread = np.sqrt(np.diagonal(moments.covariance, axis1=1, axis2=2))
    scale = spread[:, :, None] * spread[:, None]
    return np.asarray((moments.covariance - at.covariance) / scale, dtype=np.float64)

"""A one-factor model from a covariance matrix, as reliability needs it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tillit_eval.quality.factors._build import build_spec
from tillit_eval.quality.factors._ml import fit_ml
from tillit_eval.quality.factors._moments import Moments

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class OneFactor:
    """A fitted one-factor model of ``k`` items.

    Attributes
    ----------
    loadings, uniquenesses : ndarray, shape (k,)
        In the items' own units; the factor has variance 1.
    information : ndarray, shape (2 k, 2 k)
        Expected information per observation of (loadings, uniquenesses).
    objective : float
        The discrepancy F: log-determinants and trace, 0 for a perfect fit.
    gradient : float
        Largest derivative of F, free of the items' units.
    converged : bool
        Whether the fit settled on parameters that can be told apart.
    """

    loadings: Array
    uniquenesses: Array
    information: Array
    objective: float
    gradient: float
    converged: bool


def fit_one_factor(covariance: Array) -> OneFactor:
    """Fit one factor to a covariance, divided by n or n - 1 alike.

    Parameters
    ----------
    covariance : ndarray, shape (k, k)
        Of at least 3 items, none constant.

    Returns
    -------
    OneFactor
        With loadings whose sum is not negative.
    """
    k = len(covariance)
    items = tuple(str(number) for number in range(k))
    moments = Moments(
        items=items,
        groups=("",),
        n=np.ones(1),
        means=np.zeros((1, k)),
        covariance=np.asarray(covariance, dtype=np.float64)[None],
        n_rows=1,
        source="unstated",
    )
    fit = fit_ml(build_spec({"one": items}), moments)
    flip = np.ones(2 * k)
    flip[:k] = 1.0 if fit.theta[:k].sum() >= 0 else -1.0
    theta = fit.theta * flip
    return OneFactor(
        loadings=theta[:k],
        uniquenesses=theta[k:],
        information=fit.information * np.outer(flip, flip),
        objective=fit.objective,
        gradient=fit.gradient,
        converged=fit.converged and fit.identified,
    )

"""Cluster-robust regression from per-cluster sums alone; its cost ignores n."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

# An eigenvalue this close to 1 means that the cluster alone decides a direction;
# the pseudo-inverse square root then gives that direction no weight.
_FULL_LEVERAGE = 1e-10


@dataclass(frozen=True, slots=True)
class ClusterFit:
    """A least-squares fit with its cluster-robust ingredients.

    Every array may have leading axes for many data sets at once.

    Attributes
    ----------
    coefficients : ndarray, shape (..., p)
        Least-squares estimates.
    bread_root : ndarray, shape (..., p, p)
        Symmetric square root of the inverse of X'X.
    leverage : ndarray, shape (..., G, p, p)
        Per cluster, ``root X_g'X_g root``; its eigenvalues are those of the
        cluster's block of the hat matrix.
    scores : ndarray, shape (..., G, p)
        Per cluster, ``root X_g'e_g`` with the residuals ``e_g``.
    """

    coefficients: Array
    bread_root: Array
    leverage: Array
    scores: Array


@dataclass(frozen=True, slots=True)
class Contrast:
    """One linear combination of coefficients with its uncertainty.

    Attributes
    ----------
    estimate, standard_error, df : ndarray, shape (...)
        The estimate, its CR2 standard error and the Satterthwaite df.
    """

    estimate: Array
    standard_error: Array
    df: Array


def fit_clusters(cross: Array, moments: Array) -> ClusterFit:
    """Fit least squares from per-cluster sums of products.

    Parameters
    ----------
    cross : ndarray, shape (..., G, p, p)
        X_g'X_g of each cluster.
    moments : ndarray, shape (..., G, p)
        X_g'y_g of each cluster.

    Returns
    -------
    ClusterFit
        Coefficients and what CR2 needs; no row of any person.
    """
    values, vectors = np.linalg.eigh(cross.sum(axis=-3))
    root = (vectors / np.sqrt(values)[..., None, :]) @ _transposed(vectors)
    bread = root @ root
    coefficients = np.einsum("...ij,...j->...i", bread, moments.sum(axis=-2))
    residual = moments - np.einsum("...gij,...j->...gi", cross, coefficients)
    wide_root = root[..., None, :, :]
    return ClusterFit(
        coefficients=coefficients,
        bread_root=root,
        leverage=wide_root @ cross @ wide_root,
        scores=np.einsum("...ij,...gj->...gi", root, residual),
    )


def estimate_contrast(fit: ClusterFit, contrast: Array) -> Contrast:
    r"""Estimate one combination of coefficients with CR2 and Satterthwaite df.

    Parameters
    ----------
    fit : ClusterFit
        From `fit_clusters`.
    contrast : ndarray, shape (p,)
        Weights of the coefficients.

    Returns
    -------
    Contrast
        Estimate, standard error and df.

    Notes
    -----
    With :math:`Z_g = X_g M^{1/2}`, :math:`M = (X'X)^{-1}`, the adjustment
    :math:`A_g = (I - Z_g Z_g')^{-1/2}` obeys
    :math:`Z_g' A_g = (I - Z_g'Z_g)^{-1/2} Z_g'`, so only p × p blocks are needed.
    The working model is the identity (Bell & McCaffrey 2002; Pustejovsky & Tipton
    2018, doi 10.1080/07350015.2016.1247004). With
    :math:`P = \operatorname{diag}(t_g) - VV'` the df are
    :math:`(\operatorname{tr} P)^2 / \lVert P \rVert_F^2`. Agrees with
    ``coef_test(vcov = "CR2", test = "Satterthwaite")`` of clubSandwich.
    """
    direction = fit.bread_root @ contrast
    values, vectors = np.linalg.eigh(fit.leverage)
    values = np.clip(values, 0.0, None)
    slack = 1.0 - values
    free = slack > _FULL_LEVERAGE
    half = np.where(free, 1.0 / np.sqrt(np.where(free, slack, 1.0)), 0.0)
    along = np.einsum("...gij,...i->...gj", vectors, direction)
    residual = np.einsum("...gij,...gi->...gj", vectors, fit.scores)
    each = (along * half * residual).sum(axis=-1)
    total = (along**2 * half**2 * values).sum(axis=-1)
    shared = np.einsum("...gij,...gj->...gi", vectors, half * values * along)
    gram = np.einsum("...gi,...gj->...ij", shared, shared)
    length = (shared**2).sum(axis=-1)
    trace = (total - length).sum(axis=-1)
    squared = (total**2 - 2 * total * length).sum(axis=-1) + (gram**2).sum((-2, -1))
    return Contrast(
        estimate=np.asarray(fit.coefficients @ contrast),
        standard_error=np.sqrt((each**2).sum(axis=-1)),
        df=np.asarray(trace**2 / squared),
    )


def estimate_jackknife(fit: ClusterFit, contrast: Array) -> Array:
    r"""Return the CR3 standard error of one combination of coefficients.

    Parameters
    ----------
    fit : ClusterFit
        From `fit_clusters`.
    contrast : ndarray, shape (p,)
        Weights of the coefficients.

    Returns
    -------
    ndarray, shape (...)
        The standard error.

    Notes
    -----
    The adjustment is :math:`A_g = (I - Z_g Z_g')^{-1}`: each cluster is left out in
    turn, and no factor of the number of clusters is applied (Bell & McCaffrey
    2002). Agrees with ``vcovCR(type = "CR3")`` of clubSandwich.
    """
    direction = fit.bread_root @ contrast
    values, vectors = np.linalg.eigh(fit.leverage)
    slack = 1.0 - np.clip(values, 0.0, None)
    free = slack > _FULL_LEVERAGE
    whole = np.where(free, 1.0 / np.where(free, slack, 1.0), 0.0)
    along = np.einsum("...gij,...i->...gj", vectors, direction)
    residual = np.einsum("...gij,...gi->...gj", vectors, fit.scores)
    each = (along * whole * residual).sum(axis=-1)
    return np.asarray(np.sqrt((each**2).sum(axis=-1)))


def _transposed(matrices: Array) -> Array:
    return np.swapaxes(matrices, -1, -2)

"""Eigenvalues of answers that share nothing, for Horn's parallel analysis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Roots:
    """Eigenvalues of ``k`` items, in falling order: observed, and to be beaten.

    ``components`` and ``axes`` have shape (k,); the two ``..._chance`` hold the wanted
    percentile of what chance gives in the same place.
    """

    components: Array
    axes: Array
    components_chance: Array
    axes_chance: Array

    @property
    def n_components(self) -> int:
        """Leading components that beat chance."""
        return leading(self.components, self.components_chance)

    @property
    def n_factors(self) -> int:
        """Leading principal axes that beat chance."""
        return leading(self.axes, self.axes_chance)


def leading(observed: Array, chance: Array) -> int:
    """Count the first places where the observed is above chance, up to a gap."""
    below = ~(observed > chance)
    return int(below.argmax()) if below.any() else len(observed)


def roots_of(
    correlations: Array,
    n_people: int,
    draws: int,
    percentile: float,
    rng: np.random.Generator,
    loss: Array | None = None,
) -> Roots:
    """Compare eigenvalues with those of independent items of as many people.

    Parameters
    ----------
    correlations : ndarray, shape (k, k)
        Observed.
    n_people : int
        Behind them, more than k.
    draws : int
        Times chance is tried.
    percentile : float
        Of the draws, between 0 and 100.
    rng : Generator
        Where chance comes from.
    loss : ndarray, shape (k,), optional
        For polychoric correlations: the share of an item's information on a latent
        correlation of 0 that its steps keep; chance correlations spread that much
        wider.

    Returns
    -------
    Roots
        Components of the correlations, and axes with squared multiple correlations
        in the diagonal.
    """
    chance = chance_correlations(len(correlations), n_people, draws, rng)
    if loss is not None:
        wide = chance / np.sqrt(np.multiply.outer(loss, loss))
        diagonal = np.arange(len(loss))
        wide[:, diagonal, diagonal] = 1.0
        chance = wide
    return Roots(
        components=_roots(correlations[None])[0],
        axes=_roots(reduced(correlations[None]))[0],
        components_chance=np.percentile(_roots(chance), percentile, axis=0),
        axes_chance=np.percentile(_roots(reduced(chance)), percentile, axis=0),
    )


def chance_correlations(
    k: int, n_people: int, draws: int, rng: np.random.Generator
) -> Array:
    """Draw correlations of `k` independent normal items, shape (draws, k, k).

    Nobody's answers are drawn: the matrix of products of n people has Bartlett's
    form, a triangle of normal numbers with roots of chi-squares in the diagonal.
    """
    triangle = np.tril(rng.normal(size=(draws, k, k)), -1)
    place = np.arange(k)
    triangle[:, place, place] = np.sqrt(
        rng.chisquare(n_people - 1 - place, size=(draws, k))
    )
    products = triangle @ triangle.transpose(0, 2, 1)
    spread = np.sqrt(products[:, place, place])
    return np.asarray(products / (spread[:, :, None] * spread[:, None, :]))


def reduced(correlations: Array) -> Array:
    """Put squared multiple correlations into the diagonals of a stack."""
    place = np.arange(correlations.shape[-1])
    inverse = np.linalg.pinv(correlations, hermitian=True)
    own = np.maximum(inverse[:, place, place], 1.0)
    less = correlations.copy()
    less[:, place, place] = 1 - 1 / own
    return less


def _roots(matrices: Array) -> Array:
    return np.asarray(np.linalg.eigvalsh(matrices)[:, ::-1])

"""Wild cluster bootstrap from per-cluster sums, with the null imposed."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import numpy as np

from tillit_eval.comparison._cluster import Array
from tillit_eval.comparison._inversion import Curve
from tillit_eval.comparison._regression import Regression

Weights = Literal["rademacher", "webb"]

# Up to this many clusters all signs are listed; above it this many are drawn.
ALL_SIGNS = 16
DRAWS: dict[str, int] = {"rademacher": 99_999, "webb": 9_999}
# With hundreds of clusters fewer are drawn, so that memory stays within 100 MB.
_CELLS = 12_000_000
# Fixed, so that the same data give the same p; it has no other meaning.
_SEED = 2018_38
_WEBB = np.sqrt(np.array([0.5, 1.0, 1.5]))


def wild_curve(regression: Regression, *, weights: Weights = "rademacher") -> Curve:
    r"""Bootstrap one contrast by changing the signs of whole clusters.

    Parameters
    ----------
    regression : Regression
        Sums per cluster.
    weights : {"rademacher", "webb"}
        Signs, or Webb's six points for very few clusters.

    Returns
    -------
    Curve
        p against the true contrast, null imposed at each.

    Notes
    -----
    Cameron, Gelbach & Miller (2008, doi 10.1162/rest.90.3.414): residuals of the
    fit under the null are multiplied by one weight per cluster and the t statistic
    with CR1 errors is computed anew. With :math:`s_g` the restricted scores,
    :math:`m = (X'X)^{-1}c` and :math:`v = \sum_h w_h s_h`, the squared error is
    :math:`\sum_g (w_g m's_g - m'X_g'X_g (X'X)^{-1} v)^2`, so the work is a product
    of the signs with a small matrix, whatever the number of people. All
    :math:`2^{G-1}` signs that differ in more than direction are listed up to 16
    clusters, so p is never under :math:`2^{-(G-1)}`; above, 99,999 are drawn.
    Webb (2023, doi 10.1111/caje.12661) has six points.
    """
    cross, contrast = regression.cross, regression.contrast
    bread = np.linalg.inv(cross.sum(axis=0))
    fitted = bread @ regression.moments.sum(axis=0)
    toward = bread @ contrast
    estimate = float(contrast @ fitted)
    step = toward / float(contrast @ toward)
    residual = regression.moments - cross @ fitted
    # Scores under a null at distance d from the estimate: scores[0] + d * scores[1].
    scores = np.array([residual, -(cross @ step)])
    along = scores @ toward
    lever = np.einsum("i,gij,jk->gk", toward, cross, bread)
    top, below = _draw_all(weights, scores, along, lever)
    return Curve(
        estimate=estimate,
        error=float(np.sqrt(((residual @ toward) ** 2).sum())),
        top=top,
        below=below,
    )


def _draw_all(
    weights: Weights, scores: Array, along: Array, lever: Array
) -> tuple[Array, Array]:
    """Return the statistic of every draw: its top, and its squared CR1 error.

    Both are polynomials of the null. One product of the draws with all that is
    summed over clusters does the work; what is left runs over the draws alone.
    """
    # Half of the square of the last term goes to each of the two mixed ones.
    mixed = along[..., None] * lever - scores @ (lever.T @ lever) / 2
    n, width = len(along), lever.shape[1]
    summed = np.concatenate([along[..., None], mixed, scores], axis=-1)
    signs = _draw(len(lever), weights)
    drawn = summed.transpose(0, 2, 1).reshape(-1, len(lever)) @ signs.T
    drawn = drawn.reshape(n, 1 + 2 * width, -1)
    top, mixes, totals = drawn[:, 0], drawn[:, 1 : 1 + width], drawn[:, 1 + width :]
    # A sign has no square but one, so that only other weights need theirs.
    squares = None if weights == "rademacher" else np.square(signs)

    def part(i: int, j: int) -> Array:
        one = np.einsum("kn,kn->n", mixes[i], totals[j])
        two = one if i == j else np.einsum("kn,kn->n", mixes[j], totals[i])
        both = along[i] * along[j]
        own = both.sum() if squares is None else squares @ both
        return np.asarray(own - one - two)

    return top, np.array([part(0, 0), 2 * part(0, 1), part(1, 1)])


@lru_cache(maxsize=8)
def _draw(n_clusters: int, weights: Weights) -> Array:
    """Return one weight per draw and cluster; all signs but those of the data."""
    if weights == "rademacher" and n_clusters <= ALL_SIGNS:
        codes = np.arange(1, 2 ** (n_clusters - 1))
        bits = (codes[:, None] >> np.arange(n_clusters - 1)) & 1
        return np.column_stack([np.ones(len(codes)), 1.0 - 2.0 * bits])
    rng = np.random.default_rng([_SEED, n_clusters])
    shape = (min(DRAWS[weights], _CELLS // n_clusters), n_clusters)
    signs = 1.0 - 2.0 * rng.integers(0, 2, shape)
    if weights == "webb":
        signs *= _WEBB[rng.integers(0, 3, shape)]
    return np.asarray(signs)

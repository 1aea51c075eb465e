"""What can be said of each site, once the others are known?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from scipy.special import ndtr, ndtri, stdtrit

from tillit_eval.findings import Findings
from tillit_eval.phrases import Language, phrase, say
from tillit_eval.synthesis._law import t_interval
from tillit_eval.synthesis._mixed import Array
from tillit_eval.synthesis.influence import OfSite, of_site
from tillit_eval.synthesis.model import Pooled
from tillit_eval.synthesis.pooling import numbers_of

Half = Literal["upper", "lower", "none"]
_NODES = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteEstimate(OfSite):
    """One site's change, drawn towards the average of all, and its place.

    Attributes
    ----------
    estimate, standard_error, interval : float, float, Interval
        The site's change, drawn towards the average the more the less certain it
        is by itself (empirical Bayes).
    own : float
        The site's change by itself.
    kept : float
        How much of its own distance from the average the site keeps, 0 to 1.
    rank_low, rank_high : int
        Its place among the sites, 1 for the largest rise: the ends of an interval.
    k : int
        Sites ranked.
    half : {"upper", "lower", "none"}
        The half its whole interval of places lies in; ``none`` if it cannot be
        ranked.
    """

    question: ClassVar[str] = "place of a site"

    own: float
    kept: float
    rank_low: int
    rank_high: int
    k: int
    half: Half

    def _claim(self, lang: Language) -> str:
        return say(
            f"synthesis.place_{self.half}",
            lang,
            name=self.name(lang),
            amount=self.amount(self.estimate, lang, sign=True),
            interval=self.interval_in_words(lang),
            own=self.amount(self.own, lang, sign=True),
            low=self.rank_low,
            high=self.rank_high,
            k=self.k,
        )


def rank_sites(pooled: Pooled) -> Findings:
    r"""Ask which sites stand out, and whether they can be ranked at all.

    A league table of raw changes puts the smallest sites first and last, because
    chance moves them most. Here each site is drawn towards the average by as much
    as its own uncertainty asks for, and its place has an interval too.

    Parameters
    ----------
    pooled : Pooled
        From `combine_findings`.

    Returns
    -------
    Findings
        One `SiteEstimate` per site in the number, in its order.

    See Also
    --------
    assess_influence : What each site does to the number.

    Notes
    -----
    With :math:`\lambda_i = \tau^2 / (\tau^2 + s_i^2)` the estimate is
    :math:`\lambda_i y_i + (1 - \lambda_i)\hat\mu` and its variance
    :math:`\lambda_i s_i^2 + (1 - \lambda_i)^2 \mathrm{var}(\hat\mu)`, with the guarded
    variance of the average and t with ``k - 1`` degrees of freedom, equal to
    ``metafor::blup``. That tau squared is itself estimated is not counted, so with
    few sites the intervals are rather too narrow. The law of each place is
    integrated over the average and the site's own change, without simulation, and
    cut at the tails of the interval's level.

    Examples
    --------
    >>> from tillit_eval.findings import Change
    >>> from tillit_eval.synthesis import combine_findings
    >>> pooled = combine_findings([Change(scale="trust", site=name, before="1",
    ...     after="2", estimate=y, standard_error=2.0, n_people=50)
    ...     for name, y in zip("abcde", (1.0, 2.0, 3.0, 2.0, 6.0))])
    >>> {one.half for one in rank_sites(pooled)}
    {'none'}
    """
    y, v = numbers_of(pooled.pooled)
    level = pooled.interval.level if pooled.interval else 0.95
    error = pooled.standard_error or 0.0
    kept = pooled.tau_squared / (pooled.tau_squared + v)
    middle = kept * y + (1 - kept) * pooled.estimate
    errors = np.sqrt(kept * v + (1 - kept) ** 2 * error**2)
    places = rank_laws(y, v, pooled.tau_squared, (pooled.estimate, error))
    low, high = _ends(places, level)
    rows = [one for one in pooled.contributions if one.weight is not None]
    return Findings(
        SiteEstimate(
            **of_site(pooled, row),
            method=phrase("synthesis.method_shrunken"),
            estimate=float(middle[i]),
            standard_error=float(errors[i]),
            interval=t_interval(
                float(middle[i]), float(errors[i]), pooled.k - 1.0, level
            ),
            df=pooled.k - 1.0,
            own=float(y[i]),
            kept=float(kept[i]),
            rank_low=int(low[i]),
            rank_high=int(high[i]),
            k=pooled.k,
            half=_half(int(low[i]), int(high[i]), pooled.k),
        )
        for i, row in enumerate(rows)
    )


def rank_laws(y: Array, v: Array, tau2: float, average: tuple[float, float]) -> Array:
    """Return the probability of each place, shape (k, k): site by place from the top.

    Given the average, the true changes are independent, so a site's place follows
    a Poisson binomial law; it is averaged over the average and the site's change.
    """
    k = len(y)
    if tau2 == 0:
        return np.full((k, k), 1 / k)
    mean, error = average
    places, mass = np.polynomial.legendre.leggauss(_NODES)
    u, mass = (places + 1) / 2, mass / 2
    averages = mean + error * stdtrit(k - 1, u)
    kept = tau2 / (tau2 + v)
    middle = kept * y + (1 - kept) * averages[:, None]
    spread = np.sqrt(kept * v)
    own = middle[..., None] + spread[:, None] * ndtri(u)
    higher = ndtr((middle[:, None, None] - own[..., None]) / spread)
    higher[:, np.arange(k), :, np.arange(k)] = 0.0
    law = np.zeros((*higher.shape[:-1], k))
    law[..., 0] = 1.0
    for j in range(k):
        p = higher[..., j, None]
        moved = np.concatenate([np.zeros_like(p), law[..., :-1]], axis=-1)
        law = (1 - p) * law + p * moved
    found: Array = np.einsum("m,minr,n->ir", mass, law, mass)
    return found


def _ends(places: Array, level: float) -> tuple[Array, Array]:
    """Return the first and last place that the interval holds."""
    below = places.cumsum(axis=1)
    tail = (1 - level) / 2
    low = (below <= tail).sum(axis=1) + 1
    high = (below < 1 - tail).sum(axis=1) + 1
    if (places == places[0, 0]).all():  # nothing tells the sites apart
        low, high = np.ones_like(low), np.full_like(high, places.shape[0])
    return low, np.minimum(high, places.shape[0])


def _half(low: int, high: int, k: int) -> Half:
    """Return the half in which all places of an interval lie."""
    middle = (k + 1) / 2
    if high < middle:
        return "upper"
    return "lower" if low > middle else "none"

"""Surveys of five-point answers near their ceiling, drawn as sums per unit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from tillit_eval.comparison.designs import Design
from tillit_eval.comparison.many import Surveys
from tillit_eval.summaries.model import Array

Codes = npt.NDArray[np.intp]

# Of what differs between people within a unit: what stays with a person, what
# belongs to the occasion, and what belongs to each of four items.
_STAYS, _OCCASION, _PER_ITEM = 0.5, 0.3, 0.8
_ITEMS, _CENTRE = 4, 4.0
_CUTS = np.array([1.5, 2.5, 3.5, 4.5])
_TERMS = 40
_POWERS = np.arange(1, _TERMS + 1)
_CELLS = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """How alike two scores are, in squared scale points.

    Attributes
    ----------
    latent : float
        Share of the variance behind the answers that lies between units.
    mean : float
        Expected score.
    variance : float
        Of the score of a person drawn from all.
    same_person : float
        Covariance of the two scores of a person.
    same_wave, other_wave : float
        Covariance of two people of one unit, in one wave and in different waves.
    """

    latent: float
    mean: float
    variance: float
    same_person: float
    same_wave: float
    other_wave: float

    @property
    def icc(self) -> float:
        """Share of the variance of the score that lies between units in a wave."""
        return self.same_wave / self.variance

    def covariance(self, design: Design) -> Array:
        """Return the covariance of each unit's two sums, shape (U, 2, 2)."""
        n0, n1, pairs = design.n_before, design.n_after, design.n_pairs
        across = pairs * self.same_person + (n0 * n1 - pairs) * self.other_wave
        own = [n * self.variance + n * (n - 1) * self.same_wave for n in (n0, n1)]
        return np.stack([own[0], across, across, own[1]], axis=-1).reshape(-1, 2, 2)


@lru_cache(maxsize=32)
def likeness(icc: float) -> Likeness:
    r"""Find the answers whose score has this share of variance between units.

    Parameters
    ----------
    icc : float
        Intraclass correlation of the score in one wave, above 0 and below 1; half
        of it stays with the unit, half comes and goes with the wave.

    Returns
    -------
    Likeness
        Exact, from the expansion of the answer in Hermite polynomials.

    Notes
    -----
    An answer is a normal variable cut at four limits. Two of them with correlation
    :math:`\rho` have the covariance :math:`\sum_j c_j^2 \rho^j / j!` with
    :math:`c_j = \sum_k \phi(z_k) He_{j-1}(z_k)` over the limits.

    Examples
    --------
    >>> round(likeness(0.1).icc, 6), round(likeness(0.1).variance**0.5, 1)
    (0.1, 20.6)
    """
    low, high = icc / 2, min(2 * icc + 0.2, 0.999)
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if _likeness(middle).icc < icc else (low, middle)
    return _likeness(low)


def draw_surveys(
    design: Design, alike: Sequence[Likeness], draws: int, rng: np.random.Generator
) -> list[Surveys]:
    """Draw surveys of one design in which nothing changes.

    Parameters
    ----------
    design : Design
        Who answers where and when.
    alike : sequence of Likeness
        From `likeness`. The same chance serves all of them, as chance takes most
        of the time.
    draws : int
        Number of surveys.
    rng : Generator
        Chance.

    Returns
    -------
    list of Surveys
        One per likeness: sums of the scores per unit, less their expected value.
    """
    step = max(1, _CELLS // design.n_people)
    parts = [
        _draw(design, alike, min(step, draws - start), rng)
        for start in range(0, draws, step)
    ]
    sums = np.concatenate(parts, axis=2)
    return [Surveys(design=design, before=one[0], after=one[1]) for one in sums]


def _likeness(latent: float) -> Likeness:
    within = 1 - latent
    item = latent + (_STAYS + _OCCASION + _PER_ITEM) * within
    limits = (_CUTS - _CENTRE) / np.sqrt(item)
    above = ndtr(-limits)
    mean = 1 + float(above.sum())
    square = 1 + float((above * np.array([3, 5, 7, 9])).sum())
    shared = latent + (_STAYS + _OCCASION) * within
    linked = latent / 2 + _STAYS * within
    terms = _terms(limits)
    one, pair, same_wave, other = (
        float(terms @ (rho / item) ** _POWERS)
        for rho in (shared, linked, latent, latent / 2)
    )
    variance = ((square - mean**2) + (_ITEMS - 1) * one) / _ITEMS
    return Likeness(
        latent=latent,
        mean=25 * (mean - 1),
        variance=625 * variance,
        same_person=625 * pair,
        same_wave=625 * same_wave,
        other_wave=625 * other,
    )


def _terms(limits: Array) -> Array:
    """Return what each power of a correlation adds to the covariance of two answers.

    Hermite polynomials divided by root j! keep the recursion from growing.
    """
    density = np.exp(-(limits**2) / 2) / np.sqrt(2 * np.pi)
    last, now = np.zeros_like(limits), np.ones_like(limits)
    terms = []
    for j in range(1, _TERMS + 1):
        terms.append(float(density @ now) ** 2 / j)
        last, now = now, (limits * now - math.sqrt(j - 1) * last) / math.sqrt(j)
    return np.array(terms)


def _draw(
    design: Design, alike: Sequence[Likeness], draws: int, rng: np.random.Generator
) -> Array:
    """Draw one batch, shape (likeness, wave, draws, U): people met twice, then once."""
    shape = (draws, len(design.n_before))
    steady = _normal(shape, rng)
    pairs = _people(design.n_pairs)
    who = _normal((draws, len(pairs)), rng)
    waves = []
    for n in (design.n_before, design.n_after):
        levels = [steady, _normal(shape, rng)]
        once = _people(n - design.n_pairs)
        others = _normal((draws, len(once)), rng)
        total = _answers(levels, pairs, who, alike, rng)
        total += _answers(levels, once, others, alike, rng)
        means = np.array([one.mean for one in alike])[:, None, None]
        waves.append(25 * (total / _ITEMS - n) - n * means)
    return np.stack(waves, axis=1)


def _normal(shape: tuple[int, int], rng: np.random.Generator) -> Array:
    return np.asarray(rng.standard_normal(shape, dtype=np.float32))


def _people(n: Array) -> Codes:
    """Return the unit of each person, unit by unit."""
    return np.repeat(np.arange(len(n)), n.astype(int))


def _answers(
    levels: list[Array],
    unit: Codes,
    who: Array,
    alike: Sequence[Likeness],
    rng: np.random.Generator,
) -> Array:
    """Sum the answers to the items, shape (likeness, D, U)."""
    draws, n_units = levels[0].shape
    sums = np.zeros((len(alike), draws, n_units))
    if not len(unit):
        return sums
    shared = levels[0] + levels[1]
    occasion = _normal((draws, len(unit)), rng)
    latent, totals = [], []
    for one in alike:
        now = math.sqrt(_STAYS * (1 - one.latent)) * who
        now += math.sqrt(_OCCASION * (1 - one.latent)) * occasion
        now += (_CENTRE + math.sqrt(one.latent / 2) * shared)[:, unit]
        latent.append(now)
        totals.append(np.zeros_like(now))
    for _ in range(_ITEMS):
        noise = _normal((draws, len(unit)), rng)
        for one, now, total in zip(alike, latent, totals, strict=True):
            item = math.sqrt(_PER_ITEM * (1 - one.latent)) * noise
            item += now
            np.rint(item, out=item)
            np.clip(item, 1, 5, out=item)
            total += item
    present, starts = np.unique(unit, return_index=True)
    for total, answer in zip(totals, sums, strict=True):
        answer[:, present] = np.add.reduceat(total, starts, axis=1)
    return sums

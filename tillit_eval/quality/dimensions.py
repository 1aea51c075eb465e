"""How many things do these items measure?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from tillit_eval.codebook import Codebook
from tillit_eval.errors import DataProblem, kind_of
from tillit_eval.findings import Estimate
from tillit_eval.floors import K_MIN, check_floor
from tillit_eval.phrases import Language, number, phrase, say
from tillit_eval.quality._parallel import Array, Roots, roots_of
from tillit_eval.quality.correlations._normal import normal_density
from tillit_eval.quality.reliability._answers import Answers, read_answers
from tillit_eval.quality.reliability._coefficients import standardised
from tillit_eval.quality.reliability._factor_items import check_factor_items
from tillit_eval.quality.reliability._free import Rng, check_draws, generator
from tillit_eval.quality.reliability._ordinal import Latent, latent_answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimensions(Estimate):
    """How many factors more than chance gives these items have.

    Attributes
    ----------
    estimate : float
        Components that beat chance, the same as `n_components`.
    n_components, n_factors : int
        Leading principal components, and leading principal axes, above chance.
    axes, components : tuple of float
        Eigenvalues in falling order: with squared multiple correlations in the
        diagonal, and of the correlations themselves.
    axes_chance, components_chance : tuple of float
        What chance reaches in the same place, at `percentile`.
    percentile : float
        Of the draws of chance.
    ordinal : bool
        Whether the correlations are polychoric.
    n_items : int
        Items.
    n_incomplete : int
        Rows not behind the correlations because an answer is missing.
    """

    question: ClassVar[str] = "dimensions"

    unit_of_measure: str = "coefficient"
    n_components: int
    n_factors: int
    axes: tuple[float, ...]
    components: tuple[float, ...]
    axes_chance: tuple[float, ...]
    components_chance: tuple[float, ...]
    percentile: float
    ordinal: bool
    n_items: int
    n_incomplete: int

    def _claim(self, lang: Language) -> str:
        claim = say(
            f"dimensions.claim_{min(self.n_components, 2)}",
            lang,
            name=self.name(lang),
            factors=self.n_factors,
            components=self.n_components,
            items=self.n_items,
            people=self.count(self.n_people, lang),
            percentile=number(self.percentile, 0, lang),
        )
        if self.n_incomplete:
            n = self.count(self.n_incomplete, lang)
            claim += " " + say("quality.rows_left_out", lang, n=n)
        return claim if self.because is None else f"{claim} {self.because.say(lang)}"


def assess_dimensions(
    responses: object,
    items: Sequence[str],
    *,
    scale: str = "",
    ordinal: bool = False,
    percentile: float = 95.0,
    codebook: Codebook | None = None,
    draws: int = 1000,
    rng: Rng = None,
    k_min: int = K_MIN,
) -> Dimensions:
    r"""How many things do these items measure? Horn's parallel analysis.

    A component counts if its eigenvalue is above what items that share nothing would
    reach with as many people. Counted by common factors the number is as a rule
    higher: with many people that finds also what is too small to matter, such as a
    pair of questions worded alike. Both are guides, not tests.

    Parameters
    ----------
    responses : DataFrame, LazyFrame, relation or Summary, shape (n_rows, n_columns)
        One row per person. A Summary will do unless `ordinal`.
    items : sequence of str
        At least 3 columns of answers.
    scale : str, optional
        Name of the scale, for the sentence.
    ordinal : bool, default False
        Use polychoric correlations, for answers in a few steps.
    percentile : float, default 95.0
        Of chance, that an eigenvalue must pass; between 50 and 100.
    codebook : Codebook, optional
        Turns the items that it says are reversed. The number of factors does not
        depend on it.
    draws : int, default 1000
        Times chance is tried.
    rng : int or Generator, optional
        Where chance comes from; the same every time if None.
    k_min : int, default 10
        Fewest people behind a number that may be shown.

    Returns
    -------
    Dimensions
        With all eigenvalues, for ``plot_dimensions``.

    Raises
    ------
    DataProblem
        If a column is absent or holds no numbers, or `percentile` is none.
    TooFewAnswers
        If there are fewer than 3 items, an item is constant, empty or repeats
        others, or there are no more complete rows than items.

    See Also
    --------
    assess_structure : Whether a model with so many factors fits.
    assess_omega : How much one factor over all explains.

    Notes
    -----
    Horn (1965) [1]_. Components are eigenvalues of the correlations; factors are
    those with squared multiple correlations in the diagonal, as
    ``psych::fa.parallel(SMC = TRUE)``. Chance is normal items, whose matrix of
    products is drawn directly (Bartlett's decomposition), so the time does not depend
    on the number of people. For polychoric correlations each chance correlation is
    widened by :math:`1 / \sqrt{a_j a_l}`, with :math:`a_j = \sum_c (\phi(\tau_{c-1}) -
    \phi(\tau_c))^2 / p_c` the information on a correlation of 0 that item
    :math:`j` keeps: their first-order law, so permuted answers need not be fitted.

    References
    ----------
    .. [1] Horn, J. L. (1965). A rationale and test for the number of factors in
       factor analysis. Psychometrika, 30(2), 179-185.

    Examples
    --------
    >>> import pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> trust, control = rng.normal(size=(2, 300, 1))
    >>> answers = np.hstack([trust] * 3 + [control] * 3) + rng.normal(size=(300, 6))
    >>> frame = pd.DataFrame(answers, columns=["t1", "t2", "t3", "c1", "c2", "c3"])
    >>> assess_dimensions(frame, list(frame)).n_components
    2
    """
    percentile, draws = _check_percentile(percentile), check_draws(draws)
    read = read_answers(responses, items, codebook, fewest_items=3)
    pooled = read.pooled
    check_factor_items(pooled)
    roots = _roots(read, ordinal, draws, percentile, generator(rng))
    key = "dimensions.method_polychoric" if ordinal else "dimensions.method"
    return Dimensions(
        scale=pooled.scale_name(scale),
        estimate=float(roots.n_components),
        n_factors=roots.n_factors,
        n_components=roots.n_components,
        axes=tuple(map(float, roots.axes)),
        components=tuple(map(float, roots.components)),
        axes_chance=tuple(map(float, roots.axes_chance)),
        components_chance=tuple(map(float, roots.components_chance)),
        percentile=percentile,
        ordinal=ordinal,
        estimand=phrase("dimensions.estimand"),
        method=phrase(key, draws=draws, percentile=percentile),
        because=read.turned,
        n_items=len(pooled.items),
        n_people=pooled.n_complete,
        n_incomplete=pooled.n_incomplete,
        left_out=pooled.left_out(),
        source=pooled.source,
        floor=check_floor(k_min),
    )


def _roots(
    read: Answers,
    ordinal: bool,
    draws: int,
    percentile: float,
    chance: np.random.Generator,
) -> Roots:
    n = read.pooled.n_complete
    if not ordinal:
        matrix = np.real(standardised(read.pooled.covariance))
        return roots_of(matrix, n, draws, percentile, chance)
    latent = latent_answers(read)
    matrix, kept = latent.fit.matrix, information_kept(latent)
    return roots_of(matrix, n, draws, percentile, chance, kept)


def information_kept(latent: Latent) -> Array:
    """Return the information on a correlation of 0 that each item's steps keep."""
    edge = np.where(
        np.isfinite(latent.fit.thresholds), normal_density(latent.fit.thresholds), 0.0
    )
    k = len(edge)
    height = np.column_stack([np.zeros(k), edge, np.zeros(k)])
    margins = latent.fit.tables.margins
    share = margins / margins.sum(axis=1, keepdims=True)
    rise = np.diff(height, axis=1) ** 2
    kept = np.divide(rise, share, out=np.zeros_like(rise), where=share > 0)
    return np.asarray(kept.sum(axis=1))


def _check_percentile(percentile: object) -> float:
    number_given = isinstance(percentile, (int, float)) and not isinstance(
        percentile, bool
    )
    if number_given and 50 <= float(str(percentile)) < 100:
        return float(str(percentile))
    raise DataProblem(
        "This is not a percentile of chance.",
        expected="a number from 50 to under 100",
        found=str(percentile)
        if isinstance(percentile, (int, float))
        else kind_of(percentile),
        to_fix="give percentile=95.0, or leave it out",
    )

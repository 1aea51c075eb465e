"""The standard error of measurement: how far a person's score lies from the mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from tillit_eval.codebook import Codebook
from tillit_eval.errors import DataProblem
from tillit_eval.findings import Estimate, Interval, check_level
from tillit_eval.floors import K_MIN, check_floor
from tillit_eval.phrases import Language, Phrase, number, phrase, say
from tillit_eval.quality._data import Array
from tillit_eval.quality.reliability._answers import Answers, read_answers
from tillit_eval.quality.reliability._coefficients import alphas
from tillit_eval.quality.reliability._free import influence, quantile


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasurementError(Estimate):
    """How far people's scores lie from what they would be without noise.

    Attributes
    ----------
    estimate : float
        The standard error of measurement, in the points of the score.
    interval : Interval or None
        For `estimate`; None from a Summary.
    alpha : float
        Cronbach's alpha of the score.
    sd : float
        Standard deviation of the score.
    n_items : int
        Items in the score.
    n_incomplete : int
        Rows not behind `estimate` because an answer is missing.
    turned : Phrase or None
        The items that were turned first because the codebook says so.
    """

    question: ClassVar[str] = "measurement error"

    alpha: float
    sd: float
    n_items: int
    n_incomplete: int
    turned: Phrase | None = None

    def reach(self, level: float = 0.95) -> float:
        """Return how far a person's score reaches to either side, in points.

        Parameters
        ----------
        level : float, default 0.95
            Share of scores that lie within this of what they measure.

        Returns
        -------
        float
            The normal quantile times the standard error of measurement.
        """
        from scipy.special import ndtri

        return float(ndtri((1 + check_level(level)) / 2)) * self.estimate

    def _claim(self, lang: Language) -> str:
        key = "reliability.error_claim" if self.interval else "reliability.error_alone"
        claim = say(
            key,
            lang,
            name=self.name(lang),
            estimate=self.amount(self.estimate, lang),
            interval=self.interval_in_words(lang),
            sd=number(self.sd, self.digits, lang),
            alpha=number(self.alpha, 2, lang),
            reach=number(self.reach(), self.digits, lang),
            items=self.n_items,
            people=self.count(self.n_people, lang),
        )
        if self.n_incomplete:
            n = self.count(self.n_incomplete, lang)
            claim += " " + say("quality.rows_left_out", lang, n=n)
        for more in (self.turned, self.because):
            if more is not None:
                claim += " " + more.say(lang)
        return claim


def assess_measurement_error(
    responses: object,
    items: Sequence[str],
    *,
    scale: str = "",
    lowest: float | None = None,
    highest: float | None = None,
    codebook: Codebook | None = None,
    level: float = 0.95,
    k_min: int = K_MIN,
) -> MeasurementError:
    r"""How many points is a person's score off, by the noise in the answers alone?

    The score is the mean of the items: from 0 to 100 where the ends of the answers
    are known, else in answer steps.

    Parameters
    ----------
    responses : DataFrame, LazyFrame, relation or Summary, shape (n_rows, n_columns)
        One row per person, reversed items already turned unless `codebook` is
        given. From a Summary there is no interval.
    items : sequence of str
        At least 2 columns of answers.
    scale : str, optional
        Name of the scale, for the sentence.
    lowest, highest : float, optional
        The ends of the answers, if the score goes from 0 to 100.
    codebook : Codebook, optional
        Tells the ends of each item, and turns those that it says are reversed.
    level : float, default 0.95
        Coverage of the interval, between 0 and 1.
    k_min : int, default 10
        Fewest people behind a number that may be shown.

    Returns
    -------
    MeasurementError
        In points of the score.

    Raises
    ------
    DataProblem
        If a column is absent or holds no numbers, or the ends are no ends.
    TooFewAnswers
        If an item is constant or empty, or there are no more complete rows than
        items.

    See Also
    --------
    assess_alpha : The share of the spread that is not noise.

    Notes
    -----
    :math:`s_T \sqrt{1 - \alpha}`, with :math:`s_T` the standard deviation of the
    score. Its square is a mean over people, :math:`\sum_j s_j^2 / (k (k - 1)) -
    s_T^2 / (k - 1)`, so its standard error is distribution-free; the interval is
    Student's for the logarithm. One number for all: scores near an end of the scale are
    as a rule less noisy than it says, those in the middle more.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame(
    ...     {
    ...         "q1": [1, 2, 3, 4, 5, 3],
    ...         "q2": [2, 2, 3, 5, 4, 3],
    ...         "q3": [1, 3, 2, 4, 5, 4],
    ...     }
    ... )
    >>> found = assess_measurement_error(
    ...     answers, ["q1", "q2", "q3"], lowest=1, highest=5
    ... )
    >>> round(found.estimate, 2), round(found.sd, 2)
    (9.0, 31.48)
    """
    read = read_answers(responses, items, codebook)
    points = _points(read, lowest, highest, codebook)
    pooled, level = read.pooled, check_level(level)
    scaled = pooled.covariance * np.outer(points, points)
    k = len(points)
    square = float(_square(scaled))
    estimate = float(np.sqrt(max(square, 0.0)))
    error, interval = None, None
    if read.has_rows and square > 0:
        spread = influence(read.rows() * points, _square).std(ddof=1)
        error = float(spread / np.sqrt(pooled.n_complete) / (2 * estimate))
        interval = _log_interval(estimate, error, level, pooled.n_complete - 1)
    told = "reliability.method_error" if interval else "reliability.method_sums"
    return MeasurementError(
        scale=pooled.scale_name(scale),
        unit_of_measure="steps" if (points == 1).all() else "points",
        estimate=estimate,
        standard_error=error,
        interval=interval,
        alpha=float(alphas(scaled)),
        sd=float(np.sqrt(scaled.sum())) / k,
        estimand=phrase("reliability.estimand_error"),
        method=phrase(told),
        because=pooled.caution(),
        n_items=k,
        n_people=pooled.n_complete,
        n_incomplete=pooled.n_incomplete,
        turned=read.turned,
        left_out=pooled.left_out(),
        source=pooled.source,
        floor=check_floor(k_min),
    )


def _square(covariances: Array) -> Array:
    """Return the squared error of the mean of the items, for one matrix or many."""
    k = covariances.shape[-1]
    own = np.diagonal(covariances, axis1=-2, axis2=-1).sum(-1)
    return np.asarray((k * own - covariances.sum((-2, -1))) / (k**2 * (k - 1)))


def _points(
    read: Answers,
    lowest: float | None,
    highest: float | None,
    codebook: Codebook | None,
) -> Array:
    """Return how many points of the score one answer step is, for each item."""
    if lowest is None and highest is None:
        if codebook is None:
            return np.ones(len(read.pooled.items))
        asked = [codebook.item(name) for name in read.pooled.items]
        return np.array([100 / max(one.highest - one.lowest, 1) for one in asked])
    numbers = isinstance(lowest, (int, float)) and isinstance(highest, (int, float))
    if not numbers or not float(str(lowest)) < float(str(highest)) < np.inf:
        raise DataProblem(
            "These are not the two ends of an answer scale.",
            expected="lowest= and highest=, the first smaller",
            found="one of them only, or not in order",
            to_fix="give both, such as lowest=1, highest=5, or neither",
        )
    step = 100 / (float(str(highest)) - float(str(lowest)))
    return np.full(len(read.pooled.items), step)


def _log_interval(estimate: float, error: float, level: float, df: float) -> Interval:
    reach = float(np.exp(quantile(level, df) * error / estimate))
    return Interval(estimate / reach, estimate * reach, level)

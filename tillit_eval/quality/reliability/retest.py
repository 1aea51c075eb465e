"""How alike the same people answer twice."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tillit_eval.errors import DataProblem, TooFewAnswers
from tillit_eval.findings import check_level
from tillit_eval.floors import K_MIN, check_floor
from tillit_eval.phrases import phrase
from tillit_eval.quality._data import Array
from tillit_eval.quality._pingouin import correlate
from tillit_eval.quality._waves import two_waves
from tillit_eval.quality.reliability.model import Reliability


def assess_retest(
    scores: object,
    scale: str,
    *,
    before: str,
    after: str,
    respondent: str = "respondent",
    wave: str = "wave",
    level: float = 0.95,
    k_min: int = K_MIN,
) -> Reliability:
    r"""Correlate the same people's score in two waves.

    A low correlation means noise, or that people really changed in different
    ways; it says nothing about whether the mean moved.

    Parameters
    ----------
    scores : DataFrame, LazyFrame or relation, shape (n_rows, n_columns)
        One row per person and wave, as returned by ``score_scales``.
    scale : str
        Column with the score.
    before, after : str
        The two values of `wave`.
    respondent, wave : str, optional
        Columns with the person and the wave.
    level : float, default 0.95
        Coverage of the interval, between 0 and 1.
    k_min : int, default 10
        Fewest people behind a number that may be shown.

    Returns
    -------
    Reliability
        With ``coefficient="retest"``; `n_incomplete` counts people of either wave
        without a score in both.

    Raises
    ------
    DataProblem
        If a column is absent, a wave is unknown, or a person has two rows in one.
    TooFewAnswers
        If fewer than 4 people have both scores, or all have the same score.

    See Also
    --------
    assess_alpha : Reliability from one wave.

    Notes
    -----
    Pearson's :math:`r` with the interval of Fisher's :math:`z`, from pingouin at
    full precision. It treats people as independent. Agrees with ``cor.test`` in R.

    Examples
    --------
    >>> import pandas as pd
    >>> scores = pd.DataFrame(
    ...     {
    ...         "respondent": list("abcde") * 2,
    ...         "wave": ["2019"] * 5 + ["2021"] * 5,
    ...         "trust": [10.0, 20, 30, 40, 50, 20, 10, 30, 50, 40],
    ...     }
    ... )
    >>> found = assess_retest(scores, "trust", before="2019", after="2021")
    >>> round(found.estimate, 3), found.n_people
    (0.8, 5)
    """
    waves = two_waves(
        scores,
        [scale],
        before=before,
        after=after,
        respondent=respondent,
        wave=wave,
    )
    sides = [waves.before[scale], waves.after[scale]]
    both = pd.concat(sides, axis=1, keys=["before", "after"])
    pairs = both.dropna().to_numpy(dtype=float)
    _check_pairs(pairs, scale)
    estimate, interval = correlate(pairs[:, 0], pairs[:, 1], level=check_level(level))
    left = int(both.notna().any(axis=1).sum()) - len(pairs)
    return Reliability(
        scale=scale,
        coefficient="retest",
        estimate=estimate,
        interval=interval,
        estimand=phrase("quality.estimand_retest", before=before, after=after),
        method=phrase("quality.method_retest"),
        n_items=1,
        n_people=len(pairs),
        n_incomplete=left,
        left_out=((phrase("quality.one_wave_only"), left),) if left else (),
        source=waves.source,
        floor=check_floor(k_min),
    )


def _check_pairs(pairs: Array, scale: str) -> None:
    if not np.isfinite(pairs).all():
        raise DataProblem(
            f"Some scores of '{scale}' are infinite.",
            expected="finite numbers, in scale points",
            found=f"{int((~np.isfinite(pairs)).any(axis=1).sum())} people with others",
            to_fix="make scores from responses with score_scales first",
        )
    if len(pairs) < 4:
        raise TooFewAnswers(
            f"Too few people have '{scale}' in both waves.",
            expected="at least 4 people with both scores",
            found=f"{len(pairs)}",
            to_fix="check the respondent codes and the wave names",
            reason="quality.too_few_pairs",
            values={"n": 4},
        )
    if (np.ptp(pairs, axis=0) == 0).any():
        raise TooFewAnswers(
            f"Everyone has the same '{scale}' in one of the waves.",
            expected="at least two different scores in each wave",
            found="one score only",
            to_fix="a score that does not vary cannot be correlated",
            reason="quality.constant_score",
        )

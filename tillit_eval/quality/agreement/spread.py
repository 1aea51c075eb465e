"""How far do raters of one role differ in how strict they are?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from tillit_eval.findings import Estimate, Interval, check_level
from tillit_eval.floors import K_MIN, check_floor
from tillit_eval.phrases import Language, number, percent, phrase, say
from tillit_eval.quality._data import Array
from tillit_eval.quality.agreement._components import (
    check_enough,
    codes_of,
    name_of,
    solve,
)
from tillit_eval.quality.agreement._rounds import read_judgements
from tillit_eval.quality.agreement._variance import Components


@dataclass(frozen=True, slots=True, kw_only=True)
class RaterSpread(Estimate):
    """Which part of the spread of judgements is the target, the rater, the rest.

    Attributes
    ----------
    estimate : float
        Share of the variance of single judgements that lies between raters of a
        role.
    interval : Interval
        For `estimate`, by the delta method on its log odds.
    rater_sd : float
        Standard deviation of raters' strictness within a role, in steps.
    share_target, share_criterion, share_rest : float
        Shares between targets, between criteria within targets (beyond what all
        targets share), and of what is none of these.
    n_units : int
        Targets.
    n_raters, n_judged : int
        Raters and judgements.
    n_people : int
        Raters, or targets if they are fewer; the floor is held against it.
    """

    question: ClassVar[str] = "spread of raters"

    unit_of_measure: str = "share"
    rater_sd: float
    share_target: float
    share_criterion: float
    share_rest: float
    n_raters: int
    n_judged: int

    def _claim(self, lang: Language) -> str:
        key = "spread_claim" if self.share_criterion > 0 else "spread_claim_plain"
        return say(
            f"severity.{key}",
            lang,
            name=self.name(lang),
            target=percent(self.share_target, 0, lang),
            criterion=percent(self.share_criterion, 0, lang),
            rater=percent(self.estimate, 0, lang),
            interval=self.interval_in_words(lang),
            rest=percent(self.share_rest, 0, lang),
            sd=number(self.rater_sd, 2, lang),
            raters=self.count(self.n_raters, lang),
            targets=self.n_units,
            judged=number(self.n_judged, 0, lang),
        )


def assess_rater_spread(
    ratings: object,
    *,
    scale: str = "",
    level: float = 0.95,
    k_min: int = K_MIN,
) -> RaterSpread:
    r"""Ask how much of a judgement hangs on who judged.

    No rater's own strictness is returned: only how far they spread.

    Parameters
    ----------
    ratings : DataFrame, LazyFrame or relation, shape (n_judgements, n_columns)
        A table ``ratings``: ``target, rater, value`` and, where they are,
        ``criterion, rater_role, round``. Take the rows of one role to ask about it
        alone. A rater's name must be the same at every target.
    scale : str, optional
        What was judged, for the sentence.
    level : float, default 0.95
        Coverage of the interval, between 0 and 1.
    k_min : int, default 10
        Fewest raters, and fewest targets, behind a number that may be shown.

    Returns
    -------
    RaterSpread
        Shares of the variance, and the raters' standard deviation in steps.

    Raises
    ------
    DataProblem
        If a column is absent, a value is no number, or the table is too large.
    TooFewAnswers
        If there are fewer than 5 targets or only one rater, every judgement is the
        same, or targets and raters cannot be told apart.

    See Also
    --------
    assess_severity : How strict one role is beside another.
    assess_raters_needed : How many raters even it out.

    Notes
    -----
    value = role × round + criterion (fixed) + target + target × criterion + rater +
    rest (crossed random effects), variances by restricted maximum likelihood. The
    interval comes from the expected information [1]_ by the delta method on the log
    odds of the share. Agrees with
    ``lmer(value ~ role:round + criterion + (1|target) + (1|target:criterion) +
    (1|rater))`` of the R package lme4.

    References
    ----------
    .. [1] Searle, S. R., Casella, G., & McCulloch, C. E. (1992). Variance
       Components. Wiley. Section 6.6.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [(t, r, (t * 3 + r * 2 + t * r % 3) % 7) for t in range(6)
    ...     for r in range(5)]
    >>> said = pd.DataFrame(rows, columns=["target", "rater", "value"])
    >>> found = assess_rater_spread(said, k_min=5)
    >>> round(found.share_target + found.estimate + found.share_rest, 6)
    1.0
    """
    data = read_judgements(ratings)
    frame, level = data.frame, check_level(level)
    value = frame["value"].to_numpy(dtype=float)
    targets, raters = int(frame["target"].nunique()), int(frame["rater"].nunique())
    check_enough(value, targets, raters)
    effects = [["target"], ["rater_role", "rater"]]
    if frame["criterion"].nunique() > 1:
        effects.append(["target", "criterion"])
    found = solve(value, _fixed(frame), [codes_of(frame, keys) for keys in effects])
    shares = found.variances / found.variances.sum()
    return RaterSpread(
        scale=scale or "raters",
        label=name_of(scale, "spread_name"),
        estimate=float(shares[1]),
        interval=_interval(found, level),
        rater_sd=float(np.sqrt(found.variances[1])) * found.spread,
        share_target=float(shares[0]),
        share_criterion=float(shares[2]) if len(effects) > 2 else 0.0,
        share_rest=float(shares[-1]),
        n_raters=raters,
        n_judged=len(frame),
        n_people=min(raters, targets),
        n_units=targets,
        left_out=data.left_out,
        estimand=phrase("severity.estimand_spread"),
        method=phrase("severity.method_spread"),
        source=data.source,
        floor=check_floor(k_min),
    )


def _fixed(frame: pd.DataFrame) -> Array:
    """Return one column per role and round, and one per criterion."""
    when = codes_of(frame, ["rater_role", "round"])
    what = codes_of(frame, ["criterion"])
    both = [np.eye(codes.max() + 1)[codes] for codes in (when, what)]
    return np.column_stack(both)


def _interval(found: Components, level: float) -> Interval:
    """Return the interval of the raters' share, on its log odds."""
    from scipy.special import expit, ndtri

    total = float(found.variances.sum())
    share = float(found.variances[1]) / total
    slope = (np.eye(len(found.variances))[1] - share) / total
    error = float(np.sqrt(slope @ found.covariance @ slope))
    reach = float(ndtri((1 + level) / 2)) * error
    if not 1e-9 < share < 1 - 1e-9:
        return Interval(max(share - reach, 0.0), min(share + reach, 1.0), level)
    middle, reach = np.log(share / (1 - share)), reach / (share * (1 - share))
    return Interval(float(expit(middle - reach)), float(expit(middle + reach)), level)

"""Agreement between raters, in the coefficient that fits the question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import overload

import pandas as pd

from tillit_eval.errors import TooFewAnswers
from tillit_eval.findings import (
    Finding,
    Findings,
    NotAnswered,
    read_source,
)
from tillit_eval.floors import K_MIN, check_floor
from tillit_eval.phrases import Phrase, phrase
from tillit_eval.quality.agreement._asking import (
    Told,
    check_rounds,
    groups_of,
    make_ask,
)
from tillit_eval.quality.agreement._differences import alike, difference
from tillit_eval.quality.agreement._measuring import (
    AgreementCoefficient,
    AgreementInterval,
    Ask,
    Measured,
    measure,
    sums_of_pairs,
    usable,
)
from tillit_eval.quality.agreement._reading import (
    Roles,
    check_roles,
    check_size,
    judged,
    read_frame,
)
from tillit_eval.quality.agreement._statistics import Metric, Weights
from tillit_eval.quality.agreement.model import Agreement, key_of
from tillit_eval.quality.reliability._free import Rng

_FEWEST_TARGETS = 3
_DRAWS = 4_999


@overload
def assess_agreement(
    ratings: object,
    *,
    coefficient: AgreementCoefficient = ...,
    between: Roles | None = ...,
    by: None = None,
    weights: Weights = ...,
    metric: Metric = ...,
    interval: AgreementInterval = ...,
    scale: str = ...,
    level: float = ...,
    draws: int = ...,
    rng: Rng = ...,
    k_min: int = ...,
) -> Agreement: ...
@overload
def assess_agreement(
    ratings: object,
    *,
    coefficient: AgreementCoefficient = ...,
    between: Roles | None = ...,
    by: str | Sequence[str],
    weights: Weights = ...,
    metric: Metric = ...,
    interval: AgreementInterval = ...,
    scale: str = ...,
    level: float = ...,
    draws: int = ...,
    rng: Rng = ...,
    k_min: int = ...,
) -> Findings: ...
def assess_agreement(
    ratings: object,
    *,
    coefficient: AgreementCoefficient = "krippendorff",
    between: Roles | None = None,
    by: str | Sequence[str] | None = None,
    weights: Weights = "quadratic",
    metric: Metric = "ordinal",
    interval: AgreementInterval = "rule",
    scale: str = "",
    level: float = 0.95,
    draws: int = _DRAWS,
    rng: Rng = None,
    k_min: int = K_MIN,
) -> Agreement | Findings:
    r"""Ask whether raters say the same of the same things, beyond what chance brings.

    What is rated is a *point*: one criterion of one target in one round. Points
    with a single rating are left out and counted. A target's points are not taken
    as independent of each other: every interval treats targets as what was drawn.
    Agreement is no validity: raters who agree can be wrong together.

    Parameters
    ----------
    ratings : DataFrame, LazyFrame or relation, shape (n_ratings, n_columns)
        Columns ``target, rater, value``, and where there are several
        ``criterion, rater_role, round``. Values are numbers of steps.
    coefficient : str, default "krippendorff"
        ``"krippendorff"`` for any raters, any number per point. ``"kappa"`` and
        ``"weighted kappa"`` for two. ``"icc(1,1)"`` where each point has raters of
        its own, ``"icc(2,1)"`` where the same raters judge all and stand for
        others, ``"icc(3,1)"`` where they stand for themselves and a constant
        difference between them does not matter; ``"icc(1,k)"``, ``"icc(2,k)"``,
        ``"icc(3,k)"`` for the mean of the ratings instead of one.
    between : sequence of str, or mapping of str to str or Label, optional
        Roles that are compared, one rating each per point; with a mapping, their
        names. An ICC takes the mean where several people share a role. With two
        roles the signed bias, first less second, is told too. By default raters
        are people, whatever their role.
    by : str or sequence of str, optional
        ``"criterion"``, ``"round"`` or both: one finding each.
    weights : {"quadratic", "linear"}, default "quadratic"
        How much disagreement by several steps counts in the weighted kappa, from
        the distance of the values.
    metric : {"ordinal", "nominal", "interval"}, default "ordinal"
        What the steps are for Krippendorff's alpha.
    interval : {"rule", "targets", "bootstrap", "formula"}, default "rule"
        ``"targets"`` leaves out each target in turn (jackknife, Fisher's z,
        Student's t); ``"bootstrap"`` draws targets anew (percentiles); ``"formula"``
        is the F interval of an ICC or the large-sample one of kappa, for one point
        per target. The rule: targets; but F for an ICC of fewer than 16 targets
        with one point each.
    scale : str, optional
        Name of what is agreed on, for the sentence.
    level : float, default 0.95
        Coverage of the intervals and of the limits of agreement.
    draws : int, default 4999
        How often targets are drawn anew for ``"bootstrap"``.
    rng : int, Generator or None, optional
        Chance for ``"bootstrap"``; the same every time by default.
    k_min : int, default 10
        Fewest targets behind a number that may be shown. A number about two
        raters also tells about the two; ask them.

    Returns
    -------
    Agreement or Findings
        One finding; one per group where `by` is given, and a `NotAnswered` with
        the reason where a group cannot tell.

    Raises
    ------
    DataProblem
        If a column is absent, values are no numbers, a rater judged a point twice,
        several rounds are mixed, or the coefficient does not fit the raters.
    TooFewAnswers
        If fewer than 3 targets have two ratings, every rating is the same, the
        raters never disagree, or one target holds all disagreement.

    See Also
    --------
    assess_aggregation : Agreement of people within units about one scale.

    Notes
    -----
    Kappa is :math:`1 - \sum d_{ij} p_{ij} / \sum d_{ij} p_{i\cdot} p_{\cdot j}`
    with distances :math:`d` of 1 for all unequal steps, or :math:`|v_i - v_j|`, or
    its square [1]_; its formula interval is of [2]_. Krippendorff's alpha is
    :math:`1 - D_o / D_e` from the pairs of ratings of the same point and of all
    ratings [3]_; ordinal distances are those of midranks. The ICCs are those of
    [4]_ from one or two analyses of variance of all points; for ICC(1) with uneven
    numbers, of the mean number; ICC(2) and ICC(3) leave out points that not every
    rater judged. A mean's coefficient is stepped up from one rating's
    (Spearman-Brown), and so are its ends.

    Leaving out each of :math:`G` targets in turn gives :math:`s^2 = \frac{G-1}{G}
    \sum (z_{(g)} - z)^2` of Fisher's :math:`z`, and :math:`z \pm t_{G-1} s`. It is
    the rule because from 40 points on it holds 92 to 97 %, at 16 and 40 targets and
    also where most ratings lie on the highest steps; there the percentile bootstrap
    holds from 87 % and F from 88 % on. With fewer points it may be too narrow, and the
    sentence says so (``tests/bench/agreement_coverage.py``).

    The bias is the mean over points, its interval the same on the plain scale
    (the t interval where targets have equally many points). Limits of agreement
    have the variance of a difference between and within targets [5]_; on few
    steps they are a help to see, not a law.

    Agrees with ``ICC(lmer = FALSE)`` and ``cohen.kappa`` of the R package psych
    (but for its variance of the weighted kappa, where psych 2.2.9 departs from
    [2]_), and with the worked examples of [6]_.

    References
    ----------
    .. [1] Cohen, J. (1968). Weighted kappa. Psychological Bulletin, 70(4), 213-220.
    .. [2] Fleiss, J. L., Cohen, J., & Everitt, B. S. (1969). Large sample standard
       errors of kappa and weighted kappa. Psychological Bulletin, 72(5), 323-327.
    .. [3] Hayes, A. F., & Krippendorff, K. (2007). Answering the call for a standard
       reliability measure for coding data. Communication Methods and Measures,
       1(1), 77-89.
    .. [4] Shrout, P. E., & Fleiss, J. L. (1979). Intraclass correlations: uses in
       assessing rater reliability. Psychological Bulletin, 86(2), 420-428.
    .. [5] Bland, J. M., & Altman, D. G. (2007). Agreement between methods of
       measurement with multiple observations per individual. Journal of
       Biopharmaceutical Statistics, 17(4), 571-582.
    .. [6] Krippendorff, K. (2011). Computing Krippendorff's alpha-reliability.
       University of Pennsylvania, Departmental Papers (ASC).

    Examples
    --------
    >>> import pandas as pd
    >>> ratings = pd.DataFrame(
    ...     {
    ...         "target": [f"school {i}" for i in range(12)] * 2,
    ...         "rater": ["own"] * 12 + ["visitor"] * 12,
    ...         "rater_role": ["self"] * 12 + ["observer"] * 12,
    ...         "value": [3, 3, 2, 4, 3, 4, 2, 3, 3, 4, 1, 3]
    ...         + [3, 2, 2, 3, 3, 4, 2, 2, 3, 3, 1, 2],
    ...     }
    ... )
    >>> found = assess_agreement(
    ...     ratings, coefficient="weighted kappa", between=["self", "observer"]
    ... )
    >>> round(found.estimate, 3), round(found.bias, 3), found.n_targets
    (0.722, 0.417, 12)
    """
    ask = make_ask(coefficient, weights, metric, interval, level, draws, rng)
    frame = read_frame(ratings)
    roles = check_roles(between, frame)
    told = Told(scale, between if isinstance(between, Mapping) else {}, roles)
    floor = check_floor(k_min)
    keys = groups_of(by, frame)
    if not keys:
        check_rounds(frame)
        return _assess(frame, ask, told, floor)
    if "round" not in keys:
        check_rounds(frame)
    found: list[Finding] = []
    for key, rows in frame.dropna(subset=keys).groupby(keys, sort=False):
        group = told.within(", ".join(map(str, key)))
        try:
            found.append(_assess(rows, ask, group, floor))
        except TooFewAnswers as error:
            found.append(_silent(error, rows, group, floor))
    return Findings(found)


def _assess(frame: pd.DataFrame, ask: Ask, told: Told, floor: int) -> Agreement:
    """Assess the ratings of one group."""
    data = usable(judged(frame, told.roles), ask)
    check_size(data, fewest=_FEWEST_TARGETS, by_all=ask.by_all)
    found = measure(data, ask)
    pairs = sums_of_pairs(data, ask)
    same = alike(*pairs, own_shares=ask.family == "kappa") if pairs else None
    two = told.two
    apart = difference(data.complete(), ask.level) if two else None
    return Agreement(
        scale=told.scale or "agreement",
        label=told.label,
        estimate=found.estimate,
        standard_error=found.sure.standard_error,
        interval=found.sure.interval,
        df=found.sure.df,
        coefficient=ask.coefficient,
        detail=ask.detail,
        n_targets=data.n_targets,
        n_people=data.n_targets,
        n_units=data.n_targets,
        n_cells=data.n_cells,
        n_raters=data.n_people,
        k=found.k,
        roles=told.roles or (),
        first=two[0] if two else "",
        second=two[1] if two else "",
        first_name=told.role(0),
        second_name=told.role(1),
        bias=apart.bias if apart else None,
        bias_interval=apart.sure.interval if apart else None,
        limits=apart.limits if apart else None,
        low_limit_interval=apart.low_limit if apart else None,
        high_limit_interval=apart.high_limit if apart else None,
        same=same.same if same else None,
        by_chance=same.by_chance if same else None,
        within_one=same.within_one if same else None,
        n_same=same.n_same if same else 0.0,
        n_pairs=same.n_pairs if same else 0.0,
        estimand=_estimand(ask, found),
        method=found.method,
        because=found.because,
        left_out=data.left_out,
        source=data.source,
        floor=floor,
    )


def _estimand(ask: Ask, found: Measured) -> Phrase:
    name = f"agreement.estimand_{key_of(ask.coefficient)}"
    if ask.family != "icc":
        return phrase(name)
    return phrase(name, k=int(found.k) if found.k.is_integer() else found.k)


def _silent(
    error: TooFewAnswers, rows: pd.DataFrame, told: Told, floor: int
) -> NotAnswered:
    return NotAnswered(
        scale=told.scale,
        asked=Agreement.question,
        reason=phrase(error.reason, **error.values),
        source=read_source(rows),
        floor=floor,
    )

"""Does a scale measure the same in every group and wave?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tillit_eval.errors import DataProblem, TooFewAnswers, check_option, kind_of
from tillit_eval.findings import check_level
from tillit_eval.floors import K_MIN, check_floor
from tillit_eval.phrases import Phrase, phrase
from tillit_eval.quality.correlations import code_answers
from tillit_eval.quality.factors._moments import check_moments
from tillit_eval.quality.factors._wls_moments import ordinal_moments
from tillit_eval.quality.invariance._climb import Climb, climb, steps_above
from tillit_eval.quality.invariance._fitted import Engine
from tillit_eval.quality.invariance._latent import (
    Means,
    backward_items,
    latent_differences,
)
from tillit_eval.quality.invariance._likelihood import Likelihood
from tillit_eval.quality.invariance._merging import merge_rare
from tillit_eval.quality.invariance._robustly import Robustly
from tillit_eval.quality.invariance._sample import Sample, check_model, read_sample
from tillit_eval.quality.invariance._steps import ESTIMATORS, Estimator
from tillit_eval.quality.invariance._weighted import Weighted
from tillit_eval.quality.invariance.model import Invariance, LatentDifference, Over
from tillit_eval.summaries import Summary
from tillit_eval.thresholds import threshold


def assess_invariance(
    responses: object,
    model: Sequence[str] | Mapping[str, Sequence[str]],
    *,
    group: str | None = None,
    wave: str | None = None,
    respondent: str | None = None,
    estimator: Estimator | None = None,
    scale: str = "",
    points_per_step: float | None = None,
    whole: bool = False,
    level: float = 0.95,
    k_min: int = K_MIN,
) -> Invariance:
    r"""Ask whether a scale measures the same in every group and wave.

    Climbs configural, metric, scalar, strict (for ordered answers thresholds before
    metric), stops at the first step that is lost and says which claim goes with
    it: without the metric step associations cannot be compared, without the scalar
    step means cannot. Where a step is lost, the fewest items are let go that keep
    it (partial invariance). Nothing here proves equality.

    Parameters
    ----------
    responses : DataFrame, LazyFrame, relation or Summary, shape (n_rows, n_columns)
        One row per person (and wave), reversed items already turned; or sums by
        `group` and `wave`, which allow ``estimator="ml"``.
    model : sequence of str, or mapping of str to sequence of str
        The items of one factor, or items by factor; at least 3 each.
    group, wave : str, optional
        Columns whose values are compared; both together give their combinations.
    respondent : str, optional
        Column that says who is the same person in several waves. Their waves then
        stand in one model, in which answers to the same item go together; those who
        did not answer every item in every wave are left out and counted, and a
        person belongs to the group of the first wave. By default waves are taken as
        different people.
    estimator : {"ml", "mlr", "wlsmv"}, optional
        ``mlr`` from rows and ``ml`` from a `Summary` by default. ``wlsmv`` takes the
        answers as ordered steps: for fewer than 5 answers, or as a check.
    scale : str, optional
        Name of the scale, for the sentence.
    points_per_step : float, optional
        What one step of the answer is worth in scale points (25 for five answers on
        0-100), for the differences of means; in answer steps by default.
    whole : bool, default False
        Show the steps above a lost one too, with nothing released. They change
        nothing in what is said.
    level : float, default 0.95
        Coverage of the intervals, between 0 and 1.
    k_min : int, default 10
        Fewest people behind a number that may be shown.

    Returns
    -------
    Invariance
        ``state`` is ``cannot_tell`` with fewer than 200 complete people in a group
        or wave (the numbers are shown all the same), fewer than 3 items in a factor,
        or where no model can be fitted; the reason stands in ``because``.

    Raises
    ------
    DataProblem
        If a column is absent or holds no numbers, neither `group` nor `wave` is
        given, there is only one group or wave, a person has two rows in a wave, or a
        `Summary` is not enough for what is asked.

    See Also
    --------
    assess_structure : The model in one group.
    assess_bias : Which item is answered differently, one item at a time.

    Notes
    -----
    Complete rows only. In the first condition factor variances are 1 and factor
    means 0; elsewhere variances are free once loadings are equal, means once
    intercepts are. Ordered answers follow Wu and Estabrook [1]_ (theta
    parameterisation; items with two answers are held equal only at the scalar
    step), weights and tests are lavaan's WLSMV, and answers that fewer than 5 people
    gave somewhere are merged with a neighbour and named. χ² is n F over all groups;
    CFI is against items that are unrelated in every wave and group; CFI and RMSEA are
    lavaan's robust ones for ``mlr`` and its scaled ones for ``wlsmv``. The difference
    test is the likelihood ratio, Satorra and Bentler's of 2001 [2]_ (of 2010 where
    its scaling is not positive), or Satorra's of 2000, scaled and shifted. Steps,
    differences, latent means and score tests agree with lavaan's ``cfa``,
    ``lavTestLRT`` and ``lavTestScore``, longitudinal and ordered steps with
    ``semTools::measEq.syntax``; see ``tests/reference/invariance``.

    The configural step is lost with a CFI under 0.90 or an SRMR over 0.08; RMSEA is
    not asked, as it misleads with few degrees of freedom. A step above is lost if
    the χ² difference is significant at 5 % *and* the CFI falls by 0.005 or more
    (0.004 for ordered answers). Chen's guides [3]_, Cheung and Rensvold's [4]_ and
    Svetina's [5]_ stand beside it as what they are, guides. The rule is for when
    they disagree with the test, and comes from ``tests/bench/invariance_rules.py``
    (five-point items near their ceiling, two groups): with 200 per group and 3 items
    Chen's guide loses one invariant scale in seven at the metric step, with 1,000
    and 6 items it keeps most in which a loading differs by 0.25; the test alone
    errs in some 5 % of invariant scales at any size, but with many people it sees
    what nobody would mind. Together they lose at most 9 % of invariant scales with
    200 and almost none with 1,000, and see an item that has moved by 0.3 standard
    deviations six times in ten or more at 200 per group, and nine in ten or more
    at 500. As ordered steps they lose at most 5 % of invariant scales, and see a
    loading that is 0.4 lower eight times in ten or more at 200. What cannot be seen
    with fewer people is why 200 is asked for. Near a
    ceiling groups whose means differ lose the strict step more often, up to one time
    in six: there answers cannot spread.

    Items are let go one at a time, the one with the largest score test first, with
    two at least left in each factor [6]_; with its loading an item's intercept goes
    too. A search that looks at the answers finds too much: treat what it names as
    a question about the item.

    References
    ----------
    .. [1] Wu, H., & Estabrook, R. (2016). Identification of confirmatory factor
       analysis models of different levels of invariance for ordered categorical
       outcomes. Psychometrika, 81(4), 1014-1045.
    .. [2] Satorra, A., & Bentler, P. M. (2001). A scaled difference chi-square test
       statistic for moment structure analysis. Psychometrika, 66(4), 507-514.
    .. [3] Chen, F. F. (2007). Sensitivity of goodness of fit indexes to lack of
       measurement invariance. Structural Equation Modeling, 14(3), 464-504.
    .. [4] Cheung, G. W., & Rensvold, R. B. (2002). Evaluating goodness-of-fit
       indexes for testing measurement invariance. Structural Equation Modeling,
       9(2), 233-255.
    .. [5] Svetina, D., Rutkowski, L., & Rutkowski, D. (2020). Multiple-group
       invariance with categorical outcomes using updated guidelines. Structural
       Equation Modeling, 27(1), 111-130.
    .. [6] Byrne, B. M., Shavelson, R. J., & Muthén, B. (1989). Testing for the
       equivalence of factor covariance and mean structures: The issue of partial
       measurement invariance. Psychological Bulletin, 105(3), 456-466.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(3)
    >>> trust = rng.normal(size=(900, 1))
    >>> answers = pd.DataFrame(trust + rng.normal(size=(900, 4)), columns=list("abcd"))
    >>> answers["wave"] = ["2019", "2021"] * 450
    >>> assess_invariance(answers, list("abcd"), wave="wave").state
    'strict'
    >>> moved = answers.assign(b=answers["b"] + 0.8 * (answers["wave"] == "2021"))
    >>> found = assess_invariance(moved, list("abcd"), wave="wave")
    >>> found.lost, found.released, found.state
    ('scalar', ('b',), 'partial_scalar')
    """
    check_option("estimator", estimator, (None, *ESTIMATORS))
    items = check_model(model)
    chosen = _estimator(responses, estimator)
    sample = read_sample(
        responses,
        items,
        group=group,
        wave=wave,
        respondent=respondent,
        with_rows=chosen != "ml",
    )
    asked = _Asked(
        estimator=chosen,
        unit=_unit(points_per_step),
        level=check_level(level),
        floor=check_floor(k_min),
        whole=whole,
    )
    over: Over = "groups_and_waves" if group and wave else "waves" if wave else "groups"
    found = Invariance(
        scale=scale or f"{sample.layout.items[0]} … {sample.layout.items[-1]}",
        over=over,
        conditions=sample.layout.conditions,
        n_smallest=int(sample.sizes.min()),
        n_items=len(sample.layout.items),
        estimator=chosen,
        points=points_per_step is not None,
        n_people=sample.moments.n_people,
        left_out=sample.left_out,
        estimand=phrase("invariance.estimand"),
        method=phrase(f"invariance.method_{chosen}"),
        caution=sample.caution,
        source=sample.source,
        floor=asked.floor,
    )
    why = _too_little(sample, asked.floor)
    if why is not None:
        return replace(found, because=why, can_tell=False)
    try:
        return _told(found, sample, asked)
    except TooFewAnswers as error:
        why = phrase("invariance.no_fit", why=phrase(error.reason, **error.values))
        return replace(found, because=why, can_tell=False)


@dataclass(frozen=True, slots=True)
class _Asked:
    estimator: Estimator
    unit: float
    level: float
    floor: int
    whole: bool


def _estimator(responses: object, estimator: Estimator | None) -> Estimator:
    """Choose the robust estimator where there are rows; sums allow the plain one."""
    if not isinstance(responses, Summary):
        return estimator or "mlr"
    if estimator in (None, "ml"):
        return "ml"
    raise DataProblem(
        "Sums are not enough for this estimator.",
        expected='estimator="ml" with a Summary',
        found=repr(estimator),
        to_fix="give the responses instead of their summary",
    )


def _unit(points_per_step: float | None) -> float:
    if points_per_step is None:
        return 1.0
    number = isinstance(points_per_step, (int, float)) and points_per_step > 0
    if number and not isinstance(points_per_step, bool):
        return float(points_per_step)
    raise DataProblem(
        "A step of the answer must be worth some scale points.",
        expected="a number above 0, such as 25 for five answers on 0-100",
        found=f"{points_per_step!r}"
        if isinstance(points_per_step, (int, float))
        else kind_of(points_per_step),
        to_fix="give points_per_step=25, or leave it out",
    )


def _too_little(sample: Sample, floor: int) -> Phrase | None:
    """Say why nothing may be fitted at all."""
    fewest = int(threshold("invariance_items"))
    if min(map(len, sample.layout.model.values())) < fewest:
        return phrase("invariance.few_items", n=fewest)
    if sample.sizes.min() < floor:
        return _few_people()
    return None


def _few_people() -> Phrase:
    return phrase("invariance.few_people", n=int(threshold("invariance_people")))


def _told(found: Invariance, sample: Sample, asked: _Asked) -> Invariance:
    """Climb, and write down how far."""
    engine, merged = _engine(sample, asked.estimator)
    ordinal = asked.estimator == "wlsmv"
    climbed = climb(engine, sample.sizes, ordinal=ordinal)
    rungs = climbed.rungs
    if asked.whole:
        rungs = steps_above(engine, climbed, sample.sizes, ordinal=ordinal)
    because, can_tell = _because(climbed, sample)
    return replace(
        found,
        rungs=rungs,
        reached=climbed.reached,
        lost=climbed.lost,
        released=tuple(
            item
            for item in sample.layout.items
            if ("intercepts", item) in climbed.let_go
        ),
        because=because,
        can_tell=can_tell,
        differences=_differences(climbed, sample, asked),
        caution=_caution(found, sample, climbed, merged),
    )


def _engine(sample: Sample, estimator: Estimator) -> tuple[Engine, tuple[str, ...]]:
    """Return what fits, and the items some of whose answers were merged."""
    check_moments(sample.moments)
    if estimator == "ml" or sample.rows is None:
        return Likelihood(sample.layout, sample.moments), ()
    if estimator == "mlr":
        return Robustly(sample.layout, sample.moments, sample.rows), ()
    import pandas as pd

    rows, merged = merge_rare(sample.rows, sample.layout)
    columns = sample.layout.columns
    parts = [code_answers(pd.DataFrame(own, columns=columns), columns) for own in rows]
    moments = ordinal_moments(parts, sample.layout.blocks, n_rows=sample.moments.n_rows)
    return Weighted(sample.layout, moments), merged


def _because(climbed: Climb, sample: Sample) -> tuple[Phrase | None, bool]:
    """Say why the ladder stops, and whether it may be believed."""
    if climbed.stuck == "unrelated":
        return phrase("invariance.unrelated"), False
    if not climbed.rungs:
        step = phrase("invariance.step_configural")
        return phrase("invariance.stuck", step=step), False
    if sample.sizes.min() < threshold("invariance_people"):
        return _few_people(), False
    if climbed.reached == "none":
        return phrase("invariance.because_configural"), True
    if climbed.lost:
        step = phrase(f"invariance.step_{climbed.lost}")
        return phrase("invariance.because_lost", step=step), True
    if climbed.stuck:
        step = phrase(f"invariance.step_{climbed.stuck}")
        return phrase("invariance.stuck", step=step), True
    return None, True


def _differences(
    climbed: Climb, sample: Sample, asked: _Asked
) -> tuple[LatentDifference, ...]:
    """Return latent means where the step reached gives them a meaning."""
    if climbed.top is None or not climbed.reached.endswith(("scalar", "strict")):
        return ()
    return latent_differences(
        Means(
            layout=sample.layout,
            moments=sample.moments,
            fitted=climbed.top,
            unit=asked.unit,
            level=asked.level,
            ordinal=asked.estimator == "wlsmv",
        )
    )


def _caution(
    found: Invariance, sample: Sample, climbed: Climb, merged: tuple[str, ...]
) -> Phrase | None:
    """Return the weightiest thing a careful reader should know."""
    if climbed.beyond:
        return phrase("invariance.caution_beyond", items=climbed.beyond)
    backward = backward_items(sample.layout, climbed.top) if climbed.top else ()
    if backward:
        return phrase("quality.backward_items", items=backward)
    if merged:
        fewest = int(threshold("invariance_category"))
        return phrase("invariance.caution_merged", n=fewest, items=merged)
    if found.caution is not None:
        return found.caution
    if climbed.rungs and climbed.rungs[0].df == 0:
        return phrase("invariance.caution_exact")
    return None

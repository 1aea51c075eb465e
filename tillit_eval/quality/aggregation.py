"""Whether people's answers may be averaged per unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.special import stdtrit

from tillit_eval.codebook.model import Codebook, check_codebook
from tillit_eval.errors import DataProblem, check_columns
from tillit_eval.findings import Interval, check_level
from tillit_eval.floors import K_MIN, check_floor
from tillit_eval.phrases import Phrase, phrase
from tillit_eval.quality._data import Array, of_these, per_key
from tillit_eval.quality._nulls import (
    MOST_STEPS,
    SKEWED,
    Null,
    by_chance,
    check_null,
    middle,
    spread_of,
)
from tillit_eval.quality._units import Units, check_units, icc, rwg, units_of
from tillit_eval.quality.aggregated import Aggregation
from tillit_eval.quality.licence import decide_licence
from tillit_eval.summaries import Summary, summarise_responses
from tillit_eval.summaries.frames import as_pandas, check_names, key_text


def assess_aggregation(
    responses: object,
    items: Sequence[str],
    *,
    unit: str = "unit",
    scale: str = "",
    steps: int | None = None,
    codebook: Codebook | None = None,
    null: Null = "uniform",
    level: float = 0.95,
    k_min: int = K_MIN,
) -> Aggregation:
    r"""Ask whether answers may be averaged per unit: do units differ, people agree?

    Parameters
    ----------
    responses : DataFrame, LazyFrame, relation or Summary
        Responses or scores, one row per person, or their sums by `unit`.
    items : sequence of str
        Items of one scale, averaged per person; or one score column.
    unit : str, default "unit"
        Column with the unit.
    scale : str, optional
        Name of the scale, for the sentence.
    steps : int, optional
        Steps of the answer scale, for agreement. By default those of `codebook`,
        else the span of the answers seen, if they are whole numbers; from a
        `Summary` one of the two must be given. Answers that span more than 101 are
        amounts: the finding then has no r_wg(j).
    codebook : Codebook, optional
        Knows how many codes the items have.
    null : str or sequence of float, default "uniform"
        What no agreement looks like: ``"uniform"`` (answers spread evenly), with five
        steps also ``"slight_skew"``, ``"moderate_skew"`` and ``"heavy_skew"``, or
        one share for each step.
    level : float, default 0.95
        Coverage of the intervals, between 0 and 1.
    k_min : int, default 10
        Fewest people behind a number that may be shown, and fewest in a unit for
        its agreement to count.

    Returns
    -------
    Aggregation
        ICC(1), ICC(2), agreement, the design effect, and the licence: whether the
        means of units may be used.

    Raises
    ------
    DataProblem
        If a column is absent or holds no numbers, or the null does not fit the
        steps.
    TooFewAnswers
        If there is one unit, nobody has a colleague, or nobody differs from the
        others in the same unit.

    See Also
    --------
    assess_alpha : Reliability of one person's score; ICC(2) is that of a unit's.

    Notes
    -----
    From the one-way analysis of variance of people's mean answers, with mean
    squares between and within, :math:`F = MSB / MSW`, and :math:`\bar m` people
    per unit, :math:`ICC(1) = (MSB - MSW) / (MSB + (\bar m - 1) MSW)` and
    :math:`ICC(2) = 1 - 1/F` [1]_. The intervals are exact for normal answers and
    units of any size: they hold every ratio :math:`\theta` of the variance between
    to that within for which the spread of the unit means, weighted by
    :math:`m / (1 + m \theta)`, over MSW is no extreme F [3]_; putting the ends of F
    in the formulas instead holds 90 % where 95 % is said, with 98 units of 4 to 60
    people and ICC(1) of 0.2. The agreement
    :math:`r_{wg(j)}` compares the mean item variance within the unit (zero
    agreement where it is larger) with that of even answers,
    :math:`(A^2 - 1)/12` for :math:`A` steps [2]_; other nulls give lower values.
    The design effect is :math:`1 + (\sum m^2 / \sum m - 1)\, ICC(1)`, with a
    negative ICC(1) taken as 0. Agrees with
    ``ICC1``, ``ICC2``, ``rwg.j`` and ``ad.m`` of the R package multilevel.

    References
    ----------
    .. [1] Bliese, P. D. (2000). Within-group agreement, non-independence, and
       reliability. In Multilevel Theory, Research, and Methods in Organizations.
    .. [2] James, L. R., Demaree, R. G., & Wolf, G. (1984). Estimating within-group
       interrater reliability. Journal of Applied Psychology, 69(1), 85-98.
    .. [3] Wald, A. (1940). A note on the analysis of variance with unequal class
       frequencies. Annals of Mathematical Statistics, 11(1), 96-100.
    .. [4] Cohen, A., Doveh, E., & Nahum-Shani, I. (2009). Testing agreement for
       multi-item scales with the indices rWG(J) and ADM(J). Organizational Research
       Methods, 12(1), 148-164.
    .. [5] LeBreton, J. M., & Senter, J. L. (2008). Answers to 20 questions about
       interrater reliability and interrater agreement. Organizational Research
       Methods, 11(4), 815-852.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame(
    ...     {
    ...         "unit": ["a"] * 3 + ["b"] * 3,
    ...         "q1": [1, 2, 2, 4, 5, 4],
    ...         "q2": [2, 1, 3, 5, 4, 4],
    ...     }
    ... )
    >>> found = assess_aggregation(answers, ["q1", "q2"], k_min=5)
    >>> round(found.icc1, 3), round(found.icc2, 3), found.n_units
    (0.936, 0.978, 2)
    """
    names = check_names(items, argument="items")
    level, floor = check_level(level), check_floor(k_min)
    summary = _per_unit(responses, names, unit)
    deviation, span = _from_rows(responses, names, unit, summary)
    units = units_of(summary, deviation)
    check_units(units)
    icc1, icc2, first, second = icc(units, level)
    steps = steps or _steps_of(codebook, names) or span
    kind, shares = check_null(null, steps)
    size, left = units.size, _n_left(summary)
    agreed = _agreement(units, len(names), shares, (kind, steps), level, floor)
    licence, why = decide_licence(
        second,
        agreed["rwg_j_median_interval"],
        by_chance=agreed["rwg_j_by_chance"],
    )
    return Aggregation(
        scale=scale or (names[0] if len(names) == 1 else f"{names[0]} … {names[-1]}"),
        estimate=icc1,
        interval=first,
        icc1=icc1,
        icc1_interval=first,
        icc2=icc2,
        icc2_interval=second,
        **agreed,
        null=kind,
        licence=licence,
        licence_because=why,
        design_effect=1 + (float((size**2).sum() / size.sum()) - 1) * max(icc1, 0.0),
        mean_size=float(size.mean()),
        n_people=int(size.sum()),
        n_units=len(size),
        n_incomplete=left,
        left_out=_left_out(left),
        estimand=phrase("quality.estimand_aggregation"),
        method=phrase("quality.method_aggregation"),
        because=_null_in_words(kind, agreed),
        source=summary.source,
        floor=floor,
    )


def _n_left(summary: Summary) -> int:
    whole = int(summary.n_rows.sum() - summary.n_complete.sum())
    return whole + summary.n_without_group


def _null_in_words(kind: str, agreed: dict[str, Any]) -> Phrase | None:
    if agreed["rwg_j"] is None:
        return None
    if kind == "uniform":
        return phrase("quality.null", n=agreed["steps"])
    return phrase("quality.null_other", null=phrase(f"quality.null_{kind}"))


def _agreement(
    units: Units,
    k: int,
    shares: Array | None,
    known: tuple[str, int | None],
    level: float,
    floor: int,
) -> dict[str, Any]:
    """Return what is known of agreement in the units that are large enough."""
    (kind, steps), large = known, (units.size >= floor) & (units.size > 1)
    enough = bool(large.any())
    own = None if shares is None or not enough else spread_of(shares)
    each = None if own is None else rwg(units.spread[large], k, own)
    away = units.deviation[large] if units.deviation is not None and enough else None
    ends = None if each is None else middle(each, level)
    skewed = None
    if each is not None and kind == "uniform" and steps == 5:
        slight = spread_of(np.array(SKEWED["slight_skew"]))
        skewed = float(np.median(rwg(units.spread[large], k, slight)))
    return {
        "rwg_j": None if each is None else float(each.mean()),
        "rwg_j_median": None if each is None else float(np.median(each)),
        "rwg_j_median_interval": None if ends is None else Interval(*ends, level),
        "rwg_j_skewed": skewed,
        "rwg_j_by_chance": None
        if each is None or shares is None
        else by_chance(
            units.size[large], k, shares, np.random.default_rng(0), level=level
        ),
        "ad": None if away is None else float(away.mean()),
        "ad_interval": _over_units(away, level),
        "ad_guide": steps / 6 if steps and away is not None else None,
        "n_units_agreement": int(large.sum()),
        "steps": steps,
    }


def _over_units(values: Array | None, level: float) -> Interval | None:
    """Return Student's t interval for the mean of units."""
    if values is None or len(values) < 2:
        return None
    error = float(values.std(ddof=1)) / float(np.sqrt(len(values)))
    reach = float(stdtrit(len(values) - 1, (1 + level) / 2)) * error
    mean = float(values.mean())
    return Interval(max(mean - reach, 0.0), mean + reach, level)


def _steps_of(codebook: Codebook | None, names: tuple[str, ...]) -> int | None:
    """Return how many codes the items have, if a codebook says and all agree."""
    if codebook is None:
        return None
    book = check_codebook(codebook)
    counts = {len(book.item(name).codes) for name in names}
    if len(counts) > 1:
        raise DataProblem(
            "The items do not have the same number of steps.",
            expected="items of one answer scale",
            found=f"{min(counts)} to {max(counts)} steps",
            to_fix="assess the items of each answer scale by themselves",
        )
    return counts.pop()


def _left_out(left: int) -> tuple[tuple[Phrase, int], ...]:
    return ((phrase("quality.incomplete_or_homeless"), left),) if left else ()


def _per_unit(responses: object, names: tuple[str, ...], unit: str) -> Summary:
    if not isinstance(responses, Summary):
        return summarise_responses(responses, names, by=[unit])
    check_columns(responses.by, [unit], table="groups of the summary")
    return per_key(of_these(responses, names), unit)


def _from_rows(
    responses: object, names: tuple[str, ...], unit: str, summary: Summary
) -> tuple[Array | None, int | None]:
    """Return what sums cannot give: deviation per unit, and the span of answers."""
    if isinstance(responses, Summary):
        return None, None
    frame = as_pandas(responses, [unit, *names], table="responses")
    frame[unit] = key_text(frame[unit])
    frame = frame.dropna()
    answers = frame[list(names)].astype(float)
    away = (answers - answers.groupby(frame[unit]).transform("mean")).abs()
    deviation = away.mean(axis=1).groupby(frame[unit]).mean()
    order = summary.groups[unit][summary.n_complete > 0]
    whole = bool((answers == np.rint(answers)).all(axis=None)) and len(answers) > 0
    values = answers.to_numpy()
    span = int(values.max() - values.min()) + 1 if whole else None
    on_steps = span is not None and span <= MOST_STEPS
    return deviation.reindex(order).to_numpy(), span if on_steps else None

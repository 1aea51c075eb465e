"""Does an item favour a group: ordered logistic regression, item by item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import get_args

import numpy as np

from tillit_eval.errors import TooFewAnswers, check_option
from tillit_eval.findings import Findings, NotAnswered, check_level
from tillit_eval.findings.family import METHODS, Method, adjusted
from tillit_eval.floors import K_MIN, check_floor
from tillit_eval.phrases import Phrase, phrase
from tillit_eval.quality._bias import Match, cells_of, fit_three, matching_score
from tillit_eval.quality._bias_finding import Asked, item_bias
from tillit_eval.quality._bias_reading import Grouped, read_groups
from tillit_eval.quality.item_bias import Guide, ItemBias, Reading
from tillit_eval.thresholds import threshold

ROUNDS = 10  # of purification; two or three are the rule


def assess_bias(
    responses: object,
    items: Sequence[str],
    *,
    group: str = "group",
    unit: str | None = "unit",
    respondent: str = "respondent",
    match: Match = "scale",
    purify: bool = True,
    adjust: Method = "holm",
    guide: Guide = "jodoin-gierl",
    level: float = 0.95,
    k_min: int = K_MIN,
) -> Findings:
    r"""Ask of each item: do people of two groups with the same score answer it alike?

    An item that they answer differently measures something else in one of the
    groups (differential item functioning), and moves a comparison of their means.
    Waves may be the groups: then an item has come to mean something else.

    Parameters
    ----------
    responses : DataFrame, LazyFrame or relation, shape (n_rows, n_columns)
        One row per person, reversed items already turned.
    items : sequence of str
        At least 3 columns with the codes of the answers.
    group : str, default "group"
        Column with two or more groups; the first in sorted order is the reference.
        Those with fewer than `k_min` people are left out.
    unit : str or None, default "unit"
        Column with the unit; used when it exists. Errors are then counted over
        units. With None, over people where the same person answered twice, else
        everybody counts as independent, and the sentence says so.
    respondent : str, default "respondent"
        Column with the person; need not exist.
    match : {"scale", "rest"}, default "scale"
        The score that makes people comparable: the sum of the items with the item
        itself, or without it.
    purify : bool, default True
        Leave items that the guide flags out of the score of the others, and look
        again until nothing changes.
    adjust : {"holm", "benjamini-hochberg"}, default "holm"
        How p is adjusted over the items.
    guide : {"jodoin-gierl", "zumbo-thomas"}, default "jodoin-gierl"
        What counts as negligible and as large; a guide, not a test.
    level : float, default 0.95
        Coverage of the intervals, between 0 and 1.
    k_min : int, default 10
        Fewest people behind a number that may be shown, and in a group.

    Returns
    -------
    Findings of ItemBias
        In the order of `items`; `NotAnswered` for an item that everybody answers
        alike, or whose model has no solution.

    Raises
    ------
    DataProblem
        If a column is absent or holds no codes, or an option is not listed.
    TooFewAnswers
        If there are fewer than two groups, fewer than 3 items, or too few units.

    See Also
    --------
    assess_items : Each item by itself.
    assess_invariance : The scale as a whole, with a factor model.

    Notes
    -----
    Three proportional-odds models of the answer: on the score; on score and group;
    on score, group and their product. Twice the differences of their log
    likelihoods test uniform and non-uniform bias [1]_; over clusters a Wald test
    with a sandwich covariance takes their place, against F with clusters minus the
    number of slopes df. The effect size is the rise of Nagelkerke's :math:`R^2`
    from the first to the third: Jodoin and Gierl [2]_ call under .035 negligible
    and from .070 large, Zumbo and Thomas [1]_ draw these lines at .13 and .26; both
    were found for items with two answers. About 200 people per group are needed
    [3]_. The `estimate` is the expected answer given the score in the group minus
    that in the reference, over the people of the group (Meade's signed item
    difference, [4]_), with the delta method's error.

    The score holds the item by default: a score without it is too uncertain to make
    people equal, and where the groups really differ p finds bias in sound items (in
    our simulation, tests/bench/bias_size.py, half a standard deviation apart: in
    60 % of surveys with 1,000 people per group and 4 items; with the item in 15 %).
    That is why size decides too: the flag fell on a sound item in 3 % at most.
    Agrees with ``MASS::polr`` and ``sandwich::vcovCL`` in R.

    References
    ----------
    .. [1] Zumbo, B. D. (1999). A Handbook on the Theory and Methods of Differential
       Item Functioning. Ottawa: Department of National Defense.
    .. [2] Jodoin, M. G., & Gierl, M. J. (2001). Evaluating type I error and power
       rates using an effect size measure with the logistic regression procedure
       for DIF detection. Applied Measurement in Education, 14(4), 329-349.
    .. [3] Scott, N. W., et al. (2009). A simulation study provided sample size
       guidance for differential item functioning studies using short scales.
       Journal of Clinical Epidemiology, 62(3), 288-295.
    .. [4] Meade, A. W. (2010). A taxonomy of effect size measures for the
       differential functioning of items and scales. Journal of Applied Psychology,
       95(4), 728-743.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> trait = rng.normal(size=(600, 1))
    >>> codes = np.clip(np.rint(3 + trait + 0.7 * rng.normal(size=(600, 4))), 1, 5)
    >>> answers = pd.DataFrame(codes, columns=["q1", "q2", "q3", "q4"])
    >>> answers["group"] = ["a", "b"] * 300
    >>> answers["q2"] += (answers["group"] == "b") & (answers["q2"] < 5)
    >>> found = assess_bias(answers, ["q1", "q2", "q3", "q4"])
    >>> [item.reading for item in found]
    ['negligible', 'large', 'negligible', 'negligible']
    """
    check_option("match", match, get_args(Match))
    check_option("purify", purify, (True, False))
    check_option("adjust", adjust, METHODS)
    check_option("guide", guide, get_args(Guide))
    floor = check_floor(k_min)
    data = read_groups(
        responses, items, group=group, unit=unit, respondent=respondent, floor=floor
    )
    _check_clusters(data)
    asked = Asked(match, adjust, guide, check_level(level), floor)
    flagged: frozenset[int] = frozenset()
    found = _all_items(data, asked, flagged)
    for _ in range(ROUNDS if purify else 0):
        now = _flagged(found)
        if now == flagged or len(data.items) - len(now) < 3:
            break
        flagged, found = now, _all_items(data, asked, now)
    return found


def _check_clusters(data: Grouped) -> None:
    """Refuse fewer units than the tests have slopes to spare."""
    least = int(threshold("bias_units"))
    if data.by == "units" and data.answers.n_clusters < least:
        raise TooFewAnswers(
            "There are too few units to count errors over.",
            expected=f"at least {least} units",
            found=f"{data.answers.n_clusters}",
            to_fix="give unit=None, which treats people as independent and says so",
            reason="bias.too_few_units",
            values={"n": least},
        )


def _flagged(found: Findings) -> frozenset[int]:
    return frozenset(
        place
        for place, one in enumerate(found)
        if isinstance(one, ItemBias) and one.is_flagged
    )


def _all_items(data: Grouped, asked: Asked, flagged: frozenset[int]) -> Findings:
    """Look at every item, with the flagged ones out of the score of the others."""
    found = [_one_item(data, asked, flagged, item) for item in range(len(data.items))]
    places = [k for k, one in enumerate(found) if isinstance(one, ItemBias)]
    p_values = [one.p_value for one in found if isinstance(one, ItemBias)]
    levels = [one.p_nonuniform for one in found if isinstance(one, ItemBias)]
    pairs = zip(
        places,
        adjusted(p_values, asked.adjust),
        adjusted(levels, asked.adjust),
        strict=True,
    )
    for place, p, p_level in pairs:
        one = found[place]
        if isinstance(one, ItemBias):
            depends = bool(p_level < 1 - threshold("level"))
            known = replace(one, p_adjusted=float(p), depends_on_level=depends)
            found[place] = replace(known, reading=_read(known))
    return Findings(found)


def _read(one: ItemBias) -> Reading:
    """Put an item into one of four words, by the guide."""
    first, second = {
        "jodoin-gierl": (threshold("bias_moderate"), threshold("bias_large")),
        "zumbo-thomas": (
            threshold("bias_moderate_zumbo"),
            threshold("bias_large_zumbo"),
        ),
    }[one.guide]
    if one.p_adjusted < 1 - threshold("level") and one.r2_change >= first:
        return "large" if one.r2_change >= second else "moderate"
    enough = one.n_smallest >= threshold("bias_people")
    return "negligible" if enough and one.r2_change < first else "cannot_tell"


def _one_item(
    data: Grouped, asked: Asked, flagged: frozenset[int], item: int
) -> ItemBias | NotAnswered:
    kept = [place for place in range(len(data.items)) if place not in flagged]
    score = matching_score(data.answers, item, kept, asked.match)
    cells = cells_of(data.answers, item, score)
    if len(cells.values) < 2:
        name = (data.items[item],)
        return _refused(data, asked, item, phrase("quality.constant_items", items=name))
    three = fit_three(cells, data.answers.n_groups) if np.ptp(score) > 0 else None
    if three is None:
        return _refused(data, asked, item, phrase("bias.no_solution"))
    without = tuple(data.items[place] for place in sorted(flagged - {item}))
    return item_bias(data, asked, item, cells, three, without)


def _refused(data: Grouped, asked: Asked, item: int, why: Phrase) -> NotAnswered:
    return NotAnswered(
        scale=data.items[item],
        asked=ItemBias.question,
        reason=why,
        source=data.source,
        floor=asked.floor,
    )

"""Is a scale as reliable in one group, or one wave, as in another?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from tillit_eval.codebook import Codebook
from tillit_eval.errors import TooFewAnswers, check_columns
from tillit_eval.findings import Finding, Findings, NotAnswered, check_level
from tillit_eval.floors import K_MIN, check_floor
from tillit_eval.phrases import Phrase, phrase, swedish_sort_key
from tillit_eval.quality._data import pool
from tillit_eval.quality.reliability._answers import Answers, check_size, turn
from tillit_eval.quality.reliability._coefficients import alphas
from tillit_eval.quality.reliability._equality import (
    Codes,
    Group,
    Tested,
    by_others,
    by_same,
)
from tillit_eval.quality.reliability._found import Told, reliability_of
from tillit_eval.quality.reliability._free import Rng, check_draws, generator
from tillit_eval.quality.reliability.alpha import feldt
from tillit_eval.quality.reliability.difference import AlphaDifference
from tillit_eval.quality.reliability.model import Reliability
from tillit_eval.summaries.frames import as_narwhals, as_pandas, check_names, key_text
from tillit_eval.summaries.linking import check_one_row_each


def assess_equal_alpha(
    responses: object,
    items: Sequence[str],
    *,
    by: str,
    respondent: str | None = None,
    scale: str = "",
    codebook: Codebook | None = None,
    draws: int = 1000,
    rng: Rng = None,
    level: float = 0.95,
    k_min: int = K_MIN,
) -> Findings:
    r"""Are these items as reliable in one group, or one wave, as in another?

    One finding per group, in the order of their names, then the test. A difference
    of reliability alone does not say that the items mean something else: see
    ``assess_invariance``.

    Parameters
    ----------
    responses : DataFrame, LazyFrame or relation, shape (n_rows, n_columns)
        One row per person and wave, reversed items already turned unless
        `codebook` is given.
    items : sequence of str
        At least 2 columns of answers.
    by : str
        Column with the group or the wave.
    respondent : str, optional
        Column with the person's code, if the same people are in several groups, as
        in waves. Without it people in different groups are taken to be others.
    scale : str, optional
        Name of the scale, for the sentences.
    codebook : Codebook, optional
        Turns the items that it says are reversed, and says so.
    draws : int, default 1000
        Times people are drawn anew, if `respondent` is given.
    rng : int or Generator, optional
        Where chance comes from then; the same every time if None.
    level : float, default 0.95
        Coverage of the intervals, between 0 and 1.
    k_min : int, default 10
        Fewest people behind a number that may be shown. Smaller groups are not
        tested either, so that nobody can work them out.

    Returns
    -------
    Findings of Reliability, then one AlphaDifference
        A group that cannot be assessed is a row with the reason.

    Raises
    ------
    DataProblem
        If a column is absent or holds no numbers, or a person has several rows in
        one group.
    TooFewAnswers
        If fewer than two groups are left.

    See Also
    --------
    assess_alpha : One group.

    Notes
    -----
    Other people: Hakstian and Whalen's test [1]_. With :math:`t = (1 - \alpha)^{1/3}`
    of variance :math:`18 k (n - 1) (1 - \alpha)^{2/3} / ((k - 1)(9 n - 11)^2)`, the
    weighted squares of :math:`t` about their weighted mean are chi-square with a
    degree of freedom less than groups. Equal to ``metafor::rma`` with
    ``measure = "AHW"`` and ``method = "FE"``. It takes answers as normal. The
    interval of the difference of two joins the two of Feldt (Zou and Donner's way).
    The same people: they are drawn anew with all their rows, and
    :math:`\ln(1 - \alpha)` of the groups are compared by the covariances of the
    draws (Wald); the interval of the difference of two is of percentiles.

    References
    ----------
    .. [1] Hakstian, A. R., & Whalen, T. E. (1976). A k-sample significance test for
       independent alpha coefficients. Psychometrika, 41(2), 219-231.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> answers = rng.normal(size=(200, 1)) + rng.normal(size=(200, 3))
    >>> frame = pd.DataFrame(answers, columns=["q1", "q2", "q3"])
    >>> frame["role"] = ["care", "office"] * 100
    >>> care, office, test = assess_equal_alpha(frame, ["q1", "q2", "q3"], by="role")
    >>> round(test.estimate - (office.estimate - care.estimate), 10), test.df
    (0.0, 1.0)
    """
    told = Told(scale, check_level(level), check_floor(k_min))
    names = check_names(items, argument="items")
    draws, chance = check_draws(draws), generator(rng)
    turned, which = turn(responses, names, codebook)
    said = phrase("reliability.turned", items=which) if which else None
    parts, codes = _parts(turned, names, by, respondent)
    groups: dict[str, Group] = {}
    found: list[Finding] = []
    for name, part in parts.items():
        try:
            read = Answers(part, check_size(pool(part, names)), said)
        except TooFewAnswers as problem:
            found.append(_not_answered(name, names, told, problem, len(part)))
            continue
        found.append(_one(read, name, told))
        if read.pooled.n_complete >= told.floor:
            groups[name] = Group.of(read, codes.get(name))
    _check_two(len(groups))
    kernel = by_others if respondent is None else by_same
    tested = kernel(list(groups.values()), draws, chance, told.level)
    return Findings([*found, _difference(groups, tested, said, told)])


def _parts(
    responses: object, names: tuple[str, ...], by: str, respondent: str | None
) -> tuple[dict[str, pd.DataFrame], dict[str, Codes]]:
    """Return the rows of each group, and the codes of the people in them."""
    present = as_narwhals(responses, table="responses").collect_schema().names()
    keys = [by, *([respondent] if respondent else [])]
    check_columns(present, [*keys, *names], table="responses")
    more = [name for name in ("source",) if name in present]
    columns = list(dict.fromkeys([*names, *keys, *more]))
    frame = as_pandas(responses, columns, table="responses")
    group = key_text(frame[by])
    order = sorted({str(one) for one in group.dropna()}, key=swedish_sort_key)
    parts = {one: frame[group == one] for one in order}
    if respondent is None:
        return parts, {}
    coded = frame[frame[respondent].notna() & group.notna()].assign(group=group)
    again = coded.duplicated([respondent, "group"], keep=False)
    check_one_row_each(again.index[again].tolist())
    return parts, {name: part[respondent] for name, part in parts.items()}


def _one(read: Answers, group: str, told: Told) -> Reliability:
    alpha = float(alphas(read.pooled.covariance))
    n, k = read.pooled.n_complete, len(read.pooled.items)
    found = reliability_of(
        read,
        "alpha",
        alpha,
        told,
        method=phrase("quality.method_alpha"),
        interval=feldt(alpha, n_people=n, n_items=k, level=told.level),
    )
    return replace(found, group=group)


def _not_answered(
    group: str, names: tuple[str, ...], told: Told, problem: TooFewAnswers, rows: int
) -> NotAnswered:
    scale = told.scale or f"{names[0]} … {names[-1]}"
    return NotAnswered(
        scale=f"{scale}, {group}",
        asked=Reliability.question,
        reason=phrase(problem.reason, **problem.values),
        n_people=rows,
        floor=told.floor,
    )


def _check_two(n_groups: int) -> None:
    if n_groups < 2:
        raise TooFewAnswers(
            "There are fewer than two groups to compare.",
            expected="two groups or more, none under the floor",
            found=f"{n_groups} such groups",
            to_fix="choose another column for by=, or use assess_alpha",
            reason="reliability.one_group",
        )


def _difference(
    groups: dict[str, Group], tested: Tested, said: Phrase | None, told: Told
) -> AlphaDifference:
    names, pooled = tuple(groups), [one.pooled for one in groups.values()]
    two = len(names) == 2
    order = np.argsort(tested.alpha) if not two else np.arange(2)
    first, last = int(order[0]), int(order[-1])
    key = "reliability.estimand_two" if two else "reliability.estimand_many"
    left = sum(one.n_incomplete for one in pooled)
    return AlphaDifference(
        scale=pooled[0].scale_name(told.scale),
        estimate=float(tested.alpha[last] - tested.alpha[first]),
        interval=tested.interval,
        statistic=tested.statistic,
        df=float(len(names) - 1),
        p_value=tested.p_value,
        first=names[first],
        last=names[last],
        n_groups=len(names),
        same_people=tested.same_people,
        estimand=phrase(key, first=names[first], last=names[last]),
        method=tested.method,
        because=said,
        n_people=tested.n_people,
        left_out=((phrase("quality.incomplete"), left),) if left else (),
        source=pooled[0].source if len({p.source for p in pooled}) == 1 else "mixed",
        floor=told.floor,
    )

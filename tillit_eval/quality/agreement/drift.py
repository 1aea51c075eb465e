"""Has one role become stricter than it was, beside another?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from tillit_eval.errors import TooFewAnswers
from tillit_eval.findings import Finding, Findings, check_level
from tillit_eval.floors import K_MIN, check_floor
from tillit_eval.phrases import Label, Language, phrase
from tillit_eval.quality.agreement._between import (
    Asked,
    BetweenRoles,
    answered,
    too_few,
)
from tillit_eval.quality.agreement._rounds import (
    order_of,
    read_roles,
    slopes_of,
    student,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityDrift(BetweenRoles):
    """How far one role has moved against another from one round to the next.

    Attributes
    ----------
    scale, label : str, Label
        The role.
    against : Label
        The role it is compared with.
    first, last : str
        The first and the last round.
    n_rounds : int
        Rounds in order, taken as equally far apart.
    estimate : float
        Change per round of the difference between the roles, in steps. Negative:
        the role became stricter, or the other milder.
    interval : Interval
        Student's t over targets.
    n_units : int
        Targets that both judged in at least two rounds.
    n_people : int
        Raters in the smaller of the two roles, or targets if they are fewer: what is
        judged may be a person too. The floor is held against it.
    n_raters, n_raters_against : int
        Raters of the role and of the other.
    """

    question: ClassVar[str] = "drift of severity"

    first: str
    last: str
    n_rounds: int

    def _claim(self, lang: Language) -> str:
        return self.say_it(
            f"drift_{self.side()}",
            lang,
            first=self.first,
            last=self.last,
            rounds=self.n_rounds,
        )


def assess_severity_drift(
    ratings: object,
    *,
    between: Sequence[str] | Mapping[str, str | Label],
    rounds: Sequence[str] | None = None,
    level: float = 0.95,
    k_min: int = K_MIN,
) -> Findings:
    r"""Ask whether a role has become stricter, of targets seen again by both roles.

    A difference of differences: how far the roles lie apart of the same thing in one
    round, and how far apart of the same thing in a later one. Targets met in one
    round only are not used, and a change of the targets themselves drops out.

    Parameters
    ----------
    ratings : DataFrame, LazyFrame or relation, shape (n_judgements, n_columns)
        A table ``ratings``: ``target, rater, rater_role, round, value`` and, where
        it is, ``criterion``.
    between : sequence of str, or mapping of str to str or Label
        Roles; the others are compared with the first.
    rounds : sequence of str, optional
        The rounds in time. By default all, by number if they are numbers, else as
        text. They count as equally far apart.
    level : float, default 0.95
        Coverage of the intervals, between 0 and 1.
    k_min : int, default 10
        Fewest raters of either role, and fewest targets, behind a number that may
        be shown.

    Returns
    -------
    Findings
        A `SeverityDrift` for each role but the first.

    Raises
    ------
    DataProblem
        If a column is absent, a value is no number, or a role or round is not there.
    TooFewAnswers
        If fewer than 3 targets were judged by both roles in two rounds, for every
        role.

    See Also
    --------
    assess_severity : How strict a role is, in each round.

    Notes
    -----
    For each criterion of each target the least-squares slope of the gap over its
    rounds, then the mean over criteria, then over targets, with Student's t. Which
    of the two roles moved cannot be seen from a difference; a fixed reference (such
    as a filmed lesson judged every year) could tell. If persons within a role are
    replaced between the rounds, that is part of the drift.

    References
    ----------
    .. [1] Harik, P., et al. (2009). An examination of rater drift within a
       generalizability theory framework. Journal of Educational Measurement, 46(1),
       43-58.

    Examples
    --------
    >>> import pandas as pd
    >>> said = pd.DataFrame({"target": list("abcd") * 4, "rater": list("stuvwxyz") * 2,
    ...     "rater_role": (["self"] * 4 + ["observer"] * 4) * 2,
    ...     "round": ["1"] * 8 + ["2"] * 8,
    ...     "value": [3, 4, 2, 3, 3, 4, 3, 3, 3, 4, 2, 4, 2, 3, 2, 4]})
    >>> found = assess_severity_drift(said, between=["self", "observer"])[0]
    >>> found.estimate, found.first, found.last
    (-0.75, '1', '2')
    """
    data, roles, first = read_roles(ratings, between)
    check_level(level)
    order = order_of(rounds, data.frame)
    if len(order) < 2:
        raise TooFewAnswers(
            "There is only one round, so nothing can have moved.",
            expected="at least two rounds",
            found=f"{len(order)}",
            to_fix="check the column round, or use assess_severity",
            reason="severity.one_round",
        )
    ask = Asked(data, roles, first, level, check_floor(k_min))
    return answered([_drift(ask, role, order) for role in list(roles)[1:]])


def _drift(ask: Asked, role: str, order: Sequence[str]) -> Finding:
    gaps = ask.gaps(role)
    slopes = slopes_of(gaps, order)
    wrong = too_few(slopes.to_numpy(dtype=float), "severity.few_seen_again")
    if wrong is not None:
        return ask.refuse(role, SeverityDrift.question, wrong)
    mean, error, interval = student(slopes.to_numpy(dtype=float), ask.level)
    used = gaps[gaps["target"].isin(slopes.index) & gaps["round"].isin(order)]
    return SeverityDrift(
        **ask.common(role, used),  # type: ignore[arg-type]
        first=order[0],
        last=order[-1],
        n_rounds=len(order),
        estimate=mean,
        standard_error=error,
        interval=interval,
        df=float(len(slopes) - 1),
        n_units=len(slopes),
        estimand=phrase("severity.estimand_drift", against=ask.roles[ask.first]),
        method=phrase("severity.method_drift"),
    )

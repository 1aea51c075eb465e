"""How strict is each role, of the same things?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from tillit_eval.findings import Finding, Findings, check_level
from tillit_eval.floors import K_MIN, check_floor
from tillit_eval.phrases import Label, Language, number, phrase
from tillit_eval.quality.agreement._between import (
    Asked,
    BetweenRoles,
    answered,
    too_few,
)
from tillit_eval.quality.agreement._rounds import (
    order_of,
    read_roles,
    student,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Severity(BetweenRoles):
    """How much higher one role judges than another, of the same things.

    Attributes
    ----------
    scale, label : str, Label
        The role.
    against : Label
        The role it is compared with.
    round : str
        The round; empty for all rounds together.
    estimate : float
        Mean of the role minus mean of the other, in steps of the scale. Positive is
        milder (it judges higher), negative is stricter.
    interval : Interval
        Student's t over targets.
    n_units : int
        Targets that both judged.
    n_people : int
        Raters in the smaller of the two roles, or targets if they are fewer: what is
        judged may be a person too. The floor is held against it.
    n_raters, n_raters_against : int
        Raters of the role and of the other.
    n_judged : int
        Things judged by both: a criterion of a target in a round.
    """

    question: ClassVar[str] = "severity"

    round: str = ""
    n_judged: int

    def _claim(self, lang: Language) -> str:
        key = f"severity_{self.side()}"
        claim = self.say_it(key, lang, judged=number(self.n_judged, 0, lang))
        if self.because is not None:
            claim += " " + self.because.say(lang)
        return f"{self.round}: {claim}" if self.round else claim


def assess_severity(
    ratings: object,
    *,
    between: Sequence[str] | Mapping[str, str | Label],
    by_round: bool = False,
    level: float = 0.95,
    k_min: int = K_MIN,
) -> Findings:
    r"""Ask how strict each role is, of the same things that another role judged.

    Roles are compared, never persons. What a role judged alone is not used: a role
    that sees better targets would look milder.

    Parameters
    ----------
    ratings : DataFrame, LazyFrame or relation, shape (n_judgements, n_columns)
        A table ``ratings``: ``target, rater, rater_role, value`` and, where they
        are, ``criterion`` and ``round``.
    between : sequence of str, or mapping of str to str or Label
        Roles; the others are compared with the first. A mapping says what they are
        called.
    by_round : bool, default False
        Ask of each round for itself; rounds in order of time.
    level : float, default 0.95
        Coverage of the intervals, between 0 and 1.
    k_min : int, default 10
        Fewest raters of either role, and fewest targets, behind a number that may
        be shown.

    Returns
    -------
    Findings
        A `Severity` for each role but the first (and each round); a `NotAnswered`
        where too few targets were judged by both.

    Raises
    ------
    DataProblem
        If a column is absent, a value is no number, or a role is not there.
    TooFewAnswers
        If nothing can be answered.

    See Also
    --------
    assess_severity_drift : Whether it moved.
    assess_rater_spread : How far raters of one role differ from each other.
    assess_agreement : Whether they rank targets alike, whatever their severity.

    Notes
    -----
    The model is value = target × criterion × round + role + rest. For each thing
    that both roles judged, the mean of one is taken from that of the other, so that
    everything that is so of the target is gone; the gaps are averaged per target,
    and the targets' means :math:`\bar g_t` over :math:`T` targets:
    :math:`\bar g \pm t_{T-1}\, s_g / \sqrt T`. This is the interval clustered by
    target (CR2 with Satterthwaite's df, as ``clubSandwich`` gives for the targets'
    means). It is about *these* raters, and `because` says so where raters judged
    several targets: as an interval for all who might have been sent it is too short
    (about 80 % instead of 95 %, with pools of two raters for three targets,
    ``tests/bench/severity_coverage.py``); see `assess_rater_spread`. In complete
    tables the estimate is that of ``lme4::lmer`` with crossed random effects.

    Examples
    --------
    >>> import pandas as pd
    >>> said = pd.DataFrame({"target": list("aabbccdd"),
    ...     "rater": ["s1", "o1", "s2", "o2", "s3", "o1", "s4", "o2"],
    ...     "rater_role": ["self", "observer"] * 4, "value": [3, 2, 4, 2, 2, 2, 4, 3]})
    >>> found = assess_severity(said, between=["self", "observer"])[0]
    >>> found.estimate, found.n_units
    (-1.0, 4)
    """
    data, roles, first = read_roles(ratings, between)
    check_level(level)
    rounds = order_of(None, data.frame) if by_round else [""]
    rounds = rounds or [""]
    ask = Asked(data, roles, first, level, check_floor(k_min))
    return answered(
        [
            _severity(ask, role, name, ask.gaps(role))
            for role in list(roles)[1:]
            for name in rounds
        ]
    )


def _severity(ask: Asked, role: str, name: str, gaps: pd.DataFrame) -> Finding:
    if name:
        gaps = gaps[gaps["round"].eq(name)]
    means = gaps.groupby("target")["gap"].mean().to_numpy(dtype=float)
    wrong = too_few(means, "severity.few_targets")
    if wrong is not None:
        return ask.refuse(role, Severity.question, wrong)
    mean, error, interval = student(means, ask.level)
    return Severity(
        **ask.common(role, gaps),  # type: ignore[arg-type]
        round=name,
        estimate=mean,
        standard_error=error,
        interval=interval,
        df=float(len(means) - 1),
        n_units=len(means),
        n_judged=len(gaps),
        because=phrase("severity.these_raters") if ask.share_raters(gaps) else None,
        estimand=phrase("severity.estimand_severity", against=ask.roles[ask.first]),
        method=phrase("severity.method"),
    )

"""Did answers and refusals come as planned, and did the guard rails hold?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from tillit_eval.codebook.model import Desired
from tillit_eval.errors import check_option
from tillit_eval.findings import (
    Change,
    Estimate,
    Finding,
    Findings,
    Interval,
    MeasurementState,
    NotAnswered,
    measured_in_words,
)
from tillit_eval.phrases import Language, Phrase, number, say
from tillit_eval.plan.model import Question, Study

if TYPE_CHECKING:
    import pandas as pd

    from tillit_eval.codebook import Codebook

Held = Literal["held", "broken", "cannot_tell"]
_OTHER_WAY: dict[Desired, Desired] = {"up": "down", "down": "up"}


def tabulate_expectations(study: Study, findings: Iterable[Finding]) -> pd.DataFrame:
    """Which planned questions were answered, and was that what the plan expected?

    Parameters
    ----------
    study : Study
        The plan.
    findings : iterable of Finding
        From `run_plan` or `run_all`.

    Returns
    -------
    DataFrame, shape (n_questions, 6)
        ``site, key, expected, found, as_planned, reason`` for the questions of
        the sites that the findings are about. ``found`` is ``answer``,
        ``refusal`` or ``missing``; ``reason`` the name of the reason found.

    See Also
    --------
    run_plan : Answers them.

    Examples
    --------
    >>> from tillit_eval.plan import read_study, run_plan
    >>> study = read_study("data/sample/study.toml")
    >>> table = tabulate_expectations(study, run_plan(study, study.names[-1]))
    >>> bool(table["as_planned"].all())
    True
    """
    import pandas as pd

    given = [finding for finding in findings if finding.role]
    sites = {finding.site for finding in given}
    first = {(finding.site, finding.key): finding for finding in reversed(given)}
    rows = []
    for site in study.sites:
        for question in site.in_order if site.name in sites else ():
            finding = first.get((site.name, question.id))
            found, reason = _what(finding)
            rows.append(
                {
                    "site": site.name,
                    "key": question.id,
                    "expected": question.expect,
                    "found": found,
                    "as_planned": found == question.expect
                    and reason == question.reason,
                    "reason": reason,
                }
            )
    names = ["site", "key", "expected", "found", "as_planned", "reason"]
    return pd.DataFrame(rows, columns=names)


def _what(finding: Finding | None) -> tuple[str, str]:
    if finding is None:
        return "missing", ""
    if isinstance(finding, NotAnswered):
        return "refusal", finding.reason.key
    return "answer", ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardRail(Estimate):
    """Whether something that must not get worse got worse.

    Attributes
    ----------
    before, after : str
        The two waves. The estimate is after minus before.
    margin : float
        How much worse would be too much, stated beforehand.
    desired : {"up", "down", "neither", "inverted_u"}
        Which direction is the good one; for the last two any move is bad.
    interval : Interval
        The 90 % interval, whose worse end is compared with the margin.
    held : {"held", "broken", "cannot_tell"}
        ``held`` if the whole interval is better than the margin, ``broken`` if
        all of it is worse.
    measured, measured_because : MeasurementState or None, Phrase or None
        What is known of the scale, as in `Change`.
    """

    question: ClassVar[str] = "guard rail"

    before: str
    after: str
    margin: float
    desired: Desired
    held: Held
    measured: MeasurementState | None = "not_examined"
    measured_because: Phrase | None = None

    def amount(
        self, value: float, lang: Language | None = None, *, sign: bool = False
    ) -> str:
        """Write a value; a difference of shares in percentage points."""
        if self.unit_of_measure != "share":
            return Estimate.amount(self, value, lang, sign=sign)
        points = number(100 * value, 1, lang, sign=sign)
        return say("comparison.percentage_points", lang, value=points)

    def interval_in_words(self, lang: Language | None = None) -> str:
        """Write the interval in the unit of `amount`."""
        around = self.interval
        if self.unit_of_measure != "share" or around is None:
            return Estimate.interval_in_words(self, lang)
        points = Interval(100 * around.low, 100 * around.high, around.level)
        return points.say(lang, digits=1)

    def _claim(self, lang: Language) -> str:
        held = say(
            f"plan.guard_rail_{self.held}",
            lang,
            name=self.name(lang),
            margin=self.amount(self.margin, lang),
            amount=self.amount(self.estimate, lang, sign=True),
            interval=self.interval_in_words(lang),
            n=self.count(self.n_people, lang),
        )
        known = measured_in_words(self.measured, self.measured_because, lang)
        return f"{held} {known}".rstrip()


def judge_guard_rails(study: Study, findings: Iterable[Finding]) -> Findings:
    """Did anything that must not get worse stay good enough?

    A guard rail is a test of non-inferiority: it holds only if the data exclude a
    worsening as large as the margin. That nothing was *shown* is not enough.

    Parameters
    ----------
    study : Study
        The plan; its codebooks say which direction is the good one.
    findings : iterable of Finding
        From `run_plan` or `run_all`.

    Returns
    -------
    Findings
        One `GuardRail` per question with ``role = "guard_rail"``; one that was
        not answered stays as it is.

    See Also
    --------
    run_plan : Gives the changes that are judged.

    Notes
    -----
    The 90 % interval makes it a one-sided test at 5 %. No adjustment for several
    guard rails: each must hold, and demanding all of them is already strict (an
    intersection-union test; Berger, 1982, doi 10.1080/00401706.1982.10487790).

    Examples
    --------
    >>> from tillit_eval.plan import read_study
    >>> study = read_study("data/sample/study.toml")
    >>> site, rail = study.sites[0], study.sites[0].in_order[0]
    >>> change = Change(scale=rail.scale, before=rail.before, after=rail.after,
    ...     estimate=-1.0, interval=Interval(-3.0, 1.0, 0.9), margin=rail.margin,
    ...     n_people=200, site=site.name, role="guard_rail", key=rail.id)
    >>> judge_guard_rails(study, [change])[0].held
    'held'
    """
    judged: list[Finding] = []
    for finding in findings:
        if finding.role != "guard_rail":
            continue
        if isinstance(finding, Change) and finding.margin is not None:
            judged.append(_judge(finding, _desired(study, finding)))
        else:
            judged.append(finding)
    return Findings(judged)


def _desired(study: Study, finding: Finding) -> Desired:
    """Return the good direction of a finding; up where none is stated."""
    plan = study.plan_of(finding.site)
    asked = {question.id: question for question in plan.questions}.get(finding.key)
    survey = study.site(finding.site).survey(asked.survey if asked else "")
    for scale in survey.codebook.scales:
        if scale.key == finding.scale:
            return scale.desired
        if finding.scale in scale.items and asked is not None:
            turned = _is_turned(survey.codebook, asked)
            other = _OTHER_WAY.get(scale.desired, scale.desired)
            return other if turned else scale.desired
    return "up"


def _is_turned(codebook: Codebook, question: Question) -> bool:
    """Tell whether a larger share of an item means less of its scale."""
    item = codebook.item(question.scale)
    middle = (item.lowest + item.highest) / 2
    counts_low = max(question.top, default=item.highest) < middle
    return item.reversed != counts_low


def _judge(change: Change, desired: Desired) -> GuardRail:
    narrow = change.equivalence_interval or change.interval
    margin = change.margin or 0.0
    return GuardRail(
        scale=change.scale,
        label=change.label,
        estimand=change.estimand,
        method=change.method,
        because=change.because,
        n_people=change.n_people,
        n_units=change.n_units,
        left_out=change.left_out,
        source=change.source,
        floor=change.floor,
        expected=change.expected,
        site=change.site,
        role=change.role,
        key=change.key,
        unit_of_measure=change.unit_of_measure,
        estimate=change.estimate,
        standard_error=change.standard_error,
        interval=narrow,
        df=change.df,
        hidden_because=change.hidden_because,
        before=change.before,
        after=change.after,
        margin=margin,
        desired=desired,
        held="cannot_tell" if narrow is None else has_held(narrow, margin, desired),
        measured=change.measured,
        measured_because=change.measured_because,
    )


def has_held(interval: Interval, margin: float, desired: Desired) -> Held:
    """Say whether an interval is better than the margin allows.

    Parameters
    ----------
    interval : Interval
        Of the change, at 90 %.
    margin : float
        How much worse would be too much, above 0.
    desired : {"up", "down", "neither", "inverted_u"}
        The good direction.

    Returns
    -------
    {"held", "broken", "cannot_tell"}
        For ``neither`` and ``inverted_u`` a move either way counts as worse.

    Raises
    ------
    DataProblem
        If `desired` is another word.

    Examples
    --------
    >>> has_held(Interval(-2.0, 4.0, 0.9), 5.0, "up")
    'held'
    >>> has_held(Interval(-2.0, 6.0, 0.9), 5.0, "down")
    'cannot_tell'
    """
    check_option("desired", desired, ("up", "down", "neither", "inverted_u"))
    fell = desired != "down"
    rose = desired != "up"
    if (not fell or interval.low > -margin) and (not rose or interval.high < margin):
        return "held"
    if (fell and interval.high < -margin) or (rose and interval.low > margin):
        return "broken"
    return "cannot_tell"

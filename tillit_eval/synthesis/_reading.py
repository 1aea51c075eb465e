"""Which findings may become one number, and which stand beside it and why?"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from tillit_eval.comparison import AdjustedChange
from tillit_eval.errors import DataProblem, TooFewAnswers, few
from tillit_eval.findings import Change, Finding, Findings, NotAnswered
from tillit_eval.phrases import Label, Language, Phrase, phrase, say
from tillit_eval.plan import Study
from tillit_eval.thresholds import threshold

Design = Literal["controlled", "uncontrolled"]
FEWEST = 3
_DESIGNS = {
    "PairedChange": "paired",
    "OverlappingChange": "overlapping",
    "WavesChange": "waves",
    "AdjustedChange": "adjusted",
    "ShareChange": "shares",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What one site brings to a pooled number.

    Attributes
    ----------
    finding : Finding
        The site's own finding, or why it has none.
    label : Label or None
        Name of the site in both languages.
    weight : float or None
        Its share of the pooled number, from 0 to 1; None if it is not in it.
    because : Phrase or None
        Why it is not in it.
    """

    finding: Finding
    label: Label | None = None
    weight: float | None = None
    because: Phrase | None = None

    @property
    def site(self) -> str:
        """Key of the site."""
        return self.finding.site

    def name(self, lang: Language | None = None) -> str:
        """Return the name of the site, or its key where there is none."""
        return self.label.say(lang) if self.label else self.site


def read_sites(
    findings: Iterable[Finding],
    *,
    design: Design | None,
    study: Study | None,
    several: bool = False,
) -> tuple[Contribution, ...]:
    """Return one contribution per finding, in order, with why some are left out.

    Raises
    ------
    DataProblem
        If what is given cannot become one number.
    """
    given = Findings(findings)
    _check_kinds(given)
    changes = [one for one in given if isinstance(one, Change)]
    _check_one(given, "scale", lambda one: one.scale) if not several else None
    _check_one(changes, "unit of measure", lambda one: one.unit_of_measure)
    _check_sites(given, changes, several=several)
    _check_errors(changes)
    design = _check_design(changes, design)
    labels = {site.name: site.label for site in study.sites} if study else {}
    read = tuple(
        Contribution(
            finding=one, label=labels.get(one.site), because=_reason(one, design)
        )
        for one in given
    )
    pooled = [one.finding for one in read if one.because is None]
    _check_one(pooled, "estimand", _estimand_in_words)
    return read


def is_controlled(finding: Finding) -> bool:
    """Tell whether a change is measured against places without the reform."""
    return isinstance(finding, AdjustedChange)


def design_of(finding: Finding) -> str:
    """Return the design behind a change as a key of the phrases; empty for none.

    Parameters
    ----------
    finding : Finding
        Any finding.

    Returns
    -------
    str
        Such as ``paired``; nothing for a finding of a kind without a name here.

    Examples
    --------
    >>> from tillit_eval.findings import Change
    >>> design_of(Change(scale="x", before="1", after="2", estimate=1.0, n_people=50))
    ''
    """
    return _DESIGNS.get(type(finding).__name__, "")


def check_enough(pooled: Collection[Change], given: int) -> None:
    """Refuse to pool fewer than three sites."""
    if len(pooled) >= FEWEST:
        return
    raise TooFewAnswers(
        "Too few sites to pool.",
        expected=f"at least {FEWEST} sites that can be weighted",
        found=f"{len(pooled)} of {given} findings",
        to_fix="show the sites one by one: plot_forest(findings)",
        reason="synthesis.reason_few_sites",
        values={"k": len(pooled)},
    )


def _check_kinds(given: Findings) -> None:
    others = {
        type(one).__name__
        for one in given
        if not isinstance(one, (Change, NotAnswered))
    }
    pooled = sum(bool(getattr(one, "contributions", ())) for one in given)
    if not len(given) or others or pooled:
        raise DataProblem(
            "There is nothing here that can be pooled.",
            expected="one change per site, as returned by the compare_ functions",
            found=few(sorted(others)) if others else f"{pooled} pooled findings",
            to_fix="give the findings of the sites, such as run_all(study)",
        )


def _check_one(
    findings: Iterable[Finding], what: str, read: Callable[..., object]
) -> None:
    """Refuse findings that differ in what must be the same."""
    kinds = {str(read(one) or "none") for one in findings}
    if len(kinds) > 1:
        raise DataProblem(
            f"These findings have more than one {what}.",
            expected=f"one {what}, so that one number means one thing",
            found=few(sorted(kinds)),
            to_fix=f"choose those of one {what} first, for example with "
            "findings.where(...), and pool each kind by itself",
        )


def _estimand_in_words(finding: Finding) -> str:
    if finding.estimand is None:
        return ""
    return say(finding.estimand.key, "en", **dict(finding.estimand.values))


def _check_sites(given: Findings, changes: list[Change], *, several: bool) -> None:
    nowhere = sum(not one.site for one in given)
    if nowhere:
        raise DataProblem(
            "Some findings do not say which site they are about.",
            expected="a site on every finding",
            found=f"{nowhere} of {len(given)} without one",
            to_fix="use the findings of run_all(study)",
        )
    keys = [(one.site, one.scale if several else "") for one in changes]
    twice = sorted({site for site, _ in keys if keys.count((site, _)) > 1})
    if twice:
        raise DataProblem(
            "Some sites have more than one estimate of the same thing.",
            expected="one estimate per site",
            found=f"more than one from {few(twice)}",
            to_fix="choose one of them, for example findings.where(role='primary')",
        )


def _check_errors(changes: list[Change]) -> None:
    """Refuse numbers that cannot be: no finding of a comparison has them."""
    bad = [
        one
        for one in changes
        if not math.isfinite(one.estimate)
        or (one.standard_error is not None and not 0 < one.standard_error < math.inf)
    ]
    if bad:
        raise DataProblem(
            "Some findings have a standard error that no site can have.",
            expected="finite estimates with standard errors above 0",
            found=f"{len(bad)} others, from {few(one.site for one in bad)}",
            to_fix="leave these findings out, or compute them again",
        )


def _check_design(changes: list[Change], design: Design | None) -> Design:
    kinds: set[Design] = {
        "controlled" if is_controlled(one) else "uncontrolled" for one in changes
    }
    if design is None and len(kinds) > 1:
        n = sum(map(is_controlled, changes))
        raise DataProblem(
            "Some of these changes are set against a comparison and some are not.",
            expected="one kind, because the two never make one number",
            found=f"{n} with a comparison, {len(changes) - n} without",
            to_fix="say which is pooled: design='controlled' or "
            "design='uncontrolled'; the others are shown beside it",
        )
    return design or (kinds.pop() if kinds else "uncontrolled")


def _reason(finding: Finding, design: Design) -> Phrase | None:
    """Return why a finding is not weighted; None if it is."""
    if not isinstance(finding, Change):
        return phrase("synthesis.out_not_answered")
    if not finding.is_shown:
        return phrase("synthesis.out_not_shown")
    if is_controlled(finding) != (design == "controlled"):
        return phrase(f"synthesis.out_not_{design}")
    if finding.standard_error is None:
        return phrase("synthesis.out_no_error")
    if finding.df is not None and finding.df < threshold("low_df"):
        return phrase("synthesis.out_low_df", df=finding.df)
    return None

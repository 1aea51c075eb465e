"""Findings that may be shown, with an account of those that may not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from tillit_eval.findings import Change, Estimate, Finding, Findings, NotAnswered
from tillit_eval.floors import K_FLOOR, K_MIN, check_floor, is_shown
from tillit_eval.phrases import Language, Phrase, phrase, say

if TYPE_CHECKING:
    import pandas as pd


class GuardedFindings(Findings):
    """Findings of which every number may be shown.

    Parameters
    ----------
    findings : iterable of Finding
        Findings under the floor are already replaced by `NotAnswered`.
    hidden : iterable of bool
        Which of them were replaced.
    floor : int
        Fewest people behind a number that is shown.
    """

    __slots__ = ("_hidden", "floor")

    def __init__(
        self,
        findings: Iterable[Finding] = (),
        *,
        hidden: Iterable[bool] = (),
        floor: int = K_MIN,
    ) -> None:
        super().__init__(findings)
        self._hidden = tuple(hidden)
        self.floor = floor

    @property
    def ledger(self) -> pd.DataFrame:
        """One row per finding: ``position, asked, scale, shown, reason``."""
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "position": position,
                    "asked": getattr(finding, "asked", finding.question),
                    "scale": finding.scale,
                    "shown": not hidden,
                    "reason": finding.reason.key
                    if hidden and isinstance(finding, NotAnswered)
                    else "",
                }
                for position, (finding, hidden) in enumerate(
                    zip(self, self._hidden, strict=True)
                )
            ],
            columns=["position", "asked", "scale", "shown", "reason"],
        )

    def note(self, lang: Language | None = None) -> str:
        """Say how many findings are not shown.

        Parameters
        ----------
        lang : {"en", "sv"}, optional
            The language; the current one by default.

        Returns
        -------
        str
            One sentence.
        """
        if not any(self._hidden):
            return say("disclosure.all_findings_shown", lang, findings=len(self))
        return say(
            "disclosure.some_findings_hidden",
            lang,
            hidden=sum(self._hidden),
            findings=len(self),
            n=self.floor,
        )

    def to_frame(self, *, guarded: bool = True, lang: Language = "en") -> pd.DataFrame:
        """Stack the findings; always guarded, whatever is asked.

        Parameters
        ----------
        guarded : bool, default True
            Has no effect: these findings are guarded for good.
        lang : {"en", "sv"}, default "en"
            Language of the cells in words.

        Returns
        -------
        DataFrame, shape (n_findings, n_columns)
            Counts under the floor read "fewer than 10".
        """
        return super().to_frame(guarded=True, lang=lang)


def protect_findings(
    findings: Finding | Iterable[Finding], *, k_min: int = K_MIN
) -> GuardedFindings:
    """Which of these findings may be shown?

    A finding that rests on fewer people than the floor becomes a `NotAnswered`
    with that reason; so does a share that everyone or no one is behind.

    Parameters
    ----------
    findings : Finding or iterable of Finding
        What is to be shown together.
    k_min : int, default 10
        Fewest people behind a number that may be shown, at least 5. A higher
        floor of the finding itself stands.

    Returns
    -------
    GuardedFindings
        In the same order, with `ledger` and `note`.

    Raises
    ------
    DataProblem
        If `k_min` is under 5, or something else than findings is given.

    See Also
    --------
    protect_table : For a table of groups with a total.

    Notes
    -----
    Published findings (``source="published"``) are exempt. Findings that add up
    to another finding, such as one per unit beside one for all units, are not
    yet protected against subtraction here: show them as a table through
    `protect_table`.

    Examples
    --------
    >>> from tillit_eval.findings import Estimate
    >>> guarded = protect_findings(
    ...     [Estimate(scale="trust", estimate=61.0, n_people=7, source="real")])
    >>> print(guarded)
    trust: cannot tell. It rests on fewer than 10 people and is not shown.
    """
    floor = check_floor(k_min)
    given = Findings(findings)
    reasons = [_reason(finding, max(floor, finding.floor)) for finding in given]
    guarded = [
        replace(finding, floor=max(floor, finding.floor))
        if reason is None
        else _without_numbers(finding, reason)
        for finding, reason in zip(given, reasons, strict=True)
    ]
    hidden = [reason is not None for reason in reasons]
    return GuardedFindings(guarded, hidden=hidden, floor=floor)


def guard_findings(findings: Finding | Iterable[Finding]) -> GuardedFindings:
    """Which of these findings may be shown under the floor each one carries?

    Figures and tables use it, so that nothing is drawn that may not be.

    Parameters
    ----------
    findings : Finding or iterable of Finding
        What is to be shown.

    Returns
    -------
    GuardedFindings
        In the same order.

    Raises
    ------
    DataProblem
        If something else than findings is given.

    See Also
    --------
    protect_findings : With one floor for all.

    Examples
    --------
    >>> len(guard_findings([]))
    0
    """
    given = Findings(findings)
    parts = [protect_findings(f, k_min=max(f.floor, K_FLOOR)) for f in given]
    return GuardedFindings(
        (part[0] for part in parts),
        hidden=(not part.ledger["shown"].all() for part in parts),
        floor=max((f.floor for f in given), default=K_MIN),
    )


def _reason(finding: Finding, floor: int) -> Phrase | None:
    """Return why a finding may not be shown; None if it may."""
    if isinstance(finding, NotAnswered):
        return None
    if not is_shown(finding.n_people, floor=floor, source=finding.source):
        return phrase("disclosure.reason_under_floor", n=floor)
    if isinstance(finding, Estimate) and finding.hidden_because is not None:
        return None if finding.source == "published" else finding.hidden_because
    if not replace(finding, floor=floor).is_shown:
        return phrase("disclosure.reason_gives_away")
    is_level = isinstance(finding, Estimate) and not isinstance(finding, Change)
    if is_level and finding.source != "published":
        if getattr(finding, "unit_of_measure", "") == "share":
            if getattr(finding, "estimate", 0.5) in (0.0, 1.0):
                return phrase("disclosure.reason_one_sided")
    return None


def _without_numbers(finding: Finding, reason: Phrase) -> NotAnswered:
    return NotAnswered(
        scale=finding.scale,
        label=finding.label,
        asked=finding.question,
        reason=reason,
        source=finding.source,
        floor=finding.floor,
        expected=finding.expected,
        site=finding.site,
        role=finding.role,
        key=finding.key,
    )

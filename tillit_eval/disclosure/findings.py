"""Findings that may be shown, with an account of those that may not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tillit_eval.disclosure.parts import hide_parts
from tillit_eval.findings import (
    Change,
    Estimate,
    Finding,
    Findings,
    NotAnswered,
    tell,
)
from tillit_eval.floors import (
    K_CELL,
    K_FLOOR,
    K_MIN,
    check_floor,
    is_shown,
    shows_sides,
)
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
    findings: Finding | Iterable[Finding],
    *,
    parts: Mapping[int, Sequence[int]] | None = None,
    k_min: int = K_MIN,
) -> GuardedFindings:
    """Which of these findings may be shown?

    A finding that rests on fewer people than the floor becomes a `NotAnswered`
    with that reason; so does a share with fewer than 5 people on one side. Where
    findings add up to another, as one per unit beside one for all units, say so
    with `parts`: then those are hidden too that would give a small one away.

    Parameters
    ----------
    findings : Finding or iterable of Finding
        What is to be shown together.
    parts : mapping of int to sequence of int, optional
        Position of a whole, and the positions of its parts: ``{0: [1, 2, 3]}``.
        Parts may have parts. People in the whole and in no part are allowed for.
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
        If `k_min` is under 5, something else than findings is given, a position
        does not exist, or parts hold more people than their whole.

    See Also
    --------
    protect_table : For a table of groups with a total.
    Ledger : For everything a build publishes, when the rows are at hand.

    Notes
    -----
    Published findings (``source="published"``) are exempt. With `parts`, people
    are counted by every count that all of them have: ``n_people``, and
    ``n_before``, ``n_after`` and ``n_pairs`` of changes.

    Examples
    --------
    >>> from tillit_eval.findings import Estimate
    >>> given = [Estimate(scale="trust", estimate=61.0, n_people=n, source="real")
    ...     for n in (61, 7, 20, 34)]
    >>> print(protect_findings(given[1]))
    trust: cannot tell. It rests on fewer than 10 people and is not shown.
    >>> protect_findings(given, parts={0: [1, 2, 3]}).ledger["shown"].tolist()
    [True, False, False, True]
    """
    floor = check_floor(k_min)
    given = Findings(findings)
    reasons = [reason_hidden(finding, max(floor, finding.floor)) for finding in given]
    if parts:
        highest = max([floor, *(finding.floor for finding in given)])
        gone = hide_parts(given, parts, reasons, highest)
        beside = phrase("disclosure.reason_beside", n=highest)
        reasons = [
            beside if hidden and reason is None else reason
            for hidden, reason in zip(gone, reasons, strict=True)
        ]
    return guard_with(given, reasons, floor)


def guard_with(
    findings: Sequence[Finding], reasons: Sequence[Phrase | None], floor: int
) -> GuardedFindings:
    """Replace every finding that has a reason to be hidden.

    Parameters
    ----------
    findings : sequence of Finding
        What was to be shown.
    reasons : sequence of Phrase or None
        Why each is hidden; None where it is shown.
    floor : int
        Fewest people behind a number that is shown.

    Returns
    -------
    GuardedFindings
        In the same order.
    """
    guarded = [
        replace(finding, floor=max(floor, finding.floor))
        if reason is None
        else without_numbers(finding, reason)
        for finding, reason in zip(findings, reasons, strict=True)
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
    for one in given:
        tell("finding", finding=one, how="drawn")
    parts = [protect_findings(f, k_min=max(f.floor, K_FLOOR)) for f in given]
    return GuardedFindings(
        (part[0] for part in parts),
        hidden=(not part.ledger["shown"].all() for part in parts),
        floor=max((f.floor for f in given), default=K_MIN),
    )


def reason_hidden(finding: Finding, floor: int) -> Phrase | None:
    """Return why a finding may not be shown for its own sake; None if it may.

    Parameters
    ----------
    finding : Finding
        Of any kind.
    floor : int
        Fewest people behind a number that is shown.

    Returns
    -------
    Phrase or None
        The reason.
    """
    if isinstance(finding, NotAnswered):
        return None
    if not is_shown(finding.n_people, floor=floor, source=finding.source):
        return phrase("disclosure.reason_under_floor", n=floor)
    if isinstance(finding, Estimate) and finding.hidden_because is not None:
        return None if finding.source == "published" else finding.hidden_because
    if _is_one_sided(finding):
        return phrase("disclosure.reason_one_sided", n=K_CELL)
    if not replace(finding, floor=floor).is_shown:
        return phrase("disclosure.reason_gives_away")
    return None


def _is_one_sided(finding: Finding) -> bool:
    """Tell whether a share has too few people on one side; a change has two shares."""
    if not isinstance(finding, Estimate) or isinstance(finding, Change):
        return False
    if finding.unit_of_measure != "share" or finding.source == "published":
        return False
    yes = round(finding.estimate * finding.n_people)
    return not shows_sides(yes, finding.n_people)


def without_numbers(finding: Finding, reason: Phrase) -> NotAnswered:
    """Return what is left of a finding that is not shown.

    Parameters
    ----------
    finding : Finding
        Of any kind.
    reason : Phrase
        Why it is not shown.

    Returns
    -------
    NotAnswered
        With its name and place in the plan, and no number.
    """
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

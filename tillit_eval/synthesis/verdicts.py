"""The verdicts of every site, outcome by outcome, guard rails first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from tillit_eval.findings import (
    Change,
    Estimate,
    Finding,
    Findings,
    NotAnswered,
    Role,
    measured_mark,
    measured_notes,
)
from tillit_eval.phrases import Label, Language, Phrase, language, number, say
from tillit_eval.plan import GuardRail
from tillit_eval.thresholds import threshold

if TYPE_CHECKING:
    import pandas as pd

DASH = "\u2013"
# The order of columns, and of the questions of a site.
ROLES: tuple[Role, ...] = ("guard_rail", "primary", "secondary")
_ORDER = (
    *("broken", "held", "rose", "fell", "no_change", "cannot_tell"),
    *("not_answered", "not_shown"),
)


class Verdicts(Findings):
    """The verdicts of a study, site by family of outcomes.

    Parameters
    ----------
    findings : iterable of Finding
        Judged and adjusted, site by site, guard rails first.
    sites : mapping of str to Label
        Name of each site, by its key, in the order of the rows.
    families : mapping of str to str or Label
        The family of each scale; a scale that is not there is its own.
    """

    __slots__ = ("_families", "_sites")

    def __init__(
        self,
        findings: Iterable[Finding],
        *,
        sites: Mapping[str, Label],
        families: Mapping[str, str | Label],
    ) -> None:
        super().__init__(findings)
        self._sites, self._families = dict(sites), dict(families)

    @property
    def n_tests(self) -> int:
        """Questions that were tested: answered, with a guard rail or a p value."""
        return len(self._tested())

    @property
    def expected_unadjusted(self) -> float:
        """Most verdicts that chance alone would make false, each judged by itself."""
        return (1 - threshold("level")) * self.n_tests

    @property
    def expected_false(self) -> float:
        """Most verdicts expected to be false as they stand, after adjustment."""
        return sum(self._false_of(role) for role in ROLES)

    def matrix(self, lang: Language | None = None) -> pd.DataFrame:
        """Write the verdicts in words, a row per site and a column per family.

        Parameters
        ----------
        lang : {"en", "sv"}, optional
            The language; the current one by default.

        Returns
        -------
        DataFrame, shape (n_sites, n_families)
            Sites in the order of the study, or of the findings where there is none;
            guard rails in the first columns. What rests on too few people to be
            shown is said to be so.
        """
        import pandas as pd

        lang = language(lang)
        columns = self._columns(lang)
        reasons = self._reasons()
        rows = {
            label.say(lang): [
                self._cell(site, role, family, reasons, lang)
                for role, family in columns
            ]
            for site, label in self._sites.items()
        }
        names = [say(f"synthesis.column_{r}", lang, name=f) for r, f in columns]
        return pd.DataFrame.from_dict(rows, orient="index", columns=names)

    def notes(self, lang: Language | None = None) -> list[str]:
        """Say how many verdicts may be false, and why some questions have no answer.

        Parameters
        ----------
        lang : {"en", "sv"}, optional
            The language; the current one by default.

        Returns
        -------
        list of str
            One sentence, one per reason, lettered as in `matrix`, and one per mark
            of scales that may not measure the same both times.
        """
        reasons = [
            f"({letter}) {reason.say(lang)}"
            for reason, letter in self._reasons().items()
        ]
        written = [one for one in self if _is_written(one)]
        return [self.note(lang), *reasons, *measured_notes(written, lang)]

    def note(self, lang: Language | None = None) -> str:
        """Say how many verdicts are expected to be false."""
        given = sum(verdict_of(one) in _ORDER[:5] for one in self._tested())
        return say(
            "synthesis.expected_false",
            lang,
            tests=self.n_tests,
            given=given,
            unadjusted=number(self.expected_unadjusted, 2, lang),
            expected=number(self.expected_false, 2, lang),
        )

    def _tested(self) -> list[Finding]:
        return [
            one
            for one in self
            if isinstance(one, GuardRail)
            or (isinstance(one, Change) and one.p_value is not None)
        ]

    def _false_of(self, role: Role) -> float:
        """Return the most false verdicts to expect among the questions of a role."""
        share = 1 - threshold("level")
        tested = [one for one in self._tested() if one.role == role]
        if role == "guard_rail":  # each is judged by itself
            return share * len(tested)
        if role == "primary":  # Holm: the chance that any is false
            return share if tested else 0.0
        # Benjamini and Hochberg within each site: a share of those given and one more.
        asked = Counter(one.site for one in tested)
        given = Counter(one.site for one in tested if verdict_of(one) in _ORDER[:5])
        return share * sum(min(n, 1 + given[site]) for site, n in asked.items())

    def _family_of(self, finding: Finding, lang: Language) -> str:
        family = self._families.get(finding.scale)
        if family is None:
            return finding.name(lang)
        return family.say(lang) if isinstance(family, Label) else family

    def _columns(self, lang: Language) -> list[tuple[Role, str]]:
        """Return role and family of each column, guard rails first."""
        seen = dict.fromkeys((one.role, self._family_of(one, lang)) for one in self)
        return sorted(seen, key=lambda column: ROLES.index(column[0]))

    def _reasons(self) -> dict[Phrase, str]:
        """Return the reasons of questions without an answer, each with a letter."""
        silent = [one.reason for one in self if isinstance(one, NotAnswered)]
        return {why: _letter(i) for i, why in enumerate(dict.fromkeys(silent))}

    def _cell(
        self,
        site: str,
        role: Role,
        family: str,
        reasons: Mapping[Phrase, str],
        lang: Language,
    ) -> str:
        there = [
            one
            for one in self
            if (one.site, one.role) == (site, role)
            and self._family_of(one, lang) == family
        ]
        counted = Counter(
            (
                verdict_of(one),
                reasons[one.reason] if isinstance(one, NotAnswered) else "",
                measured_mark(one) if _is_written(one) else "",
            )
            for one in there
        )
        ordered = sorted(counted.items(), key=lambda item: _ORDER.index(item[0][0]))
        words = [
            say(f"synthesis.cell_{verdict}", lang, letter=letter)
            + mark
            + (f" \u00d7 {n}" if n > 1 else "")
            for (verdict, letter, mark), n in ordered
        ]
        return ", ".join(words) or DASH


def verdict_of(finding: Finding) -> str:
    """Return a finding's verdict in one word, or why it has none.

    Parameters
    ----------
    finding : Finding
        A guard rail, a change or a question without an answer.

    Returns
    -------
    str
        A verdict; ``held`` or ``broken`` for a guard rail; ``not_answered`` or
        ``not_shown`` where there is none to show.

    Examples
    --------
    >>> verdict_of(Change(scale="x", before="1", after="2", estimate=1.0, n_people=5))
    'not_shown'
    """
    if isinstance(finding, NotAnswered):
        return "not_answered"
    if isinstance(finding, Estimate) and not finding.is_shown:
        return "not_shown"
    if isinstance(finding, GuardRail):
        return finding.held
    return finding.verdict if isinstance(finding, Change) else "not_answered"


def _is_written(finding: Finding) -> bool:
    """Tell whether a finding's verdict is shown."""
    return verdict_of(finding) not in ("not_answered", "not_shown")


def _letter(place: int) -> str:
    """Return a, b, …, z, aa, ab, … for a place."""
    first, last = divmod(place, 26)
    return (_letter(first - 1) if first else "") + chr(ord("a") + last)

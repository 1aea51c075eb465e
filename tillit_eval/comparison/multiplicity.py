"""What is left of several findings when they are looked at together?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tillit_eval.comparison._mean_change import MeanChange
from tillit_eval.errors import DataProblem, check_option
from tillit_eval.findings import Change, Finding, Findings, Verdict
from tillit_eval.findings.family import METHODS, Method, adjusted
from tillit_eval.thresholds import threshold


def adjust_p_values(
    findings: Iterable[Finding], *, method: Method = "holm"
) -> Findings:
    r"""Adjust the p values and verdicts of findings that are looked at together.

    The more outcomes one looks at, the likelier one of them moves by chance.
    Estimates and intervals stay as they are; p values and verdicts change.
    Questions that were not answered, and findings without p, pass untouched.

    Parameters
    ----------
    findings : iterable of Finding
        One family: the outcomes that are read together.
    method : {"holm", "benjamini-hochberg"}, default "holm"
        Holm keeps the chance of any false verdict at its level, for planned
        outcomes; Benjamini-Hochberg the expected share of false ones, for tables
        of many items.

    Returns
    -------
    Findings
        The same, in the same order, with ``adjusted`` set on those changed.

    Raises
    ------
    DataProblem
        If there is no p value to adjust, or one was adjusted before.

    See Also
    --------
    compare_paired : Makes findings with a p value.

    Notes
    -----
    Equal to ``p.adjust`` in R (Holm 1979; Benjamini & Hochberg 1995). The p values
    against no change make one family, those against the margin another over the
    same outcomes: of one outcome's two hypotheses at most one can be true. A
    change *rose* or *fell* if its adjusted p is under 1 - level of its interval;
    *no change worth noticing* needs an adjusted ``p_equivalence`` under 5 % and
    comes first, as in ``decide_verdict``. The ``alternatives`` of a finding are
    adjusted as if each of them stood in its place.

    Examples
    --------
    >>> adjusted([0.01, 0.02, 0.03], "holm").round(3).tolist()
    [0.03, 0.04, 0.04]
    """
    check_option("method", method, METHODS)
    listed = Findings(findings)
    family = [
        one for one in listed if isinstance(one, Change) and one.p_value is not None
    ]
    _check_family(family)
    together = _Family(
        p_change=[one.p_value or 0.0 for one in family],
        p_margin=[one.p_equivalence for one in family],
        method=method,
    )
    changed: dict[int, Finding] = {
        id(one): together.adjust(one, place) for place, one in enumerate(family)
    }
    return Findings(changed.get(id(one), one) for one in listed)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Family:
    """The p values of outcomes that are read together."""

    p_change: list[float]
    p_margin: list[float | None]
    method: Method

    def adjust(self, one: Change, place: int) -> Change:
        """Adjust one outcome, and the other answers to it in the same way."""
        p = self._put(self.p_change, place, one.p_value)
        p_margin = None
        if one.p_equivalence is not None and self.p_margin[place] is not None:
            judged = [p for p in self.p_margin if p is not None]
            before = sum(p is not None for p in self.p_margin[:place])
            p_margin = self._put(judged, before, one.p_equivalence)
        found = _with_p(one, p, p_margin, self.method)
        if not isinstance(found, MeanChange):
            return found
        beside = (
            self.adjust(other, place)
            if isinstance(other, Change) and other.p_value is not None
            else other
            for other in found.alternatives
        )
        return replace(found, alternatives=Findings(beside))

    def _put(self, p: list[float], place: int, own: float | None) -> float:
        """Adjust the family with one p value in the place of another."""
        mixed = [*p[:place], p[place] if own is None else own, *p[place + 1 :]]
        return float(adjusted(mixed, self.method)[place])


def _check_family(family: list[Change]) -> None:
    before = sum(bool(one.adjusted) for one in family)
    if family and not before:
        return
    raise DataProblem(
        "There are no p values to adjust."
        if not family
        else "Some p values were adjusted before.",
        expected="changes with a p value that is as it was computed",
        found=f"{len(family)} changes with a p value, {before} adjusted before",
        to_fix="pass the findings as the compare_ functions return them",
    )


def _with_p(
    one: Change, p: float, p_equivalence: float | None, method: Method
) -> Change:
    level = one.interval.level if one.interval else threshold("level")
    verdict: Verdict = "cannot_tell"
    if (
        p_equivalence is not None
        and p_equivalence < (1 - threshold("equivalence_level")) / 2
    ):
        verdict = "no_change"
    elif p < 1 - level:
        verdict = "rose" if one.estimate > 0 else "fell"
    return replace(
        one, p_value=p, p_equivalence=p_equivalence, verdict=verdict, adjusted=method
    )

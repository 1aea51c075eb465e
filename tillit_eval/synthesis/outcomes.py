"""What do several outcomes of several sites say together?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from tillit_eval.errors import DataProblem, check_option, few, kind_of
from tillit_eval.findings import Change, Finding, Findings, check_level
from tillit_eval.phrases import Label, Language, number, phrase, say
from tillit_eval.plan import Study
from tillit_eval.synthesis._correlated import fit_family
from tillit_eval.synthesis._law import conclude
from tillit_eval.synthesis._reading import (
    Contribution,
    Design,
    check_enough,
    read_sites,
)
from tillit_eval.synthesis.model import Together, bare_amount
from tillit_eval.synthesis.pooling import changes_of, shared, weighted, with_silent
from tillit_eval.thresholds import threshold

# Beside the correlation assumed, these show how much hangs on it.
OTHERS = (0.2, 0.8)


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledFamily(Together):
    """What several outcomes say together over several sites.

    Attributes
    ----------
    estimate, standard_error, interval, df : float, float, Interval, float
        Average over sites and outcomes, errors robust by site (CR2, Satterthwaite).
    outcomes : tuple of str
        Scales in the number.
    turned : tuple of str
        Those whose sign was turned.
    assumed_correlation : float
        Between the errors of two outcomes of one site.
    tau_squared, omega_squared : float
        Variance between sites, and between outcomes within sites.
    alternatives : Findings
        The same with other correlations.
    """

    question: ClassVar[str] = "pooled family of outcomes"

    outcomes: tuple[str, ...]
    turned: tuple[str, ...] = ()
    assumed_correlation: float
    tau_squared: float
    omega_squared: float
    alternatives: Findings = field(default_factory=Findings)

    def _claim(self, lang: Language) -> str:
        says = [self._head(lang)]
        says.append(say("synthesis.family", lang, outcomes=len(self.outcomes)))
        if self.turned:
            says.append(say("synthesis.turned", lang, n=len(self.turned)))
        says += self._cautions(lang)
        says.append(self._assumed(lang))
        if self.df is not None and self.df < threshold("low_df"):
            says.append(say("synthesis.family_low_df", lang, df=self.df))
        return " ".join(says)

    def _assumed(self, lang: Language) -> str:
        others = [one for one in self.alternatives if isinstance(one, PooledFamily)]
        middles = [one.estimate for one in (self, *others)]
        low = bare_amount(self, min(middles), lang, sign=True)
        steady = low == bare_amount(self, max(middles), lang, sign=True)
        return say(
            "synthesis.assumed_steady" if steady else "synthesis.assumed",
            lang,
            correlation=number(self.assumed_correlation, 1, lang),
            low=low,
            high=self.amount(max(middles), lang, sign=True),
        )

    def _cell(
        self, name: str, value: object, *, guarded: bool, hidden: bool, lang: Language
    ) -> object:
        if name in ("outcomes", "turned"):
            return ", ".join(getattr(self, name))
        if name == "alternatives":
            return "" if hidden else self._assumed(lang)
        return Together._cell(
            self, name, value, guarded=guarded, hidden=hidden, lang=lang
        )


def combine_outcomes(
    findings: Iterable[Finding],
    *,
    name: str | Label = "",
    turned: Iterable[str] = (),
    correlation: float = 0.6,
    design: Design | None = None,
    study: Study | None = None,
    level: float = 0.95,
) -> PooledFamily:
    r"""Which change do several outcomes show together, over several sites?

    Outcomes of one site come from the same people, so they are no independent
    evidence: their errors are taken as correlated, and the uncertainty is counted
    over sites.

    Parameters
    ----------
    findings : iterable of Finding
        At most one `Change` per site and scale, of one estimand and unit of measure.
    name : str or Label, optional
        What the outcomes are together.
    turned : iterable of str, optional
        Scales where a fall is what a rise is elsewhere, such as burden.
    correlation : float, default 0.6
        Assumed between the errors of two outcomes of one site, from 0 to under 1.
        The sentence says how little or much hangs on it.
    design : {"controlled", "uncontrolled"}, optional
        As in `combine_findings`.
    study : Study, optional
        Gives the sites their names, and a row to those that were not asked.
    level : float, default 0.95
        Coverage of the interval.

    Returns
    -------
    PooledFamily
        The average over sites and outcomes.

    Raises
    ------
    TooFewAnswers
        If fewer than three sites can be weighted.
    DataProblem
        If findings are mixed as in `combine_findings`, a site has two estimates of a
        scale, no site has two outcomes, or the correlation cannot be.

    See Also
    --------
    combine_findings : One outcome, with a range for a new site.

    Notes
    -----
    The correlated and hierarchical effects model of Pustejovsky and Tipton (2022,
    doi 10.1007/s11121-021-01246-3): errors correlated within sites, one variance
    between sites and one between outcomes of a site, by REML; errors of the average
    robust by site (CR2) with Satterthwaite's degrees of freedom, so that a wrong
    correlation costs precision and not validity. Equal to ``metafor::rma.mv`` with
    ``clubSandwich::coef_test``.

    Examples
    --------
    >>> from tillit_eval.findings import Change
    >>> sites = [Change(scale=scale, site=site, before="1", after="2", estimate=y + d,
    ...     standard_error=1.0, n_people=50, source="real")
    ...     for site, y in zip("abcde", (1.0, 2.0, 3.0, 2.0, 2.5))
    ...     for scale, d in (("trust", 0.5), ("voice", -0.5))]
    >>> found = combine_outcomes(sites, name="trust and voice")
    >>> round(found.estimate, 6), found.k, found.verdict
    (2.1, 5, 'rose')
    """
    check_option("design", design, ("controlled", "uncontrolled", None))
    check_level(level)
    _check_correlation(correlation)
    given = with_silent(findings, study)
    read = read_sites(given, design=design, study=study, several=True)
    used = changes_of(read)
    check_enough({one.site: one for one in used}.values(), len(read))
    flipped = _check_turned(turned, used)
    _check_several(used)
    others = [
        _family(read, name, flipped, rho, level)
        for rho in OTHERS
        if abs(rho - correlation) > 1e-9
    ]
    return _family(read, name, flipped, correlation, level, Findings(others))


def _family(
    read: Sequence[Contribution],
    name: str | Label,
    turned: tuple[str, ...],
    correlation: float,
    level: float,
    alternatives: Findings | None = None,
) -> PooledFamily:
    """Pool what was read with one correlation."""
    used = changes_of(read)
    signs = np.array([-1.0 if one.scale in turned else 1.0 for one in used])
    y = signs * np.array([one.estimate for one in used])
    s = np.array([one.standard_error or np.nan for one in used])
    site = np.unique([one.site for one in used], return_inverse=True)[1]
    found = fit_family(y, s, site, correlation)
    margins = {one.margin for one in used}
    law = conclude(
        found.estimate,
        found.standard_error,
        found.df,
        level=level,
        margin=margins.pop() if len(margins) == 1 else None,
    )
    return PooledFamily(
        **_about(read, used, name),
        **law,
        method=phrase("synthesis.method_family"),
        contributions=weighted(read, found.weights),
        outcomes=tuple(dict.fromkeys(one.scale for one in used)),
        turned=turned,
        assumed_correlation=correlation,
        tau_squared=found.between,
        omega_squared=found.within,
        alternatives=Findings() if alternatives is None else alternatives,
    )


def _about(
    read: Sequence[Contribution], used: Sequence[Change], name: str | Label
) -> dict[str, Any]:
    """Return the shared fields; people of a site count once, however much they said."""
    people: dict[str, int] = {}
    units: dict[str, int | None] = {}
    for one in used:
        people[one.site] = max(people.get(one.site, 0), one.n_people)
        units[one.site] = one.n_units
    known = [n for n in units.values() if n is not None]
    called = " + ".join(dict.fromkeys(one.scale for one in used))
    return shared(read, used) | {
        "scale": name if isinstance(name, str) and name else called,
        "label": name if isinstance(name, Label) else None,
        "n_people": sum(people.values()),
        "n_units": sum(known) if len(known) == len(units) else None,
    }


def _check_correlation(correlation: object) -> None:
    if isinstance(correlation, (int, float)) and 0 <= correlation < 1:
        return
    raise DataProblem(
        "This cannot be the correlation of the errors of two outcomes.",
        expected="a number from 0 to under 1",
        found=str(correlation)
        if isinstance(correlation, (int, float))
        else kind_of(correlation),
        to_fix="give correlation=0.6",
    )


def _check_turned(turned: Iterable[str], used: Sequence[Change]) -> tuple[str, ...]:
    """Refuse to turn what is not there: most likely a slip of the pen."""
    wanted = (turned,) if isinstance(turned, str) else tuple(turned)
    there = {one.scale for one in used}
    unknown = [scale for scale in wanted if scale not in there]
    if unknown:
        raise DataProblem(
            "Some scales to turn are not among the findings.",
            expected=f"scales such as {few(sorted(there))}",
            found=few(unknown),
            to_fix="correct turned=",
        )
    return wanted


def _check_several(used: Sequence[Change]) -> None:
    if len(used) > len({one.site for one in used}):
        return
    raise DataProblem(
        "No site has more than one outcome here.",
        expected="several outcomes from at least one site",
        found=f"{len(used)} estimates from as many sites",
        to_fix="use combine_findings",
    )

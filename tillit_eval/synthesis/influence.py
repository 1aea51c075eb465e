"""Does the number rest on one site?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from scipy.special import chdtr

from tillit_eval.errors import TooFewAnswers
from tillit_eval.findings import (
    Change,
    Estimate,
    Findings,
    MeasurementState,
    Verdict,
)
from tillit_eval.phrases import Label, Language, percent, say
from tillit_eval.synthesis._law import conclude
from tillit_eval.synthesis._mixed import Array, Fit, fit_mixed
from tillit_eval.synthesis._reading import FEWEST, Contribution
from tillit_eval.synthesis.model import Pooled, change_amount, change_interval
from tillit_eval.synthesis.pooling import numbers_of


@dataclass(frozen=True, slots=True, kw_only=True)
class OfSite(Estimate):
    """A finding about one site of a pooled number. Base of two others.

    ``label`` is the name of the site, so that tables and figures show it.

    Attributes
    ----------
    measured : MeasurementState or None
        The least that is known of a scale in the pooled number.
    """

    question: ClassVar[str] = "site"

    measured: MeasurementState | None = "not_examined"

    def amount(
        self, value: float, lang: Language | None = None, *, sign: bool = False
    ) -> str:
        """Write a value; a difference of shares in percentage points."""
        return change_amount(self, value, lang, sign=sign)

    def interval_in_words(self, lang: Language | None = None) -> str:
        """Write the interval in the unit of `amount`."""
        return change_interval(self, self.interval, lang)


@dataclass(frozen=True, slots=True, kw_only=True)
class Influence(OfSite):
    """What the pooled number would be without one site.

    Attributes
    ----------
    estimate, standard_error, interval, df : float, float, Interval, float
        The average of the other sites.
    weight : float
        The site's share of the number with it.
    shift : float
        `estimate` less the average of all sites.
    tau_squared : float
        Variance between the other sites.
    rstudent : float
        How far the site lies from what the others predict, in standard errors.
    dffits, cooks_distance, hat : float
        The usual measures of influence, as in metafor; `hat` is the leverage.
    influential : bool
        Whether one of metafor's four rules marks the site.
    verdict_with, verdict_without : {"no_change", "rose", "fell", "cannot_tell"}
        Of the number with and without the site.
    """

    question: ClassVar[str] = "influence of a site"

    weight: float
    shift: float
    tau_squared: float
    rstudent: float
    dffits: float
    cooks_distance: float
    hat: float
    influential: bool
    verdict_with: Verdict
    verdict_without: Verdict

    def _claim(self, lang: Language) -> str:
        changed = self.verdict_with != self.verdict_without
        says = [
            say(
                "synthesis.without",
                lang,
                name=self.name(lang),
                amount=self.amount(self.estimate, lang, sign=True),
                interval=self.interval_in_words(lang),
                weight=percent(self.weight, 0, lang),
            ),
            say(
                f"synthesis.verdict_{'changes' if changed else 'stays'}",
                lang,
                new=say(f"verdicts.{self.verdict_without}", lang),
                old=say(f"verdicts.{self.verdict_with}", lang),
            ),
        ]
        if self.influential:
            says.append(say("synthesis.influential", lang))
        return " ".join(says)


def assess_influence(pooled: Pooled) -> Findings:
    r"""Ask what each site does to the pooled number: would it hold without it?

    Parameters
    ----------
    pooled : Pooled
        From `combine_findings`, with at least four sites in the number.

    Returns
    -------
    Findings
        One `Influence` per site in the number, in its order.

    Raises
    ------
    TooFewAnswers
        If fewer than four sites are in the number.

    See Also
    --------
    combine_findings : The number with all sites.
    rank_sites : What can be said of each site.

    Notes
    -----
    Each site is left out in turn and everything estimated anew, tau squared too.
    Equal to ``leave1out`` and ``influence`` of metafor for ``test = "adhoc"``
    (Viechtbauer and Cheung 2010, doi 10.1002/jrsm.11): with :math:`p = 1`, a site is
    marked if :math:`|\mathrm{DFFITS}| > 3\sqrt{p / (k - p)}`, Cook's distance is
    above the median of chi squared, the hat value is above :math:`3p/k`, or the
    average moves by more than one standard error.

    Examples
    --------
    >>> from tillit_eval.findings import Change
    >>> from tillit_eval.synthesis import combine_findings
    >>> pooled = combine_findings([Change(scale="trust", site=name, before="1",
    ...     after="2", estimate=y, standard_error=1.0, n_people=50)
    ...     for name, y in zip("abcde", (1.0, 2.0, 3.0, 2.0, 12.0))])
    >>> [one.site for one in assess_influence(pooled) if one.influential]
    ['e']
    """
    used = pooled.pooled
    _check_enough(len(used))
    y, v = numbers_of(used)
    ones = np.ones((len(y), 1))
    method = pooled.method.key if pooled.method else ""
    how = "reml" if method.endswith("reml") else "paule-mandel"
    kept = np.array([np.delete(np.arange(len(y)), i) for i in range(len(y))])
    whole = fit_mixed(y, v, ones, method=how)
    without = fit_mixed(y[kept], v[kept], ones[1:], method=how)
    measured = _measures(y, v, whole, without)
    rows = [one for one in pooled.contributions if one.weight is not None]
    return Findings(
        _influence(pooled, row, {name: values[i] for name, values in measured.items()})
        for i, row in enumerate(rows)
    )


def _measures(y: Array, v: Array, whole: Fit, without: Fit) -> dict[str, Array]:
    """Return metafor's measures of influence, one value per site."""
    guard = np.maximum(1.0, whole.factor)
    guards = np.maximum(1.0, without.factor)
    mean, means = whole.coefficients[0], without.coefficients[:, 0]
    hat, tau2 = whole.weights / whole.weights.sum(), without.tau_squared
    errors = guards * without.covariance[:, 0, 0]
    moved = mean - means
    dffits = moved / np.sqrt(guards * hat * (tau2 + v))
    cooks = moved**2 / (guard * whole.covariance[0, 0])
    all_weights = 1 / (v + tau2[:, None])
    dfbetas = moved / np.sqrt(guards / all_weights.sum(axis=1))
    k = len(y)
    marks = (np.abs(dffits) > 3 * (1 / (k - 1)) ** 0.5) | (chdtr(1, cooks) > 0.5)
    return {
        "mean": means,
        "error": np.sqrt(errors),
        "shift": -moved,
        "tau_squared": tau2,
        "rstudent": (y - means) / np.sqrt(guards * (v + tau2) + errors),
        "dffits": dffits,
        "cooks_distance": cooks,
        "hat": hat,
        "influential": marks | (hat > 3 / k) | (np.abs(dfbetas) > 1),
    }


def _influence(pooled: Pooled, row: Contribution, found: dict[str, Any]) -> Influence:
    level = pooled.interval.level if pooled.interval else 0.95
    mean, error = float(found.pop("mean")), float(found.pop("error"))
    law = conclude(mean, error, pooled.k - 2.0, level=level, margin=pooled.margin)
    bare = ("estimate", "standard_error", "df", "interval")
    return Influence(
        **of_site(pooled, row),
        **{name: law[name] for name in bare},
        **{name: value.item() for name, value in found.items()},
        weight=row.weight or 0.0,
        verdict_with=pooled.verdict,
        verdict_without=law["verdict"],
        method=pooled.method,
    )


def of_site(pooled: Pooled, row: Contribution) -> dict[str, Any]:
    """Return the fields that a finding about one site takes from it."""
    finding = row.finding
    return {
        "scale": finding.scale,
        "label": row.label or Label(row.site, row.site),
        "site": row.site,
        "estimand": pooled.estimand,
        "unit_of_measure": pooled.unit_of_measure,
        "n_people": finding.n_people,
        "n_units": finding.n_units,
        "source": finding.source,
        "floor": finding.floor,
        "expected": finding.expected,
        "measured": pooled.measured,
        "hidden_because": finding.hidden_because
        if isinstance(finding, Change)
        else None,
    }


def _check_enough(k: int) -> None:
    if k <= FEWEST:
        raise TooFewAnswers(
            "Too few sites to leave one out.",
            expected=f"at least {FEWEST + 1} sites in the pooled number",
            found=f"{k}",
            to_fix="read the sites one by one: plot_forest(pooled)",
            reason="synthesis.reason_few_to_leave_out",
            values={"k": k},
        )

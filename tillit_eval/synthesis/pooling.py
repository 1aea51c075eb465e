"""What do the sites say together?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from scipy.special import chdtrc

from tillit_eval.errors import check_option
from tillit_eval.findings import (
    Change,
    Finding,
    Findings,
    Interval,
    NotAnswered,
    check_level,
    source_of,
    supports_means,
    weakest_state,
)
from tillit_eval.phrases import Phrase, phrase
from tillit_eval.plan import Study
from tillit_eval.synthesis._law import conclude, t_interval
from tillit_eval.synthesis._mixed import (
    Array,
    even_share,
    fit_mixed,
    heterogeneity,
    profile_q,
)
from tillit_eval.synthesis._reading import (
    Contribution,
    Design,
    check_enough,
    read_sites,
)
from tillit_eval.synthesis.model import ROUNDING, Pooled

Method = Literal["reml", "paule-mandel"]


def combine_findings(
    findings: Finding | Iterable[Finding],
    *,
    method: Method = "reml",
    design: Design | None = None,
    study: Study | None = None,
    level: float = 0.95,
) -> Pooled:
    r"""Which change do the sites show together, and what would a new one see?

    One change per site becomes one average, with an interval for the average and a
    wider one for a new site. Sites that cannot be weighted, and sites that could not
    answer, stay as rows with the reason; none is dropped in silence.

    Parameters
    ----------
    findings : iterable of Finding
        One `Change` per site, of one scale, estimand and unit of measure, each with
        its ``site``; `NotAnswered` may be among them.
    method : {"reml", "paule-mandel"}, default "reml"
        How the variance between sites is estimated.
    design : {"controlled", "uncontrolled"}, optional
        Which changes are pooled where some are set against a comparison and some
        are not; the others stand beside the number. Must be given then.
    study : Study, optional
        Gives the sites their names, and a row to those that were not asked.
    level : float, default 0.95
        Coverage of the intervals.

    Returns
    -------
    Pooled
        The average with its interval, prediction intervals, heterogeneity, and
        ``contributions``: each site's finding and weight.

    Raises
    ------
    TooFewAnswers
        If fewer than three sites can be weighted: two are shown, never pooled.
    DataProblem
        If scales, estimands, units of measure or designs are mixed, a site has two
        estimates or is not named, or a standard error is zero.

    See Also
    --------
    combine_outcomes : Several outcomes per site.
    assess_influence : What one site does to the number.

    Notes
    -----
    Random effects with :math:`w_i = 1 / (s_i^2 + \tau^2)`. The error of the average
    is Hartung and Knapp's, :math:`\sqrt{\max(1, q) / \sum w_i}` with
    :math:`q = \sum w_i (y_i - \hat\mu)^2 / (k - 1)`, and t with ``k - 1`` degrees of
    freedom; the guard max(1, q) is that of Röver, Knapp and Friede (2015,
    doi 10.1186/s12874-015-0091-1): without it the interval can be far too narrow
    when few sites happen to agree. Left out of the weights: findings with under 4
    degrees of freedom, whose standard error is itself too uncertain; findings
    without a standard error; findings under their floor, which the pooled number
    would give away. Where a few sites are far more precise than the rest
    (``evenness`` under ``even_sites``) the interval holds less often than it says,
    and the sentence warns; the prediction interval is rather too narrow with under
    a dozen sites: ``tests/bench/synthesis_coverage.py``. A margin counts if all
    pooled sites share it. Equal to ``metafor::rma(test = "adhoc")``, ``predict``
    and ``confint``.

    Examples
    --------
    >>> from tillit_eval.findings import Change
    >>> sites = [Change(scale="trust", site=name, before="1", after="2", estimate=y,
    ...     standard_error=1.0, n_people=50, source="synthetic")
    ...     for name, y in zip("abcd", (1.0, 2.0, 3.0, 6.0))]
    >>> pooled = combine_findings(sites)
    >>> round(pooled.estimate, 6), pooled.k, pooled.verdict
    (3.0, 4, 'cannot_tell')
    """
    check_option("method", method, ("reml", "paule-mandel"))
    check_option("design", design, ("controlled", "uncontrolled", None))
    check_level(level)
    read = read_sites(with_silent(findings, study), design=design, study=study)
    used = changes_of(read)
    check_enough(used, len(read))
    return pool(read, method, level)


def pool(read: Sequence[Contribution], method: Method, level: float) -> Pooled:
    """Pool what was read and may be pooled."""
    used = changes_of(read)
    y, v = numbers_of(used)
    k, x = len(used), np.ones((len(used), 1))
    fit = fit_mixed(y, v, x, method=method)
    q, within = heterogeneity(y, v, x)
    tau2, factor = float(fit.tau_squared), float(fit.factor)
    bare = float(fit.covariance[0, 0]) ** 0.5
    mean, error = float(fit.coefficients[0]), bare * max(1.0, factor) ** 0.5
    margins = {one.margin for one in used}
    reach = (tau2 + error**2) ** 0.5
    ends = [float(end) for end in profile_q(y, v, x, level)]
    shares = [tau2 / (tau2 + float(within)) for tau2 in (tau2, *ends)]
    return Pooled(
        **shared(read, used),
        **conclude(
            mean,
            error,
            k - 1.0,
            level=level,
            margin=margins.pop() if len(margins) == 1 else None,
        ),
        method=phrase(f"synthesis.method_{method.replace('-', '_')}"),
        because=phrase(
            f"synthesis.because_guard_{'on' if factor < 1 - ROUNDING else 'off'}"
        ),
        contributions=weighted(read, fit.weights / fit.weights.sum()),
        prediction=t_interval(mean, reach, k - 1.0, level),
        prediction_higgins=t_interval(mean, reach, k - 2.0, level),
        tau_squared=tau2,
        tau_squared_interval=Interval(ends[0], ends[1], level),
        i_squared=shares[0],
        i_squared_interval=Interval(shares[1], shares[2], level),
        h_squared=tau2 / float(within) + 1,
        q=float(q),
        p_heterogeneity=float(chdtrc(k - 1, q)),
        factor=factor,
        evenness=even_share(v),
        unguarded=t_interval(mean, bare * factor**0.5, k - 1.0, level),
    )


def with_silent(
    findings: Finding | Iterable[Finding], study: Study | None
) -> list[Finding]:
    """Add a row for each site of the study that was not asked."""
    given = list(Findings(findings))
    there = {one.site for one in given}
    silent = [site for site in study.sites if site.name not in there] if study else []
    if not given:
        return given
    return given + [
        NotAnswered(
            scale=given[0].scale,
            label=given[0].label,
            asked="change",
            reason=phrase("synthesis.reason_not_asked"),
            source=site.source,
            site=site.name,
        )
        for site in silent
    ]


def changes_of(read: Iterable[Contribution]) -> list[Change]:
    """Return the findings that may be weighted."""
    return [
        one.finding
        for one in read
        if one.because is None and isinstance(one.finding, Change)
    ]


def numbers_of(used: Sequence[Change]) -> tuple[Array, Array]:
    """Return estimates and squared standard errors."""
    return (
        np.array([one.estimate for one in used]),
        np.array([one.standard_error or np.nan for one in used]) ** 2,
    )


def weighted(read: Sequence[Contribution], shares: Array) -> tuple[Contribution, ...]:
    """Give each site in the number its share of it."""
    left = iter(shares.tolist())
    return tuple(
        replace(one, weight=next(left)) if one.because is None else one for one in read
    )


def shared(read: Sequence[Contribution], used: Sequence[Change]) -> dict[str, Any]:
    """Return the fields that a pooled finding takes from its sites."""
    units = [one.n_units for one in used]
    states = [one.measured for one in used]
    out = Counter(one.because for one in read if one.because is not None)
    left_out: list[tuple[Phrase, int]] = list(out.items())
    return {
        "scale": used[0].scale,
        "label": used[0].label,
        "estimand": used[0].estimand,
        "n_people": sum(one.n_people for one in used),
        "n_units": None if None in units else sum(n or 0 for n in units),
        "left_out": tuple(left_out),
        "source": source_of(used),
        "floor": max(one.finding.floor for one in read),
        "unit_of_measure": used[0].unit_of_measure,
        "before": _common(one.before for one in used),
        "after": _common(one.after for one in used),
        "expected": "planned"
        if all(one.expected == "planned" for one in used)
        else "exploratory",
        "role": _common(one.role for one in used),
        "key": _common(one.key for one in used),
        "average": used[0].average,
        "k": len({one.site for one in used}),
        "measured": weakest_state(states),
        "k_supported": sum(map(supports_means, states)) if any(states) else None,
    }


def _common(values: Iterable[str]) -> str:
    """Return what all agree on; nothing where they differ."""
    kinds = set(values)
    return kinds.pop() if len(kinds) == 1 else ""

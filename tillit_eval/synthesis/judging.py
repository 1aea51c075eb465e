"""What was found in every site, and how much of it may be chance?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from tillit_eval.comparison import adjust_p_values
from tillit_eval.errors import DataProblem, kind_of
from tillit_eval.findings import Change, Finding, Findings
from tillit_eval.phrases import Label
from tillit_eval.plan import Study, judge_guard_rails
from tillit_eval.synthesis.verdicts import ROLES, Verdicts


def judge_sites(
    findings: Iterable[Finding],
    *,
    study: Study | None = None,
    families: Mapping[str, str | Label] | None = None,
) -> Verdicts:
    r"""Which verdict did each site get, and how much of it may be chance?

    Guard rails come first: a gain beside something that got worse is no gain. Then
    the primary questions, adjusted together, then the others.

    Parameters
    ----------
    findings : iterable of Finding
        From `run_all`, or from `compare_sites`. Those without a role are the same
        questions put otherwise, and are left out.
    study : Study, optional
        The plan. Gives the sites their order and names, and says which direction is
        the good one for a guard rail.
    families : mapping of str to str or Label, optional
        The family of each scale, where several scales share a column.

    Returns
    -------
    Verdicts
        The findings with new verdicts; `matrix` writes them, `notes` says how many
        may be false and why some questions have no answer.

    Raises
    ------
    DataProblem
        If no finding has a role, a site is not in the study or has no name, or
        there are guard rails to judge and no study.

    See Also
    --------
    combine_findings : One outcome over all sites.

    Notes
    -----
    The confirmatory family holds the primary question of every site: Holm. Guard
    rails are judged one by one, see `judge_guard_rails`. The secondary questions of
    a site are adjusted together by Benjamini and Hochberg; `run_all` has done so
    already. The number expected to be false is a bound, if outcomes are about
    independent: 5 % of each guard
    rail, 5 % for the confirmatory family, and in each site 5 % of one more than the
    verdicts given among its secondary questions. The one more is what is left where
    nothing changed at all: a false null is declared with probability
    :math:`\alpha/m` times the declarations had its p been 0 (Benjamini and Hochberg
    1995), which are about one more than there are.

    Examples
    --------
    >>> north = Change(site="north", scale="trust", before="2019", after="2021",
    ...     role="primary", estimate=4.0, p_value=0.001, n_people=80,
    ...     measured="scalar")
    >>> south = Change(site="south", scale="trust", before="2019", after="2021",
    ...     role="primary", estimate=1.0, p_value=0.3, n_people=70,
    ...     measured="scalar")
    >>> print(judge_sites([north, south]).matrix("en"))
          Primary: trust
    north         ▲ rose
    south  ○ cannot tell
    """
    _check_study(study)
    given = [one for one in Findings(findings) if one.role]
    _check_roles(given)
    sites = _sites_of(given, study)
    judged = [
        *_guard_rails([one for one in given if one.role == "guard_rail"], study),
        *_adjusted([one for one in given if one.role == "primary"], "holm"),
    ]
    for site in sites:
        others = [one for one in given if (one.site, one.role) == (site, "secondary")]
        judged += _adjusted(others, "benjamini-hochberg")
    places = list(sites)
    judged.sort(key=lambda one: (places.index(one.site), ROLES.index(one.role)))
    return Verdicts(judged, sites=sites, families=families or {})


def _sites_of(given: Iterable[Finding], study: Study | None) -> dict[str, Label]:
    """Return the names of the sites that were asked, in the order of the study."""
    asked = list(dict.fromkeys(one.site for one in given))
    if study is None:
        return {site: Label(site, site) for site in asked}
    labels = {site: study.plan_of(site).label for site in asked}
    return {site: labels[site] for site in study.names if site in labels}


def _guard_rails(rails: list[Finding], study: Study | None) -> Iterable[Finding]:
    """Judge the guard rails that are not judged yet; only a study can say how."""
    if study is not None:
        return judge_guard_rails(study, rails)
    fresh = sum(isinstance(one, Change) for one in rails)
    if fresh:
        raise DataProblem(
            "Nothing says which direction is the good one for these guard rails.",
            expected="the study that planned them",
            found=f"{fresh} guard rails and no study",
            to_fix="give judge_sites(findings, study=study)",
        )
    return rails


def _check_study(study: object) -> None:
    if study is not None and not isinstance(study, Study):
        raise DataProblem(
            "This is not a study.",
            expected="what read_study returns",
            found=kind_of(study),
            to_fix='give study=te.read_study("study.toml")',
        )


def _check_roles(given: list[Finding]) -> None:
    if not given:
        raise DataProblem(
            "None of these findings answers a planned question.",
            expected="findings with a role, as run_all and compare_sites return them",
            found="none with a role",
            to_fix="give the findings of run_all(study)",
        )
    nowhere = sum(not one.site for one in given)
    if nowhere:
        raise DataProblem(
            "Some findings do not say which site they are about.",
            expected="a site on every finding",
            found=f"{nowhere} of {len(given)} without one",
            to_fix="use the findings of run_all(study) or of compare_sites",
        )


def _adjusted(
    family: list[Finding], method: Literal["holm", "benjamini-hochberg"]
) -> list[Finding]:
    """Adjust one family, but for those that were adjusted before."""
    fresh = [
        i
        for i, one in enumerate(family)
        if isinstance(one, Change) and one.p_value is not None and not one.adjusted
    ]
    if not fresh:
        return family
    new = adjust_p_values([family[i] for i in fresh], method=method)
    replaced = dict(zip(fresh, new, strict=True))
    return [replaced.get(i, one) for i, one in enumerate(family)]

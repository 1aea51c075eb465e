"""What each planned question should find in a simulated site."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from tillit_eval.exports import settle_units
from tillit_eval.plan.model import COMPARING, Question, Study
from tillit_eval.simulation import (
    ExpectedChange,
    expected_change,
    seed_of,
    without_reform,
)

if TYPE_CHECKING:
    from tillit_eval.codebook import Codebook
    from tillit_eval.plan.data import SiteData
    from tillit_eval.simulation import Truth


def expect_values(study: Study, site: str, *, people: int = 2_000_000) -> pd.DataFrame:
    """Which value does each planned question estimate in a simulated site?

    Parameters
    ----------
    study : Study
        From `read_study`; the site states its ``truth``.
    site : str
        Key of the site.
    people : int
        How many to simulate per wave and question.

    Returns
    -------
    DataFrame, shape (n_questions, 8)
        ``site, key, scale, design, estimand, value, monte_carlo_error,
        without_reform``: in scale points (a share from 0 to 1), after minus
        before. ``without_reform`` is what the same question would find had the
        reform never started: who leaves and who is silent also moves a mean.
        Questions that compare nothing, or expect a refusal, are left out.

    Raises
    ------
    DataProblem
        If the site states no truth, or it does not fit the questions.

    See Also
    --------
    run_plan : What the data at hand say to the same questions.

    Notes
    -----
    The seed follows the names of site and question.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from tillit_eval.plan import read_study
    >>> study = read_study("data/sample/study.toml")
    >>> site = study.sites[0]
    >>> one = replace(study, sites=(replace(site, questions=site.in_order[:1]),))
    >>> expect_values(one, site.name, people=2_000).columns.tolist()[:3]
    ['site', 'key', 'scale']
    """
    data = study.site(site)
    rows = []
    for question in data.plan.in_order:
        if question.design not in COMPARING or question.expect == "refusal":
            continue
        survey = data.survey(question.survey)
        for asked in _estimands(_in_truth(question, survey.truth, data)):
            found = _expect(asked, survey.truth, survey.codebook, site, people)
            bare = found
            if _is_reformed(asked, survey.truth, survey.codebook):
                none = without_reform(survey.truth)
                bare = _expect(asked, none, survey.codebook, site, people)
            rows.append(
                {
                    "site": site,
                    "key": question.id,
                    "scale": question.scale,
                    "design": question.design,
                    "estimand": asked.estimand,
                    "value": found.value,
                    "monte_carlo_error": found.monte_carlo_error,
                    "without_reform": bare.value,
                }
            )
    return pd.DataFrame(rows)


def _in_truth(question: Question, truth: Truth, data: SiteData) -> Question:
    """Name units as the truth does, where the plan names what they became."""
    names = [unit.unit for unit in truth.units]
    if data.plan.unit_changes is None:
        return question
    known = pd.DataFrame({"unit": names})
    settled = settle_units(known, data.unit_changes)["unit"].tolist()
    pairs = [*zip(names, settled, strict=True)]
    treated, out = (
        tuple(name for name, now in pairs if {name, now} & {*units})
        for units in (question.treated, question.leave_out)
    )
    return replace(question, treated=treated, leave_out=out)


def _estimands(question: Question) -> list[Question]:
    """Give both estimands of partly linked waves, the headline first."""
    if question.design != "overlapping":
        return [question]
    other = "stayed" if question.estimand == "workplace" else "workplace"
    return [question, replace(question, estimand=other)]  # type: ignore[arg-type]


def _is_reformed(question: Question, truth: Truth, codebook: Codebook) -> bool:
    """Tell whether the reform shifts anything that this question asks about."""
    items = {question.scale}
    if not question.top:
        items = set(codebook.scale(question.scale).items)
    return any(
        shift.by_exposure
        and shift.amount
        and items & {*codebook.scale(shift.scale).items}
        for shift in truth.shifts
    )


def _expect(
    question: Question, truth: Truth, codebook: Codebook, site: str, people: int
) -> ExpectedChange:
    return expected_change(
        truth,
        codebook,
        scale=question.scale,
        before=question.before,
        after=question.after,
        estimand=question.estimand,
        average=question.average,
        treated=question.treated,
        leave_out=question.leave_out,
        top=tuple(int(code) for code in question.top),
        people=people,
        rng=seed_of(f"{site} {question.id} {question.estimand}"),
    )

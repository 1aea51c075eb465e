"""Who answered where and when, read from rows or from their sums."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tillit_eval.comparison._read import Columns, ask, read_change
from tillit_eval.comparison.designs import Design, make_design
from tillit_eval.errors import check_columns, check_option, check_table
from tillit_eval.findings import Average, Estimand
from tillit_eval.floors import K_MIN
from tillit_eval.summaries import ChangeSummary
from tillit_eval.summaries.frames import as_narwhals, as_pandas

# Name of the column of zeros that stands for the answers, which are not looked at.
_ANSWERED = "answers"


def read_design(
    answers: object,
    scale: str | None = None,
    *,
    before: str,
    after: str,
    unit: str | None = "unit",
    assigned: str | None = None,
    treated: str | None = None,
    average: Average = "people",
    estimand: Estimand = "workplace",
    respondent: str = "respondent",
    wave: str = "wave",
    k_min: int = K_MIN,
) -> Design:
    """Who answered where and when, whatever they answered?

    Parameters
    ----------
    answers : DataFrame or ChangeSummary, shape (n_rows, n_columns)
        One row per person and wave, or sums from ``summarise_change``.
    scale : str, optional
        A column that must be filled in for a row to count; its values are not
        looked at. Without it every row counts.
    before, after : str
        The two values of `wave`.
    unit : str or None, default "unit"
        Column with the unit.
    assigned : str, optional
        Column with the level at which the reform was assigned; `unit` by default.
    treated : str, optional
        Column that is true for units with the reform.
    average : {"people", "units"}, default "people"
        Whose average.
    estimand : {"workplace", "stayed"}, default "workplace"
        Everyone who answered, or linked people only.
    respondent, wave : str, optional
        Columns with the person and the wave.
    k_min : int, default 10
        Fewest people behind a number.

    Returns
    -------
    Design
        Counts, and the method that the rule for few units chooses.

    Raises
    ------
    TooFewAnswers
        If a comparison of this design would be refused.
    DataProblem
        If a column is absent, there are no units, or an option is not listed.

    See Also
    --------
    tillit_eval.simulation.draft_design : A design before there are any answers.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"respondent": range(60), "unit": [*range(6)] * 10})
    >>> answers = pd.concat([people.assign(wave=w) for w in ("2019", "2021")])
    >>> design = read_design(answers, before="2019", after="2021")
    >>> design.n_units, design.n_people, design.method
    (6, 60, 'cr2')
    """
    check_option("estimand", estimand, ("workplace", "stayed"))
    if isinstance(answers, ChangeSummary) and scale is None:
        scale = answers.scale
    asked = ask(
        scale or _ANSWERED,
        before=before,
        after=after,
        average=average,
        margin=None,
        level=0.95,
        k_min=k_min,
    )
    level = assigned or (unit if treated else None)
    columns = Columns(
        respondent=respondent, wave=wave, unit=unit, assigned=level, treated=treated
    )
    if not isinstance(answers, ChangeSummary):
        answers = _without_values(answers, scale, columns)
    summary = read_change(answers, asked, columns)
    return make_design(
        summary, asked, assigned=level, treated=treated, estimand=estimand
    )


def _without_values(answers: object, scale: str | None, columns: Columns) -> object:
    """Keep who answered, where and when; the answers become zeros."""
    check_table(answers, table="answers")
    names = as_narwhals(answers, table="answers").collect_schema().names()
    wanted = [columns.wave, *([scale] if scale else [])]
    check_columns(names, wanted, table="answers")
    said = (columns.respondent, columns.unit, columns.assigned, columns.treated)
    wanted += [name for name in said if name in names]
    frame = as_pandas(answers, list(dict.fromkeys(wanted)), table="answers")
    filled = frame[scale].notna() if scale else pd.Series(True, index=frame.index)
    return frame.assign(**{scale or _ANSWERED: np.where(filled, 0.0, np.nan)})

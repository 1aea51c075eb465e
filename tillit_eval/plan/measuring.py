"""Does the scale of a planned question measure the same in its two waves?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tillit_eval.errors import DataProblem
from tillit_eval.quality.invariance import Invariance, assess_invariance
from tillit_eval.scales.answers import turn

if TYPE_CHECKING:
    import pandas as pd

    from tillit_eval.codebook import Codebook
    from tillit_eval.plan.data import SurveyData
    from tillit_eval.plan.model import Question


def examine_scale(question: Question, survey: SurveyData) -> Invariance | None:
    """Ask whether the scale of a question measures the same in its two waves.

    Everybody who answered every item is counted, also in units that the question
    leaves out. A question about those who stayed follows them from wave to wave;
    any other sets two groups of answers side by side, as its comparison does. A
    scale that other scales of the codebook make up has a factor for each of them.

    Parameters
    ----------
    question : Question
        About a scale.
    survey : SurveyData
        That answers it.

    Returns
    -------
    Invariance or None
        None where there is nothing to set side by side: then the comparison says
        why.
    """
    keys = survey.codebook.scale(question.scale).items
    try:
        return assess_invariance(
            _answers(question, survey, keys),
            _model(survey.codebook, question.scale),
            wave="wave",
            respondent="respondent" if question.design == "paired" else None,
            scale=question.scale,
            k_min=question.floor,
        )
    except DataProblem:
        return None


def _model(codebook: Codebook, key: str) -> dict[str, tuple[str, ...]]:
    """Return the items of a scale by the smaller scales that it is made up of."""
    whole = codebook.scale(key).items
    parts = {
        scale.key: scale.items for scale in codebook.scales if {*scale.items} < {*whole}
    }
    inside = [item for items in parts.values() for item in items]
    return parts if sorted(inside) == sorted(whole) else {key: whole}


def _answers(
    question: Question, survey: SurveyData, keys: tuple[str, ...]
) -> pd.DataFrame:
    """Return the answers of the two waves, reversed items turned."""
    rows = survey.responses
    asked = rows["wave"].astype(str).isin([question.before, question.after])
    names = [name for name in ("respondent", "wave", "source") if name in rows]
    rows = rows.loc[asked, [*names, *keys]]
    items = [survey.codebook.item(key) for key in keys]
    return rows.assign(
        **{one.key: turn(rows[one.key].to_numpy(float), one) for one in items}
    )

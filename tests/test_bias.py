"""Item bias equals MASS and sandwich in R, finds what is there, and says so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tillit_eval import quality
from tillit_eval.errors import DataProblem, TooFewAnswers
from tillit_eval.findings import Findings, NotAnswered
from tillit_eval.quality._bias import cells_of, design, fit_three, matching_score
from tillit_eval.quality._bias_reading import read_groups
from tillit_eval.quality._logistic import derivatives, fit_ordered

HERE = Path(__file__).parent / "reference" / "bias"
REAL = Path(__file__).parents[1] / "data" / "real"
R = pd.read_csv(HERE / "values.csv", comment="#").set_index(["case", "quantity"])[
    "value"
]
# polr searches with BFGS and a numerical second derivative.
ESTIMATE, SMALL, ERROR = 1e-4, 1e-5, 2e-3


def load(case: str) -> tuple[pd.DataFrame, list[str], str]:
    if case == "empty":
        frame = pd.read_csv(HERE / "inputs" / "empty.csv")
        return frame, ["q1", "q2", "q3", "q4", "q5"], "unit"
    bhr = pd.read_csv(REAL / "bhr2000.csv")
    items = [name for name in bhr if name not in ("GRP", "HRS", "RELIG")]
    cut = pd.cut(bhr["HRS"], [-np.inf, 10, 12, np.inf], labels=["a", "b", "c"])
    bhr["hours"] = cut.astype(object)
    return (bhr if case == "three" else bhr[bhr["hours"] != "c"]), items, "GRP"


def look(case: str, item: str, match: str, unit: str | None) -> quality.ItemBias:
    frame, items, _ = load(case)
    found = quality.assess_bias(
        frame, items, group="hours", unit=unit, match=match, purify=False
    )
    one = found.where(scale=item)[0]
    assert isinstance(one, quality.ItemBias)
    return one


CASES = sorted(set(R.index.get_level_values("case")))


@pytest.mark.parametrize("name", CASES)
def test_bias_equals_polr(name: str) -> None:
    case, match, item = name.split("_", 2)
    expected, unit = R.loc[name], load(case)[2]
    alone, grouped = look(case, item, match, None), look(case, item, match, unit)
    fields = [
        *("r2_uniform", "r2_nonuniform", "r2_change", "mcfadden_change"),
        *("chi_square", "p_value", "p_uniform", "p_nonuniform"),
    ]
    for field in fields:
        ours = getattr(alone, field)
        assert ours == pytest.approx(expected[field], rel=ESTIMATE, abs=SMALL), field
    for group, difference in alone.differences:
        theirs = expected[f"difference_{group}"]
        assert difference == pytest.approx(theirs, rel=ESTIMATE, abs=SMALL)
    assert grouped.p_value == pytest.approx(expected["p_units"], rel=ERROR, abs=SMALL)
    assert grouped.estimate == alone.estimate
    if alone.compared == "b":
        for one, how in ((alone, "independent"), (grouped, "units")):
            theirs = expected[f"error_{how}"]
            assert one.standard_error == pytest.approx(theirs, rel=ERROR)


@pytest.mark.parametrize("name", CASES)
def test_the_likelihood_is_no_lower_than_that_of_polr(name: str) -> None:
    case, match, item = name.split("_", 2)
    frame, items, _ = load(case)
    data = read_groups(
        frame, items, group="hours", unit=None, respondent="respondent", floor=10
    )
    place = items.index(item)
    score = matching_score(data.answers, place, list(range(len(items))), match)
    cells = cells_of(data.answers, place, score)
    three = fit_three(cells, data.answers.n_groups)
    assert three is not None
    for k, fit in enumerate((three.score, three.level, three.slope), start=1):
        assert fit.log_likelihood >= R[name, f"log_likelihood_{k}"] - 1e-7
        assert fit.gradient < 1e-9
    # Cells are only a shorter way to write people.
    own = design(cells, data.answers.n_groups)[cells.of]
    alone = fit_ordered(cells.answer[cells.of], own, np.ones(len(own)))
    assert alone.parameters == pytest.approx(three.slope.parameters, abs=1e-8)

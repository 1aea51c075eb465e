"""Few units in words, in both languages, and answers that are hard to compute with."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import tillit_eval as te
from tillit_eval.errors import TooFewAnswers
from tillit_eval.phrases import Language, say
from tillit_eval.tables.display import display_frame

sys.path.append(str(Path(__file__).parent))

from few_units_fixtures import adjusted, answers, by_key, key, paired

LANGUAGES: tuple[Language, Language] = ("en", "sv")


# ---- an interval that does not close ------------------------------------------------


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", "95\u00a0% CI −∞ to ∞"), ("sv", "95\u00a0% KI −∞ till ∞")],
)
@pytest.mark.parametrize("n_units", [2, 3, 5])
def test_up_to_five_units_give_no_interval_by_signs(
    n_units: int, lang: Language, words: str
) -> None:
    found = paired(answers(1, [5] * n_units))
    wild = by_key(found)["wild"]
    assert (wild.interval.low, wild.interval.high) == (-math.inf, math.inf)
    assert wild.p_value >= 2.0 ** -(n_units - 1)
    assert wild.verdict == "cannot_tell"
    assert words in wild.sentence(lang)
    assert words in found.to_frame(lang=lang)["alternatives"].iloc[0]
    assert key(found) == "cluster"
    assert math.isfinite(found.interval.low)


def test_an_interval_that_does_not_close_is_drawn_and_tabled() -> None:
    import matplotlib.pyplot as plt

    wild = by_key(paired(answers(1, [5] * 5)))["wild"]
    row = wild.to_frame().iloc[0]
    assert (row["interval_low"], row["interval_high"]) == (-math.inf, math.inf)
    assert (row["d_average_interval_low"], row["d_average_interval_high"]) == (
        -math.inf,
        math.inf,
    )
    ax = te.plot_changes([wild])
    low, high = ax.get_xlim()
    assert -math.inf < low < 0 < wild.estimate < high < math.inf
    lines = [line for line in ax.get_lines() if line.get_marker() in ("<", ">")]
    assert {line.get_marker() for line in lines} == {"<", ">"}
    plt.close("all")
    for lang, words in zip(LANGUAGES, ("−∞ to ∞", "−∞ till ∞"), strict=True):
        table = display_frame([wild], lang=lang)
        cells = [str(cell).replace("\u00a0", " ") for cell in table.iloc[0]]
        assert any(words in cell for cell in cells)


def test_one_unit_among_nineteen_cannot_answer_at_99_percent() -> None:
    found = adjusted(answers(1, [6, *[5] * 19], 1), level=0.99, margin=5.0)
    assert key(found) == "ferman_pinto"
    assert (found.interval.low, found.interval.high) == (-math.inf, math.inf)
    assert found.p_value >= 1 / 20
    assert "99\u00a0% CI −∞ to ∞" in found.sentence("en")
    assert "99\u00a0% KI −∞ till ∞" in found.sentence("sv")
    assert found.equivalence_interval is not None
    assert math.isfinite(found.equivalence_interval.low)


# ---- why this method, and why no answer --------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("sizes", "treated", "rule", "counted"),
    [
        ([6] * 12, 2, "rule_two", {}),
        ([6, *[5] * 19], 1, "rule_few", {"n": 1}),
        ([6, 4, *[5] * 19], 2, "rule_few", {"n": 2}),
        ([60, 2, 2, 2, 6, 6, 6], 4, "rule_uneven", {"groups": 4}),
        (
            [*[30] * 5, *[2] * 10, *[6] * 8],
            15,
            "rule_uneven_wild",
            {"groups": 15, "equal": 6},
        ),
    ],
)
def test_the_sentence_says_why_another_method_speaks_first(
    lang: Language, sizes: list[int], treated: int, rule: str, counted: dict[str, Any]
) -> None:
    found = adjusted(answers(1, sizes, treated))
    assert found.because is not None
    assert found.because.key == f"comparison.{rule}"
    assert counted.items() <= dict(found.because.values).items()
    why = found.because.say(lang)
    assert why in found.sentence(lang)
    assert found.method.say(lang) in found.sentence(lang)
    for other in found.alternatives:
        assert other.because is None or other.average != found.average


@pytest.mark.parametrize(
    ("sizes", "treated", "reason"),
    [([6, *[5] * 18], 1, "one_treated"), ([*[5] * 18, 6], 18, "one_comparison")],
)
def test_one_unit_among_eighteen_is_refused(
    sizes: list[int], treated: int, reason: str
) -> None:
    with pytest.raises(TooFewAnswers, match="or 1 beside at least 19") as refused:
        adjusted(answers(1, sizes, treated))
    assert refused.value.reason == f"comparison.reason_{reason}"
    english, swedish = (
        say(str(refused.value.reason), lang, **refused.value.values)
        for lang in LANGUAGES
    )
    assert "fewer than 19" in english
    assert "färre än 19" in swedish


def test_a_single_unit_without_the_reform_is_answered_as_one_with_it() -> None:
    scores = answers(4, [6, *[5] * 20], 1)
    one = adjusted(scores)
    other = adjusted(scores.assign(treated=~scores["treated"]))
    assert key(one) == key(other) == "ferman_pinto"
    assert other.estimate == pytest.approx(-one.estimate)
    assert other.p_value == pytest.approx(one.p_value)
    assert other.interval.low == pytest.approx(-one.interval.high)


def test_units_met_once_do_not_make_an_arm_larger() -> None:
    """Three units with the reform, of which one answered both times."""
    scores = answers(4, [6, 6, 6, *[5] * 19], 3)
    gone = scores["unit"].isin(["unit 01", "unit 02"]) & (scores["wave"] == "2021")
    found = adjusted(scores[~gone])
    assert key(found) == "ferman_pinto"


def test_one_unit_is_set_against_units_met_twice() -> None:
    scores = without(answers(4, [6] * 23, 1), ["unit 05", "unit 06"], "2021")
    found = adjusted(scores)
    assert key(found) == "ferman_pinto"
    assert found.interval.low < found.estimate < found.interval.high
    assert (found.p_value * 21) % 1 == pytest.approx(0)  # 20 others met twice, and it


# ---- answers that are hard to compute with -----------------------------------------


def without(scores: pd.DataFrame, units: list[str], wave: str) -> pd.DataFrame:
    gone = scores["unit"].isin(units) & (scores["wave"] == wave)
    return scores[~gone].reset_index(drop=True)


def flat(scores: pd.DataFrame, units: list[str]) -> pd.DataFrame:
    return scores.assign(trust=scores["trust"].mask(scores["unit"].isin(units), 50.0))


EIGHT = [5, 9, 7, 6, 8, 5, 6, 9]
HARD = {
    "some units never vary": flat(answers(2, EIGHT, 4), ["unit 00", "unit 05"]),
    "an arm never varies": flat(answers(2, EIGHT, 4), [f"unit 0{i}" for i in range(4)]),
    "met once": without(
        without(answers(2, EIGHT, 4), ["unit 00", "unit 04", "unit 05"], "2021"),
        ["unit 01"],
        "2019",
    ),
    "half met once": without(
        answers(2, EIGHT, 4), ["unit 00", "unit 01", "unit 04", "unit 05"], "2021"
    ),
    "a giant": answers(2, [4000, 3, 3, 3, 3, 3, 3, 3], 4),
    "alone in their units": answers(2, [1] * 8, 4),
    "five answers": answers(2, EIGHT, 4).assign(
        trust=np.random.default_rng(3).integers(1, 6, 110)
    ),
    "far from zero": answers(2, EIGHT, 4).assign(
        trust=1e9 + np.random.default_rng(3).normal(0, 1, 110)
    ),
    "tiny": answers(2, EIGHT, 4).assign(
        trust=1e-12 * np.random.default_rng(3).normal(0, 1, 110)
    ),
}


@pytest.mark.parametrize("name", HARD)
def test_hard_answers_are_answered_without_a_warning(name: str) -> None:
    for found in (paired(HARD[name]), adjusted(HARD[name])):
        same = by_key(found)
        assert len(same) >= 3
        for one in same.values():
            assert one.estimate == pytest.approx(found.estimate)
            assert one.standard_error > 0
            assert 0 < one.p_value <= 1
            assert one.interval.low < one.estimate < one.interval.high
            assert one.interval.covers(0.0) == (one.p_value > 0.05 + 1e-12)
            assert not any(
                math.isnan(end) for end in (one.interval.low, one.interval.high)
            )


def test_identical_units_are_refused() -> None:
    """Ten units with the same answers, and two arms of such."""
    one = answers(2, [6])
    copies = [
        one.assign(
            respondent=one["respondent"] + 100 * i, unit=f"u{i:02d}", treated=i < 4
        )
        for i in range(10)
    ]
    scores = pd.concat(copies, ignore_index=True)
    for ask in (paired, adjusted):
        with pytest.raises(TooFewAnswers, match="The changes do not vary"):
            ask(scores)


@pytest.mark.parametrize("treated", [1, 2])
def test_comparison_units_that_all_change_alike_cannot_tell(treated: int) -> None:
    scores = answers(2, [6] * 24, treated)
    same = scores["trust"].where(
        scores["treated"], np.where(scores["wave"] == "2019", 50.0, 53.0)
    )
    with pytest.raises(TooFewAnswers, match="The changes do not vary"):
        adjusted(scores.assign(trust=same))


def test_identical_units_in_one_arm_are_answered() -> None:
    """The other arm varies, so that there is something to tell."""
    scores = answers(2, [6] * 10, 5)
    first = scores["trust"].where(
        ~scores["treated"], np.where(scores["wave"] == "2019", 50.0, 58.0)
    )
    found = adjusted(scores.assign(trust=first))
    assert found.interval.low < found.estimate < found.interval.high

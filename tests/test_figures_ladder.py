"""The ladder shows the step reached, what each step cost, and who was few."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.figure
import pytest

import tillit_eval as te
from tillit_eval import figures
from tillit_eval.errors import DataProblem
from tillit_eval.phrases import phrase
from tillit_eval.quality.invariance import Invariance, Rung

GUIDE = {"guide": "chen", "guide_cfi": 0.01, "guide_rmsea": 0.015}


def rung(step: str, *changes: float, kept: bool = True, **more: object) -> Rung:
    names = ("d_cfi", "d_rmsea", "d_srmr", "p_difference", "guide_srmr")
    fit = {"chi_square": 20.0, "df": 12, "p_value": 0.1, "cfi": 0.95}
    given = dict(zip(names, changes, strict=False)) | (GUIDE if changes else {})
    if changes:
        given |= {"chi_square_difference": 9.0, "df_difference": 4, "guide_keeps": kept}
    fields = fit | {"rmsea": 0.05, "srmr": 0.04} | given | more
    return Rung(step=step, kept=kept, **fields)  # type: ignore[arg-type]


def ladder(**more: object) -> Invariance:
    rungs = (
        rung("configural"),
        rung("metric", -0.002, 0.003, 0.006, 0.2, 0.03),
        rung("scalar", -0.08, 0.03, 0.015, 0.0001, 0.01, kept=False),
        rung("scalar", 0.001, -0.03, 0.001, 0.6, 0.01, released=("t3",)),
    )
    given: dict[str, object] = {
        "scale": "trust",
        "rungs": rungs,
        "reached": "partial_scalar",
        "lost": "scalar",
        "released": ("t3",),
        "over": "waves",
        "conditions": ("2014", "2017"),
        "n_smallest": 312,
        "n_items": 4,
        "n_people": 640,
        "estimator": "mlr",
        "source": "synthetic",
    }
    return Invariance(**(given | more))  # type: ignore[arg-type]


@pytest.fixture
def ax():
    return mpl.figure.Figure(figsize=(9, 5)).subplots()


def names(ax) -> list[str]:
    return [tick.get_text().replace("\n", " ") for tick in ax.get_yticklabels()]


def test_steps_stand_on_one_another_with_what_they_license(ax) -> None:
    assert figures.plot_ladder(ladder(), ax=ax, lang="en") is ax
    assert names(ax) == [
        "strict step: spreads may be compared",
        "partial scalar step, t3 let go",
        "scalar step: means may be compared",
        "metric step: associations may be compared",
        "configural step: the same items belong together",
    ]
    texts = [text.get_text() for text in ax.texts]
    assert "not tried" in texts
    assert "lost\np < 0.001" in texts
    assert "kept\np = 0.600" in texts
    assert "CFI 0.950, SRMR 0.040" in texts


def test_marks_are_multiples_of_the_guide_and_far_ones_are_arrows(ax) -> None:
    figures.plot_ladder(ladder(), ax=ax)
    data = figures.figure_data(ax).set_index("step")
    assert data.loc["metric", "cfi_against_guide"] == pytest.approx(0.2)
    assert data.loc["scalar", "rmsea_against_guide"] == pytest.approx(2.0)
    assert data.loc["scalar", "srmr_against_guide"] == pytest.approx(1.5)
    assert not data.loc["strict", "tried"]
    shown = {
        (line.get_marker(), round(float(line.get_xdata()[0]), 2)) for line in ax.lines
    }
    # A CFI that falls by eight times the guide, an RMSEA that falls by two.
    assert (">", 5.0) in shown
    assert ("<", -1.0) in shown
    assert ("o", 0.2) in shown


def test_both_languages_say_the_same_and_the_mark_is_drawn(ax) -> None:
    figures.plot_ladder(ladder(), ax=ax, lang="sv")
    assert names(ax)[2] == "skalär nivå: medelvärden får jämföras"
    assert "Syntetiska data" in [text.get_text() for text in ax.texts]
    assert "Chens riktvärde från 2007 (riktvärde, inget test)" in " ".join(
        ax.get_xlabel().split()
    )
    english, swedish = (figures.alt_text(ax, lang) for lang in ("en", "sv"))
    assert "scalar step: means may be compared: lost, CFI −0.080" in english
    assert "skalär nivå: medelvärden får jämföras: håller inte, CFI −0,080" in swedish
    assert "strikt nivå: spridningar får jämföras: inte prövad." in swedish


def test_few_people_are_said_and_counts_obey_the_floor(ax) -> None:
    why = phrase("invariance.few_people", n=200)
    few = ladder(can_tell=False, because=why, n_smallest=7, rungs=(), reached="none")
    figures.plot_ladder(few, ax=ax, lang="en")
    below = ax.get_xlabel().replace("\n", " ")
    assert "2 waves, smallest fewer than 10 people" in below
    assert "Cannot tell: Fewer than 200 people" in below
    assert figures.figure_data(ax)["tried"].sum() == 0
    hidden = ladder(n_people=8)
    figures.plot_ladder(hidden, ax=mpl.figure.Figure().subplots())


def test_ordered_answers_have_a_step_more_and_no_srmr(ax) -> None:
    steps = (
        rung("configural"),
        rung("thresholds", -0.001, 0.001, 0.0, 0.4, guide="svetina"),
    )
    figures.plot_ladder(
        ladder(rungs=steps, estimator="wlsmv", reached="thresholds", lost=""),
        ax=ax,
        lang="en",
    )
    assert len(names(ax)) == 5
    legend = ax.get_legend()
    assert [text.get_text() for text in legend.get_texts()] == [
        "fall of CFI",
        "rise of RMSEA",
    ]


def test_the_table_holds_the_same_steps_with_the_rule_below() -> None:
    cells = te.tables.display_invariance(ladder(), lang="sv")
    assert cells["Nivå"].tolist()[-1] == "partiell skalär nivå, t3 släppt"
    assert cells["ΔCFI"].tolist() == ["–", "−0,002", "−0,080", "+0,001"]
    assert cells["Utfall"].tolist() == ["håller", "håller", "håller inte", "håller"]
    assert cells["p"].tolist() == ["–", "0,200", "<\u00a00,001", "0,600"]
    page = te.tables.table_invariance(ladder(), lang="en").as_raw_html()
    for text in (
        *("the CFI falls by 0.005 or more", "a guide, not a test"),
        *("2 waves, smallest 312 people.", "Synthetic data."),
    ):
        assert text in page
    two = te.tables.display_invariance([ladder(), ladder(scale="voice")], lang="en")
    assert two["What"].tolist() == ["trust"] * 4 + ["voice"] * 4


def test_a_ladder_without_steps_says_why_in_the_table() -> None:
    why = phrase("invariance.few_items", n=3)
    few = ladder(can_tell=False, because=why, rungs=(), reached="none")
    cells = te.tables.display_invariance(few, lang="en")
    assert cells["Step"].tolist() == ["A factor has fewer than 3 items."]
    assert "Cannot tell" in te.tables.table_invariance(few, lang="en").as_raw_html()


def test_anything_else_is_refused() -> None:
    with pytest.raises(DataProblem, match="This is not a ladder"):
        figures.plot_ladder([ladder()])
    with pytest.raises(DataProblem, match="This is not a ladder"):
        te.tables.table_invariance([])

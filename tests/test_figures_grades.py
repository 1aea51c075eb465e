"""Graded levels as stacked bars: what is drawn, what is hidden, in both languages."""

from __future__ import annotations

import matplotlib.figure
import pandas as pd
import pytest

from tillit_eval import figures
from tillit_eval.errors import DataProblem
from tillit_eval.phrases import Label

LEVELS = {
    1: Label("low degree", "låg grad"),
    2: Label("some degree", "viss grad"),
    3: Label("high degree", "hög grad"),
}
NAMES = {"teaching": Label("Teaching", "Undervisning"), "safety": "Safety"}


@pytest.fixture
def ax():
    return matplotlib.figure.Figure().subplots()


def grades(counts: dict[tuple[str, str], tuple[int, int, int]]) -> pd.DataFrame:
    rows = [
        (criterion, role, level)
        for (criterion, role), shares in counts.items()
        for level, n in zip((1, 2, 3), shares, strict=True)
        for _ in range(n)
    ]
    table = pd.DataFrame(rows, columns=["criterion", "rater_role", "value"])
    return table.assign(source="synthetic")


def usual() -> pd.DataFrame:
    return grades(
        {
            ("safety", "head"): (0, 30, 30),
            ("safety", "inspector"): (10, 20, 30),
            ("teaching", "head"): (20, 20, 60),
            ("teaching", "inspector"): (50, 25, 25),
        }
    )


def numbers(ax) -> list[str]:
    return [text.get_text() for text in ax.texts if text.get_text().isdigit()]


def test_a_bar_is_filled_from_the_lowest_level_to_the_highest(ax) -> None:
    assert figures.plot_grades(usual(), LEVELS, names=NAMES, ax=ax) is ax
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["Teaching", "Safety"]
    assert numbers(ax) == ["35", "22", "42", "8", "42", "50"]
    ends = [bar.get_x() + bar.get_width() for bar in ax.patches]
    assert ends[2] == ends[5] == pytest.approx(100)
    tones = [sum(bar.get_facecolor()[:3]) for bar in ax.patches[:3]]
    assert tones == sorted(tones, reverse=True), "dark is high, also in grey"
    beside = [t.get_text() for t in ax.texts if t.get_text().startswith("n =")]
    assert beside == ["n = 200", "n = 120"]
    assert ax.texts[-1].get_text() == "Synthetic data"


def test_a_criterion_is_split_by_who_judged(ax) -> None:
    figures.plot_grades(usual(), LEVELS, group="rater_role", names=NAMES, ax=ax)
    assert [t.get_text() for t in ax.get_yticklabels()] == ["head", "inspector"] * 2
    data = figures.figure_data(ax)
    mine = data.query("criterion == 'teaching' and group == 'inspector'")
    assert mine["share"].tolist() == [0.5, 0.25, 0.25]
    assert mine["n"].tolist() == [100] * 3
    headings = [t.get_text() for t in ax.texts if t.get_weight() == "bold"]
    assert headings == ["Teaching", "Safety", "Synthetic data"]


def test_levels_that_few_were_given_are_joined(ax) -> None:
    rows = grades({("teaching", "head"): (4, 20, 16)})
    figures.plot_grades(rows, LEVELS, ax=ax)
    data = figures.figure_data(ax)
    assert data[["level", "to"]].to_numpy().tolist() == [[1, 2], [3, 3]]
    assert "levels 1–2 together" in " ".join(t.get_text() for t in ax.texts)
    assert "low degree–some degree 60 %" in figures.alt_text(ax, "en").replace(
        "\xa0", " "
    )


def test_a_bar_of_few_or_of_one_level_is_named_but_not_drawn(ax) -> None:
    rows = grades({("teaching", "a"): (3, 3, 3), ("safety", "a"): (0, 0, 40)})
    figures.plot_grades(rows, LEVELS, ax=ax)
    assert not ax.patches
    alt = figures.alt_text(ax, "en")
    assert "teaching: not shown: fewer than 10 judgements." in alt
    assert "safety: not shown" in alt
    assert figures.figure_data(ax)["share"].isna().all()
    assert figures.figure_data(ax)["n"].isna().all()


def test_the_grades_speak_swedish(ax) -> None:
    figures.plot_grades(usual(), LEVELS, names=NAMES, lang="sv", ax=ax)
    assert ax.get_xlabel() == "Andel bedömningar på varje nivå, procent."
    assert ax.get_yticklabels()[0].get_text() == "Undervisning"
    alt = figures.alt_text(ax, "sv").replace("\xa0", " ")
    assert alt.startswith("Staplade balkar med bedömda nivåer, balkar: 2.")
    assert "Undervisning: låg grad 35 %, viss grad 22 %, hög grad 42 %, n = 200." in alt
    assert alt.endswith("(Syntetiska data.)")


def test_published_grades_are_told_to_the_last_one(ax) -> None:
    rows = grades({("teaching", "a"): (3, 3, 3)}).assign(source="published")
    figures.plot_grades(rows, LEVELS, ax=ax)
    assert figures.figure_data(ax)["n"].tolist() == [9, 9, 9]


def test_what_is_no_grade_is_refused() -> None:
    with pytest.raises(DataProblem, match="not among the codes"):
        figures.plot_grades(usual(), {1: "low", 2: "some"})
    with pytest.raises(DataProblem, match="2 to 7 levels"):
        figures.plot_grades(usual(), {1: "low"})
    with pytest.raises(DataProblem, match="a column 'area'"):
        figures.plot_grades(usual(), LEVELS, criterion="area")
    with pytest.raises(DataProblem, match="There are no judgements to draw"):
        figures.plot_grades(usual().assign(criterion=None), LEVELS)

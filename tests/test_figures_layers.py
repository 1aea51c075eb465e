"""Layers of judgement: what is drawn, what is hidden, in both languages."""

from __future__ import annotations

import matplotlib.figure
import numpy as np
import pandas as pd
import pytest

from tillit_eval import figures
from tillit_eval.disclosure import Protected, protect_table
from tillit_eval.errors import DataProblem
from tillit_eval.phrases import Label

LAYERS = {
    "person": Label("each by oneself", "var och en"),
    "team": Label("the team", "arbetslaget"),
    "observer": Label("observers", "observatörer"),
}
THEMES = {"influence": Label("Pupil influence", "Elevinflytande")}
STEPS = {1: Label("not at all", "inte alls"), 4: Label("fully", "helt")}


@pytest.fixture
def ax():
    return matplotlib.figure.Figure().subplots()


def means(*, n_team: int = 30) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "criterion": ["influence"] * 3 + ["order"] * 3,
            "rater_role": [*LAYERS] * 2,
            "value": [2.44, 2.93, 2.7, 3.1, 3.15, 99.0],
            "n": [180, n_team, 26, 179, 29, 26],
            "source": "synthetic",
        }
    )


def guarded(table: pd.DataFrame, **more: object) -> Protected:
    given = {"unit": "criterion", "within": "rater_role", "values": ["value"]}
    return protect_table(table, count="n", totals="withheld", **(given | more))


def usual(**more: object) -> Protected:
    return guarded(means().assign(value=[2.44, 2.93, 2.7, 3.1, 3.15, 2.8]), **more)


def marks(ax) -> list[tuple[float, float, str]]:
    return [
        (float(line.get_xdata()[0]), float(line.get_ydata()[0]), line.get_marker())
        for line in ax.lines
        if line.get_marker() not in ("None", "none", "")
    ]


def test_layers_stand_below_each_other_in_the_order_in_which_they_judged(ax) -> None:
    assert figures.plot_layers(usual(digits=2), LAYERS, ax=ax) is ax
    drawn = marks(ax)
    assert [(x, shape) for x, _, shape in drawn[:3]] == [
        *((2.44, "o"), (2.93, "s"), (2.7, "D"))
    ]
    heights = [y for _, y, _ in drawn]
    assert heights[:3] == pytest.approx([2.25, 2.0, 1.75])
    assert heights == sorted(heights, reverse=True), "the first theme is on top"
    ways = [x.get_xdata().tolist() for x in ax.lines if len(x.get_xdata()) == 3]
    assert ways == [[2.44, 2.93, 2.7], [3.1, 3.15, 2.8]]
    beside = [text for text in ax.texts if text.get_text().startswith("n =")]
    assert [text.get_text() for text in beside] == [
        *("n = 180", "n = 30", "n = 26", "n = 179", "n = 29", "n = 26")
    ]
    assert [tuple(text.xy) for text in beside] == [(x, y) for x, y, _ in drawn]
    assert "Synthetic data" in [text.get_text() for text in ax.texts]


def test_a_layer_under_the_floor_is_passed_by(ax) -> None:
    hidden = guarded(means().assign(n=[180, 30, 26, 179, 29, 6]))
    figures.plot_layers(hidden, LAYERS, ax=ax)
    told = figures.figure_data(ax).to_csv() + figures.alt_text(ax, "en")
    assert "99" not in told
    assert "observers" not in figures.alt_text(ax, "en").partition("order")[2]
    assert not [mark for mark in marks(ax) if mark[0] > 4]
    lengths = [len(x.get_xdata()) for x in ax.lines if x.get_marker() == "None"]
    assert lengths == [3, 2]


def test_a_theme_of_which_nothing_may_be_shown_says_so(ax) -> None:
    figures.plot_layers(guarded(means().assign(n=5)), LAYERS, ax=ax)
    texts = [text.get_text() for text in ax.texts]
    assert texts.count("not shown") == 2
    assert marks(ax) == []
    assert list(ax.get_xticks()) == []
    assert figures.alt_text(ax, "en").startswith("Chart of mean judgements by layer")


def test_the_axis_holds_the_whole_scale_if_its_steps_are_named(ax) -> None:
    figures.plot_layers(usual(), LAYERS, steps=STEPS, lang="en", ax=ax)
    assert ax.get_xlim()[0] < 1 < 4 < ax.get_xlim()[1]
    assert [t.get_text() for t in ax.get_xticklabels()] == ["not at all", "fully"]


def test_the_figure_speaks_both_languages(ax) -> None:
    measure = Label("Mean, 1 to 4", "Medel, 1 till 4")
    figures.plot_layers(
        usual(), LAYERS, names=THEMES, measure=measure, steps=STEPS, lang="sv", ax=ax
    )
    assert ax.get_yticklabels()[0].get_text() == "Elevinflytande"
    assert ax.get_xlabel().startswith("Medel, 1 till 4; linje: från lager")
    assert [t.get_text() for t in ax.get_legend().get_texts()] == [
        *("var och en", "arbetslaget", "observatörer")
    ]
    said = figures.alt_text(ax, "sv")
    assert "Elevinflytande: var och en 2,4 (n = 180); arbetslaget 2,9 (n = 30)" in said
    assert "Pupil influence: each by oneself 2.4" in figures.alt_text(ax, "en")
    assert said.endswith("(Syntetiska data.)")


def test_words_keep_the_order_of_the_layers_and_not_that_of_the_table(ax) -> None:
    table = means().assign(value=[2.44, 2.93, 2.7, 3.1, 3.15, 2.8])[::-1]
    figures.plot_layers(guarded(table.reset_index(drop=True)), LAYERS, ax=ax)
    said = figures.alt_text(ax, "en")
    told = "each by oneself 3.1 (n = 179); the team 3.2 (n = 29); observers 2.8"
    assert f"order: {told}" in said


def test_layers_may_be_named_by_their_own_keys(ax) -> None:
    figures.plot_layers(usual(), list(LAYERS), lang="en", ax=ax)
    assert [t.get_text() for t in ax.get_legend().get_texts()] == list(LAYERS)
    assert ax.get_xlabel().startswith("line: from layer to layer")


def test_what_is_no_protected_table_of_layers_is_refused() -> None:
    with pytest.raises(DataProblem, match="draw protect_table"):
        figures.plot_layers(means(), LAYERS)
    with pytest.raises(DataProblem, match="a column 'judged'"):
        figures.plot_layers(usual(), LAYERS, value="judged")
    with pytest.raises(DataProblem, match="unnamed layers at row positions 2, 5"):
        figures.plot_layers(usual(), ["person", "team"])
    with pytest.raises(DataProblem, match="6 layers"):
        figures.plot_layers(usual(), [*LAYERS, "d", "e", "f"])
    twice = pd.concat([means(), means().iloc[:1]])
    with pytest.raises(DataProblem, match="repeated rows at row positions 6"):
        figures.plot_layers(guarded(twice), LAYERS)


def test_a_layer_without_a_mean_has_no_mark(ax) -> None:
    table = guarded(means().assign(value=[2.4, np.nan, 2.7, 3.1, 3.15, 2.8]))
    figures.plot_layers(table, LAYERS, ax=ax)
    assert len(marks(ax)) == 5

"""Ratings over meetings are drawn from what may be shown, with gaps elsewhere."""

from __future__ import annotations

import matplotlib.figure
import numpy as np
import pandas as pd
import pytest

from tillit_eval import figures
from tillit_eval.disclosure import Protected, protect_table
from tillit_eval.errors import DataProblem
from tillit_eval.phrases import Label


@pytest.fixture
def ax():
    return matplotlib.figure.Figure().subplots()


def means(*, n_last: int = 14) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "round": ["1", "2", "10"] * 2,
            "criterion": ["understanding"] * 3 + ["action"] * 3,
            "value": [2.5, 3.0, 3.5, 2.0, 2.25, 4.44],
            "n": [12, 13, 15, 12, 13, n_last],
            "source": "synthetic",
        }
    )


def guarded(table: pd.DataFrame, **more: object) -> Protected:
    given = {"unit": "round", "within": "criterion", "values": ["value"]}
    return protect_table(table, count="n", totals="withheld", **(given | more))


def ticks(ax) -> list[str]:
    return [label.get_text() for label in ax.get_xticklabels()]


def test_each_criterion_is_a_line_in_the_order_of_the_meetings(ax) -> None:
    assert figures.plot_rounds(guarded(means()), limits=(1, 5), ax=ax) is ax
    heights = [line.get_ydata().tolist() for line in ax.lines]
    assert heights == [[2.5, 3.0, 3.5], [2.0, 2.2, 4.4]]
    assert ticks(ax) == ["1\n12\n12", "2\n13\n13", "10\n15\n14"]
    assert {line.get_marker() for line in ax.lines} == {"o", "s"}
    assert len({line.get_linestyle() for line in ax.lines}) == 2
    assert ax.get_ylim()[0] < 1 < 5 < ax.get_ylim()[1]
    texts = [text.get_text() for text in ax.texts]
    assert texts == ["understanding", "action", "Synthetic data"]
    assert "in the order\nunderstanding, action" in ax.get_xlabel()


def test_one_row_of_counts_is_enough_where_all_criteria_have_the_same(ax) -> None:
    figures.plot_rounds(guarded(means(n_last=15)), ax=ax)
    assert ticks(ax) == ["1\n12", "2\n13", "10\n15"]
    assert ax.get_xlabel() == "Rounds in order; below each: how many rated it."


def test_a_meeting_with_few_raters_is_a_gap_and_nowhere_told(ax) -> None:
    figures.plot_rounds(guarded(means(n_last=7)), ax=ax)
    assert np.isnan(ax.lines[1].get_ydata()[2])
    assert ticks(ax)[2] == "10\n15\n\u2013"
    assert ax.get_xlabel().replace("\n", " ").endswith("A gap and a dash: not shown.")
    told = figures.figure_data(ax).to_csv() + figures.alt_text(ax, "en")
    assert "4.4" not in told
    assert "nan" not in figures.alt_text(ax, "en")
    assert "Not shown: 1 of 6 groups." in figures.alt_text(ax, "en")


def test_all_may_be_hidden(ax) -> None:
    figures.plot_rounds(guarded(means().assign(n=4)), ax=ax)
    assert ticks(ax) == ["1\n\u2013", "2\n\u2013", "10\n\u2013"]


def test_the_figure_speaks_swedish(ax) -> None:
    names = {"understanding": Label("understanding", "förståelse")}
    measure = Label("Mean, 1 to 5", "Medel, 1 till 5")
    figures.plot_rounds(
        guarded(means()), names=names, measure=measure, lang="sv", ax=ax
    )
    texts = [text.get_text() for text in ax.texts]
    assert texts == ["förståelse", "action", "Medel, 1 till 5", "Syntetiska data"]
    alt = figures.alt_text(ax, "sv")
    assert alt.startswith("Diagram över medelbedömningar i 3 omgångar")
    assert "förståelse: omgång 1: 2,5 (n = 12), omgång 2: 3,0 (n = 13)" in alt
    assert "(Syntetiska data.)" in alt


def test_names_at_the_ends_of_lines_do_not_meet(ax) -> None:
    close = means().assign(value=[2.5, 3.0, 3.51, 2.0, 2.25, 3.5])
    figures.plot_rounds(guarded(close), limits=(1, 5), ax=ax)
    heights = sorted(text.xy[1] for text in ax.texts[:2])
    assert heights[1] - heights[0] > 0.25


def test_what_is_no_protected_table_of_rounds_is_refused() -> None:
    with pytest.raises(DataProblem, match="draw protect_table"):
        figures.plot_rounds(means())
    with pytest.raises(DataProblem, match="a column 'judged'"):
        figures.plot_rounds(guarded(means()), value="judged")
    twice = pd.concat([means(), means().iloc[:1]])
    table = guarded(twice, within=["criterion"])
    with pytest.raises(DataProblem, match="repeated rows at row positions 6"):
        figures.plot_rounds(table)
    many = pd.concat([means().assign(criterion=f"c{i}").iloc[:3] for i in range(5)])
    with pytest.raises(DataProblem, match=r"5 criteria; repeated rows .* none"):
        figures.plot_rounds(guarded(many))

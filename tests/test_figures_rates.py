"""Counts as parts of their denominators: drawn, hidden and said."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.figure
import pandas as pd
import pytest

from tillit_eval import figures
from tillit_eval.disclosure import Protected, protect_table
from tillit_eval.errors import DataProblem
from tillit_eval.phrases import Label

NBSP = "\u00a0"
LABELS = {
    "found": Label("diagnoses", "diagnoser"),
    "looked": Label("work-ups", "utredningar"),
}
START = {"2017": Label("the chain begins", "vårdkedjan börjar")}


@pytest.fixture
def ax():
    return mpl.figure.Figure().subplots()


def protected(found: list[int], looked: list[int], source: str = "synthetic"):
    years = [str(2015 + place) for place in range(len(found))]
    table = pd.DataFrame(
        {"unit": years, "found": found, "looked": looked, "source": source}
    )
    return protect_table(table, count=["found", "looked"])


def widths(ax) -> list[float]:
    return [float(bar.get_width()) for bar in ax.patches]


def texts(ax) -> list[str]:
    return [text.get_text().replace(NBSP, " ") for text in ax.texts]


def test_both_numbers_are_drawn_and_written(ax) -> None:
    safe = protected([40, 44, 1_060], [80, 82, 2_000])
    assert figures.plot_rates(safe, "found", of="looked", ax=ax) is ax
    assert widths(ax) == [80, 40, 82, 44, 2000, 1060]
    assert texts(ax)[:3] == [
        *("40 of 80, 50 %", "44 of 82, 54 %", "1,060 of 2,000, 53 %")
    ]
    assert ax.get_xlim()[0] == 0
    assert ax.get_xlim()[1] > 2_000


def test_the_break_stands_above_its_row_with_its_name(ax) -> None:
    safe = protected([40, 44, 60], [80, 82, 120])
    figures.plot_rates(safe, "found", of="looked", breaks=START, lang="sv", ax=ax)
    dashed = [line for line in ax.lines if line.get_linestyle() == "--"]
    assert [list(line.get_ydata()) for line in dashed] == [[1.5, 1.5]]
    assert "vårdkedjan börjar" in texts(ax)
    said = figures.alt_text(ax, "en").replace(NBSP, " ")
    assert "2016: 44 of 82, 54 %. Then: the chain begins. 2017: 60 of 120" in said


def test_it_is_said_in_both_languages(ax) -> None:
    safe = protected([40, 44], [80, 82])
    figures.plot_rates(safe, "found", of="looked", labels=LABELS, lang="sv", ax=ax)
    key = [text.get_text() for text in ax.get_legend().get_texts()]
    assert key == ["utredningar", "diagnoser"]
    assert "40 av 80, 50 %" in texts(ax)
    assert "Syntetiska data" in texts(ax)
    said = figures.alt_text(ax, "sv").replace(NBSP, " ")
    assert said.startswith("Staplar med diagnoser som del av utredningar, rader: 2.")
    assert figures.alt_text(ax, "en").endswith("(Synthetic data.)")


def test_rows_under_the_floor_or_with_few_on_one_side_are_hidden(ax) -> None:
    safe = protected([40, 78, 6, 44], [80, 81, 90, 83])
    figures.plot_rates(safe, "found", of="looked", ax=ax)
    shown = figures.figure_data(ax)["shown"].tolist()
    assert shown[1:3] == [False, False]
    drawn = figures.figure_data(ax).to_csv() + figures.alt_text(ax, "en")
    assert "78" not in drawn
    assert "90" not in drawn
    assert texts(ax).count("not shown") == 4 - sum(shown)


def test_published_counts_are_shown_however_small(ax) -> None:
    figures.plot_rates(protected([5], [6], "published"), "found", of="looked", ax=ax)
    assert texts(ax) == ["5 of 6, 83 %"]


def test_nothing_to_show_has_no_axis(ax) -> None:
    figures.plot_rates(protected([3, 2], [8, 9]), "found", of="looked", ax=ax)
    assert widths(ax) == []
    assert list(ax.get_xticks()) == []


def test_it_makes_its_own_paper() -> None:
    drawn = figures.plot_rates(protected([40], [80]), "found", of="looked", title="A")
    assert drawn.get_title(loc="left") == "A"


@pytest.mark.parametrize(
    ("table", "of", "breaks", "said"),
    [
        (pd.DataFrame({"found": [1], "looked": [2]}), "looked", {}, "protect_table"),
        (protected([40], [80]), "sought", {}, "a column 'sought'"),
        (protected([90, 40], [80, 50]), "looked", {}, r"row positions 0"),
        (protected([40], [80]), "looked", {"2030": "x"}, "1 other name"),
    ],
)
def test_what_does_not_fit_is_refused(
    table: Protected, of: str, breaks: dict[str, str], said: str
) -> None:
    with pytest.raises(DataProblem, match=said):
        figures.plot_rates(table, "found", of=of, breaks=breaks)

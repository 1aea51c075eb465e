"""Each level is one slope that can be told apart, and none rests on few people."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.figure
import numpy as np
import pandas as pd
import pytest

import tillit_eval as te
from tillit_eval import figures
from tillit_eval.disclosure import Protected, protect_table
from tillit_eval.errors import DataProblem
from tillit_eval.figures.levels import _spread
from tillit_eval.phrases import Label

LEVELS = {
    "chef": (70.0, 76.0, 25, 30),
    "ledare": (66.0, 66.4, 40, 41),
    "medarbetare": (61.0, 60.5, 300, 280),
}


@pytest.fixture
def ax():
    return mpl.figure.Figure().subplots()


def levels(source: str = "real", **more: tuple[float, float, int, int]) -> Protected:
    rows = LEVELS | more
    table = pd.DataFrame(
        [(name, *row, source) for name, row in rows.items()],
        columns=["level", "before", "after", "n_before", "n_after", "source"],
    )
    return protect_table(table, count=["n_before", "n_after"], unit="level")


def slopes(ax) -> list[list[float]]:
    return [list(x.get_ydata()) for x in ax.lines if x.get_marker() not in ("", "None")]


def texts(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_each_level_is_a_slope_from_before_to_after(ax) -> None:
    assert figures.plot_levels(levels(), waves=("2014", "2017"), ax=ax) is ax
    assert slopes(ax) == [[70, 76], [66, 66.4], [61, 60.5]]
    assert texts(ax) == [
        "76.0  chef, n = 25 → 30",
        "66.4  ledare, n = 40 → 41",
        "60.5  medarbetare, n = 300 → 280",
    ]
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["2014", "2017"]


def test_levels_and_waves_are_called_by_their_names_in_both_languages(ax) -> None:
    names = {"chef": Label("managers", "chefer"), "medarbetare": "staff"}
    waves = (Label("spring", "våren"), "2017")
    figures.plot_levels(levels(), names=names, waves=waves, lang="sv", ax=ax)
    called = [text.split("  ")[1].split(",")[0] for text in texts(ax)]
    assert called == ["chefer", "ledare", "staff"]
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["våren", "2017"]
    assert "managers: 70.0 before" in figures.alt_text(ax, "en")
    assert "chefer: 70,0 före" in figures.alt_text(ax, "sv")
    assert figures.figure_data(ax)["level"].tolist() == [*LEVELS]


def test_levels_are_told_apart_without_colour(ax) -> None:
    figures.plot_levels(levels(), ax=ax)
    marks = [x.get_marker() for x in ax.lines if x.get_marker() not in ("", "None")]
    assert len(set(marks)) == 3


def test_a_small_level_is_named_and_not_drawn(ax) -> None:
    table = levels(direktör=(90.0, 91.0, 4, 5))
    figures.plot_levels(table, measure="Trust (0-100)", ax=ax)
    hidden = table.table.loc[~table.table["shown"], "level"].tolist()
    assert "direktör" in hidden
    assert len(slopes(ax)) == 4 - len(hidden)
    assert not [text for text in texts(ax) if "direktör" in text]
    below = ax.get_xlabel().replace("\n", " ")
    assert below.startswith("Trust (0-100). Not shown, too few people: ")
    assert "direktör" in below
    data = figures.figure_data(ax).set_index("level")
    assert data.loc["direktör", ["before", "after"]].isna().all()
    assert "91" not in figures.alt_text(ax, "en")
    assert ax.get_ylim()[1] < 90, "the axis does not tell the hidden mean"


def test_it_is_said_in_words_in_both_languages(ax) -> None:
    figures.plot_levels(levels("synthetic"), measure=Label("Trust", "Tillit"), ax=ax)
    assert figures.alt_text(ax, "en").startswith(
        "Slopes of means before and after, one per level: 3. chef: 70.0 before, "
        "76.0 after, n = 25 → 30."
    )
    assert "70,0 före, 76,0 efter" in figures.alt_text(ax, "sv")
    assert figures.alt_text(ax, "sv").endswith("(Syntetiska data.)")
    assert "Synthetic data" in texts(ax)


def test_in_swedish_numbers_have_a_decimal_comma(ax) -> None:
    figures.plot_levels(levels(), measure=Label("Trust", "Tillit"), lang="sv", ax=ax)
    assert texts(ax)[1] == "66,4  ledare, n = 40 → 41"
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["före", "efter"]
    assert ax.get_xlabel().startswith("Tillit. Tal till höger")


def test_ticks_of_short_scales_have_decimals(ax) -> None:
    table = pd.DataFrame(
        {"unit": ["a", "b"], "n": 20, "before": [3.1, 3.2], "after": [3.4, 3.3]}
    ).assign(source="real")
    figures.plot_levels(protect_table(table, count="n"), lang="sv", ax=ax)
    ticks = [tick.get_text() for tick in ax.get_yticklabels()]
    assert all("," in tick for tick in ticks)


def test_a_level_without_a_baseline_has_no_slope(ax) -> None:
    figures.plot_levels(levels(ny=(np.nan, 70.0, 20, 20)), ax=ax)
    assert len(slopes(ax)) == 3
    assert "ny: not known before, 70.0 after" in figures.alt_text(ax, "en")


def test_names_that_would_lie_on_one_another_are_moved_apart_in_order() -> None:
    moved = _spread(np.array([50.0, 50.1, 70.0, 50.2]), (40.0, 80.0))
    assert np.diff(np.sort(moved)).min() > 3.5
    assert list(np.argsort(moved)) == [0, 1, 3, 2]
    assert moved[2] == pytest.approx(70.0)
    assert moved[[0, 1, 3]].mean() == pytest.approx(50.1)


def test_a_new_figure_is_made_where_none_is_given() -> None:
    ax = te.figures.plot_levels(levels(), title="Levels")
    assert ax.get_title("left") == "Levels"


def test_what_was_not_protected_is_refused() -> None:
    with pytest.raises(DataProblem, match="only be drawn from a table that is prot"):
        figures.plot_levels(pd.DataFrame({"before": [1.0]}))  # type: ignore[arg-type]


def test_more_levels_than_marks_are_refused() -> None:
    many = {f"level {i}": (60.0, 61.0, 20, 20) for i in range(6)}
    with pytest.raises(DataProblem, match="cannot be told apart") as told:
        figures.plot_levels(levels(**many))
    assert "9" in str(told.value)
    assert "plot_units" in str(told.value)

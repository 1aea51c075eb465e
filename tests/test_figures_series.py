"""Lines over time: what is drawn, where they stop, and what is not shown."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.figure
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes

from tillit_eval import figures
from tillit_eval.errors import DataProblem
from tillit_eval.figures._series import period_starts
from tillit_eval.phrases import Label

YEARS = [f"{year}-H{half}" for year in range(2011, 2015) for half in (1, 2)]
BREAK = {"2013": Label("new budget", "ny budget")}


@pytest.fixture
def ax() -> Axes:
    return mpl.figure.Figure().subplots()


def table(**values: list[float]) -> pd.DataFrame:
    parts = [
        pd.DataFrame({"unit": unit, "period": YEARS, "value": value})
        for unit, value in values.items()
    ]
    rows = pd.concat(parts, ignore_index=True)
    return rows.assign(indicator="beds", arm=rows["unit"].str[0], source="real")


def two() -> pd.DataFrame:
    rising = [20.0, 21, 22, 23, 24, 25, 26, 27]
    return table(a1=rising, a2=[value + 2 for value in rising], b1=[9.0] * 8)


def lines(ax: Axes) -> dict[str, np.ndarray]:
    drawn = [x for x in ax.lines if len(x.get_xdata()) == len(YEARS)]
    return {
        str(x.get_color()): x.get_ydata() for x in drawn if x.get_linestyle() != "None"
    }


def texts(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_a_line_is_the_mean_of_its_units_and_says_how_many(ax: Axes) -> None:
    assert figures.plot_series(two(), "beds", by="arm", ax=ax) is ax
    data = figures.figure_data(ax).set_index(["line", "period"])
    assert data.loc[("a", "2011-H1"), "value"] == 21.0
    assert data.loc[("b", "2014-H2"), "value"] == 9.0
    assert {*texts(ax)} == {"a\nn = 2 units", "b\nn = 1 unit"}
    assert [values.tolist()[0] for values in lines(ax).values()] == [21.0, 9.0]
    assert "mean of the units" in ax.get_xlabel()


def test_counts_may_be_added_up_instead(ax: Axes) -> None:
    rows = two().assign(period=lambda t: t["period"].str[:4])
    figures.plot_series(rows, "beds", by="arm", combine="sum", people="value", ax=ax)
    data = figures.figure_data(ax).set_index(["line", "period"])
    assert data.loc[("a", "2011"), "value"] == 20 + 21 + 22 + 23
    assert data.loc[("a", "2011"), "n_units"] == 2
    assert "sum of the units" in ax.get_xlabel()
    assert "a\nn = 2 units" in texts(ax)


def test_the_sum_of_nothing_is_not_zero(ax: Axes) -> None:
    rows = table(a1=[5.0, 6, np.nan, np.nan, 7, 8, 9, 9])
    figures.plot_series(rows, "beds", combine="sum", ax=ax)
    assert figures.figure_data(ax)["value"].isna().tolist()[2:5] == [True, True, False]


def test_a_break_stands_where_its_period_begins_with_its_name(ax: Axes) -> None:
    figures.plot_series(two(), "beds", by="arm", breaks=BREAK, lang="sv", ax=ax)
    upright = [x for x in ax.lines if list(x.get_ydata()) == [0, 1]]
    assert [x.get_xdata()[0] for x in upright] == [2013.0]
    assert "ny budget" in texts(ax)


def test_breaks_near_each_other_are_written_on_rows_of_their_own(ax: Axes) -> None:
    breaks = {"2012-05": "a long name of a break", "2012-06-16": "another", "2014": "c"}
    figures.plot_series(two(), "beds", by="arm", breaks=breaks, ax=ax)
    heights = [text.xyann[1] for text in ax.texts if text.get_text() in breaks.values()]
    assert heights[1] > heights[0] == heights[2]


def test_nothing_is_drawn_across_a_gap_and_a_lone_value_is_seen(ax: Axes) -> None:
    rows = table(a1=[np.nan, 5.0, np.nan, 6.0, 6.5, np.nan, np.nan, 7.0])
    figures.plot_series(rows.drop(index=6), "beds", ax=ax)
    (drawn,) = (x.get_ydata() for x in ax.lines if x.get_linestyle() == "-")
    assert np.isnan(drawn).tolist() == np.isnan(rows.drop(index=6)["value"]).tolist()
    data = figures.figure_data(ax)
    assert data["n_units"].tolist() == [0, 1, 0, 1, 1, 0, 1]
    assert "Gap: not counted." in ax.get_xlabel()
    assert "Gaps in the line, periods: 3." in figures.alt_text(ax, "en")


def test_a_period_without_a_row_is_a_gap_too(ax: Axes) -> None:
    rows = two().query("not (unit == 'b1' and period == '2012-H1')")
    figures.plot_series(rows, "beds", by="arm", ax=ax)
    data = figures.figure_data(ax).set_index(["line", "period"])
    assert not data.loc[("b", "2012-H1"), "shown"]
    assert len(data) == 16


def test_units_that_come_and_go_are_a_range(ax: Axes) -> None:
    rows = two()
    rows.loc[rows["unit"].eq("a2") & rows["period"].lt("2012"), "value"] = np.nan
    figures.plot_series(rows, "beds", by="arm", lang="sv", ax=ax)
    assert "a\nn = 1–2 enheter" in texts(ax)


def test_the_comparison_is_grey_and_comes_last(ax: Axes) -> None:
    rows = two()
    figures.plot_series(rows, "beds", by="arm", comparison="a", ax=ax)
    assert list(lines(ax)) == ["#0072B2", "#8a8a8a"]
    assert lines(ax)["#8a8a8a"][0] == 21.0
    assert figures.alt_text(ax, "en").index("b, n = 1") < figures.alt_text(
        ax, "en"
    ).index("a, n = 2")


def test_a_value_with_few_people_behind_it_leaves_no_trace(ax: Axes) -> None:
    rows = table(a1=[31.25, 30, 29, 28, 27, 26, 25, 24]).assign(posts=[9] + [12] * 7)
    figures.plot_series(rows, "beds", people="posts", ax=ax)
    data = figures.figure_data(ax)
    assert data["hidden"].tolist() == [True] + [False] * 7
    assert "31.2" not in data.to_csv() + figures.alt_text(ax, "en")
    assert "fewer than 10 people" in ax.get_xlabel()
    assert "people" not in data.columns
    published = rows.assign(source="published")
    figures.plot_series(published, "beds", people="posts", ax=ax)
    assert figures.figure_data(ax)["shown"].all()


def test_counts_of_people_are_kept_under_the_floor(ax: Axes) -> None:
    rows = table(a1=[4.0, 12, 11, 3, 10, 15, 0, 14])
    figures.plot_series(rows, "beds", people="value", ax=ax)
    shown = figures.figure_data(ax)["value"].dropna().tolist()
    assert shown == [12, 11, 10, 15, 14]


def test_a_line_with_nothing_to_show_says_so(ax: Axes) -> None:
    rows = two().assign(posts=lambda t: t["arm"].map({"a": 40, "b": 4}))
    figures.plot_series(rows, "beds", by="arm", people="posts", ax=ax)
    assert "b\nnot shown" in texts(ax)
    assert "b: visas inte." in figures.alt_text(ax, "sv")


def test_what_an_axis_leaves_out_is_said(ax: Axes) -> None:
    figures.plot_series(table(a1=[98.0, 99, 98, 97, 96, 97, 98, 99]), "beds", ax=ax)
    assert ax.get_ylim()[0] > 0
    assert "does not begin at zero" in ax.get_xlabel()
    figures.plot_series(table(a1=[1.0, 9, 8, 7, 6, 7, 8, 9]), "beds", ax=ax)
    assert ax.get_ylim()[0] == 0
    assert "zero" not in ax.get_xlabel()
    figures.plot_series(table(a1=[-2.5, -1, -2, -1.5, -0.5, -2, -1, -1]), "beds", ax=ax)
    assert ax.get_ylim()[1] == 0
    assert [0.0, 0.0] in [list(line.get_ydata()) for line in ax.lines]


def test_the_words_of_the_figure_in_both_languages(ax: Axes) -> None:
    rows = two().assign(source="synthetic")
    named = {"a": Label("wards", "avdelningar")}
    measure = Label("Beds", "Vårdplatser")
    figures.plot_series(
        rows, "beds", by="arm", labels=named, measure=measure, breaks=BREAK, ax=ax
    )
    assert figures.alt_text(ax, "en").startswith(
        "Lines over time: Beds, periods: 8, 2011-H1 to 2014-H2. Break at 2013: new "
        "budget. wards, n = 2 units: 21.0 in 2011-H1, 28.0 in 2014-H2; lowest 21.0 in "
        "2011-H1, highest 28.0 in 2014-H2."
    )
    swedish = figures.alt_text(ax, "sv")
    assert "avdelningar, n = 2 enheter: 21,0 i 2011-H1" in swedish
    assert swedish.endswith("(Syntetiska data.)")
    assert "Synthetic data" in texts(ax)


def test_names_at_the_ends_do_not_run_into_each_other(ax: Axes) -> None:
    near = [9.0, 9, 9, 9, 9, 9, 9, 9]
    figures.plot_series(table(a1=near, b1=near, c1=[1.0] * 8), "beds", ax=ax)
    heights = sorted(text.xy[1] for text in ax.texts)
    assert np.diff(heights).min() > 0.149


def test_the_frame_given_is_not_changed(ax: Axes) -> None:
    rows = two()
    before = rows.copy()
    figures.plot_series(rows, "beds", by="arm", ax=ax)
    pd.testing.assert_frame_equal(rows, before)


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        *(("2014", 2014.0), ("2014-H2", 2014.5), ("2014K4", 2014.75)),
        *(("2014-04", 2014.25), ("2014-07-02", 2014.5), ("2014.3", 2014.3)),
    ],
)
def test_where_a_period_begins(text: str, begins: float) -> None:
    assert period_starts(pd.Series([text]))[0] == pytest.approx(begins, abs=0.011)


@pytest.mark.parametrize(
    ("change", "options", "what", "found"),
    [
        ({}, {"indicator": "cars"}, "Nothing was counted", "0 rows of it, among 1"),
        ({"value": np.nan}, {}, "Nothing was counted", "24 rows of it"),
        ({"period": "in May"}, {}, "Some periods cannot be read.", "24 others"),
        ({"value": "a1"}, {}, "something that is not a number", "24 other cells"),
        ({"arm": None}, {}, "Some rows belong to no line.", "24 empty cells"),
        ({"n": "a1"}, {"people": "n"}, "The column 'n' holds", "24 other cells"),
        ({}, {"breaks": {"soon": "x"}}, "Some breaks cannot be", "1 others"),
        ({}, {"comparison": "z"}, "belongs to no line", "1 other name(s), for 2"),
        ({}, {"labels": {"z": "Z"}}, "belongs to no line", "1 other name(s), for 2"),
        ({"arm": [f"x{i}" for i in range(24)]}, {}, "Too many lines", "24"),
        ({}, {"by": "ward"}, "column", "ward"),
        ({}, {"k_min": 3}, "", "3"),
        ({}, {"combine": "median"}, "", "median"),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    change: dict[str, object],
    options: dict[str, object],
    what: str,
    found: str,
    ax: Axes,
) -> None:
    rows = two().assign(**change)
    wanted = {"indicator": "beds", "by": "arm", "ax": ax} | options
    with pytest.raises(DataProblem) as problem:
        figures.plot_series(rows, **wanted)
    assert what in problem.value.what
    assert found in str(problem.value)
    assert "a1" not in str(problem.value)

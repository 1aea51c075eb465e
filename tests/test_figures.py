"""Figures are tested by what was drawn, in both languages, not by pixels."""

from __future__ import annotations

import gc
import itertools

import matplotlib as mpl
import matplotlib.colors
import matplotlib.figure
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import tillit_eval as te
from tillit_eval import figures
from tillit_eval.codebook.model import Codebook, Item, Scale
from tillit_eval.disclosure import protect_table
from tillit_eval.errors import DataProblem
from tillit_eval.figures import drawn
from tillit_eval.findings import Change, Estimate, Interval, NotAnswered
from tillit_eval.phrases import Label, phrase
from tillit_eval.quality.items import ItemQuality
from tillit_eval.quality.shares import assess_share

NBSP = "\u00a0"


@pytest.fixture
def ax():
    return mpl.figure.Figure().subplots()


def change(name: str, estimate: float, **more: object) -> Change:
    values = {
        "label": Label(name, name + " sv"),
        "before": "2014",
        "after": "2016",
        "interval": Interval(estimate - 1.5, estimate + 1.5),
        "equivalence_interval": Interval(estimate - 1.2, estimate + 1.2, 0.9),
        "verdict": "rose",
        "n_people": 1430,
        "source": "real",
        "measured": None,
    }
    return Change(scale=name, estimate=estimate, **(values | more))


def texts(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def names(ax) -> list[str]:
    return [label.get_text() for label in ax.get_yticklabels()]


def ticks(ax) -> list[str]:
    return [label.get_text() for label in ax.get_xticklabels()]


def dots(ax, marker: str = "o") -> list[tuple[float, float]]:
    return [tuple(x.get_xydata()[0]) for x in ax.lines if x.get_marker() == marker]


def by_height(ax) -> list[float]:
    return [x for x, _ in sorted(dots(ax), key=lambda dot: -dot[1])]


# --- changes --------------------


def test_changes_are_drawn_in_reading_order_on_the_given_axes(ax) -> None:
    given = [change("Trust", 2.4), change("Clarity", -0.1)]
    assert figures.plot_changes(given, ax=ax) is ax
    assert names(ax) == ["Trust", "Clarity"]
    assert by_height(ax) == pytest.approx([2.4, -0.1])
    assert texts(ax).count("n = 1,430") == 2
    assert (
        ax.get_xlabel()
        == "Change from 2014 to 2016, points, with 95 % interval".replace(
            " %", NBSP + "%"
        )
    )


def test_zero_and_the_margin_are_drawn_and_the_inner_interval_is_thicker(ax) -> None:
    figures.plot_changes(change("Trust", 2.4, margin=5.0), ax=ax)
    assert [0.0, 0.0] in [list(line.get_xdata()) for line in ax.lines]
    band = ax.collections[0].get_paths()[0].vertices[:, 0]
    assert (band.min(), band.max()) == (-5.0, 5.0)
    flat = [x for x in ax.lines if len(x.get_xdata()) == 2 and x.get_ydata()[0] == 1]
    widths = {tuple(x.get_xdata()): x.get_linewidth() for x in flat}
    assert widths[2.4 - 1.2, 2.4 + 1.2] > widths[2.4 - 1.5, 2.4 + 1.5]
    assert "90" + NBSP + "%" in ax.get_xlabel()
    low, high = ax.get_xlim()
    assert low < -5
    assert high > 5


def test_without_a_margin_there_is_no_band(ax) -> None:
    figures.plot_changes(change("Trust", 2.4), ax=ax)
    assert not ax.collections
    assert "90" not in ax.get_xlabel()


def test_the_verdict_is_read_in_grey_by_shape_and_word(ax) -> None:
    verdicts = ("rose", "no_change", "cannot_tell")
    figures.plot_changes([change(v, 1.0, verdict=v) for v in verdicts], ax=ax)
    marks = {
        int(x.get_ydata()[0]): (x.get_marker(), x.get_markerfacecolor())
        for x in ax.lines
        if x.get_marker() in ("o", "s")
    }
    assert len(set(marks.values())) == 3
    assert marks[1] == ("o", "white")
    words = " ".join(texts(ax)).replace("\n", " ")
    assert "rose" in words
    assert "cannot tell" in words
    assert "no change worth noticing" in words


def test_what_may_not_be_shown_is_named_but_not_drawn(ax) -> None:
    silent = NotAnswered(
        scale="users", asked="change", reason=phrase("words.fewer_than", n=10)
    )
    figures.plot_changes([change("Small", 9.0, n_people=7), silent], ax=ax)
    assert names(ax) == ["Small", "users"]
    assert not dots(ax)
    assert texts(ax)[:2] == [
        "not shown: fewer than 10 people",
        "cannot tell: fewer than 10",
    ]
    data = figures.figure_data(ax)
    assert data["shown"].tolist() == [False, False]
    assert "9.0" not in data.to_csv()
    assert "9.0" not in figures.alt_text(ax, "en")


def test_changes_in_swedish_have_a_decimal_comma(ax) -> None:
    te.use_language("sv")
    figures.plot_changes(
        [
            change("Tillit", 0.4, interval=Interval(0.1, 0.7)),
            change("X", 0.2, n_people=4),
        ],
        ax=ax,
        title=Label("Trust", "Tillit"),
    )
    assert names(ax) == ["Tillit sv", "X sv"]
    assert "0,4" in ticks(ax)
    assert "n = 1" + NBSP + "430" in texts(ax)
    assert "visas inte: färre än 10 personer" in texts(ax)
    assert ax.get_title(loc="left") == "Tillit"
    assert ax.get_xlabel().startswith("Förändring från 2014 till 2016, poäng")


def test_one_computation_is_drawn_in_two_languages() -> None:
    given = [change("Trust", 2.4)]
    for lang, word in (("en", "rose"), ("sv", "ökade")):
        ax = mpl.figure.Figure().subplots()
        assert word in texts(figures.plot_changes(given, lang=lang, ax=ax))
        assert word in figures.alt_text(ax, lang)


@pytest.mark.parametrize(
    ("source", "mark"),
    [("synthetic", "Synthetic data"), ("mixed", "Mixed"), ("unstated", "not stated")],
)
def test_data_that_are_not_real_are_marked_on_the_figure(ax, source, mark) -> None:
    figures.plot_changes(change("Trust", 2.4, source=source), ax=ax)
    assert mark in texts(ax)[-1]
    assert figures.alt_text(ax, "en").endswith(")")


@pytest.mark.parametrize("source", ["real", "published"])
def test_real_data_carry_no_mark(ax, source) -> None:
    figures.plot_changes(change("Trust", 2.4, source=source), ax=ax)
    assert texts(ax) == ["n = 1,430", "rose"]


def test_changes_of_different_sources_are_mixed(ax) -> None:
    given = [change("A", 1.0), change("B", 1.0, source="synthetic")]
    assert "Mixed sources: not all real" in texts(figures.plot_changes(given, ax=ax))


def test_an_interval_that_does_not_close_ends_in_an_arrow(ax) -> None:
    endless = change("Trust", 2.0, interval=Interval(0.5, float("inf")))
    figures.plot_changes(endless, ax=ax)
    assert dots(ax, ">") == [(ax.get_xlim()[1], 1.0)]
    assert np.isfinite(ax.get_xlim()).all()


def test_shares_change_in_percentage_points(ax) -> None:
    share = change(
        "Share", 0.12, unit_of_measure="share", interval=Interval(0.02, 0.22)
    )
    figures.plot_changes(share, ax=ax)
    assert dots(ax)[0][0] == pytest.approx(12)
    assert "percentage points" in ax.get_xlabel()


def test_changes_that_cannot_share_an_axis_are_refused() -> None:
    with pytest.raises(DataProblem, match="one unit of measure and one level"):
        figures.plot_changes(
            [change("A", 1.0), change("B", 0.1, unit_of_measure="share")]
        )
    with pytest.raises(DataProblem, match="found:    no finding"):
        figures.plot_changes([])
    level = Estimate(scale="x", estimate=1.0, n_people=20)
    with pytest.raises(DataProblem, match="found:    'Estimate'"):
        figures.plot_changes([level])


# --- the registry and the paper --------------------


def test_what_was_drawn_is_forgotten_with_the_axes() -> None:
    gc.collect()
    before = len(drawn._DRAWN)
    figure = mpl.figure.Figure()
    figures.plot_changes(change("Trust", 2.4), ax=figure.subplots())
    assert figures.drawn_axes(figure) == figure.axes
    assert len(drawn._DRAWN) == before + 1
    del figure
    gc.collect()
    assert len(drawn._DRAWN) == before


def test_foreign_axes_are_refused(ax) -> None:
    for ask in (figures.alt_text, figures.figure_data):
        with pytest.raises(DataProblem, match="Nothing is known about these Axes"):
            ask(ax)


def test_the_data_behind_a_figure_cannot_be_changed_from_outside(ax) -> None:
    figures.plot_changes(change("Trust", 2.4), ax=ax)
    data = figures.figure_data(ax)
    data.loc[0, "estimate"] = 99.0
    assert figures.figure_data(ax)["estimate"].tolist() == [2.4]


def test_drawing_changes_no_global_style_and_shows_nothing() -> None:
    import matplotlib.pyplot as plt

    before = dict(mpl.rcParams)
    drawn_on = figures.plot_changes(change("Trust", 2.4))
    assert dict(mpl.rcParams) == before
    plt.close(drawn_on.figure)


# --- answers --------------------


def responses() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "q1": [1, 2, 3, 4, 5] * 8,
            "q2": [5] * 40,
            "q3": [4.0, 5.0] * 3 + [np.nan] * 34,
            "q4": [1.0, 5.0] * 10 + [np.nan] * 20,
            "wave": ["1", "2"] * 20,
            "source": "real",
        }
    )


def widths(ax, row: float) -> list[float]:
    return [
        bar.get_width()
        for bar in ax.patches
        if bar.get_y() + bar.get_height() / 2 == pytest.approx(row)
    ]


def test_bars_hold_the_shares_and_part_at_the_middle(ax) -> None:
    figures.plot_answers(responses(), ["q1", "q4"], ax=ax)
    assert widths(ax, 0.0) == pytest.approx([0.2] * 5)
    assert ax.patches[0].get_x() == pytest.approx(-0.5)
    assert widths(ax, -1.0) == pytest.approx([0.5, 0, 0, 0, 0.5])
    assert "n = 40, 0" + NBSP + "% missing" in texts(ax)
    assert "n = 20, 50" + NBSP + "% missing" in texts(ax)


def test_few_answers_and_unanimous_answers_are_not_drawn(ax) -> None:
    figures.plot_answers(responses(), ["q2", "q3"], codes=range(1, 6), ax=ax)
    assert not ax.patches
    assert texts(ax).count("not shown: fewer than 10 people") == 1
    assert texts(ax).count("not shown") == 1
    data = figures.figure_data(ax)
    assert data[["share", "n", "missing"]].isna().all(axis=None)
    assert "6" not in figures.alt_text(ax, "en").replace("from 1 to 5", "")


def test_each_wave_has_a_bar_and_the_floor_counts_per_wave(ax) -> None:
    figures.plot_answers(responses(), ["q1", "q4"], wave="wave", ax=ax)
    assert names(ax) == ["1", "2", "1", "2"]
    assert texts(ax)[-2:] == ["q1", "q4"] or {"q1", "q4"} <= set(texts(ax))
    data = figures.figure_data(ax)
    assert data.groupby(["item", "wave"])["share"].sum().tolist() == pytest.approx(
        [1, 1, 0, 0]
    )


def codebook() -> Codebook:
    item = Item(
        key="q1",
        label=Label("Manager listens", "Chefen lyssnar"),
        codes=(1, 2, 3, 4, 5),
    )
    turned = Item(
        key="q4",
        label=Label("Kept in the dark", "Hålls ovetande"),
        codes=(1, 2, 3, 4, 5),
        reversed=True,
    )
    other = Item(key="q3", label=Label("Grade", "Betyg"), codes=(0, 1, 2, 3, 4, 5))
    scale = Scale(
        key="trust", label=Label("T", "T"), items=("q1", "q4"), min_answered=1
    )
    return Codebook(title="x", items=(item, turned, other), scales=(scale,))


def test_a_codebook_names_items_and_tells_which_are_reversed(ax) -> None:
    figures.plot_answers(
        responses(),
        codebook(),
        scale="trust",
        answers={1: "never", 5: Label("always", "alltid")},
        lang="sv",
        ax=ax,
    )
    assert names(ax) == ["Chefen lyssnar", "Hålls ovetande (omvänd)"]
    key = [text.get_text() for text in ax.get_legend().get_texts()]
    assert key == ["1 never", "2", "3", "4", "5 alltid"]


def test_answers_are_dark_at_both_ends_so_that_grey_print_reads() -> None:
    from tillit_eval.figures.colours import answer_colours

    for codes in (2, 3, 4, 5, 7, 10):
        light = [0.3 * r + 0.59 * g + 0.11 * b for r, g, b in answer_colours(codes)]
        half = codes // 2
        assert light[:half] == sorted(light[:half])
        assert light[-half:] == sorted(light[-half:], reverse=True)
        assert len(light) == codes


@pytest.mark.parametrize(
    ("items", "options", "says"),
    [
        (["q9"], {}, "a column 'q9'"),
        (["q1"], {"codes": [1, 2, 3]}, "found:    codes 4, 5"),
        (codebook(), {}, "found:    2 kinds among 3 items"),
        (["q2"], {}, "at least two answer codes|codes 5"),
        (["q1"], {"k_min": 2}, "5 or more"),
    ],
)
def test_answers_that_cannot_be_drawn_are_refused(items, options, says) -> None:
    with pytest.raises(DataProblem, match=says):
        figures.plot_answers(responses(), items, **options)


# --- roll-out --------------------


def units() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "unit": ["Öster", "Norr", "Åsen", "Extern"],
            "start": ["2014-03-01", "2015-06-01", "2014-03-01", None],
            "source": "synthetic",
        }
    )


def test_units_stand_in_order_of_start_then_of_the_swedish_alphabet(ax) -> None:
    figures.plot_rollout(units(), waves={"Enkät 1": "2013-10-01"}, lang="sv", ax=ax)
    assert names(ax) == ["Åsen", "Öster", "Norr", "Extern"]
    assert texts(ax) == [
        *("Enkät 1", "2014-03", "2014-03", "2015-06", "inte startat"),
        "Syntetiska data",
    ]
    assert ticks(ax) == ["2013", "2014", "2015", "2016"]
    assert len(dots(ax)) == 3
    assert ax.patches[0].get_width() == pytest.approx(12)


def test_a_table_of_waves_is_drawn_from_its_first_to_its_last_day(ax) -> None:
    waves = pd.DataFrame({"wave": ["1"], "from": ["2015-02-01"], "to": ["2015-03-03"]})
    figures.plot_rollout(units(), waves=waves, ax=ax)
    assert ax.patches[0].get_width() == pytest.approx(30)
    assert "Wave 1: 2015-02-01 to 2015-03-03." in figures.alt_text(ax, "en")
    assert "Extern startade inte." in figures.alt_text(ax, "sv")
    assert figures.figure_data(ax)["unit"].tolist() == [
        "Åsen",
        "Öster",
        "Norr",
        "Extern",
    ]


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (
            units().assign(start="next spring"),
            "4 other cells at row positions 0, 1, 2, 3",
        ),
        (units().assign(start=None), "No unit has a date of start"),
        (units().drop(columns="start"), "a column 'start'"),
    ],
)
def test_dates_that_are_none_are_refused_by_position(table, says) -> None:
    with pytest.raises(DataProblem, match=says) as caught:
        figures.plot_rollout(table)
    assert "next spring" not in str(caught.value)


# --- units --------------------


def areas() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "unit": ["Norr", "Söder", "Åsen", "Öster"],
            "n_before": [25, 6, 20, 0],
            "n_after": [24, 30, 22, 18],
            "before": [60.0, 99.0, 61.0, np.nan],
            "after": [64.0, 98.0, 60.0, 62.5],
            "source": "synthetic",
        }
    )


def test_units_are_drawn_from_a_protected_table(ax) -> None:
    safe = protect_table(areas(), count=["n_before", "n_after"])
    figures.plot_units(safe, measure=Label("Trust (0-100)", "Tillit (0-100)"), ax=ax)
    assert names(ax) == ["Norr", "Söder", "Åsen", "Öster"]
    assert {x for x, _ in dots(ax)} == {60.0, 64.0, 62.5}
    assert texts(ax)[:4] == [
        *("n = 25 \u2192 24", "not shown", "not shown"),
        "n = 0 \u2192 18, no baseline",
    ]
    assert ax.get_xlabel().startswith("Trust (0-100); open mark: before")
    assert "99" not in figures.figure_data(ax).to_csv()
    assert "99" not in figures.alt_text(ax, "en")
    assert "Visas inte: 2 av 4 grupper." in figures.alt_text(ax, "sv")


def test_units_are_called_by_their_names_in_both_languages(ax) -> None:
    safe = protect_table(areas(), count=["n_before", "n_after"])
    figures.plot_units(safe, names={"Norr": Label("North", "Norr om ån")}, ax=ax)
    assert names(ax) == ["North", "Söder", "Åsen", "Öster"]
    assert "North: " in figures.alt_text(ax, "en")
    assert "Norr om ån: " in figures.alt_text(ax, "sv")


def test_units_say_whether_their_means_may_be_used() -> None:
    safe = protect_table(areas(), count=["n_before", "n_after"])
    rng = np.random.default_rng(1)
    told = te.quality.assess_aggregation(
        pd.DataFrame({"q": rng.integers(1, 6, 200), "unit": np.arange(200) % 8}), ["q"]
    )
    assert told.licence == "no"
    ax = figures.plot_units(safe, licence=told)
    assert "may not be used" in ax.get_xlabel().replace("\n", " ")
    assert "may not be used" in figures.alt_text(ax)
    assert "inte" in figures.alt_text(ax, lang="sv")
    assert "may" not in figures.plot_units(safe).get_xlabel()
    with pytest.raises(DataProblem, match="whether means of units may be used"):
        figures.plot_units(safe, licence="yes")  # type: ignore[arg-type]


def test_a_name_with_two_dollar_signs_is_a_name_and_no_formula() -> None:
    named = areas().assign(unit=["a $\\frac{$", "b $x$ c", "Åsen", "Öster"])
    safe = protect_table(named, count=["n_before", "n_after"])
    ax = figures.plot_units(safe, title="of $x_$ all", measure=Label("$y_$", "$y_$"))
    ax.figure.canvas.draw()
    assert names(ax)[:2] == ["a $\\frac{$", "b $x$ c"]
    plt.close(ax.figure)


def test_a_table_that_is_not_protected_is_refused() -> None:
    with pytest.raises(DataProblem, match="draw protect_table"):
        figures.plot_units(areas())
    safe = protect_table(areas(), count="n_after")
    with pytest.raises(DataProblem, match="a column 'later'"):
        figures.plot_units(safe, after="later")


def test_long_names_of_rows_do_not_run_into_each_other() -> None:
    long = "what people who were asked in both waves think of it, beyond the comparison"
    given = [change(f"{long} {place}", 1.0, label=None) for place in "abc"]
    for drawn_ax in (figures.plot_changes(given), units_named(long)):
        drawn_ax.figure.canvas.draw()
        boxes = [name.get_window_extent() for name in drawn_ax.get_yticklabels()]
        assert "\n" in names(drawn_ax)[0]
        assert all(above.y0 >= below.y1 for above, below in itertools.pairwise(boxes))


def units_named(name: str) -> matplotlib.axes.Axes:
    table = pd.DataFrame(
        {
            "unit": [f"{name} {place}" for place in "abc"],
            "n": [20, 30, 40],
            "before": [50.0, 51.0, 52.0],
            "after": [51.0, 52.0, 53.0],
            "source": "real",
        }
    )
    return figures.plot_units(protect_table(table, count="n"))


# --- shares, fidelity, items --------------------


def test_published_counts_are_drawn_with_how_many_of_how_many(ax) -> None:
    given = [
        assess_share(0, of=3, scale="noticed", source="published"),
        assess_share(5, of=6, scale="positive", source="published"),
    ]
    figures.plot_shares(given, lang="sv", ax=ax)
    assert texts(ax) == ["0 av 3", "5 av 6"]
    assert by_height(ax) == pytest.approx([0.0, 5 / 6])
    assert ticks(ax)[0] == "0" + NBSP + "%"
    assert ax.get_xlabel() == f"Andel, med 95{NBSP}% konfidensintervall"
    assert figures.figure_data(ax)["high"][0] == pytest.approx(0.708, abs=1e-3)
    assert "noticed: 0 of 3, 0" in figures.alt_text(ax, "en")


def test_a_share_is_drawn_with_the_count_that_its_sentence_tells(ax) -> None:
    share = assess_share(7, of=27, scale="asked", source="real")
    figures.plot_shares(share, ax=ax)
    assert texts(ax) == ["7 of 27"]
    assert "7 of 27" in share.sentence("en")


def test_shares_of_few_or_of_no_one_are_not_drawn(ax) -> None:
    given = [
        assess_share(3, of=6, scale="few", source="real"),
        assess_share(0, of=30, scale="none", source="real"),
    ]
    figures.plot_shares(given, ax=ax)
    assert not dots(ax)
    assert texts(ax) == ["not shown: fewer than 10 people", "not shown"]
    with pytest.raises(DataProblem, match="found:    'Change'"):
        figures.plot_shares(change("A", 0.1, unit_of_measure="share"))


def fidelity() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "part": ["planning", "planning", "visit", "visit"],
            "part_sv": ["planering", "planering", "besök", "besök"],
            "case": ["a", "b", "a", "b"],
            "status": ["yes", "Partly", "no", None],
            "source": "published",
        }
    )


def test_tiles_say_in_words_what_was_done(ax) -> None:
    figures.plot_fidelity(fidelity(), lang="sv", ax=ax)
    assert names(ax) == ["planering", "besök"]
    assert texts(ax) == ["ja", "delvis", "nej", "okänt"]
    faces = [mpl.colors.to_hex(tile.get_facecolor()) for tile in ax.patches]
    light = [sum(mpl.colors.to_rgb(face)) for face in faces[:3]]
    assert light == sorted(light)
    assert min(np.diff(light)) > 0.3
    assert "besök, b: okänt." in figures.alt_text(ax, "sv")
    assert figures.figure_data(ax)["status"].tolist() == [
        "yes",
        "partly",
        "no",
        "unknown",
    ]


def test_a_status_that_is_another_word_is_refused_by_position() -> None:
    with pytest.raises(DataProblem, match="1 other cells at row positions 1") as caught:
        figures.plot_fidelity(fidelity().assign(status=["yes", "sort of", "no", "no"]))
    assert "sort of" not in str(caught.value)
    with pytest.raises(DataProblem, match="repeated at row positions 1, 3"):
        figures.plot_fidelity(fidelity().assign(case="a"))


def item(rest: float, n: int = 210) -> ItemQuality:
    return ItemQuality(
        scale="t1",
        estimate=rest,
        item_rest=rest,
        mean=3.4,
        sd=0.9,
        alpha_if_dropped=0.8,
        floor_share=0.02,
        ceiling_share=0.31,
        n_missing=0,
        n_people=n,
        source="real",
    )


def test_items_are_drawn_against_zero_and_the_usual_lowest(ax) -> None:
    figures.plot_items([item(0.62), item(-0.2), item(0.5, n=4)], ax=ax)
    assert by_height(ax) == pytest.approx([0.62, -0.2])
    upright = [
        x.get_xdata()[0] for x in ax.lines if x.get_xdata()[0] == x.get_xdata()[-1]
    ]
    assert {0.0, 0.3} <= set(upright)
    assert ax.get_xlim()[0] < -0.2
    assert texts(ax)[:2] == ["n = 210", "top answer 31" + NBSP + "%"]
    assert texts(ax)[-1] == "not shown: fewer than 10 people"
    with pytest.raises(DataProblem, match="give te"):
        figures.plot_items(change("A", 1.0))


def test_a_time_in_years_is_not_taken_for_a_month() -> None:
    units = pd.DataFrame({"unit": ["A", "B"], "start": ["2014.6", "2015-01-01"]})
    with pytest.raises(DataProblem, match=r"row positions 0\b"):
        te.figures.plot_rollout(units)


@pytest.mark.parametrize("name", ["A", "A name of thirty-four letters, truly"])
@pytest.mark.parametrize("lang", ["en", "sv"])
def test_the_words_below_the_axis_use_the_room_there_is(name, lang):
    drawn_on = figures.plot_changes(
        [change(name, 2.0, label=None, margin=3.0)], lang=lang
    )
    figure = drawn_on.get_figure(root=True)
    figure.canvas.draw()
    assert drawn_on.xaxis.label.get_window_extent().x1 < figure.bbox.width
    longest = max(map(len, drawn_on.get_xlabel().split("\n")))
    assert longest > 80 if name == "A" else longest <= 76


def test_a_roll_out_speaks_of_grey_only_where_people_were_asked() -> None:
    units = pd.DataFrame({"unit": ["A", "B"], "start": ["2014-03-01", "2015-08-01"]})
    waves = pd.DataFrame({"wave": ["1"], "from": ["2014-01-01"], "to": ["2014-02-01"]})
    plain = figures.plot_rollout(units, lang="en").get_xlabel()
    assert plain == "Thin line: before the start. Thick line: after it."
    asked = figures.plot_rollout(units, waves=waves, lang="en").get_xlabel()
    assert asked == plain + " Grey: people were asked."

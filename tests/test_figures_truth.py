"""What was found beside what is true: marks, words, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import matplotlib.pyplot as plt
import pytest
from matplotlib.axes import Axes

from tillit_eval.errors import DataProblem
from tillit_eval.figures import alt_text, figure_data, plot_truth
from tillit_eval.findings import Change, Interval, NotAnswered
from tillit_eval.phrases import phrase

NORTH = Change(
    scale="trust",
    site="north",
    before="1",
    after="2",
    estimate=2.0,
    standard_error=0.75,
    interval=Interval(0.5, 3.5),
    n_people=90,
    source="synthetic",
)
SOUTH = replace(
    NORTH, site="south", estimate=-1.0, interval=Interval(-2.0, 0.0), n_people=70
)
SMALL = replace(NORTH, site="small", n_people=4)
SILENT = NotAnswered(
    scale="trust",
    site="silent",
    asked="change",
    reason=phrase("synthesis.reason_not_asked"),
    source="synthetic",
)
TRUTH = {"north": 4.0, "south": -0.5, "small": 1.0}


@pytest.fixture
def ax() -> Iterator[Axes]:
    figure, ax = plt.subplots()
    yield ax
    plt.close(figure)


def test_a_row_says_whether_the_interval_holds_what_is_true(ax: Axes) -> None:
    assert plot_truth([NORTH, SOUTH], TRUTH, ax=ax) is ax
    data = figure_data(ax).set_index("site")
    assert data["holds"].to_dict() == {"north": False, "south": True}
    assert data["true"].to_dict() == {"north": 4.0, "south": -0.5}
    texts = [text.get_text() for text in ax.texts]
    assert texts.index("misses it") < texts.index("holds it")
    assert "n = 90" in texts
    assert any("Synthetic data" in text for text in texts)
    drawn = [line.get_xdata()[0] for line in ax.lines if len(line.get_xdata()) == 1]
    assert drawn == [2.0, 4.0, -1.0, -0.5]


def test_an_end_of_the_interval_is_inside_it(ax: Axes) -> None:
    plot_truth([NORTH, SOUTH], {"north": 3.5, "south": -2.0}, ax=ax)
    assert figure_data(ax)["holds"].all()


def test_who_is_too_few_or_silent_is_not_drawn(ax: Axes) -> None:
    plot_truth([SMALL, NORTH, SILENT], TRUTH, ax=ax)
    assert figure_data(ax)["site"].tolist() == ["north"]
    assert "small" not in alt_text(ax, "en")


def test_it_speaks_both_languages(ax: Axes) -> None:
    plot_truth([NORTH], TRUTH, lang="sv", ax=ax)
    assert "missar det" in [text.get_text() for text in ax.texts]
    assert "hittat +2,0" in alt_text(ax, "sv")
    assert "sant +4,0" in alt_text(ax, "sv")
    assert "found +2.0" in alt_text(ax, "en")
    assert "(Synthetic data.)" in alt_text(ax, "en")


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (
            replace(NORTH, site="west"),
            "no truth: 'west'; no interval: none; shares: none",
        ),
        (replace(NORTH, interval=None), "no truth: none; no interval: 'north'"),
        (replace(NORTH, unit_of_measure="share"), "shares: 'north'"),
    ],
)
def test_what_cannot_be_set_beside_the_truth_is_refused(
    found: Change, told: str
) -> None:
    with pytest.raises(DataProblem) as problem:
        plot_truth([found], TRUTH)
    assert told in problem.value.found


def test_nothing_to_draw_is_refused() -> None:
    with pytest.raises(DataProblem, match="cannot be drawn as a forest"):
        plot_truth([SILENT], TRUTH)

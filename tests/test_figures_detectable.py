"""Designs side by side: the smallest change that each would find."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib.pyplot as plt
import pytest
from matplotlib.axes import Axes

from tillit_eval.errors import DataProblem
from tillit_eval.figures import alt_text, figure_data, plot_detectable
from tillit_eval.simulation import DetectableChange, detect_change, draft_design


@pytest.fixture
def ax() -> Iterator[Axes]:
    figure, ax = plt.subplots()
    yield ax
    plt.close(figure)


@pytest.fixture(scope="module")
def found() -> list[DetectableChange]:
    sizes = (12, 40)
    return [detect_change(draft_design([20] * n, treated=n // 2)) for n in sizes]


def test_each_design_has_a_line_as_long_as_its_change(
    ax: Axes, found: list[DetectableChange]
) -> None:
    assert plot_detectable(found, margin=5.0, ax=ax) is ax
    lines = [tuple(line.get_xdata()) for line in ax.lines]
    assert (0, found[0].estimate) in lines
    assert (0, found[1].estimate) in lines
    assert (5.0, 5.0) in lines, "the margin is drawn"
    assert figure_data(ax)["estimate"].tolist() == [f.estimate for f in found]
    assert figure_data(ax)["n_units"].tolist() == [12, 40]
    names = [tick.get_text().replace("\n", " ") for tick in ax.get_yticklabels()]
    assert "12" in names[0]
    assert "336" in names[0]
    assert any("Synthetic data" in text.get_text() for text in ax.texts)


def test_it_speaks_both_languages(ax: Axes, found: list[DetectableChange]) -> None:
    plot_detectable(found, margin=5.0, lang="sv", ax=ax)
    assert "80\xa0%" in ax.get_xlabel()
    assert "5,0" in ax.get_xlabel()
    assert "poäng" in alt_text(ax, "sv")
    assert "80\xa0%" in alt_text(ax, "sv")
    assert "points" in alt_text(ax, "en")
    assert "(Synthetic data.)" in alt_text(ax, "en")


def test_what_is_no_design_or_of_another_power_is_refused(
    found: list[DetectableChange],
) -> None:
    sharper = detect_change(draft_design([20] * 12), power=0.9)
    for wrong, told in (
        ([found[0], sharper], "2 different powers"),
        ([], "0 different powers"),
        (["x"], "a str"),
    ):
        with pytest.raises(DataProblem) as problem:
            plot_detectable(wrong)  # type: ignore[arg-type]
        assert told in problem.value.found

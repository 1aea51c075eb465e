"""The figure of agreement: rows, guide, limits, the floor, in both languages."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import matplotlib.figure
import pytest

from tillit_eval import figures
from tillit_eval.errors import DataProblem
from tillit_eval.findings import Estimate, Interval, NotAnswered
from tillit_eval.phrases import Label, phrase
from tillit_eval.quality import Agreement
from tillit_eval.tables import display_frame


def made(scale: str = "play", **more: Any) -> Agreement:
    given: dict[str, Any] = {
        "estimate": 0.47,
        "interval": Interval(0.06, 0.74),
        "coefficient": "weighted kappa",
        "detail": "quadratic",
        "estimand": phrase("agreement.estimand_weighted_kappa"),
        "n_targets": 45,
        "n_cells": 45,
        "n_raters": 56,
        "n_units": 45,
        "k": 2.0,
        "first": "self",
        "second": "observer",
        "first_name": Label("preschool", "förskolan"),
        "second_name": Label("observers", "observatörer"),
        "bias": 0.16,
        "bias_interval": Interval(-0.09, 0.40),
        "limits": Interval(-1.5, 1.8),
        "source": "synthetic",
    }
    given |= more
    return Agreement(scale=scale, n_people=given["n_targets"], **given)


@pytest.fixture
def ax():
    return mpl.figure.Figure().subplots()


def dots(ax) -> list[tuple[float, float]]:
    return [
        (float(line.get_xdata()[0]), float(line.get_ydata()[0]))
        for line in ax.lines
        if line.get_marker() == "o"
    ]


def lines(ax, row: float) -> list[list[float]]:
    """Return the ends of the level lines on one row."""
    return [
        list(map(float, line.get_xdata()))
        for line in ax.lines
        if len(line.get_xdata()) == 2 and list(line.get_ydata()) == [row, row]
    ]


def test_coefficients_with_intervals_and_the_steps_of_their_guide(ax) -> None:
    found = [made(), made("safety", estimate=0.59, interval=Interval(0.34, 0.76))]
    assert figures.plot_agreement(found, ax=ax, lang="en") is ax
    assert dots(ax) == [(0.47, 2.0), (0.59, 1.0)]
    assert lines(ax, 2) == [[0.06, 0.74]]
    steps = [0.21, 0.41, 0.61, 0.81, 0.0]
    upright = [x.get_xdata()[0] for x in ax.lines if list(x.get_ydata()) == [0, 1]]
    assert sorted(upright) == sorted(steps)
    assert "Dotted: steps of a guide (Landis and Koch), no test" in ax.get_xlabel()
    assert [t.get_text() for t in ax.texts] == ["n = 45", "n = 45", "Synthetic data"]
    data = figures.figure_data(ax)
    assert data[["estimate", "interval_low"]].to_numpy().tolist() == [
        [0.47, 0.06],
        [0.59, 0.34],
    ]


def test_other_coefficients_beside_each_other_have_no_common_guide(ax) -> None:
    alpha = made(
        coefficient="krippendorff",
        detail="ordinal",
        estimand=phrase("agreement.estimand_krippendorff"),
    )
    figures.plot_agreement([made(), alpha], ax=ax, lang="en")
    assert "Dotted" not in ax.get_xlabel()
    assert [t.get_text() for t in ax.get_yticklabels()] == [
        "play, weighted kappa",
        "play, Krippendorff's alpha",
    ]


def test_bias_with_its_interval_and_the_limits(ax) -> None:
    figures.plot_agreement(made(), show="bias", ax=ax, lang="sv")
    assert dots(ax) == [(0.16, 1.0)]
    assert lines(ax, 1) == [[-1.5, 1.8], [-0.09, 0.40]]
    assert ax.get_xlabel().startswith("Förskolan minus observatörer, steg på skalan.")
    low, high = ax.get_xlim()
    assert low < -1.5
    assert high > 1.8


def test_the_words_for_who_cannot_see_it(ax) -> None:
    figures.plot_agreement(made(), ax=ax)
    assert " ".join(figures.alt_text(ax, "en").split()) == (
        "Chart of coefficients of agreement with intervals, rows: 1. play: weighted "
        "kappa (quadratic weights) 0.47 (95 % CI 0.06 to 0.74), n = 45. "
        "(Synthetic data.)"
    )
    figures.plot_agreement(made(), show="bias", ax=ax)
    told = figures.alt_text(ax, "sv")
    assert "play: Förskolan minus observatörer +0,16 (" in told


def test_few_targets_and_what_cannot_be_told_have_a_row_without_a_mark(ax) -> None:
    silent = NotAnswered(
        scale="safety", asked="agreement", reason=phrase("agreement.one_step")
    )
    figures.plot_agreement([made(n_targets=8, n_cells=8), silent], ax=ax, lang="en")
    assert dots(ax) == []
    texts = [t.get_text() for t in ax.texts]
    assert "fewer than 10" in texts[0]
    assert "Every rating is the same" in texts[1]
    assert figures.figure_data(ax)["shown"].tolist() == [False, False]


@pytest.mark.parametrize(
    ("given", "show"),
    [
        (Estimate(scale="x", estimate=1.0, n_people=40), "coefficient"),
        (made(limits=None), "bias"),
        ([], "coefficient"),
    ],
)
def test_what_cannot_be_drawn_is_refused(given: Any, show: Any) -> None:
    with pytest.raises(
        DataProblem, match="nothing here that can be drawn as agreement"
    ):
        figures.plot_agreement(given, show=show)
    with pytest.raises(DataProblem, match="'show' is not an option"):
        figures.plot_agreement(made(), show="all")  # type: ignore[arg-type]


def test_a_table_does_not_call_targets_people() -> None:
    table = display_frame([made(), made("safety")], lang="en")
    assert "People" not in table.columns
    assert table["Units"].tolist() == ["45", "45"]

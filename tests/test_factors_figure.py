"""The figure of loadings is tested by what was drawn, in both languages."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.figure
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes

from tillit_eval.errors import DataProblem
from tillit_eval.figures import alt_text, figure_data, plot_loadings
from tillit_eval.phrases import Label
from tillit_eval.quality import FactorModel, assess_structure

ITEMS = ["t1", "t2", "t3", "v1", "v2", "v3"]


@pytest.fixture
def ax() -> Axes:
    return mpl.figure.Figure().subplots()


def found(n: int = 300, **more: object) -> FactorModel:
    rng = np.random.default_rng(3)
    factors = rng.multivariate_normal([0, 0], [[1, 0.4], [0.4, 1]], size=n)
    x = factors[:, [0, 0, 0, 1, 1, 1]] + rng.normal(size=(n, 6))
    frame = pd.DataFrame(x, columns=ITEMS).assign(source="synthetic")
    model = {"trust": ITEMS[:3], "voice": ITEMS[3:]}
    return assess_structure(frame, model, **more)


def words(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_every_loading_has_a_mark_an_interval_and_its_value(ax: Axes) -> None:
    one = found()
    labels = {"t1": Label("I rely on them", "Jag litar på dem"), "voice": "Say"}
    assert plot_loadings(one, labels=labels, ax=ax, lang="en") is ax
    names = [tick.get_text() for tick in ax.get_yticklabels()]
    assert names == ["I rely on them", *ITEMS[1:]]
    dots = [line for line in ax.lines if line.get_marker() == "o"]
    drawn = [float(line.get_xdata()[0]) for line in dots]
    assert drawn == [each.standardised for each in one.loadings]
    heights = [float(line.get_ydata()[0]) for line in dots]
    assert heights == sorted(heights, reverse=True)
    assert heights[2] - heights[3] > 1.5, "room for the name of a factor"
    data = figure_data(ax)
    assert data["low"].tolist() == [
        each.standardised_interval.low for each in one.loadings
    ]
    texts = words(ax)
    assert {"trust", "Say"} <= {*texts}
    first = one.loadings[0]
    assert any(text.startswith(f"{first.standardised:.2f} (") for text in texts)
    assert any("Synthetic data" in text for text in texts)
    assert "n = 300" in ax.get_xlabel()
    assert "no tests" in ax.get_xlabel().replace("\n", " ")
    assert 0.0 in [line.get_xdata()[0] for line in ax.lines]


def test_it_speaks_swedish(ax: Axes) -> None:
    plot_loadings(found(), lang="sv", ax=ax)
    assert "Standardiserad laddning" in ax.get_xlabel()
    said = alt_text(ax, "sv")
    assert said.startswith("Punktdiagram över 6 standardiserade laddningar")
    assert "t1 på trust: 0," in said
    assert "riktmärkena" in said


def test_a_heywood_case_has_an_open_mark(ax: Axes) -> None:
    rng = np.random.default_rng(4)
    a, b, c, d = rng.normal(size=(4, 200))
    frame = pd.DataFrame(
        {"q1": a + 0.1 * d, "q2": a + 0.3 * b, "q3": b + 0.5 * c, "q4": a + c}
    )
    one = assess_structure(frame, {"f": list(frame)})
    assert one.improper
    plot_loadings(one, ax=ax, lang="en")
    dots = [line for line in ax.lines if line.get_marker() == "o"]
    hollow = [line.get_markerfacecolor() == "white" for line in dots]
    expected = [each.item in one.improper for each in one.loadings]
    assert hollow == expected
    assert "Heywood" in ax.get_xlabel()


def test_too_few_people_are_not_drawn(ax: Axes) -> None:
    plot_loadings(found(60, k_min=100), ax=ax, lang="en")
    assert not [line for line in ax.lines if line.get_marker() == "o"]
    assert figure_data(ax).empty
    assert "0." not in alt_text(ax, "en")
    with pytest.raises(DataProblem, match="nothing here that can be drawn as loadings"):
        plot_loadings([], ax=ax)  # type: ignore[arg-type]

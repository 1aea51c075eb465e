"""Two raters beside each other: the grid shows what may be shown, and no more."""

from __future__ import annotations

import matplotlib.figure
import pandas as pd
import pytest

from tillit_eval import figures
from tillit_eval.disclosure import Protected, protect_table
from tillit_eval.errors import DataProblem
from tillit_eval.phrases import Label

STEPS = {
    1: Label("not yet", "inte ännu"),
    2: Label("on the way", "på väg"),
    3: Label("throughout", "genomgående"),
}


@pytest.fixture
def ax():
    return matplotlib.figure.Figure().subplots()


def pairs(corner: int = 0) -> pd.DataFrame:
    counts = [20, 14, corner, 33, 60, 12, 0, 41, 25]
    cells = [(own, seen) for own in (1, 2, 3) for seen in (1, 2, 3)]
    table = pd.DataFrame(cells, columns=["self", "observer"])
    return table.assign(n=counts, source="synthetic")


def guarded(table: pd.DataFrame) -> Protected:
    keys = ["self", "observer"]
    return protect_table(table, count="n", unit=keys, totals="withheld")


def cells(ax) -> dict[tuple[int, int], str]:
    return {
        (round(t.get_position()[0]), round(t.get_position()[1])): t.get_text()
        for t in ax.texts
        if t.get_text().isdigit()
    }


def test_counts_stand_in_their_cells_and_the_diagonal_is_marked(ax) -> None:
    assert figures.plot_crosstab(guarded(pairs()), steps=STEPS, ax=ax) is ax
    found = cells(ax)
    assert found[0, 0] == "20"
    assert found[1, 0] == "14", "to the right: the second rater says more"
    assert found[0, 1] == "33", "upwards: the first rater says more"
    heavy = {
        (round(p.get_x() + 0.46), round(p.get_y() + 0.44))
        for p in ax.patches
        if p.get_linewidth() > 2
    }
    assert heavy == {(0, 0), (1, 1), (2, 2)}
    assert ax.get_yticklabels()[0].get_text() == "not yet"
    assert "Upwards: self. To the right: observer." in ax.get_xlabel()
    assert ax.texts[-1].get_text() == "Synthetic data"


def test_the_fullest_cell_is_the_darkest(ax) -> None:
    figures.plot_crosstab(guarded(pairs()), ax=ax)
    light = [sum(patch.get_facecolor()[:3]) for patch in ax.patches]
    counts = pairs()["n"].tolist()
    assert light.index(min(light)) == counts.index(max(counts))
    assert sorted(light, reverse=True) == [
        tone for _, tone in sorted(zip(counts, light, strict=True))
    ]


def test_a_cell_of_few_is_hatched_and_nowhere_told(ax) -> None:
    figures.plot_crosstab(guarded(pairs(corner=7)), steps=STEPS, ax=ax)
    hidden = [patch for patch in ax.patches if patch.get_hatch()]
    assert hidden
    assert (2, 0) not in cells(ax)
    assert len(cells(ax)) + len(hidden) == 9
    assert ax.get_xlabel().replace("\n", " ").endswith("Hatched: not shown.")
    alt = figures.alt_text(ax, "en")
    assert "not yet and throughout" not in alt
    assert "nan" not in alt
    assert "Not shown:" in alt
    assert not figures.figure_data(ax)["n"].eq(7).any()


def test_the_grid_speaks_swedish(ax) -> None:
    names = {
        "first_name": Label("the preschool itself", "förskolan själv"),
        "second_name": Label("observers", "observatörer"),
    }
    figures.plot_crosstab(guarded(pairs()), steps=STEPS, lang="sv", ax=ax, **names)
    label = ax.get_xlabel().replace("\n", " ")
    assert label.startswith("Uppåt: förskolan själv. Åt höger: observatörer.")
    alt = figures.alt_text(ax, "sv")
    assert alt.startswith("Rutnät med antal: förskolan själv uppåt")
    assert "på väg och inte ännu: 33." in alt
    assert "the preschool itself upwards" in figures.alt_text(ax, "en")


def test_steps_that_nobody_chose_still_have_their_place(ax) -> None:
    figures.plot_crosstab(guarded(pairs()), steps={**STEPS, 4: "beyond"}, ax=ax)
    assert [t.get_text() for t in ax.get_xticklabels()][-1] == "beyond"
    assert ax.get_xlim() == (-0.5, 3.5)


def test_what_is_no_protected_grid_is_refused() -> None:
    with pytest.raises(DataProblem, match="draw protect_table"):
        figures.plot_crosstab(pairs())
    with pytest.raises(DataProblem, match="a column 'seen'"):
        figures.plot_crosstab(guarded(pairs()), second="seen")
    with pytest.raises(DataProblem, match=r"without a name at row positions 2, 5"):
        figures.plot_crosstab(guarded(pairs()), steps={1: "low", 2: "high"})
    twice = protect_table(
        pd.concat([pairs().assign(area="a"), pairs().assign(area="b").iloc[:1]]),
        count="n",
        unit=["self", "observer"],
        within="area",
        totals="withheld",
    )
    with pytest.raises(DataProblem, match="repeated pairs at row positions 9"):
        figures.plot_crosstab(twice)

"""The forest plot is tested by what was drawn, in both languages, not by pixels."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.figure
import pytest

import tillit_eval as te
from tillit_eval import figures
from tillit_eval.comparison import AdjustedChange
from tillit_eval.errors import DataProblem
from tillit_eval.findings import Change, Interval, NotAnswered
from tillit_eval.phrases import Label, phrase
from tillit_eval.synthesis import combine_findings

NBSP = "\u00a0"


@pytest.fixture
def ax():
    return mpl.figure.Figure().subplots()


def change(site: str, estimate: float, error: float = 1.0, **more: object) -> Change:
    values = {
        "scale": "trust",
        "before": "1",
        "after": "2",
        "standard_error": error,
        "interval": Interval(estimate - 2 * error, estimate + 2 * error),
        "n_people": 1080,
        "source": "synthetic",
        "measured": "scalar",
        "margin": 5.0,
        "estimand": phrase("comparison.estimand_workplace_people"),
    }
    return Change(site=site, estimate=estimate, **(values | more))


def sites() -> list[Change]:
    return [change("a", 1.0), change("b", 2.0, 0.5), change("c", 4.0, 2.0)]


BESIDE = [
    change("few units", -3.0, 9.0, df=2.0),
    change("few people", 42.0, n_people=7),
    NotAnswered(
        scale="trust", asked="change", reason=phrase("plan.nobody_left"), site="none"
    ),
]


def texts(ax) -> str:
    return " | ".join(text.get_text() for text in ax.texts).replace(NBSP, " ")


def names(ax) -> list[str]:
    return [label.get_text() for label in ax.get_yticklabels()]


def marks(ax, kind: str) -> list[tuple[float, float]]:
    return [tuple(x.get_xydata()[0]) for x in ax.lines if x.get_marker() == kind]


def test_sites_then_the_number_then_a_new_site_then_what_stands_apart(ax) -> None:
    pooled = combine_findings([*sites(), *BESIDE])
    assert te.plot_forest(pooled, ax=ax) is ax
    assert names(ax) == [
        *("a", "b", "c", "3 sites together", "A new site like these"),
        *("few units", "few people", "none"),
    ]
    squares, circles = marks(ax, "s"), marks(ax, "o")
    assert [x for x, _ in squares] == [1.0, 2.0, 4.0]
    assert [x for x, _ in circles] == [-3.0]
    assert circles[0][1] < squares[-1][1] - 2.5, "what is not pooled stands apart"
    sizes = [x.get_markersize() for x in ax.lines if x.get_marker() == "s"]
    assert sizes[1] > sizes[0] > sizes[2]
    diamond = ax.patches[-1].get_xy()
    assert pooled.interval is not None
    assert diamond[:, 0].min() == pytest.approx(pooled.interval.low)
    assert diamond[:, 0].max() == pytest.approx(pooled.interval.high)


def test_what_is_not_pooled_is_dashed_and_open_and_says_why(ax) -> None:
    te.plot_forest(combine_findings([*sites(), *BESIDE]), ax=ax)
    circle = next(x for x in ax.lines if x.get_marker() == "o")
    assert circle.get_markerfacecolor() == "white"
    dashed = [x for x in ax.lines if x.get_linestyle() == "--"]
    assert len(dashed) == 1
    said = texts(ax)
    assert "its standard error rests on only 2.00 degrees of freedom" in said
    assert "not shown: fewer than 10 people" in said
    assert "cannot tell: The plan leaves out every unit" in said


def test_columns_say_people_weight_and_change(ax) -> None:
    pooled = combine_findings(sites())
    te.plot_forest(pooled, ax=ax)
    said = texts(ax)
    for text in ("people", "weight", "change (95 % CI)", "1,080", "+1.0 (−1.0 to 3.0)"):
        assert text in said
    weights = [one.weight for one in pooled.contributions]
    assert all(f"{100 * weight:.0f} %" in said for weight in weights if weight)
    assert "100 %" in said
    low, high = pooled.prediction.low, pooled.prediction.high
    assert f"{low:.1f} to {high:.1f}".replace("-", "−") in said


def test_a_site_under_its_floor_is_named_and_never_drawn(ax) -> None:
    te.plot_forest(combine_findings([*sites(), *BESIDE]), ax=ax)
    data = figures.figure_data(ax).set_index("name")
    assert not data.loc["few people", "shown"]
    assert data.loc["few people", ["estimate", "low", "n_people"]].isna().all()
    for words in (figures.alt_text(ax, "en"), texts(ax), data.to_csv()):
        assert "42" not in words
    assert ax.get_xlim()[1] < 40


def test_the_margin_is_a_band_and_only_where_all_share_one(ax) -> None:
    te.plot_forest(combine_findings(sites()), ax=ax)
    ends = ax.patches[0].get_bbox()
    assert (ends.x0, ends.x1) == (-5.0, 5.0)
    assert "Grey band" in ax.get_xlabel()
    bare = mpl.figure.Figure().subplots()
    te.plot_forest(combine_findings([*sites(), change("d", 1.0, margin=3.0)]), ax=bare)
    assert len(bare.patches) == 1, "the diamond alone"
    assert "Grey band" not in bare.get_xlabel()


def test_an_interval_far_longer_than_most_leaves_as_an_arrow(ax) -> None:
    wide = change("d", 1.0, 60.0)
    te.plot_forest(combine_findings([*sites(), change("e", 0.0), wide]), ax=ax)
    low, high = ax.get_xlim()
    assert low > -60
    assert [x for x, _ in marks(ax, "<")] == [low]
    assert [x for x, _ in marks(ax, ">")] == [high]


def test_designs_are_named_where_they_differ(ax) -> None:
    arms = AdjustedChange(
        scale="trust",
        site="d",
        before="1",
        after="2",
        estimate=3.0,
        standard_error=1.0,
        interval=Interval(1.0, 5.0),
        df=9.0,
        n_people=90,
        source="synthetic",
        measured="scalar",
        mean_before=1.0,
        mean_after=1.0,
        mean_before_comparison=1.0,
        mean_after_comparison=1.0,
        n_treated=45,
        n_comparison=45,
        n_units_treated=4,
        n_units_comparison=4,
    )
    pooled = combine_findings([*sites(), arms], design="uncontrolled")
    te.plot_forest(pooled, ax=ax)
    assert names(ax)[-1] == "d"  # one named design only
    assert "is set against a comparison group" in texts(ax)


def test_findings_that_were_not_pooled_are_rows_alone(ax) -> None:
    figures.plot_forest([*sites()[:2], BESIDE[1]], ax=ax)
    assert names(ax) == ["a", "b", "few people"]
    assert not ax.patches
    assert "weight" not in texts(ax)
    assert "Forest plot of 3 sites. a: +1.0 points" in figures.alt_text(ax, "en")


def test_a_forest_in_swedish(ax) -> None:
    pooled = combine_findings([*sites(), *BESIDE])
    te.plot_forest(pooled, ax=ax, lang="sv", title=Label("Trust", "Tillit"))
    assert names(ax)[3:5] == ["3 platser tillsammans", "En ny plats av samma slag"]
    said = texts(ax)
    for text in ("personer", "vikt", "förändring (95 % KI)", "+1,0 (−1,0 till 3,0)"):
        assert text in said
    assert "Syntetiska data" in said
    assert "Romb: genomsnittet." in ax.get_xlabel().replace("\n", " ")
    words = figures.alt_text(ax, "sv").replace(NBSP, " ")
    assert words.startswith("Skogsdiagram över 6 platser. a: +1,0 poäng (95 % KI −1,0")
    assert "n = 1 080, vikt 19 %. b:" in words
    assert "På en ny plats av samma slag" in words
    assert ax.get_title(loc="left") == "Tillit"


def test_shares_are_drawn_in_percentage_points(ax) -> None:
    shares = [
        change(name, y / 100, 0.01, unit_of_measure="share", margin=None)
        for name, y in zip("abc", (1.0, 2.0, 4.0), strict=True)
    ]
    te.plot_forest(combine_findings(shares), ax=ax)
    assert [x for x, _ in marks(ax, "s")] == pytest.approx([1.0, 2.0, 4.0])
    assert "percentage points" in ax.get_xlabel()


def test_what_cannot_share_an_axis_is_refused() -> None:
    other = change("d", 1.0, unit_of_measure="share")
    with pytest.raises(DataProblem) as caught:
        figures.plot_forest([*sites(), other])
    assert str(caught.value) == (
        "These findings cannot be drawn as a forest.\n"
        "  expected: changes that may be shown, in one unit of measure, with one "
        "level of interval\n"
        "  found:    units 'points', 'share'; levels 0.95\n"
        "  to fix:   draw one figure for each"
    )
    with pytest.raises(DataProblem, match="units none; levels none"):
        figures.plot_forest(BESIDE[2])

"""Who stayed, who was lost and who came is drawn by counts, and never for few."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.figure
import pandas as pd
import pytest

import tillit_eval as te
from tillit_eval import figures
from tillit_eval.errors import DataProblem
from tillit_eval.exports import Linkage, link_waves


@pytest.fixture
def ax():
    return mpl.figure.Figure().subplots()


def wave(first: int, last: int, source: str = "real") -> pd.DataFrame:
    codes = [f"code{i:03d}" for i in range(first, last)]
    return pd.DataFrame({"code": codes, "source": source})


def link(before: pd.DataFrame, after: pd.DataFrame) -> Linkage:
    return link_waves(before, after, code="code")


def two_steps(source: str = "real") -> list[Linkage]:
    waves = [wave(0, 60, source), wave(20, 90, source), wave(50, 100, source)]
    return [link(waves[0], waves[1]), link(waves[1], waves[2])]


def texts(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def heights(ax) -> list[float]:
    boxes = [patch.get_extents() for patch in ax.patches]
    inverse = ax.transData.inverted()
    return [round(box.transformed(inverse).height, 6) for box in boxes]


def test_bands_arrows_and_columns_are_as_high_as_their_people(ax) -> None:
    assert figures.plot_transitions(two_steps(), waves=["a", "b", "c"], ax=ax) is ax
    assert heights(ax) == [40, 20, 30, 40, 30, 10, 60, 70, 50]
    labels = [label.get_text() for label in ax.get_xticklabels()]
    assert labels == ["a\nn = 60", "b\nn = 70", "c\nn = 50"]
    assert texts(ax) == [
        *("40 both times", "20\nnot again", "30\nnew"),
        *("40 both times", "30\nnot again", "10\nnew"),
    ]


def test_what_goes_out_points_away_from_its_wave(ax) -> None:
    figures.plot_transitions(two_steps()[0], waves=["a", "b"], ax=ax)
    band, out, into = (patch.get_xy() for patch in ax.patches[:3])
    assert out[:, 0].argmax() == into[:, 0].argmax() == 2
    assert out[:, 0].max() < into[:, 0].min()
    assert band[:, 1].min() == 0
    assert band[:, 1].max() < min(out[:, 1].min(), into[:, 1].min())


def test_the_data_and_the_words_say_the_same(ax) -> None:
    figures.plot_transitions(two_steps("synthetic"), waves=["a", "b", "c"], ax=ax)
    data = figures.figure_data(ax)
    assert data[["again", "lost", "new"]].to_numpy().tolist() == [
        [40, 20, 30],
        [40, 30, 10],
    ]
    assert figures.alt_text(ax, "en") == (
        "People from wave to wave, steps: 2. From a to b: 40 met both times, 20 not "
        "met again, 30 new. From b to c: 40 met both times, 30 not met again, 10 new. "
        "(Synthetic data.)"
    )
    assert "Synthetic data" in texts(ax)


def test_in_swedish(ax) -> None:
    figures.plot_transitions(two_steps(), waves=["a", "b", "c"], lang="sv", ax=ax)
    assert texts(ax)[:3] == ["40 båda gångerna", "20\ninte igen", "30\nnya"]
    assert "har slutat, tiger" in ax.get_xlabel().replace("\n", " ")
    assert "40 mötta båda gångerna, 20 inte mötta igen" in figures.alt_text(ax, "sv")


@pytest.mark.parametrize(
    ("first", "last"),
    [((0, 60), (20, 69)), ((0, 60), (7, 90)), ((0, 60), (55, 90))],
    ids=["few new", "few lost", "few again"],
)
def test_a_step_with_a_flow_under_the_floor_is_not_drawn(ax, first, last) -> None:
    figures.plot_transitions(link(wave(*first), wave(*last)), waves=["a", "b"], ax=ax)
    assert len(ax.patches) == 2, "the columns only"
    assert texts(ax)[0].replace("\n", " ") == "not shown: too few people"
    data = figures.figure_data(ax)
    assert not data["shown"].any()
    assert data[["again", "lost", "new"]].isna().all().all()
    assert "not shown, too few people" in figures.alt_text(ax, "en")


def test_nobody_new_is_nobody_and_may_be_said(ax) -> None:
    figures.plot_transitions(link(wave(0, 60), wave(20, 60)), waves=["a", "b"], ax=ax)
    assert figures.figure_data(ax)["new"].tolist() == [0]
    assert len(ax.patches) == 4


def test_a_wave_under_the_floor_has_no_column_and_no_number(ax) -> None:
    figures.plot_transitions(link(wave(0, 60), wave(53, 60)), waves=["a", "b"], ax=ax)
    assert [bar.get_height() for bar in ax.patches] == [60]
    assert ax.get_xticklabels()[1].get_text() == "b\nnot shown"


def test_codes_in_doubt_count_as_not_met_again(ax) -> None:
    before = pd.concat([wave(0, 40), wave(0, 12)])
    figures.plot_transitions(link(before, wave(0, 40)), waves=["a", "b"], ax=ax)
    data = figures.figure_data(ax).iloc[0]
    assert (data["again"], data["lost"], data["new"]) == (28, 24, 12)


def test_real_and_synthetic_steps_together_are_mixed(ax) -> None:
    steps = [two_steps()[0], two_steps("synthetic")[1]]
    figures.plot_transitions(steps, waves=["a", "b", "c"], ax=ax)
    assert "Mixed sources: not all real" in texts(ax)


def test_a_new_figure_is_made_where_none_is_given() -> None:
    ax = te.figures.plot_transitions(two_steps()[0], waves=["a", "b"], title="Staff")
    assert ax.get_title("left") == "Staff"


@pytest.mark.parametrize(
    ("given", "waves", "what", "found"),
    [
        ([], ["a"], "nothing here", "no step"),
        (["x"], ["a", "b"], "nothing here", "a str"),
        (two_steps(), ["a", "b"], "do not fit the steps", "2"),
        (two_steps()[::-1], ["a", "b", "c"], "do not follow", "after step(s) 1"),
    ],
)
def test_what_is_no_chain_of_steps_is_refused(given, waves, what, found) -> None:
    with pytest.raises(DataProblem) as told:
        figures.plot_transitions(given, waves=waves)
    assert what in str(told.value)
    assert found in str(told.value)

"""One rule for shares, and for answers that few people gave: wherever it is shown."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tillit_eval as te
from tillit_eval.disclosure import guard_findings, protect_table
from tillit_eval.figures import alt_text, figure_data
from tillit_eval.figures.counting import join_small
from tillit_eval.findings import Estimate, NotAnswered
from tillit_eval.floors import shows_sides
from tillit_eval.quality import assess_items, assess_share
from tillit_eval.tables import display_frame, table_items
from tillit_eval.tables.items import display_items


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Leave no figure open."""
    import matplotlib.pyplot as plt

    yield
    plt.close("all")


def answers(*counts: int, lost: int = 0, source: str = "real") -> pd.DataFrame:
    """Build one item that so many people answered 1, 2, 3 ..."""
    codes = np.repeat(np.arange(1.0, len(counts) + 1), counts)
    rows = np.concatenate([codes, np.full(lost, np.nan)])
    return pd.DataFrame({"q": rows, "source": source})


@pytest.mark.parametrize("yes", [0, 1, 4, 5, 20, 35, 36, 39, 40])
def test_sentence_table_and_figure_hide_the_same_shares(yes: int) -> None:
    shown = 5 <= yes <= 35
    assert shows_sides(yes, 40) is shown
    share = assess_share(yes, of=40, scale="done", source="real")
    assert share.is_shown is shown
    assert ("not shown" in share.sentence("en")) is not shown
    assert share.to_frame(guarded=True)["estimate"].notna().all() == shown
    assert isinstance(guard_findings(share)[0], NotAnswered) is not shown
    plain = Estimate(
        scale="x",
        estimate=yes / 40,
        unit_of_measure="share",
        n_people=40,
        source="real",
    )
    assert isinstance(guard_findings(plain)[0], NotAnswered) is not shown
    ax = te.figures.plot_shares([share])
    drawn = figure_data(ax)
    assert ("estimate" in drawn and drawn["estimate"].notna().all()) == shown
    cells = display_frame([share], lang="en").iloc[0].tolist()
    assert any("%" in cell for cell in cells) is shown
    groups = pd.DataFrame({"unit": ["a"], "n": [40], "yes": [yes / 40]})
    safe = protect_table(groups, count="n", shares=["yes"], totals="withheld")
    assert safe.table["shown"].tolist() == [shown]


def test_answers_of_few_people_are_joined_in_figure_data_and_words() -> None:
    ax = te.plot_answers(answers(2, 9, 0, 20, 4), ["q"], codes=range(1, 6))
    data = figure_data(ax)
    assert data[["code", "to"]].to_numpy().tolist() == [[1, 2], [3, 3], [4, 5]]
    assert (data["share"] * 35).round().tolist() == [11, 0, 24]
    widths = [bar.get_width() for bar in ax.patches]
    assert widths == pytest.approx([11 / 35, 0, 24 / 35])
    assert ax.patches[0].get_x() == pytest.approx(-11 / 35)
    beside = [text.get_text() for text in ax.texts][-1]
    assert beside.endswith("answers 1–2, 4–5 together")
    words = alt_text(ax, "en").replace("\xa0", " ")
    assert "q: 1–2: 31 %, 3: 0 %, 4–5: 69 %, n = 35." in words
    assert "1–2: 31 %" in alt_text(ax, "sv").replace("\xa0", " ")


def test_nearly_everyone_and_few_missing_are_not_told() -> None:
    ax = te.plot_answers(answers(0, 0, 0, 3, 30), ["q"], codes=range(1, 6))
    assert figure_data(ax)["share"].isna().all()
    few = te.plot_answers(answers(10, 10, 10, lost=3), ["q"])
    assert figure_data(few)["missing"].isna().all()
    assert "n = 30, fewer than 5 missing" in [text.get_text() for text in few.texts]
    many = te.plot_answers(answers(10, 10, 10, lost=5), ["q"])
    assert "n = 30, 14\xa0% missing" in [text.get_text() for text in many.texts]
    published = te.plot_answers(answers(1, 20, 2, source="published"), ["q"])
    assert (figure_data(published)["share"] * 23).round().tolist() == [1, 20, 2]


@settings(deadline=None, max_examples=30)
@given(counts=st.lists(st.integers(0, 30), min_size=2, max_size=10))
def test_no_piece_is_about_one_to_four_people(counts: list[int]) -> None:
    pieces = join_small([(i, i, n) for i, n in enumerate(counts)])
    assert sum(n for _, _, n in pieces) == sum(counts)
    assert [first for first, _, _ in pieces[1:]] == [
        last + 1 for _, last, _ in pieces[:-1]
    ]
    assert len(pieces) == 1 or all(n == 0 or n >= 5 for _, _, n in pieces)
    if all(n == 0 or n >= 5 for n in counts):
        assert len(pieces) == len(counts)


def test_the_ends_of_an_item_follow_the_same_rule() -> None:
    rng = np.random.default_rng(1)
    rows = pd.DataFrame(rng.integers(2, 5, (60, 3)), columns=["a", "b", "c"])
    rows.loc[:2, "a"] = 1
    rows.loc[3:12, "a"] = 5
    rows.loc[3:6, "b"] = 5
    rows = rows.assign(source="real")
    items = assess_items(rows, ["a", "b", "c"])
    assert [item.end_share("floor") for item in items] == [None, 0.0, 0.0]
    assert [item.end_share("ceiling") for item in items] == [10 / 60, None, 0.0]
    row = items.to_frame(guarded=True)
    assert row["floor_share"].isna().tolist() == [True, False, False]
    assert row["ceiling_share"].isna().tolist() == [False, True, False]
    assert items.to_frame()["floor_share"].notna().all()
    assert "At the lowest answer: fewer than 5 people" in items[0].sentence("en")
    assert "Andel på lägsta svaret: färre än 5 personer" in items[0].sentence("sv")
    cells = display_items(items, lang="en")
    assert cells.iloc[0, -2:].str.replace("\xa0", " ").tolist() == ["–", "17 %"]
    assert "17" in table_items(items).as_raw_html()
    drawn = figure_data(te.figures.plot_items(items))
    assert drawn["ceiling_share"].isna().tolist() == [False, True, False]

"""Gaps between groups: what is drawn, what is hidden, in both languages."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.figure
import numpy as np
import pandas as pd
import pytest

from tillit_eval import figures
from tillit_eval.disclosure import Protected, protect_table
from tillit_eval.errors import DataProblem
from tillit_eval.phrases import Label

GROUPS = {"users": Label("users", "brukare"), "staff": Label("staff", "personal")}
ROWS = {"heard": Label("Listened to", "Lyssnad på")}
COUNTS = ["n_users", "n_staff"]


@pytest.fixture
def ax():
    return mpl.figure.Figure().subplots()


def asked(**more: object) -> pd.DataFrame:
    table = {
        "unit": ["heard", "let in", "hired"],
        "users": [3.41, 3.95, 99.0],
        "staff": [3.82, 2.94, 98.0],
        "n_users": [80, 79, 78],
        "n_staff": [41, 40, 6],
        "source": "synthetic",
    }
    return pd.DataFrame(table | more)


def protected(**more: object) -> Protected:
    return protect_table(asked(**more), count=COUNTS)


def marks(ax) -> list[tuple[float, float, str]]:
    return [
        (float(line.get_xdata()[0]), float(line.get_ydata()[0]), line.get_marker())
        for line in ax.lines
        if line.get_marker() not in ("None", "none", "")
    ]


def test_each_group_has_a_mark_of_its_own_and_the_line_is_the_gap(ax) -> None:
    safe = protected(staff=[3.8, 2.9, 3.1], n_staff=[41, 40, 39], users=[3.4, 3.9, 3.5])
    assert figures.plot_gaps(safe, GROUPS, ax=ax) is ax
    assert marks(ax) == [
        *((3.4, 3.0, "o"), (3.8, 3.0, "s"), (3.9, 2.0, "o"), (2.9, 2.0, "s")),
        *((3.5, 1.0, "o"), (3.1, 1.0, "s")),
    ]
    lines = [list(x.get_xdata()) for x in ax.lines if len(x.get_xdata()) == 2]
    assert lines == [[3.4, 3.8], [2.9, 3.9], [3.1, 3.5]]
    assert [t.get_text() for t in ax.texts][:3] == [
        *("n = 80 · 41", "n = 79 · 40", "n = 78 · 39")
    ]
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["users", "staff"]
    faces = [h.get_markerfacecolor() for h in ax.get_legend().legend_handles]
    assert len(set(faces)) == 2


def test_a_row_under_the_floor_is_named_and_not_drawn(ax) -> None:
    figures.plot_gaps(protected(), GROUPS, ax=ax)
    assert [label.get_text() for label in ax.get_yticklabels()] == [
        *("heard", "let in", "hired")
    ]
    assert "not shown" in [text.get_text() for text in ax.texts]
    assert not [mark for mark in marks(ax) if mark[0] > 90 or mark[1] == 1.0]
    for said in (figures.figure_data(ax).to_csv(), figures.alt_text(ax, "en")):
        assert "98" not in said
        assert "99" not in said


def test_it_is_said_in_both_languages(ax) -> None:
    measure = Label("Mean answer, 1 to 5", "Medelsvar, 1 till 5")
    safe = protected(staff=[3.8, 2.9, np.nan], n_staff=[41, 40, 39], users=[3.4] * 3)
    figures.plot_gaps(safe, GROUPS, rows=ROWS, measure=measure, lang="sv", ax=ax)
    assert ax.get_yticklabels()[0].get_text() == "Lyssnad på"
    assert ax.get_xlabel().startswith("Medelsvar, 1 till 5; linje: från")
    assert "Syntetiska data" in [text.get_text() for text in ax.texts]
    assert [t.get_text() for t in ax.get_legend().get_texts()] == [
        *("brukare", "personal")
    ]
    said = figures.alt_text(ax, "sv")
    assert "Lyssnad på: brukare 3,4 (n = 80); personal 3,8 (n = 41)." in said
    assert "personal okänt (n = 39)" in said
    english = figures.alt_text(ax, "en")
    assert "Listened to: users 3.4 (n = 80); staff 3.8 (n = 41)." in english
    assert english.endswith("(Synthetic data.)")


def test_the_key_is_read_row_by_row_in_the_order_of_the_counts(ax) -> None:
    groups = list("abcde")
    table = pd.DataFrame(
        {"unit": ["heard", "let in"], "source": "real"}
        | {name: [3.0, 4.0] for name in groups}
        | {f"n {name}": [20, 30] for name in groups}
    )
    safe = protect_table(table, count=[f"n {name}" for name in groups])
    figures.plot_gaps(safe, groups, ax=ax)
    written = [text.get_text() for text in ax.get_legend().get_texts()]
    assert written == ["a", "d", "b", "e", "c"], "columns of two, two and one"


def test_without_a_measure_the_axis_still_explains_the_line(ax) -> None:
    safe = protected(n_staff=[41, 40, 39])
    figures.plot_gaps(safe, ["users", "staff"], lang="en", ax=ax)
    assert ax.get_xlabel().startswith("line: from the lowest")


def test_a_table_where_nothing_is_left_has_no_axis(ax) -> None:
    figures.plot_gaps(protected(n_users=[3, 3, 3]), GROUPS, ax=ax)
    assert marks(ax) == []
    assert list(ax.get_xticks()) == []


def test_it_makes_its_own_paper_and_the_key_lies_above_the_marks() -> None:
    safe = protected(users=[3.4, 3.9, 3.5], staff=[3.8, 2.9, 3.1], n_staff=[41, 40, 39])
    drawn = figures.plot_gaps(safe, GROUPS, title="Gaps")
    drawn.figure.canvas.draw()
    key = drawn.get_legend().get_window_extent()
    synthetic = next(t for t in drawn.texts if t.get_text() == "Synthetic data")
    assert key.y0 >= drawn.get_window_extent().y1
    assert synthetic.get_window_extent().y0 >= key.y1 - 2


@pytest.mark.parametrize(
    ("table", "groups", "said"),
    [
        (asked(), GROUPS, "draw protect_table"),
        (protected(), {"users": "u", "later": "l"}, "a column 'later'"),
        (protected(), ["users"], "1 groups"),
        (protect_table(asked(), count="n_users"), GROUPS, "one count for each"),
    ],
)
def test_what_does_not_fit_is_refused(table: object, groups: object, said: str) -> None:
    with pytest.raises(DataProblem, match=said):
        figures.plot_gaps(table, groups)  # type: ignore[arg-type]

"""A build is recorded as it is shown, and checked as one."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from nbformat import v4

import tillit_eval as te
from tillit_eval.chapter import drawing, write_chapter
from tillit_eval.cli.desk import main
from tillit_eval.disclosure import (
    Shown,
    check_record,
    kernel,
    open_record,
    start_recording,
)
from tillit_eval.disclosure.catalogue import Catalogue
from tillit_eval.disclosure.recording import unpacked
from tillit_eval.findings import unwatch

sys.path.insert(0, str(Path(__file__).parent))
from attacker import Attacker

WAVES = {"before": "1", "after": "2"}
SIZES = {"A": 30, "B": 25, "C": 4, "D": 22}


@pytest.fixture(autouse=True)
def deaf() -> Iterator[None]:
    """Let nobody listen after a test, and leave no figure open."""
    import matplotlib.pyplot as plt

    yield
    unwatch()
    plt.close("all")


@pytest.fixture
def record() -> Iterator[Path]:
    with open_record() as folder:
        yield folder


def people(source: str = "real", site: str | None = "here") -> pd.DataFrame:
    rng = np.random.default_rng(2)
    rows = [
        (f"{unit}{i}", unit, wave, rng.normal(60, 9))
        for unit, n in SIZES.items()
        for i in range(n)
        for wave in "12"
    ]
    frame = pd.DataFrame(rows, columns=["respondent", "unit", "wave", "trust"])
    place = {} if site is None else {"site": site}
    return frame.assign(q1=frame["trust"].round(-1) // 10, **place, source=source)


def show(
    record: Path, *cells: Callable[[], object], name: str = "05", **names: object
) -> tuple[Shown, ...]:
    """Run some cells of one notebook and check everything shown so far."""
    recorder = start_recording(record, name)
    for number, cell in enumerate(cells, start=1):
        str(cell())
        recorder.close_cell(number, names)
    unwatch()
    return check_record(record)


def change(rows: pd.DataFrame) -> Callable[[], object]:
    return lambda: te.compare_waves(rows, "trust", unit=None, **WAVES)


def away(shown: tuple[Shown, ...]) -> list[tuple[str, int]]:
    return [(one.chapter, one.cell) for one in shown if one.told]


def without(rows: pd.DataFrame, unit: str) -> pd.DataFrame:
    return rows[rows["unit"] != unit]


def test_all_beside_all_but_a_small_unit_gives_it_away(record: Path) -> None:
    rows = people()
    assert away(show(record, change(rows), name="01")) == []
    shown = show(record, change(without(rows, "C")), name="02")
    assert [one.n_numbers for one in shown] == [2, 2]
    assert away(shown) == [("02", 1)]
    assert shown[1].told == "disclosure.reason_beside"


def test_nothing_is_found_if_nothing_is_looked_for(
    record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel, "leaks_of", lambda *_, **__: iter(()))
    rows = people()
    assert away(show(record, change(rows), change(without(rows, "C")))) == []


def test_people_are_known_again_in_another_order_and_table(record: Path) -> None:
    """Sorted, merged, with more columns and other labels, in another notebook."""
    rows = people()
    other = without(rows, "C").sample(frac=1, random_state=1).reset_index(drop=True)
    other = other.merge(pd.DataFrame({"unit": list("ABD"), "began": 2014}), on="unit")
    show(record, change(rows), name="01")
    assert away(show(record, change(other), name="02")) == [("02", 1)]


def test_people_without_a_code_are_known_by_what_is_alike(record: Path) -> None:
    rows = people().drop(columns="respondent")
    other = without(rows, "C").sample(frac=1, random_state=1)
    shown = show(record, change(rows), change(other))
    assert away(shown) == [("05", 2)]


def test_tables_without_a_site_are_of_their_own_notebook(record: Path) -> None:
    rows = people(site=None)
    show(record, change(rows), name="01")
    assert away(show(record, change(without(rows, "C")), name="02")) == []


def means(rows: pd.DataFrame) -> pd.DataFrame:
    table = rows.pivot_table("trust", "unit", "wave", ["mean", "count"])
    table.columns = ["before", "after", "n_before", "n_after"]
    return table.reset_index().assign(source=rows["source"].iloc[0])


def protected(rows: pd.DataFrame, **options: object) -> Callable[[], object]:
    counts = ["n_before", "n_after"]
    return lambda: te.protect_table(means(rows), count=counts, **options)  # type: ignore[arg-type]


def test_a_table_made_by_hand_is_placed_by_its_numbers(record: Path) -> None:
    rows = people()
    # South alone is hidden, as its author thinks that nobody knows the total.
    careless = protected(rows, totals="withheld")
    shown = show(record, careless, rows=rows, table=means(rows))
    assert [(one.shown, one.n_numbers) for one in shown] == [
        *((True, 2), (True, 2), (False, 0), (True, 2))
    ]
    assert away(shown) == []
    assert away(show(record, change(rows), name="06", rows=rows)) == [("05", 1)]


def test_a_table_with_roles_or_years_across_is_placed(record: Path) -> None:
    rows = people().assign(role=lambda f: np.where(f.index % 4 < 2, "care", "office"))
    rows = rows[rows["unit"] != "C"]
    table = rows.pivot_table("trust", "unit", "role", ["mean", "count"])
    table.columns = ["care", "office", "n care", "n office"]
    table = table.reset_index().assign(source="real")

    def cell() -> object:
        return te.protect_table(table, count=["n care", "n office"])

    shown = show(record, cell, rows=rows)
    assert [one.n_numbers for one in shown] == [2, 2, 2]


def test_a_careful_table_beside_its_total_is_safe(record: Path) -> None:
    rows = people()
    shown = show(record, protected(rows), change(rows), rows=rows)
    assert away(shown) == []
    assert sum(one.n_numbers for one in shown) == 6


def test_an_interval_over_units_counts_as_one_number_more(record: Path) -> None:
    rows = people()

    def by_unit() -> object:
        return te.compare_waves(rows, "trust", **WAVES)

    shown = show(record, protected(rows), by_unit, rows=rows)
    # Two units are hidden, which is enough beside a total and not beside this.
    assert [one.n_numbers for one in shown] == [2, 2, 0, 0, 2]
    assert away(shown) == [("05", 1), ("05", 2)]


def test_numbers_whose_rows_are_unknown_are_counted_apart(record: Path) -> None:
    table = means(people())
    cell = protected(people())
    shown = show(record, cell, table=table)
    assert {one.n_numbers for one in shown} == {0}
    rows = people().assign(second=lambda f: f["trust"] + f["q1"])
    alpha = show(record, lambda: te.assess_alpha(rows, ["trust", "second"]), name="06")
    assert alpha[-1].n_numbers == 0
    assert alpha[-1].shown


def test_bars_of_answers_are_cells(record: Path) -> None:
    rows = people()
    shown = show(
        record,
        lambda: te.plot_answers(rows, ["q1"], wave="wave"),
        lambda: te.plot_answers(without(rows, "C"), ["q1"], wave="wave"),
    )
    assert len(shown) == 4
    assert away(shown) == [("05", 2), ("05", 2)]


def test_a_summary_file_is_shown_too(record: Path, tmp_path: Path) -> None:
    rows = people().query("wave == '1'").reset_index(drop=True)
    summary = te.summarise_responses(rows, ["trust"], by=["unit"])

    def written() -> object:
        return te.summaries.write_summary(summary, tmp_path / "summary.json")

    def total() -> object:
        table = pd.DataFrame(
            {"site": ["here"], "n": [len(rows)], "trust": [rows["trust"].mean()]}
        )
        return te.protect_table(table.assign(source="real"), count="n", unit="site")

    shown = show(record, written, total, rows=rows)
    assert {one.kind for one in shown} == {"summary", "table"}
    assert all(one.n_numbers for one in shown)
    assert away(shown) != []


def test_what_cannot_be_read_is_counted_and_stops_nothing(
    record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Catalogue, "place_finding", lambda *_: 1 / 0)
    shown = show(record, change(people()))
    assert [(one.kind, one.n_numbers, one.shown) for one in shown] == [
        ("finding", 0, True)
    ]


def test_what_is_public_is_exempt(record: Path) -> None:
    rows = people("published")
    assert away(show(record, change(rows), change(without(rows, "C")))) == []


def test_shares_arms_units_and_items_are_placed(record: Path) -> None:
    rows = people().assign(treated=lambda f: f["unit"].isin(["A", "C"]))
    shown = show(
        record,
        lambda: te.compare_shares(rows, "q1", top=(7, 8, 9), unit=None, **WAVES),
        lambda: te.compare_adjusted(
            rows, "trust", unit=None, assigned=None, estimand="stayed", **WAVES
        ),
        lambda: te.compare_overlapping(rows, "trust", average="units", **WAVES),
        lambda: te.compare_paired(rows, "trust", **WAVES).to_frame(),
        lambda: te.assess_items(
            rows.query("wave == '1'").assign(q2=rows["q1"] % 3, q3=rows["trust"]),
            ["q1", "q2", "q3"],
        ).to_frame(guarded=True),
        rows=rows,
        first=rows.query("wave == '1'").assign(q2=rows["q1"] % 3, q3=rows["trust"]),
    )
    assert [one.n_numbers for one in shown] == [2, 4, 2, 2, 2, 1, 1, 1]


def test_the_record_is_gone_afterwards_and_nobody_listens(record: Path) -> None:
    rows = people(site="Canarytown").replace({"A1": "canary-respondent"})
    with open_record() as folder:
        assert len(show(folder, change(rows))) == 1
        text = (folder / "05.jsonl").read_text("utf-8")
    assert not folder.exists()
    assert "canary" not in text.lower()
    str(change(people())())
    assert check_record(record) == ()


def attacked(record: Path, rows: pd.DataFrame) -> float:
    """Read every mean in the record and bound that of unit C in the first wave."""
    bases: dict[int, dict[str, Any]] = {}
    sets, means = [], []
    index = pd.Index([])
    for line in (record / "05.jsonl").read_text("utf-8").splitlines():
        note = json.loads(line)
        if "base" in note:
            bases[note["base"]] = note
            index = index.union(unpacked(note["row"]))
            continue
        for told in note["told"]:
            base = bases[told["base"]]
            behind = unpacked(told["rows"])
            sets.append(unpacked(base["row"])[behind])
            means.append(float(unpacked(base["value"])[behind].mean()))
    reader = Attacker(np.ones(len(index)))
    for members, mean in zip(sets, means, strict=True):
        reader.read(index.isin(members), mean=mean)
    values = pd.concat(
        pd.Series(unpacked(base["value"]), unpacked(base["row"]))
        for base in bases.values()
    )
    small = rows.loc[(rows["unit"] == "C") & (rows["wave"] == "1"), "trust"]
    goal = index.isin(values.index[values.isin(small)])
    assert goal.sum() == SIZES["C"]
    low, high = reader.bound_mean(goal)
    return high - low


def test_an_attacker_with_the_whole_record_learns_nothing_of_the_small_unit(
    record: Path,
) -> None:
    rows = people()
    by_year = te.compare_overlapping
    shown = show(
        record,
        protected(rows),
        change(rows),
        lambda: te.plot_changes(by_year(rows, "trust", unit=None, **WAVES)),
        rows=rows,
    )
    assert away(shown) == []
    assert attacked(record, rows) > 10


def test_the_attacker_learns_it_where_the_check_says_so(record: Path) -> None:
    rows = people()
    shown = show(record, protected(rows, totals="withheld"), change(rows), rows=rows)
    assert away(shown) == [("05", 1)]
    assert attacked(record, rows) < 5


# --- a whole build ---------------------------------------------------------------

START = """import numpy as np, pandas as pd
import tillit_eval as te
rows = pd.read_csv({path!r}, dtype={{"wave": str}})
waves = dict(before="1", after="2", unit=None)"""


def chapter(path: Path, *cells: tuple[str, str]) -> None:
    made = [v4.new_markdown_cell("# A place")]
    for source, tag in cells:
        about = {"tags": [tag]} if tag else {}
        made.append(v4.new_code_cell(source, metadata=about))
    write_chapter(v4.new_notebook(cells=made), path)


def test_a_build_that_gives_someone_away_says_where_and_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people().to_csv(tmp_path / "rows.csv", index=False)
    start = (START.format(path=str(tmp_path / "rows.csv")), "")
    all_ = ("te.compare_waves(rows, 'trust', **waves)", "")
    most = (
        "te.plot_changes(te.compare_waves(rows[rows['unit'] != 'C'], 'trust', "
        "**waves));",
        "fig-02-1",
    )
    books = tmp_path / "notebooks"
    chapter(books / "01_place.ipynb", start, all_)
    chapter(books / "02_other.ipynb", start, most)
    folders = ["--notebooks", str(books), "--build", str(tmp_path / "build")]
    assert main(["reproduce", "--write", *folders]) == 1
    said = capsys.readouterr().out
    assert "02_other, fig-02-1: TELLS ABOUT TOO FEW PEOPLE" in said
    assert "disclosure: 4 numbers checked together" in said
    assert ", 1 can be recomputed" in said
    listed = pd.read_csv(tmp_path / "build" / "ledger.csv")
    assert listed["output"].tolist() == ["cell 3", "fig-02-1"]
    assert listed["can_be_recomputed"].tolist() == [0, 1]
    assert listed["numbers_checked"].tolist() == [2, 2]


def test_a_report_that_gives_someone_away_is_not_written(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = people()

    def run(path: Path, *, record: Path, **_: object) -> object:
        show(record, change(rows), change(without(rows, "C")), name=path.stem)
        cells = [v4.new_code_cell("x", execution_count=k) for k in (1, 2)]
        return v4.new_notebook(cells=[v4.new_markdown_cell("# A place"), *cells])

    monkeypatch.setattr(drawing, "run_chapter", run)
    page = tmp_path / "page.html"
    made = ["report", "05.ipynb", "--to", "html", "--out", str(page)]
    assert main(made) == 1
    said = capsys.readouterr().err
    assert "What is shown would tell about too few people." in said
    assert "found:    cell 3" in said
    assert not page.exists()
    rows = people().query("unit != 'C'")
    assert main(made) == 0
    assert page.exists()

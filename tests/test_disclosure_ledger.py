"""The ledger: outputs that are safe alone and not together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import tillit_eval as te
from tillit_eval.disclosure import Ledger, protect_findings, protect_table
from tillit_eval.errors import DataProblem
from tillit_eval.findings import Estimate, Findings, NotAnswered
from tillit_eval.summaries import read_summary, summarise_responses, write_summary

WAVES = {"before": "1", "after": "2"}


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Leave no figure open."""
    import matplotlib.pyplot as plt

    yield
    plt.close("all")


def people(
    units: dict[str, tuple[int, int, int]], source: str = "real"
) -> pd.DataFrame:
    """Draw units of people who stay, leave and join: two waves."""
    rng = np.random.default_rng(3)
    rows = []
    for unit, (stay, leave, join) in units.items():
        for i in range(stay + leave + join):
            waves = ["1"] * (i < stay + leave) + ["2"] * (i < stay or i >= stay + leave)
            rows += [(f"{unit}{i}", unit, wave) for wave in waves]
    frame = pd.DataFrame(rows, columns=["respondent", "unit", "wave"])
    frame["trust"] = rng.normal(60, 8, len(frame)).round(3)
    frame["agrees"] = (np.arange(len(frame)) // 2 % 2).astype(float)
    return frame.assign(source=source)


AREAS = {"A": (30, 12, 12), "B": (25, 12, 12), "C": (4, 2, 2), "D": (15, 11, 12)}


def means(rows: pd.DataFrame, by: str = "unit") -> pd.DataFrame:
    table = rows.pivot_table("trust", by, "wave", ["mean", "count"])
    table.columns = ["before", "after", "n_before", "n_after"]
    return table.reset_index()


VALUES = {"before": ("trust", "1"), "after": ("trust", "2")}
COUNTS = ["n_before", "n_after"]


def test_a_total_finding_beside_a_table_of_units_hides_a_second_unit() -> None:
    rows = people(AREAS)
    ledger = Ledger(rows)
    ledger.add_table("units", means(rows), by="unit", values=VALUES, count=COUNTS)
    safe = ledger.protect()["units"]
    assert safe.table["shown"].tolist() == [True, True, False, True]
    assert safe.table.loc[2, ["before", "after"]].isna().all()
    assert safe.table["n_before"].tolist()[:2] == [42, 37]
    both = te.compare_overlapping(rows, "trust", unit=None, **WAVES)
    ledger.add_findings("total", both, rows=rows)
    build = ledger.protect()
    assert build["units"].table["shown"].tolist() == [True, True, False, False]
    assert not any(isinstance(one, NotAnswered) for one in build["total"])
    assert list(build) == ["units", "total"]
    assert build.table["shown"].tolist() == [True, True, False, False, True, True]
    assert build.sentence("en").startswith("Not shown: 2 of 6 rows and findings.")
    assert str(build["units"]).startswith("Not shown: 2 of 4 groups.")


def test_all_beside_all_but_a_small_unit_is_not_shown() -> None:
    """What leave_out= leaves out can be worked out from both."""
    rows = people(AREAS)
    most = rows[rows["unit"] != "C"]
    ledger = Ledger(rows)
    for name, part in (("all", rows), ("most", most)):
        found = te.compare_waves(part, "trust", unit=None, **WAVES)
        ledger.add_findings(name, found, rows=part)
    safe = ledger.protect()
    assert not isinstance(safe["all"][0], NotAnswered)
    hidden = safe["most"][0]
    assert isinstance(hidden, NotAnswered)
    assert hidden.reason.key == "disclosure.reason_beside"
    assert hidden.sentence("en").endswith(
        "beside the other numbers it would tell about fewer than 10 people."
    )
    assert "färre än 10 personer" in hidden.sentence("sv")


def steady(rows: pd.DataFrame) -> pd.DataFrame:
    """Let everybody answer alike in both waves, as with a role or a schooling."""
    first = rows.groupby("respondent")["trust"].transform("first")
    return rows.assign(trust=first + (rows["wave"] == "2"))


def test_a_group_that_few_left_or_joined_is_hidden_where_answers_are_steady() -> None:
    units = {"A": (30, 2, 1), "B": (30, 0, 0), "C": (30, 6, 6), "D": (30, 9, 9)}
    rows = steady(people(units))

    def shown(rows: pd.DataFrame, movers: str = "hidden") -> list[bool]:
        ledger = Ledger(rows, movers=movers)  # type: ignore[arg-type]
        ledger.add_table("units", means(rows), by="unit", values=VALUES, count=COUNTS)
        return list(ledger.protect()["units"].table["shown"])

    # In A three people changed; nobody in B, twelve in C, eighteen in D.
    assert shown(rows) == [False, True, True, True]
    assert shown(rows, "shown") == [True] * 4
    assert shown(people(units)) == [True] * 4, "answers change: nothing follows"
    long = Ledger(rows)
    each = rows.groupby(["unit", "wave"], as_index=False)["trust"].mean()
    long.add_table("units", each, by=["unit", "wave"], values={"trust": "trust"})
    assert long.protect()["units"].table["shown"].tolist() == [False] * 2 + [True] * 6
    table = means(rows).assign(moved=[3, 0, 12, 18])
    alone = protect_table(
        table, count=COUNTS, changed="moved", values=["before", "after"]
    )
    assert alone.table["shown"].tolist() == [False, False, True, True]


@pytest.mark.parametrize("noise", [0.0, 1.0, 3.0, 8.0])
def test_a_reader_stays_half_in_doubt_about_those_who_came_or_went(
    noise: float,
) -> None:
    """Bayes' rule by hand: what the two sums leave of the spread of the movers'."""
    rows = steady(people({"A": (24, 3, 2), "B": (30, 0, 0)}))
    rng = np.random.default_rng(8)
    rows["trust"] += rng.normal(0, noise, len(rows))
    ledger = Ledger(rows)
    ledger.add_table("units", means(rows), by="unit", values=VALUES, count=COUNTS)
    is_shown = bool(ledger.protect()["units"].table["shown"].iloc[0])
    own = rows[rows["unit"] == "A"].pivot(
        index="respondent", columns="wave", values="trust"
    )
    stayed = own.dropna()
    change = stayed["2"] - stayed["1"]
    spread = float(np.nanvar(own.to_numpy()))
    n_moved = len(own) - len(stayed)
    doubt = float(((change - change.mean()) ** 2).sum())
    left = 1 / (1 / (n_moved * spread) + 1 / doubt) if doubt else 0.0
    assert is_shown == (left >= n_moved * spread / 2)
    assert is_shown == (noise == 8.0)


def test_a_number_published_earlier_stays_and_the_new_one_gives_way() -> None:
    rows = people({**AREAS, "C": (20, 2, 2)})
    old = rows[~rows["respondent"].isin(["A0", "A1", "A2"])]
    mean = [old.loc[old["wave"] == "1", "trust"].mean().round(4)]
    last = pd.DataFrame({"what": ["last year"], "before": mean})
    now = pd.DataFrame(
        {"what": ["now"], "before": [rows.loc[rows["wave"] == "1", "trust"].mean()]}
    )
    ask = {"values": {"before": ("trust", "1")}}
    ledger = Ledger(rows)
    ledger.add_table("now", now, rows=rows, **ask)
    assert ledger.protect()["now"].table["shown"].all()
    ledger.add_table("last year", last, rows=old, published=True, **ask)
    safe = ledger.protect()
    assert safe["last year"].table["shown"].all()
    assert not safe["now"].table["shown"].any()
    assert safe.table["published"].tolist() == [False, True]


def test_a_summary_file_counts_as_published(tmp_path: Path) -> None:
    rows = people(AREAS).query("wave == '1'").assign(second=lambda f: f["trust"] / 2)
    summary = summarise_responses(rows, ["trust", "second"], by=["unit"])
    write_summary(summary, tmp_path / "summary.json")
    written = read_summary(tmp_path / "summary.json")
    assert "C" not in written.groups["unit"].tolist()
    ledger = Ledger(rows)
    ledger.add_summary("file", written)
    table = pd.DataFrame({"what": ["all"], "trust": [rows["trust"].mean()]})
    ledger.add_table("total", table, values={"trust": "trust"}, rows=rows)
    safe = ledger.protect()
    # A, B and D are in the file: the total would tell about the six people of C.
    assert safe.table["shown"].tolist() == [True, True, True, False]
    assert safe["file"] is written
    with pytest.raises(DataProblem, match="not about these rows"):
        Ledger(rows).add_summary("file", written, rows=rows[::2])
    with pytest.raises(DataProblem, match="This is not a summary"):
        Ledger(rows).add_summary("file", table)  # type: ignore[arg-type]


def test_a_share_of_everyone_is_hidden_and_cannot_be_subtracted() -> None:
    rows = people({"A": (20, 0, 0), "B": (20, 0, 0), "C": (30, 0, 0)})
    rows.loc[rows["unit"] == "A", "agrees"] = 1.0
    table = rows.pivot_table("agrees", "unit", "wave", "mean").reset_index()
    ledger = Ledger(rows)
    values = {wave: ("agrees", wave) for wave in "12"}
    ledger.add_table("units", table.rename_axis(columns=None), by="unit", values=values)
    total = te.compare_shares(rows, "agrees", unit=None, **WAVES)
    ledger.add_findings("total", total, rows=rows)
    assert ledger.protect()["units"].table["shown"].tolist() == [False, False, True]


def test_numbers_that_are_no_sums_keep_their_own_floor_and_are_told() -> None:
    rows = people(AREAS).assign(second=lambda f: f["trust"] + f["agrees"])
    ledger = Ledger(rows)
    ledger.add_findings("alpha", te.assess_alpha(rows, ["trust", "second"]))
    few = Estimate(scale="x", estimate=0.5, n_people=4, source="real")
    ledger.add_findings("few", few)
    safe = ledger.protect()
    assert safe.table["placed"].tolist() == [False, False]
    assert safe.table["shown"].tolist() == [True, False]
    assert safe.sentence("sv").startswith("Visas inte: 1 av 2 rader och resultat.")


def test_two_arms_are_placed_by_their_rows() -> None:
    rows = people(AREAS).assign(treated=lambda f: f["unit"].isin(["A", "C"]))
    found = te.compare_adjusted(rows, "trust", unit=None, assigned=None, **WAVES)
    arms = [rows[rows["treated"]], rows[~rows["treated"]]]
    ledger = Ledger(rows)
    ledger.add_findings("did", found, rows=arms)
    table = means(rows[rows["unit"] == "A"])
    ledger.add_table(
        "A", table, by="unit", values=VALUES, rows=rows[rows["unit"] == "A"]
    )
    # The treated arm less A is C.
    assert ledger.protect().table["shown"].sum() == 1


def test_margins_and_published_sources() -> None:
    rows = people(AREAS)
    table = means(rows)
    total = means(rows.assign(unit="All"))
    every = pd.concat([table, total], ignore_index=True)
    ledger = Ledger(rows)
    ask = {"by": "unit", "values": VALUES, "count": COUNTS, "margin": "All"}
    ledger.add_table("units", every, **ask)
    assert ledger.protect()["units"].table["shown"].tolist() == [
        *(True, True, False, False, True)
    ]
    exempt = Ledger(people(AREAS, "published"))
    exempt.add_table("units", every, **ask)
    assert exempt.protect()["units"].table["shown"].all()
    assert (
        exempt.protect().sentence("en") == "Everything is shown: 5 rows and findings."
    )


def test_errors_say_how_to_mend_it() -> None:
    rows = people(AREAS)
    table = means(rows)
    ledger = Ledger(rows)
    found = te.compare_waves(rows, "trust", unit=None, **WAVES)

    def says(text: str, **options: object) -> None:
        with pytest.raises(DataProblem) as caught:
            ledger.add_table(**{"name": "t", "by": "unit", "values": VALUES, **options})  # type: ignore[arg-type]
        assert text in str(caught.value)
        assert "to fix:" in str(caught.value)
        assert "C0" not in str(caught.value)

    wrong = table.assign(before=table["before"] + 1)
    mixed = rows.sort_values("trust").reset_index(drop=True)
    says("'before' does not hold the means of these rows", table=wrong)
    says("0, 1, 2, 3", table=wrong)
    says("a column 'ward'", table=table, by="ward")
    says("rows of the ledger's table", table=table, rows=mixed)
    says("rows of the ledger's table", table=table, rows=rows.set_index(rows.index + 9))
    says("does not hold numbers", table=table, values={"before": "unit"})
    ledger.add_findings("once", found, rows=rows)
    with pytest.raises(DataProblem, match="Two outputs have the same name"):
        ledger.add_findings("once", found, rows=rows)
    with pytest.raises(DataProblem, match="not the ones behind the finding"):
        ledger.add_findings("again", found, rows=rows[rows["unit"] != "A"])
    with pytest.raises(DataProblem, match="Nothing was added under this name"):
        ledger.protect()["nothing"]
    with pytest.raises(DataProblem, match="Two rows have the same label"):
        Ledger(pd.concat([rows, rows]))
    with pytest.raises(DataProblem, match="'hidden', 'shown'"):
        Ledger(rows, movers="maybe")  # type: ignore[arg-type]
    with pytest.raises(DataProblem, match="a column 'wave'"):
        Ledger(rows.drop(columns="wave"))


# --- findings that add up, without rows --------------------------------------


def estimates(*counts: int, source: str = "real") -> Findings:
    return Findings(
        Estimate(scale="trust", estimate=60.0, n_people=n, source=source)
        for n in counts
    )


def test_parts_of_a_whole_do_not_give_a_small_one_away() -> None:
    given = estimates(81, 25, 4, 12, 40)
    alone = protect_findings(given)
    assert alone.ledger["shown"].tolist() == [True, True, False, True, True]
    safe = protect_findings(given, parts={0: [1, 2, 3, 4]})
    assert safe.ledger["shown"].tolist() == [True, True, False, False, True]
    keys = safe.ledger["reason"].tolist()
    assert keys[2:4] == ["disclosure.reason_under_floor", "disclosure.reason_beside"]
    # Six people more in the whole than in its parts are a group of their own.
    rest = protect_findings(estimates(71, 25, 40), parts={0: [1, 2]})
    assert rest.ledger["shown"].tolist() == [True, False, True]
    deep = protect_findings(
        estimates(100, 40, 60, 34, 6, 30, 30), parts={0: [1, 2], 1: [3, 4], 2: [5, 6]}
    )
    assert deep.ledger["shown"].tolist() == [True, True, True, False, False, True, True]
    published = protect_findings(
        estimates(20, 4, 16, source="published"), parts={0: [1, 2]}
    )
    assert published.ledger["shown"].all()


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({0: [9]}, "1 positions outside"),
        ({0: [1], 2: [1]}, "a part of several wholes or of itself"),
        ({0: [1], 1: [0]}, "a part of several wholes or of itself"),
        ({1: [0, 2]}, "1 wholes with more people in their parts"),
    ],
)
def test_parts_that_cannot_be_are_refused(parts: dict, says: str) -> None:
    with pytest.raises(DataProblem) as caught:
        protect_findings(estimates(50, 20, 30), parts=parts)
    assert says in str(caught.value)


def test_figures_and_tables_draw_what_the_ledger_gives_back() -> None:
    rows = people(AREAS)
    ledger = Ledger(rows)
    ledger.add_table("units", means(rows), by="unit", values=VALUES, count=COUNTS)
    total = te.compare_overlapping(rows, "trust", unit=None, **WAVES)
    ledger.add_findings("total", total, rows=rows)
    safe = ledger.protect()
    ax = te.figures.plot_units(safe["units"], measure="Trust")  # type: ignore[arg-type]
    data = te.figures.figure_data(ax)
    assert data["shown"].tolist() == [True, True, False, False]
    assert data.loc[2:, ["before", "after", "n_before"]].isna().all(axis=None)
    cells = te.tables.display_protected(safe["units"], lang="sv")  # type: ignore[arg-type]
    assert cells.iloc[2, 1:].tolist() == ["visas inte"] * 4
    drawn = te.figures.figure_data(te.plot_changes(safe["total"]))  # type: ignore[arg-type]
    assert len(drawn) == 2


@pytest.mark.parametrize("top", [[4, 5], 4])
def test_shares_of_top_answers_are_followed(top: object) -> None:
    rows = people({"A": (30, 0, 0), "B": (30, 0, 0), "C": (24, 0, 0)})
    rows["item"] = (np.arange(len(rows)) // 2 % 5 + 1).astype(float)
    ledger = Ledger(rows)
    ask = {"top": top, "unit": None, **WAVES}
    whole = te.compare_shares(rows, "item", **ask)  # type: ignore[arg-type]
    some = rows[~rows["respondent"].isin([f"C{i}" for i in range(12)])]
    most = te.compare_shares(some, "item", **ask)  # type: ignore[arg-type]
    ledger.add_findings("all", whole, rows=rows)
    ledger.add_findings("most", most, rows=some)
    # The twelve left out hold four or five people with a top answer.
    left = rows[~rows.index.isin(some.index) & (rows["wave"] == "1")]
    assert (left["item"] >= 4).sum() in (4, 5)
    expected = [True, (left["item"] >= 4).sum() >= 5]
    assert ledger.protect().table["shown"].tolist() == expected
    assert "all" in ledger.protect()
    assert "none" not in ledger.protect()

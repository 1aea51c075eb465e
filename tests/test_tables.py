"""Tables say the same on a web page and in Word, in both languages, under the floor."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import tillit_eval as te
from tillit_eval import tables
from tillit_eval.disclosure import protect_table
from tillit_eval.errors import DataProblem
from tillit_eval.findings import Change, Estimate, Interval, NotAnswered
from tillit_eval.phrases import Label, phrase
from tillit_eval.quality.items import ItemQuality

NBSP = "\u00a0"


def change(n: int = 1430, **more: object) -> Change:
    return Change(
        scale="trust",
        label=Label("Trust", "Tillit"),
        before="2014",
        after="2016",
        estimate=2.41,
        standard_error=0.9,
        interval=Interval(0.61, 4.21),
        verdict="rose",
        n_people=n,
        n_units=18,
        **({"source": "synthetic", "measured": None} | more),
    )


SILENT = NotAnswered(
    scale="users",
    asked="change",
    reason=phrase("words.fewer_than", n=10),
    source="synthetic",
)


def test_cells_are_words_in_the_readers_language() -> None:
    english = tables.display_frame([change()], lang="en")
    assert english.iloc[0].str.replace(NBSP, " ").to_dict() == {
        "What": "Trust",
        "Waves": "2014–2016",
        "Estimate": "+2.4 points",
        "Interval": "95 % CI 0.6 to 4.2",
        "Verdict": "rose",
        "People": "1,430",
        "Units": "18",
    }
    swedish = tables.display_frame([change()], lang="sv")
    assert swedish.iloc[0].str.replace(NBSP, " ").tolist() == [
        *("Tillit", "2014–2016", "+2,4 poäng", "95 % KI 0,6 till 4,2"),
        *("ökade", "1 430", "18"),
    ]


def test_rows_that_may_not_be_shown_keep_their_name_and_their_reason() -> None:
    cells = tables.display_frame([change(), change(7), SILENT], lang="en")
    assert cells["What"].tolist() == ["Trust", "Trust", "users"]
    assert cells["Note"].tolist() == [
        *("", "It rests on fewer than 10 people and is not shown.", "fewer than 10"),
    ]
    assert set(cells.loc[1, ["Estimate", "Interval", "Verdict", "People"]]) == {"–"}
    assert tables.display_notes([change(), change(7), SILENT], lang="en") == [
        "Not shown: 1 of 3 findings. They rest on fewer than 10 people, or would give "
        "someone's answer away.",
        "Synthetic data.",
    ]


def test_notes_name_mixed_sources_and_leave_real_data_alone() -> None:
    both = [change(source="real"), change()]
    assert tables.display_notes(both, lang="sv")[0].startswith("Blandade källor")
    assert tables.display_notes(change(source="real"), lang="en") == []


def test_columns_that_would_be_empty_are_left_out() -> None:
    level = Estimate(scale="x", estimate=61.0, n_people=40, source="real")
    assert tables.display_frame(level, lang="en").columns.tolist() == [
        *("What", "Estimate", "People"),
    ]


def test_a_table_is_the_same_bytes_each_time_and_carries_the_mark() -> None:
    once, again = (
        tables.table_findings([change(), SILENT], title=Label("A", "Å")).as_raw_html()
        for _ in range(2)
    )
    assert once == again
    assert 'id="tillit-' in once
    assert "Synthetic data." in once
    swedish = tables.table_findings([change()], lang="sv", title=Label("A", "Å"))
    html = swedish.as_raw_html()
    assert "Syntetiska data." in html
    assert ">Å<" in html
    assert f"+2,4{NBSP}poäng" in html


def test_other_words_make_another_id() -> None:
    ids = {
        tables.table_findings([change(n)]).as_raw_html().split('id="')[1].split('"')[0]
        for n in (20, 21)
    }
    assert len(ids) == 2


def test_nothing_and_strange_things_are_refused() -> None:
    with pytest.raises(DataProblem, match="at least one finding"):
        tables.table_findings([])
    with pytest.raises(DataProblem, match="These are not findings"):
        tables.display_frame([1])
    with pytest.raises(DataProblem, match="found:    'Change'"):
        tables.table_items([change()])
    with pytest.raises(DataProblem, match="give protect_table"):
        tables.table_frame(pd.DataFrame({"n": [1]}))


def item(n: int, **more: object) -> ItemQuality:
    values = {"alpha_if_dropped": 0.8, "floor_share": 0.05, "ceiling_share": 0.31}
    return ItemQuality(
        scale="t1",
        estimate=0.62,
        item_rest=0.62,
        mean=3.4,
        sd=0.9,
        **(values | {"n_missing": 3, "n_people": n, "source": "real"} | more),
    )


def test_items_have_a_row_each_and_hide_under_the_floor() -> None:
    few = item(5)
    bare = item(90, alpha_if_dropped=None, floor_share=None, ceiling_share=None)
    cells = tables.display_items([item(210), few, bare], lang="sv")
    assert cells.iloc[0].str.replace(NBSP, " ").tolist() == [
        *("t1", "210", "färre än 10", "3,40", "0,90", "0,62", "0,80", "5 %", "31 %"),
    ]
    assert set(cells.iloc[1, 1:]) == {"–"}
    assert cells.iloc[2, -3:].tolist() == ["–", "–", "–"]
    html = tables.table_items([item(210), few], lang="en").as_raw_html()
    assert "Alpha without it" in html
    assert "Not shown: 1 of 2" in html


def facts() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "what_en": [
                "ideas",
                "passed on",
                "sick leave",
                "noticed",
                "pilot began",
                "length",
            ],
            "what_sv": [
                "förslag",
                "gick vidare",
                "frånvaro",
                "märkte",
                "start",
                "längd",
            ],
            "value": ["60", "44", "4.0", "0.0", None, None],
            "low": [None, None, None, "0.0", None, "30"],
            "high": [None, None, None, "70.8", None, "60"],
            "count": [None, "44", None, "0", None, None],
            "of": [None, "60", None, "3", None, None],
            "unit": ["ideas", "ideas", "percent", "percent", None, "minutes"],
            "unit_sv": ["förslag", "förslag", "procent", "procent", None, "minuter"],
            "precision": ["about", "exact", "exact", "exact", None, None],
            "citation": ["SOU 2018:38 §4.4.3"] * 6,
            "kind": ["stated", "quoted", "stated", "derived", "stated", "stated"],
            "note": [None, None, None, "exact interval", None, None],
            "source": "published",
        }
    )


def test_facts_keep_how_exact_they_are_and_who_said_so() -> None:
    cells = tables.display_facts(facts(), lang="en")
    assert cells["Number"].str.replace(NBSP, " ").tolist() == [
        *("about 60 ideas", "44 of 60 ideas", "4.0 %", "0.0 % (0.0–70.8 %)"),
        *("–", "30–60 minutes"),
    ]
    assert cells["Note"].tolist()[1:4:2] == [
        "quoted, not measured",
        "our arithmetic: exact interval",
    ]
    assert "Period" not in cells.columns
    swedish = tables.display_facts(facts(), lang="sv")
    assert swedish["Publicerad uppgift"][2] == "frånvaro"
    assert swedish["Tal"].str.replace(NBSP, " ").tolist()[:4] == [
        *("omkring 60 förslag", "44 av 60 förslag", "4,0 %", "0,0 % (0,0–70,8 %)"),
    ]
    assert "SOU 2018:38" in tables.table_facts(facts(), lang="sv").as_raw_html()


def test_the_committed_facts_can_all_be_shown() -> None:
    read = pd.read_csv("data/published/figures.csv", dtype=str)
    written = tables.display_facts(read, lang="sv")["Tal"]
    assert written.str.startswith("25,5–56 ").sum() == 1  # not 56,0: nobody printed it
    for lang in ("en", "sv"):
        cells = tables.display_facts(read, lang=lang)
        assert len(cells) == len(read)
        assert not cells.isin(["nan", "None", "<NA>"]).any(axis=None)


def test_numbers_read_as_numbers_lose_no_decimal_they_have() -> None:
    table = pd.DataFrame({"what": ["a", "b"], "value": [4.2, 17115.0]})
    assert tables.display_facts(table, lang="sv")["Tal"].tolist() == [
        *("4,2", f"17{NBSP}115"),
    ]
    with pytest.raises(DataProblem, match="'what' or 'what_sv'"):
        tables.display_facts(table[["value"]], lang="sv")
    with pytest.raises(DataProblem, match="a column 'value'"):
        tables.display_facts(table[["what"]])


def test_a_guarded_table_says_not_shown_in_every_hidden_cell() -> None:
    areas = pd.DataFrame(
        {
            "unit": ["Norr", "Söder", "Åsen"],
            "n": [25, 6, 20],
            "trust": [61.25, 99.0, np.nan],
            "source": "synthetic",
        }
    )
    safe = protect_table(areas, count="n")
    cells = tables.display_protected(
        safe, labels={"trust": Label("Trust", "Tillit"), "n": "n"}, lang="sv"
    )
    assert cells.columns.tolist() == ["unit", "n", "Tillit"]
    assert cells["n"].tolist() == ["25", "visas inte", "visas inte"]
    assert cells["Tillit"][0] == "61,2"
    html = tables.table_frame(safe, lang="en", title="Areas").as_raw_html()
    assert "99" not in html.split("<thead>")[1]
    assert "Not shown: 2 of 3 groups." in html
    assert "Synthetic data" in html


def test_units_in_the_index_stay_in_the_table() -> None:
    areas = pd.DataFrame(
        {"unit": ["Norr", "Söder"], "n": [25, 30], "trust": [1.0, None]}
    )
    cells = tables.display_protected(protect_table(areas.set_index("unit"), count="n"))
    assert cells["unit"].tolist() == ["Norr", "Söder"]
    assert cells["trust"].tolist() == ["1.0", "–"]


def test_methods_stand_side_by_side_and_the_first_says_why() -> None:
    rng = np.random.default_rng(3)
    unit = np.tile(np.arange(240) % 12, 2)
    scores = pd.DataFrame(
        {
            "respondent": np.tile(np.arange(240), 2),
            "wave": np.repeat(["2019", "2021"], 240),
            "unit": unit,
            "treated": unit < 4,
            "trust": rng.normal(60, 10, 480),
            "source": "synthetic",
        }
    )
    waves = {"before": "2019", "after": "2021"}
    change = te.compare_adjusted(scores, "trust", assigned="unit", **waves)
    cells = te.tables.display_methods(change, lang="sv")
    assert cells["Metod"].str[:6].tolist() == ["wild c", "minsta", "minsta", "placeb"]
    assert cells["Skattning"].nunique() == 1
    assert cells["Intervall"].nunique() > 2
    page = te.tables.table_methods(change, lang="en").as_raw_html()
    assert "speaks first: CR2 would have only 6 degrees of freedom" in page
    assert "Synthetic data." in page
    few = replace(change, n_people=9)
    assert "fewer than 10" in te.tables.table_methods(few, lang="en").as_raw_html()
    with pytest.raises(te.errors.DataProblem, match="Only a change is answered"):
        te.tables.table_methods(te.tabulate([change]))

"""The official index: R's values, hand-worked examples, the floor, two languages."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import tillit_eval as te
from tillit_eval.codebook import Codebook, Item, Scale
from tillit_eval.errors import DataProblem
from tillit_eval.findings import Findings, NotAnswered
from tillit_eval.phrases import Label
from tillit_eval.scales import Index

HERE = Path(__file__).parent / "reference" / "scales"
RTOL = 1e-10
TURNED = ("AF07", "AP33")
MOTIVATION = ["hme_m1", "hme_m2", "hme_m3"]


def codebook(keys: list[str], **rules: object) -> Codebook:
    label = Label("Lead", "Led")
    rules = {"min_answered": 1, "official": True} | rules
    return Codebook(
        title="test",
        items=tuple(
            Item(key=k, label=Label(k, k), codes=(1, 2, 3, 4, 5), reversed=k in TURNED)
            for k in keys
        ),
        scales=(Scale(key="lead", label=label, items=tuple(keys), **rules),),
    )


def message(call) -> str:
    with pytest.raises(DataProblem) as caught:
        call()
    return str(caught.value)


@pytest.fixture(scope="module")
def hme(tmp_path_factory) -> Codebook:
    path = tmp_path_factory.mktemp("index") / "codebook.toml"
    path.write_text('title = "HME"\nuse = ["hme"]\n', encoding="utf-8")
    return te.read_codebook(path)


def motivation(rows: pd.DataFrame, hme: Codebook, **more: object) -> Findings:
    return te.score_index(rows, hme, scale="hme_motivation", **more)


def test_index_equals_r() -> None:
    answers = pd.read_csv(HERE / "inputs" / "answers.csv")
    items = list(answers)[1:]
    values = pd.read_csv(HERE / "values.csv", comment="#")
    r = values.set_index(["case", "quantity"])["value"]
    whole = te.score_index(answers, codebook(items), scale="lead")[0]
    groups = te.score_index(answers, codebook(items), scale="lead", by="GRP").to_frame()
    ours = {"all": whole.estimate}
    ours |= {
        f"group_{group}": value
        for group, value in zip(groups["GRP"], groups["estimate"], strict=True)
    }
    assert ours == pytest.approx(r["index"].to_dict(), rel=RTOL)
    row = whole.to_frame().iloc[0]
    found = {key: row[key] for key in (*items, *(f"n_{key}" for key in items))}
    assert found == pytest.approx(r["index_items"].to_dict(), rel=RTOL)


def test_a_mean_of_4_12_is_an_index_of_78(hme) -> None:
    # 22 fours and 3 fives: (88 + 15) / 25 = 4.12, and 25 x 3.12 = 78.0
    rows = pd.DataFrame({key: [4] * 22 + [5] * 3 for key in MOTIVATION})
    found = motivation(rows, hme)[0]
    assert found.estimate == pytest.approx(78.0, rel=1e-14)
    assert te.score_scales(rows, hme, scales="hme_motivation")[
        "hme_motivation"
    ].mean() == pytest.approx(78.0, rel=1e-14)


@pytest.fixture
def skipped() -> pd.DataFrame:
    """Twenty people; ten of them skip the question that all others answer with 1."""
    return pd.DataFrame(
        {
            "hme_m1": [5] * 20,
            "hme_m2": [4] * 20,
            "hme_m3": [1.0] * 10 + [None] * 10,
            "source": "real",
        }
    )


def test_item_first_and_person_first_differ_when_people_skip(hme, skipped) -> None:
    found = motivation(skipped, hme)[0]
    # items: 100, 75 and 0 -> 58.33; persons: ten of 58.33 and ten of 87.5 -> 72.92
    assert found.item_indices == (100.0, 75.0, 0.0)
    assert found.estimate == pytest.approx(175 / 3, rel=1e-14)
    assert (found.item_answers, found.n_answers_min) == ((20, 20, 10), 10)
    persons = te.score_scales(skipped, hme, scales="hme_motivation")
    assert persons["hme_motivation"].mean() == pytest.approx(875 / 12, rel=1e-14)


def test_the_total_is_the_mean_of_nine_items_and_of_three_parts(hme) -> None:
    rows = pd.DataFrame(
        {item.key: [1 + i % 5] * 12 for i, item in enumerate(hme.items)}
    )
    total, *parts = (
        te.score_index(rows, hme, scale=scale.key)[0].estimate for scale in hme.scales
    )
    # codes 1 2 3 4 5 1 2 3 4 -> sum 25, mean 25/9, index 25 x 16/9
    assert total == pytest.approx(400 / 9)
    assert total == pytest.approx(sum(parts) / 3)


def test_sentences_in_both_languages(hme, skipped) -> None:
    found = motivation(skipped.assign(wave="2014"), hme, by="wave")[0]
    assert found.sentence("en") == (
        "HME, motivation (2014): index 58.3 on 0–100, question by question. "
        "People who answered: 20; fewest answers to one question: 10."
    )
    assert found.sentence("sv") == (
        "HME, motivation (2014): index 58,3 på skalan 0–100, räknat fråga för fråga. "
        "Antal som svarade: 20; minsta antal svar på en fråga: 10."
    )
    unstated = motivation(skipped.drop(columns="source"), hme)[0]
    assert unstated.source == "unstated"
    assert "not stated" in unstated.sentence()


def test_the_floor_holds_for_people_and_for_every_item(hme, skipped) -> None:
    nine = skipped.drop(index=0)  # nine answers to the third question
    found = motivation(nine, hme)[0]
    assert "not shown" in found.sentence("en")
    assert "58" not in found.sentence("sv")
    row = motivation(nine, hme).to_frame(guarded=True).iloc[0]
    assert pd.isna(row["estimate"])
    assert pd.isna(row["hme_m1"])
    assert row["n_hme_m3"] == "fewer than 10"
    assert motivation(nine, hme).to_frame().iloc[0]["n_hme_m3"] == 9
    assert motivation(nine, hme, k_min=9)[0].is_shown
    published = motivation(nine.assign(source="published"), hme)[0]
    assert published.is_shown


def test_people_are_counted_once_however_many_rows_they_have(hme, skipped) -> None:
    twice = pd.concat([skipped, skipped], ignore_index=True)
    coded = twice.assign(respondent=[f"r{i}" for i in range(20)] * 2)
    assert motivation(twice, hme)[0].n_people == 40
    assert motivation(coded, hme)[0].n_people == 20
    two_sites = coded.assign(site=["a"] * 20 + ["b"] * 20)
    assert motivation(two_sites, hme)[0].n_people == 40


def test_groups_are_sorted_and_rows_without_a_group_counted(hme, skipped) -> None:
    rows = pd.concat([skipped] * 2, ignore_index=True)
    units = ["b"] * 15 + [None] * 3 + ["a"] * 22
    found = motivation(rows.assign(unit=units, wave=2014), hme, by=["unit", "wave"])
    frame = found.to_frame()
    assert frame[["unit", "wave"]].to_numpy().tolist() == [["a", "2014"], ["b", "2014"]]
    assert frame["n_people"].tolist() == [22, 15]
    assert frame["left_out"].tolist() == ["belong to no group: 3"] * 2


def test_a_question_nobody_in_a_group_answered_gives_no_index(hme, skipped) -> None:
    rows = skipped.assign(unit=["a"] * 10 + ["b"] * 10)
    first, second = motivation(rows, hme, by="unit")
    assert isinstance(first, Index)
    assert isinstance(second, NotAnswered)
    assert "does not exist" in second.sentence("en")
    assert "finns inte" in second.sentence("sv")
    assert second.name() == "HME, motivation (b)"
    frame = te.tabulate([first, second])
    assert frame["unit"].tolist() == ["a", "b"]


def test_site_is_told_once(hme, skipped) -> None:
    frame = motivation(skipped.assign(site="x"), hme, by="site").to_frame()
    assert frame["site"].tolist() == ["x"]


def test_refusals(hme, skipped) -> None:
    plain = codebook(["a"], official=False)
    text = message(
        lambda: te.score_index(pd.DataFrame({"a": [1]}), plain, scale="lead")
    )
    assert text == (
        "This scale has no official item-first index.\n"
        "  expected: a scale with official = true in the codebook: none\n"
        "  found:    official = false\n"
        "  to fix:   use score_scales, which gives one score per person"
    )
    assert "a column 'unit'" in message(lambda: motivation(skipped, hme, by="unit"))
    assert "The floor for what may be shown is too low." in message(
        lambda: motivation(skipped, hme, k_min=3)
    )

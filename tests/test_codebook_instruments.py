"""The shipped instruments: complete, sourced, and without wording that is not ours."""

from __future__ import annotations

import pytest

import tillit_eval as te
from tillit_eval.codebook import Codebook
from tillit_eval.codebook.shipped import shipped_files

NAMES = sorted(shipped_files())


@pytest.fixture(scope="module")
def every(tmp_path_factory) -> Codebook:
    path = tmp_path_factory.mktemp("every") / "codebook.toml"
    listed = ", ".join(f'"{name}"' for name in NAMES)
    path.write_text(f"use = [{listed}]\n", encoding="utf-8")
    return te.read_codebook(path)


def test_all_of_them_fit_in_one_codebook_and_survive_a_file(every, tmp_path) -> None:
    assert len(every.items) == 50
    te.codebook.write_codebook(every, tmp_path / "copy.toml")
    assert te.read_codebook(tmp_path / "copy.toml") == every


def test_scales_have_the_items_and_rules_of_their_sources(every) -> None:
    rules = {
        s.key: (len(s.items), s.min_answered, s.scoring, s.official, s.desired)
        for s in every.scales
    }
    index, mean = "person_index", "person_mean"
    assert rules == {
        "hme_total": (9, 5, index, True, "up"),
        "hme_motivation": (3, 2, index, True, "up"),
        "hme_leadership": (3, 2, index, True, "up"),
        "hme_governance": (3, 2, index, True, "up"),
        "vertical_trust": (3, 2, index, False, "up"),
        "organisational_justice": (3, 2, index, False, "up"),
        "influence": (4, 2, index, False, "up"),
        "psychological_safety": (7, 4, mean, False, "up"),
        "citizen_trust": (9, 5, mean, False, "up"),
        "citizen_competence": (3, 2, mean, False, "up"),
        "citizen_benevolence": (3, 2, mean, False, "up"),
        "citizen_integrity": (3, 2, mean, False, "up"),
        "user_trust": (9, 5, index, False, "up"),
        "delivery": (4, 2, index, False, "up"),
        "generalised_trust": (1, 1, mean, False, "up"),
        "discretion": (4, 2, index, False, "up"),
        "rule_burden": (4, 2, index, False, "down"),
        "admin_minutes": (1, 1, mean, False, "down"),
    }
    turned = {item.key for item in every.items if item.reversed}
    assert turned == {"ps_1", "ps_3", "ps_5", "disc_3", "rule_4"}
    assert every.item("treatment_officials").positive == (3, 4)
    assert (every.item("ps_1").lowest, every.item("ps_1").highest) == (1, 7)
    assert all(scale.source for scale in every.scales)


def test_wording_is_kept_only_where_it_is_ours(every) -> None:
    for item in every.items:
        ours = item.key.startswith(("disc_", "rule_", "admin_", "del_"))
        assert item.licence == ("own" if ours else "keys_only"), item.key
        assert (item.text is not None) == ours, item.key
        assert item.validated != ours, item.key
        if ours:
            assert item.text.en != item.text.sv
        for label in (item.label.en, item.label.sv):
            assert len(label.split()) <= 5, label


def test_no_scale_is_called_by_a_name_that_is_protected(every) -> None:
    for scale in every.scales:
        assert "copsoq" not in f"{scale.key} {scale.label.en}".casefold()


@pytest.mark.parametrize("name", NAMES)
def test_every_instrument_says_its_source_and_licence(name) -> None:
    raw = shipped_files()[name]
    assert raw["source"]
    assert raw["licence"]
    assert raw["about"]
    assert raw["title"].keys() == {"en", "sv"}


def test_instruments_are_listed_in_both_languages() -> None:
    english = te.codebook.list_instruments(lang="en").set_index("use")
    swedish = te.codebook.list_instruments(lang="sv").set_index("use")
    assert list(english.index) == NAMES
    assert english.loc["influence", "title"] == "Influence at work (0–100)"
    assert swedish.loc["influence", "title"] == "Inflytande i arbetet (0–100)"
    assert not english.loc["discretion", "validated"]
    assert "hme_total" in english.loc["hme", "scales"]


def test_indicators_are_looked_up_with_their_exceptions(every) -> None:
    table = te.codebook.list_indicators()
    assert len(table) == table["kpi"].nunique() == 206
    kpi = table.set_index(["area", "measure"])["kpi"]
    assert kpi["21", "hme_total"] == "U21200"
    assert kpi["21", "hme_s3"] == "U20308"
    assert kpi["17", "response_rate"] == "N17998"
    assert kpi["72", "response_rate"] == "N72998"
    assert kpi["00_latest", "hme_total"] == "U00207"
    assert kpi["60_latest", "hme_leadership"] == "U60980"
    assert ("70", "hme_m1") not in kpi.index
    whole = kpi["00"]
    for item in every.items:
        if item.key.startswith("hme_"):
            assert item.kpi == whole[item.key]
    assert (
        te.codebook.list_indicators(area="80", lang="sv")["area_name"][0] == "Tandvård"
    )
    with pytest.raises(te.errors.DataProblem, match="'area' is not an option"):
        te.codebook.list_indicators(area="99")

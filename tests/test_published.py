"""Published figures have a source, two languages, and numbers that hold together."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

import tillit_eval as te
from tillit_eval.findings import read_source

FOLDER = Path(__file__).parents[1] / "data" / "published"
FILES = sorted(FOLDER.glob("*.csv"))
NUMBERS = ["value", "low", "high", "count", "of"]
SITES = {
    *("kalmar", "skane", "nykoping", "borlange", "sundsvall", "helsingborg"),
    *("alingsas", "falun", "malmo", "linkoping", "skolinspektionen"),
    *("ivo_arbetsmiljoverket", "delegationen", "comparator"),
}


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")


@pytest.fixture(scope="module")
def facts() -> pd.DataFrame:
    return read(FOLDER / "figures.csv")


@pytest.fixture(scope="module")
def numbers() -> pd.DataFrame:
    return pd.read_csv(FOLDER / "figures.csv").set_index("id")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_row_names_its_source_and_none_carries_a_private_mark(path: Path) -> None:
    table = read(path)
    assert (table["citation"].str.len() > 5).all()
    assert read_source(table) == "published"
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\[[^\]]*\]", text)
    assert text.endswith("\n")
    assert "\r" not in text


def test_every_figure_is_named_once_and_in_both_languages(facts: pd.DataFrame) -> None:
    assert facts["id"].is_unique
    assert facts["id"].str.fullmatch(r"[a-z0-9-]+").all()
    assert (facts["what_en"] != "").all()
    assert (facts["what_sv"] != "").all()
    assert ((facts["unit"] == "") == (facts["unit_sv"] == "")).all()
    for name in ("note", "period", "citation"):
        assert ((facts[name] == "") == (facts[f"{name}_sv"] == "")).all()
    months = "January|February|March|May|June|July|October"
    assert not facts[["period_sv", "citation_sv"]].stack().str.contains(months).any()


def test_every_site_has_published_facts(facts: pd.DataFrame) -> None:
    assert set(facts["site"]) == SITES


def test_a_number_has_a_unit_and_a_fact_in_words_has_none(facts: pd.DataFrame) -> None:
    has_number = (facts[NUMBERS] != "").any(axis=1)
    assert ((facts["unit"] != "") == has_number).all()
    assert ((facts["precision"] != "") == has_number).all()
    assert set(facts["precision"]) == {"", "exact", "about", "under", "over"}
    assert set(facts["kind"]) == {"stated", "quoted", "derived"}


def test_the_numbers_of_a_row_hold_together(numbers: pd.DataFrame) -> None:
    assert all(pd.api.types.is_numeric_dtype(numbers[name]) for name in NUMBERS)
    ends = numbers[["low", "high"]]
    assert (ends["low"].isna() == ends["high"].isna()).all()
    both = ends.dropna()
    assert (both["low"] <= both["high"]).all()
    inside = numbers.dropna(subset=["low", "value"])
    assert inside["value"].between(inside["low"], inside["high"]).all()
    counted = numbers.dropna(subset=["count", "of"])
    assert (numbers["of"].isna() == numbers["count"].isna()).all()
    assert (counted["count"] <= counted["of"]).all()
    assert (numbers[NUMBERS].min() >= 0).all()


def test_percentages_and_indices_stay_in_their_range(numbers: pd.DataFrame) -> None:
    for unit, lowest, highest in [
        ("percent", 0, 100),
        ("points (0–100)", 0, 100),
        ("points (1–7)", 1, 7),
    ]:
        rows = numbers.loc[numbers["unit"] == unit, ["value", "low", "high"]]
        assert len(rows)
        values = rows.stack().dropna()
        assert values.between(lowest, highest).all(), unit


def test_a_range_says_what_it_is_and_our_arithmetic_is_shown(
    numbers: pd.DataFrame,
) -> None:
    assert numbers.dropna(subset=["low"])["note"].notna().all()
    assert numbers.query("kind == 'derived'")["note"].notna().all()


def test_a_derived_share_is_its_count_over_its_total(numbers: pd.DataFrame) -> None:
    shares = numbers.query("kind == 'derived' and unit == 'percent'")
    assert len(shares) >= 5
    expected = 100 * shares["count"] / shares["of"]
    assert (shares["value"] - expected).abs().max() <= 0.06


@pytest.mark.parametrize(
    ("row", "method"),
    [
        ("ivo-av-noticed-interval", "beta"),
        ("ivo-av-positive-interval", "beta"),
        ("helsingborg-housed-interval", "wilson"),
        ("delegationen-says-trust-interval", "wilson"),
        ("delegationen-relevant-interval", "wilson"),
    ],
)
def test_derived_intervals_are_what_their_note_says(
    numbers: pd.DataFrame, row: str, method: str
) -> None:
    from statsmodels.stats.proportion import proportion_confint

    fact = numbers.loc[row]
    low, high = proportion_confint(fact["count"], fact["of"], method=method)
    assert fact["low"] == pytest.approx(100 * low, abs=0.051)
    assert fact["high"] == pytest.approx(100 * high, abs=0.051)


@pytest.mark.parametrize(
    ("row", "value"),
    [
        ("kalmar-voice", 59),
        ("kalmar-ideas-passed", 44),
        ("sundsvall-areas", 18),
        ("sundsvall-users-municipal", 1400),
        ("helsingborg-housed", 85),
        ("falun-cases", 43),
        ("malmo-signatures", 14425),
        ("borlange-sick-2023", 10.7),
        ("trust-fewer", 64.9),
        ("ivo-av-noticed", 0),
        ("ivo-av-positive", 5),
    ],
)
def test_figures_that_chapters_lean_on(
    numbers: pd.DataFrame, row: str, value: float
) -> None:
    assert numbers.loc[row, "value"] == value


def test_planned_against_done_covers_each_part_in_each_case() -> None:
    table = read(FOLDER / "ivo_arbetsmiljoverket_fidelity.csv")
    assert set(table["status"]) == {"yes", "partly", "no"}
    assert table.groupby("part").size().eq(2).all()
    assert not table.duplicated(["part", "case"]).any()
    assert set(table["basis"]) == {"our coding of SOU 2018:38 §15.3, §15.5"}
    assert (table != "").all().all()
    done = table[table["case"] == "landskrona"].set_index("part")["status"]
    assert done["inspection"] == "no"
    assert done["feedback"] == "yes"


def test_every_figure_of_the_anthology_has_a_status() -> None:
    table = read(FOLDER / "anthology_figures.csv")
    allowed = {
        "redrawn from stated facts",
        "conceptual",
        "not reproducible: no data printed",
        "none named",
    }
    assert set(table["status"]) <= allowed
    assert (table[["what_en", "what_sv", "our_nearest"]] != "").all().all()
    assert set(table["chapter"].astype(int)) >= set(range(4, 18))


def test_our_nearest_figures_stand_in_the_notebooks() -> None:
    table = read(FOLDER / "anthology_figures.csv")
    named = set(re.findall(r"fig-\d\d-\d+", " ".join(table["our_nearest"])))
    notebooks = FOLDER.parents[1].glob("notebooks/*.ipynb")
    drawn = "".join(path.read_text(encoding="utf-8") for path in notebooks)
    assert named
    assert not [key for key in named if f'"{key}"' not in drawn]


def test_the_note_beside_the_figures_explains_every_column(facts: pd.DataFrame) -> None:
    note = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert not [column for column in facts if f"`{column}`" not in note]


@pytest.mark.parametrize("lang", ["en", "sv"])
def test_the_facts_can_be_shown_as_a_table(
    facts: pd.DataFrame, lang: te.phrases.Language
) -> None:
    rows = facts[facts["id"].isin(["kalmar-ideas", "kalmar-sick-2012"])]
    html = te.tables.table_facts(rows, lang=lang).as_raw_html()
    assert {"en": "about 60 ideas", "sv": "omkring 60 förslag"}[lang] in html
    assert {"en": "4.0\u00a0%", "sv": "4,0\u00a0%"}[lang] in html
    assert "lakartidningen.se" in html


def test_our_own_exact_interval_agrees_with_the_published_counts(
    numbers: pd.DataFrame,
) -> None:
    """The library's share of 0 of 3 and 5 of 6 is the interval in the table."""
    for row in ("ivo-av-noticed-interval", "ivo-av-positive-interval"):
        fact = numbers.loc[row]
        share = te.quality.assess_share(
            int(fact["count"]), of=int(fact["of"]), scale=row, source="published"
        )
        assert 100 * share.interval.low == pytest.approx(fact["low"], abs=0.051)
        assert 100 * share.interval.high == pytest.approx(fact["high"], abs=0.051)

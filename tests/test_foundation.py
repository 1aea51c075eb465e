"""Errors, phrases, floors and findings: what every other room stands on."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, dataclass, replace
from typing import ClassVar

import pandas as pd
import pytest

import tillit_eval as te
from tillit_eval.errors import (
    DataProblem,
    FileProblem,
    MissingExtra,
    TooFewAnswers,
    check_columns,
    check_option,
    check_table,
    few,
)
from tillit_eval.findings import (
    Change,
    Estimate,
    Findings,
    Interval,
    NotAnswered,
    decide_verdict,
    read_source,
)
from tillit_eval.floors import check_floor, show_count
from tillit_eval.phrases import Label, Language, number, percent, phrase, say


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken(Estimate):
    """An estimate that can speak, for these tests."""

    question: ClassVar[str] = "spoken"

    n_before_only: int = 0

    def _claim(self, lang: Language) -> str:
        return f"{self.name(lang)}: {self.amount(self.estimate, lang, sign=True)}"


def spoken(**changed: object) -> Spoken:
    given: dict[str, object] = {
        "scale": "trust",
        "estimate": 1.25,
        "standard_error": 0.2,
        "interval": Interval(0.8, 1.7),
        "n_people": 40,
        "n_before_only": 4,
        "source": "real",
        "left_out": ((phrase("words.fewer_than", n=3), 6),),
    }
    return Spoken(**(given | changed))  # type: ignore[arg-type]


# --- errors -----------------------------------------------------------------


@pytest.mark.parametrize(
    "error",
    [
        DataProblem("A.", expected="b", found="c", to_fix="d"),
        FileProblem("A.", expected="b", found="c", to_fix="d"),
        MissingExtra("duckdb", extra="big", needed_for="reading Parquet"),
        TooFewAnswers(
            "A.", expected="b", found="c", to_fix="d", reason="e.f", values={"n": 4}
        ),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_keeps_its_words_between_processes(error: Exception) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)


def test_an_error_has_four_lines() -> None:
    error = DataProblem("Wrong.", expected="a", found="b", to_fix="c")
    assert str(error).splitlines() == [
        "Wrong.",
        "  expected: a",
        "  found:    b",
        "  to fix:   c",
    ]


def test_a_missing_extra_says_what_to_install() -> None:
    text = str(MissingExtra("duckdb", extra="big", needed_for="reading Parquet"))
    assert len(text.splitlines()) == 4
    assert 'pip install "tillit_eval[big]"' in text


def test_too_few_answers_is_a_data_problem_with_a_reason() -> None:
    error = TooFewAnswers(
        "x", expected="a", found="b", to_fix="c", reason="words.fewer_than"
    )
    assert isinstance(error, DataProblem)
    assert isinstance(error, ValueError)
    assert (error.reason, error.values) == ("words.fewer_than", {})


def test_few_names_some_and_counts_the_rest() -> None:
    assert few("abcdefg", at_most=2) == "'a', 'b' and 5 more"
    assert few([]) == "none"


def test_a_wrong_option_lists_the_right_ones() -> None:
    with pytest.raises(DataProblem, match="one of 'people', 'units'"):
        check_option("average", "median", ("people", "units"))


def test_a_wrong_option_that_is_no_plain_value_is_not_printed() -> None:
    with pytest.raises(DataProblem, match="found:    a dict"):
        check_option("average", {"name": "secret"}, ("people",))


def test_a_missing_column_is_named() -> None:
    with pytest.raises(DataProblem, match="expected: a column 'wave'"):
        check_columns(["trust"], ["trust", "wave"], table="scores")


@pytest.mark.parametrize(
    ("value", "found"), [([1], "a list"), (pd.DataFrame({"a": []}), "0 rows")]
)
def test_what_is_no_table_is_refused(value: object, found: str) -> None:
    with pytest.raises(DataProblem, match=found):
        check_table(value, table="scores")


# --- phrases ----------------------------------------------------------------


def test_numbers_follow_the_language() -> None:
    assert number(1234.5, 1, "en") == "1,234.5"
    assert number(1234.5, 1, "sv") == "1\u00a0234,5"
    assert number(-0.004, 2) == "0.00"
    assert number(-1, 1, sign=True) == "\u22121.0"
    assert number(float("inf")) == "\u221e"
    assert percent(0.5, 0, "sv") == "50\u00a0%"


def test_language_is_chosen_once_and_can_be_overridden() -> None:
    te.use_language("sv")
    assert say("words.fewer_than", n=10) == "färre än 10"
    assert say("words.fewer_than", "en", n=10) == "fewer than 10"
    with pytest.raises(DataProblem, match="one of 'en', 'sv'"):
        te.use_language("no")  # type: ignore[arg-type]


def test_a_phrase_within_a_phrase_is_in_the_same_language() -> None:
    inner = phrase("words.fewer_than", n=10)
    outer = phrase("words.not_answered", name=Label("Trust", "Tillit"), reason=inner)
    assert outer.say("sv") == "Tillit: går inte att avgöra. färre än 10"


def test_an_unknown_phrase_and_an_open_blank_are_said() -> None:
    with pytest.raises(DataProblem, match="A phrase is missing"):
        say("words.no_such_phrase")
    with pytest.raises(DataProblem, match="a blank that nobody filled"):
        say("words.fewer_than")


# --- floors -----------------------------------------------------------------


@pytest.mark.parametrize("k_min", [4, 0, -1, 9.5, True, "10"])
def test_a_floor_under_five_is_refused(k_min: object) -> None:
    with pytest.raises(DataProblem, match="a whole number, 5 or more"):
        check_floor(k_min)  # type: ignore[arg-type]


def test_counts_under_the_floor_are_not_written() -> None:
    assert show_count(9, floor=10, source="real") == "fewer than 10"
    assert show_count(10, floor=10, source="real") == "10"
    assert show_count(0, floor=10, source="real") == "0"
    assert show_count(3, floor=10, source="published") == "3"


# --- findings ---------------------------------------------------------------


def test_a_row_is_tidy() -> None:
    row = spoken().to_frame().iloc[0]
    assert row["question"] == "spoken"
    assert (row["interval_low"], row["interval_high"]) == (0.8, 1.7)
    assert row["left_out"] == "fewer than 3: 6"
    assert row["n_before_only"] == 4


def test_a_guarded_row_hides_counts_under_the_floor() -> None:
    row = spoken().to_frame(guarded=True).iloc[0]
    assert row["n_before_only"] == "fewer than 10"
    assert row["left_out"] == "fewer than 3: fewer than 10"
    assert row["n_people"] == "40"
    assert row["estimate"] == 1.25


def test_a_guarded_row_under_the_floor_has_no_numbers() -> None:
    row = spoken(n_people=9).to_frame(guarded=True).iloc[0]
    shown = [row[c] for c in ("estimate", "standard_error", "interval_low")]
    assert all(value is None for value in shown)
    assert row["n_people"] == "fewer than 10"


def test_a_sentence_under_the_floor_says_only_that() -> None:
    assert spoken(n_people=9).sentence("en") == (
        "trust: not shown, it rests on fewer than 10 people."
    )


def test_a_published_finding_is_exempt_from_the_floor() -> None:
    assert spoken(n_people=6, source="published").sentence("en") == (
        "trust: +1.25 points"
    )


@pytest.mark.parametrize(
    ("source", "mark"),
    [
        ("real", None),
        ("synthetic", "(Synthetic data.)"),
        ("mixed", "(Mixed sources: not all of the data are real.)"),
        ("unstated", "(Source of the data not stated.)"),
    ],
)
def test_the_mark_follows_the_source(source: str, mark: str | None) -> None:
    sentence = spoken(source=source).sentence("en")
    assert sentence.endswith(mark) if mark else not sentence.endswith(")")


def test_findings_are_never_changed() -> None:
    finding = spoken()
    with pytest.raises(FrozenInstanceError):
        finding.estimate = 2.0  # type: ignore[misc]
    assert finding.named(Label("Trust", "Tillit")).name("sv") == "Tillit"
    assert finding.label is None


def test_what_cannot_be_answered_says_why_in_both_languages() -> None:
    gap = NotAnswered(
        scale="trust",
        asked="change",
        reason=phrase("words.fewer_than", n=10),
        source="real",
    )
    assert gap.sentence("en") == "trust: cannot tell. fewer than 10"
    assert gap.sentence("sv") == "trust: går inte att avgöra. färre än 10"
    assert "estimate" not in gap.to_frame().columns


def test_several_findings_are_one_table() -> None:
    both = Findings([spoken(), spoken(scale="burden", estimate=-1.0)])
    assert te.tabulate(both)["estimate"].tolist() == [1.25, -1.0]
    assert [f.scale for f in both.where(scale="burden")] == ["burden"]
    assert len(both[:1]) == 1
    assert "<td>burden</td>" in both._repr_html_()
    assert both == Findings(tuple(both))


def test_html_escapes_what_a_codebook_brings() -> None:
    html = Findings([spoken(scale="<script>")])._repr_html_()
    assert "<script>" not in html


@pytest.mark.parametrize(
    ("interval", "margin", "narrow", "verdict"),
    [
        (Interval(0.2, 1.0), 2.0, Interval(0.3, 0.9, 0.9), "no_change"),
        (Interval(0.2, 1.0), None, None, "rose"),
        (Interval(-1.0, -0.2), 0.5, Interval(-0.9, -0.3, 0.9), "fell"),
        (Interval(-1.0, 1.0), None, None, "cannot_tell"),
        (Interval(-1.0, 1.0), 0.5, Interval(-0.9, 0.9, 0.9), "cannot_tell"),
        (Interval(-2.1, 2.1), 2.0, Interval(-2.0, 1.0, 0.9), "cannot_tell"),
    ],
)
def test_the_four_verdicts(
    interval: Interval, margin: float | None, narrow: Interval | None, verdict: str
) -> None:
    said = decide_verdict(interval, margin=margin, equivalence_interval=narrow)
    assert said == verdict


def test_a_small_sure_change_keeps_its_sign_in_words() -> None:
    change = Change(
        scale="trust",
        estimate=0.5,
        interval=Interval(0.2, 0.8),
        n_people=50,
        before="1",
        after="2",
        verdict="no_change",
    )
    assert change.verdict_in_words("en") == "no change worth noticing (a small rise)"


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"source": ["real", "real"]}, "real"),
        ({"source": ["real", "synthetic"]}, "mixed"),
        ({"source": ["real", None]}, "unstated"),
        ({"source": ["invented"]}, "unstated"),
        ({"trust": [1.0]}, "unstated"),
    ],
)
def test_source_is_never_real_by_default(
    columns: dict[str, list[object]], said: str
) -> None:
    assert read_source(pd.DataFrame(columns)) == said


def test_two_tables_of_different_kind_are_mixed() -> None:
    one, other = (pd.DataFrame({"source": [kind]}) for kind in ("real", "synthetic"))
    assert read_source(one, other) == "mixed"


def test_rows_about_the_same_thing_are_told_apart() -> None:
    from tillit_eval.findings import row_names

    stayed = phrase("comparison.estimand_stayed_people")
    place = phrase("comparison.estimand_workplace_people")
    both = [spoken(estimand=place), spoken(estimand=stayed), spoken(scale="burden")]
    assert row_names(both, "en") == [
        "trust, the workplace",
        "trust, those who stayed",
        "burden",
    ]
    assert row_names(both, "sv")[0] == "trust, arbetsplatsen"


def test_a_repr_never_shows_what_the_floor_hides() -> None:
    few = Estimate(scale="trust", estimate=61.25, n_people=7, source="real")
    assert repr(few).startswith("<Estimate: trust: not shown")
    assert "61" not in repr(few)
    assert repr(replace(few, n_people=70)) == "<Estimate: trust>"

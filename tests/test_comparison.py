"""Sentences, floors and refusals of the comparisons, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import tillit_eval as te
from tillit_eval.comparison import AdjustedChange, PairedChange, ShareChange
from tillit_eval.errors import DataProblem, TooFewAnswers
from tillit_eval.findings import Findings, Interval, NotAnswered
from tillit_eval.phrases import Label, phrase

WAVES = {"before": "2019", "after": "2021"}
TRUST = Label("trust in managers", "tillit till chefer")


def plain(text: str) -> str:
    """Read non-breaking spaces as spaces."""
    return text.replace("\u00a0", " ")


def site(n_units: int = 6, size: int = 8, rise: float = 6.0) -> pd.DataFrame:
    """Make two waves by arithmetic: everybody linked, changes that vary."""
    person = np.arange(n_units * size)
    unit = person // size
    base = 50 + 3 * unit + (person * 7) % 11
    wave = {
        "2019": base,
        "2021": base + rise + (person * 5) % 7 - 3 + (unit * 3) % 5 - 2,
    }
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "respondent": [f"code {p}" for p in person],
                    "wave": name,
                    "unit": [f"ward {u}" for u in unit],
                    "treated": unit < n_units // 2,
                    "trust": score.astype(float),
                    "q1": 1 + (person * 3 + (name == "2021") * (person % 3)) % 5,
                    "source": "real",
                }
            )
            for name, score in wave.items()
        ],
        ignore_index=True,
    )


# ---- sentences ----------------------------------------------------------------


def test_a_rise_is_said_in_both_languages() -> None:
    change = te.compare_paired(site(), "trust", **WAVES).named(TRUST)
    assert plain(change.sentence("en")) == (
        "Trust in managers rose: +5.7 points (95 % CI 3.9 to 7.5). 48 people in 6 "
        "units answered both times, 0 only before and 0 only after. This is the change "
        "of those who stayed, averaged over people. Whether the scale measures the "
        "same both times was not examined. Averaged over units instead: "
        "+5.7 points (95 % CI 3.9 to 7.5)."
    )
    assert plain(change.sentence("sv")) == (
        "Tillit till chefer ökade: +5,7 poäng (95 % KI 3,9 till 7,5). 48 personer i "
        "6 enheter svarade båda gångerna, 0 bara före och 0 bara efter. Detta är "
        "förändringen hos dem som stannade, i genomsnitt över personer. Om skalan "
        "mäter samma sak båda gångerna har inte undersökts. Genomsnitt över enheter "
        "i stället: +5,7 poäng (95 % KI 3,9 till 7,5)."
    )


def test_a_fall_is_said() -> None:
    fell = te.compare_paired(site(rise=-6), "trust", **WAVES)
    assert fell.verdict == "fell"
    assert plain(fell.sentence("en")).startswith("trust fell: −6.3 points (95 % CI −")
    assert plain(fell.sentence("sv")).startswith("trust minskade: −6,3 poäng")


def test_cannot_tell_is_never_called_no_effect() -> None:
    unsure = te.compare_paired(site(rise=0), "trust", margin=0.5, **WAVES)
    assert unsure.verdict == "cannot_tell"
    text = plain(unsure.sentence("en"))
    assert text.startswith("trust: cannot tell whether it rose or fell: −0.3 points")
    assert "Neither a change nor the absence of one worth noticing is shown." in text
    assert "no effect" not in text
    assert "no change" not in text
    swedish = plain(unsure.sentence("sv"))
    assert "det går inte att avgöra om värdet ökade eller minskade" in swedish
    assert "Data visar varken att något har förändrats" in swedish
    assert "ingen effekt" not in swedish


def test_no_change_worth_noticing_names_its_margin_and_the_sign() -> None:
    small = te.compare_paired(site(rise=3), "trust", margin=10, **WAVES)
    assert small.verdict == "no_change"
    text = plain(small.sentence("en"))
    assert text.startswith(
        "trust: no change worth noticing (a small rise): +2.7 points"
    )
    assert "The 90 % CI 1.3 to 4.1 lies inside ±10.0 points." in text
    assert "90 % KI 1,3 till 4,1 ligger inom ±10,0 poäng." in plain(
        small.sentence("sv")
    )


@pytest.mark.parametrize("scores", [site(), site().drop(columns="unit")])
def test_people_taken_as_independent_are_called_so(scores: pd.DataFrame) -> None:
    unit = None if "unit" in scores else "unit"
    change = te.compare_paired(scores, "trust", unit=unit, **WAVES)
    assert "treats people as independent" in change.sentence("en")
    assert "behandlas som oberoende" in change.sentence("sv")
    assert "treats people as independent" in str(change.because)
    assert change.n_units is None


def test_low_degrees_of_freedom_are_pointed_out() -> None:
    change = te.compare_paired(site(n_units=3, size=12), "trust", **WAVES)
    assert change.df == pytest.approx(2)
    assert "only 2.0 degrees of freedom" in change.sentence("en")
    assert "bara 2,0 frihetsgrader" in change.sentence("sv")


def test_missing_codes_and_movers_are_said_and_guarded() -> None:
    scores = site()
    scores.loc[0:2, "respondent"] = None
    scores.loc[
        scores["wave"].eq("2021") & scores["respondent"].eq("code 20"), "unit"
    ] = "ward 0"
    change = te.compare_paired(scores, "trust", **WAVES)
    assert (change.n_without_code, change.n_movers, change.n_pairs) == (3, 1, 45)
    text = change.sentence("en")
    assert "Fewer than 10 answers have no code and could not be linked." in text
    assert "Fewer than 10 people changed unit; they count where they began." in text
    assert "fewer than 10 only after" in text
    row = change.to_frame(guarded=True).iloc[0]
    assert row["n_without_code"] == row["n_after_only"] == "fewer than 10"
    assert row["left_out"] == (
        "answered only after: fewer than 10; no code to link by: fewer than 10"
    )
    assert row["n_units"] == row["n_clusters"] == 6


def test_partly_linked_gives_two_named_estimands() -> None:
    scores = site().drop(index=range(10))
    both = te.compare_overlapping(scores, "trust", **WAVES)
    assert "change of the workplace" in both[0].sentence("en")
    assert "arbetsplatsens förändring" in both[0].sentence("sv")
    assert "those who stayed" in both[1].sentence("en")
    swapped = te.compare_overlapping(scores, "trust", estimand="stayed", **WAVES)
    assert [type(one) for one in swapped] == [type(one) for one in both][::-1]
    alone = te.compare_overlapping(scores, "trust", unit=None, **WAVES)[0]
    assert "assumes linkage is unrelated to answers" in str(alone.method)


def test_too_few_links_leave_the_workplace_and_a_reason() -> None:
    scores = site()
    scores.loc[scores["wave"] == "2021", "respondent"] += " later"
    workplace, stayed = te.compare_overlapping(scores, "trust", **WAVES)
    assert workplace.n_people == 96
    assert isinstance(stayed, NotAnswered)
    assert "Nobody could be linked between the two waves." in stayed.sentence("en")
    assert "Ingen kunde kopplas" in stayed.sentence("sv")
    with pytest.raises(TooFewAnswers, match="Too few linked answers"):
        te.compare_overlapping(scores, "trust", estimand="stayed", **WAVES)


def test_unlinked_waves_are_never_called_paired() -> None:
    found = te.compare_waves(site(), "trust", **WAVES)
    text = found.sentence("en")
    assert "48 answered before and 48 after, in 6 units; they are not linked." in text
    assert "not a change within people" in text
    assert "paired" not in f"{text} {found.method} {found.question}"
    assert "inte en förändring hos samma personer" in found.sentence("sv")


def test_two_arms_are_said_with_the_units_of_each() -> None:
    scores = site(n_units=12)
    scores.loc[(scores["wave"] == "2021") & scores["treated"], "trust"] += 9
    found = te.compare_adjusted(scores, "trust", assigned="unit", **WAVES)
    text = plain(found.sentence("en"))
    assert text.startswith(
        "trust rose with the reform, set against the comparison: +8.5 points"
    )
    assert "Units with the reform: 6 (48 people); without it: 6 (48 people)." in text
    assert "ökade med reformen, jämfört med jämförelsegruppen" in found.sentence("sv")
    assert found.d_ppc2 is not None
    assert found.d_ppc2 > 0
    assert found.d_ppc2_df == 94


def test_shares_are_said_in_percentage_points() -> None:
    found = te.compare_shares(site(), "q1", top=(4, 5), unit=None, **WAVES)
    text = plain(found.sentence("en"))
    assert "percentage points (95 % CI" in text
    assert "48 answered before and 48 after, 48 of them both times." in text
    assert "procentenheter (95 % KI" in plain(found.sentence("sv"))
    assert found.amount(0.05, "sv", sign=True) == "+5,0 procentenheter"


def test_a_column_of_zero_and_one_needs_no_top() -> None:
    scores = site().assign(q1=lambda rows: (rows["q1"] >= 4).astype(int))
    one = te.compare_shares(scores, "q1", **WAVES)
    two = te.compare_shares(site(), "q1", top=4, **WAVES)
    assert one == replace(two, top=(), alternatives=one.alternatives)


def test_a_list_of_one_code_is_that_code_and_a_number_is_the_lowest_that_counts() -> (
    None
):
    rows = site()
    for top, counts in (((3,), rows["q1"] == 3), (3, rows["q1"] >= 3)):
        found = te.compare_shares(rows, "q1", top=top, **WAVES)
        expected = te.compare_shares(rows.assign(q1=counts * 1.0), "q1", **WAVES)
        assert found.mean_before == expected.mean_before
        assert found.interval == expected.interval


def test_under_twenty_people_a_share_has_the_exact_interval() -> None:
    scores = site(n_units=2, size=7)
    found = te.compare_shares(scores, "q1", top=(4, 5), unit=None, **WAVES)
    share = found.mean_before
    assert found.before_interval is not None
    from scipy.stats import binomtest

    exact = binomtest(round(share * 14), 14).proportion_ci()
    ends = (found.before_interval.low, found.before_interval.high)
    assert ends == pytest.approx((exact.low, exact.high))


def test_missing_answers_are_in_neither_count() -> None:
    scores = site()
    scores["q1"] = scores["q1"].astype(float)
    scores.loc[0:9, "q1"] = np.nan
    found = te.compare_shares(scores, "q1", top=(4, 5), **WAVES)
    assert (found.n_before, found.n_after) == (38, 48)


def test_the_floor_hides_everything_that_rests_on_too_few() -> None:
    change = te.compare_paired(site(n_units=2, size=5), "trust", **WAVES)
    hidden = replace(change, n_people=9, n_pairs=9)
    assert (
        hidden.sentence("en") == "trust: not shown, it rests on fewer than 10 people."
    )
    row = hidden.to_frame(guarded=True).iloc[0]
    shown = [row[name] for name in row.index if isinstance(row[name], float)]
    assert [value for value in shown if not np.isnan(value)] == []
    assert row["alternatives"] == ""
    assert (row["n_people"], row["n_pairs"]) == ("fewer than 10", None)


def test_alternatives_are_findings_one_can_tabulate() -> None:
    change = te.compare_paired(site(size=12), "trust", **WAVES)
    table = te.tabulate([change, *change.alternatives])
    methods = [f.method.key.split("_")[1] for f in change.alternatives if f.method]
    assert methods == ["unit", "cr3", "wild", "webb"]
    assert table["average"].tolist() == ["people", "units", *["people"] * 3]
    assert table["estimate"].round(9).nunique() == 1
    cell = plain(str(table["alternatives"][0]))
    assert cell.startswith("t over the changes of the units, the change of those who")


def test_source_is_read_and_marked() -> None:
    scores = site().assign(source="synthetic")
    change = te.compare_paired(scores, "trust", **WAVES)
    assert change.sentence("en").endswith("(Synthetic data.)")
    bare = te.compare_paired(scores.drop(columns="source"), "trust", **WAVES)
    assert bare.source == "unstated"


def test_the_callers_frame_is_never_changed() -> None:
    scores = site()
    before = scores.copy(deep=True)
    te.compare_overlapping(scores, "trust", **WAVES)
    te.compare_adjusted(scores, "trust", assigned="unit", **WAVES)
    te.compare_shares(scores, "q1", top=(4, 5), **WAVES)
    pd.testing.assert_frame_equal(scores, before)


def test_polars_and_years_as_numbers_give_the_same() -> None:
    import polars as pl

    scores = site()
    years = scores.assign(wave=scores["wave"].astype(int))
    polars_years = pl.DataFrame(years.to_dict("list"))
    change = te.compare_paired(scores, "trust", **WAVES)
    assert te.compare_paired(polars_years, "trust", **WAVES) == change
    share = te.compare_shares(scores, "q1", top=(4, 5), **WAVES)
    assert te.compare_shares(polars_years, "q1", top=(4, 5), **WAVES) == share


# ---- several outcomes ----------------------------------------------------------


def paired(estimate: float, p: float, **fields: Any) -> PairedChange:
    low, high = (0.1, 2.0) if p < 0.05 else (-1.0, 2.0)
    return PairedChange(
        scale="trust", before="2019", after="2021", mean_before=50.0,
        mean_after=50.0 + estimate, estimate=estimate, standard_error=0.5,
        interval=Interval(low, high), p_value=p, n_people=40, n_pairs=40,
        n_before_only=0, n_after_only=0, source="real", **fields,
    )  # fmt: skip


def test_adjusted_findings_have_new_p_and_new_verdict() -> None:
    refused = NotAnswered(
        scale="calm", asked="paired change", reason=phrase("comparison.reason_one_unit")
    )
    family = [paired(1.0, 0.03, verdict="rose"), refused, paired(1.0, 0.01)]
    out = te.adjust_p_values(family)
    assert out[1] is refused
    assert [out[0].p_value, out[2].p_value] == pytest.approx([0.03, 0.02])
    assert [out[0].verdict, out[2].verdict] == ["rose", "rose"]
    both = te.adjust_p_values([paired(1.0, 0.03, verdict="rose"), paired(1.0, 0.2)])
    assert both[0].verdict == "cannot_tell"
    assert both[0].p_value == pytest.approx(0.06)
    assert both[0].adjusted == "holm"
    text = both[0].sentence("en")
    assert "p = 0.060 after adjustment for several outcomes (Holm)." in text
    assert "p = 0,060 efter justering" in both[0].sentence("sv")


def test_equivalence_is_adjusted_too() -> None:
    narrow = Interval(-0.3, 0.9, 0.9)
    close = {
        "margin": 1.0, "equivalence_interval": narrow, "verdict": "no_change",
    }  # fmt: skip
    family = [
        paired(0.3, 0.6, p_equivalence=0.03, **close),
        paired(0.3, 0.6, p_equivalence=0.001, **close),
    ]
    holm = te.adjust_p_values(family)
    assert [one.p_equivalence for one in holm] == pytest.approx([0.03, 0.002])
    more = te.adjust_p_values([*family, family[0], family[0]])
    assert [one.verdict for one in more][:2] == ["cannot_tell", "no_change"]
    bh = te.adjust_p_values(family, method="benjamini-hochberg")
    assert bh[1].p_equivalence == pytest.approx(0.002)
    assert "Benjamini–Hochberg" in bh[0].sentence("en")


def test_small_adjusted_p_is_not_written_as_zero() -> None:
    one = te.adjust_p_values([paired(1.0, 1e-7, verdict="rose")])[0]
    assert "p < 0.001 after adjustment" in one.sentence("en")


def test_adjusting_nothing_or_twice_is_refused() -> None:
    with pytest.raises(DataProblem, match="There are no p values to adjust"):
        te.adjust_p_values(Findings())
    once = te.adjust_p_values([paired(1.0, 0.01)])
    with pytest.raises(DataProblem, match="Some p values were adjusted before"):
        te.adjust_p_values(once)
    with pytest.raises(DataProblem, match="'method' is not an option"):
        te.adjust_p_values(once, method="bonferroni")  # type: ignore[arg-type]


# ---- refusals -------------------------------------------------------------------


def reason_of(ask: Callable[[], object]) -> tuple[str, str]:
    """Return the error's text and its reason in Swedish."""
    with pytest.raises(TooFewAnswers) as caught:
        ask()
    error = caught.value
    lines = str(error).splitlines()
    assert len(lines) == 4
    assert [line[:12] for line in lines[1:]] == [
        "  expected: ", "  found:    ", "  to fix:   ",
    ]  # fmt: skip
    return str(error), phrase(error.reason, **error.values).say("sv")


def test_too_few_pairs() -> None:
    scores = site(n_units=2, size=4)
    text, reason = reason_of(lambda: te.compare_paired(scores, "trust", **WAVES))
    assert text == (
        "Too few linked answers to compare 'trust'.\n"
        "  expected: at least 10 people with a score in both waves\n"
        "  found:    8 (rows with a score: 8 in '2019', 8 in '2021')\n"
        "  to fix:   check the respondent codes, or use compare_waves for unlinked "
        "answers"
    )
    assert reason == "Färre än 10 personer svarade båda gångerna."
    assert te.compare_paired(scores, "trust", k_min=5, **WAVES).n_pairs == 8


def test_no_overlap() -> None:
    scores = site().drop(columns="respondent")
    text, reason = reason_of(lambda: te.compare_paired(scores, "trust", **WAVES))
    assert "found:    0 (rows with a score: 48 in '2019', 48 in '2021')" in text
    assert reason == "Ingen kunde kopplas mellan de två mätningarna."


def test_a_wave_that_is_not_there() -> None:
    scores = site()[lambda rows: rows["wave"] == "2021"]
    for compare in (te.compare_paired, te.compare_overlapping, te.compare_waves):
        text, reason = reason_of(lambda: compare(scores, "trust", **WAVES))  # noqa: B023
        assert "There are no rows from wave '2019'." in text
        assert "found:    waves '2021'" in text
        assert reason == "Det finns inga svar från mätning 2019."


def test_one_unit() -> None:
    scores = site(n_units=1, size=20)
    for compare in (te.compare_paired, te.compare_overlapping, te.compare_waves):
        text, reason = reason_of(lambda: compare(scores, "trust", **WAVES))  # noqa: B023
        assert "One unit cannot say how much units differ." in text
        assert "unit=None" in text
        assert reason.startswith("Alla svar kommer från en enhet")


def test_no_variance() -> None:
    scores = site().assign(trust=50.0)
    for compare in (te.compare_paired, te.compare_overlapping, te.compare_waves):
        for unit in ("unit", None):
            text, reason = reason_of(
                lambda: compare(scores, "trust", unit=unit, **WAVES)  # noqa: B023
            )
            assert "The changes do not vary" in text
            assert reason.startswith("Alla förändrades lika mycket")


def test_a_wave_with_too_few() -> None:
    scores = site()
    few = scores[(scores["wave"] == "2019") | (scores.index % 12 == 0)]
    text, reason = reason_of(lambda: te.compare_waves(few, "trust", **WAVES))
    assert "found:    4 in '2021'" in text
    assert reason == "Färre än 10 personer svarade i mätning 2021."


def test_one_unit_with_the_reform_gets_no_standard_error() -> None:
    scores = site(size=12)
    one = scores.assign(treated=scores["unit"] == "ward 0")
    text, reason = reason_of(
        lambda: te.compare_adjusted(one, "trust", assigned="unit", **WAVES)
    )
    assert "found:    1 with the reform, 5 without it" in text
    assert "or 1 beside at least 19" in text
    assert reason.startswith("Färre än två grupper med reformen")
    other = scores.assign(treated=scores["unit"] != "ward 0")
    _, reason = reason_of(
        lambda: te.compare_adjusted(other, "trust", assigned="unit", **WAVES)
    )
    assert reason.startswith("Färre än två grupper utan reformen")


def test_an_arm_with_too_few_people() -> None:
    scores = site(n_units=6, size=3)
    text, reason = reason_of(
        lambda: te.compare_adjusted(scores, "trust", assigned="unit", **WAVES)
    )
    assert "found:    9 in the smallest" in text
    assert reason.startswith("Färre än 10 personer svarade i någon av grupperna")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"margin": -5}, "found:    -5"),
        ({"margin": 0}, "found:    0"),
        ({"margin": float("nan")}, "found:    nan"),
        ({"margin": "5"}, "found:    a str"),
        ({"margin": True}, "found:    a bool"),
        ({"level": 95}, "The level of an interval lies between 0 and 1"),
        ({"level": "high"}, "found:    a str"),
        ({"average": "teams"}, "'average' is not an option"),
        ({"k_min": 3}, "The floor for what may be shown is too low"),
        ({"unit": "team"}, "lacks a column"),
        ({"unit": None, "average": "units"}, "There are no units to average over"),
        ({"after": "2019"}, "A wave cannot be compared with itself"),
    ],
)
def test_options_that_cannot_be_right(options: dict[str, Any], says: str) -> None:
    with pytest.raises(DataProblem) as caught:
        te.compare_paired(site(), "trust", **{**WAVES, **options})
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda s: s.assign(treated="yes"), "another value in 6 of 6 units"),
        (lambda s: s.drop(columns="treated"), "lacks a column"),
        (
            lambda s: s.assign(treated=s["wave"] == "2021"),
            "'treated' is not the same for every row of a unit",
        ),
    ],
)
def test_arms_that_cannot_be_read(
    change: Callable[[pd.DataFrame], pd.DataFrame], says: str
) -> None:
    with pytest.raises(DataProblem) as caught:
        te.compare_adjusted(change(site()), "trust", assigned="unit", **WAVES)
    assert says in str(caught.value)


def test_an_assigned_group_in_both_arms_is_refused() -> None:
    scores = site().assign(area=lambda rows: rows["unit"].isin(["ward 0", "ward 5"]))
    with pytest.raises(DataProblem, match="'treated' varies within 'area'"):
        te.compare_adjusted(scores, "trust", assigned="area", **WAVES)


def test_units_and_assigned_groups_that_cross_are_refused() -> None:
    scores = site().assign(area=lambda rows: rows.index % 2)
    with pytest.raises(DataProblem, match="'area' and 'unit' cross each other"):
        te.compare_paired(scores, "trust", assigned="area", **WAVES)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"top": "high"}, "found:    text"),
        ({"top": ()}, "'top' does not say which answers count"),
        ({"top": (4, "5")}, "'top' does not say which answers count"),
        ({"top": (4, float("nan"))}, "'top' holds a missing value"),
        ({}, "'q1' holds other values than 0 and 1"),
        ({"top": (4, 5), "margin": 5}, "The margin of a share lies between 0 and 1"),
        ({"top": (4, 5), "estimand": "all"}, "'estimand' is not an option"),
    ],
)
def test_shares_that_cannot_be_read(options: dict[str, Any], says: str) -> None:
    with pytest.raises(DataProblem) as caught:
        te.compare_shares(site(), "q1", **WAVES, **options)
    assert says in str(caught.value)


def test_answers_in_words_are_refused_without_quoting_them() -> None:
    scores = site().assign(q1="my boss listens")
    with pytest.raises(DataProblem) as caught:
        te.compare_shares(scores, "q1", top=(4, 5), **WAVES)
    assert "The answers to 'q1' are not numbers." in str(caught.value)
    assert "listens" not in str(caught.value)


def test_repeated_keys_are_named_by_position() -> None:
    scores = pd.concat([site(), site().iloc[[3]]])
    with pytest.raises(DataProblem) as caught:
        te.compare_paired(scores, "trust", **WAVES)
    assert "row positions 3, 96" in str(caught.value)
    assert "code 3" not in str(caught.value)


def test_an_infinite_score_is_refused() -> None:
    scores = site()
    scores.loc[3, "trust"] = np.inf
    with pytest.raises(DataProblem, match="Some scores of 'trust' are not finite"):
        te.compare_paired(scores, "trust", **WAVES)


def test_a_summary_of_another_question_is_refused() -> None:
    from tillit_eval.summaries import summarise_change

    summary = summarise_change(site(), "trust", **WAVES)
    with pytest.raises(DataProblem, match="The summary is of another question"):
        te.compare_paired(summary, "trust", before="2021", after="2019")
    with pytest.raises(DataProblem, match="lacks a column"):
        te.compare_adjusted(summary, "trust", assigned="unit", **WAVES)


def test_questions_have_names_of_their_own() -> None:
    names = {PairedChange.question, AdjustedChange.question, ShareChange.question}
    assert len(names) == 3


def test_alternatives_are_adjusted_as_if_each_stood_in_the_place_of_the_first() -> None:
    scores = site(size=12)
    scores["other"] = scores["trust"].iloc[::-1].to_numpy()
    family = [
        te.compare_paired(scores, scale, margin=4.0, **WAVES)
        for scale in ("trust", "other")
    ]
    after = te.adjust_p_values(family)
    raised = []
    for place, one in enumerate(family):
        wild = one.alternatives[2]
        mixed = list(family)
        mixed[place] = replace(wild, alternatives=Findings())
        alone = te.adjust_p_values(mixed)[place]
        beside = after[place].alternatives[2]
        assert (beside.p_value, beside.verdict) == (alone.p_value, alone.verdict)
        assert (beside.p_equivalence, beside.adjusted) == (alone.p_equivalence, "holm")
        raised.append(beside.p_equivalence > wild.p_equivalence)
    assert any(raised)

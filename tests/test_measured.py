"""The gate: a comparison of means says what it knows of the scale, everywhere."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tillit_eval as te
from tillit_eval.comparison import ShareChange
from tillit_eval.disclosure.spreads import numbers_over_units
from tillit_eval.errors import DataProblem
from tillit_eval.figures import alt_text, figure_data, plot_forest, plot_truth
from tillit_eval.findings import (
    STATES,
    Change,
    Finding,
    Findings,
    MeasurementState,
    measured_in_words,
    measured_mark,
    measured_notes,
    supports_means,
    weakest_state,
)
from tillit_eval.phrases import LANGUAGES, Language, Phrase, phrase
from tillit_eval.plan import GuardRail
from tillit_eval.synthesis import (
    assess_influence,
    combine_findings,
    combine_outcomes,
    compare_sites,
    judge_sites,
    rank_sites,
)
from tillit_eval.tables import display_frame, display_notes, table_verdicts

WAVES = {"before": "2019", "after": "2021"}
MARKS = {
    "not_examined": "\u2020",
    "cannot_tell": "\u2021",
    **dict.fromkeys(("not_configural", "configural", "metric"), "\u00a7"),
    "partial_scalar": "\u00b6",
    **dict.fromkeys(("scalar", "strict"), ""),
}
YS = (1.0, 2.0, 3.5, 2.0, 4.0, 1.0)
SIGNS = "†‡§¶"
FEW = phrase("invariance.few_people", n=200)
states = pytest.mark.parametrize("state", STATES)


@dataclass(frozen=True)
class Stub:
    """What `assess_invariance` returns, as far as a comparison asks."""

    scale: str = "trust"
    conditions: tuple[str, ...] = ("2019", "2021")
    over: str = "waves"
    state: MeasurementState = "scalar"
    because: Phrase | None = None
    released: tuple[str, ...] = ()
    n_items: int = 3


def scores(seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    one = pd.DataFrame({"respondent": range(60), "unit": np.arange(60) % 12})
    both = [
        one.assign(wave=wave, trust=rng.normal(60, 10, 60).round(), q1=3)
        for wave in ("2019", "2021")
    ]
    table = pd.concat(both, ignore_index=True)
    return table.assign(treated=table["unit"] < 6, source="real", site="a")


def change(site: str = "a", estimate: float = 2.0, **more: object) -> Change:
    values = {
        "scale": "trust",
        **WAVES,
        "standard_error": 1.0,
        "interval": te.findings.Interval(estimate - 2, estimate + 2),
        "p_value": 0.04,
        "n_people": 90,
        "source": "real",
        "role": "primary",
        "verdict": "rose",
    }
    return Change(site=site, estimate=estimate, **(values | more))


def sites(*known: MeasurementState) -> list[Change]:
    return [
        change(site, y, measured=state)
        for site, y, state in zip("abcdef", YS, known, strict=False)
    ]


def everything(**told: object) -> list[Finding]:
    """Return one finding of each comparison of means."""
    rows, by = scores(), {**WAVES, **told}
    return [
        te.compare_paired(rows, "trust", **by),
        te.compare_waves(rows, "trust", **by),
        *te.compare_overlapping(rows, "trust", **by),
        te.compare_adjusted(rows, "trust", assigned="unit", **by),
        compare_sites(rows, "trust", **by)[0],
    ]


# ---- every comparison carries it -------------------------------------------------


@states
def test_every_comparison_says_it_in_sentence_and_frame(
    state: MeasurementState,
) -> None:
    for found in everything(measured=Stub(state=state, because=FEW)):
        assert found.measured == state
        assert found.to_frame()["measured"].tolist() == [state]
        for lang in LANGUAGES:
            words = measured_in_words(state, found.measured_because, lang)
            assert words
            assert words in found.sentence(lang)


def test_what_nobody_examined_is_said_to_be_so() -> None:
    for found in everything():
        assert found.measured == "not_examined"
        told = "Whether the scale measures the same both times was not examined."
        assert told in found.sentence("en")
        told = "Om skalan mäter samma sak båda gångerna har inte undersökts."
        assert told in found.sentence("sv")


def test_the_other_average_and_methods_carry_it_too() -> None:
    found = te.compare_paired(scores(), "trust", measured=Stub(), **WAVES)
    assert {other.measured for other in found.alternatives} == {"scalar"}
    assert len(found.alternatives)


def test_reasons_and_released_items_are_said() -> None:
    few = Stub(state="cannot_tell", because=FEW)
    found = te.compare_waves(scores(), "trust", measured=few, **WAVES)
    assert (
        "Whether the scale measures the same both times cannot be told. Fewer than "
        "200 people answered all of its items in one of the waves."
    ) in found.sentence("en")
    for n_items, told in ((1, "It is a single item."), (2, "fewer than 3 items.")):
        because = phrase("invariance.few_items", n=3)
        none = Stub(state="cannot_tell", because=because, n_items=n_items)
        found = te.compare_waves(scores(), "trust", measured=none, **WAVES)
        assert told in found.sentence("en")
    part = Stub(state="partial_scalar", released=("q2",))
    found = te.compare_waves(scores(), "trust", measured=part, **WAVES)
    assert (
        "Nothing weighty speaks against the scale measuring the same both times but "
        "for 1 of 3 items, where part of the change may lie (partial scalar step)."
    ) in found.sentence("en")
    assert found.to_frame()["measured_because"].tolist() == ["1 of 3 items"]


def test_no_step_is_said_to_hold() -> None:
    for state in STATES:
        for lang in LANGUAGES:
            words = measured_in_words(state, None, lang).lower()
            assert "invariance holds" not in words
            assert "invarians" not in words or "gäller" not in words
            if supports_means(state):
                careful = "nothing weighty speaks against"
                if lang == "sv":
                    careful = "inget som väger tungt talar mot"
                assert words.startswith(careful)


def test_what_is_only_stated_is_said_to_be_so() -> None:
    found = te.compare_waves(scores(), "trust", measured="scalar", **WAVES)
    told = (
        "That the scale measures the same both times (scalar step) is stated, not "
        "examined here."
    )
    assert told in found.sentence("en")
    assert measured_mark(found) == ""
    found = te.compare_waves(scores(), "trust", measured="cannot_tell", **WAVES)
    assert "the same both times cannot be told. " in found.sentence("en")


def test_a_share_is_no_mean_of_a_scale() -> None:
    rows = scores().assign(q1=lambda t: 1 + (t["trust"] % 5).astype(int))
    found = te.compare_shares(rows, "q1", top=(4, 5), **WAVES)
    assert isinstance(found, ShareChange)
    assert found.measured is None
    assert "scale measures" not in found.sentence("en")
    assert measured_mark(found) == ""
    assert measured_notes([found]) == []


# ---- what does not fit is refused ------------------------------------------------


def refusal(measured: object) -> str:
    with pytest.raises(DataProblem) as raised:
        te.compare_waves(scores(), "trust", measured=measured, **WAVES)
    return str(raised.value)


def test_another_scale_is_refused() -> None:
    assert refusal(Stub(scale="hope")) == (
        "Another comparison was examined than the one that is made.\n"
        "  expected: scale 'trust' in waves '2019', '2021'\n"
        "  found:    scale 'hope' in '2019', '2021'\n"
        "  to fix:   examine the scale and the waves that are compared"
    )


def test_other_waves_and_groups_are_refused() -> None:
    told = refusal(Stub(conditions=("2019", "2023")))
    assert "  expected: scale 'trust' in waves '2019', '2021'\n" in told
    assert "  found:    scale 'trust' in '2019', '2023'\n" in told
    told = refusal(Stub(conditions=("a small place", "another"), over="groups"))
    assert "  found:    scale 'trust' in 2 groups\n" in told


def test_waves_of_several_groups_are_waves() -> None:
    names = ("a, 2019", "a, 2021", "b, 2019", "b, 2021")
    told = Stub(conditions=names)
    assert te.compare_waves(scores(), "trust", measured=told, **WAVES).measured


@pytest.mark.parametrize(
    ("given", "found"), [("sclar", "'sclar'"), (3, "an int"), (True, "a bool")]
)
def test_something_else_is_refused(given: object, found: str) -> None:
    assert refusal(given) == (
        "This does not say whether the scale measures the same.\n"
        "  expected: what assess_invariance returns, or one of 'not_examined', "
        "'cannot_tell', 'not_configural', 'configural', 'metric', 'partial_scalar', "
        "'scalar', 'strict'\n"
        f"  found:    {found}\n"
        "  to fix:   give measured=te.assess_invariance(...), or leave it out"
    )


# ---- marks -----------------------------------------------------------------------


@states
def test_tables_mark_what_has_no_support(state: MeasurementState) -> None:
    one, mark = change(measured=state), MARKS[state]
    for lang in LANGUAGES:
        name = display_frame([one], lang=lang).iloc[0, 0]
        assert name == "trust" + ("\u202f" + mark if mark else "")
        (note,) = display_notes([one], lang=lang)
        assert note.startswith(f"{mark} ") == bool(mark)


@pytest.mark.parametrize(
    ("state", "lang"), [("metric", "en"), ("cannot_tell", "sv"), ("scalar", "en")]
)
def test_figures_mark_what_has_no_support(
    state: MeasurementState, lang: Language
) -> None:
    one, mark = change(measured=state), MARKS[state]
    (note,) = measured_notes([one], lang)
    for ax in (
        te.plot_changes([one], lang=lang),
        plot_forest([one], lang=lang),
        plot_truth([one], {"a": 1.0}, lang=lang),
    ):
        (label,) = (text.get_text() for text in ax.get_yticklabels())
        assert label.endswith(mark)
        assert any(sign in label for sign in SIGNS) == bool(mark)
        assert note in ax.get_xlabel().replace("\n", " ")
        assert note in alt_text(ax, lang)
    assert figure_data(te.plot_changes([one]))["measured"].tolist() == [state]


def test_notes_below_a_figure_take_no_room_from_its_rows() -> None:
    known = ("metric", "not_examined", "cannot_tell", "scalar")
    rows = [change(measured=state) for state in known]
    shares = [replace(one, measured=None) for one in rows]
    high, low = (te.plot_changes(one) for one in (rows, shares))
    for ax in (high, low):
        ax.figure.canvas.draw()
    inches = [
        ax.get_position().height * ax.figure.get_figheight() for ax in (high, low)
    ]
    assert inches[0] > 0.9 * inches[1]


def test_each_mark_is_explained_once_and_no_mark_too() -> None:
    known = ("metric", "not_examined", "cannot_tell", "configural", "scalar")
    known += ("partial_scalar",)
    notes = display_notes([change(measured=state) for state in known], lang="en")
    assert notes == [
        "† Not examined whether the scale measures the same both times.",
        "‡ It cannot be told whether the scale measures the same both times.",
        "§ Not one and the same measure both times, so the means are not comparable.",
        "¶ The same measure both times but for single items, where part of the change "
        "may lie.",
        "Unmarked: nothing weighty speaks against the same measure both times.",
    ]


@states
def test_the_matrix_of_verdicts_marks_it(state: MeasurementState) -> None:
    rail = GuardRail(
        scale="care",
        site="a",
        role="guard_rail",
        **WAVES,
        estimate=0.0,
        interval=te.findings.Interval(-1.0, 1.0),
        margin=5.0,
        desired="up",
        held="held",
        n_people=80,
        measured=state,
    )
    verdicts = judge_sites([rail, change(measured=state)])
    mark = MARKS[state]
    for cell in verdicts.matrix("en").iloc[0]:
        assert cell.endswith(mark)
        assert any(sign in cell for sign in SIGNS) == bool(mark)
    page = table_verdicts(verdicts, lang="sv").as_raw_html()
    assert measured_notes([rail], "sv")[0] in page
    assert measured_in_words(state, None, "en") in rail.sentence("en")


def test_a_verdict_that_is_not_shown_has_no_mark() -> None:
    verdicts = judge_sites([change(n_people=4)])
    assert verdicts.matrix("en").iloc[0].tolist() == ["not shown"]
    assert len(verdicts.notes("en")) == 1


# ---- several sites ---------------------------------------------------------------


def test_a_pooled_number_says_how_many_have_support() -> None:
    known = ("scalar", "metric", "strict", "cannot_tell", "not_examined", "scalar")
    pooled = combine_findings(sites(*known))
    assert (pooled.k_supported, pooled.k, pooled.measured) == (3, 6, "metric")
    assert (
        "Nothing weighty speaks against the scale measuring the same both times in 3 "
        "of 6 comparisons (not examined in 1; cannot be told in 1; not one and the "
        "same in 1)."
    ) in pooled.sentence("en")
    assert (
        "skalan mäter samma sak båda gångerna i 3 av 6 jämförelser (inte undersökt i "
        "1; går inte att avgöra i 1; inte ett och samma i 1)."
    ) in pooled.sentence("sv")
    assert pooled.to_frame()["k_supported"].tolist() == [3]
    assert pooled.tabulate_sites()["measured"].tolist() == [*known]
    names = [text.get_text() for text in plot_forest(pooled).get_yticklabels()]
    assert names[:7] == [
        *("a", "b\u202f§", "c", "d\u202f‡", "e\u202f†", "f", "6 sites together\u202f§")
    ]
    said = alt_text(plot_forest(pooled), "en")
    assert all(note in said for note in measured_notes(pooled.pooled, "en"))


def test_all_or_none_is_said_shorter() -> None:
    pooled = combine_findings(sites(*["scalar"] * 4))
    assert "same both times in all 4 comparisons." in pooled.sentence("en")
    assert measured_mark(pooled) == ""
    pooled = combine_findings(sites(*["not_examined"] * 4))
    told = "Whether the scale measures the same both times was not examined. "
    assert told in pooled.sentence("en")
    assert pooled.k_supported == 0
    pooled = combine_findings(sites("scalar", "partial_scalar", "strict"))
    assert (
        "same both times in all 3 comparisons, in 1 of them but for single items."
    ) in pooled.sentence("en")
    assert pooled.k_supported == 3
    pooled = combine_findings(sites(*["cannot_tell"] * 3))
    assert (
        "None of the 3 comparisons rests on a scale that is known to measure the same "
        "both times (cannot be told in 3)."
    ) in pooled.sentence("en")


def test_shares_pooled_are_not_marked() -> None:
    shares = [
        replace(one, measured=None, unit_of_measure="share")
        for one in sites(*["scalar"] * 4)
    ]
    pooled = combine_findings(shares)
    assert (pooled.measured, pooled.k_supported) == (None, None)
    assert "comparisons" not in pooled.sentence("en")


def test_what_rests_on_the_number_is_marked_as_it_is() -> None:
    pooled = combine_findings(sites("scalar", "metric", "scalar", "scalar"))
    for one in (*assess_influence(pooled), *rank_sites(pooled)):
        assert one.measured == "metric"
        assert display_frame([one]).iloc[0, 0].endswith("§")


def test_a_family_counts_its_comparisons() -> None:
    both = [
        replace(one, scale=scale, estimate=one.estimate + by)
        for one in sites(*["scalar"] * 3, "cannot_tell", "scalar")
        for scale, by in (("trust", 0.0), ("voice", 0.5))
    ]
    family = combine_outcomes(both, name="both")
    assert (family.k_supported, family.k) == (8, 5)
    assert "in 8 of 10 comparisons (cannot be told in 2)" in family.sentence("en")


@given(st.lists(st.sampled_from([*STATES, None]), max_size=6))
@settings(max_examples=60, deadline=None)
def test_together_never_say_more_than_the_weakest(
    known: list[MeasurementState | None],
) -> None:
    least = weakest_state(known)
    there = [state for state in known if state is not None]
    assert (least is None) == (not there)
    if there:
        assert supports_means(least) == all(map(supports_means, there))
    notes = measured_notes([change(measured=state) for state in known], "en")
    marks = {measured_mark(change(measured=state)) for state in known} - {""}
    assert {note[0] for note in notes if note[0] in SIGNS} == {m[-1] for m in marks}
    assert bool(marks) == any(MARKS[state] for state in there)


def test_adjusting_and_guarding_keep_it() -> None:
    both = Findings(sites("metric", "scalar"))
    adjusted = te.adjust_p_values(both)
    assert [one.measured for one in adjusted] == ["metric", "scalar"]
    guarded = te.protect_findings(adjusted)
    assert [getattr(one, "measured", "") for one in guarded] == ["metric", "scalar"]


def test_the_ledger_reads_nothing_of_people_in_it() -> None:
    one = te.compare_paired(scores(), "trust", **WAVES)
    known = [replace(one, measured=state, measured_because=FEW) for state in STATES]
    told = {numbers_over_units(each, averages=True, methods=True) for each in known}
    assert told == {numbers_over_units(one, averages=True, methods=True)}
    hidden = replace(one, n_people=4).to_frame(guarded=True).iloc[0]
    assert hidden[["estimate", "interval_low", "p_value"]].isna().all()
    assert hidden["measured"] == "not_examined"

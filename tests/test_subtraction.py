"""What is hidden must not follow from what is shown beside it."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest

import tillit_eval as te
from tillit_eval.disclosure import guard_findings, protect_findings
from tillit_eval.findings import Change, Estimate, Finding, Findings, NotAnswered
from tillit_eval.phrases import say
from tillit_eval.quality import assess_attrition, assess_share

WAVES = {"before": "2019", "after": "2021"}


def waves(n: int, only_before: int = 0, only_after: int = 0) -> pd.DataFrame:
    """Draw two waves of n linked people and a few met once."""
    rng = np.random.default_rng(6)
    first = [*range(n), *range(n, n + only_before)]
    second = [*range(n), *range(900, 900 + only_after)]
    who = np.array([*first, *second])
    return pd.DataFrame(
        {
            "respondent": who,
            "wave": ["2019"] * len(first) + ["2021"] * len(second),
            "trust": rng.normal(60, 10, len(who)).round(1),
            "agrees": (rng.random(len(who)) < 0.5).astype(float),
            "source": "real",
        }
    )


def row_of(finding: Finding) -> pd.Series:
    return finding.to_frame(guarded=True).iloc[0]


@pytest.mark.parametrize(("before", "after"), [(3, 0), (0, 3), (9, 30), (30, 1)])
@pytest.mark.parametrize("estimand", ["workplace", "stayed"])
def test_two_estimands_that_differ_by_few_people_are_not_both_shown(
    before: int, after: int, estimand: str
) -> None:
    """The mean of 53 less the mean of 50 of them is the mean of three."""
    rows = waves(50, before, after)
    both = te.compare_overlapping(rows, "trust", estimand=estimand, **WAVES)  # type: ignore[arg-type]
    assert [one.is_shown for one in both] == [True, False]
    assert both[1].sentence("en") == (
        "trust: not shown. Beside the other change it would tell about fewer than 10 "
        "people."
    )
    swedish = say("comparison.hidden_beside", "sv", n=10)
    assert both[1].sentence("sv") == f"trust: visas inte. {swedish}"
    guarded = both.to_frame(guarded=True)
    names = ["estimate", "mean_before", "mean_after", "interval_low", "d_average"]
    assert guarded.loc[1, names].isna().all()
    assert guarded.loc[0, names].notna().all()
    drawn = guard_findings(both)
    assert isinstance(drawn[1], NotAnswered)
    assert drawn[1].reason.key == "comparison.hidden_beside"
    assert isinstance(both[1], Estimate)
    assert np.isfinite(both[1].estimate)  # the analyst still has it


def test_two_estimands_that_differ_by_many_or_by_none_are_shown() -> None:
    for rows in (waves(50, 10, 12), waves(50), waves(50, 0, 10)):
        both = te.compare_overlapping(rows, "trust", **WAVES)
        assert [one.is_shown for one in both] == [True, True]
    published = waves(50, 3).assign(source="published")
    both = te.compare_overlapping(published, "trust", **WAVES)
    assert [one.is_shown for one in both] == [True, True]


def test_a_wave_less_its_linked_people_is_not_a_small_count() -> None:
    change = te.compare_overlapping(waves(50, 3, 12), "trust", **WAVES)[0]
    row = row_of(change)
    assert row["n_before_only"] == "fewer than 10"
    assert (row["n_people"], row["n_after_only"]) == ("65", "12")
    assert row[["n_before", "n_after", "n_pairs"]].isna().all()
    whole = row_of(te.compare_overlapping(waves(50, 11, 12), "trust", **WAVES)[0])
    assert whole[["n_before", "n_pairs", "n_before_only"]].tolist() == [
        "61",
        "50",
        "11",
    ]


def test_a_share_does_not_tell_how_few_were_not_linked() -> None:
    few = te.compare_shares(waves(50, 3, 12), "agrees", **WAVES)
    assert "53 answered before and 62 after, some of them both times." in str(few)
    assert row_of(few)["n_pairs"] is None
    many = te.compare_shares(waves(50, 13, 12), "agrees", **WAVES)
    assert "63 answered before and 62 after, 50 of them both times." in str(many)
    swedish = say("comparison.people_shares_some", "sv", n_before="53", n_after="62")
    assert swedish in few.sentence("sv")


@pytest.mark.parametrize("agree", [0, 4, 36, 40])
def test_shares_with_a_few_people_on_one_side_are_not_shown(agree: int) -> None:
    """A share times the number asked is a count."""
    rows = waves(40)
    rows["agrees"] = (np.arange(80) % 2).astype(float)
    rows.loc[40:, "agrees"] = (np.arange(40) < agree).astype(float)
    found = te.compare_shares(rows, "agrees", **WAVES)
    assert found.sentence("en") == (
        "agrees: not shown. Fewer than 5 people are on one side of a share."
    )
    row = row_of(found)
    assert row[["mean_before", "mean_after", "after_interval_low"]].isna().all()
    assert row["verdict"] is None
    published = rows.assign(source="published")
    assert te.compare_shares(published, "agrees", **WAVES).is_shown
    rows.loc[40:, "agrees"] = (np.arange(40) < 5).astype(float)
    assert te.compare_shares(rows, "agrees", **WAVES).is_shown


def lost_by_arm(lost: dict[str | None, tuple[int, int]]) -> pd.DataFrame:
    """Build two waves in which so many of so many in each arm were lost."""
    rng = np.random.default_rng(1)
    arms = [arm for arm, (_, n) in lost.items() for _ in range(n)]
    stays = [i >= gone for gone, n in lost.values() for i in range(n)]
    first = pd.DataFrame(
        {"respondent": range(len(arms)), "wave": "2019", "arm": arms, "stays": stays}
    )
    rows = pd.concat([first, first[first["stays"]].assign(wave="2021")])
    return rows.assign(trust=rng.normal(60, 10, len(rows)), source="real")


def test_the_difference_of_hidden_arms_is_hidden_too() -> None:
    """Total, difference and whole numbers would give both arms' counts."""
    found = assess_attrition(
        lost_by_arm({"a": (8, 40), "b": (3, 30)}), scales=["trust"], arm="arm", **WAVES
    )
    assert found.differential is not None
    row = row_of(found)
    names = ["differential", "differential_interval_low", "differential_interval_high"]
    assert row[names].isna().all()
    assert row["share_lost"] == 11 / 70
    open_arms = assess_attrition(
        lost_by_arm({"a": (8, 40), "b": (6, 30)}), scales=["trust"], arm="arm", **WAVES
    )
    assert row_of(open_arms)[names].notna().all()


def test_people_without_an_arm_are_a_part_too() -> None:
    rows = lost_by_arm({"a": (8, 40), "b": (6, 30), None: (1, 3)})
    found = assess_attrition(rows, scales=["trust"], arm="arm", **WAVES)
    assert [arm.is_shown for arm in found.by_arm] == [False, False]
    assert found.is_shown


def test_counts_of_a_hidden_finding_do_not_tell_each_other() -> None:
    found = assess_attrition(lost_by_arm({"a": (7, 50)}), scales=["trust"], **WAVES)
    baseline = row_of(found.baseline_differences[0])
    assert baseline["n_people"] == "50"
    assert baseline[["n_lost", "n_stayed", "mean_lost"]].isna().all()
    share = row_of(assess_share(47, of=50, scale="done", source="real"))
    assert (share["n_people"], share["n_count"]) == ("50", None)


def test_figures_and_tables_hide_what_sentences_hide() -> None:
    """An item of an index that few answered; a share with three people aside."""
    share = assess_share(47, of=50, scale="done", source="real")
    guarded = protect_findings(share)
    assert isinstance(guarded[0], NotAnswered)
    assert guarded[0].reason.say("en").startswith("Fewer than 5 people are on one side")
    assert guarded[0].reason.key == "disclosure.reason_one_sided"
    assert guarded.ledger["shown"].tolist() == [False]
    stamped = replace(share, site="north", role="secondary", key="done")
    kept = protect_findings(stamped)[0]
    assert (kept.site, kept.role, kept.key) == ("north", "secondary", "done")


def test_five_people_aside_are_enough_and_four_are_not() -> None:
    shown = [
        assess_share(count, of=50, scale="done", source="real").is_shown
        for count in (0, 1, 4, 5, 45, 46, 49, 50)
    ]
    assert shown == [False, False, False, True, True, False, False, False]


def test_no_guarded_row_of_a_hidden_change_holds_a_number() -> None:
    found: Findings = te.compare_overlapping(waves(50, 3), "trust", **WAVES)
    hidden = found[1]
    assert isinstance(hidden, Change)
    row = row_of(hidden)
    kept = {"n_people", "n_units", "n_clusters", "floor"}
    numbers = {
        field.name
        for field in fields(hidden)
        if field.name in row.index
        and field.name not in kept
        and isinstance(row[field.name], (int, float))
        and row[field.name] == row[field.name]
    }
    assert numbers == set()


def nested(finding: Finding) -> list[Finding]:
    """Return a finding with all findings inside it."""
    inside = [getattr(finding, field.name) for field in fields(finding)]
    parts = [one for each in inside if isinstance(each, Findings) for one in each]
    return [finding, *(deep for one in parts for deep in nested(one))]


@pytest.mark.parametrize("source", ["real", "synthetic", "published", "mixed"])
def test_findings_within_findings_carry_the_source_and_the_floor(source: str) -> None:
    rows = waves(60, 20, 20)
    rows["unit"] = rows["respondent"] % 8
    rows["arm"] = np.where(rows["unit"] % 2 == 0, "a", "b")
    rows["treated"] = rows["unit"] % 2 == 0
    rows["other"] = rows["trust"].sample(frac=1, random_state=2).to_numpy()
    rows["source"] = "real" if source == "mixed" else source
    if source == "mixed":
        rows.loc[rows["wave"] == "2021", "source"] = "synthetic"
    ask = {"k_min": 12, **WAVES}
    items = ["trust", "other", "agrees"]
    found: list[Finding] = [
        te.compare_paired(rows, "trust", **ask),
        *te.compare_overlapping(rows, "trust", **ask),
        *te.compare_overlapping(rows, "trust", unit=None, **ask),
        te.compare_waves(rows, "trust", **ask),
        te.compare_adjusted(rows, "trust", assigned="unit", **ask),
        te.compare_shares(rows, "agrees", **ask),
        te.assess_attrition(rows, scales=["trust"], arm="arm", **ask),
        te.quality.assess_retest(rows, "trust", **ask),
        te.assess_alpha(rows, items, k_min=12),
        te.assess_omega(rows, ["trust", "other", "agrees"], k_min=12),
        *te.assess_items(rows, items, k_min=12),
        te.assess_aggregation(rows, ["trust"], k_min=12),
    ]
    every = [deep for one in found for deep in nested(one)]
    assert len(every) > len(found) + 8
    assert {(one.source, one.floor) for one in every} == {(source, 12)}
    few = te.compare_overlapping(waves(4, 30, 30).assign(source=source), "trust", **ask)
    if source != "published":
        assert isinstance(few[1], NotAnswered)
    assert {(one.source, one.floor) for one in few} == {(source, 12)}

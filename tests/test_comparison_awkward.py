"""Layouts and numbers that break formulas: answers stay right, or are refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import tillit_eval as te
from tillit_eval.comparison._effective import effective_people
from tillit_eval.phrases import say

WAVES = {"before": "2019", "after": "2021"}


def two_waves(before: np.ndarray, after: np.ndarray, units: int = 8) -> pd.DataFrame:
    """Put the scores of linked people below each other, in units of equal size."""
    n = len(before)
    return pd.DataFrame(
        {
            "respondent": [*range(n), *range(n)],
            "wave": ["2019"] * n + ["2021"] * n,
            "unit": [*(np.arange(n) % units), *(np.arange(n) % units)],
            "minutes": np.r_[before, after],
            "source": "real",
        }
    )


def asked_every_way(rows: pd.DataFrame) -> list[Any]:
    return [
        te.compare_paired(rows, "minutes", **WAVES),
        te.compare_paired(rows, "minutes", unit=None, **WAVES),
        te.compare_waves(rows, "minutes", **WAVES),
        te.compare_waves(rows, "minutes", unit=None, **WAVES),
        te.compare_overlapping(rows, "minutes", unit=None, **WAVES)[0],
    ]


@pytest.mark.parametrize(("far", "spread"), [(1e6, 10.0), (1e6, 1.0), (1.6e9, 1e3)])
def test_scores_far_from_zero_keep_their_digits(far: float, spread: float) -> None:
    """Variances from raw squares would be wrong from the fifth digit on, or zero."""
    rng = np.random.default_rng(3)
    before = rng.normal(0, spread, 200).round(3)
    after = (0.3 * spread + 0.5 * before + rng.normal(0, spread, 200)).round(3)
    near = asked_every_way(two_waves(before, after))
    there = asked_every_way(two_waves(before + far, after + far))
    for one, two in zip(near, there, strict=True):
        names = ("estimate", "standard_error", "df", "p_value", "d_average")
        for name in names:
            expected = getattr(one, name)
            assert getattr(two, name) == pytest.approx(expected, rel=1e-7), name
        assert two.mean_before - far == pytest.approx(one.mean_before, rel=1e-5)
        assert two.mean_after - far == pytest.approx(one.mean_after, rel=1e-5)
    same = te.compare_paired(two_waves(before, after), "minutes", unit=None, **WAVES)
    d = after - before
    assert same.standard_error == pytest.approx(d.std(ddof=1) / np.sqrt(200), rel=1e-12)


def site(
    sizes: tuple[int, ...] = (10, 12, 14, 9, 8, 20),
    only_before: tuple[int, ...] = (),
    only_after: tuple[int, ...] = (),
    here: float = 0.9,
) -> pd.DataFrame:
    """Draw two waves; some units answered in one of them only."""
    rng = np.random.default_rng(8)
    unit = np.repeat(np.arange(len(sizes)), sizes)
    person = rng.normal(0, 10, len(unit))
    waves = []
    for wave, absent in (("2019", only_after), ("2021", only_before)):
        rows = pd.DataFrame(
            {
                "respondent": np.arange(len(unit)),
                "wave": wave,
                "unit": [f"unit {u}" for u in unit],
                "area": unit // 2,
                "treated": unit // 2 % 2 == 0,
                "trust": (60 + person + rng.normal(0, 8, len(unit))).round(1),
                "agrees": (rng.random(len(unit)) < 0.5).astype(float),
                "source": "real",
            }
        )
        waves.append(rows[(rng.random(len(unit)) < here) & ~np.isin(unit, absent)])
    return pd.concat(waves, ignore_index=True)


def test_units_met_in_one_wave_are_not_behind_an_average_of_units() -> None:
    rows = site(only_before=(1,), only_after=(3, 4))
    both = [f"unit {u}" for u in (0, 2, 5)]
    kept = rows[rows["unit"].isin(both)]
    change = te.compare_overlapping(rows, "trust", average="units", **WAVES)[0]
    alone = te.compare_overlapping(kept, "trust", average="units", **WAVES)[0]
    for name in ("estimate", "standard_error", "df", "n_people", "n_units"):
        assert getattr(change, name) == getattr(alone, name), name
    assert (change.n_units, change.n_clusters) == (3, 3)
    [(why, left)] = change.left_out
    assert why.key == "comparison.left_one_wave_unit"
    assert left == len(rows) - len(kept)
    assert f"Not counted: {left} people in units that answered only once." in str(
        change
    )
    swedish = say("comparison.only_complete_units", "sv", n=str(left))
    assert swedish in change.sentence("sv")
    people = change.alternatives[0]
    assert (people.n_units, people.left_out) == (6, ())
    waves = te.compare_waves(rows, "trust", average="units", **WAVES)
    assert (waves.n_units, waves.n_people) == (3, len(kept))


def test_arms_averaged_over_units_count_the_units_compared() -> None:
    rows = site((9,) * 12, only_before=(1, 4))
    found = te.compare_adjusted(
        rows, "trust", assigned="unit", average="units", **WAVES
    )
    people = found.alternatives[0]
    counts = (found.n_units, found.n_units_treated, found.n_units_comparison)
    assert counts == (10, 4, 6)
    assert (people.n_units, people.n_units_treated) == (12, 6)
    assert found.n_people < people.n_people
    assert found.method is not None
    assert found.method.key == "comparison.method_unit_welch"


def test_an_area_left_with_one_unit_each_is_compared_and_named_as_such() -> None:
    rows = site((9,) * 12, only_before=(1, 3, 5, 7, 9, 11))
    found = te.compare_adjusted(
        rows, "trust", assigned="area", average="units", **WAVES
    )
    assert found.method is not None
    assert found.method.key == "comparison.method_unit_welch"
    beside = found.alternatives[0].method
    assert beside is not None
    assert beside.key == "comparison.method_cluster_assigned"


def test_too_few_people_in_units_met_twice() -> None:
    rows = site((6, 6, 20, 20), only_before=(2,), only_after=(3,))
    people = te.compare_waves(rows, "trust", **WAVES)
    assert [one.average for one in people.alternatives] == ["units"]
    fewer = rows.drop(
        rows[(rows["wave"] == "2019") & (rows["unit"] == "unit 0")].index[3:]
    )
    people = te.compare_waves(fewer, "trust", **WAVES)
    assert len(people.alternatives) == 0
    with pytest.raises(te.errors.TooFewAnswers) as caught:
        te.compare_waves(fewer, "trust", average="units", **WAVES)
    assert str(caught.value) == (
        "Too few answers to average 'trust' over units.\n"
        "  expected: at least 10 people in each wave, in units that answered both "
        "times\n"
        "  found:    8 before and 12 after\n"
        '  to fix:   give average="people", or compare larger groups'
    )


def test_units_renamed_between_the_waves_are_not_called_one_unit() -> None:
    rows = site(only_before=(0, 1, 2), only_after=(3, 4, 5))
    with pytest.raises(te.errors.TooFewAnswers) as caught:
        te.compare_waves(rows, "trust", **WAVES)
    assert caught.value.reason == "comparison.reason_one_unit_both"
    assert str(caught.value) == (
        "Too few units answered both times to say how much units differ.\n"
        "  expected: at least 2 units with answers in both waves\n"
        "  found:    0\n"
        "  to fix:   check that units have the same names in both waves, name larger "
        "ones with unit=, or give unit=None to treat people as independent"
    )
    with pytest.raises(te.errors.TooFewAnswers, match="both times"):
        te.compare_shares(rows, "agrees", **WAVES)


def test_two_averages_of_two_units_would_give_the_small_one_away() -> None:
    """With sizes n and m, two weighted means of two numbers fix both numbers."""
    both = site((40, 30), here=2.0)
    small = site((40, 6), here=2.0)
    for compare in (te.compare_paired, te.compare_waves):
        assert len(compare(both, "trust", **WAVES).alternatives) == 3
        assert len(compare(small, "trust", **WAVES).alternatives) == 0
    assert len(te.compare_shares(small, "agrees", **WAVES).alternatives) == 0
    published = small.assign(source="published")
    assert len(te.compare_paired(published, "trust", **WAVES).alternatives) == 3


def test_errors_by_many_methods_would_give_a_small_unit_away() -> None:
    """As many errors as units fix the change of each, also of one under the floor."""
    for sizes, n in (((40,) * 6, 4), ((40, 6, 30, 30, 30, 30), 1), ((6,) * 13, 3)):
        found = te.compare_paired(site(sizes, here=2.0), "trust", **WAVES)
        assert len(found.alternatives) == n


def test_only_the_waves_compared_say_who_belongs_where() -> None:
    rows = site()
    later = rows.assign(wave="2023", area=rows["area"].max() - rows["area"] % 2)
    longer = pd.concat([rows, later], ignore_index=True)
    one = te.compare_waves(rows, "trust", assigned="area", **WAVES)
    two = te.compare_waves(longer, "trust", assigned="area", **WAVES)
    assert one == two
    assert one.n_clusters == 3


def test_sums_without_the_assigned_level_cannot_cluster_there() -> None:
    summary = te.summaries.summarise_change(site(), "trust", **WAVES)
    with pytest.raises(te.errors.DataProblem) as caught:
        te.compare_waves(summary, "trust", assigned="area", **WAVES)
    assert str(caught.value) == (
        "The summary does not say which group each unit was assigned in.\n"
        "  expected: the column 'area' beside its units\n"
        "  found:    columns 'unit'\n"
        "  to fix:   make the summary with summarise_change(..., assigned=...)"
    )
    assert te.compare_waves(summary, "trust", assigned="unit", **WAVES).n_clusters == 6


def test_when_everyone_is_linked_the_share_of_the_workplace_is_that_of_pairs() -> None:
    rows = site(here=2.0)
    shared = {"unit": None, **WAVES}
    workplace = te.compare_shares(rows, "agrees", **shared)
    stayed = te.compare_shares(rows, "agrees", estimand="stayed", **shared)
    assert workplace.method == stayed.method
    assert workplace.interval == stayed.interval
    fewer = te.compare_shares(rows.iloc[1:], "agrees", **shared)
    assert fewer.method is not None
    assert fewer.method.key == "comparison.method_overlap_unequal"


def test_units_more_alike_than_chance_do_not_make_more_people() -> None:
    """The formula gives 64 times as many; the cap is the number of people."""
    n, yes = np.full(8, 40.0), np.array([20.0, 20, 20, 20, 20, 20, 19, 21])
    codes = np.arange(8)
    assert effective_people(n, yes, codes, 0.95) == 320
    assert effective_people(n, np.full(8, 20.0), codes, 0.95) == 320
    assert effective_people(n, np.zeros(8), codes, 0.95) == 320
    apart = effective_people(n, np.array([5.0, 35, 5, 35, 20, 20, 10, 30]), codes, 0.95)
    assert 4 < apart < 40

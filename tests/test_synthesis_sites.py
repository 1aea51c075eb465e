"""One site against the others, and what the change may go with: words and refusals."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from tillit_eval.errors import DataProblem, TooFewAnswers
from tillit_eval.findings import Change, Interval
from tillit_eval.phrases import Label, phrase
from tillit_eval.synthesis import (
    Pooled,
    assess_influence,
    assess_moderator,
    combine_findings,
    rank_sites,
)
from tillit_eval.synthesis._permutations import all_orders, count_orders, drawn_orders

NBSP = "\u00a0"
ESTIMATES = {"a": 1.0, "b": 2.0, "c": 1.5, "d": 2.5, "e": 12.0, "f": 2.0}
KINDS = dict(zip(ESTIMATES, "xxxyyy", strict=True))


def pooled(**more: object) -> Pooled:
    values = {
        "scale": "trust",
        "before": "1",
        "after": "2",
        "standard_error": 1.0,
        "n_people": 80,
        "source": "synthetic",
    }
    return combine_findings(
        Change(site=site, estimate=y, **(values | more))
        for site, y in ESTIMATES.items()
    )


# --- influence ------------------------------------------------------------------


def test_one_site_carries_the_number_and_is_named() -> None:
    found = {one.site: one for one in assess_influence(pooled())}
    assert [site for site, one in found.items() if one.influential] == ["e"]
    assert found["e"].verdict_with == "cannot_tell"
    assert found["e"].verdict_without == "rose"
    assert found["e"].sentence("en").replace(NBSP, " ") == (
        "Without e (weight 17 %) the other sites change by +1.80 points on average "
        "(95 % CI 0.56 to 3.04). The verdict changes from cannot tell to rose. This "
        "site moves the number more than one site should; look at it before the "
        "number is used. (Synthetic data.)"
    )
    assert "Bedömningen ändras från går inte att avgöra till ökade." in found[
        "e"
    ].sentence("sv")
    assert "The verdict stays: cannot tell." in found["a"].sentence("en")
    assert "more than one site should" not in found["a"].sentence("en")


def test_a_site_that_is_an_average_does_not_move_the_number() -> None:
    whole = pooled()
    mid = combine_findings(
        [*whole.pooled, replace(whole.pooled[0], site="g", estimate=whole.estimate)]
    )
    (one,) = assess_influence(mid).where(site="g")
    assert one.shift == pytest.approx(0.0, abs=1e-9)
    assert one.dffits == pytest.approx(0.0, abs=1e-9)
    assert one.cooks_distance == pytest.approx(0.0, abs=1e-12)


def test_of_three_sites_none_can_be_left_out() -> None:
    three = combine_findings(pooled().pooled[:3])
    with pytest.raises(TooFewAnswers) as caught:
        assess_influence(three)
    assert str(caught.value) == (
        "Too few sites to leave one out.\n"
        "  expected: at least 4 sites in the pooled number\n"
        "  found:    3\n"
        "  to fix:   read the sites one by one: plot_forest(pooled)"
    )
    said = phrase(caught.value.reason, **caught.value.values)
    assert said.say("sv") == "Med 3 platser kan ingen utelämnas."


# --- places ---------------------------------------------------------------------


def test_places_are_only_given_where_they_can_be_told() -> None:
    found = {one.site: one for one in rank_sites(pooled())}
    assert (found["e"].rank_low, found["e"].rank_high, found["e"].half) == (
        1,
        1,
        "upper",
    )
    assert found["c"].half == "none"
    assert "cannot be ranked" in found["c"].sentence("en")
    assert "kan inte rangordnas" in found["c"].sentence("sv")
    assert found["e"].sentence("en").endswith("in the upper half. (Synthetic data.)")
    lowest = rank_sites(
        combine_findings(
            [
                replace(one, estimate=-one.estimate, standard_error=0.3)
                for one in pooled().pooled
            ]
        )
    ).where(site="e")[0]
    assert lowest.half == "lower"
    assert "i den nedre halvan" in lowest.sentence("sv")


def test_sites_that_do_not_differ_cannot_be_ranked_at_all() -> None:
    alike = [
        replace(one, estimate=2.0 + i / 100) for i, one in enumerate(pooled().pooled)
    ]
    whole = combine_findings(alike)
    assert whole.tau_squared == 0.0
    for one in rank_sites(whole):
        assert (one.rank_low, one.rank_high, one.half) == (1, 6, "none")
        assert one.estimate == pytest.approx(whole.estimate)
        assert one.kept == 0.0


def test_a_certain_site_keeps_more_of_its_own() -> None:
    given = list(pooled().pooled)
    given[0] = replace(given[0], standard_error=0.1)
    found = {one.site: one for one in rank_sites(combine_findings(given))}
    assert found["a"].kept > 0.99 > found["b"].kept
    for one in found.values():
        towards = sorted([one.own, combine_findings(given).estimate])
        assert towards[0] <= one.estimate <= towards[1]


def test_a_site_takes_its_own_floor_and_source_along() -> None:
    given = [replace(one, floor=60) for one in pooled().pooled]
    given[0] = replace(given[0], source="real")
    found = rank_sites(combine_findings(given))
    assert {one.floor for one in found} == {60}
    assert found[0].source == "real"
    hidden = replace(found[0], n_people=12)
    assert hidden.sentence("en") == ("a: not shown, it rests on fewer than 60 people.")


# --- moderators -----------------------------------------------------------------


def test_a_moderator_in_both_languages() -> None:
    found = assess_moderator(pooled(), KINDS, name=Label("Sector", "Sektor"))
    assert (
        found.sentence("en")
        .replace(NBSP, " ")
        .startswith(
            "Sector: cannot tell whether the change goes with it, over 6 sites "
            "(permutation p = 0.200). x (sites: 3): +1.5 points (95 % CI"
        )
    )
    assert found.sentence("en").endswith(
        "Nobody assigned the sites to this, so it is a hint to follow up and not a "
        "cause. (Synthetic data.)"
    )
    assert found.sentence("en").count("(Synthetic data.)") == 1
    assert found.sentence("sv").startswith("Sektor: det går inte att avgöra om")
    assert found.to_frame().loc[0, "levels"].startswith("x (sites: 3): +1.5 points")


def test_a_number_has_a_slope_and_all_that_are_lost_are_seen() -> None:
    values = {site: y / 2 for site, y in ESTIMATES.items()}
    found = assess_moderator(pooled(), values, name="dose")
    (slope,) = found.levels
    assert slope.estimate == pytest.approx(2.0)
    assert slope.label == Label("For one step more", "För ett steg till")
    assert found.goes_with
    assert found.r_squared == pytest.approx(1.0)
    assert "dose: the change goes with it over 6 sites" in found.sentence("en")
    assert "hänger samman med detta" in found.sentence("sv")


def test_every_order_is_looked_at_once() -> None:
    codes = np.array([0, 1, 1, 2, 2, 2])
    orders = [tuple(order) for order in all_orders(codes)]
    assert set(orders) == set(permutations(codes.tolist()))
    assert len(orders) == count_orders(codes) == 60
    assert (
        count_orders(np.arange(5)) == len(all_orders(np.arange(5))) == math.factorial(5)
    )
    drawn = drawn_orders(codes, 50, np.random.default_rng(1))
    assert (np.sort(drawn, axis=1) == codes).all()


def test_chance_comes_from_rng_where_orders_are_drawn() -> None:
    values = dict(zip(ESTIMATES, (3.0, 1.0, 4.0, 1.5, 5.0, 9.0), strict=True))
    more = [replace(one, site=one.site * 2) for one in pooled().pooled]
    wide = combine_findings([*pooled().pooled, *more])
    values |= {site * 2: value + 0.1 for site, value in values.items()}
    one, same, other = (
        assess_moderator(wide, values, name="x", draws=199, rng=seed)
        for seed in (1, 1, 2)
    )
    assert not one.enumerated
    assert one.orders == 199
    assert one.smallest_p == 1 / 200
    assert one.p_permutation == same.p_permutation
    assert abs(one.p_permutation - other.p_permutation) < 0.2


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({**KINDS, "b": None}, "1 sites without ('b')"),
        ({"a": "x"}, "5 sites without ('b', 'c', 'd', 'e', 'f')"),
        (dict.fromkeys(ESTIMATES, "x"), "1 different"),
        (dict.fromkeys(ESTIMATES, math.nan), "1 different"),
    ],
)
def test_values_that_cannot_tell_sites_apart(values, found: str) -> None:
    with pytest.raises(DataProblem) as caught:
        assess_moderator(pooled(), values, name="x")
    text = str(caught.value)
    assert text.startswith("These values cannot tell the sites apart.")
    assert f"found:    {found}" in text


def test_a_kind_of_one_site_is_refused() -> None:
    with pytest.raises(TooFewAnswers) as caught:
        assess_moderator(pooled(), KINDS | {"a": "z"}, name="x")
    assert "found:    6 sites, 3 different values" in str(caught.value)
    said = phrase(caught.value.reason, **caught.value.values)
    assert said.say("en") == "6 sites are too few to be parted like this."
    three = combine_findings(pooled().pooled[:3])
    with pytest.raises(TooFewAnswers, match="Too few sites for a moderator"):
        assess_moderator(three, {"a": 1, "b": 2, "c": 3}, name="x")


def test_levels_of_shares_are_percentage_points() -> None:
    shares = [
        replace(
            one,
            estimate=one.estimate / 100,
            standard_error=0.01,
            unit_of_measure="share",
            interval=Interval(0.0, 0.1),
        )
        for one in pooled().pooled
    ]
    text = assess_moderator(combine_findings(shares), KINDS, name="x").sentence("en")
    assert "x (sites: 3): +1.5 percentage points" in text

"""What may become one number, what stands beside it, and how it is said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tillit_eval as te
from tillit_eval.comparison import AdjustedChange
from tillit_eval.errors import DataProblem, TooFewAnswers
from tillit_eval.findings import Change, Findings, Interval, NotAnswered
from tillit_eval.phrases import Label, phrase
from tillit_eval.synthesis import Pooled, combine_findings
from tillit_eval.synthesis._mixed import fit_given, fit_mixed

NBSP = "\u00a0"
NAMES = [f"place {letter}" for letter in "abcdefghijkl"]
ESTIMATES = (1.0, 2.5, 3.0, 6.0, -1.0)
STAYED = phrase("comparison.estimand_stayed_people")
WORKPLACE = phrase("comparison.estimand_workplace_people")
BEYOND = phrase("comparison.estimand_adjusted_workplace_people")


def change(site: str, estimate: float, **more: object) -> Change:
    values = {
        "scale": "trust",
        "label": Label("vertical trust", "vertikal tillit"),
        "before": "1",
        "after": "2",
        "standard_error": 1.0,
        "interval": Interval(estimate - 2, estimate + 2),
        "n_people": 80,
        "source": "synthetic",
        "estimand": WORKPLACE,
        "margin": 4.0,
    }
    return Change(site=site, estimate=estimate, **(values | more))


def controlled(site: str, estimate: float) -> AdjustedChange:
    return AdjustedChange(
        scale="trust",
        site=site,
        before="1",
        after="2",
        estimate=estimate,
        standard_error=1.5,
        df=9.0,
        n_people=120,
        source="synthetic",
        estimand=BEYOND,
        mean_before=50.0,
        mean_after=55.0,
        mean_before_comparison=50.0,
        mean_after_comparison=51.0,
        n_treated=60,
        n_comparison=60,
        n_units_treated=6,
        n_units_comparison=6,
    )


SILENT = NotAnswered(
    scale="trust", asked="change", reason=phrase("plan.nobody_left"), site="place z"
)


def five() -> list[Change]:
    return [change(site, y) for site, y in zip(NAMES, ESTIMATES, strict=False)]


def told(*findings: object, **options: object) -> str:
    with pytest.raises(DataProblem) as caught:
        combine_findings(Findings(findings), **options)  # type: ignore[arg-type]
    assert len(str(caught.value).splitlines()) == 4
    return str(caught.value)


# --- refusals -------------------------------------------------------------------


def test_two_sites_are_shown_and_not_pooled() -> None:
    with pytest.raises(TooFewAnswers) as caught:
        combine_findings([*five()[:2], SILENT])
    assert str(caught.value) == (
        "Too few sites to pool.\n"
        "  expected: at least 3 sites that can be weighted\n"
        "  found:    2 of 3 findings\n"
        "  to fix:   show the sites one by one: plot_forest(findings)"
    )
    said = phrase(caught.value.reason, **caught.value.values)
    assert said.say("en").startswith("Only 2 sites can be weighted.")
    assert said.say("sv").startswith("Bara 2 platser kan vägas in.")


def test_what_is_mixed_is_refused() -> None:
    one, two, three, *_ = five()
    other = replace(three, scale="voice")
    assert told(one, two, other).splitlines()[0] == (
        "These findings have more than one scale."
    )
    assert "'trust', 'voice'" in told(one, two, other)
    other = replace(three, estimand=STAYED)
    text = told(one, two, other)
    assert text.startswith("These findings have more than one estimand.")
    assert "'the change of those who stayed, averaged over people'" in text
    other = replace(three, unit_of_measure="share")
    assert told(one, two, other).startswith(
        "These findings have more than one unit of measure."
    )


def test_two_estimates_of_one_site_are_refused() -> None:
    one, two, three, *_ = five()
    text = told(one, two, three, replace(two, estimate=9.0))
    assert text.startswith("Some sites have more than one estimate of the same thing.")
    assert "found:    more than one from 'place b'" in text
    assert "role='primary'" in text


def test_findings_without_a_site_are_refused() -> None:
    one, two, three, *_ = five()
    text = told(one, two, replace(three, site=""))
    assert text.startswith("Some findings do not say which site they are about.")
    assert "found:    1 of 3 without one" in text


@pytest.mark.parametrize("error", [0.0, -1.0, float("nan"), float("inf")])
def test_a_standard_error_that_cannot_be_is_refused(error: float) -> None:
    one, two, three, *_ = five()
    text = told(one, two, replace(three, standard_error=error))
    assert text.startswith("Some findings have a standard error that no site can have.")
    assert "found:    1 others, from 'place c'" in text


def test_other_kinds_and_pooled_numbers_are_refused() -> None:
    text = told()
    assert text.startswith("There is nothing here that can be pooled.")
    assert "found:    0 pooled findings" in text
    assert "found:    1 pooled findings" in told(combine_findings(five()))


def test_options_are_checked() -> None:
    assert told(*five(), method="fixed").startswith("'method' is not an option")
    assert told(*five(), design="both").startswith("'design' is not an option")
    assert told(*five(), level=95).startswith("The level of an interval")


def test_controlled_and_uncontrolled_never_make_one_number() -> None:
    given = [*five()[:3], *(controlled(f"other {i}", float(i)) for i in range(3))]
    text = told(*given)
    assert text.startswith("Some of these changes are set against a comparison and")
    assert "found:    3 with a comparison, 3 without" in text
    with_them = combine_findings(given, design="controlled")
    assert [one.site for one in with_them.pooled] == ["other 0", "other 1", "other 2"]
    assert with_them.left_out == ((phrase("synthesis.out_not_controlled"), 3),)
    assert "no comparison group: what moved" not in with_them.sentence("en")
    without = combine_findings(given, design="uncontrolled")
    assert without.estimate == pytest.approx(combine_findings(five()[:3]).estimate)
    assert "Jämförelsegrupp saknas" in without.sentence("sv")


# --- what stands beside the number -----------------------------------------------


def test_what_cannot_be_weighted_stays_as_a_row_with_its_reason() -> None:
    beside = [
        change("few units", 40.0, df=2.26),
        change("no error", 41.0, standard_error=None),
        change("few people", 42.0, n_people=7),
        SILENT,
    ]
    pooled = combine_findings([*five(), *beside])
    alone = combine_findings(five())
    assert pooled.estimate == alone.estimate
    assert pooled.k == 5
    assert len(pooled.contributions) == 9
    reasons = [one.because.say("en") for one in pooled.contributions if one.because]
    assert reasons == [
        "its standard error rests on only 2.26 degrees of freedom",
        "has no standard error",
        "rests on too few people to be shown",
        "could not answer",
    ]
    assert sum(n for _, n in pooled.left_out) == 4
    assert [one.weight for one in pooled.contributions[5:]] == [None] * 4
    assert "could not answer (1)" in pooled.sentence("en")
    assert "kunde inte svara (1)" in pooled.sentence("sv")


def test_four_degrees_of_freedom_are_enough() -> None:
    pooled = combine_findings([*five(), change("just", 2.0, df=4.0)])
    assert pooled.k == 6


def test_sites_of_the_study_that_were_not_asked_have_a_row() -> None:
    study = te.read_study("data/sample/study.toml")
    pooled = combine_findings(five(), study=study)
    silent = [one for one in pooled.contributions if one.weight is None]
    assert [one.site for one in silent] == list(study.names)
    assert silent[0].name("sv") == study.sites[0].label.sv
    assert silent[0].finding.sentence("en").startswith("vertical trust: cannot tell.")
    assert pooled.source == "synthetic"


def test_sources_are_carried() -> None:
    pooled = combine_findings([*five(), change("real", 1.0, source="real")])
    assert pooled.source == "mixed"
    assert pooled.sentence("en").endswith(
        "(Mixed sources: not all of the data are real.)"
    )
    assert combine_findings(five()).sentence("sv").endswith("(Syntetiska data.)")


def test_units_are_added_up_where_all_sites_have_them() -> None:
    with_units = [replace(one, n_units=7) for one in five()]
    pooled = combine_findings(with_units)
    assert pooled.n_units == 35
    assert "400 people in 35 units stand behind it." in pooled.sentence("en")
    assert "400 personer i 35 enheter ligger bakom." in pooled.sentence("sv")
    assert combine_findings([*with_units[1:], five()[0]]).n_units is None


def test_margins_count_where_all_share_one() -> None:
    wide = [replace(one, margin=30.0) for one in five()]
    assert combine_findings(wide).verdict == "no_change"
    mixed = [*wide[:-1], replace(wide[-1], margin=20.0)]
    assert combine_findings(mixed).margin is None
    assert combine_findings(mixed).verdict == "cannot_tell"


def test_p_values_of_pooled_outcomes_are_adjusted_like_others() -> None:
    voice = [replace(one, scale="voice", estimate=one.estimate + 4) for one in five()]
    both = te.adjust_p_values([combine_findings(five()), combine_findings(voice)])
    assert isinstance(both[1], Pooled)
    assert "after adjustment for several outcomes (Holm)." in both[1].sentence("en")
    assert "after adjustment" not in combine_findings(five()).sentence("en")


# --- the floor ------------------------------------------------------------------


def test_a_site_under_its_floor_is_in_no_number_and_no_row() -> None:
    given = [*five(), change("few people", 42.0, n_people=7)]
    pooled = combine_findings(given)
    guarded = pooled.tabulate_sites(guarded=True)
    row = guarded.set_index("site").loc["few people"]
    assert row[["estimate", "low", "high", "n_people", "weight"]].isna().all()
    assert "42.0" not in guarded.to_csv()
    assert pooled.tabulate_sites().set_index("site").loc["few people", "estimate"] == 42
    assert "42" not in pooled.sentence("en")
    assert pooled.n_people == 400


def test_a_pooled_number_of_too_few_people_is_not_said() -> None:
    tiny = [replace(one, n_people=10, floor=10) for one in five()]
    pooled = replace(combine_findings(tiny), floor=60)
    assert pooled.sentence("en") == (
        "vertical trust: not shown, it rests on fewer than 60 people."
    )
    row = pooled.to_frame(guarded=True).iloc[0]
    assert row[["estimate", "prediction_low", "tau_squared", "verdict"]].isna().all()


# --- words ----------------------------------------------------------------------


def test_a_pooled_change_in_english_and_swedish() -> None:
    given = [*five(), change("few units", 40.0, df=2.26)]
    pooled = combine_findings(given)
    assert pooled.sentence("en").replace(NBSP, " ") == (
        "Vertical trust, 5 sites together: cannot tell whether it rose or fell on "
        "average, +2.3 points (95 % CI −0.9 to 5.5). In a new site like these we "
        "would expect a change between −5.1 and +9.7 points (95 % prediction "
        "interval). The sites' true changes differ from one another with a standard "
        "deviation of about 2.4 points (95 % CI 1.2 to 7.4 points). 400 people stand "
        "behind it. This is the change of the workplace, with everyone who answered, "
        "averaged over people. Whether the scale measures the same both times was not "
        "examined. There is no comparison group: what moved everywhere at the same "
        "time is in this number. Beside it, not in it: its standard error rests on "
        "only 2.26 degrees of freedom (1). (Synthetic data.)"
    )
    assert (
        pooled.sentence("sv")
        .replace(NBSP, " ")
        .startswith(
            "Vertikal tillit, 5 platser tillsammans: det går inte att avgöra om värdet "
            "ökade eller minskade i genomsnitt, +2,3 poäng (95 % KI −0,9 till 5,5). "
            "På en ny plats av samma slag skulle vi vänta oss en förändring mellan "
            "−5,1 och +9,7 poäng (95 % prediktionsintervall)."
        )
    )


def test_every_verdict_has_a_head_in_both_languages() -> None:
    shift = {"rose": 20.0, "fell": -20.0, "cannot_tell": 0.0}
    for verdict, by in shift.items():
        moved = [replace(x, estimate=x.estimate + by, margin=2.0) for x in five()]
        pooled = combine_findings(moved)
        assert pooled.verdict == verdict
        assert "5 sites together" in pooled.sentence("en")
        assert "5 platser tillsammans" in pooled.sentence("sv")
    quiet = combine_findings([replace(x, margin=30.0) for x in five()])
    assert "lies inside ±30.0 points" in quiet.sentence("en")
    assert "ligger inom ±30,0 poäng" in quiet.sentence("sv")


def test_sites_that_do_not_differ_are_not_said_to_be_alike() -> None:
    alike = [replace(one, estimate=2 + 0.1 * i) for i, one in enumerate(five())]
    text = combine_findings(alike).sentence("en")
    assert "no more than chance alone" in text
    assert "could still be up to" in text
    assert "without this guard it would be" in text


def test_shares_are_said_in_percentage_points() -> None:
    shares = [
        replace(
            one,
            unit_of_measure="share",
            estimate=one.estimate / 100,
            standard_error=0.01,
            margin=0.5,
        )
        for one in five()
    ]
    pooled = combine_findings(shares)
    text = pooled.sentence("sv").replace(NBSP, " ")
    assert "+2,3 procentenheter (95 % KI −0,9 till 5,5)" in text
    assert "mellan −5,1 och +9,7 procentenheter" in text


# --- properties -------------------------------------------------------------------

ESTIMATE = st.floats(-20, 20).map(lambda y: round(y, 3))
ERROR = st.floats(0.3, 6.0).map(lambda s: round(s, 3))
SITES = st.lists(st.tuples(ESTIMATE, ERROR), min_size=3, max_size=9)


def fitted(sites: list[tuple[float, float]], *, by: float = 1.0, add: float = 0.0):
    given = [
        change(name, y * by + add, standard_error=s * abs(by), margin=None)
        for name, (y, s) in zip(NAMES, sites, strict=False)
    ]
    return combine_findings(given)


@settings(max_examples=40, deadline=None)
@given(SITES, st.floats(-50, 50), st.sampled_from([-3.0, 0.01, 7.0]))
def test_shift_and_scale_go_through(
    sites: list[tuple[float, float]], add: float, by: float
) -> None:
    one, moved = fitted(sites), fitted(sites, by=by, add=add)
    size = max(abs(by), 1e-3)
    assert moved.estimate == pytest.approx(one.estimate * by + add, abs=1e-5 * size)
    assert moved.tau_squared == pytest.approx(
        one.tau_squared * by**2, rel=1e-5, abs=1e-6 * by**2
    )
    assert moved.i_squared == pytest.approx(one.i_squared, abs=1e-5)
    assert moved.q == pytest.approx(one.q, rel=1e-8, abs=1e-8)


@settings(max_examples=30, deadline=None)
@given(SITES, st.randoms(use_true_random=False))
def test_the_order_of_sites_does_not_matter(sites, random) -> None:
    mixed = list(sites)
    random.shuffle(mixed)
    one, other = fitted(sites), fitted(mixed)
    assert other.estimate == pytest.approx(one.estimate, abs=1e-6)
    assert other.prediction.high == pytest.approx(one.prediction.high, abs=1e-5)


@settings(max_examples=30, deadline=None)
@given(SITES)
def test_no_tau_squared_is_likelier_than_the_one_found(sites) -> None:
    y, v = (np.array(side) for side in zip(*sites, strict=True))
    x, v = np.ones((len(y), 1)), v**2
    best = fit_mixed(y, v, x)
    grid = np.r_[0.0, np.geomspace(1e-4, 5000, 400)]
    fits = fit_given(np.tile(y, (len(grid), 1)), v, x, grid)

    def height(fit):
        logs = np.log(fit.weights).sum(-1) - np.log(fit.weights.sum(-1))
        return 0.5 * (logs - (fit.weights * fit.residuals**2).sum(-1))

    assert height(best) >= height(fits).max() - 1e-9


def test_the_guard_is_never_narrower_and_prediction_never_narrower_still() -> None:
    rng = np.random.default_rng(4)
    for _ in range(30):
        sites = list(zip(rng.normal(0, 2, 5), rng.uniform(0.5, 3, 5), strict=True))
        pooled = fitted(sites)
        assert pooled.interval is not None
        assert pooled.interval.low <= pooled.unguarded.low + 1e-12
        assert pooled.prediction.low <= pooled.interval.low + 1e-12
        assert pooled.prediction_higgins.low < pooled.prediction.low


def test_sites_with_the_same_estimate_have_no_variance_between_them() -> None:
    pooled = fitted([(2.0, 1.0), (2.0, 2.0), (2.0, 0.5)])
    assert pooled.estimate == pytest.approx(2.0)
    assert pooled.tau_squared == pooled.q == pooled.i_squared == 0.0
    assert pooled.factor == pytest.approx(0.0)
    assert pooled.p_heterogeneity == 1.0


def test_equal_precision_gives_the_plain_mean_and_its_t_interval() -> None:
    pooled = combine_findings([replace(x, standard_error=0.1) for x in five()])
    assert pooled.estimate == pytest.approx(np.mean(ESTIMATES))
    assert pooled.standard_error == pytest.approx(np.std(ESTIMATES, ddof=1) / 5**0.5)
    assert pooled.tau_squared == pytest.approx(np.var(ESTIMATES, ddof=1) - 0.01)


def test_a_site_far_more_precise_than_the_rest_is_warned_of() -> None:
    even = fitted([(1.0, 1.0), (2.0, 1.0), (3.0, 1.0), (4.0, 2.0)])
    assert even.evenness == pytest.approx((3 + 0.25) ** 2 / (3 + 0.25**2) / 4)
    assert not even.is_uneven
    assert "far more precise" not in even.sentence("en")
    uneven = fitted([(1.0, 0.2), (2.0, 2.0), (3.0, 2.0), (4.0, 2.0)])
    assert uneven.evenness == pytest.approx(25.75**2 / (625 + 3 / 16) / 4)
    assert uneven.is_uneven
    assert "A few sites are far more precise than the others" in uneven.sentence("en")
    assert "mycket säkrare mätta" in uneven.sentence("sv")

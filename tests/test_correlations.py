"""Polychoric correlations: equal to R's, known truth, awkward tables, the floor."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

from tillit_eval.errors import DataProblem, TooFewAnswers
from tillit_eval.quality import Correlations, assess_polychoric
from tillit_eval.quality.correlations import (
    CategoryTables,
    PolychoricFit,
    asymptotic_covariance,
    code_answers,
    count_categories,
    influence_of,
    polychoric,
    standard_errors,
)
from tillit_eval.quality.correlations._normal import bivariate_cdf, bivariate_density
from tillit_eval.quality.correlations._smoothing import smoothed
from tillit_eval.summaries import summarise_responses

HERE = Path(__file__).parent / "reference" / "polychoric"
REAL = Path(__file__).parents[1] / "data" / "real"
R = pd.read_csv(HERE / "values.csv", comment="#").set_index(["case", "quantity"])[
    "value"
]
CASES = ["ceiling", "bhr2000", "sai"]


def load(case: str) -> pd.DataFrame:
    if case == "bhr2000":
        frame = pd.read_csv(REAL / "bhr2000.csv").iloc[::4]
        return frame[["AF06", "AF07", "AP12", "AP17", "AP33"]]
    frame = pd.read_csv(HERE / "inputs" / f"{case}.csv")
    return frame.drop(columns="group", errors="ignore")


def fitted(frame: pd.DataFrame, **options: float) -> PolychoricFit:
    return polychoric(count_categories(code_answers(frame, list(frame))), **options)


def steps(n: int, rho: float, cuts: list[float], seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    one = rng.normal(size=n)
    other = rho * one + np.sqrt(1 - rho**2) * rng.normal(size=n)
    latent = np.stack([one, other], axis=1)
    return pd.DataFrame(1 + (latent[:, :, None] > cuts).sum(axis=2), columns=["a", "b"])


@pytest.mark.parametrize("case", CASES)
def test_correlations_and_thresholds_equal_lavaan(case: str) -> None:
    frame, expected = load(case), R.loc[case]
    found = assess_polychoric(frame, list(frame))
    assert found.n_people == expected["n_people"]
    errors = standard_errors(fitted(frame), information="observed")
    for pair, error in zip(found.pairs, errors, strict=True):
        name = f"{pair.one}_{pair.other}"
        assert pair.correlation == pytest.approx(expected[f"{name}_rho"], abs=1e-6)
        assert error == pytest.approx(expected[f"{name}_se_observed"], rel=1e-5)
        # psych stops its one-dimensional search at about 1e-4.
        assert pair.correlation == pytest.approx(expected[f"{name}_psych"], abs=2e-4)
    for place, one in enumerate(found.thresholds):
        step = place - [t.item for t in found.thresholds].index(one.item) + 1
        theirs = expected[f"{one.item}_t{step}"]
        assert one.threshold == pytest.approx(theirs, abs=1e-10)


@pytest.mark.parametrize("case", CASES)
def test_correlations_equal_polycor(case: str) -> None:
    frame, expected = load(case), R.loc[case]
    names = list(frame)
    matrix = assess_polychoric(frame, names).matrix
    for name in names[1:]:
        theirs = expected[f"{names[0]}_{name}_polycor"]
        assert matrix.loc[names[0], name] == pytest.approx(theirs, abs=1e-4)


@pytest.mark.parametrize("case", CASES)
def test_standard_errors_follow_olsson(case: str) -> None:
    frame, expected = load(case), R.loc[case]
    compared = 0
    for pair in assess_polychoric(frame, list(frame)).pairs:
        name = f"{pair.one}_{pair.other}_se_expected"
        if name in expected.index:
            compared += 1
            assert pair.standard_error == pytest.approx(expected[name], rel=1e-5)
    assert compared == 5


@pytest.mark.parametrize("case", CASES)
def test_the_covariance_of_all_estimates_equals_lavaan_gamma(case: str) -> None:
    frame, expected = load(case), R.loc[case]
    coded = code_answers(frame, list(frame)).complete()
    fit = polychoric(count_categories(coded))
    gamma = coded.n_people * asymptotic_covariance(coded, influence_of(fit))
    place = np.arange(1, len(gamma) + 1)
    ours = {
        "gamma_trace": np.trace(gamma),
        "gamma_rows": (gamma * place[:, None]).sum(),
        "gamma_mixed": np.cos(place) @ gamma @ np.cos(place),
        "gamma_first_last": gamma[0, -1],
        "gamma_corner": gamma[-2, -1],
    }
    for name, value in ours.items():
        assert value == pytest.approx(expected[name], rel=1e-6), name
    diagonal = np.sqrt(np.diag(gamma)[-len(fit.rho) :] / coded.n_people)
    assert diagonal == pytest.approx(standard_errors(fit, information="observed"))


@pytest.mark.parametrize("case", CASES)
def test_our_likelihood_is_no_lower_than_theirs(case: str) -> None:
    frame = load(case)
    fit = fitted(frame)
    assert np.abs(fit.gradient).max() < 1e-9
    names, expected = list(frame), R.loc[case]
    one, other = np.triu_indices(len(names), 1)
    for source in ("rho", "psych"):
        pairs = zip(one, other, strict=True)
        theirs = [expected[f"{names[i]}_{names[j]}_{source}"] for i, j in pairs]
        assert (fit.log_likelihood >= likelihood(fit, np.array(theirs)) - 1e-9).all()


def likelihood(fit: PolychoricFit, rho: np.ndarray) -> np.ndarray:
    from tillit_eval.quality.correlations._polychoric import cell_probabilities

    one, other = np.triu_indices(len(fit.tables.items), 1)
    cells = cell_probabilities(fit.thresholds[one], fit.thresholds[other], rho)
    return np.sum(fit.pair_counts * np.log(cells), axis=(1, 2))


def test_pairs_use_everyone_who_answered_both() -> None:
    frame, expected = load("gaps"), R.loc["gaps"]
    found = assess_polychoric(frame, list(frame), missing="pairs")
    compared = 0
    for pair in found.pairs:
        name = f"{pair.one}_{pair.other}_rho"
        if name in expected.index:
            compared += 1
            assert pair.correlation == pytest.approx(expected[name], abs=1e-5)
        assert pair.n_people == len(frame[[pair.one, pair.other]].dropna())
    assert compared == 5
    whole = assess_polychoric(frame, list(frame))
    assert whole.n_people == len(frame.dropna()) < found.n_people
    assert whole.left_out[0][1] == frame.isna().any(axis=1).sum()
    assert "at least 7" in found.sentence()


def test_smoothing_equals_psych() -> None:
    expected = R.loc["smoothing"]
    odd = np.array([[1, 0.9, -0.4], [0.9, 1, 0.5], [-0.4, 0.5, 1]])
    assert np.linalg.eigvalsh(odd)[0] == pytest.approx(expected["smallest"], rel=1e-10)
    ours = smoothed(odd)
    for i, j in ((0, 1), (0, 2), (1, 2)):
        assert ours[i, j] == pytest.approx(expected[f"r{i + 1}{j + 1}"], abs=1e-8)
    assert smoothed(np.eye(3)) == pytest.approx(np.eye(3))


def test_rectangles_equal_mvtnorm() -> None:
    for name, value in R.loc["normal"].items():
        _, x, rho = str(name).split("_")
        ours = bivariate_cdf(*(np.array([float(z)]) for z in (x, 0.4, rho)))
        assert ours[0] == pytest.approx(value, abs=1e-14), name


CORNER = st.floats(-6, 6)


@settings(deadline=None, max_examples=30)
@given(CORNER, CORNER, st.floats(-0.999999, 0.999999))
def test_rectangles_keep_the_rules_of_probability(
    x: float, y: float, rho: float
) -> None:
    a, b, r = (np.full(1, z) for z in (x, y, rho))
    value = bivariate_cdf(a, b, r)[0]
    assert value == pytest.approx(bivariate_cdf(b, a, r)[0], abs=1e-15)
    assert max(0, ndtr(x) + ndtr(y) - 1) - 1e-14 <= value
    assert value <= min(ndtr(x), ndtr(y)) + 1e-14
    turned = ndtr(x) - bivariate_cdf(a, -b, -r)[0]
    assert value == pytest.approx(turned, abs=1e-13)


@pytest.mark.parametrize("rho", [-0.9999, -0.93, -0.92, 0.5, 0.924, 0.926, 0.9999])
def test_rectangles_grow_with_their_density(rho: float) -> None:
    x, y, r = np.array([0.3]), np.array([0.31]), np.array([rho])
    move = min(1e-5, (1 - abs(rho)) / 100)
    rise = bivariate_cdf(x, y, r + move) - bivariate_cdf(x, y, r - move)
    assert rise / (2 * move) == pytest.approx(bivariate_density(x, y, r), rel=1e-3)


def test_tables_are_the_same_from_every_engine() -> None:
    import duckdb
    import polars as pl

    frame = load("ceiling")
    expected = count_categories(code_answers(frame, list(frame)))
    relation = duckdb.from_df(frame.astype(float))
    for other in (pl.from_pandas(frame), pl.from_pandas(frame).lazy(), relation):
        found = count_categories(code_answers(other, list(frame)))
        assert (found.counts == expected.counts).all()
        assert found.n_rows == expected.n_rows == len(frame)
    crossed = pd.crosstab(*frame.dropna()[["q1", "q6"]].to_numpy().T)
    assert (expected.counts[0, 5][:, :3] == crossed.to_numpy()).all()
    assert (expected.counts[0, 5][:, 3:] == 0).all()


def test_a_source_is_read_and_the_frame_left_alone() -> None:
    frame = steps(80, 0.5, [-1, 0, 1]).assign(source="synthetic")
    before = frame.copy()
    assert assess_polychoric(frame, ["a", "b"]).source == "synthetic"
    pd.testing.assert_frame_equal(frame, before)


def test_a_known_truth_is_found_again() -> None:
    for rho in (-0.7, 0.0, 0.9, 0.99):
        fit = fitted(steps(20_000, rho, [-2, -1.4, -0.8, 0.1]))
        error = standard_errors(fit)[0]
        assert abs(fit.rho[0] - rho) < 4 * error
        assert error < 0.012


def test_the_order_of_answers_turned_round_turns_the_sign() -> None:
    frame = load("ceiling").dropna()
    turned = frame.assign(q2=6 - frame["q2"])
    one, other = fitted(frame), fitted(turned)
    sign = np.where(np.isin(np.arange(15), [0, 5, 6, 7, 8]), -1, 1)
    assert other.rho == pytest.approx(sign * one.rho, abs=1e-10)
    assert standard_errors(other) == pytest.approx(standard_errors(one), rel=1e-8)


def test_categories_nobody_chose_are_dropped_and_told() -> None:
    frame = steps(5_000, 0.6, [-1.5, -0.5, 0.5, 1.5])
    frame["c"] = np.where(frame["a"] == 2, 3, frame["a"])  # nobody says 2
    found = assess_polychoric(frame, ["b", "c"])
    assert found.unused == ("c",)
    assert found.pairs[0].correlation == pytest.approx(0.6, abs=0.04)
    assert [t.above for t in found.thresholds if t.item == "c"] == [3, 4, 5]
    assert "Not every answer that other items got was given to c" in found.sentence()
    assert "Alla svar som andra frågor fick gavs inte på c" in found.sentence("sv")


def test_a_category_lost_with_incomplete_rows_is_dropped() -> None:
    frame = steps(300, 0.6, [-1.5, -0.5, 0.5, 1.5]).astype(float)
    frame.loc[frame["a"] == 5, "b"] = np.nan
    found = assess_polychoric(frame, ["a", "b"])
    assert max(t.above for t in found.thresholds if t.item == "a") == 4
    assert found.unused == ("a",)


def test_a_table_of_two_by_two_with_an_empty_cell_cannot_be_told() -> None:
    frame = pd.DataFrame({"a": [0] * 30 + [1] * 30, "b": [0] * 20 + [1] * 40})
    with pytest.raises(TooFewAnswers, match="cannot be told: it runs to ±1") as told:
        assess_polychoric(frame, ["a", "b"])
    assert told.value.reason == "correlations.at_bound"
    filled = assess_polychoric(frame, ["a", "b"], zero_cells="filled")
    assert 0.8 < float(filled.pairs[0].correlation or 0) < 0.99
    assert "counted as 0.5 people" in filled.sentence()


def test_an_item_that_repeats_another_is_left_empty() -> None:
    frame = steps(400, 0.6, [-1, 0, 1])
    frame["c"] = frame["a"]
    found = assess_polychoric(frame, ["a", "b", "c"])
    assert found.cannot_tell == ("a – c",)
    assert found.smallest_eigenvalue is None
    assert np.isnan(found.matrix.loc["a", "c"])
    row = found.table_of("pairs").set_index(["one", "other"]).loc[("a", "c")]
    assert row[["correlation", "standard_error", "interval_low"]].isna().all()
    assert "cannot be told for a – c" in found.sentence()


def odd_answers() -> pd.DataFrame:
    """Three items, each pair answered by other people, that contradict each other."""
    one, two = steps(200, 0.9, [-1, 0, 1]), steps(200, 0.9, [-1, 0, 1], 2)
    last = steps(200, -0.8, [-1, 0, 1], 3)
    return pd.concat(
        [
            one.set_axis(["a", "b"], axis=1),
            two.set_axis(["b", "c"], axis=1),
            last.set_axis(["a", "c"], axis=1),
        ],
        ignore_index=True,
    )[["a", "b", "c"]]


def test_a_matrix_that_nobody_could_have_is_told_and_mended_on_request() -> None:
    frame, items = odd_answers(), ["a", "b", "c"]
    found = assess_polychoric(frame, items, missing="pairs")
    assert found.smallest_eigenvalue is not None
    assert found.smallest_eigenvalue < -0.3
    assert "not positive definite" in found.sentence()
    assert "inte positivt definit" in found.sentence("sv")
    mended = assess_polychoric(frame, items, missing="pairs", smooth=True)
    assert mended.smoothed
    assert np.linalg.eigvalsh(mended.matrix)[0] > 0
    assert mended.smallest_eigenvalue == found.smallest_eigenvalue
    assert mended.pairs[0].interval is None
    assert "the nearest that somebody could" in mended.sentence()
    sound = assess_polychoric(frame.dropna(subset=["a", "b"]), ["a", "b"], smooth=True)
    assert not sound.smoothed
    assert sound.pairs[0].interval is not None


def test_pairs_nobody_answered_cannot_be_told() -> None:
    frame = odd_answers()
    frame.loc[400:, "a"] = np.nan
    found = assess_polychoric(frame, ["a", "b", "c"], missing="pairs")
    assert found.cannot_tell == ("a – c",)
    assert found.n_people == 0
    assert "0.9" not in found.sentence()
    assert found.matrix.isna().all(axis=None)


def test_the_floor_is_obeyed() -> None:
    frame = steps(300, 0.6, [-2.4, 0, 1])
    frame["c"] = frame["b"].astype(float).where(np.arange(300) < 9)
    found = assess_polychoric(frame, ["a", "b", "c"], missing="pairs")
    assert not found.is_shown
    assert found.table_of("pairs").empty
    assert found.matrix.isna().all(axis=None)
    assert "fewer than 10" in found.sentence()
    two = assess_polychoric(frame, ["a", "b"])
    cuts = two.table_of("thresholds").set_index(["item", "below"])["threshold"]
    few = {one.item for one in two.thresholds if one.fewest < 5}
    assert few
    assert all(np.isnan(cuts[(item, 1.0)]) for item in few)
    assert cuts.notna().any()
    row = two.to_frame(guarded=True)
    assert list(row["items"]) == ["a, b"]
    assert not {"pairs", "thresholds"} & set(row)
    assert repr(two).startswith("<Correlations: a … b: polychoric correlation")


def test_sentences_in_both_languages() -> None:
    frame = load("sai")
    found = assess_polychoric(frame, list(frame), scale="calm")
    assert found.sentence() == (
        "calm: the 45 polychoric correlations of 10 items lie between −0.59 and 0.76, "
        "from 999 people. Left out because an answer is missing: 12. "
        "(Source of the data not stated.)"
    )
    assert "från" in found.sentence("sv")
    assert "polykoriska korrelationerna" in found.sentence("sv")
    assert isinstance(found, Correlations)


BAD: dict[str, tuple[Callable[[pd.DataFrame], pd.DataFrame], str]] = {
    "constant": (lambda f: f.assign(b=3), "Some items are constant"),
    "empty": (lambda f: f.assign(b=np.nan), "Some items have no answers at all"),
    "texts": (lambda f: f.assign(b="yes"), "Some items do not hold numbers"),
    "many": (
        lambda f: f.assign(b=np.arange(len(f))),
        "do not hold answers in a few steps",
    ),
    "all endless": (lambda f: f.assign(b=np.inf), "not hold answers in a few steps"),
    "endless": (
        lambda f: f.assign(b=f["b"].where(f["b"] > 1, np.inf)),
        "do not hold answers in a few steps",
    ),
    "one person": (lambda f: f.iloc[:1], "no more complete rows than items"),
    "nobody whole": (
        lambda f: pd.concat([f.assign(a=np.nan), f.assign(b=np.nan)]),
        "no more complete rows than items",
    ),
    "no rows": (lambda f: f.iloc[:0], "is empty"),
    "absent": (lambda f: f[["a"]], "lacks a column"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_says_what_to_do(name: str) -> None:
    spoil, text = BAD[name]
    with pytest.raises(DataProblem, match=text) as told:
        assess_polychoric(spoil(steps(60, 0.5, [-1, 0, 1])), ["a", "b"])
    assert str(told.value).count("\n") == 3


def test_a_summary_is_refused_and_two_items_are_needed() -> None:
    frame = steps(60, 0.5, [-1, 0, 1])
    with pytest.raises(DataProblem, match="holds sums, not who gave which"):
        assess_polychoric(summarise_responses(frame, ["a", "b"]), ["a", "b"])
    with pytest.raises(TooFewAnswers, match="too few items"):
        assess_polychoric(frame, ["a"])
    with pytest.raises(DataProblem, match="not an option"):
        assess_polychoric(frame, ["a", "b"], missing="some")  # type: ignore[arg-type]


def test_booleans_and_huge_numbers_are_steps_like_others() -> None:
    frame = steps(500, 0.7, [0.0])
    plain = fitted(frame).rho
    assert fitted(frame == 2).rho == pytest.approx(plain)
    assert fitted(frame * 1e12).rho == pytest.approx(plain)
    assert fitted(frame * 0.1 - 3).rho == pytest.approx(plain)


@settings(deadline=None, max_examples=20)
@given(st.lists(st.integers(0, 6), min_size=9, max_size=9))
def test_any_table_gives_a_number_inside_or_the_bound(cells: list[int]) -> None:
    table = np.array(cells, dtype=float).reshape(3, 3)
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    if min(*rows, *columns) == 0:
        return
    counts = np.zeros((2, 2, 3, 3))
    counts[0, 1], counts[1, 0] = table, table.T
    counts[0, 0], counts[1, 1] = np.diag(rows), np.diag(columns)
    tables = CategoryTables(
        ("a", "b"),
        ((1, 2, 3),) * 2,
        np.array([3, 3]),
        np.stack([rows, columns]),
        counts,
        int(table.sum()),
    )
    fit = polychoric(tables)
    if fit.at_bound[0]:
        assert abs(fit.rho[0]) == 1
        assert np.isnan(standard_errors(fit)[0])
    else:
        assert abs(fit.gradient[0]) < 1e-7
        around = np.clip(fit.rho[0] + np.array([-0.02, 0.02]), -0.99, 0.99)
        assert all(
            likelihood(fit, np.array([rho]))[0] <= fit.log_likelihood[0] + 1e-9
            for rho in around
        )


def test_a_likelihood_that_goes_flat_before_the_bound_is_told() -> None:
    # The lowest of one item meets the lowest of the other: nobody, and few could.
    frame = pd.DataFrame({"a": [1] * 3 + [2] * 57, "b": [2] * 55 + [1] * 5})
    with pytest.raises(TooFewAnswers, match="runs to ±1"):
        assess_polychoric(frame, ["a", "b"])


@pytest.mark.parametrize("rho", [0.985, 0.995, 0.99999])
def test_rectangles_are_exact_where_one_corner_holds_the_other(rho: float) -> None:
    one, r = np.ones(1), np.full(1, rho)
    assert bivariate_cdf(one, -one, r)[0] == pytest.approx(ndtr(-1), abs=2e-15)
    assert bivariate_cdf(-one, -one, -r)[0] == pytest.approx(0, abs=2e-15)

"""Items, units and counts that break formulas: right answers, or a refusal."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tillit_eval import quality
from tillit_eval.errors import TooFewAnswers
from tillit_eval.findings import Estimate


def items(n: int = 60) -> pd.DataFrame:
    """Draw two items that cancel each other and one of its own."""
    rng = np.random.default_rng(2)
    q1 = rng.integers(1, 6, n)
    return pd.DataFrame(
        {"q1": q1, "q2": 6 - q1, "q3": rng.integers(1, 6, n), "source": "real"}
    )


@pytest.mark.parametrize("names", [["q1", "q2"], ["q1", "q2", "q3"]])
def test_items_that_cancel_out_are_refused(names: list[str]) -> None:
    for assess in (quality.assess_alpha, quality.assess_items):
        with pytest.raises(TooFewAnswers) as caught:
            assess(items(), names)
        assert caught.value.reason == "quality.items_cancel"
        assert str(caught.value) == (
            "The items cancel out: their sum is the same for everyone.\n"
            "  expected: items that point the same way\n"
            "  found:    a sum of items without any spread\n"
            "  to fix:   turn the reversed items first, with reversed = true in the "
            "codebook"
        )


def test_units_that_differ_less_than_chance_do_not_shrink_the_design_effect() -> None:
    spread = np.tile(np.arange(1.0, 11.0), 6)
    alike = pd.DataFrame(
        {"unit": np.repeat(list("abcdef"), 10), "q1": spread, "source": "real"}
    )
    alike.loc[0, "q1"] += 0.1
    found = quality.assess_aggregation(alike, ["q1"])
    assert found.icc1 < -0.1
    assert found.design_effect == 1.0


@pytest.mark.parametrize(("slope", "r"), [(2.0, 1.0), (-0.5, -1.0)])
def test_scores_that_follow_each_other_fully_correlate_fully(
    slope: float, r: float
) -> None:
    first = np.arange(20.0)
    rows = pd.DataFrame(
        {
            "respondent": [*range(20), *range(20)],
            "wave": ["1"] * 20 + ["2"] * 20,
            "trust": np.r_[first, slope * first + 3],
        }
    )
    found = quality.assess_retest(rows, "trust", before="1", after="2")
    assert isinstance(found, Estimate)
    assert found.interval is not None
    ours = (found.estimate, found.interval.low, found.interval.high)
    assert ours == pytest.approx((r, r, r))


@pytest.mark.parametrize(
    ("count", "n"), [(0, 1), (1, 1), (0, 40), (40, 40), (1, 2), (3, 1_000_000)]
)
def test_intervals_of_shares_at_the_edges(count: int, n: int) -> None:
    """The exact one ends at the n-th root, Wilson's at n over n plus z squared."""
    exact = quality.clopper_pearson(count, n)
    score = quality.wilson(count, n)
    z2 = 1.959963984540054**2
    if count == 0:
        assert (exact.low, score.low) == (0.0, 0.0)
        assert exact.high == pytest.approx(1 - 0.025 ** (1 / n), rel=1e-12)
        assert score.high == pytest.approx(z2 / (n + z2), rel=1e-12)
    if count == n:
        assert (exact.high, score.high) == (1.0, 1.0)
        assert exact.low == pytest.approx(0.025 ** (1 / n), rel=1e-12)
        assert score.low == pytest.approx(n / (n + z2), rel=1e-12)
    assert 0 <= exact.low <= count / n <= exact.high <= 1
    assert 0 <= score.low <= count / n <= score.high <= 1


def test_a_share_lost_of_few_people_has_the_exact_interval() -> None:
    before = pd.DataFrame({"respondent": range(18), "wave": "1", "trust": 1.0})
    rows = pd.concat([before, before.iloc[6:].assign(wave="2")]).assign(source="real")
    found = quality.assess_attrition(rows, before="1", after="2", scales=["trust"])
    assert found.interval == quality.clopper_pearson(6, 18)
    assert found.method is not None
    assert found.method.key == "quality.method_clopper_pearson"
    more = pd.concat([rows, before.assign(respondent=range(100, 118))])
    found = quality.assess_attrition(
        more.assign(source="real"), before="1", after="2", scales=["trust"]
    )
    assert found.interval == quality.wilson(24, 36)

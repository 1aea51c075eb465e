"""Ends of intervals that are one unit's own change are not told where it is small."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

import tillit_eval as te
from tillit_eval.comparison import _ends, adjusted
from tillit_eval.comparison.model import AdjustedChange
from tillit_eval.findings import Change, decide_verdict

DRAWN = ("ferman_pinto", "conley_taber", "placebo", "wild", "wild_drawn", "webb")


def scores(
    sizes: list[int], *, treated: int, moved: float = 0.0, source: str = "real"
) -> pd.DataFrame:
    """Draw units of which the last changes most of all, by `moved` more."""
    rng = np.random.default_rng(11)
    parts = []
    for unit, n in enumerate(sizes):
        drift = rng.normal(0, 4)
        if unit == len(sizes) - 1:
            drift = 15 + moved
        for wave in (0, 1):
            level = 55 + rng.normal(0, 6, n)
            parts.append(
                pd.DataFrame(
                    {
                        "respondent": [f"{unit}-{i}" for i in range(n)],
                        "unit": f"u{unit}",
                        "treated": unit < treated,
                        "wave": str(wave),
                        "trust": level + wave * drift + wave * 4 * (unit < treated),
                    }
                )
            )
    return pd.concat(parts, ignore_index=True).assign(source=source)


def compare(rows: pd.DataFrame, margin: float | None = None) -> AdjustedChange:
    found = te.compare_adjusted(
        rows, "trust", before="0", after="1", assigned="unit", margin=margin
    )
    assert isinstance(found, AdjustedChange)
    return found


def every(found: AdjustedChange) -> Iterator[AdjustedChange]:
    yield found
    for one in found.alternatives:
        assert isinstance(one, AdjustedChange)
        yield one


def method(one: Change) -> str:
    return one.method.key.removeprefix("comparison.method_") if one.method else ""


SMALL = [15] * 21 + [4]


def told(rows: pd.DataFrame) -> dict[str, tuple[float, float]]:
    return {
        method(one): (one.interval.low, one.interval.high)
        for one in every(compare(rows))
        if one.interval is not None
    }


def test_a_small_unit_that_moves_more_does_not_move_the_ends() -> None:
    first, second = (told(scores(SMALL, treated=1, moved=m)) for m in (0.0, 0.8))
    assert first["conley_taber"] == second["conley_taber"]
    assert first["ferman_pinto"] == second["ferman_pinto"]


def test_without_the_guard_the_ends_are_that_unit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_ends, "_has_small_unit", lambda *_: False)
    plain, more = (scores(SMALL, treated=1, moved=m) for m in (0.0, 0.8))
    first, second = told(plain), told(more)
    assert abs(first["conley_taber"][1] - second["conley_taber"][1]) > 0.1
    # The end lies as far from the estimate as the unit does from the others.
    found = next(one for one in every(compare(plain)) if method(one) == "conley_taber")
    means = plain[~plain["treated"]].pivot_table("trust", "unit", "wave", "mean")
    change = means["1"] - means["0"]
    n = plain[~plain["treated"]].groupby("unit").size()
    weight = n / n.sum()
    residual = change - (weight * change).sum()
    average = float((residual**2).mean())
    scale = np.sqrt(average * (1 - 2 * weight) + average * (weight**2).sum())
    farthest = float((residual / scale).abs().max())
    assert (residual / scale).abs().idxmax() == "u21"
    assert found.interval is not None
    assert found.standard_error is not None
    reach = found.interval.high - found.estimate
    assert reach / found.standard_error == pytest.approx(farthest, abs=1e-5)


@pytest.mark.parametrize(
    ("treated", "n_units", "margin"),
    [(1, 22, None), (1, 22, 30.0), (2, 22, 3.0), (4, 12, None), (4, 12, 30.0)],
)
def test_rounded_ends_hold_the_exact_ones_and_fit_the_verdict(
    treated: int, n_units: int, margin: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = scores(SMALL[-n_units:], treated=treated)
    guarded = list(every(compare(rows, margin)))
    monkeypatch.setattr(adjusted, "guard_ends", lambda answer, *_: answer)
    exact = list(every(compare(rows, margin)))
    assert [method(one) for one in guarded] == [method(one) for one in exact]
    for one, true in zip(guarded, exact, strict=True):
        assert (one.rounded is not None) == (method(one) in DRAWN)
        assert one.interval is not None
        assert true.interval is not None
        assert one.interval.low <= true.interval.low
        assert one.interval.high >= true.interval.high
        assert (one.p_value, one.verdict) == (true.p_value, true.verdict)
        assert one.verdict == decide_verdict(
            one.interval, margin=margin, equivalence_interval=one.equivalence_interval
        )
        if one.rounded is None:
            assert one.interval == true.interval
            continue
        assert one.standard_error is not None
        step = _ends._step(one.standard_error)
        assert step >= one.standard_error
        for end in (one.interval.low, one.interval.high):
            places = end / step
            assert math.isinf(end) or abs(places - round(places)) < 1e-9
        if one.d_ppc2_interval is not None and one.d_ppc2:
            spread = one.estimate / one.d_ppc2
            assert one.d_ppc2_interval.low * spread == pytest.approx(one.interval.low)


def test_it_says_so_in_both_languages_and_in_the_table() -> None:
    found = compare(scores(SMALL, treated=1))
    assert "fewer than 10 people" in found.sentence("en")
    assert "The ends of the interval are rounded outwards" in found.sentence("en")
    assert "Intervallets gränser är avrundade utåt" in found.sentence("sv")
    cells = te.tables.display_methods(found, lang="sv").iloc[0].tolist()
    assert cells[0].endswith("; gränserna avrundade utåt")


def test_large_units_and_public_numbers_keep_their_ends() -> None:
    large = compare(scores([15] * 22, treated=1))
    public = compare(scores(SMALL, treated=1, source="published"))
    assert large.rounded is None
    assert public.rounded is None
    assert "rounded" not in large.sentence("en")


@pytest.mark.parametrize(
    ("error", "step"), [(0.2, 0.2), (0.21, 0.5), (0.9, 1.0), (3.1, 5.0), (6.0, 10.0)]
)
def test_steps_are_round_and_no_finer_than_the_error(error: float, step: float) -> None:
    assert _ends._step(error) == pytest.approx(step)

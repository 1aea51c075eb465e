"""Intervals and standard deviations beside means: do they tell a hidden group?"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import tillit_eval as te
from tillit_eval.disclosure import Build, Ledger, kernel, protect_table
from tillit_eval.disclosure import ledger as ledger_file
from tillit_eval.disclosure.spreads import Guard, numbers_over_units
from tillit_eval.findings import Estimate, NotAnswered

sys.path.insert(0, str(Path(__file__).parent))
from attacker import Attacker

SIZES = {"A": 30, "B": 25, "C": 4, "D": 15, "E": 18, "F": 22, "G": 26, "H": 40}


def people(sizes: dict[str, int] = SIZES) -> pd.DataFrame:
    """Draw units whose changes differ; everybody answers both times."""
    rng = np.random.default_rng(5)
    rows = []
    for unit, n in sizes.items():
        drift = rng.normal(0, 6)
        for i in range(n):
            level = rng.normal(55, 8)
            rows += [
                (f"{unit}{i}", unit, wave, level + (wave == "2") * drift + rng.normal())
                for wave in "12"
            ]
    frame = pd.DataFrame(rows, columns=["respondent", "unit", "wave", "trust"])
    return frame.assign(source="real")


def publish(rows: pd.DataFrame, average: str) -> Build:
    table = rows.pivot_table("trust", "unit", "wave", "mean").reset_index()
    ledger = Ledger(rows)
    values = {wave: ("trust", wave) for wave in "12"}
    ledger.add_table("units", table.rename_axis(columns=None), by="unit", values=values)
    found = te.compare_waves(rows, "trust", before="1", after="2", average=average)  # type: ignore[arg-type]
    ledger.add_findings("change", found)
    return ledger.protect()


def attack(build: Build) -> float:
    """Read the change of every unit that is shown, and the t interval over units."""
    table = build["units"].table  # type: ignore[union-attr]
    shown = (table["2"] - table["1"])[table["shown"]].to_numpy(dtype=float)
    found = build["change"][0]  # type: ignore[index]
    assert isinstance(found, Estimate), "the change itself stays"
    assert found.standard_error is not None
    n = len(table)
    squares = found.standard_error**2 * n * (n - 1) + n * found.estimate**2
    return Attacker.span_given_spread(
        shown, n - len(shown), mean=found.estimate, squares=squares
    )


def test_an_interval_over_units_does_not_give_a_hidden_unit() -> None:
    build = publish(people(), "units")
    table = build["units"].table  # type: ignore[union-attr]
    assert not table.loc[table["unit"] == "C", "shown"].any()
    assert 2 <= table["shown"].sum() < len(table) - 2
    assert attack(build) > 5
    found = build["change"][0]  # type: ignore[index]
    assert not found.alternatives, "other answers would tell more"  # type: ignore[attr-defined]


def test_without_that_guard_the_interval_gives_the_unit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def keep(_: object, before: Guard, *__: object) -> Guard:
        return before

    monkeypatch.setattr(ledger_file, "guard_units", keep)
    build = publish(people(), "units")
    table = build["units"].table  # type: ignore[union-attr]
    assert (~table["shown"]).sum() == 2
    assert attack(build) == 0.0
    # What the reader computes is what the two units really did.
    rows = people()
    changes = rows.pivot_table("trust", "unit", "wave", "mean")
    change = (changes["2"] - changes["1"]).to_numpy()
    hidden = ~table["shown"].to_numpy(dtype=bool)
    found = build["change"][0]  # type: ignore[index]
    n = len(change)
    total = n * found.estimate - change[~hidden].sum()  # type: ignore[union-attr]
    squares = found.standard_error**2 * n * (n - 1) + n * found.estimate**2  # type: ignore[union-attr,operator]
    rest = squares - (change[~hidden] ** 2).sum()
    ends = total / 2 + np.array([-1, 1]) * np.sqrt(rest / 2 - total**2 / 4)
    assert sorted(change[hidden]) == pytest.approx(sorted(ends), abs=1e-6)


def test_no_unit_under_the_floor_means_nothing_more_is_hidden() -> None:
    build = publish(people({**SIZES, "C": 12}), "people")
    assert build.table["shown"].all()
    assert build["change"][0].alternatives  # type: ignore[index,attr-defined]


def test_answers_by_other_methods_go_before_units_do() -> None:
    build = publish(people(), "people")
    assert (~build["units"].table["shown"]).sum() == 3  # type: ignore[union-attr]
    assert not isinstance(build["change"][0], NotAnswered)  # type: ignore[index]
    assert not build["change"][0].alternatives  # type: ignore[index,attr-defined]


def test_numbers_over_units_are_counted_once() -> None:
    rows = people()
    found = te.compare_waves(rows, "trust", before="1", after="2")
    own = numbers_over_units(found, averages=False, methods=False)
    assert own == {"width over people"}
    every = {"width over people", "width over units", "mean of units"}
    assert numbers_over_units(found) == every
    other = te.compare_waves(rows, "trust", before="1", after="2", average="units")
    assert numbers_over_units(other) == every
    # Where no unit is small, the ends of drawn intervals are told and counted.
    large = people({unit: n + 10 for unit, n in SIZES.items()})
    drawn = numbers_over_units(te.compare_waves(large, "trust", before="1", after="2"))
    assert drawn > every
    alone = te.compare_waves(rows, "trust", before="1", after="2", unit=None)
    assert numbers_over_units(alone) == frozenset()


def read_table(rows: pd.DataFrame) -> tuple[Attacker, np.ndarray]:
    """Read mean and standard deviation of every unit that is shown, and of all.

    Squares are read as one more thing that adds up over people, from 0 to 100 squared.
    """
    one = rows[rows["wave"] == "1"]
    table = one.groupby("unit")["trust"].agg(["count", "mean", "std"]).reset_index()
    safe = protect_table(table, count="count", digits=6).table
    n = table["count"].to_numpy(dtype=float)
    reader = Attacker(n, 0.0, 100.0**2)
    squares = table["std"] ** 2 * (n - 1) / n + table["mean"] ** 2
    for i in np.flatnonzero(safe["shown"]):
        reader.read(np.eye(len(n))[i], mean=squares[i], half=1e-4)
    every = float((one["trust"] ** 2).mean())
    reader.read(np.ones(len(n)), mean=every, half=1e-4)
    return reader, np.eye(len(n))[table["unit"].tolist().index("C")]


def test_standard_deviations_are_sums_over_the_same_people_as_means() -> None:
    reader, small = read_table(people())
    low, high = reader.bound_mean(small)
    assert high - low > 0.1 * 100**2


def test_without_complementary_suppression_they_give_the_small_unit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kernel, "leaks_of", lambda *_, **__: iter(()))
    reader, small = read_table(people())
    low, high = reader.bound_mean(small)
    assert high - low < 1

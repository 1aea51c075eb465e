"""Cross tables and levels: an attacker with a linear programme tries them out."""

from __future__ import annotations

import sys
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tillit_eval.disclosure import Protected, crossed, kernel, protect_table

sys.path.insert(0, str(Path(__file__).parent))
from attacker import Attacker

K = 10


def cross(people: np.ndarray, means: np.ndarray | None = None) -> pd.DataFrame:
    """A table of units by roles with all totals, as a pivot table gives it."""
    rng = np.random.default_rng(int(people.sum()))
    means = rng.uniform(30, 70, people.shape) if means is None else means
    names = [
        [f"{name}{i}" for i in range(n)]
        for name, n in zip("ur", people.shape, strict=True)
    ]
    rows = []
    for i, j in product(*(range(n + 1) for n in people.shape)):
        pick = np.ix_(
            *(
                range(n) if k == n else [k]
                for k, n in zip((i, j), people.shape, strict=True)
            )
        )
        n = people[pick].sum()
        mean = (people[pick] * means[pick]).sum() / n if n else np.nan
        where = [
            "All" if k == len(own) else own[k]
            for k, own in zip((i, j), names, strict=True)
        ]
        rows.append([*where, int(n), mean])
    return pd.DataFrame(rows, columns=["unit", "role", "n", "trust"])


def levels(sizes: list[list[int]]) -> pd.DataFrame:
    """Units in departments in one site, with a row for every total."""
    rng = np.random.default_rng(sum(map(sum, sizes)))
    rows, every = [], []
    for d, units in enumerate(sizes):
        means = rng.uniform(30, 70, len(units))
        rows += [
            [f"d{d}", f"u{u}", n, m]
            for u, (n, m) in enumerate(zip(units, means, strict=True))
        ]
        every.append((sum(units), float(np.dot(units, means))))
        rows.append([f"d{d}", "All", every[-1][0], every[-1][1] / max(every[-1][0], 1)])
    n, total = map(sum, zip(*every, strict=True))
    rows.append(["All", "All", n, total / max(n, 1)])
    return pd.DataFrame(rows, columns=["department", "unit", "n", "trust"])


def members(table: pd.DataFrame, keys: list[str]) -> np.ndarray:
    """Which groups stand behind each row, shape (rows, groups)."""
    groups = table[(table[keys] != "All").all(axis=1)]
    return np.array(
        [
            ((groups[keys] == row) | (np.asarray(row) == "All")).all(axis=1)
            for row in table[keys].to_numpy()
        ]
    )


def worst(table: pd.DataFrame, safe: Protected, keys: list[str]) -> tuple[float, float]:
    """Attack every small hidden group; return the tightest count and mean.

    A count is measured by how far its bounds fall short of 1 to k - 1; a mean by
    the width of its bounds as a share of the scale.
    """
    sets = members(table, keys)
    people = table.loc[(table[keys] != "All").all(axis=1), "n"].to_numpy(dtype=float)
    reader = Attacker(people)
    for row, is_shown in enumerate(safe.table["shown"]):
        if is_shown and table["n"][row] > 0:
            n = float(table["n"][row])
            mean = float(safe.table["trust"][row])
            reader.read(sets[row], count=(n, n), mean=mean, half=0.5 * 10**-4)
        elif is_shown:
            reader.read(sets[row], count=(0, 0))
    short, width = 0.0, 1.0
    if not any(mean is not None for mean in reader.means):
        return short, width
    for row in np.flatnonzero((table["n"] > 0) & (table["n"] < K)):
        low, high = reader.bound_count(sets[row])
        short = max(short, low - 1, K - 1 - high)
        low, high = reader.bound_mean(sets[row])
        width = min(width, (high - low) / 100)
    return short, width


shapes = st.tuples(st.integers(2, 4), st.integers(2, 3))


@settings(deadline=None, max_examples=8)
@given(data=st.data(), shape=shapes)
def test_no_cell_of_a_cross_table_can_be_worked_out(
    data: st.DataObject, shape: tuple[int, int]
) -> None:
    cells = st.lists(
        st.integers(0, 40), min_size=int(np.prod(shape)), max_size=int(np.prod(shape))
    )
    people = np.array(data.draw(cells)).reshape(shape)
    table = cross(people)
    safe = protect_table(
        table, count="n", unit=["unit", "role"], margin="All", digits=4
    )
    small = (table["n"] > 0) & (table["n"] < K)
    assert not safe.table.loc[small, "shown"].any()
    short, width = worst(table, safe, ["unit", "role"])
    assert short < 1e-6
    assert width > 1 / K


@settings(deadline=None, max_examples=8)
@given(
    sizes=st.lists(
        st.lists(st.integers(0, 40), min_size=1, max_size=5), min_size=1, max_size=4
    )
)
def test_no_unit_can_be_worked_out_from_departments_and_the_site(
    sizes: list[list[int]],
) -> None:
    table = levels(sizes)
    safe = protect_table(
        table, count="n", parents={"unit": "department"}, margin="All", digits=4
    )
    short, width = worst(table, safe, ["department", "unit"])
    assert short < 1e-6
    assert width > 1 / K


def test_without_complementary_suppression_the_attack_succeeds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    people = np.array([[40, 7], [25, 31], [30, 22]])
    table = cross(people)
    monkeypatch.setattr(kernel, "leaks_of", lambda *_, **__: iter(()))
    safe = protect_table(
        table, count="n", unit=["unit", "role"], margin="All", digits=4
    )
    assert safe.ledger["n_hidden"].tolist() == [1]
    short, width = worst(table, safe, ["unit", "role"])
    assert short == 6
    assert width < 0.001
    deep = levels([[40, 7], [25, 31]])
    open_ = protect_table(
        deep, count="n", parents={"unit": "department"}, margin="All", digits=4
    )
    assert worst(deep, open_, ["department", "unit"])[1] < 0.001


def test_bounds_from_crossing_totals_are_loosened_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No cell follows by algebra here, but zero is a bound that others lean on."""
    people = np.array([[5, 30], [30, 1]])
    table = cross(np.pad(people, ((0, 1), (0, 1)), constant_values=60))
    ask = {"count": "n", "unit": ["unit", "role"], "margin": "All", "digits": 4}
    safe = protect_table(table, **ask)
    assert worst(table, safe, ["unit", "role"])[0] < 1e-6
    monkeypatch.setattr(crossed, "_tight_bounds", lambda *_: iter(()))
    open_ = protect_table(table, **ask)
    assert worst(table, open_, ["unit", "role"])[0] > 0.5

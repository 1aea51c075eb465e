"""How long does it take to protect everything twelve sites publish together?

Twelve sites of about 20 units, two waves, ten scales: a table of units and a change
of the workplace and of those who stayed for every site and scale, and one ledger
over all of them. The house asks for under 10 seconds.
"""

from __future__ import annotations

import time

import numpy as np
import pandas as pd

from tillit_eval.disclosure import Build, Ledger, protect_table
from tillit_eval.findings import Change, Finding
from tillit_eval.phrases import phrase

LIMIT = 10.0


def make_rows(n_sites: int, n_units: int, n_scales: int, seed: int) -> pd.DataFrame:
    """Draw units of 3 to 45 people; two of three answer both times."""
    rng = np.random.default_rng(seed)
    parts, start = [], 0
    for site in range(n_sites):
        for unit in range(n_units):
            n = int(rng.integers(3, 46))
            who, start = np.arange(start, start + n), start + n
            for wave, own in (("1", who[: -n // 6]), ("2", who[n // 6 :])):
                place = {"site": f"s{site}", "unit": f"s{site} u{unit}", "wave": wave}
                parts.append(pd.DataFrame({"respondent": own.astype(str), **place}))
    rows = pd.concat(parts, ignore_index=True)
    scores = rng.normal(60, 12, (len(rows), n_scales)).clip(0, 100)
    scores[rng.random(scores.shape) < 0.03] = np.nan
    names = [f"scale {i}" for i in range(n_scales)]
    return rows.join(pd.DataFrame(scores, columns=names)).assign(source="real")


def changes(rows: pd.DataFrame, scale: str) -> list[Finding]:
    """Stand in for the two changes of a site: the workplace, and those who stayed."""
    answered = rows[rows[scale].notna()]
    waves = [answered[answered["wave"] == wave] for wave in "12"]
    both = set(waves[0]["respondent"]) & set(waves[1]["respondent"])
    means = [own[scale].mean() for own in waves]
    return [
        Change(
            scale=scale,
            before="1",
            after="2",
            estimate=means[1] - means[0],
            n_people=n,
            estimand=phrase(f"comparison.estimand_{who}_people"),
            source="real",
        )
        for who, n in (
            ("workplace", answered["respondent"].nunique()),
            ("stayed", len(both)),
        )
    ]


def publish(rows: pd.DataFrame) -> Ledger:
    """Add a table and two changes for every site and scale, and one of all sites."""
    ledger = Ledger(rows)
    scales = [name for name in rows.columns if name.startswith("scale")]
    for scale in scales:
        for site, own in rows.groupby("site"):
            table = own.pivot_table(scale, "unit", "wave", "mean").reset_index()
            table = table.rename_axis(columns=None)
            values = {wave: (scale, wave) for wave in "12"}
            name = f"{site}, {scale}"
            ledger.add_table(name, table, by="unit", values=values, rows=own)
            ledger.add_findings(f"{name}, change", changes(own, scale), rows=own)
        ledger.add_findings(f"all, {scale}", changes(rows, scale))
    return ledger


def timed_build(rows: pd.DataFrame) -> tuple[Build, float, float]:
    """Return what may be shown, and the seconds for adding and for deciding."""
    start = time.perf_counter()
    ledger = publish(rows)
    added = time.perf_counter()
    safe = ledger.protect()
    return safe, added - start, time.perf_counter() - added


def one_table(n_sites: int, n_units: int, seed: int) -> float:
    """Return the seconds for one table of units by role in departments and sites."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        [
            (f"s{site}", f"s{site} d{unit // 5}", f"s{site} u{unit}", role)
            for site in range(n_sites)
            for unit in range(n_units)
            for role in ("care", "office")
        ],
        columns=["site", "department", "unit", "role"],
    )
    table["n"] = rng.integers(0, 40, len(table))
    table["trust"] = rng.normal(60, 5, len(table))
    start = time.perf_counter()
    parents = {"unit": "department", "department": "site"}
    protect_table(table, count="n", unit=["unit", "role"], parents=parents)
    return time.perf_counter() - start


def main(n_sites: int = 12, n_units: int = 20, n_scales: int = 10) -> None:
    """Print the seconds and how much is hidden."""
    rows = make_rows(n_sites, n_units, n_scales, seed=1)
    safe, adding, deciding = timed_build(rows)
    lines = safe.table
    print(
        f"{n_sites} sites x {n_units} units x {n_scales} scales x 2 waves: "
        f"{len(rows):,} rows, {len(safe)} outputs, {len(lines):,} lines"
    )
    print(f"adding and checking every number   {adding:6.2f} s")
    print(f"deciding what to hide              {deciding:6.2f} s")
    total = adding + deciding
    print(f"together {total:.2f} s, limit {LIMIT:.0f} s: {judge(total)}")
    hidden = int((~lines["shown"]).sum())
    print(f"hidden {hidden:,} of {len(lines):,} lines")
    cross = one_table(4, n_units, seed=2)
    print(f"one cross table, 4 sites x {n_units} units x 2 roles: {cross:.2f} s")


def judge(seconds: float) -> str:
    """Say whether the limit is kept."""
    return "passes" if seconds < LIMIT else "FAILS"


if __name__ == "__main__":
    main()

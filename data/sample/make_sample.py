"""Make the synthetic sample again, byte for byte. Run: make sample.

Each site has a folder. What is true there stands in ``structure.toml``, what was
asked in its codebooks, what was planned in its ``study.toml``; this script only
writes the tables beside them. ``--only NAME`` makes one site, ``--people N`` fewer
people behind the expected values (for a draft).
"""

from __future__ import annotations

import argparse
import tomllib
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tillit_eval.codebook import read_codebook
from tillit_eval.files import replace_text
from tillit_eval.plan import expect_values, read_study
from tillit_eval.simulation import (
    TrueUnit,
    read_true_register,
    read_truth,
    seed_of,
    simulate_cases,
    simulate_ratings,
    simulate_series,
    simulate_study,
)

HERE = Path(__file__).parent
PEOPLE = 2_000_000


def write(table: pd.DataFrame, path: Path) -> None:
    """Write one table: whole numbers without a point, the same line ends anywhere."""
    whole = {
        name: table[name].astype("Int64")
        for name in table.select_dtypes("float")
        if (table[name].dropna() % 1 == 0).all() and name != "value"
    }
    text = table.assign(**whole).to_csv(
        index=False, lineterminator="\n", float_format="%.10g"
    )
    replace_text(path, text)


def month(time: float) -> str | None:
    """Return the first day of the month that holds a time in years."""
    if np.isnan(time):
        return None
    year = int(time)
    return f"{year}-{int((time - year) * 12) + 1:02d}-01"


def write_surveys(site: dict[str, Any], folder: Path) -> None:
    """Simulate each survey of a site and write its tables."""
    truth_file = folder / site["truth"]
    merged = read_true_register(truth_file).unit_changes
    chance = np.random.default_rng(seed_of(site["name"]))
    for name, files in site["survey"].items():
        codebook = read_codebook(folder / files["codebook"])
        truth = read_truth(truth_file, survey=name)
        simulated = simulate_study(truth, codebook, rng=chance)
        shuffled = simulated.responses.sort_values(
            ["wave", "unit", *(item.key for item in codebook.items)], kind="stable"
        )
        began = {wave.wave: wave.opened for wave in truth.waves}
        write(rename(shuffled, merged, began), folder / files["responses"])
        write(rename(simulated.invited, merged, began), folder / files["invited"])
        write(simulated.waves, folder / files["waves"])


def rename(
    table: pd.DataFrame,
    merged: tuple[tuple[str, str, str], ...],
    began: dict[str, str],
) -> pd.DataFrame:
    """Give units that were merged their new name in the waves after the merger."""
    table = table.copy()
    for old, new, date in merged:
        late = table["wave"].map(began) >= date
        table.loc[late & (table["unit"] == old), "unit"] = new
    if "n_invited" not in table:
        return table
    keys = [name for name in table.columns if name != "n_invited"]
    summed = table.groupby(keys, sort=False, as_index=False)["n_invited"].sum()
    return summed[list(table.columns)]


def write_registers(site: dict[str, Any], folder: Path) -> None:
    """Write the tables of a site that are not surveys, each from its own stream."""
    true = read_true_register(folder / site["truth"])
    chance = {
        name: np.random.default_rng(seed_of(f"{site['name']} {name}"))
        for name in ("series", "ratings", "cases")
    }
    write(table_units(true.units), folder / site["units"])
    if true.unit_changes:
        changes = pd.DataFrame(true.unit_changes, columns=["old", "new", "date"])
        write(changes.assign(source="synthetic"), folder / site["unit_changes"])
    series = [
        simulate_series(each, true.units_of(each.groups), rng=chance["series"])
        for each in true.series
    ]
    ratings = [
        simulate_ratings(
            each,
            tuple(unit.unit for unit in true.units_of(each.groups)),
            rng=chance["ratings"],
        )
        for each in true.ratings
    ]
    cases = [
        simulate_cases(each, true.units_of(each.groups), rng=chance["cases"])
        for each in true.cases
    ]
    for name, tables in (("series", series), ("ratings", ratings), ("cases", cases)):
        if tables:
            write(pd.concat(tables), folder / site[name])


def table_units(units: tuple[TrueUnit, ...]) -> pd.DataFrame:
    """Write down the units as the table ``units`` has them."""
    names = ("unit", "parent", "level", "arm", "start", "assigned")
    rows = [{name: getattr(unit, name) for name in names} for unit in units]
    table = pd.DataFrame(rows, columns=list(names)).assign(source="synthetic")
    return table.assign(start=table["start"].astype(float).map(month))


def make_tables(folder: Path) -> dict[str, Any]:
    """Write the tables of one simulated site; return what its study says of it."""
    study = tomllib.loads((folder / "study.toml").read_text(encoding="utf-8"))
    (site,) = study["site"]
    write_surveys(site, folder)
    write_registers(site, folder)
    return dict(site)


def make_site(folder: Path, *, people: int = PEOPLE) -> None:
    """Write the tables of one simulated site, and what each question should find."""
    site = make_tables(folder)
    expected = folder / site["expected"]
    if not expected.exists():  # the study names it, so it has to be there
        expected.touch()
    values = expect_values(
        read_study(folder / "study.toml"), site["name"], people=people
    )
    write(values.round(4), expected)


def make_sample(
    folder: Path = HERE, *, people: int = PEOPLE, only: str = "", workers: int = 2
) -> None:
    """Write the tables of each simulated site, or of one."""
    sites = sorted(path.parent for path in folder.glob("*/structure.toml"))
    chosen = [site for site in sites if only in ("", site.name)]
    with ProcessPoolExecutor(workers) as pool:
        list(pool.map(partial(make_site, people=people), chosen))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=HERE)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    make_sample(given.folder, people=given.people, only=given.only)

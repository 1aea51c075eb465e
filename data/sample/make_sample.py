"""Make the synthetic sample again, byte for byte. Run: make sample.

What is true stands in ``<site>/structure.toml``, what was asked in the codebooks,
what was planned in ``study.toml``; this script only writes the tables beside them.
"""

from __future__ import annotations

import argparse
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd

from tillit_eval.codebook import read_codebook
from tillit_eval.plan import expect_values, read_study
from tillit_eval.simulation import (
    TrueUnit,
    read_true_series,
    read_truth,
    seed_of,
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
    table.assign(**whole).to_csv(
        path, index=False, encoding="utf-8", lineterminator="\n", float_format="%.10g"
    )


def month(time: float) -> str | None:
    """Return the first day of the month that holds a time in years."""
    if np.isnan(time):
        return None
    year = int(time)
    return f"{year}-{int((time - year) * 12) + 1:02d}-01"


def write_surveys(study: dict, site: dict, folder: Path) -> None:
    """Simulate each survey of a site and write its tables."""
    truth_file = folder / site["truth"]
    chance = np.random.default_rng(seed_of(site["name"]))
    units: dict[str, TrueUnit] = {}
    tables = []
    for name, files in site["survey"].items():
        codebook = read_codebook(
            folder / files.get("codebook", study["study"]["codebook"])
        )
        truth = read_truth(truth_file, survey=name)
        simulated = simulate_study(truth, codebook, rng=chance)
        shuffled = simulated.responses.sort_values(
            ["wave", "unit", *(item.key for item in codebook.items)], kind="stable"
        )
        write(shuffled, folder / files["responses"])
        write(simulated.invited, folder / files["invited"])
        write(simulated.waves, folder / files["waves"])
        units |= {unit.unit: unit for unit in truth.units}
        tables.append(simulated.units)
    places = pd.concat(tables).drop_duplicates("unit")
    write(places.assign(start=places["start"].map(month)), folder / site["units"])
    register = [
        simulate_series(
            stated,
            tuple(unit for unit in units.values() if unit.start is not None),
            rng=chance,
        )
        for stated in read_true_series(truth_file)
    ]
    write(pd.concat(register), folder / site["series"])


def make_sample(folder: Path = HERE, *, people: int = PEOPLE) -> None:
    """Write the tables of each simulated site, and what each question should find."""
    study = tomllib.loads((folder / "study.toml").read_text(encoding="utf-8"))
    simulated = [site for site in study["site"] if "truth" in site]
    for site in simulated:
        write_surveys(study, site, folder)
        (folder / site["expected"]).touch()
    plan = read_study(folder / "study.toml")
    for site in simulated:
        values = expect_values(plan, site["name"], people=people)
        write(values.round(4), folder / site["expected"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=HERE)
    parser.add_argument("--people", type=int, default=PEOPLE)
    given = parser.parse_args()
    make_sample(given.folder, people=given.people)

"""How often do the intervals of agreement hold, and what licence do units get?

Four questions on five steps near a ceiling; units of 10 to 40 people that differ in
level and in agreement. The true median and mean are those of very many units. Run:
make bench, or python tests/bench/aggregation_coverage.py.
"""

from __future__ import annotations

import sys
from collections import Counter

import numpy as np
import pandas as pd

from tillit_eval import quality
from tillit_eval.quality import _nulls

DRAWS = 400
ITEMS = ["q1", "q2", "q3", "q4"]


def units(n_units: int, between: float, rng: np.random.Generator) -> pd.DataFrame:
    """Draw the answers of all people of some units."""
    size = np.resize([10, 14, 20, 30, 40], n_units)
    unit = np.repeat(np.arange(n_units), size)
    level = rng.normal(size=n_units)[unit, None] * between
    spread = np.exp(0.25 * rng.normal(size=n_units))[unit, None]
    own = 0.7 * rng.normal(size=(len(unit), 1)) + 0.7 * rng.normal(size=(len(unit), 4))
    codes = np.clip(np.rint(3.9 + level + spread * own), 1, 5)
    return pd.DataFrame(codes, columns=ITEMS).assign(unit=unit, source="synthetic")


def assess(frame: pd.DataFrame) -> quality.Aggregation:
    """Assess units of people who answer on five steps."""
    return quality.assess_aggregation(frame, ITEMS, steps=5)


def main(draws: int = DRAWS) -> None:
    """Print coverage and licences, one line per situation."""
    # How far luck goes does not touch the intervals, so little is drawn for it.
    _nulls.CHANCE_DRAWS = 20
    print(f"coverage: median r_wg(j), AD; licences yes, cannot tell, no; {draws} draws")
    for between in (0.2, 0.5):
        true = assess(units(5_000, between, np.random.default_rng(1)))
        for n_units in (8, 20, 50):
            rng = np.random.default_rng(n_units)
            hits, licences = [0, 0], Counter[str]()
            for _ in range(draws):
                found = assess(units(n_units, between, rng))
                pairs = (
                    (found.rwg_j_median_interval, true.rwg_j_median),
                    (found.ad_interval, true.ad),
                )
                for k, (around, value) in enumerate(pairs):
                    hits[k] += around is not None and around.covers(value or 0.0)
                licences[found.licence] += 1
            told = " ".join(f"{hit / draws:.3f}" for hit in hits)
            kinds = [licences[kind] / draws for kind in ("yes", "cannot_tell", "no")]
            told += "; " + " ".join(f"{share:.3f}" for share in kinds)
            print(f"{n_units} units, {between} between, ICC(2) {true.icc2:.2f}: {told}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

"""When is a step of the ladder lost? Guides, the test, and both together.

Two groups answer k five-point items near their ceiling; nothing differs, or a loading
or some intercepts do. Printed is how often each rule loses the metric and the scalar
step: where nothing differs these are false alarms.
Run: make bench, or python tests/bench/invariance_rules.py [draws].
"""

from __future__ import annotations

import sys
import time
from itertools import product

import numpy as np
import pandas as pd

from tillit_eval.quality.factors._moments import moments_of
from tillit_eval.quality.invariance._climb import rung_of
from tillit_eval.quality.invariance._decide import guides_for
from tillit_eval.quality.invariance._layout import Layout
from tillit_eval.quality.invariance._likelihood import Likelihood
from tillit_eval.quality.invariance._steps import CONTINUOUS

DRAWS = 100
SIZES, ITEMS = (200, 500, 1_000), (3, 6)
LOADINGS = np.tile([0.75, 0.65, 0.8, 0.6, 0.7], 2)
CUTS = np.array([-1.9, -1.1, -0.3, 0.7])
MEANS = 0.25
# What differs in the second group: by item, the loading and the intercept.
KINDS: dict[str, tuple[dict[int, float], dict[int, float]]] = {
    "nothing": ({}, {}),
    "a loading by 0.25": ({1: -0.25}, {}),
    "a loading by 0.4": ({2: -0.4}, {}),
    "an intercept by 0.3": ({}, {1: 0.3}),
    "an intercept by 0.5": ({}, {1: 0.5}),
    "two intercepts by 0.3": ({}, {1: 0.3, 2: 0.3}),
}


def answers(n: int, k: int, kind: str, rng: np.random.Generator) -> list[np.ndarray]:
    """Draw `n` answers to `k` items in each of two groups."""
    weaker, shifted = KINDS[kind]
    rows = []
    for group in range(2):
        load, move = LOADINGS[:k].copy(), np.zeros(k)
        noise = np.sqrt(1 - load**2)
        for item, by in weaker.items() if group else ():
            load[item] += by
        for item, by in shifted.items() if group else ():
            move[item] += by
        trust = rng.normal(MEANS * group, 1, size=(n, 1))
        latent = trust * load + move + rng.normal(size=(n, k)) * noise
        rows.append(np.searchsorted(CUTS, latent) + 1.0)
    return rows


def decide(rows: list[np.ndarray]) -> dict[str, bool]:
    """Say which rules lose the metric and the scalar step."""
    items = [f"q{i}" for i in range(rows[0].shape[1])]
    moments = moments_of(rows, items)
    engine = Likelihood(Layout({"f": tuple(items)}, moments.groups), moments)
    below, found = None, {}
    for step, equal in list(CONTINUOUS.items())[:3]:
        fitted = engine.fit(equal, near=below)
        guides = guides_for(step, moments.n, ordinal=False)
        rung = rung_of(engine, step, below, fitted, guides, frozenset())
        if below is not None:
            found[f"{step}: Chen"] = not rung.guide_keeps
            found[f"{step}: test"] = rung.test_differs
            found[f"{step}: ours"] = not rung.kept
        below = fitted
    return found


def main() -> None:
    """Print how often each rule loses a step, per kind of difference and size."""
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else DRAWS
    start, rows = time.perf_counter(), []
    for n, k, kind in product(SIZES, ITEMS, KINDS):
        rng = np.random.default_rng([n, k, list(KINDS).index(kind)])
        lost = [decide(answers(n, k, kind, rng)) for _ in range(draws)]
        means = pd.DataFrame(lost).mean()
        rows.append({"differs": kind, "n per group": n, "items": k} | means.to_dict())
    table = pd.DataFrame(rows).sort_values(["differs", "n per group", "items"])
    error = (0.05 * 0.95 / draws) ** 0.5
    print(table.to_string(index=False, float_format=lambda value: f"{value:.2f}"))
    seconds = time.perf_counter() - start
    print(f"{draws} draws each (s.e. {error:.3f} at 5 %), {seconds:.0f} s")


if __name__ == "__main__":
    main()

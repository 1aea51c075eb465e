"""When is a step of the ladder lost? Guides, the test, and both together.

Two groups answer k five-point items near their ceiling; nothing differs, or a loading
or some intercepts do. Printed is how often each rule loses the steps that are tried:
where nothing differs these are false alarms. First by robust maximum likelihood
(mlr), which takes the answers for numbers, so that a ceiling bends it a little; then
with answers as ordered steps (wlsmv). *Guide* is Chen's of 2007, or Svetina's of 2020
for ordered steps; *ours* needs the test and a fit that suffers.
Run: make bench, or python tests/bench/invariance_rules.py [draws].
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from itertools import product

import numpy as np
import pandas as pd

from tillit_eval.quality.invariance._climb import rung_of
from tillit_eval.quality.invariance._decide import guides_for
from tillit_eval.quality.invariance._sample import read_sample
from tillit_eval.quality.invariance._steps import CONTINUOUS, ORDINAL, Estimator
from tillit_eval.quality.invariance.assess import _engine

DRAWS = 100
SETTINGS: dict[Estimator, tuple[tuple[int, ...], tuple[int, ...], tuple[str, ...]]] = {
    "mlr": (
        (200, 500, 1_000),
        (3, 6),
        (
            *("nothing", "a loading by 0.25", "a loading by 0.4"),
            *("an intercept by 0.3", "an intercept by 0.5", "two intercepts by 0.3"),
        ),
    ),
    "wlsmv": (
        (200, 500),
        (4, 6),
        ("nothing", "a loading by 0.4", "an intercept by 0.5"),
    ),
}
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


def answers(n: int, k: int, kind: str, rng: np.random.Generator) -> pd.DataFrame:
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
    items = [f"q{i}" for i in range(k)]
    frame = pd.DataFrame(np.vstack(rows), columns=items)
    return frame.assign(group=np.repeat(["one", "other"], n))


def decide(frame: pd.DataFrame, estimator: Estimator) -> dict[str, bool]:
    """Say which rules lose which steps; nothing above a step without a solution."""
    ordinal = estimator == "wlsmv"
    items = tuple(name for name in frame if name != "group")
    sample = read_sample(
        frame, {"f": items}, group="group", wave=None, respondent=None, with_rows=True
    )
    engine, _ = _engine(sample, estimator)
    below, found = None, {}
    for step, equal in (ORDINAL if ordinal else CONTINUOUS).items():
        if step == "strict":
            break
        fitted = engine.fit(equal, near=below)
        if not fitted.settled:
            break
        guides = guides_for(step, sample.sizes, ordinal=ordinal)
        rung = rung_of(engine, step, below, fitted, guides, frozenset())
        if below is not None and rung.df_difference:
            found[f"{step}: guide"] = not rung.guide_keeps
            found[f"{step}: test"] = rung.test_differs
            found[f"{step}: ours"] = not rung.kept
        below = fitted
    return found


def settings(estimator: Estimator, draws: int) -> Iterator[dict[str, object]]:
    """Yield how often each rule loses a step, per kind of difference and size."""
    sizes, lengths, kinds = SETTINGS[estimator]
    for kind, n, k in product(kinds, sizes, lengths):
        rng = np.random.default_rng([n, k, list(KINDS).index(kind)])
        lost = [decide(answers(n, k, kind, rng), estimator) for _ in range(draws)]
        told = pd.DataFrame(lost).astype(float).mean()
        yield {"differs": kind, "n per group": n, "items": k} | told.to_dict()


def main() -> None:
    """Print both tables."""
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else DRAWS
    start = time.perf_counter()
    for estimator in SETTINGS:
        table = pd.DataFrame(settings(estimator, draws))
        print(f"{estimator}: share of samples in which a step is lost")
        print(table.to_string(index=False, float_format=lambda value: f"{value:.2f}"))
    error = (0.05 * 0.95 / draws) ** 0.5
    seconds = time.perf_counter() - start
    print(f"{draws} draws each (s.e. {error:.3f} at 5 %), {seconds:.0f} s")


if __name__ == "__main__":
    main()

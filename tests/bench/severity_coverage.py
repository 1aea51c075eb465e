"""How often do the intervals on raters hold the truth, with 16, 30 and 40 targets?

Severity and its drift: two roles on six steps with a ceiling, raters of one role
shared between targets. Spread of raters: the same tables. Reliability: two inspectors
and seven lessons within a target, on three levels, for other numbers of either. The
truth is that of a very large table of the same kind. Run: make bench, or
python tests/bench/severity_coverage.py [draws].
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

from tillit_eval import quality
from tillit_eval.quality.agreement._decision import study_of
from tillit_eval.simulation import simulate_ratings
from tillit_eval.simulation.ratings import TrueRatings

DRAWS = 300
SIZES = (16, 30, 40)
ROLES = ["self", "observer"]
FACETS = ("rater", "round")
# Inspectors and lessons asked about.
ASKED = [(m, k) for m in (1, 2, 4, 8) for k in (1, 7, 14)]


def layers(n: int, pool: int, rng: np.random.Generator) -> pd.DataFrame:
    """Draw judgements of `n` targets by two roles in two rounds."""
    truth = TrueRatings(
        criteria=("a", "b", "c"),
        shares=(0.05, 0.1, 0.15, 0.2, 0.2, 0.3),
        raters=(("self", 0.3), ("observer", 0.0)),
        targets=tuple(f"{k}" for k in range(n)),
        rounds=(("1", 0.0), ("2", 0.3)),
        each=(("self", 3.0), ("observer", 2.0)),
        pools=(("observer", float(pool)),),
        drift=(("observer", -0.2),),
    )
    return simulate_ratings(truth, rng=rng)


def lessons(n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw notes on three levels: targets x inspectors x lessons."""
    parts = [(n, 1, 1), (n, 2, 1), (n, 1, 7), (n, 2, 7)]
    sizes = np.sqrt([0.2, 0.15, 0.05, 0.6])
    y = sum(s * rng.normal(size=p) for s, p in zip(sizes, parts, strict=True))
    return 1.0 + (y > -0.9) + (y > 0.3)


def as_rows(notes: np.ndarray) -> pd.DataFrame:
    t, r, k = np.indices(notes.shape).reshape(3, -1)
    return pd.DataFrame({"target": t, "rater": r, "round": k, "value": notes.ravel()})


def true_reliability(notes: np.ndarray) -> dict[tuple[int, int], float]:
    """Return the reliabilities from products of different notes of a target."""
    away = notes - notes.mean()
    target = (away[:, 0, 0] * away[:, 1, 1]).mean()
    rater = (away[:, 0, 0] * away[:, 0, 1]).mean() - target
    lesson = (away[:, 0, 0] * away[:, 1, 0]).mean() - target
    rest = away.var() - target - rater - lesson
    error = {(m, k): rater / m + lesson / k + rest / (m * k) for m, k in ASKED}
    return {key: target / (target + each) for key, each in error.items()}


def true_share(table: pd.DataFrame) -> float:
    """Return the raters' share of the variance, from what one said of two targets."""
    y = table["value"] - table.groupby(["criterion", "round"])["value"].transform(
        "mean"
    )
    rater, both = (
        y.groupby(table["rater"]),
        y.groupby([table["rater"], table["target"]]),
    )
    products = (rater.sum() ** 2).sum() - (both.sum() ** 2).sum()
    pairs = (rater.size() ** 2).sum() - (both.size() ** 2).sum()
    return float(products / pairs / y.var())


def told(what: str, n: int, hits: float, draws: int) -> None:
    error = (0.95 * 0.05 / draws) ** 0.5
    print(f"{what}, {n} targets: coverage {hits / draws:.3f} (s.e. {error:.3f})")


def roles(draws: int) -> None:
    """Print coverage of severity, drift and spread."""
    far = layers(4_000, 2_667, np.random.default_rng(1))
    severity = quality.assess_severity(far, between=ROLES)[0].estimate
    drift = quality.assess_severity_drift(far, between=ROLES)[0].estimate
    share = true_share(far[far["rater_role"].eq("observer")])
    print(f"true: severity {severity:.3f}, drift {drift:.3f}, share {share:.3f}")
    for n in SIZES:
        rng, hits = np.random.default_rng(n), np.zeros(4)
        for _ in range(draws):
            # A pool so large that hardly anybody judges two targets, and a small one.
            wide, table = layers(n, 50 * n, rng), layers(n, 2 * n // 3, rng)
            observers = table[table["rater_role"].eq("observer")]
            found = [
                quality.assess_severity(wide, between=ROLES)[0],
                quality.assess_severity(table, between=ROLES)[0],
                quality.assess_severity_drift(table, between=ROLES)[0],
                quality.assess_rater_spread(observers),
            ]
            true = (severity, severity, drift, share)
            hits += [f.interval.covers(t) for f, t in zip(found, true, strict=True)]
        names = ("severity", "severity, as of all raters", "drift", "raters' share")
        for name, one in zip(names, hits, strict=True):
            told(name, n, one, draws)


def reliability(draws: int) -> None:
    """Print the lowest and highest coverage over the numbers asked about."""
    true = true_reliability(lessons(200_000, np.random.default_rng(3)))
    for n in SIZES:
        rng, hits = np.random.default_rng(100 + n), dict.fromkeys(ASKED, 0)
        for _ in range(draws):
            study = study_of(as_rows(lessons(n, rng)), FACETS, set(FACETS))
            for m, k in ASKED:
                counts = {"rater": float(m), "round": float(k)}
                _, low, high = study.reliability(counts, False, 0.95)
                hits[m, k] += bool(low <= true[m, k] <= high)
        told("reliability as it is (2 inspectors, 7 lessons)", n, hits[2, 7], draws)
        for name, pick in (("lowest", min), ("highest", max)):
            key = pick(hits, key=hits.__getitem__)
            told(
                f"reliability, {name}, inspectors and lessons {key}",
                n,
                hits[key],
                draws,
            )


def main() -> None:
    """Print every table."""
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else DRAWS
    roles(draws)
    reliability(draws)


if __name__ == "__main__":
    main()

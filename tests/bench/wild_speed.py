"""How long do the methods for few units take? Run: make bench.

All signs of 12 units are listed: 4,096, of which the 2,048 that differ in more than
direction. p and the interval come from one curve; the curve is built from sums per
unit, so that its cost does not depend on the number of people.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import numpy as np

from tillit_eval.comparison._few_treated import few_treated_curve
from tillit_eval.comparison._inversion import Curve, infer_curve
from tillit_eval.comparison._placebo import placebo_curve
from tillit_eval.comparison._regression import ArmSums, Regression
from tillit_eval.comparison._wild import wild_curve

# Milliseconds that all signs of 12 units may take, p and interval together.
LIMIT = 50.0


def sums(n_groups: int, n_treated: int, people: int) -> ArmSums:
    """Draw sums of uneven groups of two arms."""
    rng = np.random.default_rng([n_groups, people])
    n = np.maximum(rng.lognormal(0, 0.5, (2, n_groups)) * people / n_groups, 2).round()
    moved = rng.normal(0, 3, n_groups)
    noise = rng.normal(0, 18, (2, n_groups)) * np.sqrt(n)
    return ArmSums(
        n_before=n[0],
        n_after=n[1],
        before=noise[0],
        after=n[1] * moved + noise[1],
        treated=np.arange(n_groups) < n_treated,
        noise=1 / n[0] + 1 / n[1],
    )


def regression(parts: ArmSums, *, arms: bool) -> Regression:
    """Regress scores on the wave, or on wave, arm and their product."""
    n = parts.n_before + parts.n_after
    wave = np.stack([n, *[parts.n_after] * 3], axis=-1).reshape(-1, 2, 2)
    totals = np.stack([parts.before + parts.after, parts.after], axis=-1)
    if not arms:
        return Regression(cross=wave, moments=totals, contrast=np.array([0.0, 1.0]))
    arm = np.c_[np.ones(len(n)), parts.treated]
    return Regression(
        cross=np.einsum("ga,gb,gij->gaibj", arm, arm, wave).reshape(-1, 4, 4),
        moments=np.einsum("ga,gi->gai", arm, totals).reshape(-1, 4),
        contrast=np.array([0.0, 0.0, 0.0, 1.0]),
        arms=parts,
    )


def milliseconds(make: Callable[[], Curve], repeats: int) -> float:
    """Return the median time of p, interval and equivalence from one curve."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        infer_curve(make(), standard_error=1.0, level=0.95, margin=5.0)
        times.append(time.perf_counter() - start)
    return 1e3 * float(np.median(times))


def cases() -> dict[str, tuple[Callable[[], Curve], int]]:
    """Return the curves to make, and how often."""
    twelve, many = sums(12, 4, 12_000), sums(12, 4, 1_000_000)
    wild = partial(wild_curve, regression(twelve, arms=False))
    arms = partial(wild_curve, regression(twelve, arms=True))
    drawn = partial(wild_curve, regression(sums(40, 13, 4_000), arms=True))
    return {
        "all signs, 12 units, 12,000 people": (wild, 30),
        "all signs, 12 units in two arms": (arms, 30),
        "all signs, 12 units, a million people": (
            partial(wild_curve, regression(many, arms=True)),
            30,
        ),
        "all signs, 16 units in two arms": (
            partial(wild_curve, regression(sums(16, 5, 1_600), arms=True)),
            5,
        ),
        "99,999 signs, 40 units in two arms": (drawn, 2),
        "Webb, 10 units in two arms": (
            partial(
                wild_curve, regression(sums(10, 4, 500), arms=True), weights="webb"
            ),
            5,
        ),
        "placebo, all 495 ways, 4 of 12": (partial(placebo_curve, twelve), 30),
        "placebo, 9,999 ways, 13 of 40": (
            partial(placebo_curve, sums(40, 13, 4_000)),
            5,
        ),
        "one among 40, given size": (
            partial(few_treated_curve, sums(41, 1, 4_000), by_size=True),
            30,
        ),
        "two among 40, given size": (
            partial(few_treated_curve, sums(42, 2, 4_000), by_size=True),
            30,
        ),
    }


def main() -> None:
    """Print milliseconds per method, and fail where 12 units take too long."""
    print(f"{'p, interval and equivalence from one curve':44s} {'ms':>9s}")
    slow = []
    for name, (make, repeats) in cases().items():
        make()  # signs are listed once and kept
        taken = milliseconds(make, repeats)
        print(f"{name:44s} {taken:9.1f}")
        if "all signs, 12" in name and taken > LIMIT:
            slow.append(name)
    if slow:
        raise SystemExit(f"over {LIMIT:.0f} ms: {', '.join(slow)}")


if __name__ == "__main__":
    main()

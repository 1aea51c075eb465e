"""How much does someone learn who knows the rule for hiding groups by heart?

Tables of eight units with a known total, in which exactly two units are hidden. A
reader who adds and subtracts knows only how many people the two hold together. A
reader who also knows the rule asks of every way to share them out whether the rule
would have hidden just these two. The table tells how many ways are left, and how
wide a hidden mean stays, as a share of the scale.
"""

from __future__ import annotations

import numpy as np

from tillit_eval.disclosure.kernel import Floors, Measure, hide_lines

K_MIN = 10
LAYOUTS = {
    "all about 12": lambda rng: rng.poisson(12, 8),
    "all about 20": lambda rng: rng.poisson(20, 8),
    "from 5 to 40": lambda rng: rng.integers(5, 41, 8),
    "one small, the others 30": lambda rng: np.append(
        rng.integers(1, 10), np.full(7, 30)
    ),
}


def hides(people: np.ndarray) -> np.ndarray:
    """Return which units the rule hides, shape (8,)."""
    n = len(people)
    sets = np.vstack([np.eye(n, dtype=bool), np.ones((1, n), dtype=bool)])
    whole = Measure(sets, np.arange(n + 1), people.astype(float))
    gone = hide_lines([whole], sets @ people.astype(float), np.arange(n + 1), FLOORS)
    return gone[:n]


FLOORS = Floors(K_MIN, 5)


def ways_left(people: np.ndarray) -> tuple[int, int, float] | None:
    """Return ways by algebra, ways by the rule, and the room for a hidden mean."""
    gone = hides(people)
    if gone.sum() != 2:
        return None
    both = int(people[gone].sum())
    ways = []
    for first in range(1, both):
        other = people.copy()
        other[gone] = first, both - first
        if (hides(other) == gone).all():
            ways.append(first)
    small, large = sorted(people[gone])
    return both - 1, len(ways), min(1.0, large / small)


def main(draws: int = 150) -> None:
    """Print the medians, and how often the counts are known for certain."""
    print(f"{draws} tables a row, floor {K_MIN}, median over tables with two hidden")
    print("sizes                      tables  ways  with rule  certain  room for mean")
    for name, draw in LAYOUTS.items():
        rng = np.random.default_rng(5)
        found = [ways_left(np.asarray(draw(rng))) for _ in range(draws)]
        kept = np.array([one for one in found if one is not None])
        ways, ruled, room = np.median(kept, axis=0)
        certain = (kept[:, 1] <= 1).mean()
        print(
            f"{name:26s} {len(kept):6d} {ways:5.0f} {ruled:10.0f} "
            f"{certain:7.0%} {room:14.2f}"
        )


if __name__ == "__main__":
    main()

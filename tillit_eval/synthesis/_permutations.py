"""Orders of the sites: all of them where they are few, drawn ones otherwise."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import combinations, permutations

import numpy as np
import numpy.typing as npt

# More orders than this are drawn, not enumerated.
MOST = 10_000

Orders = npt.NDArray[np.intp]


def count_orders(codes: npt.NDArray[np.intp]) -> int:
    """Count the different ways to give these codes to the sites."""
    sizes = np.unique(codes, return_counts=True)[1]
    return math.factorial(len(codes)) // math.prod(map(math.factorial, sizes))


def all_orders(codes: npt.NDArray[np.intp]) -> Orders:
    """List every different way to give these codes to the sites, as rows."""
    if len(np.unique(codes)) == len(codes):
        return np.array(list(permutations(codes.tolist())))
    return np.array(list(_arrange(sorted(codes.tolist()), len(codes))))


def drawn_orders(
    codes: npt.NDArray[np.intp], draws: int, rng: np.random.Generator
) -> Orders:
    """Draw ways to give these codes to the sites, as rows."""
    return rng.permuted(np.tile(codes, (draws, 1)), axis=1)


def _arrange(codes: list[int], places: int) -> Iterator[list[int]]:
    """Yield each arrangement once, by the places of the smallest code."""
    if not codes:
        yield []
        return
    first, n = codes[0], codes.count(codes[0])
    for chosen in combinations(range(places), n):
        for rest in _arrange(codes[n:], places - n):
            left = iter(rest)
            yield [first if i in chosen else next(left) for i in range(places)]

"""Do awkward answers ever give more than a finding or a refusal? Random layouts.

Everything that assesses answers is asked in turn about columns that are constant,
repeat each other, miss steps, pile up or hold hardly an answer, of any size, in groups
of one. What is found must hold together: no number that is none, every interval
around its estimate, a sentence in both languages. Run: make bench, or
python tests/bench/fuzz_quality.py 10 for ten minutes.
"""

from __future__ import annotations

import random
import sys
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))

from awkward_answers import ASKED, COLUMNS, SIZES, outcome

MINUTES, SLOW = 2.0, 20.0


def main(minutes: float = MINUTES) -> int:
    """Ask until the time is used up; print how it went and what fell over."""
    warnings.simplefilter("error")
    chance = random.Random(20261122)
    asked: Counter[str] = Counter()
    told: Counter[str] = Counter()
    fell: list[str] = []
    slowest = 0.0
    end = time.perf_counter() + 60 * minutes
    while time.perf_counter() < end:
        for name in ASKED:
            kinds = chance.choices(sorted(COLUMNS), k=chance.randint(2, 9))
            layout = (chance.choice(SIZES), kinds, chance.randint(1, 3))
            seed, start = chance.randrange(10**6), time.perf_counter()
            asked[name] += 1
            try:
                told[name] += outcome(name, *layout, seed) == "told"
            except Exception:
                words = traceback.format_exc().strip().splitlines()
                fell.append(
                    f"{name} {layout} {seed}: {words[-1]} | {words[-3].strip()}"
                )
            slowest = max(slowest, time.perf_counter() - start)
    for name, n in asked.items():
        print(f"{name:32s} {n:5d} asked, {told[name]:5d} told, {n - told[name]:5d} not")
    print(f"{len(fell)} of {asked.total()} fell over; the slowest took {slowest:.1f} s")
    for line in fell:
        print(line)
    return int(bool(fell) or slowest > SLOW)


if __name__ == "__main__":
    raise SystemExit(main(*map(float, sys.argv[1:])))

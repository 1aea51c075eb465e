"""How long does it take to read, check and link large exports? Run: make bench."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat

import tillit_eval as te
from tillit_eval.codebook import Codebook, Item
from tillit_eval.phrases import Label

ITEMS = [f"q{i}" for i in range(1, 10)]
WORDS = ("never", "seldom", "sometimes", "often", "always")


def codebook() -> Codebook:
    answers = tuple((word, code) for code, word in enumerate(WORDS, start=1))
    return Codebook(
        title="",
        items=tuple(
            Item(
                key=key,
                label=Label(key, key),
                codes=(1, 2, 3, 4, 5),
                answers=answers,
                missing=((9, "do not know"),),
            )
            for key in ITEMS
        ),
    )


def survey(n: int) -> pd.DataFrame:
    rng = np.random.default_rng(2026)
    answers = rng.choice([1, 2, 3, 4, 5, 9], (n, len(ITEMS))).astype(float)
    frame = pd.DataFrame(answers, columns=ITEMS)
    frame.insert(0, "respondent", [f"p{i:07d}" for i in range(n)])
    return frame.assign(unit=[f"unit {i % 500}" for i in range(n)])


def timed(name: str, call: Callable[[], object]) -> None:
    start = time.perf_counter()
    call()
    print(f"{name:52s}{time.perf_counter() - start:7.2f} s")


def main() -> None:
    """Print one line per job."""
    book, folder = codebook(), Path(tempfile.mkdtemp())
    print(f"pandas {pd.__version__}, Python {sys.version.split()[0]}")
    small = survey(100_000)
    small.to_csv(folder / "a.csv", sep=";", index=False, decimal=",")
    words = small.assign(
        **{key: small[key].map(dict(enumerate(WORDS, 1))) for key in ITEMS}
    )
    words.to_csv(folder / "w.csv", index=False)
    pyreadstat.write_sav(survey(400_000), str(folder / "a.sav"))
    survey(5_000).to_excel(folder / "a.xlsx", index=False)
    after = small.sample(frac=0.7, random_state=1)

    def read(name: str) -> Callable[[], object]:
        return lambda: te.read_responses(folder / name, book, wave="1")

    timed("read 100,000 x 9, CSV with codes", read("a.csv"))
    timed("read 100,000 x 9, CSV with labels", read("w.csv"))
    timed("check 100,000 x 9, CSV", lambda: te.check_export(folder / "a.csv", book))
    timed("read 400,000 x 9, SPSS", read("a.sav"))
    timed("read 5,000 x 9, Excel", read("a.xlsx"))
    timed(
        "link 100,000 with 70,000, same code",
        lambda: te.link_waves(small, after, code="respondent"),
    )
    timed(
        "link 100,000 with 70,000, up to two signs",
        lambda: te.link_waves(
            small, after, code="respondent", within="unit", max_distance=2
        ),
    )
    key = folder / "key"
    timed(
        "pseudonymise 100,000",
        lambda: te.pseudonymise(small, "respondent", key_file=key),
    )


if __name__ == "__main__":
    main()

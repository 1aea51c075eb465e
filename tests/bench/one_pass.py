"""How long, and with how much memory, does one pass over 1.6 million answers take?

Each engine runs in a process of its own, so that its peak memory is its own. Run:
make bench, or python tests/bench/one_pass.py.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROWS, ITEMS = 1_600_000, [f"q{i + 1}" for i in range(9)]
ANSWER = "cast(1 + floor(5 * random()) as tinyint)"
COLUMNS = ", ".join(
    f"case when random() < 0.03 then null else {ANSWER} end as {item}" for item in ITEMS
)
MAKE = f"""
copy (select {COLUMNS}, cast(i % 98 as varchar) as unit, 'synthetic' as source
      from range({ROWS}) t(i)) to '{{file}}' (format parquet)
"""


def engines(file: str) -> dict[str, Callable[[], object]]:
    """Return a way to open the file per engine; reading into pandas is not timed."""

    def duck() -> object:
        import duckdb

        return duckdb.read_parquet(file)

    def polars() -> object:
        import polars as pl

        return pl.scan_parquet(file)

    def pandas() -> object:
        return duck().df().astype(dict.fromkeys(ITEMS, "float64"))  # type: ignore[attr-defined]

    def pandas_nullable() -> object:
        return duck().df()  # type: ignore[attr-defined]

    return {
        "DuckDB, from Parquet": duck,
        "Polars, lazy, from Parquet": polars,
        "pandas, in memory": pandas,
        "pandas, nullable integers": pandas_nullable,
    }


def measure(engine: str, file: str, by: list[str]) -> None:
    """Print one line: seconds, peak memory, and a check sum."""
    from tillit_eval.quality import assess_alpha
    from tillit_eval.summaries import summarise_responses

    frame = engines(file)[engine]()
    start, work = time.perf_counter(), time.process_time()
    summary = summarise_responses(frame, ITEMS, by=by)
    seconds, work = time.perf_counter() - start, time.process_time() - work
    start = time.perf_counter()
    alpha = assess_alpha(summary, ITEMS).estimate
    after = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"{engine:26s} by {'unit' if by else 'none':4s} "
        f"{seconds:6.2f} s  cpu {work:5.2f} s  peak {peak:5.2f} GB  "
        f"alpha from it {1e3 * after:4.1f} ms  "
        f"products {summary.products.sum():.0f}  alpha {alpha:+.6f}"
    )


def main() -> None:
    """Measure every engine, with and without groups, over the same file."""
    import duckdb
    import narwhals
    import pandas as pd
    import polars as pl

    named = {"duckdb": duckdb, "polars": pl, "pandas": pd, "narwhals": narwhals}
    print(", ".join(f"{name} {module.__version__}" for name, module in named.items()))
    print(f"{ROWS:,} rows x {len(ITEMS)} items, 3 % missing, all 45 products")
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "answers.parquet")
        duckdb.sql("select setseed(0.5)").fetchall()
        duckdb.sql(MAKE.format(file=file))
        for engine in engines(file):
            for by in ("", "unit"):
                subprocess.run([sys.executable, __file__, engine, file, by], check=True)


if __name__ == "__main__":
    if len(sys.argv) == 4:
        measure(sys.argv[1], sys.argv[2], [sys.argv[3]] if sys.argv[3] else [])
    else:
        main()

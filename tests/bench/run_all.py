"""Run every simulation and timing of this folder; keep what each prints.

Run by `make bench`. One table per script goes to ``results/``, with the versions
it was made with. Names given on the command line choose scripts. Simulations that
need one process run two at a time; those that use two, and all timings, run alone.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent
RESULTS = HERE / "results"
PACKAGES = ("numpy", "scipy", "pandas", "statsmodels", "narwhals", "duckdb")
ALL_MINUTES, ONE_MINUTES = 60, 25
ALONE = ("few_units", "one_pass", "recovery")
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def versions() -> str:
    """Name what the figures depend on, in one line."""
    known = [f"{name} {version(name)}" for name in PACKAGES]
    cores = f"{os.cpu_count()} cores"
    return f"# Python {platform.python_version()}, {', '.join(known)}, {cores}"


def run(script: Path, seconds: float) -> str:
    """Run one script within its time; return how it went, in a few words."""
    start = time.perf_counter()
    try:
        done = subprocess.run(
            [sys.executable, str(script)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=seconds,
            check=False,
            cwd=HERE.parents[1],
            env={**os.environ, **ONE_THREAD},
        )
    except subprocess.TimeoutExpired:
        return f"STOPPED after {seconds:.0f} s"
    took = time.perf_counter() - start
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no message"]
        return f"FAILED after {took:.0f} s: {lines[-1]}"
    text = f"{versions()}\n{done.stdout.rstrip()}\n"
    (RESULTS / f"{script.stem}.txt").write_text(text, encoding="utf-8")
    return f"well, {took:.0f} s"


def main() -> int:
    """Run the scripts; return 1 if one failed."""
    RESULTS.mkdir(exist_ok=True)
    wanted = set(sys.argv[1:])
    scripts = [
        path
        for path in sorted(HERE.glob("*.py"))
        if path != Path(__file__) and (not wanted or path.stem in wanted)
    ]
    end, failed = time.perf_counter() + 60 * ALL_MINUTES, 0
    for script, how in in_turn(scripts, end):
        failed += not how.startswith("well")
        print(f"{script.stem:32s} {how}", flush=True)
    print(f"{len(scripts) - failed} of {len(scripts)} ran; tables in {RESULTS.name}/")
    return int(failed > 0)


def in_turn(scripts: Sequence[Path], end: float) -> Iterator[tuple[Path, str]]:
    """Run simulations two at a time, then what needs the machine to itself."""

    def timed(script: Path) -> tuple[Path, str]:
        left = min(60 * ONE_MINUTES, end - time.perf_counter())
        return script, run(script, left) if left > 0 else "not run: no time left"

    alone = [s for s in scripts if s.stem in ALONE or s.stem.endswith("_speed")]
    with ThreadPoolExecutor(2) as two:
        yield from two.map(timed, [s for s in scripts if s not in alone])
    yield from map(timed, alone)


if __name__ == "__main__":
    raise SystemExit(main())

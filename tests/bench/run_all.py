"""Run every simulation and timing of this folder; keep what each prints.

Run by `make bench`. One table per script goes to ``results/``, with the versions
it was made with. Names given on the command line choose scripts.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent
RESULTS = HERE / "results"
PACKAGES = ("numpy", "scipy", "pandas", "statsmodels", "narwhals", "duckdb")
ALL_MINUTES, ONE_MINUTES = 60, 25


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
    """Run the scripts in order of their names; return 1 if one failed."""
    RESULTS.mkdir(exist_ok=True)
    wanted = set(sys.argv[1:])
    scripts = [
        path
        for path in sorted(HERE.glob("*.py"))
        if path != Path(__file__) and (not wanted or path.stem in wanted)
    ]
    end, failed = time.perf_counter() + 60 * ALL_MINUTES, 0
    for script in scripts:
        left = min(60 * ONE_MINUTES, end - time.perf_counter())
        how = run(script, left) if left > 0 else "not run: the time is used up"
        failed += not how.startswith("well")
        print(f"{script.stem:32s} {how}", flush=True)
    print(f"{len(scripts) - failed} of {len(scripts)} ran; tables in {RESULTS.name}/")
    return int(failed > 0)


if __name__ == "__main__":
    raise SystemExit(main())

"""How long does it take until the toolkit is there? Run: make bench.

Each line is the shortest of some cold starts, less that of Python itself. The
package and the command line have a budget; the rooms are shown for comparison.
"""

from __future__ import annotations

import subprocess
import sys
import time

import tillit_eval as te

STARTS = 5
BUDGET = {"import tillit_eval": 0.8, "tillit --help": 1.5}


def shortest(*command: str) -> float:
    """Return the seconds of the fastest of some fresh processes."""
    took = []
    for _ in range(STARTS):
        start = time.perf_counter()
        subprocess.run([sys.executable, *command], capture_output=True, check=True)
        took.append(time.perf_counter() - start)
    return min(took)


def main() -> None:
    """Print one line per start; stop with an error if one is over its budget."""
    bare = shortest("-c", "pass")
    jobs = {
        "import tillit_eval": ("-c", "import tillit_eval"),
        "tillit --help": ("-m", "tillit_eval.cli", "--help"),
    }
    for room in te._ROOMS:
        name = f"import tillit_eval.{room}"
        jobs[name] = ("-c", name)
    late = []
    print(f"{'start':32s}{'seconds':>9s}{'budget':>9s}")
    for name, command in jobs.items():
        took, most = shortest(*command) - bare, BUDGET.get(name)
        print(f"{name:32s}{took:9.2f}{f'{most:9.1f}' if most else ''}")
        late += [name] if most and took > most else []
    if late:
        raise SystemExit(f"over budget: {', '.join(late)}")


if __name__ == "__main__":
    main()

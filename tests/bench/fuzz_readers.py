"""Does any spoilt file do more than be refused? Random edits of sound files.

Each kind of file is read in a process of its own, for one of them is read in C and may
stop Python. What falls over is kept in a folder, with the error. Run:
`python tests/bench/fuzz_readers.py 10` for ten minutes in all; `make bench` takes two.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent))

from hostile_fixtures import (  # noqa: E402
    EDITS,
    PAYLOADS,
    READERS,
    Edit,
    outcome,
    prepare,
    sound_files,
    spoil,
)

MINUTES, SLOWEST = 2.0, 10.0
MEMORY = 4 * 2**30


def edits(chance: random.Random) -> list[Edit]:
    """Draw one to eight edits."""
    return [
        (
            chance.choice(EDITS),
            chance.random(),
            chance.choice(PAYLOADS)
            if chance.random() < 0.6
            else chance.randbytes(chance.choice((1, 1, 2, 4, 8))),
        )
        for _ in range(chance.choice((1, 1, 2, 4, 8)))
    ]


def limit_memory() -> None:
    """Let a file that asks for much memory fail where the system can say so."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def read_many(kind: str, seed: int, seconds: float, kept: Path) -> str:
    """Read spoilt files of one kind; return how many were read, refused or worse."""
    limit_memory()
    chance = random.Random(seed)
    counted: Counter[str] = Counter()
    end = time.perf_counter() + seconds
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder)
        while time.perf_counter() < end:
            data = spoil(chance.choice(sound_files()[kind]), edits(chance))
            last = kept / f"{kind}_last"
            last.write_bytes(data)
            start = time.process_time()
            try:
                how = "read" if outcome(kind, data, folder) == "read" else "refused"
            except Exception:
                how = "FELL OVER"
                number = counted[how]
                (kept / f"{kind}_{seed}_{number}").write_bytes(data)
                (kept / f"{kind}_{seed}_{number}.txt").write_text(
                    traceback.format_exc(), "utf-8"
                )
            slow = time.process_time() - start > SLOWEST
            counted["TOO SLOW" if slow else how] += 1
    return ", ".join(f"{n} {how}" for how, n in sorted(counted.items()))


def main(minutes: float = MINUTES) -> int:
    """Print a line for each kind of file; return 1 if any fell over."""
    kept = Path(tempfile.mkdtemp(prefix="fuzz_"))
    seed, seconds, failed = time.time_ns() % 10**6, 60 * minutes / len(READERS), 0
    print(f"seed {seed}, {seconds:.0f} s each; what falls over lies in {kept.name}")
    for kind in READERS:
        command = [sys.executable, __file__, kind, str(seed), str(seconds), str(kept)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        how = done.stdout.strip() or f"STOPPED with {done.returncode}"
        failed += any(word in how for word in ("FELL", "SLOW", "STOPPED"))
        print(f"{kind:10s} {how}", flush=True)
    return int(failed > 0)


if __name__ == "__main__":
    if len(sys.argv) == 5:
        _, one, number, long, where = sys.argv
        print(read_many(one, int(number), float(long), Path(where)))
    else:
        raise SystemExit(main(*map(float, sys.argv[1:])))

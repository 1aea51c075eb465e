"""Killed while writing: the old file or the new one, never half of one."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tillit_eval.errors import FileProblem
from tillit_eval.files import replace_bytes, replace_text

OLD, SIZE, ROUNDS = b"o" * 1_000, 3_000_000, 5
ENDLESS = """
import sys
from tillit_eval.files import replace_bytes
new = b"n" * {size}
replace_bytes(sys.argv[1], new)
print("begun", flush=True)
while True:
    replace_bytes(sys.argv[1], b"o" * 1_000)
    replace_bytes(sys.argv[1], new)
"""


def test_killed_while_writing(tmp_path: Path) -> None:
    """At whatever moment it is stopped, what is there is whole."""
    path = tmp_path / "a.json"
    wait = 0.0
    for turn in range(ROUNDS):
        path.write_bytes(OLD)
        command = [sys.executable, "-c", ENDLESS.format(size=SIZE), str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(wait)
            writer.kill()
        wait += 0.007 * (turn + 1)
        there = path.read_bytes()
        assert there in (OLD, b"n" * SIZE)


def fails_with(error: BaseException) -> Callable[..., object]:
    def fail(*_: object, **__: object) -> object:
        raise error

    return fail


FAILURES = {
    "no room": OSError(errno.ENOSPC, "No space left on device"),
    "a worn disk": OSError(errno.EIO, "Input/output error"),
    "no right": PermissionError(errno.EACCES, "Permission denied"),
    "stopped": KeyboardInterrupt(),
}
STEPS = {"flush to disk": (os, "fsync"), "replace": (Path, "replace")}


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("step", STEPS)
def test_each_step_that_can_fail(
    step: str, failure: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(OLD)
    owner, name = STEPS[step]
    monkeypatch.setattr(owner, name, fails_with(FAILURES[failure]))
    expected = KeyboardInterrupt if failure == "stopped" else FileProblem
    with pytest.raises(expected) as caught:
        replace_bytes(path, b"new")
    assert list(tmp_path.iterdir()) == [path], "nothing else is left behind"
    assert path.read_bytes() == OLD
    if expected is FileProblem:
        assert str(caught.value).splitlines()[0] == "A file cannot be written."
        assert caught.value.__suppress_context__


def test_a_file_is_on_the_disk_before_it_takes_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    flush, replace = os.fsync, Path.replace

    def flushed(handle: int) -> None:
        done.append(f"flushed {os.fstat(handle).st_size}")
        flush(handle)

    def replaced(self: Path, target: Path) -> Path:
        done.append("replaced")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", flushed)
    monkeypatch.setattr(Path, "replace", replaced)
    replace_bytes(tmp_path / "a", b"12345")
    assert done == ["flushed 5", "replaced"]


def test_halves_of_letters_do_not_stop_a_file(tmp_path: Path) -> None:
    assert replace_text(tmp_path / "a", "a\ud800b").read_bytes() == b"a?b"


def test_a_folder_in_the_place_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(FileProblem, match="A file cannot be written"):
        replace_bytes(tmp_path / "a", b"new")
    assert [p.name for p in tmp_path.iterdir()] == ["a"]

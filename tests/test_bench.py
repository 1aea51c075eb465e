"""Every simulation and timing can be run, says what it asks, and prints a table."""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

BENCH = Path(__file__).parent / "bench"
SCRIPTS = sorted(path for path in BENCH.glob("*.py") if path.name != "run_all.py")


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"bench_{name}", BENCH / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_asks_a_question_and_prints_in_main(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    asked = (ast.get_docstring(tree) or "").split("\n\n")[0]
    assert "?" in asked or "side by side" in asked
    mains = [
        n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "main"
    ]
    assert len(mains) == 1
    assert not mains[0].args.posonlyargs
    required = len(mains[0].args.args) - len(mains[0].args.defaults)
    assert required == 0
    assert ast.unparse(tree.body[-1]).startswith("if __name__ == '__main__'")
    prints = [n for n in ast.walk(tree) if getattr(n, "id", "") == "print"]
    assert prints


def test_a_coverage_table_says_whether_it_passes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    load("share_coverage").main(40)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("coverage of 95 % intervals, 40 draws, Monte Carlo s.e.")
    assert len([line for line in lines if "difference CR2" in line]) == 32
    assert lines[-2].startswith("lowest not rare")


def test_a_script_that_fails_is_told_and_leaves_no_table(tmp_path: Path) -> None:
    runner = load("run_all")
    runner.RESULTS = tmp_path
    broken = tmp_path / "broken.py"
    broken.write_text("print('half a table')\nraise ValueError('no')\n", "utf-8")
    assert "FAILED" in runner.run(broken, 60)
    assert not (tmp_path / "broken.txt").exists()
    sound = tmp_path / "sound.py"
    sound.write_text("print('a table')\n", "utf-8")
    assert runner.run(sound, 60).startswith("well")
    first, second = (tmp_path / "sound.txt").read_text("utf-8").splitlines()
    assert first.startswith("# Python 3.")
    assert "numpy " in first
    assert second == "a table"
    assert runner.run(sound, 0.001).startswith("STOPPED")

"""Awkward answers give a finding or a clear error: never a wrong number, never a hang.

Each assessment of answers is asked for a few layouts that once failed or could, and
for some drawn ones. `tests/bench/fuzz_quality.py` goes on for minutes.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

sys.path.append(str(Path(__file__).parent))

from awkward_answers import ASKED, COLUMNS, SIZES, outcome


@pytest.mark.parametrize("name", ASKED)
@settings(max_examples=2, deadline=None)
@example(60, ["five steps"] * 3 + ["constant"], 2, 1)
@example(60, ["the trait", "the trait", "five steps", "five steps"], 2, 1)
@example(40, ["ceiling", "ceiling", "steps missing", "one differs"], 3, 1)
@example(40, ["ceiling", "enormous", "tiny"], 2, 0)
@example(200, ["five steps", "two answers", "tiny", "steps missing", "tiny"], 2, 241612)
@example(1, ["five steps"] * 3, 1, 1)
@given(
    st.sampled_from(SIZES),
    st.lists(st.sampled_from(sorted(COLUMNS)), min_size=2, max_size=5),
    st.integers(1, 3),
    st.integers(0, 10_000),
)
def test_awkward_answers_give_a_finding_or_a_clear_error(
    name: str, n: int, kinds: list[str], groups: int, seed: int
) -> None:
    assert outcome(name, n, kinds, groups, seed)

"""Spoilt files of every kind: a sound result, or four lines; nothing else, and soon."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.append(str(Path(__file__).parent))

from hostile_fixtures import (
    EDITS,
    PAYLOADS,
    READERS,
    outcome,
    prepare,
    sound_files,
    spoil,
)

# How many spoilt files of each kind; `tests/bench/fuzz_readers.py` takes minutes.
EXAMPLES = {"xlsx": 20, "sav": 30, "parquet": 10, "study": 40, "csv": 40}
SLOWEST = 10.0

edits = st.lists(
    st.tuples(
        st.sampled_from(EDITS),
        st.floats(0, 1, exclude_max=True),
        st.sampled_from(PAYLOADS) | st.binary(min_size=1, max_size=8),
    ),
    min_size=1,
    max_size=4,
)


@pytest.mark.parametrize("kind", READERS)
def test_sound_files_are_read(kind: str, tmp_path: Path) -> None:
    prepare(tmp_path)
    for data in sound_files()[kind]:
        assert outcome(kind, data, tmp_path) == "read"


@pytest.mark.parametrize("kind", READERS)
def test_spoilt_files_are_read_or_refused(
    kind: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp(kind)
    prepare(folder)

    @settings(
        deadline=None,
        max_examples=EXAMPLES.get(kind, 60),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.sampled_from(sound_files()[kind]), edits)
    def read(data: bytes, changes: list[tuple[str, float, bytes]]) -> None:
        start = time.process_time()
        outcome(kind, spoil(data, changes), folder)
        assert time.process_time() - start < SLOWEST

    read()

"""Fixtures shared by every test."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

os.environ.setdefault("MPLBACKEND", "Agg")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Start and leave every test in English, whatever it chose inside."""
    import tillit_eval as te

    te.use_language("en")
    yield
    te.use_language("en")

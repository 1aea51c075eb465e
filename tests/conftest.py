"""Fixtures shared by every test."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import pytest

os.environ.setdefault("MPLBACKEND", "Agg")
# nbformat loads jsonschema, which spends three seconds on grammars of addresses as soon
# as this package is there; no notebook is ever asked about one.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Start and leave every test in English, whatever it chose inside."""
    import tillit_eval as te

    te.use_language("en")
    yield
    te.use_language("en")

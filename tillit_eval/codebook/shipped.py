"""The instruments that come with the package, as data."""

from __future__ import annotations

import difflib
import tomllib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from tillit_eval.codebook.model import Codebook
from tillit_eval.codebook.parsing import parse_codebook
from tillit_eval.codebook.parts import Problems
from tillit_eval.phrases import Language, language

if TYPE_CHECKING:
    import pandas as pd


@cache
def shipped_files() -> dict[str, dict[str, Any]]:
    """Return the tables of every shipped instrument by its name."""
    folder = resources.files("tillit_eval") / "codebook" / "instruments"
    return {
        file.name.removesuffix(".toml"): tomllib.loads(file.read_text("utf-8"))
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".toml")
    }


def load_instrument(name: str, problems: Problems) -> Codebook | None:
    """Return a shipped instrument; an unknown name is noted."""
    files = shipped_files()
    if name not in files:
        close = difflib.get_close_matches(name, files, n=1)
        hint = f" (did you mean '{close[0]}'?)" if close else ""
        problems.append(f"use: no instrument '{name}' is shipped{hint}")
        return None
    return parse_codebook(files[name], problems, load_instrument=load_instrument)


def list_instruments(*, lang: Language | None = None) -> pd.DataFrame:
    """Which instruments come with the package, and under which licence?

    Parameters
    ----------
    lang : {"en", "sv"}, optional
        Language of the titles; the current one by default.

    Returns
    -------
    DataFrame, shape (n_instruments, 8)
        ``use`` (the name for ``use = [...]`` in a codebook), ``title``,
        ``n_items``, ``scales`` (their keys), ``wording`` (``own`` text in two
        languages, or ``keys_only``), ``validated``, ``source``, ``licence`` (a note
        on the wording).

    See Also
    --------
    read_codebook : Reads a codebook that uses them.

    Examples
    --------
    >>> shipped = list_instruments(lang="en").set_index("use")
    >>> int(shipped.loc["hme", "n_items"]), shipped.loc["hme", "wording"]
    (9, 'keys_only')
    """
    import pandas as pd

    chosen = language(lang)
    rows = []
    for name, raw in shipped_files().items():
        book = parse_codebook(raw, [], load_instrument=load_instrument)
        rows.append(
            {
                "use": name,
                "title": raw["title"][chosen],
                "n_items": len(book.items),
                "scales": ", ".join(scale.key for scale in book.scales),
                "wording": book.items[0].licence,
                "validated": all(item.validated for item in book.items),
                "source": raw["source"],
                "licence": raw["licence"],
            }
        )
    return pd.DataFrame(rows)

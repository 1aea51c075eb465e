"""Where the rows come from; never "real" unless every row says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from tillit_eval.phrases import Language, say

if TYPE_CHECKING:
    import pandas as pd

Source = Literal["real", "synthetic", "published", "mixed", "unstated"]


def read_source(*frames: pd.DataFrame) -> Source:
    """Say where the rows of some tables come from.

    Parameters
    ----------
    *frames : DataFrame
        Tables with or without a column ``source``.

    Returns
    -------
    {"real", "synthetic", "published", "mixed", "unstated"}
        One kind if all rows agree, ``mixed`` if they differ, ``unstated`` if a
        table has no such column or a row is empty. Never ``real`` by default.

    Examples
    --------
    >>> import pandas as pd
    >>> read_source(pd.DataFrame({"source": ["real", "synthetic"]}))
    'mixed'
    >>> read_source(pd.DataFrame({"trust": [1.0]}))
    'unstated'
    """
    kinds: set[str] = set()
    for frame in frames:
        if "source" not in frame.columns or frame["source"].isna().any():
            return "unstated"
        kinds |= set(map(str, frame["source"].unique()))
    if not kinds:
        return "unstated"
    if len(kinds) > 1:
        return "mixed"
    kind = kinds.pop()
    return _as_source(kind)


def _as_source(kind: str) -> Source:
    known: Source
    for known in ("real", "synthetic", "published", "mixed"):
        if kind == known:
            return known
    return "unstated"


def source_mark(source: Source, lang: Language | None = None) -> str:
    """Return the mark that everything made of data that are not real must carry.

    Parameters
    ----------
    source : {"real", "synthetic", "published", "mixed", "unstated"}
        Where the data come from.
    lang : {"en", "sv"}, optional
        The language; the current one by default.

    Returns
    -------
    str
        In brackets; empty for real and published data.

    Examples
    --------
    >>> source_mark("synthetic", "sv")
    '(Syntetiska data.)'
    """
    if source in ("real", "published"):
        return ""
    return say(f"words.mark_{source}", lang)

"""How often each answer was given, per item and wave, and what of it may be shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tillit_eval.codebook.model import Codebook
from tillit_eval.errors import DataProblem, check_texts, few
from tillit_eval.findings import Source
from tillit_eval.floors import K_CELL, is_shown

if TYPE_CHECKING:
    import pandas as pd

# More codes than this are not answers to choose from; they may be anything.
_MOST_CODES = 100


def columns_of(items: Codebook | Sequence[str], scale: str | None) -> list[str]:
    """Return the columns of the items asked for."""
    if not isinstance(items, Codebook):
        one = isinstance(items, str) or not isinstance(items, Iterable)
        named: list[str] = [items] if one else list(items)  # type: ignore[list-item]
        check_texts(named)
        return named
    if scale is not None:
        return list(items.scale(scale).items)
    return [item.key for item in items.items]


def codes_of(
    responses: pd.DataFrame,
    items: Codebook | Sequence[str],
    names: list[str],
    codes: Sequence[int] | None,
) -> list[int]:
    """Return the valid codes; refuse items that do not share them."""
    if codes is None and isinstance(items, Codebook):
        kinds = {items.item(name).codes for name in names}
        if len(kinds) > 1:
            raise DataProblem(
                "Items with different answer codes cannot share one figure.",
                expected="items with the same codes",
                found=f"{len(kinds)} kinds among {len(names)} items",
                to_fix="draw one scale at a time with scale=",
            )
        codes = kinds.pop()
    present = np.unique(_numbers(responses, names))
    present = present[~np.isnan(present)]
    span = present[[0, -1]] if len(present) and np.isfinite(present).all() else None
    if codes is None and span is not None and np.ptp(span) < _MOST_CODES:
        codes = range(int(present[0]), int(present[-1]) + 1)
    valid = sorted(codes or ())
    wrong = [code for code in present.tolist() if code not in valid]
    if wrong or len(valid) < 2:
        raise DataProblem(
            "Some answers are not among the codes of these items."
            if wrong
            else "There are no answers to draw.",
            expected=f"codes {few(valid)}"
            if valid
            else f"at least two answer codes, at most {_MOST_CODES}",
            found=_shown(wrong) if wrong else f"{len(valid)} codes",
            to_fix="give codes= with every valid code, or check the export first",
        )
    return valid


def _shown(wrong: list[float]) -> str:
    """Write codes that are short; longer numbers may be somebody's."""
    short = [f"{code:g}" for code in wrong if abs(code) < 1000]
    if len(short) < len(wrong):
        return f"{len(wrong)} other numbers"
    return f"codes {', '.join(short[:5])}{' …' if len(short) > 5 else ''}"


def _numbers(responses: pd.DataFrame, names: list[str]) -> npt.NDArray[np.float64]:
    """Return the answers as numbers, or say which columns hold something else."""
    odd = [
        name
        for name in names
        if responses[name].notna().any() and responses[name].dtype.kind not in "iufb"
    ]
    if odd:
        raise DataProblem(
            "Some answers are not numbers.",
            expected="answers as codes, as read_responses returns them",
            found=f"something else in columns {few(odd)}",
            to_fix="read the export with read_responses first",
        )
    return responses[names].to_numpy(dtype=float, na_value=np.nan)


def count_answers(
    responses: pd.DataFrame,
    names: list[str],
    codes: list[int],
    wave: str | None,
    k_min: int,
    source: Source,
) -> pd.DataFrame:
    """Count answers per item, wave and code; bars that may not be shown lose them."""
    import pandas as pd

    parts = {"": responses}
    if wave is not None:
        text = responses[wave].astype(str).where(responses[wave].notna())
        parts = {when: responses[text == when] for when in sorted(set(text.dropna()))}
    rows = [
        row | {"item": name, "wave": when}
        for name in names
        for when, part in parts.items()
        for row in _bar(part[name].to_numpy(dtype=float), codes, k_min, source)
    ]
    return pd.DataFrame(rows).astype({"n": "Int64"})


def _bar(
    given: npt.NDArray[np.float64], codes: list[int], k_min: int, source: Source
) -> list[dict[str, object]]:
    """Return one row per piece; ``hidden`` says why a bar is not shown."""
    counts = (given[:, None] == np.array(codes)).sum(axis=0)
    n = int(counts.sum())
    pieces = [(i, i, int(count)) for i, count in enumerate(counts)]
    hidden = ""
    if n == 0 or not is_shown(n, floor=k_min, source=source):
        hidden = "few"
    elif source != "published":
        pieces = join_small(pieces)
        if max(count for _, _, count in pieces) == n:
            hidden = "same"
            pieces = [(i, i, int(count)) for i, count in enumerate(counts)]
    lost = len(given) - n
    tells = source == "published" or lost == 0 or lost >= K_CELL
    missing = lost / len(given) if len(given) and tells else np.nan
    return [
        {
            "code": codes[first],
            "to": codes[last],
            "share": np.nan if hidden else count / n,
            "n": None if hidden else n,
            "missing": np.nan if hidden else missing,
            "hidden": hidden,
        }
        for first, last, count in pieces
    ]


def join_small(
    pieces: list[tuple[int, int, int]], *, k_cell: int = K_CELL
) -> list[tuple[int, int, int]]:
    """Join answers that 1 to 4 people gave with the next ones towards the middle.

    An answer that nobody gave may stand alone: it is about nobody.

    Parameters
    ----------
    pieces : list of tuple of (int, int, int)
        First and last place on the answer scale, and people.
    k_cell : int, default 5
        Fewest people who may be told about.

    Returns
    -------
    list of tuple of (int, int, int)
        Pieces of no one or of at least `k_cell` people, as long as there are two.

    Examples
    --------
    >>> join_small([(0, 0, 2), (1, 1, 9), (2, 2, 0), (3, 3, 20), (4, 4, 4)])
    [(0, 1, 11), (2, 2, 0), (3, 4, 24)]
    """
    joined, middle = list(pieces), (pieces[0][0] + pieces[-1][1]) / 2
    while len(joined) > 1:
        small = [i for i, (_, _, n) in enumerate(joined) if 0 < n < k_cell]
        if not small:
            break
        at = min(small, key=lambda i: (joined[i][2], i))
        below = (joined[at][0] + joined[at][1]) / 2 <= middle
        other = at + 1 if (below and at + 1 < len(joined)) or at == 0 else at - 1
        first, last = sorted((at, other))
        both = (joined[first][0], joined[last][1], joined[at][2] + joined[other][2])
        joined[first : last + 1] = [both]
    return joined

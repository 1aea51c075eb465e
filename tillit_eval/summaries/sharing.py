"""A summary as a file: share statistics instead of people."""

from __future__ import annotations

import json
import math
import os
import re
from typing import Any, get_args

import numpy as np
import pandas as pd

from tillit_eval.errors import DataProblem, FileProblem, TooFewAnswers, kind_of
from tillit_eval.files import replace_text
from tillit_eval.files.limits import LARGEST_NUMBER
from tillit_eval.files.opening import read_whole
from tillit_eval.files.paths import as_path
from tillit_eval.findings import Source, tell
from tillit_eval.floors import K_MIN, check_floor
from tillit_eval.summaries.guard import guard_summary
from tillit_eval.summaries.model import Summary

# Sums of products of codes stay far under this.
_MOST_DIGITS = 18
# Halves of letters, which JSON can write and no other file can hold.
_HALVES = re.compile("[\ud800-\udfff]")
FORMAT = "tillit_eval summary"
VERSION = 1


def write_summary(
    summary: Summary, path: str | os.PathLike[str], *, k_min: int = K_MIN
) -> pd.DataFrame:
    """Write a summary that may be shared, and return what was merged or dropped.

    The file holds counts, sums and products of groups; it is aggregated, and
    says so. It never holds an answer pattern or a row of a person.

    Parameters
    ----------
    summary : Summary
        As made by ``summarise_responses``.
    path : path
        Where to write, as JSON text. An older file is replaced whole.
    k_min : int, default 10
        Fewest complete rows a group may have, 5 or more.

    Returns
    -------
    DataFrame, shape (n_actions, len(by) + 2)
        The ledger: the keys of every group that was merged, dropped or reduced
        to complete rows, with ``action`` and ``reason``. Empty if none was.

    Raises
    ------
    DataProblem
        If it is not a `Summary`, or `k_min` is under 5.
    TooFewAnswers
        If no group is left.
    FileProblem
        If the file cannot be written; nothing is left half written.

    See Also
    --------
    read_summary : Read it back.

    Notes
    -----
    Groups under `k_min`, or in which fewer than 5 people can differ from the
    others, are merged with those that share all keys but the last, or dropped.
    Where 1 to 4 people answered incompletely, only complete rows are kept: the
    difference would show their answers. The rules guard one file; two files about
    overlapping people can still be subtracted from each other, so write one.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from tillit_eval.summaries import summarise_responses
    >>> units = ["a"] * 17 + ["b"] * 3
    >>> answers = pd.DataFrame({"q1": [1, 2, 3, 4, 5] * 4, "unit": units})
    >>> summary = summarise_responses(answers, ["q1"], by=["unit"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ledger = write_summary(summary, Path(folder) / "summary.json")
    ...     read_summary(Path(folder) / "summary.json").groups["unit"].tolist()
    ['a']
    >>> ledger["action"].tolist()
    ['dropped']
    """
    if not isinstance(summary, Summary):
        raise DataProblem(
            "This is not a summary that can be written.",
            expected="a Summary, as made by summarise_responses",
            found=kind_of(summary),
            to_fix="call summarise_responses first",
        )
    guarded = guard_summary(summary, k_min=check_floor(k_min))
    if len(guarded.summary.n_complete) == 0:
        raise TooFewAnswers(
            "No group of this summary may be shared.",
            expected=f"a group of at least {k_min} complete rows",
            found=f"none among {len(summary.n_complete)} groups",
            to_fix="make larger groups with a shorter by=",
            reason="summaries.nothing_to_share",
            values={"n": k_min},
        )
    text = json.dumps(
        _as_document(guarded.summary, k_min), ensure_ascii=False, indent=1
    )
    replace_text(as_path(path), text + "\n", make_folders=False)
    tell("summary", summary=guarded.summary, floor=k_min)
    return guarded.ledger


def _as_document(summary: Summary, k_min: int) -> dict[str, Any]:
    upper = np.triu_indices(len(summary.columns))
    groups = [
        {
            "group": [str(key) for key in summary.groups.iloc[g]],
            "n_rows": _plain(summary.n_rows[g]),
            "n": _plain(summary.n[g]),
            "sums": _plain(summary.sums[g]),
            "squares": _plain(summary.squares[g]),
            "n_complete": _plain(summary.n_complete[g]),
            "complete_sums": _plain(summary.complete_sums[g]),
            "products": _plain(summary.products[g][upper]),
        }
        for g in range(len(summary.n_rows))
    ]
    return {
        "format": FORMAT,
        "version": VERSION,
        "kind": "aggregated",
        "floor": k_min,
        "source": summary.source,
        "columns": list(summary.columns),
        "by": list(summary.by),
        "n_without_group": summary.n_without_group,
        "groups": groups,
    }


def _plain(values: Any) -> Any:
    """Return numbers for JSON: whole ones without a decimal point."""
    flat = np.asarray(values, dtype=float)
    plain = [int(v) if v.is_integer() else v for v in flat.ravel().tolist()]
    return plain if flat.ndim else plain[0]


def read_summary(path: str | os.PathLike[str]) -> Summary:
    """Read a summary that `write_summary` wrote.

    Parameters
    ----------
    path : path
        The JSON file.

    Returns
    -------
    Summary
        With the groups of the file, in its order.

    Raises
    ------
    FileProblem
        If the file is absent, is not such a file, or contradicts itself. Every
        contradiction is named at once.

    See Also
    --------
    write_summary : Write one, guarded.

    Examples
    --------
    >>> read_summary("nowhere.json")
    Traceback (most recent call last):
    tillit_eval.errors.FileProblem: The summary cannot be read.
      expected: a JSON file written by write_summary
      found:    FileNotFoundError
      to fix:   check the path, or ask for the file again
    """
    file = as_path(path)
    try:
        text = read_whole(file).decode("utf-8")
        read = json.loads(text, parse_int=_whole)
    except FileProblem:
        raise
    except (OSError, ValueError, RecursionError) as error:
        raise FileProblem(
            "The summary cannot be read.",
            expected="a JSON file written by write_summary",
            found=type(error).__name__,
            to_fix="check the path, or ask for the file again",
        ) from None
    problems = _problems(read)
    if problems:
        raise FileProblem(
            "The file is not a sound summary.",
            expected=f"what write_summary writes, version {VERSION}",
            found="; ".join(problems[:5])
            + (f"; and {len(problems) - 5} more" if len(problems) > 5 else ""),
            to_fix="ask for the file again; do not mend it by hand",
        )
    return _from_document(read)


def _whole(digits: str) -> int | float:
    """Read a whole number; one that no count or sum can reach is infinite."""
    return int(digits) if len(digits) <= _MOST_DIGITS else math.inf


def _problems(read: object) -> list[str]:
    """List everything wrong with a file's content; empty if it is sound."""
    if not isinstance(read, dict) or read.get("format") != FORMAT:
        return ["no summary by its 'format'"]
    if read.get("version") != VERSION:
        return ["another 'version'"]
    names = ("columns", "by")
    wrong = [name for name in names if not _are_names(read.get(name))]
    if not wrong and len({*read["columns"], *read["by"]}) < sum(
        len(read[name]) for name in names
    ):
        return ["a name stands twice among 'columns' and 'by'"]
    if not read.get("columns") and "columns" not in wrong:
        wrong.append("columns")
    source = read.get("source")
    if not isinstance(source, str) or source not in get_args(Source):
        wrong.append("source")
    if not _is_count(read.get("n_without_group")):
        wrong.append("n_without_group")
    groups = read.get("groups")
    if not isinstance(groups, list) or not groups:
        wrong.append("groups")
    found = [f"'{name}' is missing or of the wrong kind" for name in wrong]
    if wrong or not isinstance(groups, list):
        return found
    k, n_keys = len(read["columns"]), len(read["by"])
    for position, group in enumerate(groups):
        what = _group_problem(group, k, n_keys)
        if what:
            found.append(f"group at position {position}: {what}")
    return found


def _group_problem(group: object, k: int, n_keys: int) -> str:
    """Say what is wrong with one group; empty if nothing is."""
    if not isinstance(group, dict) or not _are_names(group.get("group")):
        return "no 'group'"
    if len(group["group"]) != n_keys:
        return "another number of keys than 'by'"
    sizes = {
        "n": k,
        "sums": k,
        "squares": k,
        "complete_sums": k,
        "products": k * (k + 1) // 2,
    }
    for name, size in sizes.items():
        if not _are_numbers(group.get(name), size):
            return f"'{name}' is not {size} numbers"
    for name in ("n_rows", "n_complete"):
        if not _is_count(group.get(name)):
            return f"'{name}' is not a count"
    fewest, most = group["n_complete"], group["n_rows"]
    if not all(_is_count(n) and fewest <= n <= most for n in group["n"]):
        return "the counts contradict each other"
    return ""


def _are_names(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(name, str) and not _HALVES.search(name) for name in value
    )


def _is_count(value: object) -> bool:
    if not isinstance(value, int) or isinstance(value, bool):
        return False
    return 0 <= value <= LARGEST_NUMBER


def _are_numbers(value: object, size: int) -> bool:
    return (
        isinstance(value, list)
        and len(value) == size
        and all(
            isinstance(v, (int, float)) and not isinstance(v, bool) and np.isfinite(v)
            for v in value
        )
    )


def _from_document(read: dict[str, Any]) -> Summary:
    groups = read["groups"]
    k = len(read["columns"])
    upper = np.triu_indices(k)
    products = np.zeros((len(groups), k, k))
    flat = np.array([group["products"] for group in groups], dtype=float)
    products[:, upper[0], upper[1]] = flat
    products[:, upper[1], upper[0]] = flat

    def part(name: str) -> np.ndarray[Any, np.dtype[np.float64]]:
        return np.array([group[name] for group in groups], dtype=float)

    return Summary(
        columns=tuple(read["columns"]),
        by=tuple(read["by"]),
        groups=pd.DataFrame(
            [group["group"] for group in groups], columns=read["by"], dtype=object
        ),
        n_rows=part("n_rows"),
        n=part("n"),
        sums=part("sums"),
        squares=part("squares"),
        n_complete=part("n_complete"),
        complete_sums=part("complete_sums"),
        products=products,
        source=read["source"],
        n_without_group=read["n_without_group"],
    )

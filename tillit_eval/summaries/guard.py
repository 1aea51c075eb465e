"""What must be merged or left out before a summary may leave the house."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tillit_eval.phrases import say
from tillit_eval.summaries.model import Summary
from tillit_eval.thresholds import threshold

Flags = npt.NDArray[np.bool_]
_PARTS = ("n_rows", "n", "sums", "squares", "n_complete", "complete_sums", "products")


@dataclass(frozen=True, slots=True)
class Guarded:
    """A summary that may be shared, and what was done to make it so.

    Attributes
    ----------
    summary : Summary
        Without groups under the floor and without cells under 5.
    ledger : DataFrame, shape (n_actions, len(by) + 2)
        One row per group merged, dropped or reduced: its keys, ``action`` and
        ``reason``. No counts.
    """

    summary: Summary
    ledger: pd.DataFrame


def guard_summary(summary: Summary, *, k_min: int) -> Guarded:
    r"""Merge groups under the floor, drop what stays under it, hide small cells.

    Parameters
    ----------
    summary : Summary
        As made by ``summarise_responses``.
    k_min : int
        Fewest complete rows a group may have.

    Returns
    -------
    Guarded
        The summary that may be shared, perhaps without any group, and the ledger.

    Notes
    -----
    A group is too small under `k_min` complete rows. It is too alike if fewer
    than 5 people can differ from the others in some column: with whole-number
    answers, that is so when :math:`\sum_i (x_i - r)^2 < 5` for the whole number
    :math:`r` nearest the mean. Both kinds are merged within the groups that share
    all keys but the last; what is still too small or too alike is dropped. Where
    1 to 4 people answered incompletely, the difference between all rows and
    complete rows would show their answers, so only complete rows are kept.
    """
    k_cell = int(threshold("k_cell"))
    actions: list[tuple[tuple[str, ...], str, str]] = []
    reasons = _reasons(summary, k_min, k_cell)
    unsafe = np.array([bool(reason) for reason in reasons], dtype=bool)
    kept = [_take(summary, ~unsafe)]
    for head, where in _neighbours(summary, unsafe):
        merged = _merge(summary, where, head)
        rest = _reasons(merged, k_min, k_cell)[0]
        safe = not rest and where.sum() > 1
        if safe:
            kept.append(merged)
        for row in np.flatnonzero(where):
            keys = tuple(summary.groups.iloc[row])
            actions.append((keys, "merged" if safe else "dropped", reasons[row]))
    together = _sorted(_stack(kept))
    few = _few_incomplete(together, k_cell)
    for row in np.flatnonzero(few):
        actions.append((tuple(together.groups.iloc[row]), "reduced", "incomplete"))
    together = _complete_only(together, few)
    if 0 < together.n_without_group < k_cell:
        actions.append((("",) * len(summary.by), "dropped", "without_group"))
        together = replace(together, n_without_group=0)
    return Guarded(together, _ledger(actions, summary.by))


def _reasons(summary: Summary, k_min: int, k_cell: int) -> list[str]:
    """Say for every group why it may not be shown; empty if it may."""
    small = summary.n_complete < k_min
    alike = _alike(summary, k_cell)
    return [
        "too_small" if is_small else "too_alike" if is_alike else ""
        for is_small, is_alike in zip(small, alike, strict=True)
    ]


def _alike(summary: Summary, k_cell: int) -> Flags:
    """Tell where fewer than `k_cell` people can differ from the rest."""
    n = np.maximum(summary.n_complete, 1.0)[:, None]
    sums = summary.complete_sums
    squares = np.diagonal(summary.products, axis1=1, axis2=2)
    centre = np.rint(sums / n)
    about_answer = squares - 2 * centre * sums + n * centre**2
    about_mean = squares - sums**2 / n
    whole = (sums == np.rint(sums)) & (squares == np.rint(squares))
    tiny = 1e-9 * np.maximum(squares, 1.0)
    alike = np.where(whole, about_answer < k_cell, about_mean < tiny)
    return np.asarray(alike.any(axis=1))


def _neighbours(summary: Summary, unsafe: Flags) -> list[tuple[tuple[str, ...], Flags]]:
    """Find the unsafe groups that share all keys but the last."""
    if not summary.by:
        return [((), unsafe)] if unsafe.any() else []
    heads = [tuple(row)[:-1] for row in summary.groups.itertuples(index=False)]
    wanted = sorted({head for head, bad in zip(heads, unsafe, strict=True) if bad})
    same = [np.array([head == one for head in heads]) for one in wanted]
    return [(head, where & unsafe) for head, where in zip(wanted, same, strict=True)]


def _take(summary: Summary, where: Flags) -> Summary:
    parts: dict[str, Any] = {name: getattr(summary, name)[where] for name in _PARTS}
    groups = summary.groups[where].reset_index(drop=True)
    return replace(summary, groups=groups, **parts)


def _merge(summary: Summary, where: Flags, head: tuple[str, ...]) -> Summary:
    parts: dict[str, Any] = {
        name: getattr(summary, name)[where].sum(axis=0, keepdims=True)
        for name in _PARTS
    }
    row = dict(zip(summary.by, (*head, say("summaries.merged_group")), strict=False))
    return replace(summary, groups=pd.DataFrame([row], index=[0]), **parts)


def _stack(parts: list[Summary]) -> Summary:
    arrays: dict[str, Any] = {
        name: np.concatenate([getattr(part, name) for part in parts]) for name in _PARTS
    }
    groups = pd.concat([part.groups for part in parts], ignore_index=True)
    return replace(parts[0], groups=groups, **arrays)


def _sorted(summary: Summary) -> Summary:
    if not summary.by:
        return summary
    order = summary.groups.sort_values(list(summary.by)).index.to_numpy()
    parts: dict[str, Any] = {name: getattr(summary, name)[order] for name in _PARTS}
    groups = summary.groups.iloc[order].reset_index(drop=True)
    return replace(summary, groups=groups, **parts)


def _few_incomplete(summary: Summary, k_cell: int) -> Flags:
    """Tell where 1 to 4 people stand between all rows and complete rows."""
    every = np.column_stack([summary.n_rows, summary.n])
    beyond = every - summary.n_complete[:, None]
    return np.asarray(((beyond > 0) & (beyond < k_cell)).any(axis=1))


def _complete_only(summary: Summary, where: Flags) -> Summary:
    squares = np.diagonal(summary.products, axis1=1, axis2=2)
    column = where[:, None]
    complete = summary.n_complete
    return replace(
        summary,
        n_rows=np.where(where, complete, summary.n_rows),
        n=np.where(column, complete[:, None], summary.n),
        sums=np.where(column, summary.complete_sums, summary.sums),
        squares=np.where(column, squares, summary.squares),
    )


def _ledger(
    actions: list[tuple[tuple[str, ...], str, str]], by: tuple[str, ...]
) -> pd.DataFrame:
    rows = [
        {
            **dict(zip(by, keys, strict=True)),
            "action": say(f"summaries.{action}"),
            "reason": say(f"summaries.{reason}"),
        }
        for keys, action, reason in actions
    ]
    return pd.DataFrame(rows, columns=[*by, "action", "reason"])

"""Ratings as arrays: who rated which point of which target, and what was left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from tillit_eval.errors import DataProblem, TooFewAnswers, few, kind_of
from tillit_eval.findings import Source, read_source
from tillit_eval.phrases import Label, Phrase, phrase
from tillit_eval.quality._data import Array
from tillit_eval.summaries.frames import as_narwhals, as_pandas, key_text

Codes = npt.NDArray[np.int64]
Roles = Sequence[str] | Mapping[str, str | Label]
NEEDED = ("target", "rater", "value")
OPTIONAL = ("criterion", "rater_role", "round", "source")
_LARGEST = 1e100


@dataclass(frozen=True, slots=True)
class Judged:
    """Ratings of points with at least two of them; a point is a target's criterion.

    ``cell``, ``rater`` and ``value`` have one entry per rating, sorted by cell;
    ``target`` one per cell. A rater is a person, or a role. ``where`` says how
    many ratings or points are not used.
    """

    cell: Codes
    rater: Codes
    value: Array
    target: Codes
    n_targets: int
    n_raters: int
    n_people: int
    averaged: bool
    left_out: tuple[tuple[Phrase, int], ...]
    source: Source

    @property
    def n_cells(self) -> int:
        """How many points were judged."""
        return len(self.target)

    @property
    def sizes(self) -> Codes:
        """How many ratings each point has."""
        return np.bincount(self.cell, minlength=self.n_cells)

    @property
    def clustered(self) -> bool:
        """Whether some target has several points, which are not independent."""
        return self.n_cells > self.n_targets

    def keep(self, cells: npt.NDArray[np.bool_], why: str) -> Judged:
        """Return the ratings of some points; the others are counted."""
        if cells.all():
            return self
        kept = cells[self.cell]
        target, n_targets = _coded(self.target[cells])
        return Judged(
            cell=_coded(self.cell[kept])[0],
            rater=self.rater[kept],
            value=self.value[kept],
            target=target,
            n_targets=n_targets,
            n_raters=self.n_raters,
            n_people=self.n_people,
            averaged=self.averaged,
            left_out=(*self.left_out, (phrase(why), int((~cells).sum()))),
            source=self.source,
        )

    def complete(self) -> Judged:
        """Keep the points that every rater judged."""
        return self.keep(self.sizes == self.n_raters, "agreement.not_by_all")

    def wide(self) -> Array:
        """Return points by raters, where every rater judged every point."""
        values = np.empty((self.n_cells, self.n_raters))
        values[self.cell, self.rater] = self.value
        return values


def read_frame(ratings: object) -> pd.DataFrame:
    """Take the columns of ratings that are there into pandas, checked.

    Parameters
    ----------
    ratings : DataFrame, LazyFrame or relation
        One row per judgement.

    Returns
    -------
    DataFrame
        ``value`` as numbers, keys as text.
    """
    wrapped = as_narwhals(ratings, table="ratings")
    there = [str(name) for name in wrapped.collect_schema().names()]
    names = [*NEEDED, *(name for name in OPTIONAL if name in there)]
    frame = as_pandas(ratings, names, table="ratings")
    frame["value"] = _numbers(frame["value"])
    if "criterion" not in frame:
        frame["criterion"] = ""
    for key in set(frame.columns) - {"value", "source"}:
        frame[key] = key_text(frame[key])
    return frame


def _numbers(values: pd.Series) -> pd.Series:
    """Return the values as numbers; refuse words, yes or no, and what is too large."""
    numeric = pd.api.types.is_numeric_dtype(values)
    yes_no = pd.api.types.is_bool_dtype(values)
    as_number = values if numeric else pd.to_numeric(values, errors="coerce")
    array = as_number.to_numpy(dtype=float, na_value=np.nan)
    given = values.notna().to_numpy()
    wrong = given & ~(np.abs(np.nan_to_num(array, nan=np.inf)) < _LARGEST)
    if yes_no or wrong.any():
        positions = few(np.flatnonzero(wrong).tolist())
        raise DataProblem(
            "Some ratings are not numbers.",
            expected="a column 'value' of numbers; empty where nobody judged",
            found="yes and no" if yes_no else f"others at row positions {positions}",
            to_fix="turn words into the numbers of the steps first",
        )
    return pd.Series(array, index=values.index)


def judged(frame: pd.DataFrame, roles: tuple[str, ...] | None) -> Judged:
    """Turn the rows of one group into arrays; raters are people, or these roles."""
    kept = frame if roles is None else frame[frame["rater_role"].isin(roles)]
    keys = ["target", "criterion", "rater", "rater_role"]
    keys = [key for key in keys if key in kept and (roles or key != "rater_role")]
    empty = kept[keys].isna().any(axis=1) | kept["value"].isna()
    whole = kept[~empty]
    _check_repeats(whole, keys)
    n_people = int(whole["rater"].nunique())
    if roles is None:
        rater, n_raters = _coded(whole["rater"].to_numpy())
    else:
        rater = pd.Categorical(whole["rater_role"], categories=roles).codes
        n_raters = len(roles)
    target, _ = _coded(whole["target"].to_numpy())
    criterion, n_criteria = _coded(whole["criterion"].to_numpy())
    cell, points = pd.factorize(target * max(n_criteria, 1) + criterion)
    value, averaged = whole["value"].to_numpy(dtype=float), False
    if roles is not None:
        cell, rater, value, averaged = _one_per_role(cell, rater, value)
    order = np.argsort(cell, kind="stable")
    target, n_targets = _coded(points // max(n_criteria, 1))
    found = Judged(
        cell=cell[order].astype(np.int64),
        rater=np.asarray(rater)[order].astype(np.int64),
        value=value[order],
        target=target,
        n_targets=n_targets,
        n_raters=n_raters,
        n_people=n_people,
        averaged=averaged,
        left_out=_missing(int(empty.sum())),
        source=read_source(kept),
    )
    return found.keep(found.sizes > 1, "agreement.by_one_only")


def _missing(n: int) -> tuple[tuple[Phrase, int], ...]:
    return ((phrase("agreement.rating_missing"), n),) if n else ()


def _coded(keys: npt.NDArray[np.generic]) -> tuple[Codes, int]:
    codes, names = pd.factorize(keys)
    return codes.astype(np.int64), len(names)


def _one_per_role(
    cell: npt.NDArray[np.intp], rater: npt.NDArray[np.generic], value: Array
) -> tuple[Codes, Codes, Array, bool]:
    """Average what several people of a role said of the same point."""
    rows = pd.DataFrame({"cell": cell, "role": rater, "value": value})
    means = rows.groupby(["cell", "role"], sort=True)["value"].mean().reset_index()
    return (
        means["cell"].to_numpy(dtype=np.int64),
        means["role"].to_numpy(dtype=np.int64),
        means["value"].to_numpy(dtype=float),
        len(means) < len(rows),
    )


def _check_repeats(whole: pd.DataFrame, keys: list[str]) -> None:
    twice = whole.duplicated(keys, keep=False)
    if twice.any():
        raise DataProblem(
            "Some raters judged the same point more than once.",
            expected="one row per target, criterion, rater and round",
            found=f"repeated rows at row positions {few(whole.index[twice].tolist())}",
            to_fix="keep one row each, or one round at a time",
        )


def check_roles(between: object, frame: pd.DataFrame) -> tuple[str, ...] | None:
    """Return the roles to compare, or None for people; refuse roles nobody has."""
    if between is None:
        return None
    if isinstance(between, str) or not isinstance(between, (Sequence, Mapping)):
        found = "one text" if isinstance(between, str) else kind_of(between)
        raise _no_roles(found, "put the roles in square brackets")
    roles = tuple(str(role) for role in between)
    if len(set(roles)) < 2 or len(set(roles)) < len(roles):
        raise _no_roles(f"{few(roles)}", "name two or more roles, each once")
    present = set(frame["rater_role"].dropna()) if "rater_role" in frame else set()
    absent = [role for role in roles if role not in present]
    if absent:
        raise _no_roles(
            f"no ratings by {few(absent)}", "check the spelling in 'rater_role'"
        )
    return roles


def _no_roles(found: str, to_fix: str) -> DataProblem:
    return DataProblem(
        "These are not roles that can be compared.",
        expected='roles of the column rater_role, as in between=["self", "observer"]',
        found=found,
        to_fix=to_fix,
    )


def check_size(data: Judged, *, fewest: int, by_all: bool) -> None:
    """Refuse ratings of too few targets; `by_all` if every rater must have rated."""
    if data.n_targets < fewest:
        who = "every rater" if by_all else "more than one rater"
        other = ", or use another coefficient" if by_all else ", or wait for more"
        raise TooFewAnswers(
            f"Too few targets were judged by {who}.",
            expected=f"at least {fewest} targets",
            found=f"{data.n_targets}",
            to_fix="check the columns target, criterion and rater" + other,
            reason="agreement.few_by_all" if by_all else "agreement.few_targets",
            values={"n": fewest},
        )

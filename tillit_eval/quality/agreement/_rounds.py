"""Judgements round by round, and what two roles said of the same thing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tillit_eval.errors import DataProblem, few
from tillit_eval.findings import Interval, Source, read_source
from tillit_eval.phrases import Label, Phrase, phrase
from tillit_eval.quality._data import Array
from tillit_eval.quality.agreement._reading import check_roles, read_frame

KEYS = ["target", "criterion", "round"]


@dataclass(frozen=True, slots=True)
class Judgements:
    """Complete judgements, keys as text; ``round`` is there, empty if nobody said."""

    frame: pd.DataFrame
    left_out: tuple[tuple[Phrase, int], ...]
    source: Source


def read_judgements(ratings: object) -> Judgements:
    """Take the columns of ratings that are there, without rows that lack something.

    Parameters
    ----------
    ratings : DataFrame, LazyFrame or relation
        One row per judgement.

    Returns
    -------
    Judgements
        With row positions as index.

    Raises
    ------
    DataProblem
        If a column is absent, a value is no number, or a rater judged the same
        thing twice in a round.
    """
    frame = read_frame(ratings)
    for key in ("round", "rater_role"):
        if key not in frame:
            frame[key] = ""
    return _complete(frame)


def read_roles(
    ratings: object, between: object
) -> tuple[Judgements, dict[str, Label], str]:
    """Take the judgements of some roles, with what the roles are called.

    Parameters
    ----------
    ratings : DataFrame, LazyFrame or relation
        One row per judgement.
    between : sequence of str, or mapping of str to str or Label
        Two roles or more.

    Returns
    -------
    tuple of Judgements, dict and str
        Judgements of these roles only, names of the roles, and the first role.

    Raises
    ------
    DataProblem
        As `read_judgements`, or if a role is not there.
    """
    frame = read_frame(ratings)
    names = check_roles(between, frame)
    if names is None:
        raise DataProblem(
            "Severity is a difference between roles, and none is named.",
            expected='at least two roles, as in between=["self", "observer"]',
            found="nothing",
            to_fix="name first the role that the others are compared with",
        )
    if "round" not in frame:
        frame["round"] = ""
    given = between if isinstance(between, Mapping) else {}
    roles = {name: as_label(given.get(name, name)) for name in names}
    return _complete(frame[frame["rater_role"].isin(names)]), roles, names[0]


def _complete(frame: pd.DataFrame) -> Judgements:
    keys = [*KEYS, "rater", "rater_role"]
    empty = frame[[*keys, "value"]].isna().any(axis=1)
    whole = frame[~empty]
    check_once_each(whole, keys)
    left = int(empty.sum())
    return Judgements(
        frame=whole,
        left_out=((phrase("severity.missing"), left),) if left else (),
        source=read_source(frame),
    )


def check_once_each(whole: pd.DataFrame, keys: Sequence[str]) -> None:
    """Refuse judgements of which a rater made several of the same thing."""
    twice = whole.duplicated(list(keys), keep=False)
    if twice.any():
        raise DataProblem(
            "Some raters judged the same thing more than once in a round.",
            expected="one row per target, criterion, rater and round",
            found=f"repeated rows at row positions {few(whole.index[twice].tolist())}",
            to_fix="keep one row each, or give the round of each",
        )


def as_label(name: str | Label) -> Label:
    """Return a name in both languages."""
    return name if isinstance(name, Label) else Label(str(name), str(name))


def gaps_of(frame: pd.DataFrame, role: str, against: str) -> pd.DataFrame:
    """Return, for each thing that both roles judged in a round, how far apart they are.

    Parameters
    ----------
    frame : DataFrame
        Complete judgements.
    role, against : str
        The gap is the mean of `role` minus that of `against`.

    Returns
    -------
    DataFrame
        ``target, criterion, round, gap``.
    """
    both = frame[frame["rater_role"].isin([role, against])]
    means = both.groupby([*KEYS, "rater_role"])["value"].mean().unstack()
    means = means.reindex(columns=[role, against])
    return (means[role] - means[against]).dropna().rename("gap").reset_index()


def order_of(rounds: object, frame: pd.DataFrame) -> list[str]:
    """Return the rounds in time: as given, else by number, else as text."""
    present = list(dict.fromkeys(frame["round"]))
    if rounds is None:
        return _in_time(present)
    if isinstance(rounds, str) or not isinstance(rounds, Sequence):
        listed = [str(rounds)]
    else:
        listed = [str(one) for one in rounds]
    absent = [one for one in listed if one not in present]
    if len(listed) < 2 or len(set(listed)) < len(listed) or absent:
        raise DataProblem(
            "These are not rounds that can be put in order.",
            expected='two or more rounds in time, as in rounds=["2014", "2015"]',
            found=f"{few(listed)}; no judgements in {few(absent)}",
            to_fix="name rounds of the column round, each once",
        )
    return listed


def _in_time(names: list[str]) -> list[str]:
    try:
        return sorted(names, key=float)
    except ValueError:
        return sorted(names)


def slopes_of(gaps: pd.DataFrame, rounds: Sequence[str]) -> pd.Series:
    """Return per target how the gap moves from one round to the next.

    Each criterion of each target is set against itself: the least-squares slope over
    its rounds; then the mean over the criteria that were judged in two or more.
    """
    place = {name: k for k, name in enumerate(rounds)}
    kept = gaps[gaps["round"].isin(place)]
    kept = kept.assign(x=kept["round"].map(place).astype(float))
    own = kept.groupby(["target", "criterion"])
    x = kept["x"] - own["x"].transform("mean")
    parts = pd.DataFrame({"xy": x * kept["gap"], "xx": x**2})
    sums = parts.groupby([kept["target"], kept["criterion"]]).sum()
    sums = sums[sums["xx"] > 0]
    return (sums["xy"] / sums["xx"]).groupby("target").mean()


def student(values: Array, level: float) -> tuple[float, float, Interval]:
    """Return the mean over targets, its standard error and Student's interval."""
    from scipy.special import stdtrit

    n = len(values)
    mean, error = float(values.mean()), float(values.std(ddof=1) / np.sqrt(n))
    reach = float(stdtrit(n - 1, (1 + level) / 2)) * error
    return mean, error, Interval(mean - reach, mean + reach, level)

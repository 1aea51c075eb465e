"""What does a step of an old version of a scale correspond to on the new one?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from tillit_eval.errors import check_option
from tillit_eval.findings import Estimate, Interval, check_level, read_source
from tillit_eval.floors import K_CELL, K_MIN, check_floor
from tillit_eval.phrases import Language, Phrase, number, phrase, say
from tillit_eval.quality._data import Array
from tillit_eval.quality.agreement._components import name_of
from tillit_eval.quality.agreement._isotonic import (
    Bridge,
    bridge_of,
    check_bridge,
    rise,
)
from tillit_eval.quality.agreement._reading import read_frame
from tillit_eval.quality.agreement._rounds import check_once_each
from tillit_eval.summaries.frames import as_pandas, key_text

# Fewest targets judged on both versions.
FEWEST = 10
DRAWS = 1_000


@dataclass(frozen=True, slots=True)
class LinkedStep:
    """One step of the old version, or several joined.

    Attributes
    ----------
    old : float
        The step; the mean of the steps where some are joined.
    new, low, high : float
        The mean level expected on the new version, and its interval.
    n_judged : int
        Bridging judgements on it.
    """

    old: float
    new: float
    low: float
    high: float
    n_judged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionLink(Estimate):
    """What judgements on an old version would have been on the new one.

    Attributes
    ----------
    estimate : float
        Mean level on the new version expected for all judgements on the old one.
    standard_error, interval : float, Interval
        Linking error of `estimate`: the judgements on the old version are taken as
        given.
    mean_old : float
        Mean of the judgements on the old version, in its own steps.
    steps : tuple of LinkedStep
        Each old step, lowest first.
    n_units : int
        Targets judged on both versions.
    n_judged : int
        Judgements made on both.
    n_people : int
        Raters who used both, or targets if they are fewer; the floor is held
        against it.
    """

    question: ClassVar[str] = "link of two versions"

    unit_of_measure: str = "steps"
    mean_old: float
    steps: tuple[LinkedStep, ...]
    n_judged: int

    @property
    def digits(self) -> int:
        """Two decimals: a mean moves by parts of a step."""
        return 2

    def convert(self, old: object) -> Array:
        """Return the level expected on the new version for steps of the old one.

        Parameters
        ----------
        old : array_like of float
            Steps of the old version. Only means of many converted judgements are
            of use: what one judgement would have been is not known.

        Returns
        -------
        ndarray
            Of the same shape; between steps by straight lines, beyond the ends
            level.
        """
        x, y = ([getattr(s, key) for s in self.steps] for key in ("old", "new"))
        return np.asarray(np.interp(np.asarray(old, dtype=float), x, y))

    def _row(self, *, guarded: bool, lang: Language) -> dict[str, object]:
        row = Estimate._row(self, guarded=guarded, lang=lang)
        if guarded and not self.is_shown:
            row["steps"] = None
        return row

    def _claim(self, lang: Language) -> str:
        claim = say(
            "severity.link_claim",
            lang,
            name=self.name(lang),
            old=number(self.mean_old, 2, lang),
            new=number(self.estimate, 2, lang),
            interval=self.interval_in_words(lang),
            targets=self.n_units,
        )
        rows = "; ".join(self._say_step(step, lang) for step in self.steps)
        says = [claim, say("severity.link_steps", lang, steps=rows)]
        return " ".join([*says, *([self.because.say(lang)] if self.because else [])])

    def _say_step(self, step: LinkedStep, lang: Language) -> str:
        whole = float(step.old).is_integer()
        return say(
            "severity.link_step",
            lang,
            old=number(step.old, 0 if whole else 1, lang),
            new=number(step.new, 2, lang),
            low=number(step.low, 2, lang),
            high=number(step.high, 2, lang),
        )


def assess_version_link(
    ratings: object,
    *,
    old: str,
    new: str,
    version: str = "version",
    scale: str = "",
    rng: int | np.random.Generator | None = 1,
    level: float = 0.95,
    k_min: int = K_MIN,
) -> VersionLink:
    r"""Ask what the steps of an old version are on the new one, by a bridging sample.

    A bridging sample is judged on both versions by the same rater in the same round.
    Without one, a change of the scale and a change of what is judged cannot be told
    apart, and the question is refused.

    Parameters
    ----------
    ratings : DataFrame, LazyFrame or relation, shape (n_judgements, n_columns)
        A table ``ratings`` with one more column, `version`.
    old, new : str
        The two values of `version`.
    version : str, default "version"
        Column with the version of the scale.
    scale : str, optional
        What was judged, for the sentence.
    rng : int, Generator or None, default 1
        Chance of the bootstrap.
    level : float, default 0.95
        Coverage of the intervals, between 0 and 1.
    k_min : int, default 10
        Fewest raters, and fewest targets, behind a number that may be shown.

    Returns
    -------
    VersionLink
        The level that each old step corresponds to, and the linking error of a mean.

    Raises
    ------
    DataProblem
        If a column is absent, a value is no number, or a version is not there.
    TooFewAnswers
        If fewer than 10 targets were judged on both versions, or they do not differ.

    See Also
    --------
    assess_severity_drift : Where the scale stayed and the raters moved.

    Notes
    -----
    Levels are ordered words, so nothing is made of their distances on the old side:
    the link is the mean new level of each old step in the bridging sample, made to
    rise by isotonic regression (``isoreg`` of R); steps met in fewer than 5 bridging
    judgements are joined to a neighbour. It is a *projection* [1]_: it holds for
    targets like those of the bridge, serves means and not single targets, and is not
    to be turned round. Seven steps cannot be equated with four levels, which would
    ask that nobody cares on which of the two they were judged. The linking error is
    from 1,000 bootstraps of the targets, with Student's t.

    References
    ----------
    .. [1] Holland, P. W., & Dorans, N. J. (2006). Linking and equating. In
       Educational Measurement, 4th ed. (pp. 187-220). Praeger.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [(t, f"r{t % 12}", v, x) for t in range(48)
    ...     for v, x in (("7", 1 + t % 7), ("4", 1 + (t % 7 + t // 24) // 2))]
    >>> said = pd.DataFrame(rows, columns=["target", "rater", "version", "value"])
    >>> link = assess_version_link(said, old="7", new="4")
    >>> link.convert([1, 7]).round(2).tolist()
    [1.0, 4.0]
    """
    frame = read_frame(ratings)
    frame["version"] = key_text(as_pandas(ratings, [version], table="ratings")[version])
    for one, value in (("old", old), ("new", new)):
        check_option(one, value, frame["version"].dropna().unique().tolist())
    pairs = _pairs(frame, old, new)
    check_bridge(pairs, FEWEST)
    bridge = bridge_of(pairs, fewest=K_CELL)
    before = frame.loc[frame["version"].eq(old), "value"].dropna().to_numpy(dtype=float)
    found = _linked(bridge, before, np.random.default_rng(rng))
    reach = _quantile(bridge.n_targets, check_level(level))
    return VersionLink(
        scale=scale or "versions",
        label=name_of(scale, "link_name"),
        estimate=found.mean,
        standard_error=found.error,
        interval=Interval(
            found.mean - reach * found.error, found.mean + reach * found.error, level
        ),
        df=float(bridge.n_targets - 1),
        mean_old=float(before.mean()),
        steps=_steps(bridge, found, reach),
        n_judged=len(pairs),
        n_people=int(min(pairs["rater"].nunique(), bridge.n_targets)),
        n_units=bridge.n_targets,
        estimand=phrase("severity.estimand_link"),
        method=phrase("severity.method_link"),
        because=_joined(pairs, bridge),
        source=read_source(frame),
        floor=check_floor(k_min),
    )


@dataclass(frozen=True, slots=True)
class _Linked:
    """The rising line, its errors, and the mean of the old judgements on it."""

    line: Array
    errors: Array
    mean: float
    error: float


def _linked(bridge: Bridge, before: Array, rng: np.random.Generator) -> _Linked:
    n = bridge.n_targets
    weights = rng.multinomial(n, np.full(n, 1 / n), size=DRAWS).astype(float)
    drawn = rise(bridge, weights)
    line = rise(bridge, np.ones((1, n)))[0]
    means = [float(np.interp(before, bridge.x, y).mean()) for y in (line, *drawn)]
    return _Linked(
        line=line,
        errors=drawn.std(axis=0, ddof=1),
        mean=means[0],
        error=float(np.std(means[1:], ddof=1)),
    )


def _steps(bridge: Bridge, found: _Linked, reach: float) -> tuple[LinkedStep, ...]:
    low, high = (
        np.clip(found.line + side * found.errors, *bridge.ends)
        for side in (-reach, reach)
    )
    columns = (bridge.x, found.line, low, high, bridge.counts.sum(axis=0))
    return tuple(
        LinkedStep(
            old=float(x), new=float(y), low=float(a), high=float(b), n_judged=int(n)
        )
        for x, y, a, b, n in zip(*columns, strict=True)
    )


def _pairs(frame: pd.DataFrame, old: str, new: str) -> pd.DataFrame:
    """Return what the same rater said of the same thing on both versions."""
    keys = ["target", "criterion", "rater", "round"]
    keys = [key for key in keys if key in frame]
    whole = frame.dropna(subset=[*keys, "version", "value"])
    whole = whole[whole["version"].isin([old, new])]
    check_once_each(whole, [*keys, "version"])
    sides = (
        whole.loc[whole["version"].eq(one), [*keys, "value"]] for one in (old, new)
    )
    before, after = sides
    return before.rename(columns={"value": "old"}).merge(
        after.rename(columns={"value": "new"}), on=keys
    )


def _joined(pairs: pd.DataFrame, bridge: Bridge) -> Phrase | None:
    """Say that old steps were joined."""
    if pairs["old"].nunique() == len(bridge.x):
        return None
    return phrase("severity.link_joined", n=K_CELL)


def _quantile(n_targets: int, level: float) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(n_targets - 1, (1 + level) / 2))

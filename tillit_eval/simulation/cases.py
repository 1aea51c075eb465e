"""Cases that are opened, and closed some time later, with a known change."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tillit_eval.errors import DataProblem
from tillit_eval.simulation.kernels import Floats, Marks
from tillit_eval.simulation.seeds import Rng, generator

if TYPE_CHECKING:
    from tillit_eval.simulation.model import TrueUnit

_YEAR = 365.25


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueCases:
    """How many cases there are, and how long they stay open.

    Attributes
    ----------
    case : str
        What a case is called, in a word; cases are numbered.
    n_cases : int
        How many are opened, spread evenly over time and chance over units.
    first, last : float
        Between which times, in years, cases are opened.
    until : float
        When the register was read; a case that is open then stays open.
    median_days : float
        Half of those that ever close have done so after so many days.
    shape : float
        Of the Weibull distribution: 1 is the same chance to close every day.
    never : float
        Share of cases that never close.
    change : float
        Log of the hazard ratio for a case opened when the reform is in place in
        its unit; above 0 cases close sooner.
    outcomes : tuple of (str, float)
        What became of closed cases, with their shares.
    groups : tuple of str
        Unit groups that have cases; empty means all.
    """

    case: str
    n_cases: int
    first: float
    last: float
    until: float
    median_days: float
    shape: float = 1.0
    never: float = 0.0
    change: float = 0.0
    outcomes: tuple[tuple[str, float], ...] = ()
    groups: tuple[str, ...] = ()


def simulate_cases(
    truth: TrueCases, units: tuple[TrueUnit, ...], *, rng: Rng = None
) -> pd.DataFrame:
    """Which cases would the register hold, if this were true?

    Parameters
    ----------
    truth : TrueCases
        How many cases, and how long they stay open.
    units : tuple of TrueUnit
        Where they are opened, with the times the reform starts there.
    rng : int, Generator or None
        Chance.

    Returns
    -------
    DataFrame, shape (n_cases, 6)
        A table ``cases``: ``case, unit, opened, closed, outcome, source``; an
        empty ``closed`` is a case still open when the register was read.

    Raises
    ------
    DataProblem
        If there are no units or cases, times run backwards, or shares do not
        add up.

    See Also
    --------
    simulate_series : Register figures per period.

    Notes
    -----
    Days open follow a Weibull distribution with proportional hazards.

    Examples
    --------
    >>> from tillit_eval.simulation import TrueUnit
    >>> truth = TrueCases(case="case", n_cases=3, first=2015.0, last=2016.0,
    ...     until=2017.0, median_days=30.0)
    >>> simulate_cases(truth, (TrueUnit(unit="a", people=9),), rng=1)["case"].tolist()
    ['case 1', 'case 2', 'case 3']
    """
    _check(truth, units)
    chance = generator(rng)
    n = truth.n_cases
    opened = np.sort(chance.uniform(truth.first, truth.last, n))
    unit = chance.integers(0, len(units), n)
    start = np.array([np.inf if u.start is None else u.start for u in units])[unit]
    open_days = _days(truth, opened >= start, chance)
    closed = opened + np.maximum(1.0, np.round(open_days)) / _YEAR
    known = closed <= truth.until
    digits = len(str(n))
    return pd.DataFrame(
        {
            "case": [f"{truth.case} {i + 1:0{digits}d}" for i in range(n)],
            "unit": np.array([u.unit for u in units], dtype=object)[unit],
            "opened": [_day(time) for time in opened],
            "closed": [
                _day(t) if k else None for t, k in zip(closed, known, strict=True)
            ],
            "outcome": _outcomes(truth, known, chance),
            "source": "synthetic",
        }
    )


def _days(truth: TrueCases, reformed: Marks, rng: np.random.Generator) -> Floats:
    """Draw how long each case stays open; infinity for those that never close."""
    n = len(reformed)
    scale = truth.median_days / np.log(2) ** (1 / truth.shape)
    scale = scale * np.exp(-truth.change * reformed / truth.shape)
    days = scale * rng.weibull(truth.shape, n)
    return np.where(rng.random(n) < truth.never, np.inf, days)


def _outcomes(
    truth: TrueCases, known: Marks, rng: np.random.Generator
) -> list[str | None]:
    if not truth.outcomes:
        return [None] * len(known)
    names = [name for name, _ in truth.outcomes]
    ends = np.cumsum([share for _, share in truth.outcomes])[:-1]
    drawn = np.searchsorted(ends, rng.random(len(known)), side="right")
    return [names[i] if k else None for i, k in zip(drawn, known, strict=True)]


def _day(time: float) -> str:
    year = int(time)
    day = dt.date(year, 1, 1) + dt.timedelta(days=int((time - year) * _YEAR))
    return day.isoformat()


def _check(truth: TrueCases, units: tuple[TrueUnit, ...]) -> None:
    shares = [share for _, share in truth.outcomes]
    wrong = []
    if not units or truth.n_cases < 1:
        wrong.append("no units, or no cases")
    if not truth.first <= truth.last <= truth.until:
        wrong.append("first, last and until run backwards")
    if truth.median_days <= 0 or truth.shape <= 0 or not 0 <= truth.never <= 1:
        wrong.append("days or shape not above 0, or never not from 0 to 1")
    if shares and (min(shares) <= 0 or abs(sum(shares) - 1) > 1e-9):
        wrong.append("shares of outcomes are not above 0, or do not add up to 1")
    if wrong:
        raise DataProblem(
            "The stated cases contradict themselves.",
            expected="cases in units that exist, times in order, shares that add up",
            found=f"{len(wrong)} problem(s): {'; '.join(wrong)}",
            to_fix="mend the entries named",
        )

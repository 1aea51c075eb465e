"""Register figures per unit and period, with a known break."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tillit_eval.errors import DataProblem
from tillit_eval.simulation.kernels import Floats
from tillit_eval.simulation.seeds import Rng, generator

if TYPE_CHECKING:
    from tillit_eval.simulation.model import TrueUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueSeries:
    """A register figure that is counted in each unit and period.

    Attributes
    ----------
    indicator : str
        What is counted.
    periods : tuple of (str, float)
        Names of the periods and their times, on the scale of the units' starts.
    level, unit_sd, noise_sd : float
        Mean before the reform, spread between units, and noise over periods.
    autocorrelation : float
        Of the noise, from one period to the next.
    trend : float
        Change per year everywhere.
    change : float
        Change in a unit when the reform is fully in place.
    ramp : float
        Years from the start to the full change.
    lowest : float
        No value is under this.
    digits : int
        Decimals kept.
    measured_from : tuple of (str, float)
        Units where counting began late, with the time it began.
    measured_until : tuple of (str, float)
        Units where counting ended early, with the time it ended; one that was
        merged into another is counted there from then on.
    groups : tuple of str
        Unit groups that are counted; empty means all.
    steps : tuple of (float, float)
        Times of steps that have nothing to do with the reform, such as a new way
        of counting, each with its amount; they last.
    season : float
        Half of the difference between the turn of the year and midsummer.
    counts : bool
        Whether the value is a count, drawn from a Poisson distribution around
        its mean; `noise_sd` then belongs to the mean.
    """

    indicator: str
    periods: tuple[tuple[str, float], ...]
    level: float
    unit_sd: float = 1.0
    noise_sd: float = 1.0
    autocorrelation: float = 0.3
    trend: float = 0.0
    change: float = 0.0
    ramp: float = 1.0
    lowest: float = 0.0
    digits: int = 1
    measured_from: tuple[tuple[str, float], ...] = ()
    measured_until: tuple[tuple[str, float], ...] = ()
    groups: tuple[str, ...] = ()
    steps: tuple[tuple[float, float], ...] = ()
    season: float = 0.0
    counts: bool = False


def simulate_series(
    truth: TrueSeries, units: tuple[TrueUnit, ...], *, rng: Rng = None
) -> pd.DataFrame:
    """Which register figures would stand in the books, if this were true?

    Parameters
    ----------
    truth : TrueSeries
        The indicator, its level, trend and change.
    units : tuple of TrueUnit
        The units with the times their reform starts.
    rng : int, Generator or None
        Chance.

    Returns
    -------
    DataFrame, shape (n_units * n_periods, 5)
        A table ``series``: ``unit, period, indicator, value, source``. Where
        nothing was counted the value is missing, and the row stands.

    Raises
    ------
    DataProblem
        If a unit that was counted late, or not to the end, does not exist, or
        the autocorrelation is not inside minus 1 to 1.

    See Also
    --------
    simulate_responses : Answers of people.

    Notes
    -----
    Noise is a stationary AR(1) process with standard deviation `noise_sd`.

    Examples
    --------
    >>> from tillit_eval.simulation import TrueUnit
    >>> truth = TrueSeries(indicator="visits", level=40.0, noise_sd=0.0, unit_sd=0.0,
    ...     periods=(("2013", 2013.0), ("2015", 2015.0)), change=-5.0)
    >>> simulate_series(truth, (TrueUnit(unit="1", people=9, start=2014.0),),
    ...     rng=1)["value"].tolist()
    [40.0, 35.0]
    """
    names = {unit.unit for unit in units}
    late, gone = dict(truth.measured_from), dict(truth.measured_until)
    unknown = {*late, *gone} - names
    if unknown or not -1 < truth.autocorrelation < 1:
        raise DataProblem(
            "The stated series contradicts itself.",
            expected="units that exist, and an autocorrelation inside -1 to 1",
            found=f"{len(unknown)} unknown unit(s), "
            f"autocorrelation {truth.autocorrelation}",
            to_fix="mend measured_from, measured_until or autocorrelation",
        )
    chance = generator(rng)
    times = np.array([time for _, time in truth.periods])
    start = np.array([np.inf if u.start is None else u.start for u in units])
    since = times - start[:, None]
    dose = np.clip(since / truth.ramp, 0, 1) if truth.ramp else (since > 0) * 1.0
    own = chance.standard_normal((len(units), 1)) * truth.unit_sd
    noise = _ar1((len(units), len(times)), truth.autocorrelation, chance)
    value = truth.level + own + truth.change * dose + truth.noise_sd * noise
    value = np.maximum(value + _calendar(truth, times), truth.lowest)
    value = chance.poisson(value) * 1.0 if truth.counts else value
    value = np.round(value, truth.digits)
    began = np.array([late.get(unit.unit, -np.inf) for unit in units])[:, None]
    ended = np.array([gone.get(unit.unit, np.inf) for unit in units])[:, None]
    value = np.where((times < began) | (times >= ended), np.nan, value)
    return pd.DataFrame(
        {
            "unit": np.repeat([unit.unit for unit in units], len(times)),
            "period": np.tile([name for name, _ in truth.periods], len(units)),
            "indicator": truth.indicator,
            "value": value.ravel(),
            "source": "synthetic",
        }
    )


def _calendar(truth: TrueSeries, times: Floats) -> Floats:
    """Add up what the calendar does everywhere: trend, season, other steps."""
    total = truth.trend * (times - times[0])
    total = total + truth.season * np.cos(2 * np.pi * times)
    for time, amount in truth.steps:
        total = total + amount * (times >= time)
    return np.asarray(total)


def _ar1(
    shape: tuple[int, int], r: float, rng: np.random.Generator
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Stationary AR(1) noise of unit variance, along the second axis."""
    noise = rng.standard_normal(shape)
    for t in range(1, shape[1]):
        noise[:, t] = r * noise[:, t - 1] + np.sqrt(1 - r**2) * noise[:, t]
    return noise

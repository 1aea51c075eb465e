"""What is true in a simulated world, stated before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tillit_eval.errors import DataProblem, few

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueUnit:
    """A unit of the simulated organisation.

    Attributes
    ----------
    unit : str
        Its key.
    people : int
        How many work there (or are served there), in every wave.
    arm : str
        The arm it belongs to; people never move between arms.
    start : float or None
        When the reform starts there, on the time scale of the waves; None never.
    parent, level, assigned : str
        The unit above it, its level, and the level at which treatment varied.
    """

    unit: str
    people: int
    arm: str = ""
    start: float | None = None
    parent: str = ""
    level: str = "unit"
    assigned: str = "unit"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueWave:
    """One round of the survey.

    Attributes
    ----------
    wave : str
        Its name, as text.
    time : float
        When it was, in years; only differences count.
    response : float
        Share of the invited who answer, for a person of average trust.
    opened, closed, instrument : str
        First and last day, and the questionnaire; as in the table ``waves``.
    """

    wave: str
    time: float
    response: float = 0.70
    opened: str = ""
    closed: str = ""
    instrument: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueScale:
    """One latent trait and how it turns into answers.

    The trait has mean 0 and variance 1 over people and units before any shift.

    Attributes
    ----------
    scale : str
        A scale of the codebook. Each item may belong to one true scale only.
    shares : tuple of float
        Share of answers at each code, lowest first, before any shift; their
        pile-up at the end is the ceiling. Given in the direction of the scale.
    loading : float
        Correlation of trait and latent answer, from 0 to under 1.
    spread : float
        How far the items' own means lie apart, plus and minus, in SD.
    with_trust : float
        Correlation of the stable parts of this trait with general trust.
    icc : float
        Share of the trait's variance that lies between units, and stays.
    shock : float
        Share of its variance that hits a unit anew in each wave.
    stability : float
        Correlation over two waves of the trait of one person within a unit.
    """

    scale: str
    shares: tuple[float, ...]
    loading: float = 0.8
    spread: float = 0.15
    with_trust: float = 0.5
    icc: float = 0.08
    shock: float = 0.01
    stability: float = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueShift:
    """A shift of the mean of one trait, for some people at some times.

    Attributes
    ----------
    scale : str
        The true scale that is shifted.
    amount : float
        How much, in SD of the trait. All shifts that apply add up.
    waves : tuple of str
        In which waves; empty means all, which makes it a lasting difference.
    role, arm : str
        For whom; empty means everybody.
    by_exposure : bool
        True for a reform: nothing before its start in the unit, then rising
        evenly to `amount` over `Truth.ramp` years.
    """

    scale: str
    amount: float
    waves: tuple[str, ...] = ()
    role: str = ""
    arm: str = ""
    by_exposure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """Everything that is true in a simulated site.

    Attributes
    ----------
    site : str
        Key of the place.
    units, waves, scales, shifts : tuple
        What exists and what happens.
    roles : tuple of (str, float)
        Roles with their shares of the people.
    ramp : float
        Years from the start in a unit to the full shift.
    response_by_trust : float
        Change in the log-odds of answering per SD of a person's trust.
    leave_per_year : float
        Share of people who leave in a year; each is replaced by a joiner.
    leave_by_trust : float
        Change in the log-rate of leaving per SD of trust; negative if trust keeps.
    move_per_year : float
        Share who move to another unit of the same arm in a year.
    item_missing : float
        Share of single questions skipped.
    careless : float
        Share of people who tick the same box all the way down.
    code_length : int
        Letters of the self-generated code; 0 for a survey without codes.
    code_error : float
        Chance that a letter is given wrongly in a wave.
    code_missing : float
        Share of answers without a code.
    """

    site: str
    units: tuple[TrueUnit, ...]
    waves: tuple[TrueWave, ...]
    scales: tuple[TrueScale, ...]
    shifts: tuple[TrueShift, ...] = ()
    roles: tuple[tuple[str, float], ...] = (("staff", 1.0),)
    ramp: float = 1.0
    response_by_trust: float = 0.0
    leave_per_year: float = 0.0
    leave_by_trust: float = 0.0
    move_per_year: float = 0.0
    item_missing: float = 0.0
    careless: float = 0.0
    code_length: int = 8
    code_error: float = 0.0
    code_missing: float = 0.0

    def __post_init__(self) -> None:
        from tillit_eval.simulation.contradictions import find_contradictions

        wrong = find_contradictions(self)
        if wrong:
            raise DataProblem(
                "The stated truth contradicts itself.",
                expected="shares from 0 to 1 that add up, and names that exist",
                found=f"{len(wrong)} problem(s): {'; '.join(wrong[:8])}",
                to_fix="mend the entries named",
            )

    @property
    def people(self) -> int:
        """People in all units together."""
        return sum(unit.people for unit in self.units)

    def wave_number(self, wave: str) -> int:
        """Return the position of a wave.

        Raises
        ------
        DataProblem
            If there is no such wave.
        """
        names = [each.wave for each in self.waves]
        if wave not in names:
            raise DataProblem(
                "The stated truth has no wave by that name.",
                expected=f"one of {few(names, at_most=12)}",
                found=repr(wave),
                to_fix="use the name of a wave as it stands in the truth",
            )
        return names.index(wave)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Simulated:
    """The tables of a simulated survey, and what nobody could know outside one.

    Attributes
    ----------
    responses, invited, units, waves : DataFrame
        As in the schema, each with ``source = "synthetic"``.
    persons : DataFrame
        Row by row beside `responses`: the true ``person`` and general ``trust``.
    """

    responses: pd.DataFrame
    invited: pd.DataFrame
    units: pd.DataFrame
    waves: pd.DataFrame
    persons: pd.DataFrame


def without_reform(truth: Truth) -> Truth:
    """How would things stand if the reform had never started?

    Parameters
    ----------
    truth : Truth
        The stated truth.

    Returns
    -------
    Truth
        The same, without the shifts that follow exposure.

    Examples
    --------
    >>> shift = TrueShift(scale="trust", amount=0.2, by_exposure=True)
    >>> truth = Truth(site="a", units=(TrueUnit(unit="1", people=20),),
    ...     waves=(TrueWave(wave="2019", time=0.0),),
    ...     scales=(TrueScale(scale="trust", shares=(0.5, 0.5)),), shifts=(shift,))
    >>> without_reform(truth).shifts
    ()
    """
    return replace(
        truth, shifts=tuple(each for each in truth.shifts if not each.by_exposure)
    )

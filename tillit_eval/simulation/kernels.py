"""Arrays in, arrays out: people over waves, traits, answers. No loop over people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit, ndtri

from tillit_eval.simulation.model import TrueScale, Truth

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Letters = npt.NDArray[np.uint8]
Marks = npt.NDArray[np.bool_]


@dataclass(slots=True)
class People:
    """Who holds each of n places in one wave; updated from wave to wave.

    Attributes
    ----------
    person : ndarray, shape (n,)
        True identity; a joiner gets a new one.
    copy, unit : ndarray, shape (n,)
        The copy of the whole site, and the position of the unit within it.
    role : ndarray, shape (n,)
        Position of the role.
    trust : ndarray, shape (n,)
        General trust, standard normal among joiners.
    traits : ndarray, shape (n, n_scales)
        Stable part of each trait, standard normal, correlated with trust.
    careless : ndarray of bool, shape (n,)
        Whether the person ticks one box all the way down.
    code : ndarray, shape (n, code_length)
        The letters of the person's own code, 0 to 25.
    """

    person: Ints
    copy: Ints
    unit: Ints
    role: Ints
    trust: Floats
    traits: Floats
    careless: Marks
    code: Letters


@dataclass(frozen=True, slots=True)
class Round:
    """One wave of all copies: who was there, who answered, with which code.

    Attributes
    ----------
    wave : int
        Position of the wave.
    people : People
        Those who answered.
    n_invited : ndarray, shape (n_copies, n_units)
        People in each unit.
    given : ndarray, shape (n_answers, code_length)
        The code as given, with slips.
    coded : ndarray of bool, shape (n_answers,)
        Whether any code was given.
    traits : ndarray, shape (n_answers, n_scales)
        The traits in this wave, shifts included.
    """

    wave: int
    people: People
    n_invited: Ints
    given: Letters
    coded: Marks
    traits: Floats


def draw_rounds(
    truth: Truth, *, copies: int, rng: np.random.Generator
) -> Iterator[Round]:
    """Draw the waves one after the other, for many copies of the site at once."""
    n_units = len(truth.units)
    sizes = np.array([unit.people for unit in truth.units])
    place = np.tile(np.repeat(np.arange(n_units), sizes), copies)
    copy = np.repeat(np.arange(copies), sizes.sum())
    stable_units = _unit_traits(truth, copies, rng)
    people = _new_people(truth, copy, place, first=0, rng=rng)
    known = len(place)
    for number, wave in enumerate(truth.waves):
        if number:
            years = wave.time - truth.waves[number - 1].time
            known = _replace_leavers(people, truth, years, known, rng)
            _swap_movers(people, truth, years, rng)
        invited = np.zeros((copies, n_units), dtype=np.int64)
        np.add.at(invited, (people.copy, people.unit), 1)
        answered = _answers(people.trust, wave.response, truth.response_by_trust, rng)
        here = _some(people, answered)
        shocks = rng.standard_normal(stable_units.shape)
        yield Round(
            wave=number,
            people=here,
            n_invited=invited,
            given=_slips(here.code, truth.code_error, rng),
            coded=rng.random(len(here.unit)) >= truth.code_missing,
            traits=_traits_now(here, truth, number, stable_units, shocks, rng),
        )


def answer_items(
    trait: Floats,
    scale: TrueScale,
    *,
    codes: list[tuple[int, ...]],
    backwards: list[bool],
    box: Floats,
    rng: np.random.Generator,
) -> Floats:
    """Turn one trait into answers, shape (n_answers, n_items).

    `box` is between 0 and 1 for people who tick one box all the way down, NaN
    for the others. An item that runs backwards is answered in mirror image.
    """
    n, k = len(trait), len(codes)
    noise = rng.standard_normal((n, k)) * np.sqrt(1 - scale.loading**2)
    apart = np.linspace(-scale.spread, scale.spread, k) if k > 1 else np.zeros(1)
    latent = scale.loading * trait[:, None] + noise + apart
    cuts = ndtri(np.cumsum(scale.shares)[:-1])
    step = (latent[:, :, None] > cuts).sum(axis=2)
    top = len(scale.shares) - 1
    step = np.where(backwards, top - step, step)
    one_box = np.floor(np.nan_to_num(box) * (top + 1)).astype(np.int64)
    step = np.where(np.isnan(box)[:, None], step, one_box[:, None])
    columns = [np.asarray(c, dtype=float)[step[:, j]] for j, c in enumerate(codes)]
    return np.column_stack(columns)


def _unit_traits(truth: Truth, copies: int, rng: np.random.Generator) -> Floats:
    """Stable unit parts, shape (n_copies, n_units, n_scales)."""
    shape = (copies, len(truth.units), len(truth.scales))
    return _correlated(rng.standard_normal(shape[:2]), _with_trust(truth), rng)


def _with_trust(truth: Truth) -> Floats:
    return np.array([scale.with_trust for scale in truth.scales])


def _correlated(trust: Floats, r: Floats, rng: np.random.Generator) -> Floats:
    """Return standard normals that correlate `r` with `trust`, one more axis."""
    own = rng.standard_normal((*trust.shape, len(r)))
    return np.asarray(r * trust[..., None] + np.sqrt(1 - r**2) * own)


def _new_people(
    truth: Truth, copy: Ints, unit: Ints, *, first: int, rng: np.random.Generator
) -> People:
    """Draw people for the places given; identities count up from `first`."""
    n = len(unit)
    trust = rng.standard_normal(n)
    ends = np.cumsum([share for _, share in truth.roles])[:-1]
    return People(
        person=first + np.arange(n),
        copy=copy,
        unit=unit,
        role=np.searchsorted(ends, rng.random(n), side="right"),
        trust=trust,
        traits=_correlated(trust, _with_trust(truth), rng),
        careless=rng.random(n) < truth.careless,
        code=rng.integers(0, 26, size=(n, truth.code_length), dtype=np.uint8),
    )


def _some(people: People, which: Marks) -> People:
    """Return a copy that holds only some of the places."""
    return People(**{name: getattr(people, name)[which] for name in People.__slots__})


def _replace_leavers(
    people: People, truth: Truth, years: float, known: int, rng: np.random.Generator
) -> int:
    """Let some leave and put joiners in their places; return identities used."""
    rate = truth.leave_per_year * np.exp(truth.leave_by_trust * people.trust)
    leaves = rng.random(len(people.unit)) < -np.expm1(-rate * years)
    joiners = _new_people(
        truth, people.copy[leaves], people.unit[leaves], first=known, rng=rng
    )
    for name in People.__slots__:
        getattr(people, name)[leaves] = getattr(joiners, name)
    return known + len(joiners.unit)


def _swap_movers(
    people: People, truth: Truth, years: float, rng: np.random.Generator
) -> None:
    """Let movers of one copy and arm change places with each other."""
    share = -np.expm1(-truth.move_per_year * years)
    movers = np.flatnonzero(rng.random(len(people.unit)) < share)
    arms = sorted({unit.arm for unit in truth.units})
    arm_of = np.array([arms.index(unit.arm) for unit in truth.units])
    group = people.copy[movers] * len(arms) + arm_of[people.unit[movers]]
    giving = movers[np.lexsort((movers, group))]
    taking = movers[np.lexsort((rng.random(len(movers)), group))]
    people.unit[giving] = people.unit[taking]


def _answers(
    trust: Floats, rate: float, by_trust: float, rng: np.random.Generator
) -> Marks:
    chance = np.ones_like(trust) if rate == 1 else expit(logit(rate) + by_trust * trust)
    return np.asarray(rng.random(len(trust)) < chance)


def _slips(code: Letters, error: float, rng: np.random.Generator) -> Letters:
    """Give some letters wrongly: another letter than one's own."""
    wrong = rng.random(code.shape) < error
    other = rng.integers(1, 26, size=code.shape, dtype=np.uint8)
    return np.where(wrong, (code + other) % 26, code).astype(np.uint8)


def _traits_now(
    people: People,
    truth: Truth,
    wave: int,
    units: Floats,
    shocks: Floats,
    rng: np.random.Generator,
) -> Floats:
    """Put unit, shock, person, moment and shifts together."""
    icc, shock, stability = (
        np.array([getattr(scale, name) for scale in truth.scales])
        for name in ("icc", "shock", "stability")
    )
    moment = rng.standard_normal(people.traits.shape)
    own = np.sqrt(stability) * people.traits + np.sqrt(1 - stability) * moment
    at = (people.copy, people.unit)
    between = np.sqrt(icc) * units[at] + np.sqrt(shock) * shocks[at]
    within = np.sqrt(1 - icc - shock) * own
    return np.asarray(between + within + shifts_now(people, truth, wave))


def shifts_now(people: People, truth: Truth, wave: int) -> Floats:
    """Sum the shifts that apply, shape (n_answers, n_scales)."""
    exposure = _exposure(truth, wave)[people.unit]
    arms = np.array([unit.arm for unit in truth.units], dtype=object)[people.unit]
    roles = np.array([role for role, _ in truth.roles], dtype=object)[people.role]
    order = [scale.scale for scale in truth.scales]
    total = np.zeros((len(people.unit), len(order)))
    for shift in truth.shifts:
        if shift.waves and truth.waves[wave].wave not in shift.waves:
            continue
        applies = np.ones(len(people.unit), dtype=bool)
        if shift.role:
            applies &= roles == shift.role
        if shift.arm:
            applies &= arms == shift.arm
        dose = exposure if shift.by_exposure else 1.0
        total[:, order.index(shift.scale)] += shift.amount * applies * dose
    return total


def _exposure(truth: Truth, wave: int) -> Floats:
    """Share of the full shift reached in each unit, shape (n_units,)."""
    start = np.array(
        [np.inf if unit.start is None else unit.start for unit in truth.units]
    )
    years = truth.waves[wave].time - start
    if truth.ramp == 0:
        return (years > 0).astype(float)
    return np.clip(years / truth.ramp, 0.0, 1.0)

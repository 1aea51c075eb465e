"""Judgements of the same things by several raters, with a known agreement."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri

from tillit_eval.errors import DataProblem
from tillit_eval.simulation.kernels import Floats, Ints
from tillit_eval.simulation.seeds import Rng, generator


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueRatings:
    """Who judges what, on which scale, and how far they see the same.

    A judgement is a step on a scale. Under it lies a latent judgement with
    variance 1: what is so of the target, what is so of the criterion in it, how
    severe the rater is, and chance.

    Attributes
    ----------
    criteria : tuple of str
        What is judged of each target.
    shares : tuple of float
        Share of judgements at each step, lowest first, before any shift; steps
        are numbered from 1.
    raters : tuple of (str, float)
        Roles, each with its bias: how much higher it judges, in SD.
    targets : tuple of str
        What is judged; empty if the targets are units.
    groups : tuple of str
        Unit groups whose units are judged, where `targets` is empty.
    rounds : tuple of (str, float)
        Rounds in order, each with the shift of what is true, in SD.
    each : tuple of (str, float)
        Roles with several raters per target, and how many; otherwise one.
    pools : tuple of (str, float)
        Roles whose raters judge many targets, and how many raters there are;
        otherwise each target has raters of its own.
    target_share, criterion_share, rater_share : float
        Share of the variance that lies between targets, between criteria within
        targets, and between raters; the rest is chance.
    closer : tuple of (str, float)
        Rounds in which raters are nearer to each other: severity and chance are
        multiplied by this.
    missing : float
        Share of judgements that were not made.
    levels : tuple of (str, float)
        Criteria of which everybody judges higher by this, in SD.
    drift : tuple of (str, float)
        Roles that judge higher by this, in SD, with every round after the first,
        whatever is true.
    visited : tuple of (str, float)
        The round, counted from 1, in which a target is judged first; it is judged
        then and in the next round only. The others are judged in every round.
    """

    criteria: tuple[str, ...]
    shares: tuple[float, ...]
    raters: tuple[tuple[str, float], ...]
    targets: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    rounds: tuple[tuple[str, float], ...] = (("1", 0.0),)
    each: tuple[tuple[str, float], ...] = ()
    pools: tuple[tuple[str, float], ...] = ()
    target_share: float = 0.3
    criterion_share: float = 0.2
    rater_share: float = 0.1
    closer: tuple[tuple[str, float], ...] = ()
    missing: float = 0.0
    levels: tuple[tuple[str, float], ...] = ()
    drift: tuple[tuple[str, float], ...] = ()
    visited: tuple[tuple[str, float], ...] = ()


def simulate_ratings(
    truth: TrueRatings, targets: tuple[str, ...] = (), *, rng: Rng = None
) -> pd.DataFrame:
    """Which judgements would raters make, if this were true?

    Parameters
    ----------
    truth : TrueRatings
        What is judged, by whom, and how far they agree.
    targets : tuple of str
        The units to judge, if `truth` names no targets.
    rng : int, Generator or None
        Chance.

    Returns
    -------
    DataFrame, shape (n_judgements, 7)
        A table ``ratings``: ``target, criterion, rater, rater_role, round,
        value, source``. A judgement that was not made has no row.

    Raises
    ------
    DataProblem
        If shares do not add up, or a role or round is named that is not there.

    See Also
    --------
    simulate_responses : Answers of people about themselves.

    Notes
    -----
    Two raters of one role agree on the latent judgement with the intraclass
    correlation ``target_share + criterion_share`` for one criterion.

    Examples
    --------
    >>> truth = TrueRatings(criteria=("order",), shares=(0.3, 0.4, 0.3),
    ...     raters=(("self", 0.5), ("observer", 0.0)))
    >>> ratings = simulate_ratings(truth, ("a", "b"), rng=1)
    >>> ratings[["target", "rater_role"]].agg(" ".join, axis=1).tolist()
    ['a self', 'a observer', 'b self', 'b observer']
    """
    named = truth.targets or targets
    _check(truth, named)
    chance = generator(rng)
    n, k = len(named), len(truth.criteria)
    target = chance.standard_normal((n, 1, 1)) * np.sqrt(truth.target_share)
    detail = chance.standard_normal((n, 1, k)) * np.sqrt(truth.criterion_share)
    who = _raters(truth, named, chance)
    severity = chance.standard_normal(int(who["number"].max()) + 1)
    detail += [dict(truth.levels).get(name, 0.0) for name in truth.criteria]
    bias = who["role"].map(dict(truth.raters)).to_numpy(float)
    drift = who["role"].map(dict(truth.drift)).fillna(0.0).to_numpy(float)
    tables = []
    for later, (name, shift) in enumerate(truth.rounds):
        factor = dict(truth.closer).get(name, 1.0)
        seen = (target + detail + shift)[who["place"].to_numpy(), 0, :]
        own = severity[who["number"].to_numpy()] * np.sqrt(truth.rater_share)
        noise = chance.standard_normal((len(who), k)) * np.sqrt(_rest(truth))
        latent = seen + (bias + later * drift)[:, None]
        latent = latent + factor * (own[:, None] + noise)
        table = _table(truth, name, who, latent, chance)
        first = table["target"].map(dict(truth.visited)).fillna(later + 1)
        tables.append(table[(later + 1 - first).isin((0, 1))])
    return pd.concat(tables, ignore_index=True)


def _rest(truth: TrueRatings) -> float:
    return 1 - truth.target_share - truth.criterion_share - truth.rater_share


def _raters(
    truth: TrueRatings, targets: tuple[str, ...], rng: np.random.Generator
) -> pd.DataFrame:
    """Give each target its raters: place, role, name and number of the rater."""
    known, tables = 0, []
    for order, (role, _) in enumerate(truth.raters):
        each = int(dict(truth.each).get(role, 1))
        pool = int(dict(truth.pools).get(role, 0))
        place = np.repeat(np.arange(len(targets)), each)
        own = _from_pool(len(targets), each, pool, rng) if pool else place * 0
        number = own if pool else np.arange(len(place))
        digits = len(str(int(number.max()) + 1))
        names = [f"{role} {i + 1:0{digits}d}" for i in number]
        tables.append(
            pd.DataFrame(
                {
                    "place": place,
                    "order": order,
                    "role": role,
                    "rater": names,
                    "number": known + number,
                    "target": np.array(targets, dtype=object)[place],
                }
            )
        )
        known += int(number.max()) + 1
    return pd.concat(tables, ignore_index=True).sort_values(
        ["place", "order"], kind="stable"
    )


def _from_pool(n: int, each: int, pool: int, rng: np.random.Generator) -> Ints:
    """Draw, for each target, different raters from a pool."""
    order = np.argsort(rng.random((n, pool)), axis=1)[:, :each]
    return np.asarray(np.sort(order, axis=1).ravel(), dtype=np.int64)


def _table(
    truth: TrueRatings,
    name: str,
    who: pd.DataFrame,
    latent: Floats,
    rng: np.random.Generator,
) -> pd.DataFrame:
    cuts = ndtri(np.cumsum(truth.shares)[:-1])
    step = 1 + (latent[:, :, None] > cuts).sum(axis=2)
    k = len(truth.criteria)
    made = np.flatnonzero(rng.random(step.size) >= truth.missing)
    table = pd.DataFrame(
        {
            "target": np.repeat(who["target"].to_numpy(), k),
            "criterion": np.tile(np.array(truth.criteria, dtype=object), len(who)),
            "rater": np.repeat(who["rater"].to_numpy(), k),
            "rater_role": np.repeat(who["role"].to_numpy(), k),
            "round": name,
            "value": step.ravel(),
            "source": "synthetic",
        }
    )
    return table.take(made)


def _check(truth: TrueRatings, targets: tuple[str, ...]) -> None:
    roles = {role for role, _ in truth.raters}
    rounds = {name for name, _ in truth.rounds}
    last = len(rounds)
    several = dict(truth.each)
    wrong = [
        *(f"no role '{r}'" for r, _ in truth.each + truth.pools if r not in roles),
        *(f"no role '{r}'" for r, _ in truth.drift if r not in roles),
        *(f"no round '{r}'" for r, _ in truth.closer if r not in rounds),
        *(f"no criterion '{c}'" for c, _ in truth.levels if c not in truth.criteria),
        *(f"no target '{t}'" for t, _ in truth.visited if t not in targets),
        *(
            f"no round {at:g} to visit '{t}' in"
            for t, at in truth.visited
            if at not in range(1, last + 1)
        ),
        *(
            f"role '{r}': {int(n)} raters in all, more for each target"
            for r, n in truth.pools
            if n < several.get(r, 1)
        ),
    ]
    if not targets or not truth.criteria or not truth.raters:
        wrong.append("nothing to judge, or nobody to judge it")
    if abs(sum(truth.shares) - 1) > 1e-9 or min(truth.shares, default=0) <= 0:
        wrong.append("the shares are not above 0, or do not add up to 1")
    parts = (truth.target_share, truth.criterion_share, truth.rater_share)
    if min(parts) < 0 or _rest(truth) < 0 or not 0 <= truth.missing < 1:
        wrong.append("a share of the variance, or missing, is not from 0 to 1")
    if wrong:
        raise DataProblem(
            "The stated ratings contradict themselves.",
            expected="shares that add up, and roles and rounds that exist",
            found=f"{len(wrong)} problem(s): {'; '.join(wrong[:8])}",
            to_fix="mend the entries named",
        )

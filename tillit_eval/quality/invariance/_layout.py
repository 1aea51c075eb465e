"""Who is set beside whom: groups, waves, and the factor model of each step."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from tillit_eval.quality.factors._spec import KINDS, Kind, Plan, Spec, blank, make_spec

Held = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Layout:
    """The conditions that a scale is compared over.

    A condition is a wave in a group. Waves of the same people share a block, so
    that their answers may go together; everything else is a block of its own.

    Attributes
    ----------
    model : dict of str to tuple of str
        Items by factor.
    blocks : tuple of str
        Names of the blocks: people who are in no other.
    waves : tuple of str
        The waves inside each block; one empty name where people are met once.
    """

    model: Mapping[str, tuple[str, ...]]
    blocks: tuple[str, ...]
    waves: tuple[str, ...] = ("",)

    @property
    def items(self) -> tuple[str, ...]:
        """Every item once, in the order of the model."""
        return tuple(dict.fromkeys(i for own in self.model.values() for i in own))

    @property
    def columns(self) -> tuple[str, ...]:
        """One name per item and wave, waves after one another."""
        return tuple(named(item, wave) for wave in self.waves for item in self.items)

    @property
    def factors(self) -> tuple[str, ...]:
        """One name per factor and wave, waves after one another."""
        return tuple(
            named(factor, wave) for wave in self.waves for factor in self.model
        )

    @property
    def conditions(self) -> tuple[str, ...]:
        """Names of the conditions, the waves of one block after one another."""
        return tuple(
            ", ".join(part for part in (block, wave) if part)
            for block in self.blocks
            for wave in self.waves
        )

    def members(self, factor: str) -> tuple[str, ...]:
        """Return the items of one factor."""
        return self.model[factor]

    def places(self) -> Iterator[tuple[int, int]]:
        """Walk over the conditions: number of the block, number of the wave."""
        return iter(np.ndindex(len(self.blocks), len(self.waves)))


def named(name: str, wave: str) -> str:
    """Name an item or a factor in one wave."""
    return f"{name} @ {wave}" if wave else name


@dataclass(frozen=True, slots=True)
class Holding:
    """What a step holds equal over all conditions.

    Attributes
    ----------
    equal : frozenset of {"thresholds", "loadings", "intercepts", "residuals"}
        The kinds.
    released : frozenset of (kind, item)
        What stays free in every condition all the same.
    two_steps : frozenset of str
        Ordered items with two answers only, whose threshold, loading and intercept
        can be told from one another only together.
    """

    equal: frozenset[str]
    released: frozenset[Held]
    two_steps: frozenset[str] = frozenset()

    def __call__(self, kind: str, item: str) -> bool:
        """Whether a kind is held equal for an item."""
        if kind not in self.equal or (kind, item) in self.released:
            return False
        together = {"thresholds", "loadings", "intercepts"} <= self.equal
        return together or item not in self.two_steps


def lay_spec(
    layout: Layout, equal: Collection[str], released: Collection[Held] = ()
) -> Spec:
    """Write one step of the ladder down as matrices.

    Factor variances are 1 and factor means 0 in the first condition; elsewhere
    variances are free once loadings are equal, means once intercepts are.
    Residuals of the same item go together over waves of the same people.
    """
    holds = Holding(frozenset(equal), frozenset(released))
    plans: dict[Kind, Plan] = {
        "loadings": plan_loadings(layout, holds),
        "factor_covariances": plan_factors(layout, holds),
        "residuals": plan_residuals(layout, holds),
        "intercepts": _intercepts(layout, holds),
        "factor_means": plan_factor_means(layout, holds),
    }
    return spec_of(layout, plans)


def spec_of(layout: Layout, plans: Mapping[Kind, Plan]) -> Spec:
    """Make a spec of the plans of the five matrices."""
    ordered = {kind: plans[kind] for kind in KINDS}
    return make_spec(layout.columns, layout.factors, layout.blocks, ordered)


def plan_loadings(layout: Layout, holds: Holding) -> Plan:
    """Plan an item's loading on its factor in every condition."""
    k, m = len(layout.items), len(layout.model)
    plan = blank((len(layout.blocks), len(layout.columns), len(layout.factors)))
    for f, own in enumerate(layout.model.values()):
        for item in own:
            i, held = layout.items.index(item), holds("loadings", item)
            for g, t in layout.places():
                label = (i, f) if held else (i, f, g, t)
                plan.labels[g, t * k + i, t * m + f] = label
    return plan


def plan_factors(layout: Layout, holds: Holding) -> Plan:
    """Plan factor variances and covariances, also over waves of the same people."""
    size, m = len(layout.factors), len(layout.model)
    plan = blank((len(layout.blocks), size, size))
    scaled = [
        any(holds("loadings", item) for item in own) for own in layout.model.values()
    ]
    for g, a, b in np.ndindex(len(layout.blocks), size, size):
        if a == b and ((g == 0 and a < m) or not scaled[a % m]):
            plan.values[g, a, a] = 1.0
        else:
            plan.labels[g, a, b] = (g, max(a, b), min(a, b))
    return plan


def plan_residuals(layout: Layout, holds: Holding) -> Plan:
    """Plan residual variances, and covariances of an item with itself over waves."""
    k, size = len(layout.items), len(layout.columns)
    plan = blank((len(layout.blocks), size, size))
    for i, item in enumerate(layout.items):
        held = holds("residuals", item)
        for g, t in layout.places():
            plan.labels[g, t * k + i, t * k + i] = (i,) if held else (i, g, t)
            for other in range(t):
                label = (i, g, t, other)
                plan.labels[g, t * k + i, other * k + i] = label
                plan.labels[g, other * k + i, t * k + i] = label
    return plan


def _intercepts(layout: Layout, holds: Holding) -> Plan:
    k = len(layout.items)
    plan = blank((len(layout.blocks), len(layout.columns)))
    for i, item in enumerate(layout.items):
        for g, t in layout.places():
            label = (i,) if holds("intercepts", item) else (i, g, t)
            plan.labels[g, t * k + i] = label
    return plan


def plan_factor_means(layout: Layout, holds: Holding) -> Plan:
    """Plan factor means: free but in the first condition, once intercepts are equal."""
    m = len(layout.model)
    plan = blank((len(layout.blocks), len(layout.factors)))
    for f, own in enumerate(layout.model.values()):
        moves = any(holds("intercepts", item) for item in own)
        for g, t in layout.places() if moves else ():
            if (g, t) != (0, 0):
                plan.labels[g, t * m + f] = (f, g, t)
    return plan

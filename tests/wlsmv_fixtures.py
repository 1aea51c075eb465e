"""Ordinal specs of the ladder over groups, written apart from the room invariance."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tillit_eval.errors import DataProblem, check_option
from tillit_eval.quality.factors._spec import KINDS, Kind, Plan, blank, make_spec
from tillit_eval.quality.factors._wls_spec import (
    OrdinalSpec,
    Parameterisation,
    make_ordinal_spec,
)

OrdinalEqual = Literal["thresholds", "loadings", "intercepts", "residuals"]
ORDER: tuple[OrdinalEqual, ...] = (
    *("thresholds", "loadings"),
    *("intercepts", "residuals"),
)


def build_ordinal_spec(
    model: Mapping[str, Sequence[str]],
    *,
    n_thresholds: Sequence[int],
    groups: Sequence[str] = ("",),
    correlated: Sequence[tuple[str, str]] = (),
    equal: Collection[OrdinalEqual] = (),
    release: Collection[tuple[OrdinalEqual, str]] = (),
    parameterisation: Parameterisation = "delta",
) -> OrdinalSpec:
    """Write a model of answers in steps down, for one group or a step of the ladder.

    Parameters
    ----------
    model : mapping of str to sequence of str
        Items by factor.
    n_thresholds : sequence of int
        Per item, in the order of the model: categories less 1.
    groups : sequence of str, optional
        Names of the groups; one unnamed group by default.
    correlated : sequence of (str, str), optional
        Pairs of items whose residuals may correlate, free in every group.
    equal : collection of {"thresholds", "loadings", "intercepts", "residuals"}
        What is held equal; each only with those before it in this list, and
        "residuals" only in the theta parameterisation.
    release : collection of (kind, item), optional
        Of `equal`, what stays free in each group. An item whose thresholds are
        released keeps intercept 0 and scale 1.
    parameterisation : {"delta", "theta"}, default "delta"
        Whether scales or residual variances are free from the second group on.

    Returns
    -------
    OrdinalSpec
        Factor variances are 1; from the second group on free once loadings are equal.

    Raises
    ------
    DataProblem
        If something is held equal without what must come before it.

    Notes
    -----
    Wu and Estabrook (2016), doi 10.1007/s11336-016-9506-0: thresholds first. With
    equal thresholds the latent intercepts and scales of the other groups are free;
    with equal loadings also factor variances; with equal intercepts (0) factor
    means; residual variances are equal at 1 last. An item with two categories has
    too little to tell these apart: its threshold, loading and intercept are held
    equal together, once all three are asked for.
    """
    check_option("parameterisation", parameterisation, ("delta", "theta"))
    _check_order(equal, parameterisation)
    items = tuple(dict.fromkeys(item for listed in model.values() for item in listed))
    held = _Held(items, tuple(n_thresholds), frozenset(equal), frozenset(release))
    shape = (len(groups), len(items), len(model))
    plans = _latent_plans(model, items, shape, held, correlated, parameterisation)
    spec = make_spec(items, tuple(model), groups, {kind: plans[kind] for kind in KINDS})
    return make_ordinal_spec(
        spec,
        n_thresholds,
        _threshold_plan(held, len(groups)),
        scales=_scale_plan(held, len(groups), parameterisation),
        parameterisation=parameterisation,
    )


@dataclass(frozen=True, slots=True)
class _Held:
    """What is held equal for each item."""

    items: tuple[str, ...]
    n_thresholds: tuple[int, ...]
    equal: frozenset[OrdinalEqual]
    release: frozenset[tuple[OrdinalEqual, str]]

    def __call__(self, kind: OrdinalEqual, i: int) -> bool:
        """Whether a kind is held equal for item number i."""
        if kind not in self.equal or (kind, self.items[i]) in self.release:
            return False
        first = ("thresholds", self.items[i]) in self.release
        if kind in ("intercepts", "residuals") and first:
            return False
        together = {"thresholds", "loadings", "intercepts"} <= self.equal
        return together or self.n_thresholds[i] > 1


def _check_order(
    equal: Collection[OrdinalEqual], parameterisation: Parameterisation
) -> None:
    for kind in equal:
        check_option("equal", kind, ORDER)
    count = len(set(equal))
    if set(equal) != set(ORDER[:count]):
        raise DataProblem(
            "Answers in steps are held equal in a fixed order.",
            expected="thresholds, then loadings, then intercepts, then residuals",
            found=", ".join(kind for kind in ORDER if kind in equal),
            to_fix="add what comes before, or leave out the later one",
        )
    if "residuals" in equal and parameterisation == "delta":
        raise DataProblem(
            "Residual variances are no parameters here.",
            expected='parameterisation="theta"',
            found="delta",
            to_fix='give parameterisation="theta"',
        )


def _latent_plans(
    model: Mapping[str, Sequence[str]],
    items: tuple[str, ...],
    shape: tuple[int, int, int],
    held: _Held,
    correlated: Sequence[tuple[str, str]],
    parameterisation: Parameterisation,
) -> dict[Kind, Plan]:
    """Plan the five matrices of the latent answers."""
    n_groups, p, m = shape
    loadings, covariances = blank(shape), blank((n_groups, m, m))
    residuals, means = blank((n_groups, p, p)), blank((n_groups, m))
    members = [[items.index(item) for item in listed] for listed in model.values()]
    for f, g in np.ndindex(m, n_groups):
        for i in members[f]:
            loadings.labels[g, i, f] = (i, f) if held("loadings", i) else (i, f, g)
        scaled = g > 0 and any(held("loadings", i) for i in members[f])
        covariances.values[g, f, f] = 1.0
        if scaled:
            covariances.labels[g, f, f] = (f, f, g)
        for other in range(f):
            label = (f, other, g)
            covariances.labels[g, f, other] = covariances.labels[g, other, f] = label
        if g > 0 and any(held("intercepts", i) for i in members[f]):
            means.labels[g, f] = (f, g)
    for first, second in correlated:
        i, j = sorted((items.index(first), items.index(second)))
        for g in range(n_groups):
            residuals.labels[g, i, j] = residuals.labels[g, j, i] = (i, j, g)
    if parameterisation == "theta":
        _plan_residual_variances(residuals, held, n_groups)
    return {
        "loadings": loadings,
        "factor_covariances": covariances,
        "residuals": residuals,
        "intercepts": _intercept_plan(held, n_groups),
        "factor_means": means,
    }


def _moves(held: _Held, i: int) -> bool:
    """Whether equal thresholds let the other groups' scale of item i be free."""
    return held("thresholds", i)


def _plan_residual_variances(plan: Plan, held: _Held, n_groups: int) -> None:
    for g, i in np.ndindex(n_groups, len(held.items)):
        plan.values[g, i, i] = 1.0
        if g > 0 and _moves(held, i) and not held("residuals", i):
            plan.labels[g, i, i] = (i, i, "variance", g)


def _intercept_plan(held: _Held, n_groups: int) -> Plan:
    plan = blank((n_groups, len(held.items)))
    for g, i in np.ndindex(n_groups, len(held.items)):
        if g > 0 and held("thresholds", i) and not held("intercepts", i):
            plan.labels[g, i] = (i, g)
    return plan


def _threshold_plan(held: _Held, n_groups: int) -> Plan:
    plan = blank((n_groups, sum(held.n_thresholds)))
    owner = np.repeat(np.arange(len(held.items)), held.n_thresholds)
    for g, t in np.ndindex(n_groups, len(owner)):
        plan.labels[g, t] = t if held("thresholds", int(owner[t])) else (t, g)
    return plan


def _scale_plan(
    held: _Held, n_groups: int, parameterisation: Parameterisation
) -> Plan | None:
    if parameterisation == "theta":
        return None
    shape = (n_groups, len(held.items))
    plan = Plan(np.full(shape, None, dtype=object), np.ones(shape))
    for g, i in np.ndindex(*shape):
        if g > 0 and _moves(held, i):
            plan.labels[g, i] = (i, g)
    return plan

"""Specs from a model of items by factor: one group or several, with equalities."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Literal

import numpy as np

from tillit_eval.quality.factors._spec import KINDS, Kind, Plan, Spec, blank, make_spec

Equal = Literal["loadings", "intercepts", "residuals"]
Identification = Literal["variance", "marker"]


def build_spec(
    model: Mapping[str, Sequence[str]],
    *,
    groups: Sequence[str] = ("",),
    correlated: Sequence[tuple[str, str]] = (),
    equal: Collection[Equal] = (),
    release: Collection[tuple[Equal, str]] = (),
    identification: Identification = "variance",
    has_means: bool | None = None,
) -> Spec:
    """Write a model down as matrices.

    Parameters
    ----------
    model : mapping of str to sequence of str
        Items by factor. An item may stand under several factors.
    groups : sequence of str, optional
        Names of the groups; one unnamed group by default.
    correlated : sequence of (str, str), optional
        Pairs of items whose residuals may correlate, free in every group.
    equal : collection of {"loadings", "intercepts", "residuals"}, optional
        What is held equal across groups. "residuals" holds the variances.
    release : collection of (kind, item), optional
        Cells of `equal` that stay free in each group (partial invariance).
    identification : {"variance", "marker"}, default "variance"
        Factor variance 1, or the first item of each factor with loading 1. With
        loadings held equal, variances are fixed in the first group only.
    has_means : bool, optional
        Whether means are modelled. By default with several groups. Factor means
        are 0, and free from the second group on where intercepts are equal.

    Returns
    -------
    Spec
        Items in the order of the model. Identified as lavaan's
        ``group.equal`` with ``std.lv`` on or off.
    """
    factors = tuple(model)
    items = tuple(dict.fromkeys(item for listed in model.values() for item in listed))
    shape = (len(groups), len(items), len(factors))
    plans = {
        "loadings": _loadings(model, items, shape, equal, release, identification),
        "factor_covariances": _factor_covariances(shape, equal, identification),
        "residuals": _residuals(items, shape, correlated, equal, release),
        "intercepts": _intercepts(items, shape, equal, release),
        "factor_means": _factor_means(shape, equal),
    }
    means = len(groups) > 1 if has_means is None else has_means
    return make_spec(
        items, factors, groups, {k: plans[k] for k in KINDS}, has_means=means
    )


def _held(
    kind: Equal,
    item: str,
    equal: Collection[Equal],
    release: Collection[tuple[Equal, str]],
) -> bool:
    return kind in equal and (kind, item) not in release


def _spread(plan: Plan, place: tuple[int, ...], *, held: bool) -> None:
    """Free one cell in every group, under one label or one per group."""
    for g in range(len(plan.labels)):
        plan.labels[(g, *place)] = place if held else (*place, "group", g)


def _loadings(
    model: Mapping[str, Sequence[str]],
    items: tuple[str, ...],
    shape: tuple[int, int, int],
    equal: Collection[Equal],
    release: Collection[tuple[Equal, str]],
    identification: Identification,
) -> Plan:
    plan = blank(shape)
    for f, listed in enumerate(model.values()):
        for position, item in enumerate(listed):
            place = (items.index(item), f)
            if identification == "marker" and position == 0:
                plan.values[(slice(None), *place)] = 1.0
            else:
                held = _held("loadings", item, equal, release)
                _spread(plan, place, held=held)
    return plan


def _factor_covariances(
    shape: tuple[int, int, int],
    equal: Collection[Equal],
    identification: Identification,
) -> Plan:
    n_groups, _, m = shape
    plan = blank((n_groups, m, m))
    fixed = 0
    if identification == "variance":
        fixed = 1 if "loadings" in equal else n_groups
    for g in range(n_groups):
        for a in range(m):
            for b in range(a + 1):
                if a == b and g < fixed:
                    plan.values[g, a, a] = 1.0
                else:
                    plan.labels[g, a, b] = plan.labels[g, b, a] = (a, b, g)
    return plan


def _residuals(
    items: tuple[str, ...],
    shape: tuple[int, int, int],
    correlated: Sequence[tuple[str, str]],
    equal: Collection[Equal],
    release: Collection[tuple[Equal, str]],
) -> Plan:
    n_groups, p, _ = shape
    plan = blank((n_groups, p, p))
    for i, item in enumerate(items):
        _spread(plan, (i, i), held=_held("residuals", item, equal, release))
    for one, other in correlated:
        i, j = sorted((items.index(one), items.index(other)))
        for g in range(n_groups):
            plan.labels[g, i, j] = plan.labels[g, j, i] = (i, j, "group", g)
    return plan


def _intercepts(
    items: tuple[str, ...],
    shape: tuple[int, int, int],
    equal: Collection[Equal],
    release: Collection[tuple[Equal, str]],
) -> Plan:
    plan = blank(shape[:2])
    for i, item in enumerate(items):
        _spread(plan, (i,), held=_held("intercepts", item, equal, release))
    return plan


def _factor_means(shape: tuple[int, int, int], equal: Collection[Equal]) -> Plan:
    n_groups, _, m = shape
    plan = blank((n_groups, m))
    if "intercepts" in equal:
        for g, f in np.ndindex(n_groups - 1, m):
            plan.labels[g + 1, f] = (f, g + 1)
    return plan


__all__ = ["Equal", "Identification", "Kind", "build_spec"]

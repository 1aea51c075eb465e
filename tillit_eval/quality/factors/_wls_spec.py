"""A factor model of answers in steps: thresholds and scales around a spec.

Behind every answer lies a latent one: intercept, loadings times factors, residual. Its
mean μ and covariance Σ come from the `Spec`. An answer passes from one category to the
next where the latent one passes a threshold τ. Only standardised quantities are seen:
thresholds δ (τ - μ) and correlations δ δ' Σ, with δ the scale of the item. In the
*delta* parameterisation the δ are parameters and residual variances follow from them;
in the *theta* parameterisation residual variances are parameters, and δ is one over the
standard deviation of the latent answer.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from tillit_eval.errors import DataProblem, check_option
from tillit_eval.quality.factors._spec import (
    KINDS,
    Cells,
    Kind,
    Plan,
    Spec,
    blank,
    make_spec,
)

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

OrdinalKind = Literal[Kind, "thresholds", "scales"]
OrdinalEqual = Literal["thresholds", "loadings", "intercepts", "residuals"]
Parameterisation = Literal["delta", "theta"]
ORDER: tuple[OrdinalEqual, ...] = (
    *("thresholds", "loadings"),
    *("intercepts", "residuals"),
)


class OrdinalParameter(NamedTuple):
    """A free parameter: its kind, row, column (or threshold, from 1) and group.

    ``group`` is empty where several groups share it.
    """

    kind: OrdinalKind
    row: str
    column: str
    group: str


@dataclass(frozen=True, slots=True)
class OrdinalSpec:
    """A spec with thresholds; T thresholds in all, item by item.

    Attributes
    ----------
    spec : Spec
        Of the latent answers. In the delta parameterisation the diagonal of its
        residuals takes no part.
    n_thresholds : tuple of int
        Per item: categories less 1.
    thresholds : Cells, shape (G, T)
        Numbered after the parameters of `spec`.
    scales : Cells, shape (G, p)
        δ; not used in the theta parameterisation.
    parameterisation : {"delta", "theta"}
        See the module.
    parameters : tuple of OrdinalParameter
        All free ones, in the order of ``theta``.
    """

    spec: Spec
    n_thresholds: tuple[int, ...]
    thresholds: Cells
    scales: Cells
    parameterisation: Parameterisation
    parameters: tuple[OrdinalParameter, ...]

    @property
    def owner(self) -> Whole:
        """The item each threshold belongs to, shape (T,)."""
        return np.repeat(np.arange(len(self.n_thresholds)), self.n_thresholds)

    @property
    def n_free(self) -> int:
        """How many parameters are free, equal ones counted once."""
        return len(self.parameters)

    @property
    def n_moments(self) -> int:
        """How many thresholds and correlations there are to reproduce."""
        p = len(self.n_thresholds)
        each = sum(self.n_thresholds) + p * (p - 1) // 2
        return len(self.spec.groups) * each

    @property
    def df(self) -> int:
        """Degrees of freedom; negative if there are too many parameters."""
        return self.n_moments - self.n_free


def make_ordinal_spec(
    spec: Spec,
    n_thresholds: Sequence[int],
    thresholds: Plan,
    *,
    scales: Plan | None = None,
    parameterisation: Parameterisation = "delta",
) -> OrdinalSpec:
    """Put thresholds and scales around a spec.

    Parameters
    ----------
    spec : Spec
        With means.
    n_thresholds : sequence of int
        Per item.
    thresholds : Plan, shape (G, T)
        Labels and fixed values; equal labels are held equal.
    scales : Plan, shape (G, p), optional
        For the delta parameterisation; all 1 by default.
    parameterisation : {"delta", "theta"}, default "delta"
        See the module.

    Returns
    -------
    OrdinalSpec
    """
    groups, p = len(spec.groups), len(spec.items)
    if scales is None:
        scales = Plan(np.full((groups, p), None, dtype=object), np.ones((groups, p)))
    parameters = [OrdinalParameter(*one) for one in spec.parameters]
    places = [
        (item, str(step + 1))
        for item, n in zip(spec.items, n_thresholds, strict=True)
        for step in range(n)
    ]
    cuts = _numbered("thresholds", thresholds, places, spec.groups, parameters)
    own = [(item, "") for item in spec.items]
    sizes = _numbered("scales", scales, own, spec.groups, parameters)
    return OrdinalSpec(
        spec, tuple(n_thresholds), cuts, sizes, parameterisation, tuple(parameters)
    )


def _numbered(
    kind: Literal["thresholds", "scales"],
    plan: Plan,
    places: list[tuple[str, str]],
    groups: tuple[str, ...],
    parameters: list[OrdinalParameter],
) -> Cells:
    """Give the free cells of a plan numbers after the parameters there are."""
    numbers: dict[Hashable, int] = {}
    index = np.full(plan.labels.shape, -1, dtype=np.int64)
    for g, place in np.argwhere(plan.labels != None):  # noqa: E711
        label = plan.labels[g, place]
        if label not in numbers:
            numbers[label] = len(parameters)
            row, column = places[place]
            parameters.append(OrdinalParameter(kind, row, column, groups[g]))
        number = index[g, place] = numbers[label]
        if parameters[number].group != groups[g]:
            parameters[number] = parameters[number]._replace(group="")
    return Cells(np.array(plan.values, dtype=np.float64), index)


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

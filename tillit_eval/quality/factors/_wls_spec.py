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

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from tillit_eval.quality.factors._spec import (
    Cells,
    Kind,
    Plan,
    Spec,
)

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

OrdinalKind = Literal[Kind, "thresholds", "scales"]
Parameterisation = Literal["delta", "theta"]


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

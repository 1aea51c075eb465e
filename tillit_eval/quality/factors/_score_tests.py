"""What would freeing one more cell, or one equality, gain? Score tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tillit_eval.quality.factors._implied import implied
from tillit_eval.quality.factors._minimise import inverse_of
from tillit_eval.quality.factors._ml import score
from tillit_eval.quality.factors._moments import Moments
from tillit_eval.quality.factors._spec import (
    KINDS,
    Cells,
    Kind,
    Parameter,
    Spec,
)

Array = npt.NDArray[np.float64]


class Gain(NamedTuple):
    """One more free parameter: the expected drop in χ² and where it would go.

    ``change`` is the expected change of a fixed cell from its present value, or
    the expected difference of a cell let go from those it was equal to, in the
    units of the items.
    """

    parameter: Parameter
    modification_index: float
    change: float


def score_tests(
    spec: Spec, theta: Array, moments: Moments, candidates: list[Parameter]
) -> list[Gain]:
    """Test one candidate at a time at the fitted solution (expected information).

    Parameters
    ----------
    candidates : list of Parameter
        Cells to free. A fixed cell is freed in its group (in all groups, each
        with the same parameter, if ``group`` is empty); a cell that shares a
        parameter with others is let go from them in its group.

    Returns
    -------
    list of Gain
        In the order of `candidates`; nan where the candidate cannot be told
        from what is free already.

    Notes
    -----
    The modification index is lavaan's (Sörbom, 1989): the squared score over
    its variance given the free parameters, n people in all.
    """
    return gains_from(
        spec,
        theta,
        candidates,
        float(moments.n.sum()),
        lambda wide, full: score(wide, full, moments),
    )


def gains_from(
    spec: Spec,
    theta: Array,
    candidates: list[Parameter],
    n_people: float,
    score_at: Callable[[Spec, Array], tuple[Array, Array]],
) -> list[Gain]:
    """Do the same with any gradient of F and expected information."""
    wide = free_also(spec, theta, candidates)
    q, at = spec.n_free, implied(spec, theta)
    present = [float(getattr(at, c.kind)[_places(spec, c)[0]]) for c in candidates]
    full = np.concatenate([theta, present])
    slope, information = score_at(wide, full)
    tied = np.zeros((wide.n_free, q))
    tied[:q] = np.eye(q)
    for row, candidate in enumerate(candidates, start=q):
        base = spec.cells(candidate.kind).index[_places(spec, candidate)[0]]
        if base >= 0:
            tied[row, base] = 1.0
    # Every other candidate stays where it is: fixed, or tied to its equals.
    between = tied.T @ information[:, q:]
    inside = inverse_of(tied.T @ information @ tied)
    own = np.diag(information)[q:]
    rest = own - np.einsum("ij,ik,kj->j", between, inside, between)
    # What slope numerics leave in the fitted parameters is taken out.
    pull = -slope[q:] / 2 + between.T @ inside @ (tied.T @ slope) / 2
    free = rest > 1e-8 * np.maximum(own, 1e-300)
    safe = np.where(free, rest, 1.0)
    index = np.where(free, n_people * pull**2 / safe, np.nan)
    change = np.where(free, pull / safe, np.nan)
    return [
        Gain(candidate, float(gain), float(move))
        for candidate, gain, move in zip(candidates, index, change, strict=True)
    ]


def free_also(spec: Spec, theta: Array, candidates: list[Parameter]) -> Spec:
    """Give each candidate cell a parameter of its own, after those of `spec`."""
    indices = {kind: spec.cells(kind).index.copy() for kind in KINDS}
    for number, candidate in enumerate(candidates):
        for place in _places(spec, candidate):
            indices[candidate.kind][place] = spec.n_free + number
    return replace(
        spec,
        parameters=(*spec.parameters, *candidates),
        loadings=Cells(spec.loadings.value, indices["loadings"]),
        factor_covariances=Cells(
            spec.factor_covariances.value, indices["factor_covariances"]
        ),
        residuals=Cells(spec.residuals.value, indices["residuals"]),
        intercepts=Cells(spec.intercepts.value, indices["intercepts"]),
        factor_means=Cells(spec.factor_means.value, indices["factor_means"]),
    )


def fixed_cells(spec: Spec, kinds: tuple[Kind, ...]) -> list[Parameter]:
    """List the cells fixed at zero in every group, one candidate per group."""
    found = []
    for kind in kinds:
        cells = spec.cells(kind)
        rows = spec.factors if kind == "factor_covariances" else spec.items
        columns = spec.items if kind == "residuals" else spec.factors
        still = ((cells.index < 0) & (cells.value == 0)).all(axis=0)
        for row, column in np.argwhere(still):
            if kind == "loadings" or row > column:
                found += [
                    Parameter(kind, rows[row], columns[column], group)
                    for group in spec.groups
                ]
    return found


def _places(spec: Spec, cell: Parameter) -> list[tuple[int, ...]]:
    rows = spec.factors if cell.row in spec.factors else spec.items
    groups = (
        [spec.groups.index(cell.group)]
        if cell.group or spec.groups == ("",)
        else list(range(len(spec.groups)))
    )
    if cell.kind in ("intercepts", "factor_means"):
        return [(g, rows.index(cell.row)) for g in groups]
    columns = spec.items if cell.kind == "residuals" else spec.factors
    row, column = rows.index(cell.row), columns.index(cell.column)
    places: list[tuple[int, ...]] = [(g, row, column) for g in groups]
    if cell.kind != "loadings" and row != column:
        places += [(g, column, row) for g in groups]
    return places

"""What is fixed, what is free, and what is held equal: a factor model as matrices.

Every group has the same shapes: loadings Λ (p, m), factor covariances Ψ (m, m),
residual covariances Θ (p, p), intercepts τ (p) and factor means α (m), so that
Σ = Λ Ψ Λ' + Θ and μ = τ + Λ α. A cell holds a value or the number of a free
parameter; the same number in two cells or two groups is the equality constraint.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Labels = npt.NDArray[np.object_]

Kind = Literal[
    "loadings", "factor_covariances", "residuals", "intercepts", "factor_means"
]
KINDS: tuple[Kind, ...] = (
    *("loadings", "factor_covariances", "residuals"),
    *("intercepts", "factor_means"),
)


class Parameter(NamedTuple):
    """A free parameter: its matrix, its row and column, and its group.

    ``group`` is empty where several groups share it; ``column`` is empty for
    intercepts and factor means.
    """

    kind: Kind
    row: str
    column: str
    group: str


@dataclass(frozen=True, slots=True)
class Cells:
    """One matrix of the model in all groups.

    Attributes
    ----------
    value : ndarray, shape (G, rows, columns) or (G, rows)
        The value of a fixed cell; anything in a free one.
    index : ndarray of int, same shape
        The number of the free parameter, or -1 if the cell is fixed. Symmetric
        matrices hold both halves.
    """

    value: Array
    index: Whole

    def filled(self, theta: Array) -> Array:
        """Put parameters into the free cells."""
        full = self.value.copy()
        free = self.index >= 0
        full[free] = theta[self.index[free]]
        return full


# Told apart by which it is, not by what it holds: its layout is kept beside it.
@dataclass(frozen=True, slots=True, eq=False)
class Spec:
    """A factor model of ``G`` groups, ``p`` items and ``m`` factors.

    Attributes
    ----------
    items, factors, groups : tuple of str
        Names.
    loadings, factor_covariances, residuals, intercepts, factor_means : Cells
        The five matrices.
    parameters : tuple of Parameter
        The free ones, in the order of ``theta``.
    has_means : bool
        False if means take no part: one group, every intercept free. They are
        then absent from ``theta``.
    """

    items: tuple[str, ...]
    factors: tuple[str, ...]
    groups: tuple[str, ...]
    loadings: Cells
    factor_covariances: Cells
    residuals: Cells
    intercepts: Cells
    factor_means: Cells
    parameters: tuple[Parameter, ...]
    has_means: bool

    @property
    def n_free(self) -> int:
        """How many parameters are free, equal ones counted once."""
        return len(self.parameters)

    @property
    def n_moments(self) -> int:
        """How many variances, covariances (and means) there are to reproduce."""
        p = len(self.items)
        return len(self.groups) * (p * (p + 1) // 2 + (p if self.has_means else 0))

    @property
    def df(self) -> int:
        """Degrees of freedom; negative if there are too many parameters."""
        return self.n_moments - self.n_free

    def cells(self, kind: Kind) -> Cells:
        """Return one of the five matrices."""
        chosen: Cells = getattr(self, kind)
        return chosen

    def where(self, kind: Kind, row: str, column: str = "", group: str = "") -> int:
        """Return the number of a parameter, or -1 if that cell is fixed."""
        names = dict.fromkeys(self.items) | dict.fromkeys(self.factors)
        rows = self.items if row in self.items else self.factors
        place = [self.groups.index(group) if group else 0, rows.index(row)]
        if column and column in names:
            columns = self.factors if column in self.factors else self.items
            place.append(columns.index(column))
        return int(self.cells(kind).index[tuple(place)])


class Plan(NamedTuple):
    """Labels (None = fixed) and fixed values of one matrix in all groups."""

    labels: Labels
    values: Array


def blank(shape: tuple[int, ...]) -> Plan:
    """Begin a matrix whose cells are all fixed at zero."""
    return Plan(np.full(shape, None, dtype=object), np.zeros(shape))


def make_spec(
    items: Sequence[str],
    factors: Sequence[str],
    groups: Sequence[str],
    plans: Mapping[Kind, Plan],
    *,
    has_means: bool = True,
) -> Spec:
    """Give every free cell a number, the same to cells of the same label.

    Parameters
    ----------
    items, factors, groups : sequence of str
        Names.
    plans : mapping of kind to Plan
        Labels of any hashable kind, with shapes (G, p, m), (G, m, m), (G, p, p),
        (G, p), (G, m); symmetric matrices filled in both halves. Labels need to
        be unique within a matrix only.
    has_means : bool, default True
        False drops intercepts and factor means from the parameters.

    Returns
    -------
    Spec
    """
    numbers: dict[tuple[Kind, Hashable], int] = {}
    parameters: list[Parameter] = []
    cells: dict[str, Cells] = {}
    axes = _axes(items, factors)
    for kind in KINDS:
        labels, values = plans[kind]
        index = np.full(labels.shape, -1, dtype=np.int64)
        if has_means or kind not in ("intercepts", "factor_means"):
            for place in np.argwhere(labels != None):  # noqa: E711
                key = (kind, labels[tuple(place)])
                if key not in numbers:
                    numbers[key] = len(parameters)
                    parameters.append(_parameter(kind, place, axes, groups))
                number = index[tuple(place)] = numbers[key]
                if parameters[number].group not in ("", groups[place[0]]):
                    parameters[number] = parameters[number]._replace(group="")
        cells[kind] = Cells(np.array(values, dtype=np.float64), index)
    return Spec(
        items=tuple(items),
        factors=tuple(factors),
        groups=tuple(groups),
        parameters=tuple(parameters),
        has_means=has_means,
        **cells,
    )


def _axes(
    items: Sequence[str], factors: Sequence[str]
) -> dict[str, tuple[Sequence[str], Sequence[str]]]:
    return {
        "loadings": (items, factors),
        "factor_covariances": (factors, factors),
        "residuals": (items, items),
        "intercepts": (items, ()),
        "factor_means": (factors, ()),
    }


def _parameter(
    kind: Kind,
    place: npt.NDArray[Any],
    axes: dict[str, tuple[Sequence[str], Sequence[str]]],
    groups: Sequence[str],
) -> Parameter:
    rows, columns = axes[kind]
    column = columns[place[2]] if len(place) == 3 else ""
    return Parameter(kind, rows[place[1]], column, groups[place[0]])

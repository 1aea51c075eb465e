"""A fitted step, whatever fitted it, and what the ladder asks of what fits."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from tillit_eval.quality.factors._fit_indices import ChiSquare, Indices
from tillit_eval.quality.factors._spec import Spec
from tillit_eval.quality.invariance._layout import Held, Layout

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fitted:
    """One step, fitted.

    Attributes
    ----------
    spec : Spec
        The model.
    theta : ndarray, shape (q,)
        Its free parameters.
    covariance : ndarray, shape (q, q)
        Of ``theta``.
    indices : Indices
        How well it fits: robust or scaled where the estimator is.
    srmr : float
        Standardised root mean square residual.
    settled : bool
        Whether a solution was found, and only one.
    beyond : tuple of str
        Items whose residual variance is estimated below zero somewhere.
    objective : float
        What was made small, per observation.
    detail : object
        What the engine needs to know of it again.
    """

    spec: Spec
    theta: Array
    covariance: Array
    indices: Indices
    srmr: float
    settled: bool
    beyond: tuple[str, ...]
    objective: float
    detail: Any = None


class Engine(Protocol):
    """What fits the steps: maximum likelihood or weighted least squares."""

    @property
    def layout(self) -> Layout:
        """Items and conditions."""

    def fit(
        self,
        equal: Collection[str],
        released: Collection[Held] = (),
        near: Fitted | None = None,
    ) -> Fitted:
        """Fit one step, beginning at a neighbouring one if there is one."""

    def difference(self, free: Fitted, held: Fitted) -> ChiSquare:
        """Test the step that holds more equal against the one that holds less."""

    def gain(
        self, at: Fitted, equal: Collection[str], released: Collection[Held]
    ) -> float:
        """Say by how much χ² is expected to fall if these are released."""


def below_zero(residuals: Array, items: tuple[str, ...]) -> tuple[str, ...]:
    """Name the items with a residual variance under zero in some condition."""
    worst = np.diagonal(residuals, axis1=1, axis2=2).min(axis=0)
    low = {i % len(items) for i in np.flatnonzero(worst < 0)}
    return tuple(item for i, item in enumerate(items) if i in low)

"""When is a step lost? Guides and a test, neither of them alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tillit_eval.quality.invariance._steps import Step
from tillit_eval.thresholds import threshold

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Guide:
    """How far the fit may worsen from one step to the next, by one author.

    Attributes
    ----------
    name : str
        ``chen``, ``chen_small``, ``cheung_rensvold`` or ``svetina``.
    cfi : float
        Fall of the CFI from which a step counts as lost.
    rmsea, srmr : float or None
        Rise of the RMSEA and of the SRMR, one of which must go with it.
    """

    name: str
    cfi: float
    rmsea: float | None = None
    srmr: float | None = None

    def keeps(self, d_cfi: float, d_rmsea: float, d_srmr: float) -> bool:
        """Whether a step with these changes of fit is kept."""
        near = 1e-12
        if d_cfi > -self.cfi + near:
            return True
        rises = [
            rise >= limit - near
            for rise, limit in ((d_rmsea, self.rmsea), (d_srmr, self.srmr))
            if limit is not None
        ]
        return bool(rises) and not any(rises)


def guides_for(step: Step, sizes: Array, *, ordinal: bool) -> tuple[Guide, ...]:
    """Return the published guides that apply.

    Parameters
    ----------
    step : str
        The step that is held against the one before.
    sizes : ndarray, shape (C,)
        People in each condition.
    ordinal : bool
        Whether answers are taken as ordered steps.
    """
    if ordinal:
        return (_svetina(),)
    beside = Guide("cheung_rensvold", threshold("invariance_cfi"))
    return _chen(step, is_small(sizes)), beside


def is_small(sizes: Array) -> bool:
    """Whether Chen's guides for few people or uneven groups apply."""
    few = sizes.sum() <= threshold("invariance_few")
    uneven = sizes.min() < threshold("invariance_uneven") * sizes.max()
    return bool(few or uneven)


def _chen(step: Step, small: bool) -> Guide:
    if small:
        return Guide(
            "chen_small",
            threshold("invariance_cfi_few"),
            threshold("invariance_rmsea_few"),
            threshold("invariance_srmr_loadings_few")
            if step == "metric"
            else threshold("invariance_srmr_few"),
        )
    return Guide(
        "chen",
        threshold("invariance_cfi"),
        threshold("invariance_rmsea"),
        threshold("invariance_srmr_loadings")
        if step == "metric"
        else threshold("invariance_srmr"),
    )


def _svetina() -> Guide:
    return Guide(
        "svetina",
        threshold("invariance_cfi_ordinal"),
        threshold("invariance_rmsea_ordinal"),
    )


def is_lost(d_cfi: float, p_difference: float, *, ordinal: bool) -> bool:
    """Whether a step is lost: seen by the test, and not too small for the fit.

    The rule of this house for when guide and test disagree: see `assess_invariance`.
    """
    fall = (
        threshold("invariance_cfi_ordinal")
        if ordinal
        else threshold("invariance_cfi_few")
    )
    return p_difference < threshold("invariance_p") and d_cfi <= -fall


def fits_at_all(cfi: float, srmr: float) -> bool:
    """Whether the same items belong together well enough in every condition."""
    worst, most = threshold("configural_cfi"), threshold("configural_srmr")
    return cfi >= worst and srmr <= most

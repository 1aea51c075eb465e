"""Climb from step to step, and stop at the first that is lost."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from tillit_eval.quality.factors._fit_indices import ChiSquare
from tillit_eval.quality.factors.model import number_or_none
from tillit_eval.quality.invariance._decide import (
    Guide,
    fits_at_all,
    guides_for,
    is_lost,
)
from tillit_eval.quality.invariance._fitted import Engine, Fitted
from tillit_eval.quality.invariance._layout import Held
from tillit_eval.quality.invariance._steps import CONTINUOUS, ORDINAL, Step
from tillit_eval.quality.invariance.model import Rung
from tillit_eval.thresholds import threshold

Array = npt.NDArray[np.float64]
# What of an item is let go where a step is lost: its intercept goes with its loading.
_LET_GO: dict[str, tuple[str, ...]] = {
    "metric": ("loadings", "intercepts"),
    "scalar": ("intercepts",),
}


@dataclass(frozen=True, slots=True)
class Climb:
    """How far it went.

    Attributes
    ----------
    rungs : tuple of Rung
        Every step tried, from below.
    reached, lost : str
        The highest step kept, and the first not kept as it stands.
    let_go : frozenset of (kind, item)
        What is released for `reached`.
    top : Fitted or None
        The fit of `reached`.
    stuck : str
        The step that found no solution, if that is why it stopped; ``unrelated`` if
        the items are not seen to go together at all.
    beyond : tuple of str
        Items with a residual variance under zero on the way.
    """

    rungs: tuple[Rung, ...] = ()
    reached: str = "none"
    lost: str = ""
    let_go: frozenset[Held] = frozenset()
    top: Fitted | None = None
    stuck: str = ""
    beyond: tuple[str, ...] = ()

    @property
    def stands(self) -> bool:
        """Whether the last step tried was kept, and the ladder goes on above it."""
        last = self.rungs[-1] if self.rungs else None
        return last is not None and last.kept and self.reached != "partial_scalar"


def climb(engine: Engine, sizes: Array, *, ordinal: bool) -> Climb:
    """Fit step after step; release the fewest items where one is lost.

    Parameters
    ----------
    engine : Engine
        What fits.
    sizes : ndarray, shape (C,)
        People in each condition.
    ordinal : bool
        Whether thresholds come first.
    """
    so_far = Climb()
    for step, equal in (ORDINAL if ordinal else CONTINUOUS).items():
        guides = guides_for(step, sizes, ordinal=ordinal)
        fitted = engine.fit(equal, so_far.let_go, near=so_far.top)
        if not fitted.settled:
            return replace(so_far, stuck=step)
        if not so_far.rungs and not _are_related(fitted):
            return replace(so_far, stuck="unrelated")
        so_far = _stand(engine, so_far, step, fitted, guides, so_far.let_go)
        if not so_far.rungs[-1].kept:
            so_far = replace(so_far, lost=so_far.lost or step)
            so_far = _release(engine, so_far, step, equal, fitted, guides)
        if not so_far.stands:
            break
    return so_far


def steps_above(
    engine: Engine, climbed: Climb, sizes: Array, *, ordinal: bool
) -> tuple[Rung, ...]:
    """Fit the steps above a lost one with nothing released, for the numbers only."""
    plain = tuple(rung for rung in climbed.rungs if not rung.released)
    partial = tuple(rung for rung in climbed.rungs if rung.released)
    tried = {rung.step for rung in plain}
    below: Fitted | None = None
    for step, equal in (ORDINAL if ordinal else CONTINUOUS).items():
        if step in tried and step != climbed.lost:
            continue
        fitted = engine.fit(equal, near=below)
        if not fitted.settled:
            break
        if step not in tried and below is not None:
            guides = guides_for(step, sizes, ordinal=ordinal)
            rung = rung_of(engine, step, below, fitted, guides, frozenset())
            plain += (replace(rung, kept=False, above=True),)
        below = fitted
    return plain + partial


def _stand(
    engine: Engine,
    so_far: Climb,
    step: Step,
    fitted: Fitted,
    guides: tuple[Guide, ...],
    let_go: frozenset[Held],
) -> Climb:
    """Add a rung, and step on it if it is kept."""
    rung = rung_of(engine, step, so_far.top, fitted, guides, let_go)
    so_far = replace(
        so_far,
        rungs=(*so_far.rungs, rung),
        beyond=tuple(dict.fromkeys((*so_far.beyond, *fitted.beyond))),
    )
    if rung.kept:
        return replace(so_far, reached=rung.name, top=fitted, let_go=let_go)
    return so_far


def _release(
    engine: Engine,
    so_far: Climb,
    step: Step,
    equal: Collection[str],
    fitted: Fitted,
    guides: tuple[Guide, ...],
) -> Climb:
    """Let items go one by one, the one that strains most first, until it is kept."""
    at, let_go = fitted, so_far.let_go
    while step in _LET_GO:
        choices = [
            let_go | {(kind, item) for kind in _LET_GO[step]}
            for item in _may_go(engine, let_go)
        ]
        if not choices:
            break
        gains = [engine.gain(at, equal, choice) for choice in choices]
        let_go = choices[int(np.argmax(gains))]
        at = engine.fit(equal, let_go, near=at)
        if not at.settled:
            break
        tried = _stand(engine, so_far, step, at, guides, let_go)
        if tried.rungs[-1].kept:
            return tried
    return so_far


def _are_related(fitted: Fitted) -> bool:
    """Whether the items are seen to go together at all."""
    here = fitted.indices
    test = ChiSquare(here.baseline_chi_square, here.baseline_df)
    return test.p_value < threshold("invariance_p")


def _may_go(engine: Engine, let_go: frozenset[Held]) -> list[str]:
    """List items that can go and still leave two in each of their factors."""
    gone = {item for _, item in let_go}
    most = int(threshold("invariance_stay"))
    spare = {
        item: len(set(own) - gone) > most
        for own in engine.layout.model.values()
        for item in own
    }
    return [item for item in engine.layout.items if item not in gone and spare[item]]


def rung_of(
    engine: Engine,
    step: Step,
    below: Fitted | None,
    fitted: Fitted,
    guides: tuple[Guide, ...],
    let_go: frozenset[Held],
) -> Rung:
    """Set the fit of a step beside that of the step below, and judge it."""
    here = fitted.indices
    numbers = {
        "step": step,
        "released": tuple(dict.fromkeys(item for _, item in sorted(let_go))),
        "chi_square": here.chi_square,
        "df": here.df,
        "p_value": number_or_none(here.p_value),
        "cfi": here.cfi,
        "rmsea": here.rmsea,
        "srmr": fitted.srmr,
    }
    if below is None:
        return Rung(**numbers, kept=fits_at_all(here.cfi, fitted.srmr))  # type: ignore[arg-type]
    ordinal = guides[0].name == "svetina"
    test = engine.difference(below, fitted)
    change = (
        here.cfi - below.indices.cfi,
        here.rmsea - below.indices.rmsea,
        fitted.srmr - below.srmr,
    )
    verdicts = [guide.keeps(*change) for guide in guides]
    return Rung(
        **numbers,  # type: ignore[arg-type]
        kept=not test.df or not is_lost(change[0], test.p_value, ordinal=ordinal),
        guide=guides[0].name,
        guide_cfi=guides[0].cfi,
        guide_rmsea=guides[0].rmsea,
        guide_srmr=guides[0].srmr,
        guide_keeps=verdicts[0],
        cheung_rensvold_keeps=verdicts[1] if len(verdicts) > 1 else None,
        d_cfi=change[0],
        d_rmsea=change[1],
        d_srmr=change[2],
        chi_square_difference=test.chi_square,
        df_difference=test.df,
        p_difference=number_or_none(test.p_value),
    )

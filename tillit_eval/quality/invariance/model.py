"""The finding of the ladder, and one rung of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from tillit_eval.findings import Finding, Interval
from tillit_eval.findings.measured import MeasurementState
from tillit_eval.phrases import Language, Phrase
from tillit_eval.quality.invariance._steps import Estimator, Step
from tillit_eval.thresholds import threshold

if TYPE_CHECKING:
    import pandas as pd

Over = Literal["groups", "waves", "groups_and_waves"]
_STATES: dict[Step, MeasurementState] = {
    "configural": "configural",
    "thresholds": "configural",
    "metric": "metric",
    "scalar": "scalar",
    "strict": "strict",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One step of the ladder, fitted.

    Attributes
    ----------
    step : str
        ``configural``, ``thresholds`` (ordered answers only), ``metric``,
        ``scalar`` or ``strict``.
    released : tuple of str
        Items that are let go from what the step holds equal.
    kept : bool
        Whether the step is kept: unless the χ² difference is significant *and* the
        CFI falls by more than a trifle. Not a proof of equality.
    above : bool
        Whether it lies above a lost step and is there for the numbers only; it then
        does not count as kept.
    chi_square, df, p_value : float, int, float or None
        Test of the model; scaled for ``mlr`` and ``wlsmv``. No p without df: such a
        model fits any answers.
    cfi, rmsea, srmr : float
        Fit indices; robust for ``mlr``, scaled for ``wlsmv``.
    d_cfi, d_rmsea, d_srmr : float or None
        Change from the rung below: minus is a fall. None on the first.
    chi_square_difference, df_difference, p_difference : float, int, float or None
        Test of the step against the rung below.
    guide : str
        The published guide that applies: ``chen``, ``chen_small`` (few people or
        uneven groups) or ``svetina`` (ordered answers).
    guide_cfi, guide_rmsea, guide_srmr : float or None
        The fall of CFI and the rises of RMSEA and SRMR that it names.
    guide_keeps, cheung_rensvold_keeps : bool or None
        What it would say alone, and what Cheung and Rensvold's would; the latter is
        None for ordered answers.
    """

    step: Step
    released: tuple[str, ...] = ()
    kept: bool
    above: bool = False
    chi_square: float
    df: int
    p_value: float | None
    cfi: float
    rmsea: float
    srmr: float
    d_cfi: float | None = None
    d_rmsea: float | None = None
    d_srmr: float | None = None
    chi_square_difference: float | None = None
    df_difference: int | None = None
    p_difference: float | None = None
    guide: str = ""
    guide_cfi: float | None = None
    guide_rmsea: float | None = None
    guide_srmr: float | None = None
    guide_keeps: bool | None = None
    cheung_rensvold_keeps: bool | None = None

    @property
    def name(self) -> str:
        """The step, with *partial* before it where items are released."""
        return f"partial_{self.step}" if self.released else self.step

    @property
    def worse(self) -> dict[str, float]:
        """How much worse it fits than the rung below, in multiples of the guide."""
        pairs = {
            "cfi": (-(self.d_cfi or 0.0), self.guide_cfi),
            "rmsea": (self.d_rmsea or 0.0, self.guide_rmsea),
            "srmr": (self.d_srmr or 0.0, self.guide_srmr),
        }
        return {
            name: change / guide
            for name, (change, guide) in pairs.items()
            if guide is not None
        }

    @property
    def test_differs(self) -> bool:
        """Whether the χ² difference is significant at 5 %."""
        p = self.p_difference
        return p is not None and p < threshold("invariance_p")


@dataclass(frozen=True, slots=True, kw_only=True)
class LatentDifference:
    """How far the mean of what is measured lies from that of the first condition.

    Attributes
    ----------
    factor, condition, against : str
        Whose mean, where, and the first condition.
    estimate : float
        Difference of latent means, in standard deviations of the first condition.
    standard_error : float
        Of `estimate`.
    interval : Interval
        Normal, for `estimate`.
    expected : float or None
        What the mean answer would differ by if only what is measured differed, in
        answer steps (or scale points, if asked for); None for ordered answers.
    expected_interval : Interval or None
        For `expected`.
    observed : float
        Difference of mean answers, in the same unit. What it has more or less than
        `expected` comes from released items.
    observed_interval : Interval
        Normal, for `observed`.
    """

    factor: str
    condition: str
    against: str
    estimate: float
    standard_error: float
    interval: Interval
    expected: float | None
    expected_interval: Interval | None
    observed: float
    observed_interval: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Invariance(Finding):
    """How far up the ladder a scale measures the same in every group and wave.

    Attributes
    ----------
    rungs : tuple of Rung
        The steps tried, from below; as a table in `steps`.
    reached : str
        The highest step kept: a step, ``partial_metric``, ``partial_scalar``, or
        ``none``. Numbers only, where `state` is ``cannot_tell``.
    lost : str
        The first step not kept without releasing an item; empty if there is none.
    because : Phrase or None
        Why the ladder stops there, or why nothing can be told.
    differences : tuple of LatentDifference
        Latent means beside observed ones, if a scalar step (full or partial) is
        reached; as a table in `means`.
    released : tuple of str
        Items let go for a partial step.
    over : {"groups", "waves", "groups_and_waves"}
        What is compared.
    conditions : tuple of str
        Their names, the first being what the others are set against.
    n_smallest : int
        People in the smallest condition.
    n_items : int
        Items of the model.
    estimator : {"ml", "mlr", "wlsmv"}
        How the steps were fitted.
    points : bool
        Whether means are in scale points; else in steps of the answer.
    caution : Phrase or None
        What a careful reader would want to know besides.
    can_tell : bool
        False if there are too few people or items, or a model found no solution.
    """

    question: ClassVar[str] = "invariance"

    rungs: tuple[Rung, ...] = ()
    reached: str = "none"
    lost: str = ""
    differences: tuple[LatentDifference, ...] = ()
    released: tuple[str, ...] = ()
    over: Over
    conditions: tuple[str, ...]
    n_smallest: int
    n_items: int
    estimator: Estimator
    points: bool = False
    caution: Phrase | None = None
    can_tell: bool = True

    @property
    def is_ordinal(self) -> bool:
        """Whether answers were taken as ordered steps, with thresholds first."""
        return self.estimator == "wlsmv"

    @property
    def state(self) -> MeasurementState:
        """What a comparison of means can stand on.

        A partial metric step counts as configural: what few items share is no
        ground for the whole scale.
        """
        if not self.can_tell:
            return "cannot_tell"
        if self.reached == "none":
            return "not_configural"
        if self.reached == "partial_scalar":
            return "partial_scalar"
        if self.reached == "partial_metric":
            return "configural"
        return _STATES[self.reached]  # type: ignore[index]

    @property
    def steps(self) -> pd.DataFrame:
        """One row per step tried, from below.

        ``kept`` is what the ladder goes by; ``guide_keeps`` and the p value of the
        χ² difference stand beside it.
        """
        import pandas as pd

        rows = [
            asdict(rung) | {"step": rung.name, "released": ", ".join(rung.released)}
            for rung in (self.rungs if self.is_shown else ())
        ]
        names = list(Rung.__dataclass_fields__)
        return pd.DataFrame(rows, columns=names).assign(source=self.source)

    @property
    def means(self) -> pd.DataFrame:
        """Latent differences beside observed ones, one row per factor and condition."""
        import pandas as pd

        rows = [_mean_row(found) for found in self.differences]
        return pd.DataFrame(rows, columns=_MEAN_COLUMNS).assign(source=self.source)

    def _row(self, *, guarded: bool, lang: Language) -> dict[str, object]:
        row = Finding._row(self, guarded=guarded, lang=lang)
        del row["rungs"], row["differences"]
        shown = self.is_shown or not guarded
        last = self.rungs[-1] if self.rungs and shown else None
        row |= {name: ", ".join(map(str, row[name])) for name in _LISTS}  # type: ignore[call-overload]
        row["state"] = self.state
        for name in _LAST:
            row[name] = getattr(last, name) if last else None
        return row

    def _claim(self, lang: Language) -> str:
        from tillit_eval.quality.invariance.words import claim

        return claim(self, lang)


_LISTS = ("conditions", "released")
_LAST = ("d_cfi", "d_rmsea", "d_srmr", "p_difference")
_MEAN_COLUMNS = (
    *("factor", "condition", "against", "estimate", "standard_error"),
    *("estimate_low", "estimate_high", "expected", "expected_low", "expected_high"),
    *("observed", "observed_low", "observed_high"),
)


def _mean_row(found: LatentDifference) -> dict[str, object]:
    expected = found.expected_interval
    return {
        "factor": found.factor,
        "condition": found.condition,
        "against": found.against,
        "estimate": found.estimate,
        "standard_error": found.standard_error,
        "estimate_low": found.interval.low,
        "estimate_high": found.interval.high,
        "expected": found.expected,
        "expected_low": expected.low if expected else None,
        "expected_high": expected.high if expected else None,
        "observed": found.observed,
        "observed_low": found.observed_interval.low,
        "observed_high": found.observed_interval.high,
    }

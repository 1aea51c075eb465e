"""The ladder of measurement invariance: does a scale measure the same everywhere?"""

from tillit_eval.quality.invariance._steps import STEPS, Estimator, Step
from tillit_eval.quality.invariance.assess import assess_invariance
from tillit_eval.quality.invariance.model import (
    Invariance,
    LatentDifference,
    Rung,
)

__all__ = [
    "STEPS",
    "Estimator",
    "Invariance",
    "LatentDifference",
    "Rung",
    "Step",
    "assess_invariance",
]

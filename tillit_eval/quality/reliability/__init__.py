"""How far can a score be trusted to tell people apart?"""

from tillit_eval.quality.reliability.alpha import assess_alpha
from tillit_eval.quality.reliability.difference import AlphaDifference
from tillit_eval.quality.reliability.equality import assess_equal_alpha
from tillit_eval.quality.reliability.error import (
    MeasurementError,
    assess_measurement_error,
)
from tillit_eval.quality.reliability.model import Reliability
from tillit_eval.quality.reliability.omega import assess_omega
from tillit_eval.quality.reliability.retest import assess_retest
from tillit_eval.quality.reliability.table import assess_reliability

__all__ = [
    "AlphaDifference",
    "MeasurementError",
    "Reliability",
    "assess_alpha",
    "assess_equal_alpha",
    "assess_measurement_error",
    "assess_omega",
    "assess_reliability",
    "assess_retest",
]

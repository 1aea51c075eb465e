"""How far can a score be trusted to tell people apart?"""

from tillit_eval.quality.reliability.alpha import assess_alpha
from tillit_eval.quality.reliability.model import Reliability
from tillit_eval.quality.reliability.omega import assess_omega
from tillit_eval.quality.reliability.retest import assess_retest

__all__ = [
    "Reliability",
    "assess_alpha",
    "assess_omega",
    "assess_retest",
]

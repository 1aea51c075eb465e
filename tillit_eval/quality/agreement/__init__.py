"""Do raters say the same, who is milder, and how many of them are enough?"""

from tillit_eval.quality.agreement.coefficients import assess_agreement
from tillit_eval.quality.agreement.model import Agreement

__all__ = ["Agreement", "assess_agreement"]

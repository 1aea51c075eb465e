"""Do raters say the same, who is milder, and how many of them are enough?"""

from tillit_eval.quality.agreement.coefficients import assess_agreement
from tillit_eval.quality.agreement.drift import SeverityDrift, assess_severity_drift
from tillit_eval.quality.agreement.linking import (
    LinkedStep,
    VersionLink,
    assess_version_link,
)
from tillit_eval.quality.agreement.model import Agreement
from tillit_eval.quality.agreement.needed import assess_raters_needed
from tillit_eval.quality.agreement.needed_model import (
    Needed,
    RatersNeeded,
    ReliabilityAt,
)
from tillit_eval.quality.agreement.severity import Severity, assess_severity
from tillit_eval.quality.agreement.spread import RaterSpread, assess_rater_spread

__all__ = [
    "Agreement",
    "LinkedStep",
    "Needed",
    "RaterSpread",
    "RatersNeeded",
    "ReliabilityAt",
    "Severity",
    "SeverityDrift",
    "VersionLink",
    "assess_agreement",
    "assess_rater_spread",
    "assess_raters_needed",
    "assess_severity",
    "assess_severity_drift",
    "assess_version_link",
]

"""Does the score measure, and do enough people stand behind it?"""

from tillit_eval.quality._shares import clopper_pearson, wilson
from tillit_eval.quality.aggregated import Aggregation
from tillit_eval.quality.aggregation import assess_aggregation
from tillit_eval.quality.agreement import (
    Agreement,
    LinkedStep,
    Needed,
    RatersNeeded,
    RaterSpread,
    ReliabilityAt,
    Severity,
    SeverityDrift,
    VersionLink,
    assess_agreement,
    assess_rater_spread,
    assess_raters_needed,
    assess_severity,
    assess_severity_drift,
    assess_version_link,
)
from tillit_eval.quality.attrition import Attrition, assess_attrition
from tillit_eval.quality.baseline import BaselineDifference
from tillit_eval.quality.bias import assess_bias
from tillit_eval.quality.careless import assess_careless, mark_careless
from tillit_eval.quality.carelessness import Careless, CarelessEffect
from tillit_eval.quality.correlations import Correlations, assess_polychoric
from tillit_eval.quality.dimensions import Dimensions, assess_dimensions
from tillit_eval.quality.factors import FactorModel, assess_structure
from tillit_eval.quality.invariance import Invariance, assess_invariance
from tillit_eval.quality.item_bias import ItemBias
from tillit_eval.quality.items import ItemQuality, assess_items
from tillit_eval.quality.reliability import (
    AlphaDifference,
    MeasurementError,
    Reliability,
    assess_alpha,
    assess_equal_alpha,
    assess_measurement_error,
    assess_omega,
    assess_reliability,
    assess_retest,
)
from tillit_eval.quality.shares import Share, assess_share

__all__ = [
    "Aggregation",
    "Agreement",
    "AlphaDifference",
    "Attrition",
    "BaselineDifference",
    "Careless",
    "CarelessEffect",
    "Correlations",
    "Dimensions",
    "FactorModel",
    "Invariance",
    "ItemBias",
    "ItemQuality",
    "LinkedStep",
    "MeasurementError",
    "Needed",
    "RaterSpread",
    "RatersNeeded",
    "Reliability",
    "ReliabilityAt",
    "Severity",
    "SeverityDrift",
    "Share",
    "VersionLink",
    "assess_aggregation",
    "assess_agreement",
    "assess_alpha",
    "assess_attrition",
    "assess_bias",
    "assess_careless",
    "assess_dimensions",
    "assess_equal_alpha",
    "assess_invariance",
    "assess_items",
    "assess_measurement_error",
    "assess_omega",
    "assess_polychoric",
    "assess_rater_spread",
    "assess_raters_needed",
    "assess_reliability",
    "assess_retest",
    "assess_severity",
    "assess_severity_drift",
    "assess_share",
    "assess_structure",
    "assess_version_link",
    "clopper_pearson",
    "mark_careless",
    "wilson",
]

"""Does the score measure, and do enough people stand behind it?"""

from tillit_eval.quality._shares import clopper_pearson, wilson
from tillit_eval.quality.aggregation import Aggregation, assess_aggregation
from tillit_eval.quality.alpha import assess_alpha
from tillit_eval.quality.attrition import Attrition, assess_attrition
from tillit_eval.quality.baseline import BaselineDifference
from tillit_eval.quality.items import ItemQuality, assess_items
from tillit_eval.quality.omega import assess_omega
from tillit_eval.quality.reliability import Reliability
from tillit_eval.quality.retest import assess_retest
from tillit_eval.quality.shares import Share, assess_share

__all__ = [
    "Aggregation",
    "Attrition",
    "BaselineDifference",
    "ItemQuality",
    "Reliability",
    "Share",
    "assess_aggregation",
    "assess_alpha",
    "assess_attrition",
    "assess_items",
    "assess_omega",
    "assess_retest",
    "assess_share",
    "clopper_pearson",
    "wilson",
]

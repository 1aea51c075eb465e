"""Correlations of answers in steps: category tables, thresholds, polychorics."""

from tillit_eval.quality.correlations._covariance import (
    Influence,
    asymptotic_covariance,
    influence_of,
    standard_errors,
    threshold_errors,
)
from tillit_eval.quality.correlations._polychoric import PolychoricFit, polychoric
from tillit_eval.quality.correlations._tables import (
    CategoryTables,
    Coded,
    code_answers,
    count_categories,
)
from tillit_eval.quality.correlations.assessing import assess_polychoric
from tillit_eval.quality.correlations.model import (
    Correlations,
    PolychoricPair,
    Threshold,
)

__all__ = [
    "CategoryTables",
    "Coded",
    "Correlations",
    "Influence",
    "PolychoricFit",
    "PolychoricPair",
    "Threshold",
    "assess_polychoric",
    "asymptotic_covariance",
    "code_answers",
    "count_categories",
    "influence_of",
    "polychoric",
    "standard_errors",
    "threshold_errors",
]

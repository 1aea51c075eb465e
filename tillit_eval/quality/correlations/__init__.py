"""Correlations of answers in steps: category tables, thresholds, polychorics."""

from tillit_eval.quality.correlations._covariance import (
    Influence,
    asymptotic_covariance,
    influence_of,
    standard_errors,
)
from tillit_eval.quality.correlations._polychoric import PolychoricFit, polychoric
from tillit_eval.quality.correlations._tables import (
    CategoryTables,
    Coded,
    code_answers,
    count_categories,
)

__all__ = [
    "CategoryTables",
    "Coded",
    "Influence",
    "PolychoricFit",
    "asymptotic_covariance",
    "code_answers",
    "count_categories",
    "influence_of",
    "polychoric",
    "standard_errors",
]

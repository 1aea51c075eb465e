"""What came back, is it sound, and which answers belong to the same person?"""

from tillit_eval.exports.checks import check_export
from tillit_eval.exports.fieldwork import (
    read_invited,
    read_unit_changes,
    read_units,
    read_waves,
)
from tillit_eval.exports.linkage import Linkage
from tillit_eval.exports.linking import link_waves
from tillit_eval.exports.merging import settle_units
from tillit_eval.exports.problems import explain_problems
from tillit_eval.exports.pseudonyms import pseudonymise
from tillit_eval.exports.readers import read_cases, read_ratings, read_series
from tillit_eval.exports.responses import read_responses

__all__ = [
    "Linkage",
    "check_export",
    "explain_problems",
    "link_waves",
    "pseudonymise",
    "read_cases",
    "read_invited",
    "read_ratings",
    "read_responses",
    "read_series",
    "read_unit_changes",
    "read_units",
    "read_waves",
    "settle_units",
]

"""Do the factors behind the items reproduce the answers?"""

from tillit_eval.quality.factors.model import FactorModel
from tillit_eval.quality.factors.parts import (
    Loading,
    Modification,
    Pair,
    Residual,
    Uniqueness,
)
from tillit_eval.quality.factors.structure import assess_structure

__all__ = [
    "FactorModel",
    "Loading",
    "Modification",
    "Pair",
    "Residual",
    "Uniqueness",
    "assess_structure",
]

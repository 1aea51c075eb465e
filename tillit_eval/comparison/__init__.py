"""What changed? Two waves of the same, of some of the same, or of other people."""

from tillit_eval.comparison._mean_change import MeanChange
from tillit_eval.comparison._measured import Examined
from tillit_eval.comparison.adjusted import compare_adjusted
from tillit_eval.comparison.individual_change import IndividualChange
from tillit_eval.comparison.individuals import compare_individuals
from tillit_eval.comparison.model import (
    AdjustedChange,
    LinkedChange,
    OverlappingChange,
    PairedChange,
    ShareChange,
    WavesChange,
)
from tillit_eval.comparison.multiplicity import adjust_p_values
from tillit_eval.comparison.overlapping import compare_overlapping
from tillit_eval.comparison.paired import compare_paired
from tillit_eval.comparison.shares import compare_shares
from tillit_eval.comparison.waves import compare_waves

__all__ = [
    "AdjustedChange",
    "Examined",
    "IndividualChange",
    "LinkedChange",
    "MeanChange",
    "OverlappingChange",
    "PairedChange",
    "ShareChange",
    "WavesChange",
    "adjust_p_values",
    "compare_adjusted",
    "compare_individuals",
    "compare_overlapping",
    "compare_paired",
    "compare_shares",
    "compare_waves",
]

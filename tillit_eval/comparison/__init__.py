"""What changed? Two waves of the same, of some of the same, or of other people."""

from tillit_eval.comparison.model import PairedChange
from tillit_eval.comparison.paired import compare_paired

__all__ = ["PairedChange", "compare_paired"]

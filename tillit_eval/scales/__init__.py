"""Which answers make a score? Person scores, and the official item-first index."""

from tillit_eval.scales.index import Index, score_index
from tillit_eval.scales.persons import score_scales

__all__ = ["Index", "score_index", "score_scales"]

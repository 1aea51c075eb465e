"""What was asked: items, codes, scales and the licence of every wording."""

from tillit_eval.codebook.kolada import list_indicators
from tillit_eval.codebook.model import Codebook, Item, Scale
from tillit_eval.codebook.reading import read_codebook
from tillit_eval.codebook.shipped import list_instruments

__all__ = [
    "Codebook",
    "Item",
    "Scale",
    "list_indicators",
    "list_instruments",
    "read_codebook",
]

"""What was asked: items, codes, scales and the licence of every wording."""

from tillit_eval.codebook.drafting import draft_codebook
from tillit_eval.codebook.kolada import list_indicators
from tillit_eval.codebook.model import Codebook, Item, Scale
from tillit_eval.codebook.reading import read_codebook
from tillit_eval.codebook.shipped import list_instruments
from tillit_eval.codebook.writing import Draft, Question, write_codebook

__all__ = [
    "Codebook",
    "Draft",
    "Item",
    "Question",
    "Scale",
    "draft_codebook",
    "list_indicators",
    "list_instruments",
    "read_codebook",
    "write_codebook",
]

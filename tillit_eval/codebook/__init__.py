"""What was asked: items, codes, scales and the licence of every wording."""

from tillit_eval.codebook.model import Codebook, Item, Scale

__all__ = ["Codebook", "Item", "Scale"]

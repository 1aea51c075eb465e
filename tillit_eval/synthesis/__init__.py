"""What do the sites say together, and how far would it hold for a new one?"""

from tillit_eval.synthesis._reading import Contribution
from tillit_eval.synthesis.model import Pooled
from tillit_eval.synthesis.pooling import combine_findings

__all__ = [
    "Contribution",
    "Pooled",
    "combine_findings",
]

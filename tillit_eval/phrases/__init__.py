"""Every generated sentence, label and alt text, in Swedish and in English.

Phrases lie in one TOML file per room and language (``phrases/en/comparison.toml``)
and are looked up as ``room.name``. Findings hold `Phrase` objects, not strings, so
one computation can be read in both languages.
"""

from tillit_eval.phrases.languages import LANGUAGES, Language, language, use_language
from tillit_eval.phrases.numbers import MINUS, NARROW_SPACE, number, percent
from tillit_eval.phrases.order import swedish_sort_key
from tillit_eval.phrases.sentences import Label, Phrase, has_phrase, phrase, say

__all__ = [
    "LANGUAGES",
    "MINUS",
    "NARROW_SPACE",
    "Label",
    "Language",
    "Phrase",
    "has_phrase",
    "language",
    "number",
    "percent",
    "phrase",
    "say",
    "swedish_sort_key",
    "use_language",
]

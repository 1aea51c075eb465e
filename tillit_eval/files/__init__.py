"""What stands in a file, cell by cell, and how is one written whole and harmless?"""

from tillit_eval.files.writing import replace_bytes, replace_text

__all__ = ["replace_bytes", "replace_text"]

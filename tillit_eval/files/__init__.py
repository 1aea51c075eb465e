"""What stands in a file, cell by cell, and how is a file written whole?"""

from tillit_eval.files.writing import replace_bytes, replace_text

__all__ = ["replace_bytes", "replace_text"]

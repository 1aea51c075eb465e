"""How is it handed on? Pages, Word documents and tables in files."""

from tillit_eval.report.blocks import (
    Block,
    Code,
    Picture,
    Prose,
    Said,
    Table,
    Text,
    block_findings,
    is_synthetic,
    read_blocks,
    title_of,
)
from tillit_eval.report.csv import write_csv
from tillit_eval.report.page import Entry, render_page, write_index, write_page
from tillit_eval.report.word import write_word

__all__ = [
    "Block",
    "Code",
    "Entry",
    "Picture",
    "Prose",
    "Said",
    "Table",
    "Text",
    "block_findings",
    "is_synthetic",
    "read_blocks",
    "render_page",
    "title_of",
    "write_csv",
    "write_index",
    "write_page",
    "write_word",
]

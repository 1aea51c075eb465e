"""Cells in words drawn as an HTML table, the same bytes every time."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tillit_eval.phrases import Label, Language

if TYPE_CHECKING:
    import pandas as pd
    from great_tables import GT


def draw_table(
    cells: pd.DataFrame,
    notes: Sequence[str],
    *,
    title: str | Label | None,
    lang: Language,
    right: Sequence[str] = (),
) -> GT:
    """Draw cells in words as a table; its id follows from what it says."""
    from great_tables import GT

    words = title.say(lang) if isinstance(title, Label) else title
    said = "\n".join([words or "", *notes, cells.to_csv(index=False)])
    key = hashlib.sha256(said.encode()).hexdigest()[:12]
    table = GT(cells, id=f"tillit-{key}").cols_align("left")
    numbers = [name for name in cells.columns if name in right]
    if numbers:
        table = table.cols_align("right", columns=numbers)
    if words is not None:
        table = table.tab_header(words).opt_align_table_header("left")
    for note in notes:
        table = table.tab_source_note(note)
    return table.tab_options(
        table_font_size="14px",
        table_margin_left="0",
        column_labels_font_weight="bold",
        heading_title_font_weight="bold",
        data_row_padding="5px",
    )

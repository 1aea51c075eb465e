"""A guarded table of groups, drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tillit_eval.disclosure import Protected
from tillit_eval.errors import DataProblem, kind_of
from tillit_eval.phrases import Label, Language, language
from tillit_eval.tables.drawing import draw_table

if TYPE_CHECKING:
    import pandas as pd
    from great_tables import GT


def display_protected(
    table: Protected,
    *,
    labels: Mapping[str, str | Label] | None = None,
    lang: Language | None = None,
) -> pd.DataFrame:
    """Which words stand in the cells of a guarded table?

    Parameters
    ----------
    table : Protected
        What `protect_table` returned.
    labels : mapping of str to str or Label, optional
        Headings of columns; the column's name where there is none.
    lang : {"en", "sv"}, optional
        The language; the current one by default.

    Returns
    -------
    DataFrame, shape (n_groups, n_columns)
        Text in every cell; *not shown* in hidden ones.

    Raises
    ------
    DataProblem
        If the table was not protected first.

    See Also
    --------
    table_frame : The same as an HTML table.

    Examples
    --------
    >>> import pandas as pd
    >>> from tillit_eval.disclosure import protect_table
    >>> areas = pd.DataFrame({"unit": ["A", "B"], "n": [25, 4], "trust": [61.2, 50.0]})
    >>> display_protected(protect_table(areas, count="n"), lang="sv")["n"].tolist()
    ['visas inte', 'visas inte']
    """
    import pandas as pd

    if not isinstance(table, Protected):
        raise DataProblem(
            "Only a guarded table is drawn here.",
            expected="what protect_table returns",
            found=kind_of(table),
            to_fix='give protect_table(table, count="n")',
        )
    lang = language(lang)
    frame = table.table
    if table.unit not in frame.columns:
        frame = frame.reset_index(names=table.unit)
    columns = [c for c in frame.columns if c not in ("shown", "source", table.total)]
    cells = {
        _heading(str(name), labels or {}, lang): [
            table.cell(str(name), value, shown=bool(shown), lang=lang)
            for value, shown in zip(frame[name], frame["shown"], strict=True)
        ]
        for name in columns
    }
    return pd.DataFrame(cells)


def table_frame(
    table: Protected,
    *,
    labels: Mapping[str, str | Label] | None = None,
    lang: Language | None = None,
    title: str | Label | None = None,
) -> GT:
    """Put what may be shown of these groups in one table.

    Parameters
    ----------
    table : Protected
        What `protect_table` returned.
    labels : mapping of str to str or Label, optional
        Headings of columns; the column's name where there is none.
    lang : {"en", "sv"}, optional
        The language; the current one by default.
    title : str or Label, optional
        Written above.

    Returns
    -------
    great_tables.GT
        With a note on what is not shown and why.

    Raises
    ------
    DataProblem
        If the table was not protected first.

    See Also
    --------
    table_findings : For findings.

    Examples
    --------
    >>> import pandas as pd
    >>> from tillit_eval.disclosure import protect_table
    >>> areas = pd.DataFrame({"unit": ["A", "B"], "n": [25, 4], "trust": [61.2, 50.0]})
    >>> "61.2" in table_frame(protect_table(areas, count="n")).as_raw_html()
    False
    """
    lang = language(lang)
    cells = display_protected(table, labels=labels, lang=lang)
    numbers = (*table.counts, *table.values)
    return draw_table(
        cells,
        [table.sentence(lang)],
        title=title,
        lang=lang,
        right=[_heading(name, labels or {}, lang) for name in numbers],
    )


def _heading(name: str, labels: Mapping[str, str | Label], lang: Language) -> str:
    label = labels.get(name, name)
    return label.say(lang) if isinstance(label, Label) else label

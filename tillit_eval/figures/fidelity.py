"""What was planned, and what was done, as tiles that are also read in grey."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tillit_eval.errors import DataProblem, check_columns, check_table, few
from tillit_eval.figures import canvas
from tillit_eval.figures.drawn import record
from tillit_eval.findings import Source, read_source
from tillit_eval.phrases import Label, Language, language, say

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

STATUSES = ("yes", "partly", "no", "unknown")
# Face, text and pattern of each tile: darkness alone tells them apart.
_TILES = {
    "yes": ("#0b4a85", "white", ""),
    "partly": ("#b9d3e8", canvas.INK, "///"),
    "no": ("white", canvas.INK, ""),
    "unknown": ("#efefef", canvas.MUTED, "..."),
}


def plot_fidelity(
    table: pd.DataFrame,
    *,
    part: str = "part",
    case: str = "case",
    status: str = "status",
    title: str | Label | None = None,
    lang: Language | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Was it done as planned?

    One row per part of the plan, one column per case; each tile says *yes*,
    *partly*, *no* or *not known* in words.

    Parameters
    ----------
    table : DataFrame, shape (n_parts * n_cases, n_columns)
        One row per part of the plan and case. A column with the same name and
        ``_sv`` or ``_en`` at its end is used in that language.
    part, case, status : str, optional
        Columns with the part of the plan, where it was tried, and ``yes``,
        ``partly``, ``no`` or ``unknown``.
    title : str or Label, optional
        Written above, at the left.
    lang : {"en", "sv"}, optional
        The language; the current one by default.
    ax : matplotlib.axes.Axes, optional
        Where to draw. By default a new figure of a fitting height.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on. `figure_data` and `alt_text` know what it shows.

    Raises
    ------
    DataProblem
        If a column is missing, a status is another word, or a part stands twice
        for one case.

    See Also
    --------
    plot_rollout : When it was done.

    Examples
    --------
    >>> import matplotlib, pandas as pd
    >>> matplotlib.use("Agg")
    >>> done = pd.DataFrame({"part": ["joint letter", "joint visit"], "case": "first",
    ...     "status": ["yes", "no"], "source": "published"})
    >>> [text.get_text() for text in plot_fidelity(done).texts]
    ['yes', 'no']
    """
    lang = language(lang)
    data = _check(table, part, case, status, lang)
    parts, cases = list(dict.fromkeys(data["part"])), list(dict.fromkeys(data["case"]))
    ax = canvas.paper(ax, rows=len(parts), row=0.4, rest=0.7, names=parts)
    canvas.clean(ax, grid=False)
    canvas.name_rows(ax, parts)
    for row in data.itertuples(index=False):
        column, line = cases.index(row.case), len(parts) - parts.index(row.part)
        _draw_tile(ax, column, line, str(row.status), lang)
    ax.set_xlim(-0.5, len(cases) - 0.5)
    ax.xaxis.tick_top()
    width = max(14, 64 // len(cases))
    ax.set_xticks(range(len(cases)), [canvas.wrap(name, width) for name in cases])
    ax.tick_params(axis="x", length=0, labelsize=canvas.NORMAL, colors=canvas.INK)
    for side in ("top", "bottom"):
        ax.spines[side].set_visible(False)
    lines = max(canvas.wrap(name, width).count("\n") for name in cases) + 1
    source = read_source(table)
    canvas.finish(ax, source, lang, title=title, above=13.0 * lines + 6)
    return record(ax, data, _Words(data, source))


def _check(
    table: pd.DataFrame, part: str, case: str, status: str, lang: Language
) -> pd.DataFrame:
    """Return part, case and status in the reader's language."""
    import pandas as pd

    check_table(table, table="parts of a plan")
    check_columns(table.columns, [part, case, status], table="parts of a plan")
    words = table[status].fillna("unknown").astype(str).str.strip().str.lower()
    wrong = ~words.isin(STATUSES).to_numpy()
    if wrong.any():
        raise DataProblem(
            f"The column '{status}' holds a word that is no status.",
            expected=f"one of {few(STATUSES)}",
            found=f"{int(wrong.sum())} other cells at row positions "
            f"{few(wrong.nonzero()[0].tolist())}",
            to_fix="code each part as one of these words",
        )
    twice = table.duplicated([part, case]).to_numpy()
    if twice.any():
        raise DataProblem(
            "A part of the plan stands twice for one case.",
            expected="one row per part and case",
            found=f"repeated at row positions {few(twice.nonzero()[0].tolist())}",
            to_fix="keep one row each",
        )
    names = {key: _column(table, key, lang) for key in (part, case)}
    return pd.DataFrame(
        {
            "part": table[names[part]].astype(str).tolist(),
            "case": table[names[case]].astype(str).tolist(),
            "status": words.tolist(),
        }
    )


def _column(table: pd.DataFrame, name: str, lang: Language) -> str:
    """Return the column that holds the names in the reader's language."""
    return f"{name}_{lang}" if f"{name}_{lang}" in table.columns else name


def _draw_tile(ax: Axes, column: int, row: int, status: str, lang: Language) -> None:
    """Draw one tile with its word."""
    from matplotlib.patches import Rectangle

    face, ink, pattern = _TILES[status]
    ax.add_patch(
        Rectangle(
            (column - 0.47, row - 0.42),
            0.94,
            0.84,
            facecolor=face,
            edgecolor="white" if pattern else canvas.LINE,
            hatch=pattern,
            linewidth=0.8,
        )
    )
    ax.text(
        column,
        row,
        say(f"figures.status_{status}", lang),
        ha="center",
        va="center",
        fontsize=canvas.NORMAL,
        color=ink,
        bbox={"facecolor": face, "edgecolor": "none", "pad": 2} if pattern else None,
    )


class _Words:
    """Say the figure in a language: its kind, then every tile."""

    def __init__(self, data: pd.DataFrame, source: Source) -> None:
        self.data, self.source = data, source

    def __call__(self, lang: Language) -> str:
        says = [say("figures.alt_fidelity", lang)]
        says += [
            say(
                "figures.alt_tile",
                lang,
                part=row.part,
                case=row.case,
                status=say(f"figures.status_{row.status}", lang),
            )
            for row in self.data.itertuples(index=False)
        ]
        return " ".join([*says, *canvas.mark_in_words(self.source, lang)])

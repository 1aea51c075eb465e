"""A numbered figure, kept with the data behind it; called inside a running notebook."""

from __future__ import annotations

import base64
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tillit_eval.errors import DataProblem
from tillit_eval.files import replace_bytes
from tillit_eval.report import write_csv

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

DPI = 192
DIGITS = 12


def capture(key: str, folder: str | Path) -> None:
    """Keep the figure a cell has drawn, and show it with its words and its data.

    The runner calls this at the end of a cell tagged with a figure's id. It writes
    PNG, SVG and CSV, and shows the figure once, so that the notebook holds the alt
    text and the numbers a later run is compared with.

    Parameters
    ----------
    key : str
        The figure's id, such as ``fig-05-2``.
    folder : str or Path
        Where the three files go.

    Raises
    ------
    DataProblem
        If the cell has drawn no figure, or more than one.

    See Also
    --------
    run_chapter : Runs the cells.

    Examples
    --------
    >>> capture("fig-05-2", "build/figures")
    Traceback (most recent call last):
    tillit_eval.errors.DataProblem: A numbered figure must be one figure.
      expected: 1 figure drawn by the cell tagged fig-05-2
      found:    0
      to fix:   draw one figure in that cell, or take the tag away
    """
    import matplotlib.pyplot as plt

    drawn = plt.get_fignums()
    if len(drawn) != 1:
        raise DataProblem(
            "A numbered figure must be one figure.",
            expected=f"1 figure drawn by the cell tagged {key}",
            found=str(len(drawn)),
            to_fix="draw one figure in that cell, or take the tag away",
        )
    figure = plt.figure(drawn[0])
    alt, data = _behind(figure)
    png, svg = _draw(figure, "png", key), _draw(figure, "svg", key)
    plt.close(figure)
    replace_bytes(Path(folder) / f"{key}.png", png)
    replace_bytes(Path(folder) / f"{key}.svg", svg)
    write_csv(data, Path(folder) / f"{key}.csv", lang="en")
    _show(key, png=png, alt=alt, data=data)


def _behind(figure: Figure) -> tuple[str, pd.DataFrame]:
    """Return the words and the numbers behind a figure, of all its panels."""
    import pandas as pd

    from tillit_eval.figures import alt_text, drawn_axes, figure_data

    panels = drawn_axes(figure) or figure.axes
    words = " ".join(alt_text(panel) for panel in panels)
    frames = [figure_data(panel) for panel in panels]
    if len(frames) == 1:
        return words, frames[0]
    numbered = [frame.assign(panel=k) for k, frame in enumerate(frames, start=1)]
    return words, pd.concat(numbered, ignore_index=True)


def _draw(figure: Figure, kind: str, key: str) -> bytes:
    """Return a picture that is the same, to the byte, each time it is drawn."""
    from matplotlib import rc_context

    buffer = BytesIO()
    stamps: dict[str, Any] = {"png": {"Software": None}, "svg": {"Date": None}}
    with rc_context({"svg.hashsalt": key}):
        figure.savefig(
            buffer, format=kind, dpi=DPI, bbox_inches="tight", metadata=stamps[kind]
        )
    return buffer.getvalue()


def _show(key: str, *, png: bytes, alt: str, data: pd.DataFrame) -> None:
    """Show the figure as an output that carries its words and its numbers."""
    from IPython.display import display

    width, height = (int.from_bytes(png[k : k + 4], "big") // 2 for k in (16, 20))
    about = {"figure": key, "data": _numbers(data)}
    display(  # type: ignore[no-untyped-call]
        {
            "image/png": base64.b64encode(png).decode("ascii"),
            "text/plain": f"[{key}] {alt}",
        },
        raw=True,
        metadata={
            "image/png": {"alt": alt, "width": width, "height": height},
            "tillit": about,
        },
    )


def _numbers(data: pd.DataFrame) -> dict[str, list[Any]]:
    """Return the data behind a figure as plain lists, rounded to 12 digits."""
    rows = data.astype(object).where(data.notna(), None).to_numpy().tolist()
    return {
        "columns": [str(name) for name in data.columns],
        "rows": [[_plain(cell) for cell in row] for row in rows],
    }


def _plain(cell: object) -> object:
    """Return one cell as JSON can hold it."""
    if isinstance(cell, bool) or cell is None:
        return cell
    if isinstance(cell, int):
        return int(cell)
    if isinstance(cell, float):
        return float(f"{cell:.{DIGITS}g}")
    return str(cell)

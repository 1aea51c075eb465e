"""Marks of groups that are drawn beside each other, and the key that names them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tillit_eval.figures import canvas

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Shape and face of each group's mark: told apart in grey, and by everyone.
MARKS: tuple[tuple[str, str], ...] = (
    ("o", canvas.BLUE),
    ("s", "white"),
    ("D", canvas.RED),
    ("^", "white"),
    ("v", canvas.INK),
    ("P", "white"),
)
KEY_COLUMNS = 3


def draw_mark(ax: Axes, x: float, y: float, mark: tuple[str, str]) -> None:
    """Draw the mark of one group."""
    shape, face = mark
    ax.plot(
        [x],
        [y],
        shape,
        markersize=8,
        markerfacecolor=face,
        markeredgecolor=canvas.INK if face in ("white", canvas.INK) else face,
        markeredgewidth=1.3,
        linestyle="none",
        zorder=3,
    )


def draw_key(ax: Axes, names: Sequence[str]) -> float:
    """Write which mark is whose, above the axes; return the room that it takes."""
    from matplotlib.lines import Line2D

    handles = [
        Line2D(
            [],
            [],
            marker=shape,
            linestyle="none",
            markersize=7,
            markerfacecolor=face,
            markeredgecolor=canvas.INK if face in ("white", canvas.INK) else face,
            label=name,
        )
        for name, (shape, face) in zip(names, MARKS[: len(names)], strict=True)
    ]
    # A legend is filled column by column; the key is read row by row.
    in_rows = [h for at in range(KEY_COLUMNS) for h in handles[at::KEY_COLUMNS]]
    ax.legend(
        handles=in_rows,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=KEY_COLUMNS,
        frameon=False,
        fontsize=canvas.SMALL,
        handletextpad=0.3,
        columnspacing=1.2,
        borderpad=0.2,
        borderaxespad=0.2,
    )
    return canvas.KEY_LINE * -(-len(names) // KEY_COLUMNS)

"""The paper all figures are drawn on: sizes, colours, ticks, marks. No global style."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from tillit_eval.findings import Interval, NotAnswered, Source, source_mark
from tillit_eval.phrases import Label, Language, number, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, MUTED, LINE, GRID, BAND = "#1f1f1f", "#666666", "#9a9a9a", "#e4e4e4", "#efefef"
# Okabe and Ito's blue and vermilion: told apart by everyone, and by shape in grey.
BLUE, RED = "#0072B2", "#D55E00"
BIG, NORMAL, SMALL = 11.0, 9.5, 8.5
WIDTH = 7.2
# Letters on a line of a row's name.
NAME = 34
# Letters on a line below the axis, and the width of a letter against its height.
_LETTERS, _LETTER = 70, 0.54
# Heights in points of what stands above the axes, and of a line below them.
MARK_LINE, KEY_LINE, NOTE_LINE = 15.0, 17.0, 12.5


def paper(
    ax: Axes | None,
    *,
    rows: float,
    row: float = 0.36,
    rest: float = 1.0,
    names: Sequence[str] = (),
) -> Axes:
    """Return the Axes given, or new ones high enough for `rows` rows and names."""
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    lines = max((wrap(name, NAME).count("\n") + 1 for name in names), default=1)
    row = max(row, (lines * 1.25 * NORMAL + 3) / 72 if lines > 1 else 0.0)
    size = (WIDTH, rest + row * max(rows, 2))
    return plt.subplots(figsize=size, layout="constrained")[1]


def room_for(notes: Sequence[str]) -> float:
    """Return the height in inches that notes below the axis take."""
    lines = sum(len(textwrap.wrap(note, _LETTERS)) for note in notes)
    return lines * NOTE_LINE / 72


def clean(ax: Axes, *, grid: bool = True) -> None:
    """Take away what carries no information, on these Axes only."""
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    ax.spines["bottom"].set_color(LINE)
    ax.tick_params(axis="x", length=0, labelsize=SMALL, colors=MUTED, pad=5)
    ax.tick_params(axis="y", length=0, labelsize=NORMAL, colors=INK, pad=6)
    if grid:
        ax.grid(axis="x", color=GRID, linewidth=0.8)
        ax.set_axisbelow(True)


def name_rows(ax: Axes, names: Sequence[str]) -> None:
    """Write the names of rows at the left, the first on top."""
    wrapped = [wrap(name, NAME) for name in names]
    ax.set_yticks(range(len(names), 0, -1), wrapped)
    ax.set_ylim(0.4, len(names) + 0.6)


def name_axis(ax: Axes, text: str) -> None:
    """Write what the horizontal axis measures, below it at the left."""
    text = "\n".join(wrap(line, _letters_below(ax)) for line in text.split("\n"))
    ax.set_xlabel(text, fontsize=SMALL, color=MUTED, loc="left", labelpad=6)


def _letters_below(ax: Axes) -> int:
    """Return how many letters have room below a figure's Axes, right of its names."""
    figure = ax.get_figure(root=True)
    if figure is None or len(figure.axes) > 1 or figure.get_figwidth() < WIDTH:
        return _LETTERS
    names = [tick.get_text() for tick in ax.get_yticklabels()]
    longest = max((len(line) for name in names for line in name.split("\n")), default=0)
    room = (WIDTH * 72 - _LETTER * NORMAL * longest) / (_LETTER * SMALL)
    return max(_LETTERS, int(room) - 3)


def beside(
    ax: Axes, row: float, text: str, *, at: float = 8, bold: bool = False
) -> None:
    """Write a text to the right of the axes, on one row."""
    ax.annotate(
        text,
        (1, row),
        xycoords=("axes fraction", "data"),
        xytext=(at, 0),
        textcoords="offset points",
        va="center",
        fontsize=SMALL,
        color=INK if bold else MUTED,
        annotation_clip=False,
    )


def write_instead(ax: Axes, row: float, text: str) -> None:
    """Write on a row why nothing is drawn there."""
    ax.annotate(
        wrap(text, 66, lines=2),
        (0, row),
        xycoords=("axes fraction", "data"),
        xytext=(4, 0),
        textcoords="offset points",
        va="center",
        fontsize=SMALL,
        fontstyle="italic",
        color=MUTED,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
        zorder=5,
    )


def draw_interval(
    ax: Axes,
    row: float,
    interval: Interval,
    factor: float,
    limits: tuple[float, float],
    colour: str,
    *,
    width: float,
    dashed: bool = False,
) -> None:
    """Draw an interval; an end that does not close leaves the figure as an arrow."""
    low, high = limits
    ends = (
        max(interval.low * factor, low),
        min(interval.high * factor, high),
    )
    ax.plot(
        ends,
        [row, row],
        color=colour,
        linewidth=width,
        zorder=3,
        solid_capstyle="butt",
        linestyle=(0, (3, 2)) if dashed else "-",
    )
    for end, place, marker in ((ends[0], low, "<"), (ends[1], high, ">")):
        if end == place:
            ax.plot([end], [row], marker, color=colour, markersize=5, clip_on=False)


def finish(
    ax: Axes,
    source: Source,
    lang: Language,
    *,
    title: str | Label | None = None,
    above: float = 0.0,
) -> Axes:
    """Write the mark of data that are not real, and the title over it."""
    height = above
    if source not in ("real", "published"):
        ax.annotate(
            say(f"figures.mark_{source}", lang),
            (1, 1),
            xycoords="axes fraction",
            xytext=(0, above + 5),
            textcoords="offset points",
            ha="right",
            va="bottom",
            fontsize=SMALL,
            fontweight="bold",
            color=INK,
            bbox={
                "boxstyle": "square,pad=0.25",
                "facecolor": "white",
                "edgecolor": INK,
            },
        )
        height += MARK_LINE + 4
    if title is not None:
        words = title.say(lang) if isinstance(title, Label) else title
        ax.set_title(
            words,
            loc="left",
            fontsize=BIG,
            fontweight="bold",
            color=INK,
            pad=height + 6,
        )
    return ax


def write_ticks(
    ax: Axes, low: float, high: float, lang: Language, *, per_cent: bool = False
) -> None:
    """Set the limits and write about five round numbers in the reader's language."""
    from matplotlib.ticker import MaxNLocator

    places = MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    step = places[1] - places[0]
    near = 1e-9 * step
    shown = [float(at) for at in places if low - near <= at <= high + near]
    digits = max(0, math.ceil(-math.log10(step) - 1e-9)) if step < 1 else 0
    if round(step, digits) != round(step, digits + 1):
        digits += 1
    end = "\u00a0%" if per_cent else ""
    ax.set_xlim(low, high)
    ax.set_xticks(shown, [number(place, digits, lang) + end for place in shown])


def wrap(text: str, width: int, *, lines: int = 3) -> str:
    """Break a text into at most `lines` lines."""
    return "\n".join(
        textwrap.wrap(
            text, width, max_lines=lines, placeholder=" \u2026", break_long_words=False
        )
    )


def reason_in_words(finding: NotAnswered, lang: Language) -> str:
    """Say shortly why a row is empty."""
    if finding.reason.key == "disclosure.reason_under_floor":
        return say("figures.not_shown_few", lang, **dict(finding.reason.values))
    if finding.reason.key == "disclosure.reason_one_sided":
        return say("disclosure.not_shown", lang)
    return say("figures.cannot_tell", lang, reason=finding.reason)


def silent_in_words(finding: NotAnswered, lang: Language) -> str:
    """Say in a sentence why a row is empty."""
    return f"{finding.name(lang)}: {reason_in_words(finding, lang).rstrip('.')}."


def mark_in_words(source: Source, lang: Language) -> list[str]:
    """Return the sentence that data which are not real must carry, or nothing."""
    mark = source_mark(source, lang)
    return [mark] if mark else []


def in_words(name: str | Label, lang: Language) -> str:
    """Return a name in the reader's language."""
    return name.say(lang) if isinstance(name, Label) else str(name)


def names_in_words(
    keys: Iterable[object], names: Mapping[str, str | Label] | None, lang: Language
) -> list[str]:
    """Return what each key is called; its own name where it has no other."""
    known = names or {}
    return [in_words(known.get(str(key), str(key)), lang) for key in keys]

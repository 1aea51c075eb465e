"""Who was met again from wave to wave, who was not, and who was new."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from tillit_eval.errors import DataProblem, check_texts, few, kind_of
from tillit_eval.exports.linkage import Linkage
from tillit_eval.figures import canvas
from tillit_eval.figures.drawn import record
from tillit_eval.findings import Source
from tillit_eval.floors import is_shown
from tillit_eval.phrases import Label, Language, language, number, say

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

# Half the width of a column, and how far a flow that ends reaches, in waves.
_HALF, _REACH, _TIP = 0.08, 0.27, 0.07
_FLOWS = ("again", "lost", "new")
_LIGHT_BLUE, _LIGHT_GREY, _LIGHT_RED = "#c6dff0", "#dcdcdc", "#f6d9c4"


def plot_transitions(
    linkages: Linkage | Sequence[Linkage],
    *,
    waves: Sequence[str],
    title: str | Label | None = None,
    lang: Language | None = None,
    ax: Axes | None = None,
) -> Axes:
    r"""Who was met again from wave to wave, who was not, and who was new?

    One column per wave, as high as the people who answered. From column to column
    runs a band of those met both times; an arrow out shows those not met again,
    an arrow in those met for the first time since the wave before. Not met again
    may mean gone, silent, or another code: a survey cannot tell. A step with a flow
    of fewer people than the floor is not drawn.

    Parameters
    ----------
    linkages : Linkage or sequence of Linkage
        What `link_waves` gave for each step, in order: first wave to second,
        second to third, and so on.
    waves : sequence of str
        Names of the waves, one more than there are steps.
    title : str or Label, optional
        Written above, at the left.
    lang : {"en", "sv"}, optional
        The language; the current one by default.
    ax : matplotlib.axes.Axes, optional
        Where to draw. By default a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on. `figure_data` and `alt_text` know what it shows.

    Raises
    ------
    DataProblem
        If something else is given, the names do not fit the steps, or a step
        begins with other rows than the one before ended with.

    See Also
    --------
    plot_changes : What changed among those who stayed, and in the workplace.

    Notes
    -----
    Rows that could belong to more than one person count as not met again.

    Examples
    --------
    >>> import matplotlib, pandas as pd
    >>> matplotlib.use("Agg")
    >>> from tillit_eval.exports import link_waves
    >>> people = pd.DataFrame({"code": [f"p{i}" for i in range(50)], "source": "real"})
    >>> step = link_waves(people[:40], people[15:], code="code")
    >>> ax = plot_transitions(step, waves=["2014", "2017"])
    >>> [tick.get_text() for tick in ax.get_xticklabels()]
    ['2014\nn = 40', '2017\nn = 35']
    """
    lang = language(lang)
    steps = _check(linkages, waves)
    data = _data(steps, waves)
    ax = ax if ax is not None else _paper(len(waves))
    totals = _totals(steps)
    highest = max(totals)
    for place, row in enumerate(data.to_dict("records")):
        if row["shown"]:
            _draw_step(ax, place, row, highest, lang)
        else:
            text = canvas.wrap(say("figures.transitions_hidden", lang), 18)
            _write(ax, place + 0.5, 0.5 * highest, text, italic=True)
    _draw_columns(ax, steps, waves, lang)
    canvas.name_axis(ax, say("figures.transitions_axis", lang))
    source = _source(steps)
    canvas.finish(ax, source, lang, title=title)
    return record(ax, data, _Words(data, source))


def _check(given: object, waves: Sequence[str]) -> list[Linkage]:
    """Return the steps; refuse what does not follow one another."""
    steps: list[Linkage] = [given] if isinstance(given, Linkage) else list(given)  # type: ignore[call-overload]
    wrong = sorted({kind_of(s) for s in steps if not isinstance(s, Linkage)})
    if not steps or wrong:
        raise DataProblem(
            "There is nothing here that can be drawn as steps from wave to wave.",
            expected="what link_waves returns, one for each step",
            found=", ".join(wrong) or "no step",
            to_fix="link each wave with the next one first",
        )
    check_texts(waves)
    if len(waves) != len(steps) + 1:
        raise DataProblem(
            "The names of the waves do not fit the steps.",
            expected=f"{len(steps) + 1} names for {len(steps)} step(s)",
            found=f"{len(waves)}",
            to_fix="name every wave once, in order",
        )
    breaks = [
        number
        for number, (one, two) in enumerate(pairwise(steps), 1)
        if _rows_after(one) != _rows_before(two)
    ]
    if breaks:
        raise DataProblem(
            "The steps do not follow one another.",
            expected="each step beginning with the rows that the last one ended with",
            found=f"another number of rows after step(s) {few(breaks)}",
            to_fix="link the first wave with the second, the second with the third",
        )
    return steps


def _again(step: Linkage) -> int:
    return step.n_exact + step.n_fuzzy


def _rows_before(step: Linkage) -> int:
    return _again(step) + step.n_ambiguous + step.n_before_only


def _rows_after(step: Linkage) -> int:
    return _again(step) + step.n_ambiguous_after + step.n_after_only


def _totals(steps: list[Linkage]) -> list[int]:
    return [_rows_before(steps[0]), *map(_rows_after, steps)]


def _source(steps: list[Linkage]) -> Source:
    sources = {step.source for step in steps}
    return sources.pop() if len(sources) == 1 else "mixed"


def _data(steps: list[Linkage], waves: Sequence[str]) -> pd.DataFrame:
    """Return one row per step; a step that may not be shown has no counts."""
    import pandas as pd

    rows = []
    for step, before, after in zip(steps, waves, waves[1:], strict=False):
        again = _again(step)
        lost, new = _rows_before(step) - again, _rows_after(step) - again
        counts = (again, lost, new)
        shown = all(
            is_shown(count, floor=step.floor, source=step.source)
            for count in (again, *filter(None, (lost, new)))
        )
        told = dict(zip(_FLOWS, counts if shown else (None,) * 3, strict=True))
        rows.append({"before": before, "after": after, **told, "shown": shown})
    return pd.DataFrame(rows).astype(dict.fromkeys(_FLOWS, "Int64"))


def _paper(n_waves: int) -> Axes:
    import matplotlib.pyplot as plt

    size = (canvas.WIDTH, 3.4 if n_waves > 2 else 3.0)
    return plt.subplots(figsize=size, layout="constrained")[1]


def _draw_step(
    ax: Axes, place: int, row: dict[object, object], highest: int, lang: Language
) -> None:
    """Draw the band and the two arrows between one column and the next."""
    from matplotlib.patches import Polygon

    again, lost, new = (int(str(row[name])) for name in _FLOWS)
    left, right = place + _HALF, place + 1 - _HALF
    out, into = left + _REACH, right - _REACH
    gap = 0.012 * highest
    shapes: list[tuple[list[tuple[float, float]], str, str]] = [
        ([(left, 0), (right, 0), (right, again), (left, again)], _LIGHT_BLUE, "again"),
        (_arrow(left, out, again + gap, lost), _LIGHT_GREY, "lost"),
        (_arrow(into, right - _TIP, again + gap, new), _LIGHT_RED, "new"),
    ]
    for corners, colour, name in shapes:
        if row[name]:
            ax.add_patch(Polygon(corners, facecolor=colour, edgecolor="none", zorder=2))
    _write(ax, place + 0.5, again / 2, _say_flow("again", again, lang))
    height = again + 3 * gap
    _write(ax, left + 0.03, height, _say_flow("lost", lost, lang), "left", "bottom")
    _write(ax, right - 0.09, height, _say_flow("new", new, lang), "right", "bottom")


def _arrow(
    start: float, end: float, bottom: float, height: float
) -> list[tuple[float, float]]:
    """Return the corners of a flow that points to the right."""
    top = bottom + height
    tip = (end + _TIP, bottom + height / 2)
    return [(start, bottom), (end, bottom), tip, (end, top), (start, top)]


def _say_flow(name: str, count: int, lang: Language) -> str:
    if not count:
        return ""
    return say(f"figures.transitions_{name}", lang, n=number(count, 0, lang))


def _write(
    ax: Axes,
    x: float,
    y: float,
    text: str,
    side: str = "center",
    foot: str = "center",
    *,
    italic: bool = False,
) -> None:
    """Write inside a flow."""
    ax.text(
        x,
        y,
        text,
        ha=side,
        va=foot,
        fontsize=canvas.SMALL,
        color=canvas.MUTED if italic else canvas.INK,
        fontstyle="italic" if italic else "normal",
        zorder=5,
    )


def _draw_columns(
    ax: Axes, steps: list[Linkage], waves: Sequence[str], lang: Language
) -> None:
    """Draw a column for each wave, with its name and its people below."""
    totals = _totals(steps)
    floors = [steps[0], *steps]
    labels = []
    for place, (name, total, step) in enumerate(
        zip(waves, totals, floors, strict=True)
    ):
        shown = is_shown(total, floor=step.floor, source=step.source)
        if shown:
            ax.bar(place, total, width=2 * _HALF, color=canvas.BLUE, zorder=3)
        n = number(total, 0, lang) if shown else ""
        text = (
            say("figures.n", lang, n=n) if shown else say("disclosure.not_shown", lang)
        )
        labels.append(f"{name}\n{text}")
    canvas.clean(ax, grid=False)
    ax.spines["bottom"].set_visible(False)
    ax.set_xticks(range(len(waves)), labels)
    ax.tick_params(axis="x", labelsize=canvas.NORMAL, colors=canvas.INK)
    ax.set_yticks([])
    ax.set_xlim(-0.25, len(waves) - 0.75)
    ax.set_ylim(0, 1.1 * max(totals))


class _Words:
    """Say the figure in a language: its kind, then every step."""

    def __init__(self, data: pd.DataFrame, source: Source) -> None:
        self.data, self.source = data, source

    def __call__(self, lang: Language) -> str:
        says = [say("figures.alt_transitions", lang, rows=len(self.data))]
        for row in self.data.to_dict("records"):
            key = "alt_transition" if row["shown"] else "alt_transition_hidden"
            numbers = {
                name: number(int(row[name]), 0, lang) if row["shown"] else ""
                for name in _FLOWS
            }
            says.append(
                say(
                    f"figures.{key}",
                    lang,
                    before=row["before"],
                    after=row["after"],
                    **(numbers if row["shown"] else {}),
                )
            )
        return " ".join([*says, *canvas.mark_in_words(self.source, lang)])

"""What each layer of raters said of each theme, from a table that may be shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from tillit_eval.disclosure import Protected
from tillit_eval.errors import DataProblem, check_columns, few, kind_of
from tillit_eval.figures import canvas
from tillit_eval.figures.drawn import record
from tillit_eval.figures.marks import MARKS, draw_key, draw_mark
from tillit_eval.phrases import Label, Language, language, number, say

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_MOST = 4
# How far apart the layers of one theme stand, where themes are 1 apart.
_APART = 0.25


def plot_layers(
    table: Protected,
    layers: Sequence[str] | Mapping[str, str | Label],
    *,
    value: str = "value",
    theme: str = "criterion",
    layer: str = "rater_role",
    names: Mapping[str, str | Label] | None = None,
    steps: Mapping[float, str | Label] | None = None,
    measure: str | Label | None = None,
    title: str | Label | None = None,
    lang: Language | None = None,
    ax: Axes | None = None,
) -> Axes:
    r"""How did each layer judge each theme: persons, their team, those who came?

    One row per theme. In it the layers stand below each other in the order in which
    they judged, each with its mean and with how many judged; a line leads from one
    to the next. A layer that may not be shown is left out, and the line passes it by.
    Nothing is tested, and layers whose means meet need not agree on anything: half of
    the teams may be above their observers and half below.

    Parameters
    ----------
    table : Protected
        What `protect_table` returned, one row per theme and layer, with one count.
    layers : sequence of str, or mapping of str to str or Label
        Two to four layers in the order in which they judge; a mapping names them in
        the key.
    value, theme, layer : str, optional
        Columns with the mean judgement, in steps of its scale, with what was judged,
        and with who judged.
    names : mapping of str to str or Label, optional
        What themes are called; their own names where there is none.
    steps : mapping of float to str or Label, optional
        The steps of the scale and what they are called. The axis then holds the
        whole scale; by default it fits the data.
    measure : str or Label, optional
        What the axis measures.
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
        If the table was not protected first, lacks a column, holds a layer that is
        not named, or a theme twice for one layer.

    See Also
    --------
    plot_gaps : Groups that answer the same questions, side by side.
    plot_crosstab : Two layers, judgement by judgement.

    Examples
    --------
    >>> import matplotlib, pandas as pd
    >>> matplotlib.use("Agg")
    >>> from tillit_eval.disclosure import protect_table
    >>> means = pd.DataFrame({"criterion": "influence", "rater_role": ["one", "team"],
    ...     "value": [2.4, 2.9], "n": [180, 30], "source": "real"})
    >>> safe = protect_table(means, count="n", unit="criterion", within="rater_role",
    ...     values=["value"])
    >>> ax = plot_layers(safe, ["one", "team"])
    >>> [text.get_text() for text in ax.texts]
    ['n = 180', 'n = 30']
    """
    lang = language(lang)
    keys = list(layers)
    data = _check(table, keys, value, theme, layer)
    themes = list(dict.fromkeys(data["theme"]))
    named = [canvas.in_words((names or {}).get(each, each), lang) for each in themes]
    row = 0.22 * len(keys) + 0.1
    ax = canvas.paper(ax, rows=len(themes), row=row, rest=1.25, names=named)
    canvas.clean(ax)
    canvas.name_rows(ax, named)
    _set_limits(ax, data["value"].to_numpy(dtype=float), steps, lang)
    for at, each in zip(range(len(themes), 0, -1), themes, strict=True):
        _draw_theme(ax, at, data[data["theme"] == each], keys, lang)
    above = draw_key(ax, [_called(layers, key, lang) for key in keys])
    name = canvas.in_words(measure, lang) if measure is not None else ""
    note = say("figures.layers_axis", lang, measure=name).removeprefix("; ")
    canvas.name_axis(ax, note)
    canvas.finish(ax, table.source, lang, title=title, above=above)
    return record(ax, data, _Words(table, data, layers, names or {}))


def _called(
    layers: Sequence[str] | Mapping[str, str | Label], key: str, lang: Language
) -> str:
    """Return the name of a layer."""
    return canvas.in_words(layers[key], lang) if isinstance(layers, Mapping) else key


def _check(
    table: object, keys: list[str], value: str, theme: str, layer: str
) -> pd.DataFrame:
    """Return the guarded means; refuse what is no mean per theme and layer."""
    import pandas as pd

    if not isinstance(table, Protected):
        raise DataProblem(
            "Layers can only be drawn from a table that is protected.",
            expected="what protect_table returns",
            found=kind_of(table),
            to_fix='draw protect_table(table, count="n", unit="criterion", '
            'within="rater_role")',
        )
    given = table.table
    if not {theme, layer} <= set(map(str, given.columns)):
        given = given.reset_index()
    check_columns(given.columns, [value, theme, layer], table="layers")
    data = pd.DataFrame(
        {
            "theme": given[theme].astype(str).tolist(),
            "layer": given[layer].astype(str).tolist(),
            "value": given[value].to_numpy(dtype=float),
            "n": given[table.counts[0]].to_numpy(dtype=float, na_value=np.nan),
            "shown": given["shown"].tolist(),
        }
    )
    strange = (~data["layer"].isin(keys)).to_numpy().nonzero()[0].tolist()
    twice = data.duplicated(["theme", "layer"]).to_numpy().nonzero()[0].tolist()
    if strange or twice or not 2 <= len(keys) <= _MOST:
        raise DataProblem(
            "These judgements cannot be drawn as layers of each theme.",
            expected=f"one row per theme and layer, and 2 to {_MOST} layers, all named",
            found=f"{len(keys)} layers; unnamed layers at row positions "
            f"{few(strange) or 'none'}; repeated rows at row positions "
            f"{few(twice) or 'none'}",
            to_fix="take the mean over raters first, and name every layer of the table",
        )
    return data


def _set_limits(
    ax: Axes,
    means: np.typing.NDArray[np.float64],
    steps: Mapping[float, str | Label] | None,
    lang: Language,
) -> None:
    """Give the whole scale room, or what is drawn; an empty figure has no ticks."""
    if steps:
        room = 0.04 * (max(steps) - min(steps))
        ax.set_xlim(min(steps) - room, max(steps) + room)
        width = max(10, 66 // len(steps))
        called = [canvas.in_words(name, lang) for name in steps.values()]
        ax.set_xticks(list(steps), [canvas.wrap(name, width) for name in called])
    elif np.isfinite(means).any():
        low, high = float(np.nanmin(means)), float(np.nanmax(means))
        room = 0.12 * (high - low) or 0.5
        canvas.write_ticks(ax, low - room, high + room, lang)
    else:
        ax.set_xticks([])


def _draw_theme(
    ax: Axes, at: int, rows: pd.DataFrame, keys: list[str], lang: Language
) -> None:
    """Draw the layers of one theme below each other, and the way between them."""
    own = rows[rows["shown"] & rows["value"].notna()].set_index("layer")
    if own.empty:
        canvas.write_instead(ax, at, say("disclosure.not_shown", lang))
        return
    own = own.reindex(keys)
    x, n = own["value"].to_numpy(dtype=float), own["n"].to_numpy(dtype=float)
    y = at + _APART * ((len(keys) - 1) / 2 - np.arange(len(keys)))
    known = np.isfinite(x)
    ax.plot(x[known], y[known], color=canvas.LINE, linewidth=1.4, zorder=2)
    for place in known.nonzero()[0]:
        draw_mark(ax, x[place], y[place], MARKS[place])
        _write_n(ax, x[place], y[place], n[place], lang)


def _write_n(ax: Axes, x: float, y: float, n: float, lang: Language) -> None:
    """Write beside a mark how many judged."""
    ax.annotate(
        say("figures.n", lang, n=f"{n:.0f}"),
        (x, y),
        xytext=(9, 0),
        textcoords="offset points",
        va="center",
        fontsize=canvas.SMALL,
        color=canvas.MUTED,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
        annotation_clip=False,
    )


class _Words:
    """Say the figure in a language: its kind, every theme, and what is hidden."""

    def __init__(
        self,
        table: Protected,
        data: pd.DataFrame,
        layers: Sequence[str] | Mapping[str, str | Label],
        names: Mapping[str, str | Label],
    ) -> None:
        self.table, self.data, self.layers, self.names = table, data, layers, names

    def __call__(self, lang: Language) -> str:
        themes = dict.fromkeys(self.data["theme"])
        order = {key: place for place, key in enumerate(self.layers)}
        says = [say("figures.alt_layers", lang, rows=len(themes))]
        for theme in themes:
            own = self.data[self.data["shown"] & self.data["theme"].eq(theme)]
            own = own.sort_values("layer", key=lambda each: each.map(order))
            name = canvas.in_words(self.names.get(theme, theme), lang)
            told = "; ".join(self._layer(row, lang) for _, row in own.iterrows())
            if told:
                says.append(say("figures.alt_gap", lang, name=name, groups=told))
        return " ".join([*says, self.table.sentence(lang)])

    def _layer(self, row: pd.Series, lang: Language) -> str:
        value = number(float(row["value"]), self.table.digits, lang)
        name = _called(self.layers, row["layer"], lang)
        return say("figures.alt_group", lang, name=name, value=value, n=int(row["n"]))

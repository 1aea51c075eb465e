"""How each item hangs on its factor, with intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from tillit_eval.figures import canvas
from tillit_eval.figures.drawn import record
from tillit_eval.figures.rows import read_rows
from tillit_eval.findings import NotAnswered, source_of
from tillit_eval.phrases import Label, Language, language, number, percent, say
from tillit_eval.quality.factors import FactorModel, Loading

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

Names = Mapping[str, str | Label]

_BETWEEN = 0.95  # rows a factor's name takes
_AMOUNT = 8


class Row(NamedTuple):
    """One loading at a height, and what its item and factor are called."""

    at: float
    loading: Loading
    item: str
    factor: str
    first: bool


def plot_loadings(
    finding: FactorModel,
    *,
    labels: Names | None = None,
    title: str | Label | None = None,
    lang: Language | None = None,
    ax: Axes | None = None,
) -> Axes:
    r"""How strongly does each item hang on its factor, and how sure is that?

    One row per loading, under the name of its factor: a dot at the standardised
    loading with its interval, its value at the right, and a line at zero. An item
    of which the model leaves less than nothing (a Heywood case) has an open mark
    and says so. How well the whole model fits stands below.

    Parameters
    ----------
    finding : FactorModel
        What `assess_structure` returned.
    labels : mapping of str to str or Label, optional
        Names of items and factors; their keys by default.
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
        If it is not one factor model.

    See Also
    --------
    plot_items : Correlations with the sum of the others, without a model.

    Examples
    --------
    >>> import matplotlib, numpy as np, pandas as pd
    >>> matplotlib.use("Agg")
    >>> from tillit_eval.quality import assess_structure
    >>> rng = np.random.default_rng(1)
    >>> rows = pd.DataFrame(rng.normal(size=(300, 1)) + rng.normal(size=(300, 3)),
    ...     columns=["t1", "t2", "t3"])
    >>> ax = plot_loadings(assess_structure(rows, {"trust": ["t1", "t2", "t3"]}))
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['t1', 't2', 't3']
    """
    lang = language(lang)
    (guarded,) = _read(finding)
    rows = [] if isinstance(guarded, NotAnswered) else _rows(guarded, labels, lang)
    names = [row.item for row in rows] or [guarded.name(lang)]
    top = rows[0].at if rows else 1.0
    ax = canvas.paper(ax, rows=top + 0.6, row=0.3, rest=1.5, names=names)
    canvas.clean(ax)
    wrapped = [canvas.wrap(name, canvas.NAME) for name in names]
    ax.set_yticks([row.at for row in rows] or [1.0], wrapped)
    ax.set_ylim(0.4, top + (1.4 if rows and rows[0].first else 0.6))
    if isinstance(guarded, NotAnswered):
        canvas.write_instead(ax, 1.0, canvas.reason_in_words(guarded, lang))
        canvas.write_ticks(ax, 0.0, 1.0, lang)
    else:
        limits = _limits(rows)
        canvas.write_ticks(ax, *limits, lang)
        for row in rows:
            _draw(ax, row, guarded, limits, lang)
        canvas.name_axis(ax, _axis(guarded, lang))
    ax.axvline(0.0, color=canvas.INK, linewidth=0.9, zorder=1.5)
    canvas.finish(ax, source_of([guarded]), lang, title=title)
    return record(ax, _data(rows), Words(guarded, labels))


def _read(finding: object) -> Sequence[FactorModel | NotAnswered]:
    return read_rows(
        finding,  # type: ignore[arg-type]
        FactorModel,
        kind="loadings",
        expected="what assess_structure returns, one model at a time",
        to_fix="give te.assess_structure(responses, model)",
    )[:1]


def _rows(model: FactorModel, labels: Names | None, lang: Language) -> list[Row]:
    """Place each loading, the first on top, with room for names of factors."""
    several = len(model.factors) > 1
    items = canvas.names_in_words([x.item for x in model.loadings], labels, lang)
    factors = canvas.names_in_words([x.factor for x in model.loadings], labels, lang)
    changes = [
        i == 0 or one.factor != model.loadings[i - 1].factor
        for i, one in enumerate(model.loadings)
    ]
    height = len(items) + _BETWEEN * (sum(changes) - 1) * several
    rows: list[Row] = []
    for one, item, factor, first in zip(
        model.loadings, items, factors, changes, strict=True
    ):
        height -= _BETWEEN * (first and several and bool(rows))
        rows.append(Row(height, one, item, factor, first and several))
        height -= 1
    return rows


def _limits(rows: Sequence[Row]) -> tuple[float, float]:
    ends = [row.loading.standardised_interval for row in rows]
    low = min(0.0, *(max(end.low, -1.5) for end in ends))
    high = max(1.0, *(min(end.high, 1.5) for end in ends))
    return low - (0.05 if low < 0 else 0.0), high + 0.02


def _draw(
    ax: Axes, row: Row, model: FactorModel, limits: tuple[float, float], lang: Language
) -> None:
    one = row.loading
    improper = one.item in model.improper
    canvas.draw_interval(
        ax,
        row.at,
        one.standardised_interval,
        1.0,
        limits,
        canvas.BLUE,
        width=1.8,
        dashed=improper,
    )
    ax.plot(
        [one.standardised],
        [row.at],
        "o",
        color=canvas.BLUE,
        markerfacecolor="white" if improper else canvas.BLUE,
        markersize=7.0,
        zorder=4,
    )
    canvas.beside(ax, row.at, _amount(one, lang), at=_AMOUNT, bold=improper)
    if row.first:
        ax.annotate(
            row.factor,
            (0, row.at + 0.85),
            xycoords=("axes fraction", "data"),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=canvas.NORMAL,
            fontweight="bold",
            color=canvas.INK,
            zorder=5,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
        )


def _amount(one: Loading, lang: Language) -> str:
    around = one.standardised_interval
    return say(
        "factors.figure_amount",
        lang,
        loading=number(one.standardised, 2, lang),
        low=number(around.low, 2, lang),
        high=number(around.high, 2, lang),
    )


def _axis(model: FactorModel, lang: Language) -> str:
    """Say what the axis measures, of whom, and how well the model fits."""
    text = say(
        "factors.figure_axis",
        lang,
        level=percent(model.loadings[0].standardised_interval.level, 0, lang),
        n=model.count(model.n_people, lang),
    )
    says = [text, model.fit_in_words(lang)]
    if model.improper:
        says.append(say("factors.figure_improper", lang))
    return "\n".join(says)


def _data(rows: Sequence[Row]) -> pd.DataFrame:
    import pandas as pd

    columns = ["factor", "item", "standardised", "low", "high"]
    return pd.DataFrame(
        [
            (
                row.loading.factor,
                row.loading.item,
                row.loading.standardised,
                row.loading.standardised_interval.low,
                row.loading.standardised_interval.high,
            )
            for row in rows
        ],
        columns=columns,
    )


class Words:
    """Say the figure in a language: every loading, and how well the model fits."""

    def __init__(
        self, finding: FactorModel | NotAnswered, labels: Names | None
    ) -> None:
        self.finding, self.labels = finding, labels

    def __call__(self, lang: Language) -> str:
        """Return the whole figure as one text."""
        finding = self.finding
        if isinstance(finding, NotAnswered):
            return canvas.silent_in_words(finding, lang)
        rows = _rows(finding, self.labels, lang)
        says = [say("factors.figure_alt", lang, rows=len(rows))]
        says += [
            say(
                "factors.figure_alt_row",
                lang,
                item=row.item,
                factor=row.factor,
                amount=_amount(row.loading, lang),
            )
            for row in rows
        ]
        return " ".join([*says, finding.sentence(lang)])

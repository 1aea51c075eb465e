"""What was drawn: the data behind an Axes, and its words for who cannot see it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from tillit_eval.errors import DataProblem, kind_of
from tillit_eval.phrases import Language, language

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """What one Axes shows.

    Attributes
    ----------
    data : DataFrame
        The numbers drawn, guarded: what is not shown is missing here too.
    words : callable
        Says the figure in a language.
    """

    data: pd.DataFrame
    words: Callable[[Language], str]


# An Axes that is gone takes its entry with it.
_DRAWN: WeakKeyDictionary[Axes, Drawn] = WeakKeyDictionary()


def record(ax: Axes, data: pd.DataFrame, words: Callable[[Language], str]) -> Axes:
    """Remember what was drawn on an Axes, and return it."""
    from matplotlib.text import Text

    # A name that holds two dollar signs is a name, not a formula.
    for text in ax.findobj(Text):
        text.set_parse_math(False)
    _DRAWN[ax] = Drawn(data, words)
    return ax


def figure_data(ax: Axes) -> pd.DataFrame:
    """Which numbers were drawn?

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Axes returned by a ``plot_`` function.

    Returns
    -------
    DataFrame
        A copy of the guarded data behind the marks, one row per mark.

    Raises
    ------
    DataProblem
        If the Axes was not drawn by a ``plot_`` function.

    See Also
    --------
    alt_text : The same in words.

    Examples
    --------
    >>> import pandas as pd, matplotlib
    >>> matplotlib.use("Agg")
    >>> units = pd.DataFrame({"unit": ["North"], "start": ["2014-03-01"]})
    >>> from tillit_eval.figures import plot_rollout
    >>> figure_data(plot_rollout(units))["unit"].tolist()
    ['North']
    """
    return _find(ax).data.copy()


def alt_text(ax: Axes, lang: Language | None = None) -> str:
    """Say what a figure shows, for those who cannot see it.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Axes returned by a ``plot_`` function.
    lang : {"en", "sv"}, optional
        The language; the current one by default.

    Returns
    -------
    str
        What kind of figure it is and what each mark says; obeys the floor.

    Raises
    ------
    DataProblem
        If the Axes was not drawn by a ``plot_`` function.

    See Also
    --------
    figure_data : The numbers.

    Examples
    --------
    >>> import pandas as pd, matplotlib
    >>> matplotlib.use("Agg")
    >>> units = pd.DataFrame({"unit": ["North"], "start": ["2014-03-01"]})
    >>> from tillit_eval.figures import plot_rollout
    >>> alt_text(plot_rollout(units), "en")[:41]
    'Roll-out chart of 1 units over time. Nort'
    """
    return _find(ax).words(language(lang))


def drawn_axes(figure: Figure) -> list[Axes]:
    """List the Axes of a figure that the ``plot_`` functions drew.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Any figure.

    Returns
    -------
    list of matplotlib.axes.Axes
        In the order of the figure; empty if none is ours.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> drawn_axes(Figure())
    []
    """
    return [ax for ax in figure.axes if ax in _DRAWN]


def _find(ax: Axes) -> Drawn:
    try:
        return _DRAWN[ax]
    except (KeyError, TypeError):
        raise DataProblem(
            "Nothing is known about these Axes.",
            expected="Axes returned by one of the plot_ functions",
            found=f"{kind_of(ax)} drawn by something else",
            to_fix="keep what plot_changes and its sisters return",
        ) from None

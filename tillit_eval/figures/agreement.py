"""How far raters agree, or how far one role lies above another, row by row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Literal, get_args

from tillit_eval.errors import check_option
from tillit_eval.figures import canvas
from tillit_eval.figures.drawn import record
from tillit_eval.figures.rows import RowsInWords, draw_rows, read_rows
from tillit_eval.findings import Finding, Interval, source_of
from tillit_eval.phrases import Label, Language, language, number, percent, say
from tillit_eval.quality.agreement import Agreement

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

Shown = Literal["coefficient", "bias"]


def plot_agreement(
    findings: Finding | Iterable[Finding],
    *,
    show: Shown = "coefficient",
    title: str | Label | None = None,
    lang: Language | None = None,
    ax: Axes | None = None,
) -> Axes:
    r"""How far do raters agree, or how far does one role lie above the other?

    One row per finding, for example per criterion. ``"coefficient"`` draws each
    coefficient with its interval from where chance alone would lead, zero, to
    full agreement, one; dotted lines are the steps of a published guide, if all
    rows have the same. ``"bias"`` draws the mean difference of two roles with its
    interval, thick, and its limits of agreement, thin. To see the pairs
    themselves, draw `plot_crosstab`.

    Parameters
    ----------
    findings : Agreement, Findings or iterable of Finding
        What `assess_agreement` returned.
    show : {"coefficient", "bias"}, default "coefficient"
        What is drawn.
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
        If nothing is given, a finding is about something else, or has no bias.

    See Also
    --------
    plot_crosstab : Every pair of steps of two raters.
    plot_gaps : Means of groups beside each other.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("Agg")
    >>> found = Agreement(scale="play", estimate=0.47, interval=Interval(0.1, 0.7),
    ...     coefficient="kappa", n_targets=45, n_people=45, n_cells=45, n_raters=56,
    ...     k=2.0, source="real")
    >>> [text.get_text() for text in plot_agreement(found).texts]
    ['n = 45']
    """
    lang = language(lang)
    check_option("show", show, get_args(Shown))
    guarded = read_rows(
        findings,
        Agreement,
        kind="agreement",
        expected="what assess_agreement returns; for a bias, between two roles",
        to_fix='give te.assess_agreement(ratings, between=["self", "observer"])',
        fits=lambda found: show == "coefficient" or found.limits is not None,
    )
    found = [finding for finding in guarded if isinstance(finding, Agreement)]
    ends = _ends(found, show)
    draw = _draw_bias if show == "bias" else partial(_draw_coefficient, ends=ends)
    ax = draw_rows(ax, guarded, draw, lang, row=0.38, rest=1.1)
    if found:
        canvas.write_ticks(ax, *ends, lang)
        ax.axvline(0.0, color=canvas.INK, linewidth=0.9, zorder=1.5)
        name = _bias_axis if show == "bias" else _coefficient_axis
        canvas.name_axis(ax, name(ax, found, lang))
    else:
        ax.set_xticks([])
    canvas.finish(ax, source_of(guarded), lang, title=title)
    say_one = _say_bias if show == "bias" else _say_coefficient
    words = RowsInWords(f"agreement.alt_{show}", guarded, say_one)
    return record(ax, _data(guarded, lang), words)


def _ends(found: Sequence[Agreement], show: Shown) -> tuple[float, float]:
    """Return the ends of the axis: zero and one, or zero and every limit."""
    if show == "coefficient":
        lows = [f.interval.low if f.interval else f.estimate for f in found]
        return max(min([0.0, *lows]) - 0.04, -1.0), 1.0
    limits = [f.limits for f in found if f.limits is not None]
    low = min([0.0, *(limit.low for limit in limits)])
    high = max([0.0, *(limit.high for limit in limits)])
    room = 0.06 * (high - low)
    return low - room, high + room


def _draw_coefficient(
    ax: Axes,
    row: int,
    found: Agreement,
    lang: Language,
    *,
    ends: tuple[float, float],
) -> None:
    if found.interval is not None:
        canvas.draw_interval(ax, row, found.interval, 1.0, ends, canvas.BLUE, width=2.2)
    ax.plot([found.estimate], [row], "o", color=canvas.BLUE, markersize=7.5, zorder=4)
    _write_n(ax, row, found, lang)


def _draw_bias(ax: Axes, row: int, found: Agreement, lang: Language) -> None:
    """Draw the limits of agreement thin, the interval of the bias thick."""
    limits, interval = found.limits, found.bias_interval
    if limits is None or interval is None or found.bias is None:
        return
    ax.plot([limits.low, limits.high], [row, row], color=canvas.LINE, linewidth=1.3)
    for end in (limits.low, limits.high):
        ax.plot([end, end], [row - 0.16, row + 0.16], color=canvas.LINE, linewidth=1.3)
    ax.plot(
        [interval.low, interval.high],
        [row, row],
        color=canvas.BLUE,
        linewidth=4.5,
        solid_capstyle="butt",
        zorder=3,
    )
    ax.plot(
        [found.bias],
        [row],
        "o",
        markersize=7.5,
        markerfacecolor="white",
        markeredgecolor=canvas.BLUE,
        markeredgewidth=1.8,
        zorder=4,
    )
    _write_n(ax, row, found, lang)


def _write_n(ax: Axes, row: int, found: Agreement, lang: Language) -> None:
    n = found.count(found.n_targets, lang)
    canvas.beside(ax, row, say("figures.n", lang, n=n))


def _coefficient_axis(ax: Axes, found: Sequence[Agreement], lang: Language) -> str:
    """Draw the steps of the guide that all rows share; say what the axis measures."""
    names = {one.coefficient_in_words(lang) for one in found}
    guides = {one.guide_steps() for one in found}
    name = names.pop() if len(names) == 1 else say("agreement.coefficients", lang)
    name = name[:1].upper() + name[1:]
    text = say("agreement.axis_coefficient", lang, name=name, level=_level(found, lang))
    if len(guides) == 1:
        for step in guides.pop():
            ax.axvline(step, color=canvas.MUTED, linewidth=0.9, linestyle=(0, (1, 2.5)))
        source = found[0].guide_source(lang)
        text += "\n" + say("agreement.axis_guide", lang, source=source)
    return text


def _bias_axis(ax: Axes, found: Sequence[Agreement], lang: Language) -> str:
    del ax
    pairs = {(one.role_name(True, lang), one.role_name(False, lang)) for one in found}
    if len(pairs) == 1:
        first, second = pairs.pop()
    else:
        first, second = (say(f"agreement.{at}", lang) for at in ("first", "second"))
    level = _level(found, lang)
    return say("agreement.axis_bias", lang, first=first, second=second, level=level)


def _level(found: Sequence[Agreement], lang: Language) -> str:
    levels = {one.interval.level for one in found if one.interval is not None}
    return " / ".join(percent(level, 0, lang) for level in sorted(levels))


def _data(guarded: Sequence[Finding], lang: Language) -> pd.DataFrame:
    import pandas as pd

    def ends(interval: Interval | None, name: str) -> dict[str, float | None]:
        low, high = (interval.low, interval.high) if interval else (None, None)
        return {f"{name}_low": low, f"{name}_high": high}

    def row(finding: Finding) -> dict[str, object]:
        start: dict[str, object] = {"scale": finding.scale, "name": finding.name(lang)}
        if not isinstance(finding, Agreement):
            return start | {"shown": False}
        return {
            **start,
            "coefficient": finding.coefficient,
            "estimate": finding.estimate,
            **ends(finding.interval, "interval"),
            "bias": finding.bias,
            **ends(finding.bias_interval, "bias"),
            **ends(finding.limits, "limits"),
            "n_targets": finding.n_targets,
            "shown": True,
        }

    return pd.DataFrame([row(finding) for finding in guarded])


def _say_coefficient(found: Agreement, name: str, lang: Language) -> str:
    return say(
        "agreement.alt_row",
        lang,
        name=name,
        coefficient=found.coefficient_in_words(lang),
        estimate=number(found.estimate, 2, lang),
        interval=found.interval_in_words(lang),
        n=found.count(found.n_targets, lang),
    )


def _say_bias(found: Agreement, name: str, lang: Language) -> str:
    if found.bias is None or found.bias_interval is None or found.limits is None:
        return ""
    return say(
        "agreement.alt_row_bias",
        lang,
        name=name,
        first=found.role_name(True, lang),
        second=found.role_name(False, lang),
        bias=number(found.bias, 2, lang, sign=True),
        interval=found.bias_interval.say(lang),
        low=number(found.limits.low, 1, lang),
        high=number(found.limits.high, 1, lang),
        n=found.count(found.n_targets, lang),
    )

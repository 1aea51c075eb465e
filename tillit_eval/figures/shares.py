"""Shares with their intervals, from 0 to 100 per cent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tillit_eval.figures import canvas
from tillit_eval.figures.drawn import record
from tillit_eval.figures.rows import RowsInWords, draw_rows, read_rows
from tillit_eval.findings import Change, Estimate, Finding, source_of
from tillit_eval.phrases import Label, Language, language, number, percent, say
from tillit_eval.quality.shares import Share

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def plot_shares(
    findings: Finding | Iterable[Finding],
    *,
    title: str | Label | None = None,
    lang: Language | None = None,
    ax: Axes | None = None,
) -> Axes:
    """How large is each share, and how large may it be?

    One row per finding, the first on top, on an axis from 0 to 100 per cent: a
    dot with its interval and, at the right, how many of how many. The interval
    of 0 of 3 reaches far; that is what the figure is for.

    Parameters
    ----------
    findings : Share, Findings or iterable of Finding
        Shares (``unit_of_measure="share"``) and `NotAnswered`, in reading order.
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
        If nothing is given, or a finding is no share.

    See Also
    --------
    plot_changes : For changes, also of shares.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("Agg")
    >>> from tillit_eval.quality.shares import assess_share
    >>> share = assess_share(0, of=3, scale="noticed", source="published")
    >>> [text.get_text() for text in plot_shares(share).texts]
    ['0 of 3']
    """
    lang = language(lang)
    guarded = read_rows(
        findings,
        Estimate,
        kind="shares",
        expected="findings whose unit of measure is a share",
        to_fix="use plot_changes for changes, or another plot_ function",
        fits=_is_share,
    )
    ax = draw_rows(ax, guarded, _draw_share, lang)
    ax.set_xlim(-0.02, 1.02)
    ticks = (0.0, 0.25, 0.5, 0.75, 1.0)
    ax.set_xticks(ticks, [percent(tick, 0, lang) for tick in ticks])
    ax.axvline(0.0, color=canvas.INK, linewidth=0.9, zorder=1.5)
    canvas.name_axis(ax, _axis(guarded, lang))
    canvas.finish(ax, source_of(guarded), lang, title=title)
    words = RowsInWords("figures.alt_shares", guarded, _say_share)
    return record(ax, _data(guarded, lang), words)


def _is_share(finding: Estimate) -> bool:
    return not isinstance(finding, Change) and finding.unit_of_measure == "share"


def _draw_share(ax: Axes, row: int, share: Estimate, lang: Language) -> None:
    """Draw one share on its row."""
    if share.interval is not None:
        ax.plot(
            [share.interval.low, share.interval.high],
            [row, row],
            color=canvas.BLUE,
            linewidth=2.2,
            solid_capstyle="butt",
            zorder=3,
        )
    ax.plot([share.estimate], [row], "o", color=canvas.BLUE, markersize=8, zorder=4)
    canvas.beside(ax, row, _count(share, lang), bold=True)


def _count(share: Estimate, lang: Language) -> str:
    """Write how many of how many; only the number of people if that is unknown."""
    n = share.count(share.n_people, lang)
    if not isinstance(share, Share):
        return say("figures.n", lang, n=n)
    # A share that may be shown has enough people on either side of it.
    return say("figures.of", lang, yes=number(share.n_count, 0, lang), n=n)


def _axis(guarded: Sequence[Finding], lang: Language) -> str:
    levels = sorted(
        {f.interval.level for f in guarded if isinstance(f, Estimate) and f.interval}
    )
    text = say("figures.share", lang)
    if not levels:
        return text
    level = " / ".join(percent(level, 0, lang) for level in levels)
    return f"{text}, {say('figures.with_interval', lang, level=level)}"


def _data(guarded: Sequence[Finding], lang: Language) -> pd.DataFrame:
    import pandas as pd

    rows: list[dict[str, object]] = []
    for finding in guarded:
        row: dict[str, object] = {"scale": finding.scale, "name": finding.name(lang)}
        if isinstance(finding, Estimate):
            interval = finding.interval
            row |= {
                "estimate": finding.estimate,
                "low": interval.low if interval else None,
                "high": interval.high if interval else None,
                "level": interval.level if interval else None,
                "n_people": finding.n_people,
            }
        rows.append(row | {"shown": isinstance(finding, Estimate)})
    return pd.DataFrame(rows)


def _say_share(share: Estimate, name: str, lang: Language) -> str:
    return say(
        "figures.alt_share",
        lang,
        name=name,
        amount=share.amount(share.estimate, lang),
        interval=share.interval_in_words(lang),
        of=_count(share, lang),
    )

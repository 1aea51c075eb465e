"""Shares with their intervals, from 0 to 100 per cent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tillit_eval.disclosure import guard_findings
from tillit_eval.errors import DataProblem, few
from tillit_eval.figures import canvas
from tillit_eval.figures.drawn import record
from tillit_eval.findings import Change, Estimate, Finding, NotAnswered, source_of
from tillit_eval.phrases import Label, Language, language, percent, say
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
    guarded = _check(findings)
    names = [finding.name(lang) for finding in guarded]
    ax = canvas.paper(ax, rows=len(guarded), rest=1.0, names=names)
    canvas.clean(ax)
    canvas.name_rows(ax, names)
    for row, finding in zip(range(len(guarded), 0, -1), guarded, strict=True):
        if isinstance(finding, Estimate):
            _draw_share(ax, row, finding, lang)
        elif isinstance(finding, NotAnswered):
            canvas.write_instead(ax, row, canvas.reason_in_words(finding, lang))
    ax.set_xlim(-0.02, 1.02)
    ticks = (0.0, 0.25, 0.5, 0.75, 1.0)
    ax.set_xticks(ticks, [percent(tick, 0, lang) for tick in ticks])
    ax.axvline(0.0, color=canvas.INK, linewidth=0.9, zorder=1.5)
    canvas.name_axis(ax, _axis(guarded, lang))
    canvas.finish(ax, source_of(guarded), lang, title=title)
    return record(ax, _data(guarded, lang), _Words(guarded))


def _check(findings: Finding | Iterable[Finding]) -> list[Finding]:
    """Return what may be drawn, in order; refuse what is no share."""
    guarded = list(guard_findings(findings))
    wrong = [f for f in guarded if not isinstance(f, NotAnswered) and not _is_share(f)]
    if not guarded or wrong:
        raise DataProblem(
            "There is nothing here that can be drawn as shares.",
            expected="findings whose unit of measure is a share",
            found=few(sorted({type(f).__name__ for f in wrong}))
            if wrong
            else "no finding",
            to_fix="use plot_changes for changes, or another plot_ function",
        )
    return guarded


def _is_share(finding: Finding) -> bool:
    return (
        isinstance(finding, Estimate)
        and not isinstance(finding, Change)
        and finding.unit_of_measure == "share"
    )


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
    return say("figures.of", lang, yes=share.count(share.n_count, lang), n=n)


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


class _Words:
    """Say the figure in a language: its kind, then every finding."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = findings

    def __call__(self, lang: Language) -> str:
        head = say("figures.alt_shares", lang, rows=len(self.findings))
        mark = canvas.mark_in_words(source_of(self.findings), lang)
        return " ".join([head, *(self._one(f, lang) for f in self.findings), *mark])

    def _one(self, finding: Finding, lang: Language) -> str:
        if isinstance(finding, NotAnswered):
            return canvas.silent_in_words(finding, lang)
        if not isinstance(finding, Estimate):
            return ""
        return say(
            "figures.alt_share",
            lang,
            name=finding.name(lang),
            amount=finding.amount(finding.estimate, lang),
            interval=finding.interval_in_words(lang),
            of=_count(finding, lang),
        )

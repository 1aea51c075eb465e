"""How strict each role judged, round after round, beside another role."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from tillit_eval.errors import DataProblem
from tillit_eval.figures import canvas
from tillit_eval.figures.drawn import record
from tillit_eval.figures.marks import MARKS, draw_key, draw_mark
from tillit_eval.findings import Finding, Findings, source_of
from tillit_eval.phrases import Label, Language, language, number, percent, say
from tillit_eval.quality import Severity

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def plot_severity(
    findings: Iterable[Finding],
    *,
    title: str | Label | None = None,
    lang: Language | None = None,
    ax: Axes | None = None,
) -> Axes:
    r"""How much milder or stricter did each role judge, round after round?

    One mark per role and round with its interval, above the line where the role
    judges higher than the one it is compared with, below it where it judges lower.
    Under each round stands how many targets both judged. Nothing is fitted: whether a
    role has moved is asked of the same targets by `assess_severity_drift`.

    Parameters
    ----------
    findings : Findings
        From ``assess_severity(..., by_round=True)``.
    title : str or Label, optional
        Written above, at the left.
    lang : {"en", "sv"}, optional
        The language; the current one by default.
    ax : matplotlib.axes.Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on. `figure_data` and `alt_text` know what it shows.

    Raises
    ------
    DataProblem
        If there is no severity to draw, roles are compared with several others, or a
        role has a round twice.

    See Also
    --------
    plot_rounds : The means themselves.

    Examples
    --------
    >>> import matplotlib, pandas as pd
    >>> matplotlib.use("Agg")
    >>> from tillit_eval.quality import assess_severity
    >>> rows = [(t, f"{who}{t}", who, y, (t * k + y) % 4) for t in range(12)
    ...     for k, who in ((1, "self"), (2, "observer")) for y in (1, 2)]
    >>> said = pd.DataFrame(rows,
    ...     columns=["target", "rater", "rater_role", "round", "value"])
    >>> roles = ["self", "observer"]
    >>> ax = plot_severity(assess_severity(said, between=roles, by_round=True))
    >>> [tick.get_text() for tick in ax.get_xticklabels()]
    ['1\n12', '2\n12']
    """
    lang = language(lang)
    given = [one for one in Findings(findings) if isinstance(one, Severity)]
    _check(given)
    rounds = list(dict.fromkeys(one.round for one in given))
    roles = {one.scale: one.name(lang) for one in given}
    ax = canvas.paper(ax, rows=8)
    canvas.clean(ax, grid=False)
    ax.grid(axis="y", color=canvas.GRID, linewidth=0.8)
    ax.set_axisbelow(True)
    shown = [one for one in given if one.is_shown]
    _set_heights(ax, shown, lang)
    ax.axhline(0.0, color=canvas.INK, linewidth=0.9, zorder=1.5)
    canvas.beside(ax, 0.0, canvas.wrap(given[0].against.say(lang), 18), at=4)
    for one in shown:
        _draw(ax, one, rounds, list(roles))
    _write_rounds(ax, given, rounds, list(roles))
    canvas.name_axis(ax, _note(given, lang))
    against = say("severity.figure_measure", lang, against=given[0].against)
    above = draw_key(ax, list(roles.values()))
    ax.annotate(
        against,
        (0, 1),
        xycoords="axes fraction",
        xytext=(0, above + 3),
        textcoords="offset points",
        fontsize=canvas.SMALL,
        color=canvas.MUTED,
    )
    source = source_of(given)
    canvas.finish(ax, source, lang, title=title, above=above)
    return record(ax, _data_of(given), _Words(given))


def _check(given: list[Severity]) -> None:
    """Refuse what cannot be drawn as one row of marks per role."""
    keys = [(one.scale, one.round) for one in given]
    others = {one.against for one in given}
    roles = {one.scale for one in given}
    if not given or len(set(keys)) < len(keys) or len(others) > 1:
        raise DataProblem(
            "These findings cannot be drawn as severity over rounds.",
            expected="what assess_severity(..., by_round=True) returns, of one call",
            found=f"{len(given)} findings on severity, {len(others)} roles that they "
            "are compared with",
            to_fix="draw the findings of one call",
        )
    if len(roles) > len(MARKS):
        raise DataProblem(
            "There are too many roles for one figure.",
            expected=f"at most {len(MARKS)}",
            found=f"{len(roles)}",
            to_fix="ask of fewer roles at a time",
        )


def _set_heights(ax: Axes, shown: list[Severity], lang: Language) -> None:
    """Set the vertical limits, zero among them, and write them in the language."""
    from matplotlib.ticker import MaxNLocator

    ends = [end for one in shown for end in _ends(one)] + [0.0]
    low, high = min(ends), max(ends)
    room = 0.08 * (high - low) or 0.5
    places = MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    kept = [float(at) for at in places if low - room <= at <= high + room]
    digits = (
        2 if len(kept) > 1 and round(kept[1] - kept[0], 1) != kept[1] - kept[0] else 1
    )
    ax.set_ylim(low - room, high + room)
    ax.set_yticks(kept, [number(at, digits, lang, sign=True) for at in kept])


def _ends(one: Severity) -> tuple[float, float]:
    if one.interval is None:
        return one.estimate, one.estimate
    return one.interval.low, one.interval.high


def _draw(ax: Axes, one: Severity, rounds: list[str], roles: list[str]) -> None:
    place = roles.index(one.scale)
    x = rounds.index(one.round) + 0.16 * (place - (len(roles) - 1) / 2)
    ax.plot([x, x], _ends(one), color=canvas.INK, linewidth=1.4, zorder=2)
    draw_mark(ax, x, one.estimate, MARKS[place])


def _write_rounds(
    ax: Axes, given: list[Severity], rounds: list[str], roles: list[str]
) -> None:
    """Write each round, and under it how many targets both roles judged."""
    n = {(one.scale, one.round): _targets(one) for one in given}
    rows = [[n.get((role, name), "–") for role in roles] for name in rounds]
    if all(len(set(row)) == 1 for row in rows):
        rows = [row[:1] for row in rows]
    ticks = ["\n".join([name, *row]) for name, row in zip(rounds, rows, strict=True)]
    ax.set_xticks(range(len(rounds)), ticks)
    ax.set_xlim(-0.5, len(rounds) - 0.5)


def _targets(one: Severity) -> str:
    return f"{one.n_units}" if one.is_shown else "–"


def _note(given: list[Severity], lang: Language) -> str:
    """Say what stands under the axis, and that something is not shown."""
    level = next((one.interval.level for one in given if one.interval), 0.95)
    text = say("severity.figure_axis", lang, level=percent(level, 0, lang))
    if not all(one.is_shown for one in given):
        text += " " + say("severity.figure_gap", lang)
    return text


def _data_of(given: list[Severity]) -> pd.DataFrame:
    """Return the numbers drawn; what is not shown is missing."""
    import pandas as pd

    rows = [
        {
            "role": one.scale,
            "round": one.round,
            "estimate": one.estimate if one.is_shown else np.nan,
            "low": _ends(one)[0] if one.is_shown else np.nan,
            "high": _ends(one)[1] if one.is_shown else np.nan,
            "n": one.n_units if one.is_shown else None,
        }
        for one in given
    ]
    return pd.DataFrame(rows)


class _Words:
    """Say the figure in a language: role by role, round by round."""

    def __init__(self, given: list[Severity]) -> None:
        self.given = given

    def __call__(self, lang: Language) -> str:
        first = self.given[0]
        says = [say("severity.alt_severity", lang, against=first.against)]
        for role in dict.fromkeys(one.scale for one in self.given):
            own = [one for one in self.given if one.scale == role]
            told = "; ".join(self._mark(one, lang) for one in own)
            says.append(f"{own[0].name(lang)}: {told}.")
        return " ".join([*says, *canvas.mark_in_words(source_of(self.given), lang)])

    def _mark(self, one: Severity, lang: Language) -> str:
        if not one.is_shown:
            return f"{one.round}: {say('severity.alt_hidden', lang)}"
        value = number(one.estimate, 2, lang, sign=True)
        return (
            f"{one.round}: {value} ({one.interval_in_words(lang)}, n = {one.n_units})"
        )

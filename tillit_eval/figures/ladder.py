"""The ladder of measurement invariance: the step reached, and what each step cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tillit_eval.errors import DataProblem, kind_of
from tillit_eval.figures import canvas, marks
from tillit_eval.figures.drawn import record
from tillit_eval.phrases import Label, Language, language, number, say
from tillit_eval.quality.invariance import STEPS, Invariance, Rung, words

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

# Where marks that lie further out are drawn, as arrows.
_LOW, _HIGH = -1.0, 5.0
_INDICES = ("cfi", "rmsea", "srmr")


def plot_ladder(
    found: Invariance,
    *,
    title: str | Label | None = None,
    lang: Language | None = None,
    ax: Axes | None = None,
) -> Axes:
    """How far up does a scale measure the same, and what did each step cost?

    One row per step, the lowest at the bottom; a step that is kept has a grey band.
    The marks say by how much the fit is worse than on the step below, in multiples
    of the published guide, which is the dashed line: a guide, not a test. At the
    right stand the verdict and the p value of the difference.

    Parameters
    ----------
    found : Invariance
        What `assess_invariance` returned.
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
        If it is not such a finding.

    See Also
    --------
    table_invariance : The numbers.

    Examples
    --------
    >>> import matplotlib, numpy as np, pandas as pd
    >>> matplotlib.use("Agg")
    >>> from tillit_eval.quality import assess_invariance
    >>> rng = np.random.default_rng(3)
    >>> trust = rng.normal(size=(900, 1))
    >>> answers = pd.DataFrame(trust + rng.normal(size=(900, 4)), columns=list("abcd"))
    >>> answers["wave"] = ["2019", "2021"] * 450
    >>> ax = plot_ladder(assess_invariance(answers, list("abcd"), wave="wave"))
    >>> [tick.get_text().split(":")[0] for tick in ax.get_yticklabels()]
    ['strict step', 'scalar step', 'metric step', 'configural step']
    """
    lang = language(lang)
    if not isinstance(found, Invariance):
        raise DataProblem(
            "This is not a ladder of measurement invariance.",
            expected="what assess_invariance returns",
            found=kind_of(found),
            to_fix="give te.assess_invariance(responses, items, wave=...)",
        )
    rows = _rows(found)
    names = [_name(row, lang) for row in rows]
    ax = canvas.paper(ax, rows=len(rows), row=0.5, rest=1.45, names=names)
    canvas.clean(ax)
    canvas.name_rows(ax, names)
    for place, row in zip(range(len(rows), 0, -1), rows, strict=True):
        if isinstance(row, Rung):
            _draw_rung(ax, place, row, lang)
        else:
            canvas.write_instead(ax, place, say("invariance.ladder_not_tried", lang))
    canvas.write_ticks(ax, *_limits(rows), lang)
    ax.axvline(0.0, color=canvas.INK, linewidth=0.9, zorder=1.5)
    ax.axvline(1.0, color=canvas.MUTED, linewidth=0.9, linestyle=(0, (4, 3)))
    canvas.name_axis(ax, _below(found, lang))
    key = [say(f"invariance.ladder_key_{name}", lang) for name in _drawn(rows)]
    above = marks.draw_key(ax, key)
    canvas.finish(ax, found.source, lang, title=title, above=above)
    return record(ax, _data(found, rows, lang), _Words(found, rows))


def _rows(found: Invariance) -> list[Rung | str]:
    """List the rungs from the top, and the names of the steps that were not tried."""
    order = [step for step in STEPS if step != "thresholds" or found.is_ordinal]
    tried = list(found.rungs) if found.is_shown else []
    tried.sort(key=lambda rung: (order.index(rung.step), len(rung.released)))
    highest = order.index(tried[-1].step) if tried else -1
    return [*reversed(order[highest + 1 :]), *reversed(tried)]


def _name(row: Rung | str, lang: Language) -> str:
    """Name a step with what it licenses, or with the items that are let go."""
    if isinstance(row, Rung) and row.released:
        return words.released_name(row, lang)
    step = row.step if isinstance(row, Rung) else row
    licence = say(f"invariance.ladder_licence_{step}", lang)
    return f"{words.step_name(step, lang)}: {licence}"


def _draw_rung(ax: Axes, place: int, rung: Rung, lang: Language) -> None:
    """Draw one step: a band if it is kept, its marks, and the verdict."""
    if rung.kept:
        ax.axhspan(
            place - 0.42, place + 0.42, color=canvas.BAND, zorder=0.5, linewidth=0
        )
    verdict = words.verdict(rung, lang)
    if rung.d_cfi is None:
        canvas.beside(ax, place, verdict, bold=True)
        blanks = {name: number(getattr(rung, name), 3, lang) for name in _INDICES}
        ax.annotate(
            say("invariance.ladder_first", lang, **blanks),
            (0, place),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=canvas.SMALL,
            color=canvas.INK,
            bbox={"facecolor": canvas.BAND, "edgecolor": "none", "pad": 1},
        )
        return
    p = words.p_in_words(rung.p_difference, lang)
    canvas.beside(ax, place, f"{verdict}\n{p}" if p else verdict, bold=True)
    worse = rung.worse
    for row, name in enumerate(worse):
        at = place + 0.22 * ((len(worse) - 1) / 2 - row)
        mark = marks.MARKS[_INDICES.index(name)]
        value = worse[name]
        if not _LOW <= value <= _HIGH:
            mark = (">" if value > 0 else "<", mark[1])
        marks.draw_mark(ax, min(max(value, _LOW), _HIGH), at, mark)


def _limits(rows: list[Rung | str]) -> tuple[float, float]:
    """Return an axis that holds zero, the guide and every mark."""
    drawn = [
        value
        for row in rows
        if isinstance(row, Rung) and row.d_cfi is not None
        for value in row.worse.values()
    ]
    low = max(min([-0.25, *drawn]), _LOW)
    high = min(max([1.5, *drawn]), _HIGH)
    return low - 0.1, high + 0.25


def _drawn(rows: list[Rung | str]) -> tuple[str, ...]:
    """Name the indices that some step has a mark of."""
    rungs = [row for row in rows if isinstance(row, Rung) and row.d_cfi is not None]
    return tuple(rungs[-1].worse) if rungs else _INDICES


def _below(found: Invariance, lang: Language) -> str:
    """Say what the axis measures, who is compared, and if nothing can be told."""
    lines = [say("invariance.ladder_axis", lang, guide=words.guide_name(found, lang))]
    people = found.count(found.n_smallest, lang)
    over = words.over_in_words(found, lang)
    lines.append(say("invariance.ladder_people", lang, over=over, n=people))
    if found.state == "cannot_tell" and found.because is not None:
        why = found.because.say(lang)
        lines.append(say("invariance.ladder_cannot_tell", lang, why=why))
    return "\n".join(lines)


def _data(found: Invariance, rows: list[Rung | str], lang: Language) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        [
            {
                "scale": found.scale,
                "step": row.name if isinstance(row, Rung) else row,
                "name": _name(row, lang),
                "kept": row.kept if isinstance(row, Rung) else None,
                **{
                    f"{name}_against_guide": row.worse.get(name)
                    if isinstance(row, Rung) and row.d_cfi is not None
                    else None
                    for name in _INDICES
                },
                "p_difference": row.p_difference if isinstance(row, Rung) else None,
                "tried": isinstance(row, Rung),
            }
            for row in rows
        ]
    )


class _Words:
    """Say the figure in a language: its kind, then every step from below."""

    def __init__(self, found: Invariance, rows: list[Rung | str]) -> None:
        self.found, self.rows = found, rows

    def __call__(self, lang: Language) -> str:
        said = [say("invariance.alt_ladder", lang, n=len(self.rows))]
        said += [self._row(row, lang) for row in reversed(self.rows)]
        if self.found.state == "cannot_tell" and self.found.because is not None:
            why = self.found.because.say(lang)
            said.append(say("invariance.ladder_cannot_tell", lang, why=why))
        return " ".join([*said, *canvas.mark_in_words(self.found.source, lang)])

    def _row(self, row: Rung | str, lang: Language) -> str:
        name = _name(row, lang)
        if not isinstance(row, Rung):
            verdict = say("invariance.ladder_not_tried", lang)
            return say("invariance.alt_untried", lang, step=name, verdict=verdict)
        first = row.d_cfi is None
        numbers = {
            one: number(
                (getattr(row, one) if first else getattr(row, f"d_{one}")) or 0.0,
                3,
                lang,
                sign=not first,
            )
            for one in _INDICES
        }
        return say(
            "invariance.alt_first" if first else "invariance.alt_rung",
            lang,
            step=name,
            verdict=words.verdict(row, lang),
            **numbers,
        )

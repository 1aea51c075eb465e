"""What changed in each site, where one table holds them all?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from tillit_eval.comparison import (
    Examined,
    compare_overlapping,
    compare_paired,
    compare_waves,
)
from tillit_eval.errors import (
    DataProblem,
    TooFewAnswers,
    check_columns,
    check_option,
    check_table,
    few,
)
from tillit_eval.findings import (
    Average,
    Finding,
    Findings,
    MeasurementState,
    NotAnswered,
    read_source,
)
from tillit_eval.floors import K_MIN
from tillit_eval.phrases import phrase, swedish_sort_key
from tillit_eval.summaries.frames import key_text

if TYPE_CHECKING:
    import pandas as pd

TwoWaves = Literal["paired", "overlapping", "waves"]
_COMPARE: dict[str, Callable[..., Finding | Findings]] = {
    "paired": compare_paired,
    "overlapping": compare_overlapping,
    "waves": compare_waves,
}


def compare_sites(
    scores: pd.DataFrame,
    scale: str,
    *,
    before: str,
    after: str,
    site: str = "site",
    design: TwoWaves = "paired",
    role: Literal["primary", "secondary"] = "secondary",
    unit: str | None = "unit",
    average: Average = "people",
    margin: float | None = None,
    measured: Examined | MeasurementState | None = None,
    respondent: str = "respondent",
    wave: str = "wave",
    level: float = 0.95,
    k_min: int = K_MIN,
) -> Findings:
    """Ask each site by itself: did it change, and if nobody can tell, why?

    For one table that holds several sites, such as the export of an employer with
    many workplaces. A study with a plan for each site is answered by ``run_all``.
    A site that cannot answer is a row with the reason; none is dropped.

    Parameters
    ----------
    scores : DataFrame, shape (n_rows, n_columns)
        One row per person and wave, as returned by ``score_scales``.
    scale : str
        Column with the score, in scale points.
    before, after : str
        The two values of `wave`. The difference is after minus before.
    site : str, default "site"
        Column with the site; every row must have one.
    design : {"paired", "overlapping", "waves"}, default "paired"
        Whether people are linked, partly linked (the change of the workplace) or
        not linked.
    role : {"primary", "secondary"}, default "secondary"
        Whether this is the one outcome that was settled on before anybody looked.
    unit : str or None, default "unit"
        Column with the units inside a site; used when it exists. None treats
        people of a site as independent, and says so.
    average : {"people", "units"}, default "people"
        Whose average change.
    margin : float, optional
        Smallest change worth noticing, in scale points, above 0.
    measured : Invariance or MeasurementState, optional
        What `assess_invariance` found for this scale and these waves over all
        sites, or its state where it was examined elsewhere. *Not examined* by
        default, and said so.
    respondent, wave : str, optional
        Columns with the person and the wave. Who changed site between the waves
        is met once in each.
    level : float, default 0.95
        Coverage of the intervals.
    k_min : int, default 10
        Fewest people of a site; becomes the floor of each finding.

    Returns
    -------
    Findings
        One per site, in Swedish order of their names: a `Change`, or `NotAnswered`
        with the reason.

    Raises
    ------
    TooFewAnswers
        If a wave has no rows in any site.
    DataProblem
        If a column is absent, a row has no site, sites and units are the same
        column, or an option is not one of those listed.

    See Also
    --------
    combine_findings : Makes one number of them.
    judge_sites : Sets the verdicts of several outcomes side by side.

    Notes
    -----
    Each site is asked with `compare_paired`, `compare_overlapping` (the workplace
    alone) or `compare_waves`, and nothing is borrowed from the others.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> waves = [
    ...     pd.DataFrame({"respondent": range(100), "site": [*"aaab"] * 25, "wave": w,
    ...         "trust": rng.normal(60, 10, 100).round(), "source": "synthetic"})
    ...     for w in ("2019", "2021")
    ... ]
    >>> found = compare_sites(pd.concat(waves), "trust", before="2019", after="2021",
    ...     k_min=30)
    >>> [(one.site, one.question) for one in found]
    [('a', 'paired change'), ('b', 'not answered')]
    """
    check_option("design", design, tuple(_COMPARE))
    check_option("role", role, ("primary", "secondary"))
    check_table(scores, table="scores")
    check_columns(scores.columns, (site, wave, scale), table="scores")
    _check_levels(site, unit)
    names = key_text(scores[site])
    _check_named(names, site)
    _check_waves(key_text(scores[wave]), str(before), str(after))
    options = {
        "before": before,
        "after": after,
        "unit": unit,
        "average": average,
        "margin": margin,
        "measured": measured,
        "respondent": respondent,
        "wave": wave,
        "level": level,
        "k_min": k_min,
    }
    found = (
        replace(
            _ask(scores[(names == name).to_numpy()], scale, design, options), site=name
        )
        for name in sorted(names.unique(), key=swedish_sort_key)
    )
    return Findings(replace(one, role=role) for one in found)


def _ask(
    rows: pd.DataFrame, scale: str, design: TwoWaves, options: dict[str, Any]
) -> Finding:
    """Answer for one site, or say why it cannot."""
    try:
        found = _COMPARE[design](rows, scale, **options)
    except TooFewAnswers as problem:
        return NotAnswered(
            scale=scale,
            asked=design,
            reason=phrase(problem.reason, **problem.values),
            source=read_source(rows),
            floor=options["k_min"],
        )
    return found[0] if isinstance(found, Findings) else found


def _check_levels(site: str, unit: str | None) -> None:
    if site == unit:
        raise DataProblem(
            f"'{site}' cannot be both the sites and the units inside them.",
            expected="a column of sites, and a smaller level or none",
            found=f"site='{site}' and unit='{unit}'",
            to_fix="name the smaller level with unit=, or give unit=None to treat "
            "people of a site as independent",
        )


def _check_named(names: pd.Series[Any], site: str) -> None:
    """Refuse rows of no site: they would be lost without a word."""
    nowhere = np.flatnonzero(names.isna())
    if len(nowhere):
        raise DataProblem(
            f"Some rows say nothing in '{site}'.",
            expected="a site on every row",
            found=f"{len(nowhere)} of {len(names)} rows without one, at row "
            f"positions {few(nowhere.tolist())}",
            to_fix="fill in the site, or leave these rows out and say how many",
        )


def _check_waves(present: pd.Series[Any], before: str, after: str) -> None:
    """Refuse a wave that no site has: most likely a slip of the pen."""
    there = sorted(present.dropna().unique())
    for wave in (before, after):
        if wave not in there:
            raise TooFewAnswers(
                f"No site has rows from wave '{wave}'.",
                expected=f"rows from '{before}' and from '{after}'",
                found=f"waves {few(there, at_most=12)}",
                to_fix="check before= and after= against the waves present",
                reason="comparison.reason_wave_missing",
                values={"wave": wave},
            )

"""Everyone who answered, averaged over people and over units."""

from __future__ import annotations

from typing import Literal

from tillit_eval.comparison._moments import (
    Found,
    Rows,
    change_of_means,
    everyone,
    mean_of_units,
)
from tillit_eval.comparison._read import check_clusters, clusters
from tillit_eval.findings import Average
from tillit_eval.phrases import Phrase, phrase
from tillit_eval.summaries import ChangeSummary

Estimand = Literal["workplace", "stayed"]


def both_averages(
    summary: ChangeSummary, assigned: str | None
) -> tuple[dict[Average, Found], int]:
    """Estimate the change of everyone over people and over units.

    Parameters
    ----------
    summary : ChangeSummary
        Sums of the two waves.
    assigned : str or None
        Column of ``summary.units`` to cluster in.

    Returns
    -------
    fits : dict
        By the name of the average; units need two that answered both times.
    n_clusters : int
        Groups that errors cluster in.
    """
    rows, codes = everyone(summary), clusters(summary, assigned)
    n_clusters = check_clusters(codes, rows.n_before + rows.n_after > 0)
    _, both = rows.unit_changes
    check_clusters(codes, both)
    fits: dict[Average, Found] = {
        "people": change_of_means(rows, codes),
        "units": mean_of_units(rows, codes),
    }
    return fits, n_clusters


def method_by_unit(summary: ChangeSummary, average: Average, n_clusters: int) -> Phrase:
    """Return how the change was estimated where there are units."""
    if average == "people":
        return phrase("comparison.method_cluster")
    if n_clusters == len(summary.n_pairs):
        return phrase("comparison.method_unit_t")
    return phrase("comparison.method_unit_cluster")


def average_words(average: Average, n_clusters: int | None) -> Phrase:
    """Return why the method fits the average asked for."""
    if n_clusters is None:
        return phrase("comparison.because_independent")
    if average == "people":
        return phrase("comparison.because_people")
    return phrase("comparison.because_units")


def units_once(rows: Rows, average: Average) -> tuple[tuple[Phrase, int], ...]:
    """Return how many people an average of units leaves out, with the reason."""
    _, both = rows.unit_changes
    n = int((rows.n_before + rows.n_after)[~both].sum())
    if average == "people" or not n:
        return ()
    return ((phrase("comparison.left_one_wave_unit"), n),)

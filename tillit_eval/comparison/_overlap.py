"""Derrick's t for two samples that share some people."""

from __future__ import annotations

import math

from tillit_eval.comparison._moments import Found, everyone, stayed
from tillit_eval.summaries import ChangeSummary


def overlapping(summary: ChangeSummary, *, equal: bool) -> Found:
    r"""Compare two waves of partly the same people, treated as independent.

    Parameters
    ----------
    summary : ChangeSummary
        Sums of the two waves.
    equal : bool
        Assume equal variances in the two waves.

    Returns
    -------
    Found
        Mean after minus mean before over everyone, standard error and df.

    Notes
    -----
    Derrick, Russ, Toher & White (2017), Journal of Modern Applied Statistical
    Methods 16(1), 137-157: with :math:`n_c` pairs of correlation :math:`r`,
    :math:`n_a, n_b` people met once, the squared error is
    :math:`s_1^2/n_1 + s_2^2/n_2 - 2 r s_1 s_2 n_c / (n_1 n_2)` and the df run from
    the paired :math:`n_c - 1` to the unpaired ones.
    """
    rows = everyone(summary)
    n1, n2 = float(rows.n_before.sum()), float(rows.n_after.sum())
    pairs = float(summary.n_pairs.sum())
    alone = n1 + n2 - 2 * pairs
    one, two = rows.variances
    if equal:
        one = two = ((n1 - 1) * one + (n2 - 1) * two) / (n1 + n2 - 2)
        widest = alone + pairs - 1
        df = pairs - 1 + widest / (alone + 2 * pairs) * alone
    else:
        first, second = one / n1, two / n2
        below = first**2 / (n1 - 1) + second**2 / (n2 - 1)
        welch = (first + second) ** 2 / below if below > 0 else n1 + n2 - 2
        df = pairs - 1 + (welch - pairs + 1) / (alone + 2 * pairs) * alone
    shared = 2 * correlation(summary) * math.sqrt(one * two) * pairs / (n1 * n2)
    squared = one / n1 + two / n2 - shared
    means = rows.means
    return Found(means[1] - means[0], math.sqrt(max(squared, 0.0)), df)


def correlation(summary: ChangeSummary) -> float:
    """Return the correlation of the linked scores; 0 where one does not vary.

    Parameters
    ----------
    summary : ChangeSummary
        Sums of the two waves.

    Returns
    -------
    float
        Pearson's r over linked people.
    """
    n = float(summary.n_pairs.sum())
    one, two = stayed(summary).variances
    if n < 2 or one == 0 or two == 0:
        return 0.0
    products = float(summary.product.sum())
    centred = products - float(summary.sum_before.sum() * summary.sum_after.sum()) / n
    return min(1.0, max(-1.0, centred / (n - 1) / math.sqrt(one * two)))

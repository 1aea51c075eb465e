"""The rows of a factor model's tables: loadings, pairs, residuals, modifications."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tillit_eval.findings import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Loading:
    """How one item hangs on one factor.

    Attributes
    ----------
    item, factor : str
        Their names.
    loading, standard_error : float
        Steps of the item per standard deviation of the factor.
    interval : Interval
        For `loading`, from the normal law.
    standardised, standardised_error : float
        Standard deviations of the item per standard deviation of the factor.
    standardised_interval : Interval
        For `standardised`.
    p_value : float
        For the null of no loading.
    """

    item: str
    factor: str
    loading: float
    standard_error: float
    interval: Interval
    standardised: float
    standardised_error: float
    standardised_interval: Interval
    p_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two factors that correlate, or two items whose residuals do.

    Attributes
    ----------
    one, other : str
        Their names.
    correlation, standard_error : float
        Between factors, or between what the factors leave of two items.
    interval : Interval
        For `correlation`, from the normal law.
    """

    one: str
    other: str
    correlation: float
    standard_error: float
    interval: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Uniqueness:
    """What the factors leave of one item.

    Attributes
    ----------
    item : str
        Its name.
    variance, standard_error : float
        In squared steps of the item.
    share : float
        Of the item's variance; 1 minus what the factors explain.
    """

    item: str
    variance: float
    standard_error: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Residual:
    """What the model leaves of the correlation of two items.

    Attributes
    ----------
    one, other : str
        The items.
    observed, implied : float
        Their correlation, and what the model makes of it.
    residual : float
        Observed minus implied.
    """

    one: str
    other: str
    observed: float
    implied: float
    residual: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Modification:
    """What one more free parameter would gain.

    Attributes
    ----------
    kind : {"loading", "residual correlation"}
        What would be freed.
    item, other : str
        The item, and the factor it would load on or the item it would go with.
    modification_index : float
        About how much χ² would fall; 1 degree of freedom.
    expected_change : float
        Where the parameter would go, in the items' own units.
    expected_standardised : float
        The same as a standardised loading or a correlation.
    """

    kind: Literal["loading", "residual correlation"]
    item: str
    other: str
    modification_index: float
    expected_change: float
    expected_standardised: float

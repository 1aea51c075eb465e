"""The finding of a factor model: how items hang on factors, and how well it fits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from tillit_eval.findings import Finding, Interval
from tillit_eval.phrases import Language, language, number, say
from tillit_eval.quality.factors.parts import (
    Loading,
    Modification,
    Pair,
    Residual,
    Uniqueness,
)
from tillit_eval.thresholds import threshold

if TYPE_CHECKING:
    import pandas as pd

Estimator = Literal["ml", "mlr", "fiml", "wlsmv"]
Fit = Literal["good", "fair", "poor", "untestable"]


_TABLES = (
    *("loadings", "correlations", "residual_pairs", "uniquenesses"),
    *("residuals", "modifications"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorModel(Finding):
    """How items hang on factors, and how well that reproduces the answers.

    Attributes
    ----------
    estimator : {"ml", "mlr", "fiml", "wlsmv"}
        How it was fitted; `method` says it in words, `test` names the χ².
    items, factors : tuple of str
        In the order of the model.
    parameters : int
        Free ones.
    chi_square : float
        Of the model against any covariances at all; scaled where `scaling` is
        not None.
    df : int
        Its degrees of freedom.
    p_value : float or None
        Of `chi_square`; None without degrees of freedom.
    scaling : float or None
        What the normal-theory χ² was divided by.
    baseline_chi_square : float
        Of the model in which items are unrelated; scaled in the same way.
    baseline_df : int
        Its degrees of freedom.
    cfi, tli : float
        Comparative fit index and Tucker-Lewis index; robust ones where `scaling`
        is not None.
    rmsea : float
        Root mean square error of approximation; robust where `scaling` is not
        None.
    rmsea_interval : Interval
        For `rmsea`; 90 %, as is usual.
    p_close : float or None
        Chance of as large an `rmsea` if it is 0.05 in the population.
    srmr : float
        Standardised root mean square residual.
    improper : tuple of str
        Items of which less than nothing is left (a Heywood case), and factors
        that correlate beyond 1: no numbers of such a model can be trusted.
    loadings, correlations, residual_pairs, uniquenesses, residuals, modifications
        Tuples of `Loading`, `Pair` (factors), `Pair` (items of `correlated`),
        `Uniqueness`, `Residual` and `Modification`, the last with the largest
        first. As tables: `table_of`.
    """

    question: ClassVar[str] = "structure"

    estimator: Estimator
    items: tuple[str, ...]
    factors: tuple[str, ...]
    parameters: int
    chi_square: float
    df: int
    p_value: float | None
    scaling: float | None
    baseline_chi_square: float
    baseline_df: int
    cfi: float
    tli: float
    rmsea: float
    rmsea_interval: Interval
    p_close: float | None
    srmr: float
    improper: tuple[str, ...]
    loadings: tuple[Loading, ...]
    correlations: tuple[Pair, ...]
    residual_pairs: tuple[Pair, ...]
    uniquenesses: tuple[Uniqueness, ...]
    residuals: tuple[Residual, ...]
    modifications: tuple[Modification, ...]

    @property
    def fit(self) -> Fit:
        """How well the model fits by the usual guides, which are no tests."""
        if self.df == 0:
            return "untestable"
        limits = _guides()
        if self._keeps("good", limits):
            return "good"
        return "fair" if self._keeps("fair", limits) else "poor"

    def _keeps(self, word: str, limits: dict[str, float]) -> bool:
        return (
            self.cfi >= limits[f"cfi_{word}"]
            and self.rmsea <= limits[f"rmsea_{word}"]
            and self.srmr <= limits[f"srmr_{word}"]
        )

    def table_of(
        self,
        what: Literal[
            "loadings",
            "correlations",
            "residual_pairs",
            "uniquenesses",
            "residuals",
            "modifications",
        ],
    ) -> pd.DataFrame:
        """Return one of the tuples as a table, one row each.

        Parameters
        ----------
        what : str
            Its name.

        Returns
        -------
        DataFrame
            An interval becomes ``<field>_low, <field>_high, <field>_level``.
            Empty if too few people stand behind the model to show it.
        """
        import pandas as pd

        from tillit_eval.errors import check_option

        check_option("what", what, _TABLES)
        rows: Sequence[object] = getattr(self, what) if self.is_shown else ()
        return pd.DataFrame([_cells(row) for row in rows])

    def _row(self, *, guarded: bool, lang: Language) -> dict[str, object]:
        row = Finding._row(self, guarded=guarded, lang=lang)
        row = {name: cell for name, cell in row.items() if name not in _TABLES}
        for name in ("items", "factors", "improper"):
            row[name] = ", ".join(getattr(self, name))
        return row

    def _claim(self, lang: Language) -> str:
        says = [self._numbers(lang), self.fit_in_words(lang)]
        if self.improper:
            items = ", ".join(self.improper)
            says.append(say("factors.improper", lang, items=items))
        enough = int(threshold("asymptotic_people"))
        if self.n_people < enough:
            says.append(say("factors.few_people", lang, n=enough))
        n = self.n_left_out
        if n:
            says.append(say("quality.rows_left_out", lang, n=self.count(n, lang)))
        if self.because is not None:
            says.append(self.because.say(lang))
        return " ".join(says)

    @property
    def n_left_out(self) -> int:
        """Rows not behind the model."""
        return sum(n for _, n in self.left_out)

    def _numbers(self, lang: Language) -> str:
        sizes = [one.standardised for one in self.loadings]
        return say(
            "factors.claim",
            lang,
            name=self.name(lang),
            items=len(self.items),
            factors=say(
                "factors.one_factor" if len(self.factors) == 1 else "factors.several",
                lang,
                n=len(self.factors),
            ),
            low=number(min(sizes), 2, lang),
            high=number(max(sizes), 2, lang),
            people=self.count(self.n_people, lang),
        )

    def fit_in_words(self, lang: Language | None = None) -> str:
        """Say how well the model fits, with the guides it is set beside."""
        lang = language(lang)
        if self.df == 0:
            return say("factors.fit_untestable", lang)
        guides = {name: number(at, 2, lang) for name, at in _guides().items()}
        numbers = say(
            "factors.fit_numbers",
            lang,
            test=say(f"factors.test_{self.estimator}", lang),
            df=self.df,
            chi=number(self.chi_square, 1, lang),
            p=_p_in_words(self.p_value, lang),
            cfi=number(self.cfi, 3, lang),
            tli=number(self.tli, 3, lang),
            rmsea=number(self.rmsea, 3, lang),
            interval=self.rmsea_interval.say(lang, digits=3),
            srmr=number(self.srmr, 3, lang),
        )
        return f"{numbers} {say(f'factors.fit_{self.fit}', lang, **guides)}"


def _guides() -> dict[str, float]:
    return {
        "cfi_good": threshold("cfi_good"),
        "cfi_fair": threshold("cfi_fair"),
        "rmsea_good": threshold("rmsea_good"),
        "rmsea_fair": threshold("rmsea_fair"),
        "srmr_good": threshold("srmr_good"),
        "srmr_fair": threshold("srmr_fair"),
    }


def _p_in_words(p: float | None, lang: Language) -> str:
    if p is None:
        return "= –"
    small = p < 0.001
    return f"{'<' if small else '='} {number(0.001 if small else p, 3, lang)}"


def _cells(row: object) -> dict[str, object]:
    cells: dict[str, object] = {}
    for name, value in asdict(row).items():  # type: ignore[call-overload]
        if isinstance(value, dict):
            cells |= {f"{name}_{part}": value[part] for part in value}
        else:
            cells[name] = value
    return cells


def number_or_none(value: float) -> float | None:
    """Return a number, or None where there is none."""
    return None if math.isnan(value) else float(value)

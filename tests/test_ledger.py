"""Every statistic has an oracle, and every frozen value is compared with."""

from __future__ import annotations

import ast
import csv
import importlib
import pkgutil
import re
import sys
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import tillit_eval
from tillit_eval.findings import Finding

HERE = Path(__file__).parent
with (HERE / "reference" / "ledger.csv").open(encoding="utf-8", newline="") as file:
    LEDGER = list(csv.DictReader(file))
KINDS = {"closed form", "iterative", "monte carlo", "enumeration", "worked example"}

# Numbers that are no statistics: they were given, or they are counted.
GIVEN = {"floor", "margin", "steps", "top", "level", "assumed_correlation"}
GIVEN |= {"power", "icc"}  # of a design
GIVEN |= {"percentile"}
# Every other numeric field of a finding, and the statistic that vouches for it. What
# `estimate`, its error, interval and p are depends on the kind of finding.
ESTIMATE = {"estimate", "standard_error", "interval", "df", "p_value"}
BY_KIND = {
    "FactorModel": "chi-square and fit indices (ML)",
    "PairedChange": "paired change over people by unit",
    "OverlappingChange": "workplace change by unit",
    "WavesChange": "difference of unlinked waves",
    "AdjustedChange": "difference-in-differences over people",
    "ShareChange": "difference of shares by unit",
    "Aggregation": "ICC(1) and ICC(2)",
    "Agreement": "Krippendorff's alpha",
    "Severity": "severity of a role beside another",
    "SeverityDrift": "drift of severity",
    "RaterSpread": "spread of raters with crossed random effects",
    "RatersNeeded": "reliability of a mean over raters and lessons",
    "VersionLink": "link of two versions of a scale",
    "Reliability": "omega total",
    "Dimensions": "eigenvalues of parallel analysis",
    "AlphaDifference": "test of equal alphas of other people",
    "MeasurementError": "standard error of measurement",
    "Correlations": "polychoric correlation",
    "BaselineDifference": "baseline difference",
    "Share": "Wilson interval",
    "Attrition": "share lost with interval",
    "ItemQuality": "item-rest correlation and alpha without the item",
    "GuardRail": "guard rail (non-inferiority)",
    "Index": "official item-first index",
    "Pooled": "pooled change",
    "IndividualChange": "reliable change over units",
    "ItemBias": "size of item bias in steps",
    "Careless": "signs of careless answering",
    "CarelessEffect": "signs of careless answering",
    "Influence": "influence of a site",
    "Moderator": "moderator of sites",
    "PooledFamily": "pooled family of outcomes",
    "ModeratorLevel": "moderator of sites",
    "SiteEstimate": "shrunken site estimate",
    "DesignCheck": "false alarms and power of a design",
    "DetectableChange": "detectable change of a design",
}
BY_FIELD = {
    "baseline_chi_square": "chi-square and fit indices (ML)",
    "scaling": "robust errors, scaled chi-square and robust indices (MLR)",
    "cfi": "chi-square and fit indices (ML)",
    "tli": "chi-square and fit indices (ML)",
    "rmsea": "chi-square and fit indices (ML)",
    "rmsea_interval": "chi-square and fit indices (ML)",
    "p_close": "chi-square and fit indices (ML)",
    "srmr": "chi-square and fit indices (ML)",
    "axes": "eigenvalues of parallel analysis",
    "components": "eigenvalues of parallel analysis",
    "axes_chance": "chance of parallel analysis",
    "components_chance": "chance of parallel analysis",
    "alpha": "Cronbach's alpha",
    "equivalence_interval": "two one-sided tests",
    "p_equivalence": "two one-sided tests",
    "mean_before": "means of the waves",
    "mean_after": "means of the waves",
    "mean_before_comparison": "means of the waves in both arms",
    "mean_after_comparison": "means of the waves in both arms",
    "d_average": "d_average and g_average",
    "d_average_interval": "intervals of d_average and g_average",
    "d_change": "d_change and its interval",
    "d_change_interval": "d_change and its interval",
    "g_average": "d_average and g_average",
    "g_average_interval": "intervals of d_average and g_average",
    "g_df": "d_average and g_average",
    "correlation": "correlation of linked scores",
    "d_ppc2": "d_ppc2",
    "d_ppc2_interval": "interval of d_ppc2",
    "d_ppc2_df": "interval of d_ppc2",
    "before_interval": "effective number of people",
    "after_interval": "effective number of people",
    "effective_before": "effective number of people",
    "effective_after": "effective number of people",
    "icc1": "ICC(1) and ICC(2)",
    "icc2": "ICC(1) and ICC(2)",
    "icc1_interval": "intervals of ICC(1) and ICC(2)",
    "icc2_interval": "intervals of ICC(1) and ICC(2)",
    "rwg_j": "r_wg(j)",
    "rwg_j_median": "r_wg(j)",
    "ad": "average deviation",
    "ad_interval": "interval of the average deviation",
    "ad_guide": "average deviation",
    "rwg_j_median_interval": "interval of the median agreement",
    "rwg_j_skewed": "r_wg(j) against skewed and own nulls",
    "rwg_j_by_chance": "agreement by luck",
    "differences": "size of item bias in steps",
    "points": "size of item bias in steps",
    "chi_square": "pseudo-R² and likelihood ratios of item bias",
    "p_uniform": "pseudo-R² and likelihood ratios of item bias",
    "p_nonuniform": "pseudo-R² and likelihood ratios of item bias",
    "p_adjusted": "pseudo-R² and likelihood ratios of item bias",
    "r2_change": "pseudo-R² and likelihood ratios of item bias",
    "r2_uniform": "pseudo-R² and likelihood ratios of item bias",
    "r2_nonuniform": "pseudo-R² and likelihood ratios of item bias",
    "mcfadden_change": "pseudo-R² and likelihood ratios of item bias",
    "median_spread": "signs of careless answering",
    "mean_without": "signs of careless answering",
    "alpha_without": "signs of careless answering",
    "share_rose": "reliable change",
    "share_fell": "reliable change",
    "rose_interval": "reliable change over units",
    "fell_interval": "reliable change over units",
    "bar": "reliable change",
    "reliability": "reliable change",
    "by_error": "reliable change",
    "sd_before": "reliable change",
    "sd_change": "reliable change",
    "design_effect": "design effect",
    "bias": "signed bias of two roles",
    "bias_interval": "signed bias of two roles",
    "limits": "limits of agreement",
    "low_limit_interval": "limits of agreement",
    "high_limit_interval": "limits of agreement",
    "same": "share of pairs on the same step",
    "by_chance": "share of pairs on the same step",
    "within_one": "share of pairs on the same step",
    "n_same": "share of pairs on the same step",
    "n_pairs": "share of pairs on the same step",
    "k": "ICC(1) with uneven numbers of raters",
    "mean_size": "design effect",
    "d_pooled": "baseline difference",
    "mean_stayed": "means of lost and of stayed",
    "mean_lost": "means of lost and of stayed",
    "share_lost": "share lost with interval",
    "differential": "differential attrition",
    "differential_interval": "differential attrition",
    "mean": "item mean and SD",
    "sd": "item mean and SD",
    "item_rest": "item-rest correlation and alpha without the item",
    "alpha_if_dropped": "item-rest correlation and alpha without the item",
    "floor_share": "shares of lowest and highest answers",
    "ceiling_share": "shares of lowest and highest answers",
    "item_indices": "official item-first index",
    "prediction": "prediction interval",
    "prediction_higgins": "prediction interval",
    "tau_squared": "variance between sites",
    "tau_squared_interval": "Q-profile interval",
    "smallest_eigenvalue": "smallest eigenvalue and smoothing",
    "i_squared": "heterogeneity",
    "i_squared_interval": "Q-profile interval",
    "h_squared": "heterogeneity",
    "q": "heterogeneity",
    "p_heterogeneity": "heterogeneity",
    "factor": "pooled change",
    "evenness": "share of sites that count",
    "weight": "pooled change",
    "shift": "influence of a site",
    "rstudent": "influence of a site",
    "dffits": "influence of a site",
    "cooks_distance": "influence of a site",
    "hat": "influence of a site",
    "rater_sd": "spread of raters with crossed random effects",
    "share_target": "spread of raters with crossed random effects",
    "share_criterion": "spread of raters with crossed random effects",
    "share_rest": "spread of raters with crossed random effects",
    "single": "reliability of a mean over raters and lessons",
    "ceiling": "reliability of a mean over raters and lessons",
    "variances": "reliability of a mean over raters and lessons",
    "mean_old": "link of two versions of a scale",
    "statistic": "moderator of sites",
    "df1": "moderator of sites",
    "df2": "moderator of sites",
    "p_permutation": "permutation p of a moderator",
    "smallest_p": "permutation p of a moderator",
    "r_squared": "moderator of sites",
    "own": "shrunken site estimate",
    "omega_squared": "pooled family of outcomes",
    "kept": "shrunken site estimate",
    "unguarded": "pooled change",
    "share_found": "false alarms and power of a design",
    "share_found_error": "false alarms and power of a design",
    "detectable": "detectable change of a design",
    "false_alarms": "detectable change of a design",
    "spread": "likeness of simulated answers",
    "change": "likeness of simulated answers",
}


def modules() -> Iterator[object]:
    for found in pkgutil.walk_packages(tillit_eval.__path__, "tillit_eval."):
        if not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


def kinds_of_findings() -> dict[str, type[Finding]]:
    """Return the findings that a function of the package returns, by name."""
    list(modules())
    kinds: dict[str, type[Finding]] = {}
    waiting: list[type[Finding]] = [Finding]
    while waiting:
        kind = waiting.pop()
        home = sys.modules[kind.__module__]
        own = kind.__module__.startswith("tillit_eval.")
        if own and getattr(home, kind.__name__) is kind:  # slots leave a twin behind
            if not kind.__subclasses__() and not kind.__name__.startswith("_"):
                kinds[kind.__name__] = kind
        waiting += kind.__subclasses__()
    return kinds


def numbers(kind: type[Finding]) -> set[str]:
    """Return the fields that hold numbers which are neither counted nor given."""
    return {
        field.name
        for field in fields(kind)
        if re.search(r"float|Interval", str(field.type)) and field.name not in GIVEN
    }


def test_every_row_names_what_exists() -> None:
    known = {name for module in modules() for name in vars(module)}
    seen = set()
    for row in LEDGER:
        where = f"{row['statistic']}, {row['function']}"
        assert row["function"] in known, where
        path = HERE.parent / row["reference"]
        assert path.exists(), where
        assert path.is_file() or (path / "make.R").exists(), where
        assert row["tolerance_class"] in KINDS, where
        assert row["oracle"], where
        assert row["tolerance"], where
        assert None not in row, f"{where}: a comma without quotes"
        seen.add((row["statistic"], row["function"], row["oracle"]))
    assert len(seen) == len(LEDGER)


def test_every_number_of_every_finding_has_an_oracle() -> None:
    stated = {row["statistic"] for row in LEDGER}
    kinds = kinds_of_findings()
    assert set(BY_KIND) <= set(kinds)
    for name, kind in kinds.items():
        if not numbers(kind):
            continue
        assert BY_KIND.get(name) in stated, name
        for field in numbers(kind) - ESTIMATE:
            assert BY_FIELD.get(field) in stated, f"{name}.{field}"


@cache
def texts_in_tests() -> tuple[set[str], list[re.Pattern[str]]]:
    """Return the literal texts of all tests, and those with blanks as patterns."""
    plain: set[str] = set()
    blanks: set[str] = set()
    for path in HERE.glob("test_*.py"):
        if path == Path(__file__):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                blanks.add("".join(_pattern(part) for part in node.values))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                plain.add(node.value)
    return plain, [re.compile(one) for one in blanks]


def _pattern(part: ast.expr) -> str:
    return re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".*"


@pytest.mark.parametrize(
    "path",
    sorted(HERE.glob("reference/*/values.csv")),
    ids=lambda path: path.parent.name,
)
def test_every_frozen_case_is_compared_with(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        assert file.readline().startswith("# R version")
        rows = list(csv.DictReader(file))
    plain, blanks = texts_in_tests()
    named = [one for one in blanks if re.match(r"[a-z0-9]{2,}_", one.pattern)]
    beginnings = tuple(one for one in plain if re.fullmatch(r"[a-z]{3,}_", one))
    cases = {row["case"] for row in rows}
    unused = {
        case
        for case in cases - plain
        if not any(one.fullmatch(case) for one in named)
        and not case.startswith(beginnings)
        and not re.fullmatch(r"u\d\d", case)  # groups, by their own names
    }
    assert unused == set()
    assert len(rows) == len({(row["case"], row["quantity"]) for row in rows})
    for row in rows:
        assert row["value"] == "NA" or np.isfinite(float(row["value"])), row

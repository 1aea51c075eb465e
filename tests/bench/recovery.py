"""Do the comparisons and the synthesis find what is true? Run: make bench.

Each site of the sample is simulated many times with new chance, from its committed
structure. For each of the six questions that are asked alike everywhere: the mean
estimate against the value in expected.csv, and how often the 95 % interval holds it.
Codes are forgotten, people leave, the silent have less trust: all of it is in the
expected value. Then the questions are pooled over the sites, as notebook 13 does,
and compared with the mean of what is true in them, in which each site counts alike:
pooling gives more to sites that are known better, and so may lie beside it.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

import tillit_eval as te
from tillit_eval.errors import TooFewAnswers
from tillit_eval.exports import settle_units
from tillit_eval.findings import Change, Estimate, Findings
from tillit_eval.plan import Question, Study
from tillit_eval.simulation import seed_of, simulate_responses

STUDY = Path(__file__).parents[2] / "data" / "sample" / "study.toml"
REPLICATES, AT_ONCE, BATCH = 200, 2, 5
CORE = ("trust", "discretion", "burden", "engagement", "users", "delivery")
ROW = (
    "{site:16s} {key:16s} {estimand:10s} mean {mean:+6.2f}  expected {expected:+6.2f}  "
    "bias {bias:+5.2f} (Monte Carlo s.e. {error:.2f})  sd {sd:.2f}  "
    "mean s.e. {se:.2f}  coverage {held:.3f}  of {n}"
)


def asked(study: Study, site: str) -> list[Question]:
    """Return the core questions, which every site asks alike."""
    return [
        question
        for question in study.plan_of(site).in_order
        if question.id in CORE
        and question.design in ("overlapping", "waves", "adjusted")
        and question.expect == "answer"
    ]


def compare(question: Question, scores: pd.DataFrame) -> list[Change]:
    """Answer one question, both estimands where there are two."""
    kept = scores[~scores["unit"].isin(question.leave_out)]
    ask = {"before": question.before, "after": question.after, "assigned": "unit"}
    if question.design == "adjusted":
        kept = kept.assign(treated=kept["unit"].isin(question.treated))
        return [te.compare_adjusted(kept, question.scale, **ask)]
    if question.design == "waves":
        return [te.compare_waves(kept, question.scale, **ask)]
    return list(te.compare_overlapping(kept, question.scale, **ask))


def survey_again(
    study: Study, site: str, replicate: int
) -> Iterator[tuple[str, Change]]:
    """Simulate the surveys of a site once; give estimand and answer per question."""
    data, scores = study.site(site), {}
    questions = asked(study, site)
    for name in dict.fromkeys(question.survey for question in questions):
        survey = data.survey(name)
        waves = {w for q in questions if q.survey == name for w in (q.before, q.after)}
        answers = simulate_responses(
            survey.truth, survey.codebook, rng=seed_of(f"{site} {name} {replicate}")
        )
        kept = answers[answers["wave"].isin(waves)]
        if data.plan.unit_changes is not None:
            kept = settle_units(kept, data.unit_changes)
        scores[name] = te.score_scales(kept, survey.codebook)
    for question in questions:
        try:
            found = compare(question, scores[question.survey])
        except TooFewAnswers:
            continue
        for estimand, change in zip(("workplace", "stayed"), found, strict=False):
            role = question.role if estimand == "workplace" else ""
            yield estimand, replace(change, site=site, key=question.id, role=role)


def repeat(replicates: Iterable[int]) -> pd.DataFrame:
    """Simulate all sites, each from a seed of its own; return a row per answer."""
    study = te.read_study(STUDY)
    sites = [each.name for each in study.sites if each.truth]
    rows = []
    for replicate in replicates:
        core: dict[str, list[Change]] = {key: [] for key in CORE}
        for site in sites:
            for estimand, change in survey_again(study, site, replicate):
                rows.append(row_of(site, change.key, estimand, change))
                if change.key in core and estimand == "workplace":
                    core[change.key].append(change)
        rows += [
            row_of("all sites", key, "workplace", te.combine_findings(Findings(each)))
            for key, each in core.items()
            if len(each) > 2
        ]
    return pd.DataFrame(rows)


def row_of(site: str, key: str, estimand: str, found: Estimate) -> dict[str, object]:
    """Return what is kept of one answer."""
    return {
        "site": site,
        "key": key,
        "estimand": estimand,
        "estimate": found.estimate,
        "standard_error": found.standard_error,
        "low": found.interval.low,
        "high": found.interval.high,
    }


def expected_values(study: Study) -> pd.Series:
    """Return what is true: of each site, and the mean over sites for the core."""
    tables = [study.site(each.name).expected for each in study.sites if each.truth]
    all_sites = pd.concat(tables, ignore_index=True)
    core = all_sites.query("key in @CORE and estimand == 'workplace'")
    mean = core.groupby(["key", "estimand"], as_index=False)["value"].mean()
    both = pd.concat([all_sites, mean.assign(site="all sites")])
    return both.set_index(["site", "key", "estimand"])["value"]


def main() -> None:
    """Print mean estimate, expected value, bias and coverage per question."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=REPLICATES)
    n = parser.parse_args().replicates
    start = time.perf_counter()
    batches = [range(k, min(k + BATCH, n)) for k in range(0, n, BATCH)]
    with ProcessPoolExecutor(AT_ONCE) as pool:
        parts = []
        for done, part in enumerate(pool.map(repeat, batches), start=1):
            parts.append(part)
            print(f"{done} of {len(batches)} batches", file=sys.stderr, flush=True)
    rows = pd.concat(parts, ignore_index=True)
    expected = expected_values(te.read_study(STUDY))
    for place, each in rows.groupby(["site", "key", "estimand"], sort=False):
        value = expected[place]
        off = each["estimate"].mean() - value
        sd = each["estimate"].std()
        print(
            ROW.format(
                **dict(zip(("site", "key", "estimand"), place, strict=True)),
                mean=each["estimate"].mean(),
                expected=value,
                bias=off,
                error=sd / np.sqrt(len(each)),
                sd=sd,
                se=each["standard_error"].mean(),
                held=((each["low"] <= value) & (value <= each["high"])).mean(),
                n=len(each),
            )
        )
    print(f"{n} samples of all sites in {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()

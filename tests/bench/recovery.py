"""Do the comparisons find what is true? Run: make bench.

The committed structure of the sample's staff survey is simulated many times with
new chance. For each planned question: the mean estimate against the value in
expected.csv, and how often the 95 % interval holds it. Codes are forgotten,
people leave, the silent have less trust: all of it is in the expected value.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd

import tillit_eval as te
from tillit_eval.findings import Change
from tillit_eval.plan import Question, Study
from tillit_eval.simulation import simulate_responses

STUDY = Path(__file__).parents[2] / "data" / "sample" / "study.toml"
REPLICATES, AT_ONCE, BATCH = 1_000, 2, 25


def asked(study: Study, site: str) -> list[Question]:
    """Return the planned questions whose design can be repeated in one line each."""
    return [
        question
        for question in study.plan_of(site).in_order
        if question.design in ("overlapping", "waves", "adjusted")
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


def read_it() -> tuple[Study, str]:
    """Return the sample's study and the site whose truth is known."""
    study = te.read_study(STUDY)
    return study, next(each.name for each in study.sites if each.truth)


def repeat(replicates: Iterable[int]) -> pd.DataFrame:
    """Simulate surveys, each from a seed of its own; return one row per answer."""
    study, site = read_it()
    data, rows = study.site(site), []
    surveys = {q.survey for q in asked(study, site)}
    for replicate in replicates:
        scores = {}
        for name in sorted(surveys):
            survey = data.survey(name)
            answers = simulate_responses(survey.truth, survey.codebook, rng=replicate)
            scores[name] = te.score_scales(answers, survey.codebook)
        for question in asked(study, site):
            for place, change in enumerate(compare(question, scores[question.survey])):
                rows.append(
                    {
                        "key": question.id,
                        "estimand": ("workplace", "stayed")[place],
                        "estimate": change.estimate,
                        "standard_error": change.standard_error,
                        "low": change.interval.low,
                        "high": change.interval.high,
                    }
                )
    return pd.DataFrame(rows)


def main() -> None:
    """Print mean estimate, expected value, bias and coverage per question."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=REPLICATES)
    n = parser.parse_args().replicates
    start = time.perf_counter()
    study, site = read_it()
    batches = [range(k, min(k + BATCH, n)) for k in range(0, n, BATCH)]
    with ProcessPoolExecutor(AT_ONCE) as pool:
        rows = pd.concat(pool.map(repeat, batches), ignore_index=True)
    expected = study.site(site).expected.set_index(["key", "estimand"])["value"]
    rows["expected"] = expected.loc[
        zip(rows["key"], rows["estimand"], strict=True)
    ].to_numpy()
    rows["held"] = (rows["low"] <= rows["expected"]) & (
        rows["expected"] <= rows["high"]
    )
    for (key, estimand), each in rows.groupby(["key", "estimand"], sort=False):
        sd = each["estimate"].std()
        print(
            f"{key:13s} {estimand:10s} mean {each['estimate'].mean():+6.2f}  "
            f"expected {each['expected'].iloc[0]:+6.2f}  "
            f"bias {each['estimate'].mean() - each['expected'].iloc[0]:+5.2f} "
            f"(Monte Carlo s.e. {sd / np.sqrt(n):.2f})  sd {sd:.2f}  "
            f"mean s.e. {each['standard_error'].mean():.2f}  "
            f"coverage {each['held'].mean():.3f}"
        )
    print(f"{n} surveys in {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()

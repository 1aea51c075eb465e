"""Linking two versions of a scale: R's line, known truth, refusals and words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tillit_eval import quality
from tillit_eval.errors import DataProblem, TooFewAnswers
from tillit_eval.quality.agreement._isotonic import bridge_of, rise

HERE = Path(__file__).parent / "reference" / "severity"
R = pd.read_csv(HERE / "values.csv", comment="#").set_index(["case", "quantity"])[
    "value"
]
ASK = {"old": "7", "new": "4"}


def bridge() -> pd.DataFrame:
    frame = pd.read_csv(HERE / "inputs" / "bridge.csv", dtype={"version": str})
    return frame.assign(source="synthetic")


def drawn(n: int, rng: int = 1) -> pd.DataFrame:
    """Draw `n` targets judged on seven steps and on four, of the same state."""
    chance = np.random.default_rng(rng)
    state = chance.normal(size=n)
    seven = np.clip(np.rint(4 + 1.3 * state + 0.6 * chance.normal(size=n)), 1, 7)
    four = np.clip(np.rint(2.5 + 0.8 * state + 0.4 * chance.normal(size=n)), 1, 4)
    tables = [
        pd.DataFrame({"target": range(n), "version": v, "value": x})
        for v, x in (("7", seven), ("4", four))
    ]
    return pd.concat(tables).assign(rater=lambda f: f["target"] % 20)


def test_the_line_is_that_of_isoreg_and_joins_what_is_rare() -> None:
    sides = bridge().pivot_table("value", ["target", "criterion"], "version").dropna()
    pairs = sides.rename(columns={"7": "old", "4": "new"}).reset_index()
    every = bridge_of(pairs, fewest=1)
    line = rise(every, np.ones((1, every.n_targets)))[0]
    theirs = [R["bridge", f"step {step:g}"] for step in every.x]
    assert line == pytest.approx(theirs, rel=1e-10)
    assert every.counts.sum(axis=0).tolist() == [
        R["bridge", f"n {step:g}"] for step in every.x
    ]
    before = bridge().query("version == '7'")["value"]
    mean = np.interp(before, every.x, line).mean()
    assert mean == pytest.approx(R["bridge", "mean"], rel=1e-10)
    link = quality.assess_version_link(bridge(), **ASK)
    assert [step.n_judged for step in link.steps] == [8, 9, 10, 17, 7, 9]
    assert "joined to a neighbour" in link.sentence("en")


def test_a_known_link_is_found() -> None:
    far = drawn(100_000, rng=5)
    wide = far.pivot(index="target", columns="version", values="value")
    true = wide.groupby("7")["4"].mean()
    later = drawn(200, rng=9).query("version == '7'")
    later = later.assign(target=later["target"] + 10_000)
    hits = 0
    for rng in range(20):
        link = quality.assess_version_link(pd.concat([drawn(60, rng), later]), **ASK)
        old = pd.concat([drawn(60, rng).query("version == '7'"), later])["value"]
        hits += link.interval.covers(float(old.map(true).mean()))
        assert [s.new for s in link.steps] == sorted(s.new for s in link.steps)
    assert hits >= 16


@settings(deadline=None, max_examples=5)
@given(st.floats(0.1, 10), st.floats(-5, 5))
def test_the_new_scale_may_be_stretched(factor: float, shift: float) -> None:
    given_ = drawn(40)
    new = given_["version"].eq("4")
    other = given_.assign(
        value=given_["value"].where(~new, given_["value"] * factor + shift)
    )
    one, two = (quality.assess_version_link(x, **ASK) for x in (given_, other))
    assert two.estimate == pytest.approx(one.estimate * factor + shift, abs=1e-8)
    assert two.standard_error == pytest.approx(one.standard_error * factor, rel=1e-6)


def test_the_sentences_and_the_conversion() -> None:
    link = quality.assess_version_link(drawn(60).assign(source="synthetic"), **ASK)
    assert "by 60 targets judged on both. Step by step: " in link.sentence("en")
    assert "enligt 60 objekt som bedömts med båda" in link.sentence("sv")
    steps = {step.old: step.new for step in link.steps}
    assert link.convert(4.0) == pytest.approx(steps[4.0])
    assert link.convert([-3.0])[0] == link.steps[0].new
    few = quality.assess_version_link(drawn(60).assign(rater="x"), **ASK)
    assert "not shown" in few.sentence("en")
    assert few.to_frame(guarded=True).iloc[0]["steps"] is None


def test_without_a_bridge_nothing_is_linked() -> None:
    given_ = drawn(60)
    apart = given_.assign(target=given_["target"].astype(str) + given_["version"])
    with pytest.raises(TooFewAnswers, match="nothing links the two versions") as caught:
        quality.assess_version_link(apart, **ASK)
    assert caught.value.reason == "severity.no_bridge"
    years = given_.assign(round=given_["version"].map({"7": "2014", "4": "2017"}))
    with pytest.raises(TooFewAnswers, match="nothing links"):
        quality.assess_version_link(years, **ASK)
    with pytest.raises(TooFewAnswers, match="too little links"):
        quality.assess_version_link(drawn(9), **ASK)
    flat = given_.assign(value=given_["value"].where(given_["version"].eq("7"), 3))
    with pytest.raises(TooFewAnswers, match="all on one step") as caught:
        quality.assess_version_link(flat, **ASK)
    assert caught.value.reason == "severity.one_level"


def test_bad_input_to_the_link() -> None:
    given_ = drawn(20)
    with pytest.raises(DataProblem, match="'new' is not an option"):
        quality.assess_version_link(given_, old="7", new="5")
    with pytest.raises(DataProblem, match="a column 'instrument'"):
        quality.assess_version_link(given_, **ASK, version="instrument")
    with pytest.raises(DataProblem, match="more than once"):
        quality.assess_version_link(pd.concat([given_, given_.iloc[:2]]), **ASK)

"""What in a study file cannot be true at the same time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from tillit_eval.codebook import Codebook
from tillit_eval.errors import few
from tillit_eval.phrases import has_phrase
from tillit_eval.plan.model import (
    COMPARING,
    REFUSED,
    Question,
    Site,
    Study,
    SurveyFiles,
)


def find_contradictions(study: Study, codebooks: Mapping[Path, Codebook]) -> list[str]:
    """List everything that contradicts itself, in a few words each."""
    return [
        f"site '{site.name}'{what}"
        for site in study.sites
        for what in _site(site, codebooks)
    ]


def _site(site: Site, codebooks: Mapping[Path, Codebook]) -> Iterator[str]:
    primary = sum(question.role == "primary" for question in site.questions)
    if primary != 1:
        yield f": {primary} primary questions, there must be exactly one"
    for key, n in Counter(question.id for question in site.questions).items():
        if n > 1:
            yield f": question '{key}' stands {n} times"
    for question in site.questions:
        for what in _question(question, site, codebooks):
            yield f", question '{question.id}': {what}"


def _question(
    question: Question, site: Site, codebooks: Mapping[Path, Codebook]
) -> Iterator[str]:
    yield from _expectation(question)
    yield from _margin(question)
    if question.design in COMPARING:
        yield from _waves(question)
        yield from _design(question)
        yield from _survey(question, site, codebooks)
    elif question.design == "effect":
        yield from _delivery(question)
    elif question.steps:
        yield from _changed_scale(question, site)
    elif not question.survey and site.series is None:
        yield "a series needs the site's table 'series', or a survey"


def _expectation(question: Question) -> Iterator[str]:
    if question.expect == "refusal" and not question.reason:
        yield "a refusal is expected, but no reason"
    if question.expect == "answer" and question.reason:
        yield "a reason is given, but an answer expected"
    if question.reason and not has_phrase(question.reason):
        yield f"reason '{question.reason}' is not the name of a phrase"
    if question.expect == "answer" and question.design in REFUSED:
        yield f"design '{question.design}' can only be planned as a refusal"


def _margin(question: Question) -> Iterator[str]:
    if question.margin is None:
        if question.role == "guard_rail":
            yield "a guard rail needs a margin"
        if question.margin_source:
            yield "margin_source without a margin"
        return
    if question.margin <= 0:
        yield "the margin is not above 0"
    if question.design == "shares" and question.margin >= 1:
        yield "the margin of a share is a share: under 1"
    if not question.margin_source:
        yield "the margin has no margin_source"


def _waves(question: Question) -> Iterator[str]:
    if not question.before or not question.after:
        yield "needs before and after"
    elif question.before == question.after:
        yield "before and after are the same wave"


def _design(question: Question) -> Iterator[str]:
    adjusted = question.design == "adjusted"
    if adjusted != bool(question.treated):
        yield (
            "design 'adjusted' needs treated"
            if adjusted
            else f"treated has no place in design '{question.design}'"
        )
    both = set(question.treated) & set(question.leave_out)
    if both:
        yield f"{len(both)} unit(s) both treated and left out"
    if (question.design == "shares") != bool(question.top):
        yield (
            "design 'shares' needs top"
            if question.design == "shares"
            else f"top has no place in design '{question.design}'"
        )
    if question.design == "paired" and question.estimand == "workplace":
        yield "design 'paired' needs estimand = \"stayed\""
    if question.design == "waves" and question.estimand == "stayed":
        yield "design 'waves' needs estimand = \"workplace\""


def _survey(
    question: Question, site: Site, codebooks: Mapping[Path, Codebook]
) -> Iterator[str]:
    files = _files_of(question, site)
    if files is None:
        names = few(survey.name for survey in site.surveys)
        yield f"its survey is not one of {names}"
        return
    codebook = codebooks.get(files.codebook)
    if codebook is None:
        return
    items = {item.key for item in codebook.items}
    known = items | {scale.key for scale in codebook.scales}
    if question.scale not in known:
        yield f"the codebook has no '{question.scale}'"
    if question.design != "shares" and question.scale in items:
        yield f"'{question.scale}' is an item; only shares are of items"
    waves = [wave for wave, _ in codebook.waves]
    for wave in (question.before, question.after):
        if waves and wave and wave not in waves:
            yield f"wave '{wave}' is not one of {few(waves, at_most=12)}"
    if question.before in waves and question.after in waves:
        if waves.index(question.before) > waves.index(question.after):
            yield "before comes later than after"


def _files_of(question: Question, site: Site) -> SurveyFiles | None:
    """Return the survey a question names; the first of the site by default."""
    for survey in site.surveys:
        if question.survey in ("", survey.name):
            return survey
    return None


def _changed_scale(question: Question, site: Site) -> Iterator[str]:
    whole = all(step == int(step) and step >= 2 for step in question.steps)
    if len(question.steps) != 2 or not whole or len({*question.steps}) == 1:
        yield "steps are two numbers that differ, before and after"
    if site.ratings is None:
        yield "a scale that was changed needs the site's table 'ratings'"


def _delivery(question: Question) -> Iterator[str]:
    if question.planned is None or question.delivered is None:
        yield "design 'effect' needs planned and delivered"
    elif question.planned < 1 or not 0 <= question.delivered <= question.planned:
        yield "delivered is not between 0 and planned"
    elif question.delivered:
        yield "something was delivered: use a design that compares"

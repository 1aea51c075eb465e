"""The ladder in words: what is licensed, what is lost, and by which numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tillit_eval.phrases import Language, number, say
from tillit_eval.quality.invariance._steps import Step

if TYPE_CHECKING:
    from tillit_eval.quality.invariance.model import Invariance, Rung


def claim(found: Invariance, lang: Language) -> str:
    """Say which claim stands and which is lost, then the numbers behind it."""
    return " ".join(part for part in _parts(found, lang) if part)


def step_name(step: str, lang: Language) -> str:
    """Name a step in a language."""
    return say(f"invariance.step_{step}", lang)


def released_name(rung: Rung, lang: Language) -> str:
    """Name a partial step with the items that are let go."""
    name = step_name(rung.name, lang)
    return say("invariance.released", lang, step=name, items=rung.released)


def verdict(rung: Rung, lang: Language) -> str:
    """Say whether a step is kept."""
    if rung.above:
        return say("invariance.above", lang)
    return say("invariance.kept" if rung.kept else "invariance.lost", lang)


def guide_name(found: Invariance, lang: Language) -> str:
    """Name the published guide that stands beside the test."""
    guides = [rung.guide for rung in found.rungs if rung.guide]
    usual = "svetina" if found.is_ordinal else "chen"
    return say(f"invariance.guide_{guides[-1] if guides else usual}", lang)


def p_in_words(p: float | None, lang: Language) -> str:
    """Write a p value, never as zero; nothing where there was nothing to test."""
    if p is None or p != p:
        return ""
    if p < 0.001:
        return say("invariance.p_tiny", lang, p=number(0.001, 3, lang))
    return say("invariance.p_value", lang, p=number(p, 3, lang))


def over_in_words(found: Invariance, lang: Language) -> str:
    """Say how many groups and waves are compared."""
    return say(f"invariance.over_{found.over}", lang, n=len(found.conditions))


def _parts(found: Invariance, lang: Language) -> Iterator[str]:
    yield _opening(found, lang)
    rung = _telling(found)
    if rung is not None:
        yield _numbers(rung, lang)
        yield _disagreement(rung, lang)
    if found.state != "cannot_tell":
        yield from _latent(found, lang)
    yield say("invariance.smallest", lang, n=found.count(found.n_smallest, lang))
    if found.caution is not None:
        yield found.caution.say(lang)


def _opening(found: Invariance, lang: Language) -> str:
    blanks = {
        "name": found.name(lang),
        "over": over_in_words(found, lang),
        "items": found.released,
        "lost": step_name(found.lost, lang) if found.lost else "",
    }
    if found.state == "cannot_tell":
        why = found.because.say(lang) if found.because else ""
        text = say("invariance.claim_cannot_tell", lang, **blanks, why=why)
        return f"{text} {_anyway(found, lang)}" if found.rungs else text
    if found.state == "not_configural":
        first = found.rungs[0]
        blanks |= {
            "cfi": number(first.cfi, 3, lang),
            "srmr": number(first.srmr, 3, lang),
        }
        return say("invariance.claim_not_configural", lang, **blanks)
    key: str = "partial_metric" if found.reached == "partial_metric" else found.state
    if found.lost == "thresholds":
        key = "thresholds"
    text = say(f"invariance.claim_{key}", lang, **blanks)
    if key == "scalar" and found.lost == "strict":
        text += " " + say("invariance.claim_scalar_only", lang)
    return text


def _anyway(found: Invariance, lang: Language) -> str:
    lost = ""
    if found.lost:
        lost = say("invariance.numbers_lost", lang, lost=step_name(found.lost, lang))
    reached = step_name(found.reached, lang)
    return say("invariance.numbers_anyway", lang, reached=reached, lost=lost)


def _telling(found: Invariance) -> Rung | None:
    """Return the rung whose numbers matter: the lost one, else the scalar one."""
    step: str | Step = found.lost if found.lost not in ("", "strict") else "scalar"
    for rung in found.rungs:
        if rung.step == step and rung.d_cfi is not None:
            return rung
    return None


def _numbers(rung: Rung, lang: Language) -> str:
    deltas = {
        name: number(value or 0.0, 3, lang, sign=True)
        for name, value in (
            ("cfi", rung.d_cfi),
            ("rmsea", rung.d_rmsea),
            ("srmr", rung.d_srmr),
        )
    }
    step = step_name(rung.name, lang)
    blanks = deltas | {"step": step[0].upper() + step[1:]}
    if not rung.df_difference or rung.p_difference is None:
        return say("invariance.at_step_free", lang, **blanks)
    return say(
        "invariance.at_step",
        lang,
        **blanks,
        chi=number(rung.chi_square_difference or 0.0, 1, lang),
        df=rung.df_difference,
        p=p_in_words(rung.p_difference, lang),
    )


def _disagreement(rung: Rung, lang: Language) -> str:
    """Say what the published guide says, above all where it says otherwise."""
    guide = say(f"invariance.guide_{rung.guide}", lang)
    if rung.guide_keeps == rung.kept:
        key = "test_only" if rung.kept and rung.test_differs else "guide_agrees"
    else:
        key = "guide_only" if rung.kept else "guide_keeps"
    return say(f"invariance.{key}", lang, guide=guide)


def _latent(found: Invariance, lang: Language) -> Iterator[str]:
    """Say the latent difference where there is only one to say."""
    if len(found.differences) != 1:
        return
    one = found.differences[0]
    yield say(
        "invariance.latent",
        lang,
        condition=one.condition,
        against=one.against,
        estimate=number(one.estimate, 2, lang, sign=True),
        interval=one.interval.say(lang),
    )
    key = "latent_observed" if one.expected is None else "latent_points"
    yield say(
        f"invariance.{key}",
        lang,
        observed=number(one.observed, 2, lang, sign=True),
        interval=one.observed_interval.say(lang),
        unit=say(f"invariance.unit_{'points' if found.points else 'steps'}", lang),
        expected=number(one.expected or 0.0, 2, lang, sign=True),
    )

"""Tier 1, speed: what was measured counts, else what is published, else what is computed; each says which it is.

Source: methods.md sections 3.4, 3.5 and 6. Seconds. A measured time is held against the percentile the person asked
for, with the interval of the share that takes longer; a median or a best case can only exclude or caution.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from workbench.analysis.candidates import Candidate
from workbench.analysis.rules import About, Context, Effect, Finding, Rule, excluded, kept, warned
from workbench.analysis.statistics import wilson
from workbench.analysis.words import count, seconds, share
from workbench.domain.evidence import MeasuredSpeed
from workbench.domain.verdict import Hosting, LocalPace

_FACTS = "catalog"
# Below this many seconds to the first token, a model that thinks first needs its thinking capped.
THINKING_LIMIT_S = 3.0
# Fewer answers than this say nothing of the slowest.
FEWEST_MEASURED = 5


def _first_token(context: Context, candidate: Candidate) -> Finding | None:
    limit = context.requirements.ttft_limit_s
    if limit is None:
        return None
    measured = _measured_for(context, candidate)
    if measured is not None and len(measured.ttft_s) >= FEWEST_MEASURED:
        return _measured(context, limit, measured.ttft_s, "first token", measured.label)
    if (pace := _pace(candidate)) is not None:
        return _local_finding(context, limit, pace, "first token", answer_tokens=0.0)
    plan = candidate.plan
    if plan is not None and plan.ttft_s is not None:
        return _speed_finding(context, limit, plan.ttft_s, "first token", "computed, one request alone", best_case=True)
    if candidate.speed is None:
        return _unproven("its time to the first token", f"first token within {seconds(limit)}")
    source = f"{candidate.speed.source}, {candidate.speed.as_of}"
    return _speed_finding(context, limit, candidate.speed.ttft_s, "first token", source, best_case=False)


def _whole_answer(context: Context, candidate: Candidate) -> Finding | None:
    limit = context.requirements.total_limit_s
    if limit is None:
        return None
    measured = _measured_for(context, candidate)
    if measured is not None and len(measured.total_s) >= FEWEST_MEASURED:
        return _measured(context, limit, measured.total_s, "whole answer", measured.label)
    plan, words = candidate.plan, context.requirements.workload.tokens_out.likely
    if (pace := _pace(candidate)) is not None:
        return _local_finding(context, limit, pace, "whole answer", answer_tokens=words)
    if plan is not None and plan.total_s is not None:
        alone = "computed, one request alone"
        return _speed_finding(context, limit, plan.total_s, "whole answer", alone, best_case=True)
    if candidate.speed is None:
        return _unproven("its speed", f"whole answer within {seconds(limit)}")
    total = candidate.speed.ttft_s + words / candidate.speed.output_tokens_per_s
    source = f"{candidate.speed.source}, {candidate.speed.as_of}"
    return _speed_finding(context, limit, total, "whole answer", source, best_case=False)


@lru_cache(maxsize=16)
def _unproven(what: str, asked: str) -> Finding:
    """The same for the many offers that nobody has timed."""
    return warned(f"Unproven: no source gives {what} here. Your own eval will.", asked, "no source says", _FACTS)


def _measured_for(context: Context, candidate: Candidate) -> MeasuredSpeed | None:
    """What the own eval measured of this very way to get the model: a file's speed says nothing of a server's."""
    if not context.speeds or candidate.hosting is Hosting.SELF_HOST:
        return None
    names = (f"{candidate.offer_id}/{candidate.model_id}", candidate.model_id)
    return next((context.speeds[name] for name in names if name in context.speeds), None)


def _measured(context: Context, limit: float, values: Sequence[float], what: str, label: str) -> Finding:
    percentile = context.requirements.latency_percentile
    asked = _asked(what, limit, percentile)
    reached = float(np.percentile(np.asarray(values, dtype=np.float64), percentile))
    late = sum(value > limit for value in values)
    most = wilson(late, len(values)).high
    offered = f"{seconds(reached)} for {percentile} in 100, measured"
    head = (
        f"Measured: the {what} came within {seconds(reached)} for {percentile} in 100 of {count(len(values), 'answer')}"
    )
    if reached > limit:
        return excluded(f"{head}; you allow {seconds(limit)}.", asked, offered, label, answer=reached)
    if most > 1 - percentile / 100:
        text = f"{head}. Too few to be sure: up to {share(most)} may take longer than {seconds(limit)}."
        return warned(text, asked, offered, label)
    return kept(f"{head}.", asked, offered, label)


def _pace(candidate: Candidate) -> LocalPace | None:
    return candidate.local.pace if candidate.local is not None else None


def _local_finding(context: Context, limit: float, pace: LocalPace, what: str, *, answer_tokens: float) -> Finding:
    """Of a file on this machine: the measured time, else the best that its size and the machine's memory allow."""
    prompt = context.requirements.workload.tokens_in.likely
    found = prompt / pace.prompt_tokens_per_s.high + answer_tokens / pace.tokens_per_s.high
    if pace.measured:
        source = f"measured on this machine, {pace.as_of}"
        return _speed_finding(context, limit, found, what, source, best_case=False)
    source = "predicted from its size and this machine's memory; measure it on Local models"
    return _speed_finding(context, limit, found, what, source, best_case=True)


def _speed_finding(context: Context, limit: float, found: float, what: str, source: str, *, best_case: bool) -> Finding:
    """A best case or median above the limit fails for half of the requests at least; below it proves little."""
    percentile = context.requirements.latency_percentile
    asked, kind, took = _asked(what, limit, percentile), "at best" if best_case else "median", seconds(found)
    if found > limit:
        text = f"The {what} takes {took} ({kind}); you allow {seconds(limit)}."
        return excluded(text, asked, f"{took} {kind}", source, answer=found)
    if best_case or percentile > 50:
        text = f"The {what} takes {took} ({kind}); how slow the slowest are is unproven until your own eval."
        return warned(text, asked, f"{took} {kind}", source)
    return kept(f"The {what} takes {took} ({kind}).", asked, f"{took} {kind}", source)


@lru_cache(maxsize=16)
def _asked(what: str, limit: float, percentile: int) -> str:
    return f"{what} within {seconds(limit)} for {percentile} in 100"


def _thinking(context: Context, candidate: Candidate) -> Finding | None:
    limit, model = context.requirements.ttft_limit_s, candidate.model
    if limit is None or limit > THINKING_LIMIT_S or model is None or not model.capabilities.reasoning:
        return None
    text = "It thinks before it answers: cap its thinking, or the first words come late."
    return warned(text, f"first token within {seconds(limit)}", "reasoning model", _FACTS)


SPEED = (
    Rule(
        "R1.6.first", 1, "ttft_limit_s", About.OFFER, "Time to the first token", _FACTS, _first_token,
        "a limit on the first token is stated",
    ),
    Rule(
        "R1.6.total", 1, "total_limit_s", About.OFFER, "Time to the whole answer", _FACTS, _whole_answer,
        "a limit on the whole answer is stated",
    ),
    Rule(
        "R1.6.think", 1, "ttft_limit_s", About.MODEL, "Thinking time", _FACTS, _thinking,
        "the first token must come within three seconds and the model thinks first", Effect.WARN,
    ),
)  # fmt: skip

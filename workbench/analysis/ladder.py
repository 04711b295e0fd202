"""The adaptation ladder of a scenario: its gaps, measured or entered, each rung with what it costs for this workload.

Source: methods.md section 6, "Adaptation ladder", rules A1 to A5, and section 7.2. Money USD.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workbench.analysis.adaptation import (
    Circumstances,
    Gaps,
    Rung,
    Step,
    climb,
    long_prompt_usd_month,
    tuning_cost,
)
from workbench.analysis.assumptions import RETRIEVAL, TUNING
from workbench.analysis.matching import Judged, Matching
from workbench.analysis.option_figures import candidate_of
from workbench.analysis.quality_axis import OWN_EVAL, Axis
from workbench.analysis.scaling import training_cost
from workbench.analysis.statistics import Interval
from workbench.analysis.words import rounded, usd
from workbench.domain.evidence import Evidence, Quality
from workbench.domain.figures import Estimate
from workbench.domain.option import Adaptation, DataFlow, LadderRung, OptionDraft
from workbench.domain.requirements import Requirements, Sensitivity, Task, ThirdParty
from workbench.domain.verdict import Hosting

_OWN_FACTS = frozenset({Task.ANSWERING, Task.SUMMARISING, Task.EXTRACTION, Task.SEARCH})
_EPOCHS = 3.0
# A small model as they are trained today [A]: 7 billion parameters on 2 trillion tokens (methods.md TV-7c).
_SCRATCH_PARAMS, _SCRATCH_TOKENS = 7e9, 2e12
_TITLES: Mapping[Rung, str] = {
    "prompt": "A better prompt: instructions, examples, a schema",
    "context": "The documents in the prompt, cached",
    "rag": "Retrieval (RAG)",
    "retrieval": "Better retrieval",
    "stronger model": "A stronger model",
    "fine-tuning": "Fine-tuning",
    "from scratch": "A model of your own from scratch",
}
_NOT_NEEDED = {
    "fine-tuning": "Fine-tuning: no gap in skill or style has been measured that would call for it.",
    "from scratch": "Training from scratch: nothing measured calls for it.",
}
_GAP_OF: Mapping[Rung, str] = {
    "prompt": "instruction",
    "context": "knowledge",
    "rag": "knowledge",
    "retrieval": "retrieval",
    "stronger model": "skill",
    "fine-tuning": "style",
}


@dataclass(frozen=True, slots=True)
class Found:
    """A gap with where it comes from: "your eval" or "entered"."""

    interval: Interval
    origin: str


@dataclass(frozen=True, slots=True)
class Prices:
    """What the rungs' costs start from: what a token in costs at the option (own servers: nothing more), the parameters
    one would tune, and the cheapest model shown to be better in place of `first`: its name, what it adds a month."""

    name: str
    first: str
    usd_per_mtok_in: float
    usd_per_mtok_cached: float
    tunable_params: float | None
    provider_tunes: bool | None
    stronger: tuple[str, float] | None


def scenario_ladder(
    requirements: Requirements,
    matching: Matching,
    axis: Axis,
    draft: OptionDraft | None,
    evidence: Evidence | None = None,
) -> Adaptation:
    """The ladder of a scenario, its costs reckoned for the option of `draft`; without one the rungs carry no cost."""
    gaps = found_gaps(requirements, axis, evidence)
    prices = _prices(draft, requirements, matching, axis) if draft is not None else None
    facts = _circumstances(requirements, prices)
    ladder = climb(Gaps(**{name: gap.interval for name, gap in gaps.items()}), facts)
    rungs = tuple(_rung(step, gaps, requirements, prices, facts) for step in ladder.steps)
    climbed = {step.rung for step in ladder.steps if step.state in ("climb", "expected")}
    not_needed = [words for rung, words in _NOT_NEEDED.items() if rung not in climbed]
    return Adaptation(ladder.technique, (*ladder.reasons, *not_needed), rungs)


def found_gaps(requirements: Requirements, axis: Axis, evidence: Evidence | None = None) -> dict[str, Found]:
    """Each gap that is known: from the own eval where it says something, else as the person entered it."""
    gaps = {name: Found(_interval(value), "entered") for name, value in requirements.details.gaps.items()}
    if evidence is not None:
        gaps |= {name: Found(_interval(value), "your eval") for name, value in evidence.gaps.items()}
    skill = _skill_gap(requirements, axis)
    if skill is not None:
        gaps["skill"] = Found(skill, "your eval")
    return gaps


def _interval(points: Estimate) -> Interval:
    return Interval(points.likely / 100, points.low / 100, points.high / 100)


def _skill_gap(requirements: Requirements, axis: Axis) -> Interval | None:
    """The bar less the best model of the own eval, with its interval turned round."""
    bar = requirements.quality_target
    own: list[Quality] = [quality for quality in axis.qualities.values() if quality.basis == OWN_EVAL]
    if bar is None or not own:
        return None
    best = max(own, key=lambda quality: quality.value)
    return Interval((bar - best.value) / 100, (bar - best.high) / 100, (bar - best.low) / 100)


def _circumstances(requirements: Requirements, prices: Prices | None) -> Circumstances:
    details, own = requirements.details, requirements.sensitivity is not Sensitivity.PUBLIC
    month = requirements.workload.requests_per_month.likely
    tuning = _tuning(requirements, prices)
    training = training_cost(_SCRATCH_PARAMS, _SCRATCH_TOKENS, usd_per_gpu_hour=2.5)
    return Circumstances(
        needs_own_facts=own and bool(requirements.tasks & _OWN_FACTS),
        corpus_tokens=details.corpus_tokens,
        corpus_changes=details.corpus_changes,
        good_examples=details.good_examples,
        provider_tunes=prices.provider_tunes if prices else None,
        stronger_model_exists=prices is None or prices.stronger is not None,
        examples_usd_month=(
            long_prompt_usd_month(details.example_tokens, month, prices.usd_per_mtok_in) if prices else None
        ),
        tuning_usd=tuning.likely if tuning else None,
        unique_data=details.unique_data,
        training_budget_usd=details.training_budget_usd,
        training_usd=training.usd,
    )


def _prices(draft: OptionDraft, requirements: Requirements, matching: Matching, axis: Axis) -> Prices | None:
    parts = [(role, item) for role in draft.models if (item := candidate_of(role, matching)) is not None]
    if not parts:
        return None
    role, first = max(parts, key=lambda part: part[0].share)
    own = next((item for _, item in parts if item.candidate.hosting is not Hosting.API), None)
    tuned = own or first
    model = tuned.candidate.model
    return Prices(
        name=f"option {draft.id}",
        first=first.candidate.model_name,
        usd_per_mtok_in=sum(role.share * _input_price(item, cached=False) for role, item in parts),
        usd_per_mtok_cached=sum(role.share * _input_price(item, cached=True) for role, item in parts),
        tunable_params=model.params_total_b * 1e9 if model is not None and model.params_total_b else None,
        # Whoever runs the weights can tune them; else it is a dated fact of the provider (A4).
        provider_tunes=True if own is not None else model.capabilities.fine_tuning if model is not None else None,
        stronger=_stronger(first, role.share, draft, requirements, matching, axis),
    )


def _stronger(
    first: Judged, share: float, draft: OptionDraft, requirements: Requirements, matching: Matching, axis: Axis
) -> tuple[str, float] | None:
    """The cheapest model shown to be better than `first` that may see the requests `first` answers, its `share` of all,
    and what it costs a month more in its place."""
    now = axis.qualities.get(first.candidate.model_id)
    if now is None or first.candidate.usd_month_over_plan is None:
        return None
    # Hosted models may see clean requests only, or none as long as nobody has said that they may.
    open_and_kept = requirements.data_is_open and draft.data_flow is DataFlow.NOTHING_LEAVES
    stays = requirements.third_party is ThirdParty.SENSITIVE_STAYS or open_and_kept
    better = [
        item
        for item in matching.judged
        if item.kept and item.candidate.usd_month_over_plan is not None
        if not (stays and item.candidate.hosting is Hosting.API)
        if (score := axis.qualities.get(item.candidate.model_id)) is not None and score.low > now.value
    ]
    found = min(better, key=lambda item: _usd_of(item, share), default=None)
    return (found.candidate.model_name, _usd_of(found, share) - _usd_of(first, share)) if found is not None else None


def _usd_of(item: Judged, share: float) -> float:
    """USD a month of a share of the requests: APIs are paid for these, servers whole."""
    cost = item.candidate.usd_month_over_plan
    usd_month = cost.likely if cost is not None else float("inf")
    return usd_month * share if item.candidate.hosting is Hosting.API else usd_month


def _input_price(item: Judged, *, cached: bool) -> float:
    """USD per million input tokens; own servers are paid whatever they read."""
    offer = item.candidate.offer
    if offer is None:
        return 0.0
    plain = offer.prices.input_usd_per_mtok or 0.0
    read = offer.prices.cache_read_usd_per_mtok
    return read if cached and read is not None else plain


def _tuning(requirements: Requirements, prices: Prices | None) -> Estimate | None:
    """Examples, tuning and evals (assumed), with the compute of the run on top (A5: the small part)."""
    if prices is None:
        return None
    params = prices.tunable_params or 8e9
    compute = tuning_cost(params, requirements.details.training_tokens, _EPOCHS).usd
    return TUNING.usd + Estimate.exact(compute)


def _rung(
    step: Step, gaps: Mapping[str, Found], requirements: Requirements, prices: Prices | None, facts: Circumstances
) -> LadderRung:
    gap_name = "skill" if step.rule == "skill" else _GAP_OF.get(step.rung, "")
    gap = gaps.get(gap_name)
    setup, monthly, note = _cost(step.rung, requirements, prices, facts)
    points = gap.interval if gap is not None else None
    return LadderRung(
        id=step.rung,
        title=_TITLES[step.rung],
        state=step.state,
        rule=step.rule,
        because=step.because,
        gap=gap_name,
        points=Estimate(100 * points.low, 100 * points.point, 100 * points.high) if points else None,
        origin=gap.origin if gap is not None else "",
        setup_usd=setup,
        monthly_usd=monthly,
        cost_note=note,
    )


def _cost(
    rung: Rung, requirements: Requirements, prices: Prices | None, facts: Circumstances
) -> tuple[Estimate | None, float | None, str]:
    """Set-up, what it adds a month, and how that was reckoned."""
    details, month = requirements.details, requirements.workload.requests_per_month.likely
    name = prices.name if prices else "no model yet"
    match rung:
        case "prompt":
            words = f"{rounded(details.example_tokens)} tokens of examples with every request at {name}"
            return Estimate.exact(0.0), facts.examples_usd_month, words
        case "context":
            cached = prices.usd_per_mtok_cached if prices else 0.0
            tokens = details.corpus_tokens or 0.0
            words = f"{rounded(tokens)} tokens read from the cache with every request at {name}"
            return Estimate.exact(0.0), long_prompt_usd_month(tokens, month, cached), words
        case "rag":
            return RETRIEVAL.usd, None, "assumed effort; the passages are in your tokens per request already"
        case "retrieval":
            return RETRIEVAL.usd.scaled(0.5), None, "assumed: half the effort of the first retrieval"
        case "stronger model":
            stronger = prices.stronger if prices else None
            if stronger is None:
                return None, None, "no model inside your limits is shown to be better"
            return (
                Estimate.exact(0.0),
                stronger[1],
                f"{stronger[0]} instead of {prices.first if prices else name} in {name}",
            )
        case "fine-tuning":
            compute = tuning_cost((prices.tunable_params if prices else None) or 8e9, details.training_tokens, _EPOCHS)
            words = f"compute is {usd(compute.usd)} of it ({rounded(details.training_tokens)} tokens, 3 times over)"
            return _tuning(requirements, prices), None, words
        case "from scratch":
            run = training_cost(_SCRATCH_PARAMS, _SCRATCH_TOKENS, usd_per_gpu_hour=2.5)
            words = "compute alone, 7 billion parameters on 2 trillion tokens; staff, data and failures come on top"
            return Estimate(run.usd, run.usd, run.usd_high), None, words

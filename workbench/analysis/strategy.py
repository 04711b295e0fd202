"""Buy, build and blend: the best of each, proposed from the shortlist and the workload.

Source: methods.md section 6 (S1 to S3) and 4.3. "Best" is the additive value of quality and monthly cost on the
scenario's own anchors and points; the priority the person stated doubles one of the two.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from workbench.analysis.adaptation import Circumstances, Gaps, climb
from workbench.analysis.breakeven import break_even_of_best
from workbench.analysis.conflicts import SMALLEST_WORTHWHILE_SHARE
from workbench.analysis.matching import Judged, Matching
from workbench.analysis.option_figures import candidate_of
from workbench.analysis.quality_axis import Axis
from workbench.analysis.selfhost import Fleet, Server, ServingTable
from workbench.analysis.sensitivity import clean_share
from workbench.analysis.words import rounded, share, usd
from workbench.domain.criterion import Criterion
from workbench.domain.option import BreakEven, DataFlow, ModelRole, OptionDraft, Strategy, Technique
from workbench.domain.requirements import Requirements, Sensitivity, Task, ThirdParty
from workbench.domain.verdict import Hosting

_OWN_FACTS = frozenset({Task.ANSWERING, Task.SUMMARISING, Task.EXTRACTION, Task.SEARCH})
_TECHNIQUE_WORDS = {
    Technique.PROMPT: "",
    Technique.RAG: " + RAG",
    Technique.FINE_TUNING: " + fine-tuning",
    Technique.FROM_SCRATCH: ", trained from scratch",
}


def expected_technique(requirements: Requirements) -> Technique:
    """What a proposed option starts with, before anything is measured: RAG when answers rest on own documents."""
    own = requirements.sensitivity is not Sensitivity.PUBLIC and bool(requirements.tasks & _OWN_FACTS)
    return climb(Gaps(), Circumstances(needs_own_facts=own)).technique


def propose(
    requirements: Requirements,
    matching: Matching,
    axis: Axis,
    criteria: Sequence[Criterion],
    *,
    taken: Collection[str] = (),
) -> tuple[OptionDraft, ...]:
    """The best buy, build and blend that the shortlist holds, with free ids; fewer when it holds fewer.

    A bought option that only the data rule excludes is proposed too, so that the price of the rule can be seen.
    """
    value = _value_of(requirements, axis, criteria)
    reach = [item for item in matching.judged if item.kept or item.blocking_questions <= {"third_party"}]
    bought = _best((item for item in reach if item.candidate.hosting is Hosting.API), value, axis)
    built = _best((item for item in reach if item.candidate.hosting is Hosting.SELF_HOST), value, axis)
    technique = expected_technique(requirements)
    drafts = [
        _buy(bought, technique) if bought else None,
        _build(built, technique) if built else None,
        _blend(requirements, reach, axis, value, built, technique),
    ]
    free = _free_ids(taken)
    return tuple(replace(draft, id=next(free)) for draft in drafts if draft is not None)


def _value_of(requirements: Requirements, axis: Axis, criteria: Sequence[Criterion]) -> Callable[[Judged], float]:
    by_id = {item.id: item for item in criteria}
    quality, money = by_id.get("quality"), by_id.get("monthly_usd")

    def value(item: Judged) -> float:
        score = axis.qualities.get(item.candidate.model_id)
        cost = item.candidate.usd_month_over_plan
        good = _scaled(quality, score.value) if quality and score else 0.0
        cheap = _scaled(money, cost.likely) if money and cost else 0.0
        return good + cheap

    return value


def _scaled(criterion: Criterion, raw: float) -> float:
    """Points times value; not cut off at the anchors, so that the better of two poor ones still wins."""
    return criterion.points * (raw - criterion.worst) / (criterion.best - criterion.worst)


def _best(items: Iterable[Judged], value: Callable[[Judged], float], axis: Axis) -> Judged | None:
    """The best that has both a score and a price; one without a score only where none has one."""
    priced = [item for item in items if item.candidate.usd_month_over_plan is not None]
    scored = [item for item in priced if item.candidate.model_id in axis.qualities]
    return max(scored or priced, key=value, default=None)


def _buy(item: Judged, technique: Technique) -> OptionDraft:
    name = item.candidate.model_name
    summary = f"Every request goes to {name} at {item.candidate.offer_name}."
    role = _role(item, "answers every request", 1.0)
    title = f"{name}{_TECHNIQUE_WORDS[technique]}"
    return _draft(title, Strategy.BUY, summary, (role,), technique, DataFlow.ALL_LEAVES)


def _build(item: Judged, technique: Technique) -> OptionDraft:
    name = item.candidate.model_name
    summary = f"{name} runs on {item.candidate.offer_name} and answers every request."
    role = _role(item, "answers every request", 1.0)
    title = f"{name} self-hosted{_TECHNIQUE_WORDS[technique]}"
    return _draft(title, Strategy.BUILD, summary, (role,), technique, DataFlow.NOTHING_LEAVES)


def _blend(
    requirements: Requirements,
    reach: Sequence[Judged],
    axis: Axis,
    value: Callable[[Judged], float],
    built: Judged | None,
    technique: Technique,
) -> OptionDraft | None:
    """A cheap open model for most, the strongest affordable API model for hard requests that may leave."""
    rule = requirements.third_party
    if rule is ThirdParty.FORBIDDEN:
        return None
    mixed = rule is ThirdParty.SENSITIVE_STAYS
    weak = built if mixed else _best((item for item in reach if item.kept and _is_open(item)), value, axis)
    weak_quality = axis.qualities.get(weak.candidate.model_id) if weak else None
    if weak is None or weak_quality is None:
        return None
    stronger = [item for item in reach if item.kept and _beats(item, weak_quality.value, axis)]
    # Whole percents, as the shares of an option are entered.
    part = round(hard_and_clean(requirements, technique), 2) if mixed else requirements.details.hard_share
    if mixed and hard_and_clean(requirements, technique) < SMALLEST_WORTHWHILE_SHARE:
        return None  # the second stack would do next to nothing: the blend is the built option (S3, conflict 11)
    strong = _strongest(stronger, weak, part, requirements, axis)
    if strong is None or part <= 0:
        return None
    first, second = weak.candidate.model_name, strong.candidate.model_name
    kind = "hard requests without sensitive data" if mixed else "hard requests"
    summary = f"{first} answers {share(1 - part)} of the requests; {kind}, {share(part)}, go to {second}."
    roles = (
        _role(weak, "standard and all sensitive requests" if mixed else "standard requests", 1.0 - part),
        _role(strong, kind, part),
    )
    flow = DataFlow.ALL_LEAVES if weak.candidate.hosting is Hosting.API else DataFlow.CLEAN_LEAVES
    return _draft(f"Blend, {first} and {second}", Strategy.BLEND, summary, roles, technique, flow)


def hard_and_clean(requirements: Requirements, technique: Technique) -> float:
    """The share of requests that are hard and may leave, 0 to 1: `hard * (1 - d)^m` (methods.md 4.3, TV-4i).

    Without retrieval the request itself is the one passage.
    """
    passages = requirements.details.passages if technique is not Technique.PROMPT else 1
    return requirements.details.hard_share * clean_share(requirements.sensitive_share, passages)


def _strongest(
    stronger: Sequence[Judged], weak: Judged, part: float, requirements: Requirements, axis: Axis
) -> Judged | None:
    """The best of them whose share fits the monthly budget beside the weak model; the cheapest when none does."""
    cap, spent = requirements.monthly_cap_usd, _likely(weak)
    if weak.candidate.hosting is Hosting.API:
        spent *= 1.0 - part
    within = [item for item in stronger if cap is None or spent + part * _likely(item) <= cap]
    if within:
        return max(within, key=lambda item: axis.qualities[item.candidate.model_id].value)
    return min(stronger, key=_likely, default=None)


def _is_open(item: Judged) -> bool:
    return item.candidate.model is not None and item.candidate.model.open_weights


def _beats(item: Judged, quality: float, axis: Axis) -> bool:
    found = axis.qualities.get(item.candidate.model_id)
    return item.candidate.hosting is Hosting.API and found is not None and found.low > quality


def _role(item: Judged, words: str, part: float) -> ModelRole:
    return ModelRole(item.candidate.model_id, item.candidate.offer_id, words, part)


def _draft(
    name: str,
    strategy: Strategy,
    summary: str,
    models: tuple[ModelRole, ...],
    technique: Technique,
    flow: DataFlow,
) -> OptionDraft:
    return OptionDraft("", name, strategy, summary, models, technique, flow, proposed=True)


def _free_ids(taken: Collection[str]) -> Iterator[str]:
    """A, B, ... Z, A2, ... without those in use."""
    number = 0
    while True:
        letter, round_ = chr(ord("A") + number % 26), number // 26
        name = letter if round_ == 0 else f"{letter}{round_ + 1}"
        number += 1
        if name not in taken:
            yield name


def proposal_notes(drafts: Sequence[OptionDraft], requirements: Requirements, axis: Axis) -> tuple[str, ...]:
    """What was assumed where proposals rest on less than a score and a bar."""
    notes = []
    blind = [draft.id for draft in drafts if any(role.model_id not in axis.qualities for role in draft.models)]
    for name in blind:
        notes.append(f"{name} was proposed by cost alone: no model that fits has an independent score. Run your eval.")
    if requirements.quality_target is None and len(blind) < len(drafts):
        notes.append("You set no quality bar: the proposals weigh quality and cost by your points.")
    return tuple(notes)


def strategy_notes(
    requirements: Requirements, found: Sequence[BreakEven], drafts: Sequence[OptionDraft] = ()
) -> tuple[str, ...]:
    """Which of buy, build and blend the data and the volume speak for (S1 to S3), and why no blend is proposed."""
    notes: list[str] = []
    if requirements.third_party is ThirdParty.FORBIDDEN:
        notes.append("Build: no other company may process the data, so the model runs on your own servers.")
    elif requirements.third_party is ThirdParty.SENSITIVE_STAYS:
        notes.append("Blend or build: sensitive requests need a model of your own; clean ones may go out.")
        notes += _no_blend(requirements, drafts)
    now = requirements.workload.requests_per_day.likely
    crossed = [item for item in found if item.requests_per_day is not None and item.requests_per_day <= now]
    if found and not crossed:
        notes.append(f"On price alone buying wins: every break-even lies above your {rounded(now, 2)} requests a day.")
    elif found and len(crossed) == len(found):
        notes.append(f"On price alone own servers win at your {rounded(now, 2)} requests a day.")
    return tuple(notes)


def _no_blend(requirements: Requirements, drafts: Sequence[OptionDraft]) -> list[str]:
    """Why the proposals hold no blend, where too few requests would gain from one."""
    both = hard_and_clean(requirements, expected_technique(requirements))
    proposed = bool(drafts) and all(draft.proposed for draft in drafts)
    if not proposed or both >= SMALLEST_WORTHWHILE_SHARE or any(d.strategy is Strategy.BLEND for d in drafts):
        return []
    hard = requirements.details.hard_share
    return [
        f"No blend is proposed: {share(hard)} of the requests are hard, and only {share(both)} are hard and clean. "
        f"Below {share(SMALLEST_WORTHWHILE_SHARE)} a second stack is not worth it."
    ]


def break_evens(
    drafts: Iterable[OptionDraft], requirements: Requirements, matching: Matching, servers: Sequence[Server]
) -> tuple[BreakEven, ...]:
    """From which volume own servers cost less, for each of `break_even_pairs`, on the best of `servers` there."""
    pairs = break_even_pairs(drafts, matching)
    table = serving_of(pairs, servers)
    return tuple(_break_even(api, server, requirements, table) for api, server in pairs)


def serving_of(pairs: Iterable[tuple[Judged, Judged]], servers: Sequence[Server]) -> ServingTable:
    """What the self-hosted models of `break_even_pairs` can run on."""
    models = {server.candidate.model_id: server.candidate.model for _, server in pairs}
    return ServingTable([model for model in models.values() if model is not None], servers)


def fleets_of(server: Judged, requirements: Requirements, table: ServingTable) -> tuple[Fleet, ...]:
    """Everything the self-hosted model can run on, whichever is cheapest at the volume of today."""
    model = server.candidate.model
    return table.fleets(model, requirements) if model is not None else ()


def break_even_pairs(drafts: Iterable[OptionDraft], matching: Matching) -> tuple[tuple[Judged, Judged], ...]:
    """(API offer, own servers): every API offer of the options against every self-hosted model of them, and each such
    model against the cheapest API that sells the same model. Only with a price."""
    parts = [(role, candidate_of(role, matching)) for draft in drafts for role in draft.models]
    hosted = {item.candidate.offer_id + item.candidate.model_id: item for _, item in parts if item and _is_api(item)}
    own = {item.candidate.model_id: item for _, item in parts if item and item.candidate.plan is not None}
    pairs = [(api, server) for api in hosted.values() for server in own.values()]
    for model_id, server in own.items():
        same = [item for item in matching.by_model[model_id] if _is_api(item) and item.candidate.usd_month_over_plan]
        cheapest = min(same, key=_likely, default=None)
        if cheapest is not None:
            pairs.append((cheapest, server))
    return tuple(pair for pair in pairs if pair[0].candidate.usd_month_over_plan)


def _is_api(item: Judged) -> bool:
    return item.candidate.hosting is Hosting.API


def _likely(item: Judged) -> float:
    cost = item.candidate.usd_month_over_plan
    return cost.likely if cost is not None else float("inf")


def _break_even(api: Judged, server: Judged, requirements: Requirements, table: ServingTable) -> BreakEven:
    fleets, monthly = fleets_of(server, requirements, table), api.candidate.usd_month_over_plan
    if not fleets or monthly is None:
        raise ValueError("a break-even needs servers and a price")
    per_request = monthly.likely / requirements.workload.requests_per_month.likely
    found, place = break_even_of_best(per_request, [fleet.hosting for fleet in fleets])
    api_name = f"{api.candidate.model_name} at {api.candidate.offer_name}"
    fleet = fleets[place]
    own_name = f"{server.candidate.model_name} on {fleet.name(found.replicas or fleet.hosting.smallest_replicas)}"
    now = requirements.workload.requests_per_day.likely
    if found.requests_per_day is None:
        text = f"{own_name} never costs less than {api_name} ({usd(per_request)} a request)."
    else:
        where = "below" if now < found.requests_per_day else "above"
        text = (
            f"{own_name} costs less than {api_name} from {rounded(found.requests_per_day, 2)} requests a day on; "
            f"you are {where} that with {rounded(now, 2)}. Price only: whether it is as good is for your eval."
        )
    return BreakEven(
        f"{api.candidate.model_id}@{api.candidate.offer_id}",
        f"{server.candidate.model_id}@self-host:{fleet.server.hardware.id}x{fleet.gpus}",
        found.requests_per_day,
        text,
    )

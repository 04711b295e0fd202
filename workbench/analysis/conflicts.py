"""Requirements that pull against each other, and the way out of each (methods.md section 6, conflicts 1 to 13).

Two questions: what the models say (`model_conflicts`) and what the options say (`option_conflicts`). Every sentence
carries the figures it rests on; nothing is decided here that the rules have not decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from workbench.analysis.kv_cache import cache_shape
from workbench.analysis.matching import Judged, Matching
from workbench.analysis.rules_speed import THINKING_LIMIT_S
from workbench.analysis.selfhost import longest_request
from workbench.analysis.sensitivity import clean_share
from workbench.analysis.words import count, gigabytes, listed, rounded, seconds, share, tokens, usd
from workbench.domain.evidence import Quality
from workbench.domain.option import BreakEven, DataFlow, Option, Strategy, Technique
from workbench.domain.requirements import Priority, Requirements, Sensitivity, ThirdParty
from workbench.domain.verdict import Conflict, Hosting

# From here on one request fills servers; methods.md's own example has ten million.
LONG_TOKENS = 1_000_000
# Below this share of requests a second stack is not worth it (methods.md section 6, S3) [A].
SMALLEST_WORTHWHILE_SHARE = 0.05
_MOST_NAMES = 3
_RICH = ("audio", "video", "image")
_MEDIA_WORDS = {"audio": "sound", "video": "film", "image": "pictures"}


def model_conflicts(
    requirements: Requirements, matching: Matching, qualities: Mapping[str, Quality], *, oracle: float | None = None
) -> tuple[Conflict, ...]:
    """What pulls against what among the models. `oracle`: share of the own eval's cases (0 to 100) that at least one
    model got right; None without such an eval."""
    found = (
        _local_and_best(requirements, matching, qualities),
        _local_and_long(requirements, matching),
        _quick_and_thinking(requirements, matching),
        _media_and_local(requirements, matching),
        _regulated_and_local(requirements),
        _licence_and_place(requirements, matching, qualities),
        _bar_above_all(requirements, matching, qualities, oracle),
        _one_vendor_and_fallback(requirements, matching),
        _budget_below_all(requirements, matching),
    )
    return tuple(item for item in found if item is not None)


def option_conflicts(
    options: Sequence[Option], requirements: Requirements, breakevens: Sequence[BreakEven]
) -> tuple[Conflict, ...]:
    """What pulls against what among the options."""
    found = (
        _cheap_and_redundant(requirements, breakevens),
        _deadline_and_servers(options, requirements),
        _tuning_and_provider(options),
        _blend_and_clean(options, requirements),
        _caps_below_all(options, requirements),
    )
    return tuple(item for item in found if item is not None)


def _is_local(requirements: Requirements) -> bool:
    return requirements.third_party in (ThirdParty.FORBIDDEN, ThirdParty.SENSITIVE_STAYS)


def _best(items: Iterable[Judged], qualities: Mapping[str, Quality]) -> tuple[Judged, Quality] | None:
    scored = [(item, qualities[item.candidate.model_id]) for item in items if item.candidate.model_id in qualities]
    return max(scored, key=lambda pair: pair[1].value, default=None)


def _names(items: Iterable[Judged]) -> str:
    """Up to three model names, and how many more."""
    names = list(dict.fromkeys(item.candidate.model_name for item in items))
    more = len(names) - _MOST_NAMES
    return listed([*names[:_MOST_NAMES], f"{more} more"]) if more > 0 else listed(names)


def _local_and_best(
    requirements: Requirements, matching: Matching, qualities: Mapping[str, Quality]
) -> Conflict | None:
    if not _is_local(requirements) or requirements.priority is not Priority.QUALITY:
        return None
    own = _best((i for i in matching.judged if i.kept and i.candidate.hosting is not Hosting.API), qualities)
    reach = (i for i in matching.judged if i.candidate.hosting is Hosting.API)
    hosted = _best((i for i in reach if i.blocking_questions <= {"third_party", "papers"}), qualities)
    if hosted is None or (own is not None and own[1].value >= hosted[1].value):
        return None
    frontier = f"{hosted[0].candidate.model_name} ({hosted[1].value:.0f})"
    if own is None:
        text = f"No model of your own has an independent score; the best hosted one is {frontier}."
    else:
        gap = hosted[1].value - own[1].value
        text = (
            f"The best model you may run yourself is {own[0].candidate.model_name} ({own[1].value:.0f} of 100, "
            f"{own[1].basis}); the best hosted one is {frontier}, {count(round(gap), 'point')} ahead."
        )
    way = "Measure the gap on your own cases: it may be smaller there than on public ones."
    if requirements.third_party is ThirdParty.SENSITIVE_STAYS:
        clean = clean_share(requirements.sensitive_share, requirements.details.passages)
        way = f"Blend: clean requests, about {share(clean)}, may go to the hosted model. {way}"
    return Conflict(1, "Data stays here, quality first", text, way, ("third_party", "priority"))


def _local_and_long(requirements: Requirements, matching: Matching) -> Conflict | None:
    need = longest_request(requirements)
    if not _is_local(requirements) or need < LONG_TOKENS:
        return None
    caches = [
        (shape.bytes_at(need), model)
        for items in matching.by_model.values()
        if (model := items[0].candidate.model) is not None and model.open_weights
        if (model.context_tokens or 0) >= need and (shape := cache_shape(model.architecture)) is not None
    ]
    if not caches:
        text = f"No open model in the catalog holds {tokens(need)} at once and says how its memory grows."
    else:
        size, model = min(caches, key=lambda pair: pair[0])
        text = f"One request of {tokens(need)} keeps {gigabytes(size)} of cache ({model.name}), beside the weights."
    way = "Fetch the passages that matter, or split the text: a few thousand tokens do most jobs."
    return Conflict(2, "Data stays here, very long requests", text, way, ("third_party", "context_tokens"))


def _quick_and_thinking(requirements: Requirements, matching: Matching) -> Conflict | None:
    limit = requirements.ttft_limit_s
    if limit is None or limit > THINKING_LIMIT_S:
        return None
    thinkers = [i for i in matching.judged if i.candidate.model and i.candidate.model.capabilities.reasoning]
    kept = [item for item in thinkers if item.kept]
    late = [i for i in thinkers if any(rule.id.startswith("R1.6") for rule, _ in i.blocked_by)]
    if not kept and not late:
        return None
    text = f"The first words must come within {seconds(limit)}, and a reasoning model thinks first."
    if late:
        text += f" Out for it: {_names(late)}."
    if kept:
        text += f" Still in, with a caution: {_names(kept)}."
    way = "Cap the thinking tokens of those, or take a model that answers at once; your eval shows what is lost."
    return Conflict(3, "Quick answers, reasoning models", text, way, ("ttft_limit_s",))


def _media_and_local(requirements: Requirements, matching: Matching) -> Conflict | None:
    wanted = requirements.input_modalities | requirements.output_modalities
    media = [kind for kind in _RICH if kind in wanted]
    if not _is_local(requirements) or not media:
        return None
    own = [i for i in matching.judged if i.candidate.hosting is not Hosting.API and i.candidate.model is not None]
    parts = []
    for kind in media:
        able = [i for i in own if i.candidate.model and kind in _modalities(i)]
        kept = [item for item in able if item.kept]
        known = f"{_MEDIA_WORDS[kind]}: {_names(kept or able)}" if able else f"{_MEDIA_WORDS[kind]}: none"
        parts.append(known if kept or not able else f"{known} (not inside your limits)")
    text = f"Open models to run yourself, by what they handle: {'; '.join(parts)}."
    way = "Where none is left, convert first (speech to text here) and send text on, or keep that part out of scope."
    return Conflict(4, "Data stays here, more than text", text, way, ("third_party", "input_modalities"))


def _modalities(item: Judged) -> frozenset[str]:
    model = item.candidate.model
    return model.input_modalities | model.output_modalities if model else frozenset()


def _regulated_and_local(requirements: Requirements) -> Conflict | None:
    regulated = requirements.sensitivity in (Sensitivity.HEALTH, Sensitivity.EU_SPECIAL)
    if not regulated or requirements.third_party is not ThirdParty.FORBIDDEN:
        return None
    paper = "business associate agreement" if requirements.sensitivity is Sensitivity.HEALTH else "contract"
    text = f"A {paper} would open some hosted models, but you said no other company may process the data."
    way = "That answer decides, whatever is signed. Change it only with legal review. Not legal advice."
    return Conflict(5, "Regulated data, papers at hand", text, way, ("sensitivity", "third_party"))


def _licence_and_place(
    requirements: Requirements, matching: Matching, qualities: Mapping[str, Quality]
) -> Conflict | None:
    if not requirements.company_in_eu:
        return None
    out = [i for i in matching.judged if any(rule.id == "R0.3.eu" for rule, _ in i.blocked_by)]
    if not out:
        return None
    text = f"The licence of {_names(out)} excludes companies based in the EU."
    others = (i for i in matching.judged if i.kept and i.candidate.hosting is Hosting.SELF_HOST)
    best = _best(others, qualities)
    instead = "No other open model is inside your limits."
    if best is not None:
        instead = f"The best open model left is {best[0].candidate.model_name} ({best[1].value:.0f} of 100)."
    way = f"{instead} Not legal advice."
    return Conflict(9, "Company in the EU, licence that excludes it", text, way, ("company_in_eu", "licence"))


def _bar_above_all(
    requirements: Requirements, matching: Matching, qualities: Mapping[str, Quality], oracle: float | None
) -> Conflict | None:
    bar = requirements.quality_target
    if bar is None:
        return None
    reach = [i for i in matching.judged if {q for q in i.blocking_questions if q} <= {"quality_target"}]
    best = _best(reach, qualities)
    if oracle is not None and bar > oracle:
        text = (
            f"Your bar is {rounded(bar)} of 100. Even if every case of your eval went to a model that gets it right, "
            f"only {oracle:.0f} would be right."
        )
    elif best is not None and all(qualities[i.candidate.model_id].high < bar for i in reach if _scored(i, qualities)):
        text = (
            f"Your bar is {rounded(bar)} of 100. The best inside your limits, {best[0].candidate.model_name}, is put "
            f"at {best[1].value:.0f}, at most {best[1].high:.0f} ({best[1].basis})."
        )
    else:
        return None
    way = "Let a person check the answers, narrow what is asked, or lower the bar: no mix of these models reaches it."
    return Conflict(10, "A bar above every model", text, way, ("quality_target",))


def _scored(item: Judged, qualities: Mapping[str, Quality]) -> bool:
    return item.candidate.model_id in qualities


def _one_vendor_and_fallback(requirements: Requirements, matching: Matching) -> Conflict | None:
    if not (requirements.details.one_vendor and requirements.details.fallback):
        return None
    hosts: dict[str, list[Judged]] = {}
    for item in matching.judged:
        if item.kept:
            hosts.setdefault(item.candidate.model_id, []).append(item)
    twice = [items for items in hosts.values() if len({i.candidate.processor for i in items}) > 1]
    text = "Everything must come from one vendor, and another model must take over when one fails."
    if twice:
        example = twice[0]
        places = listed(list(dict.fromkeys(i.candidate.offer_name for i in example))[:2])
        first = f"{example[0].candidate.model_name} at {places}"
        way = f"{count(len(twice), 'model')} can be had at two places, for example {first}: one maker, two hosts."
    else:
        way = "No model inside your limits can be had at two places: one of the two rules must give."
    return Conflict(12, "One vendor, and a fallback", text, way, ("one_vendor", "fallback"))


def _budget_below_all(requirements: Requirements, matching: Matching) -> Conflict | None:
    cap = requirements.monthly_cap_usd
    if cap is None or any(item.kept and item.candidate.monthly_usd is not None for item in matching.judged):
        return None
    dear = [i for i in matching.judged if i.blocking_questions == {"monthly_cap_usd"} and i.candidate.monthly_usd]
    if not dear:
        return None
    dear.sort(key=_likely)
    names = listed([f"{i.candidate.model_name} ({usd(_likely(i))})" for i in dear[:_MOST_NAMES]])
    text = f"Nothing that meets everything else costs {usd(cap)} a month or less. Cheapest: {names}."
    way = f"Allow {usd(_likely(dear[0]))} a month, lower the volume, or shorten what goes in and out."
    return Conflict(13, "A budget below every price", text, way, ("monthly_cap_usd",))


def _likely(item: Judged) -> float:
    return item.candidate.monthly_usd.likely if item.candidate.monthly_usd else float("inf")


def _cheap_and_redundant(requirements: Requirements, breakevens: Sequence[BreakEven]) -> Conflict | None:
    now = requirements.workload.requests_per_day.likely
    if requirements.priority is not Priority.COST or requirements.min_replicas < 2 or not breakevens:
        return None
    above = [b for b in breakevens if b.requests_per_day is None or b.requests_per_day > now]
    if len(above) < len(breakevens):
        return None
    volumes = [b.requests_per_day for b in above if b.requests_per_day is not None]
    from_on = f"from {rounded(min(volumes), 2)} requests a day on" if volumes else "at no volume"
    text = (
        f"Cheapest first, and {count(requirements.min_replicas, 'copy', 'copies')} that never stop: own servers cost "
        f"less than an API only {from_on}; you have {rounded(now, 2)}."
    )
    way = "Below that an API is cheaper and redundant already. One copy halves the servers and stops with them."
    return Conflict(6, "Cheapest, and always on", text, way, ("priority", "min_replicas", "requests_per_day"))


def _deadline_and_servers(options: Sequence[Option], requirements: Requirements) -> Conflict | None:
    limit = requirements.weeks_limit
    late = [o for o in options if o.draft.data_flow is not DataFlow.ALL_LEAVES and _is_late(o) and "weeks" in o.figures]
    if limit is None or not late:
        return None
    names = listed([f"{o.id} needs {rounded(o.figures['weeks'].likely)} weeks" for o in late])
    text = f"{names}; you allow {rounded(limit)}."
    bridge = next((o for o in options if o.draft.strategy is Strategy.BUY), None)
    if bridge is None or "weeks" not in bridge.figures or _is_late(bridge):
        way = "Allow more weeks, or take an option that is ready in time."
    elif bridge.excluded_by:
        why = _lower(bridge.excluded_by[0].text)
        way = f"{bridge.id} could bridge the time, but it is out: {why} So there is no stage before."
    else:
        weeks = rounded(bridge.figures["weeks"].likely)
        way = f"In stages: {bridge.id} live in {weeks} weeks, {listed([o.id for o in late])} after it."
    return Conflict(7, "A near deadline, own servers", text, way, ("weeks_limit",))


def _is_late(option: Option) -> bool:
    return any(reason.requirement == "weeks_limit" for reason in option.excluded_by)


def _lower(text: str) -> str:
    return f"{text[:1].lower()}{text[1:]}"


def _tuning_and_provider(options: Sequence[Option]) -> Conflict | None:
    for option in options:
        stopped = next((r for r in option.reasons if r.rule == "R1.7" and not r.kept), None)
        if stopped is not None and option.draft.technique is Technique.FINE_TUNING:
            way = "Tune an open model on your own servers, or stay with retrieval and a better prompt."
            return Conflict(8, "Tuning, and a provider without it", stopped.text, way, ("options",))
    return None


def _blend_and_clean(options: Sequence[Option], requirements: Requirements) -> Conflict | None:
    """11: only requests that are hard **and** clean gain from the second stack."""
    if requirements.third_party is not ThirdParty.SENSITIVE_STAYS:
        return None
    blends = [
        o for o in options if o.draft.data_flow is DataFlow.CLEAN_LEAVES and o.draft.technique is not Technique.PROMPT
    ]
    details = requirements.details
    clean = clean_share(requirements.sensitive_share, details.passages)
    both = clean * details.hard_share
    if not blends or both >= SMALLEST_WORTHWHILE_SHARE:
        return None
    names, own = listed([o.id for o in blends]), next((o for o in options if o.draft.strategy is Strategy.BUILD), None)
    text = (
        f"{names}: {share(details.hard_share)} of the requests are hard and {share(clean)} are clean, so about "
        f"{share(both)} are both, below the {share(SMALLEST_WORTHWHILE_SHARE)} that make a second stack worth it."
    )
    instead = f"{own.id} does the same with one stack. " if own is not None else "One local stack does the same. "
    way = f"{instead}This counts passages as independent: measure the clean share on your index before you decide."
    return Conflict(11, "A blend with hardly any clean request", text, way, ("sensitive_share", "third_party"))


def _caps_below_all(options: Sequence[Option], requirements: Requirements) -> Conflict | None:
    """13 for options: each is out, and only for money."""
    caps = {"monthly_cap_usd", "setup_cap_usd"}
    if not options or any(not o.excluded_by or {r.requirement for r in o.excluded_by} - caps for o in options):
        return None
    parts = [f"{o.id}: {_lower(listed([r.text.rstrip('.') for r in o.excluded_by]))}" for o in options]
    cheapest = min(options, key=lambda o: o.tco_usd.get(requirements.horizon_months, float("inf")))
    way = f"The least that must give is for {cheapest.id}: its caps, or the volume behind its bill."
    return Conflict(13, "Budgets below every option", f"{'; '.join(parts)}.", way, tuple(sorted(caps)))

"""Tier 3: the category table of methods.md section 6, which names the approach. It prefers, it never excludes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from workbench.analysis.candidates import Candidate
from workbench.analysis.matching import Matching
from workbench.analysis.rules import CHECKED, Effect
from workbench.analysis.selfhost import longest_request
from workbench.domain.requirements import LicenceNeed, Priority, Requirements, Sensitivity, Task, ThirdParty
from workbench.domain.verdict import Category, Hosting, Reason

# From this many tokens in one request only a few models remain.
LONG_CONTEXT_TOKENS = 200_000
# "Time to first call today": fewer weeks than own servers take.
TODAY_WEEKS = 1.0
# Assumed borders of two words of the table: a small hosted model, and a large open one.
SMALL_TIER_USD_PER_MTOK_IN = 0.5
LARGE_OPEN_B = 70.0
_TEXT_TASKS = frozenset(
    {Task.ANSWERING, Task.EXTRACTION, Task.CLASSIFICATION, Task.SUMMARISING, Task.WRITING, Task.SEARCH}
)


@dataclass(frozen=True, slots=True)
class Known:
    """What the table's conditions look at. `api_is_cheaper`: at this volume the same open models cost less by API
    (None: none can be had both ways)."""

    requirements: Requirements
    api_is_cheaper: bool | None


@dataclass(frozen=True, slots=True)
class Row:
    """A rule of tier 3. `condition` says `holds` in words; `speaks_for` says which candidates it prefers.

    None: it only names the kind of model, which tier 1 demands anyway.
    """

    id: str
    title: str
    reason: str
    condition: str
    holds: Callable[[Known], bool]
    speaks_for: Callable[[Candidate], bool] | None = None
    effect: Effect = Effect.PREFER
    source: str = "category table of the founding documents"
    as_of: str = CHECKED


def _has_rich_media(known: Known) -> bool:
    needed = known.requirements
    return bool((needed.input_modalities - {"text", "pdf"}) or (needed.output_modalities - {"text", "embedding"}))


def _is_long(known: Known) -> bool:
    return longest_request(known.requirements) > LONG_CONTEXT_TOKENS


def _some_stays_local(known: Known) -> bool:
    return known.requirements.third_party in (ThirdParty.FORBIDDEN, ThirdParty.SENSITIVE_STAYS)


def _is_not_sensitive(known: Known) -> bool:
    """Said, not assumed: the sentence says that the data is not sensitive."""
    needed = known.requirements
    said = not needed.unknown & {"sensitivity", "third_party"}
    return said and needed.sensitivity in (Sensitivity.PUBLIC, Sensitivity.INTERNAL)


def _task(*tasks: Task) -> Callable[[Known], bool]:
    return lambda known: bool(known.requirements.tasks & set(tasks))


def _is_open(candidate: Candidate) -> bool:
    return candidate.model is not None and candidate.model.open_weights


def _is_cheap(candidate: Candidate) -> bool:
    """Open weights, or a hosted model of the small tier."""
    price = candidate.offer.prices.input_usd_per_mtok if candidate.offer else None
    return _is_open(candidate) or (price is not None and price <= SMALL_TIER_USD_PER_MTOK_IN)


def _is_frontier(candidate: Candidate) -> bool:
    return candidate.hosting is Hosting.API and not _is_cheap(candidate)


def _is_own(candidate: Candidate) -> bool:
    return candidate.hosting is not Hosting.API


def _is_hosted(candidate: Candidate) -> bool:
    return candidate.hosting is Hosting.API


def _is_large_and_open(candidate: Candidate) -> bool:
    model = candidate.model
    return _is_open(candidate) and model is not None and (model.params_total_b or 0.0) >= LARGE_OPEN_B


def _is_multimodal(candidate: Candidate) -> bool:
    model = candidate.model
    return model is not None and bool((model.input_modalities | model.output_modalities) - {"text", "pdf", "embedding"})


def _holds_much(candidate: Candidate) -> bool:
    return candidate.model is not None and (candidate.model.context_tokens or 0) > LONG_CONTEXT_TOKENS


TABLE = (
    Row(
        "C1", "Fast, cheap, good enough", "The cheapest that meets the bar: open weights or a small hosted model.",
        "cost and speed matter more than quality",
        lambda known: known.requirements.priority is Priority.COST, _is_cheap,
    ),
    Row(
        "C2", "Maximum quality", "Frontier models of the closed labs: best answers, easy to start, one vendor.",
        "quality matters most",
        lambda known: known.requirements.priority is Priority.QUALITY, _is_frontier,
    ),
    Row(
        "C3", "Data must stay local", "Open weights on your own servers: the sensitive part never leaves.",
        "no other company may process the data, or its sensitive part", _some_stays_local, _is_own, Effect.REQUIRE,
    ),
    Row(
        "C4", "Multimodal", "Models that read or make more than text; support differs by model.",
        "pictures, sound or film go in or come out", _has_rich_media, _is_multimodal,
    ),
    Row(
        "C5", "Long context", "Few models hold that much at once; retrieval often does the job with less.",
        "the longest request has more than 200,000 tokens", _is_long, _holds_much,
    ),
    Row(
        "C6", "Start with an API", "At this volume an API costs less than own servers, and the data is not sensitive.",
        "the data is public or internal, and the computed break-even lies above the volume",
        lambda known: _is_not_sensitive(known) and known.api_is_cheaper is not False, _is_hosted,
    ),
    Row(
        "C7", "The weights themselves", "Open weights: tune without limits and leave any host.",
        "the weights are required", lambda known: known.requirements.licence is LicenceNeed.OPEN_WEIGHTS, _is_open,
    ),
    Row(
        "C8", "Frontier-like quality on open weights", "The largest open models, 70B and up, come close.",
        "quality matters most, and the weights or the data must be one's own",
        lambda known: known.requirements.priority is Priority.QUALITY
        and (_some_stays_local(known) or known.requirements.licence is LicenceNeed.OPEN_WEIGHTS), _is_large_and_open,
    ),
    Row(
        "C9", "First answer today", "A hosted model answers in minutes; own servers take hours to days.",
        "it must be live within a week",
        lambda known: known.requirements.weeks_limit is not None and known.requirements.weeks_limit <= TODAY_WEEKS,
        _is_hosted,
    ),
    Row("T1", "Text", "A language model.", "text is answered, sorted, summarised or written", _task(*_TEXT_TASKS)),
    Row(
        "T2", "Pictures and text", "A multimodal model.", "pictures go in",
        lambda known: "image" in known.requirements.input_modalities,
    ),
    Row("T3", "Making pictures", "An image model.", "pictures come out", _task(Task.IMAGE_GENERATION)),
    Row(
        "T4", "Speech", "A speech model.", "speech is heard or spoken",
        _task(Task.SPEECH_TO_TEXT, Task.TEXT_TO_SPEECH),
    ),
    Row("T5", "Code", "A code model, or a strong language model.", "code is written", _task(Task.CODE)),
)  # fmt: skip


def rows_that_hold(requirements: Requirements, matching: Matching) -> tuple[Row, ...]:
    """The rows of the table whose condition is met, in its order."""
    known = Known(requirements, api_is_cheaper(matching))
    return tuple(row for row in TABLE if row.holds(known))


def categories(rows: Sequence[Row]) -> tuple[Category, ...]:
    """What the rows name, for the screen."""
    return tuple(Category(row.id, row.title, row.reason) for row in rows)


def preferences(rows: Sequence[Row]) -> Callable[[Candidate], tuple[Reason, ...]]:
    """The tier 3 reasons that speak for a candidate; candidates alike in what the rows look at share them."""
    made = {
        row.id: Reason(
            rule=row.id, tier=3, kept=True, text=f"Fits “{row.title}”.", asked=row.condition, offered=row.title,
            source=row.source, requirement="",
        )
        for row in rows
    }  # fmt: skip

    def found(candidate: Candidate) -> tuple[Reason, ...]:
        return tuple(made[row.id] for row in rows if row.speaks_for is not None and row.speaks_for(candidate))

    return found


def api_is_cheaper(matching: Matching) -> bool | None:
    """Whether most open models cost less by API than on own servers at this volume; None when none has both prices."""
    cheaper = dearer = 0
    for items in matching.by_model.values():
        prices: dict[Hosting, float] = {}
        for item in items:
            cost, hosting = item.candidate.monthly_usd, item.candidate.hosting
            if cost is not None:
                prices[hosting] = min(prices.get(hosting, cost.likely), cost.likely)
        if Hosting.API in prices and Hosting.SELF_HOST in prices:
            cheaper += prices[Hosting.API] < prices[Hosting.SELF_HOST]
            dearer += prices[Hosting.API] >= prices[Hosting.SELF_HOST]
    return None if cheaper + dearer == 0 else cheaper > dearer

"""Tier 3: the category table of methods.md section 6, which names the approach. It prefers, it never excludes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workbench.analysis.matching import Matching
from workbench.analysis.selfhost import longest_request
from workbench.domain.requirements import LicenceNeed, Priority, Requirements, Sensitivity, Task, ThirdParty
from workbench.domain.verdict import Category, Hosting

# From this many tokens in one request only a few models remain.
LONG_CONTEXT_TOKENS = 200_000
# "Time to first call today": fewer weeks than own servers take.
TODAY_WEEKS = 1.0
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
    id: str
    title: str
    reason: str
    holds: Callable[[Known], bool]


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


TABLE = (
    Row(
        "C1", "Fast, cheap, good enough", "The cheapest that meets the bar: open weights or a small hosted model.",
        lambda known: known.requirements.priority is Priority.COST,
    ),
    Row(
        "C2", "Maximum quality", "Frontier models of the closed labs: best answers, easy to start, one vendor.",
        lambda known: known.requirements.priority is Priority.QUALITY,
    ),
    Row(
        "C3", "Data must stay local", "Open weights on your own servers: the sensitive part never leaves.",
        _some_stays_local,
    ),
    Row("C4", "Multimodal", "Models that read or make more than text; support differs by model.", _has_rich_media),
    Row("C5", "Long context", "Few models hold that much at once; retrieval often does the job with less.", _is_long),
    Row(
        "C6", "Start with an API", "At this volume an API costs less than own servers, and the data is not sensitive.",
        lambda known: _is_not_sensitive(known) and known.api_is_cheaper is not False,
    ),
    Row(
        "C7", "The weights themselves", "Open weights: tune without limits and leave any host.",
        lambda known: known.requirements.licence is LicenceNeed.OPEN_WEIGHTS,
    ),
    Row(
        "C8", "Frontier-like quality on open weights", "The largest open models, 70B and up, come close.",
        lambda known: known.requirements.priority is Priority.QUALITY
        and (_some_stays_local(known) or known.requirements.licence is LicenceNeed.OPEN_WEIGHTS),
    ),
    Row(
        "C9", "First answer today", "A hosted model answers in minutes; own servers take hours to days.",
        lambda known: known.requirements.weeks_limit is not None and known.requirements.weeks_limit <= TODAY_WEEKS,
    ),
    Row("T1", "Text", "A language model.", _task(*_TEXT_TASKS)),
    Row(
        "T2", "Pictures and text", "A multimodal model.",
        lambda known: "image" in known.requirements.input_modalities,
    ),
    Row("T3", "Making pictures", "An image model.", _task(Task.IMAGE_GENERATION)),
    Row("T4", "Speech", "A speech model.", _task(Task.SPEECH_TO_TEXT, Task.TEXT_TO_SPEECH)),
    Row("T5", "Code", "A code model, or a strong language model.", _task(Task.CODE)),
)  # fmt: skip


def categories(requirements: Requirements, matching: Matching) -> tuple[Category, ...]:
    """The rows of the table that hold, in its order."""
    known = Known(requirements, api_is_cheaper(matching))
    return tuple(Category(row.id, row.title, row.reason) for row in TABLE if row.holds(known))


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

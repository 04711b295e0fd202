"""The figures of an option: what the person entered, else computed from models, offers and stated rules.

Each computed figure says in its source how it came about. Money in USD; quality, privacy and independence 0 to 100.

Source: methods.md sections 1.2, 2.1, 2.3 and 4.3.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from workbench.analysis.assumptions import WorkPackage, packages, setup_usd, setup_weeks
from workbench.analysis.candidates import Candidate
from workbench.analysis.matching import Judged, Matching
from workbench.analysis.quality_axis import OWN_EVAL, Axis
from workbench.analysis.words import day, listed, share, usd
from workbench.domain.evidence import Quality
from workbench.domain.figures import Estimate, Figure, Origin
from workbench.domain.option import DataFlow, ModelRole, OptionDraft, Strategy
from workbench.domain.requirements import Requirements, Skill
from workbench.domain.verdict import Hosting

# How far one can leave: a closed model of one vendor, an open model at a host, an open model on own servers.
CLOSED_INDEPENDENCE, HOSTED_OPEN_INDEPENDENCE, OWN_INDEPENDENCE = 20.0, 60.0, 90.0


def resolve(
    draft: OptionDraft, requirements: Requirements, matching: Matching, axis: Axis, *, as_of: str
) -> dict[str, Figure]:
    """Every known figure of the draft by name. Entered figures win; an assumed quality yields to the own eval."""
    parts = [(role, candidate_of(role, matching)) for role in draft.models]
    makers: Mapping[str, Callable[[], Figure | None]] = {
        "setup_usd": lambda: _work(draft, requirements, setup_usd, as_of),
        "monthly_usd": lambda: monthly_figure(parts, as_of),
        "weeks": lambda: _work(draft, requirements, setup_weeks, as_of),
        "quality": lambda: quality_figure(draft.models, axis, as_of),
        "privacy": lambda: _privacy(draft, as_of),
        "independence": lambda: _independence(parts, as_of),
    }
    figures: dict[str, Figure] = {}
    for name, make in makers.items():
        entered = draft.figures.get(name)
        computed = make() if entered is None or _gives_way(name, entered) else None
        measured = computed is not None and computed.origin is Origin.MEASURED
        chosen = computed if entered is None or measured else entered
        if chosen is not None:
            figures[name] = chosen
    return figures


def _gives_way(name: str, entered: Figure) -> bool:
    return name == "quality" and entered.origin is Origin.ASSUMED


def candidate_of(role: ModelRole, matching: Matching) -> Judged | None:
    """The candidate behind a role: the same offer, else the cheapest with the same kind of hosting; None if unknown."""
    found = matching.by_model.get(role.model_id, ())
    exact = [item for item in found if item.candidate.offer_id == role.offer]
    if exact:
        return exact[0]
    alike = [item for item in found if _hosting(role.offer) is item.candidate.hosting]
    return min(alike, key=lambda item: _likely(item.candidate), default=None)


def _hosting(offer: str) -> Hosting:
    if offer.startswith("self-host"):
        return Hosting.SELF_HOST
    return Hosting.LOCAL_FILE if offer.startswith("local:") else Hosting.API


def _likely(candidate: Candidate) -> float:
    cost = candidate.usd_month_over_plan
    return cost.likely if cost is not None else float("inf")


def _work(
    draft: OptionDraft,
    requirements: Requirements,
    add_up: Callable[[tuple[WorkPackage, ...], Skill], Estimate],
    as_of: str,
) -> Figure:
    work = packages(draft)
    source = f"Typical effort assumed for {listed([item.name for item in work])}; enter your own when you know it"
    return Figure(add_up(work, requirements.skill), Origin.ASSUMED, source, as_of)


def monthly_figure(parts: Sequence[tuple[ModelRole, Judged | None]], as_of: str) -> Figure | None:
    """API roles pay for their share of requests; servers are paid for whole, sized for all requests.

    A price that is announced to change counts for the part of the plan that it holds.
    """
    if not parts:
        return None
    total, words = Estimate.exact(0.0), []
    for role, item in parts:
        if item is None or item.candidate.usd_month_over_plan is None:
            return None
        candidate, cost = item.candidate, item.candidate.usd_month_over_plan
        by_request = candidate.hosting is Hosting.API
        total = total + (cost.scaled(role.share) if by_request else cost)
        part = f"{share(role.share)} of requests at {candidate.offer_name}" if by_request else candidate.offer_name
        words.append(f"{candidate.model_name}: {part}{_price_change(candidate, role.share)}")
    return Figure(total, Origin.COMPUTED, f"Computed from your workload; {'; '.join(words)}", as_of)


def _price_change(candidate: Candidate, part: float) -> str:
    """What an announced price makes of the month, where it counts within the plan."""
    now, later = candidate.monthly_usd, candidate.later
    if now is None or later is None or candidate.usd_month_over_plan == now:
        return ""
    before, after = usd(now.likely * part), usd(later[1].likely * part)
    return f", {before} a month until {day(later[0])} and {after} from then on, in the mean over your plan"


def usage_usd_month(draft: OptionDraft, figures: Mapping[str, Figure], matching: Matching) -> float:
    """USD of the likely monthly cost that are paid by use and grow with the traffic, never more than all of it.

    Beside own servers what the API parts cost, each its share of the requests at its own price, also where the bill
    was entered (a part without a price: its share of the bill); without own servers the whole bill.
    """
    bill = figures["monthly_usd"].likely if "monthly_usd" in figures else 0.0
    by_use = [role for role in draft.models if _hosting(role.offer) is Hosting.API]
    if len(by_use) == len(draft.models):
        return bill if draft.models or draft.strategy is Strategy.BUY else 0.0
    total = 0.0
    for role in by_use:
        item = candidate_of(role, matching)
        cost = item.candidate.usd_month_over_plan if item is not None else None
        total += role.share * (cost.likely if cost is not None else bill)
    return min(total, bill)


def quality_figure(models: Sequence[ModelRole], axis: Axis, as_of: str) -> Figure | None:
    """The share-weighted mean: what a split without a clever router reaches. None if a model has no score."""
    found: list[tuple[float, Quality]] = []
    for role in models:
        quality = axis.qualities.get(role.model_id)
        if quality is None:
            return None
        found.append((role.share, quality))
    total = sum(part for part, _ in found)
    if not total:
        return None
    low, value, high = (
        sum(part * getattr(quality, end) for part, quality in found) / total for end in ("low", "value", "high")
    )
    measured = all(quality.basis == OWN_EVAL for _, quality in found)
    origin = Origin.MEASURED if measured else Origin.COMPUTED
    mix = "" if len(found) == 1 else ", mixed by their shares of requests"
    source = f"{'; '.join(dict.fromkeys(quality.label for _, quality in found))}{mix}"
    return Figure(Estimate(low, value, high), origin, source, as_of)


def _privacy(draft: OptionDraft, as_of: str) -> Figure | None:
    """100 less the share of requests that another company sees: the degree beyond the rule, which excludes."""
    match draft.data_flow:
        case DataFlow.NOTHING_LEAVES:
            rating, words = 100.0, "nothing leaves"
        case DataFlow.ALL_LEAVES:
            rating, words = 0.0, "every request leaves"
        case DataFlow.CLEAN_LEAVES:
            out = sum(role.share for role in draft.models if _hosting(role.offer) is Hosting.API)
            rating, words = 100.0 * (1.0 - min(out, 1.0)), f"{share(out)} of requests leave, clean ones only"
    return Figure(Estimate.exact(rating), Origin.COMPUTED, f"Rated by what leaves: {words}", as_of)


def _independence(parts: Sequence[tuple[ModelRole, Judged | None]], as_of: str) -> Figure | None:
    total = sum(role.share for role, _ in parts)
    if not total or any(item is None for _, item in parts):
        return None
    rating = sum(role.share * _freedom(item.candidate) for role, item in parts if item is not None) / total
    source = (
        f"Rated by share of requests: {CLOSED_INDEPENDENCE:g} for a closed model of one vendor, "
        f"{HOSTED_OPEN_INDEPENDENCE:g} for open weights at a host, {OWN_INDEPENDENCE:g} on your own servers"
    )
    return Figure(Estimate.exact(rating), Origin.COMPUTED, source, as_of)


def _freedom(candidate: Candidate) -> float:
    if candidate.hosting is not Hosting.API:
        return OWN_INDEPENDENCE
    open_weights = candidate.model is not None and candidate.model.open_weights
    return HOSTED_OPEN_INDEPENDENCE if open_weights else CLOSED_INDEPENDENCE

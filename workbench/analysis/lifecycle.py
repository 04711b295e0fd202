"""When a model ends, is answered by another, or changes its price within the time a decision is made for.

Facts are dated: what counts is the day asked about, never the status word alone. A list that says "active" and gives a
shutdown within the horizon tells of a risk.

Source: methods.md section 6, tiers 1 and 2.1 (dated facts).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from workbench.analysis.words import day as day_words
from workbench.domain.model import LifecycleStatus, Model
from workbench.domain.offer import Offer, TokenPrices

_DAYS_PER_MONTH = 30.4375
#: the rules that tell of an end and of an announced price, and how a list of what they say is called
ENDS_TITLE = "What ends, or gets another price, within the plan"
DATED_RISKS = frozenset({"R1.4", "R1.4.price"})
_GOING = (LifecycleStatus.RETIRED, LifecycleStatus.DEPRECATED, LifecycleStatus.RESEARCH_ONLY)


@dataclass(frozen=True, slots=True)
class Ending:
    """The first thing that happens to a model within the time asked about. `rerouted`: another answers from then on.

    `instead` is what takes its place, None when nobody says or the catalog does not have it; `named` is its name as
    the source gives it ("" when it gives none).
    """

    model: Model
    day: date
    rerouted: bool
    instead: Model | None
    named: str
    source: str


@lru_cache(maxsize=64)
def horizon_end(today: date, months: float) -> date:
    """The last day of a plan of so many months."""
    return today + timedelta(days=round(months * _DAYS_PER_MONTH))


def ending_of(model: Model, until: date, models: Mapping[str, Model]) -> Ending | None:
    """What ends the model on or before `until`; None when nothing is announced. `models` by id and short name."""
    state = model.lifecycle
    if state.rerouted_from is None and state.shutdown_date is None:
        return None
    reroute, shutdown = as_date(state.rerouted_from), as_date(state.shutdown_date)
    first = min((day for day in (reroute, shutdown) if day is not None), default=None)
    if first is None or first > until:
        return None
    rerouted = reroute is not None and reroute <= first
    named = (state.rerouted_to if rerouted else None) or state.replacement or ""
    return Ending(model, first, rerouted, models.get(named), named, state.source or "catalog")


def ending_words(ending: Ending, today: date) -> str:
    """The ending in words: when, and what takes its place at which price."""
    past = ending.day <= today
    when = f"{'since' if past else 'from'} {day_words(ending.day.isoformat())}"
    if ending.rerouted:
        name = ending.instead.name if ending.instead else ending.named
        text = f"Requests to it are answered by {name} {when}, at that model's prices"
        return f"{text}{_price(ending)}."
    text = f"{'Ended' if past else 'Ends'} on {day_words(ending.day.isoformat())}"
    if not ending.named:
        return f"{text}; no source names a replacement."
    name = ending.instead.name if ending.instead else f"{ending.named}, which the catalog does not have"
    return f"{text}; its maker names {name} instead{_price(ending)}."


def _price(ending: Ending) -> str:
    """What the replacement costs beside what the model costs now."""
    new = ending.instead.cheapest_offer if ending.instead else None
    if new is None:
        return ""
    old = ending.model.cheapest_offer
    now = f" against {price_words(old.prices)}" if old is not None else ""
    return f" ({price_words(new.prices)} a million tokens{now})"


def price_words(prices: TokenPrices) -> str:
    """`$2.50 in, $10 out`."""
    parts = [
        f"{_dollars(usd)} {side}"
        for usd, side in ((prices.input_usd_per_mtok, "in"), (prices.output_usd_per_mtok, "out"))
        if usd is not None
    ]
    return ", ".join(parts) or "no price a token"


def _dollars(usd: float) -> str:
    if usd == int(usd):
        return f"${usd:,.0f}"
    return f"${usd:,.2f}" if usd >= 0.1 else f"${usd:.3g}"


def answered_by(model: Model, on: date, models: Mapping[str, Model]) -> Model:
    """The model that answers requests to `model` on a day: itself, or the one its id is rerouted to by then."""
    seen = {model.id}
    while True:
        start = as_date(model.lifecycle.rerouted_from)
        target = models.get(model.lifecycle.rerouted_to or "")
        if target is None or start is None or start > on or target.id in seen:
            return model
        seen.add(target.id)
        model = target


def billed_offer(model: Model, offer: Offer, on: date, models: Mapping[str, Model]) -> Offer:
    """The offer whose prices a request to `offer` is billed at on a day: that of the model which answers it, at the
    same provider; the offer itself where that model is not sold there."""
    answering = answered_by(model, on, models)
    if answering is model:
        return offer
    same = (each for each in answering.offers if each.provider == offer.provider and each.available)
    return next(same, offer)


def price_change_words(offer: Offer, today: date, until: date) -> str:
    """An announced change of the price within the time, in words; "" when there is none."""
    change = offer.scheduled_change
    starts = as_date(change.starts) if change else None
    if change is None or starts is None or not today < starts <= until:
        return ""
    return (
        f"From {day_words(starts.isoformat())} it costs {price_words(change.prices)} a million tokens; "
        f"until then {price_words(offer.prices)}."
    )


def is_going(model: Model) -> bool:
    """Whether its maker has said that it is going away, or has gone."""
    return model.lifecycle.status in _GOING


@lru_cache(maxsize=1_024)
def as_date(text: str | None) -> date | None:
    """The first day an ISO date can mean ("2026-11" is its first); None for nothing or for what is no date."""
    if not text:
        return None
    try:
        return date.fromisoformat(f"{text}-01-01"[:10] if len(text) == 4 else f"{text}-01"[:10])
    except ValueError:
        return None

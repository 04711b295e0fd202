"""Lists that disagree about a price: the offer as the cheapest and as the dearest of them has it.

Source: methods.md section 2.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields, replace

from workbench.domain.catalog_fields import spec_of
from workbench.domain.numbers import digits
from workbench.domain.offer import Offer, TokenPrices
from workbench.domain.quotes import Subject

_TOKEN_PRICES = frozenset(field.name for field in fields(TokenPrices))


def readings(offer: Offer) -> tuple[Offer, Offer] | None:
    """The offer at the lowest and at the highest of every price in dispute; None where no list disagrees."""
    if not offer.quotes:
        return None
    return _at(offer, min), _at(offer, max)


def _at(offer: Offer, pick: Callable[[Iterable[float]], float]) -> Offer:
    others = dict(offer.other_usd)
    tokens: dict[str, float] = {}
    for name in dict.fromkeys(quote.field for quote in offer.quotes):
        held = getattr(offer.prices, name) if name in _TOKEN_PRICES else others.get(name)
        said = [quote.usd for quote in offer.quotes if quote.field == name]
        if held is None:  # a step's or a batch's price, which is no list price of its own
            continue
        found = pick((held, *said))
        if name in _TOKEN_PRICES:
            tokens[name] = found
        else:
            others[name] = found
    return replace(offer, prices=replace(offer.prices, **tokens), other_usd=tuple(others.items()))


def dispute_words(offer: Offer) -> str:
    """ "Lists disagree about the price for input, 0.7 (genai-prices) to 1.36 USD per million tokens (litellm)."; ""
    when none does."""
    said = [_dispute(offer, name) for name in dict.fromkeys(quote.field for quote in offer.quotes)]
    return f"Lists disagree about {', and about '.join(said)}." if said else ""


def _dispute(offer: Offer, name: str) -> str:
    spec = spec_of(Subject.OFFER, name)
    title, unit = (spec.title.lower(), f" {spec.unit}") if spec else (name, "")
    ends = sorted((quote.usd, quote.source) for quote in offer.quotes if quote.field == name)
    (low, lists), (high, others) = ends[0], ends[-1]
    return f"the price for {title}, {digits(low)} ({lists}) to {digits(high)}{unit} ({others})"

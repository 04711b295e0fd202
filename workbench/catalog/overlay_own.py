"""A person's own discounts and hardware, and providers of whom a list gives only the name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

from workbench.catalog.overlay_models import source_of
from workbench.domain.figures import Origin
from workbench.domain.model import Model
from workbench.domain.offer import Confidence, LongContextTier, Offer, TokenPrices
from workbench.domain.provider import CloudPrice, Hardware, Provider, Purchase
from workbench.domain.quotes import OwnFact

_PLAIN = ("name", "vendor", "kind", "memory_gib", "memory_type", "bandwidth_gb_s", "fp16_tflops_dense", "tdp_w")


def discounted(model: Model, discounts: Sequence[OwnFact]) -> Model:
    """The model with the person's negotiated discounts on its list prices; own prices are final and stay."""
    if not discounts or not model.offers:
        return model
    offers = tuple(_discounted(offer, discounts) for offer in model.offers)
    return model if offers == model.offers else replace(model, offers=offers)


def _discounted(offer: Offer, discounts: Sequence[OwnFact]) -> Offer:
    """The most specific discount: one for the model before one for all that the provider sells."""
    fits = [fact for fact in discounts if fact.target == offer.provider and fact.part in ("", offer.model_id)]
    if not fits or offer.origin is Origin.YOURS:
        return offer
    fact = max(fits, key=lambda item: (item.part != "", item.entered_at))
    share = float(fact.fields["share"])
    factor = 1 - share
    peak, change, step = offer.peak_hours, offer.scheduled_change, offer.long_context
    return replace(
        offer,
        prices=_scaled(offer.prices, factor),
        batch=None if offer.batch is None else _scaled(offer.batch, factor),
        long_context=None if step is None else _step(step, factor),
        longer_context=tuple(_step(item, factor) for item in offer.longer_context),
        scheduled_change=None if change is None else replace(change, prices=_scaled(change.prices, factor)),
        peak_hours=None if peak is None else replace(peak, prices=_scaled(peak.prices, factor)),
        other_usd=tuple((name, round(usd * factor, 12)) for name, usd in offer.other_usd),
        quotes=tuple(replace(quote, usd=round(quote.usd * factor, 12)) for quote in offer.quotes),
        source=f"{source_of(fact)}, {share:.4g} off the list price; list price from {offer.source}",
        origin=Origin.YOURS,
    )


def _step(step: LongContextTier, factor: float) -> LongContextTier:
    return replace(step, prices=_scaled(step.prices, factor))


def _scaled(prices: TokenPrices, factor: float) -> TokenPrices:
    values = (getattr(prices, field.name) for field in fields(prices))
    return TokenPrices(*(None if usd is None else round(usd * factor, 12) for usd in values))


def own_hardware(shipped: Sequence[Hardware], facts: Sequence[OwnFact]) -> tuple[Hardware, ...]:
    """The shipped hardware with the person's own machines and own figures for known ones."""
    known = {item.id: item for item in shipped}
    for fact in facts:
        known[fact.target] = _hardware(known.get(fact.target), fact)
    return tuple(known.values())


def _hardware(base: Hardware | None, fact: OwnFact) -> Hardware:
    given, day, source = fact.fields, fact.entered_at[:10], source_of(fact)
    item = base or Hardware(
        fact.target, fact.target, "own", "datacenter-gpu", 0.0, "", None, None, None, None, source, True, day, (), None
    )
    plain: dict[str, Any] = {name: given[name] for name in (*_PLAIN, "fp8_tflops_dense") if name in given}
    prices = item.cloud_prices
    if "usd_per_hour" in given:
        price = CloudPrice("own", float(given["usd_per_hour"]), "on-demand", day, Confidence.HIGH, source)
        prices = (price,)
    bought = item.purchase
    if "purchase_usd" in given:
        bought = Purchase(float(given["purchase_usd"]), source, day, True, fact.note or None)
    return replace(
        item,
        **plain,
        cloud_prices=prices,
        purchase=bought,
        specs_source=source if plain else item.specs_source,
        specs_as_of=day if plain else item.specs_as_of,
        origin=Origin.YOURS,
    )


def unknown_provider(name: str, as_of: str) -> Provider:
    """A provider of whom a list gives prices and nobody has read the terms: every policy is unknown."""
    return Provider(
        id=name,
        name=name.replace("-", " ").replace("_", " ").title(),
        kind="host",
        hq_country=None,
        trains_on_api_data="unknown",
        default_retention=None,
        default_retention_days=None,
        zero_retention="unknown",
        eu_processing="unknown",
        regions=(),
        regional_uplift=None,
        certifications=(),
        hipaa_baa="unknown",
        lifecycle_notice=None,
        pricing_url=None,
        openai_compatible=None,
        notes="Known from a price list only: nobody has read its terms.",
        unread=("everything",),
        as_of=as_of,
        sources=(),
        confidence=Confidence.LOW,
    )

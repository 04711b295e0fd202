"""How the catalog's facts read: shared by its table, the page of a model, the comparison and the inspector."""

from __future__ import annotations

from workbench.analysis import words
from workbench.domain.catalog_fields import title_of
from workbench.domain.figures import Origin
from workbench.domain.model import CommercialUse, LifecycleStatus, Model, ModelKind
from workbench.domain.numbers import digits
from workbench.domain.offer import Offer
from workbench.domain.quotes import Subject
from workbench.gui.theme import Tone
from workbench.gui.widgets.rows import UNKNOWN, Mark, Span

KIND_WORDS = {
    ModelKind.LLM: "language",
    ModelKind.MULTIMODAL: "multimodal",
    ModelKind.IMAGE: "image",
    ModelKind.AUDIO_IN: "speech to text",
    ModelKind.AUDIO_OUT: "text to speech",
    ModelKind.CODE: "code",
    ModelKind.EMBEDDING: "embedding",
    ModelKind.RERANKER: "reranker",
}
COMMERCIAL_WORDS = {
    CommercialUse.ALLOWED: "allowed",
    CommercialUse.CONDITIONAL: "on conditions",
    CommercialUse.RESTRICTED: "not allowed",
    CommercialUse.UNKNOWN: UNKNOWN,
}
YOURS_MARK = Mark(Tone.NEUTRAL, "edit")


def kind(model: Model) -> str:
    """ "multimodal, closed"."""
    return f"{KIND_WORDS[model.kind]}, {'open' if model.open_weights else 'closed'}"


def count(value: float | None) -> str:
    """A whole number with separators, or the dash."""
    return UNKNOWN if value is None else f"{value:,.0f}"


def dollars(value: float | None) -> str:
    """A price a million tokens as it stands in a column."""
    if value is None:
        return UNKNOWN
    return f"{value:,.2f}" if value >= 0.1 or value == 0 else f"{value:.3g}"


def yes_no(value: bool | None) -> str:
    return UNKNOWN if value is None else "yes" if value else "no"


def size(model: Model) -> str:
    """ "671 B, 37 B active"."""
    if model.params_total_b is None:
        return UNKNOWN
    active = model.params_active_b
    part = f", {active:g} B active" if active is not None and active != model.params_total_b else ""
    return f"{model.params_total_b:,g} B{part}"


def status_mark(model: Model) -> Mark | None:
    match model.lifecycle.status:
        case LifecycleStatus.ACTIVE:
            return Mark(Tone.GOOD)
        case LifecycleStatus.DEPRECATED | LifecycleStatus.PREVIEW:
            return Mark(Tone.CAUTION)
        case LifecycleStatus.RETIRED:
            return Mark(Tone.BAD)
        case _:
            return None


def price(model: Model, field: str) -> float | None:
    """A price of the cheapest offer that is still sold."""
    offer = model.cheapest_offer
    return getattr(offer.prices, field) if offer is not None else None


def price_hint(model: Model) -> str:
    """Where the price in the table is from; the reason where there is none."""
    offer = model.cheapest_offer
    if offer is None:
        return "No provider quotes a price per token."
    whose = "your price" if offer.origin is Origin.YOURS else f"as of {words.day(offer.as_of)}"
    among = f"the cheapest of {len(model.offers)}: {offer.provider}" if len(model.offers) > 1 else offer.provider
    disagree = f" Lists disagree: {disagreements(offer)}." if offer.quotes else ""
    return f"USD per million tokens, {among}, {whose}.{disagree}"


def disagreements(offer: Offer) -> str:
    """What the lists say of each price: "Input: litellm 1.36, genai-prices 0.70"."""
    fields = dict.fromkeys(quote.field for quote in offer.quotes)
    said = {
        field: ", ".join(f"{quote.source} {dollars(quote.usd)}" for quote in offer.quotes if quote.field == field)
        for field in fields
    }
    return "; ".join(f"{title_of(Subject.OFFER, field)}: {words}" for field, words in said.items())


def band(offer: Offer | None, field: str) -> Span | None:
    """The disagreement of the lists as a bar: from the lowest to the highest, on a scale that holds both."""
    if offer is None:
        return None
    found, likely = offer.band(field), getattr(offer.prices, field)
    if found is None or likely is None:
        return None
    low, high = found
    return Span(low, likely, high, 0.0, 1.25 * max(high, likely))


def prices_in_words(offer: Offer) -> str:
    """ "$2.50 in, $10 out a million tokens", or whatever else it is sold by."""
    from workbench.analysis.lifecycle import price_words

    if offer.prices.input_usd_per_mtok is not None:
        return f"{price_words(offer.prices)} a million tokens"
    others = (f"{name.replace('usd_', '').replace('_', ' ')} ${digits(usd)}" for name, usd in offer.other_usd)
    return ", ".join(others) or "no price"


def other_prices(offer: Offer) -> str:
    """What is sold in other units."""
    return (
        ", ".join(f"{name.replace('_usd', '').replace('_', ' ')} {digits(usd)}" for name, usd in offer.other_usd)
        or UNKNOWN
    )


def whose(origin: Origin) -> str:
    """ "yours" for what the person entered, else nothing."""
    return "yours" if origin is Origin.YOURS else ""

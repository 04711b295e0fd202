"""The columns of the tables on the page of a model."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.analysis import words
from workbench.domain.figures import Origin
from workbench.domain.model import Score
from workbench.domain.offer import Confidence, Offer
from workbench.gui.catalog import model_words as say
from workbench.gui.catalog.model_facts import NOT_OPENED, NOT_STATED, READ, Fact
from workbench.gui.catalog.source_words import short_source
from workbench.gui.theme import Tone
from workbench.gui.widgets.rows import UNKNOWN, Column, Mark

if TYPE_CHECKING:
    from workbench.analysis.data_policy import Clause
    from workbench.services.catalog_history import HistoryLine

_TONES = {Confidence.HIGH: Tone.GOOD, Confidence.MEDIUM: Tone.NEUTRAL, Confidence.LOW: Tone.CAUTION}
_SURE = "Confidence"


def _fact_source(fact: Fact) -> str:
    """Who said it; a reason why nobody did stands as it is."""
    said = fact.source if fact.sure == NOT_STATED else short_source(fact.source)
    return f"{said}; but {fact.conflict}" if fact.conflict else said


def _read_mark(clause: Clause) -> Mark:
    return Mark(Tone.GOOD if clause.read else Tone.CAUTION)


FACT_COLUMNS: tuple[Column[Fact], ...] = (
    Column("fact", "Fact", lambda f: f.title, width=160),
    Column("value", "Value", lambda f: f.value, width=220, stretch=True),
    Column("as_of", "As of", lambda f: f.as_of, width=96),
    Column("sure", _SURE, lambda f: f.sure, mark=lambda f: f.mark, width=124),
    Column("source", "Source", _fact_source, hint=lambda f: f.whole_source, width=180, stretch=True),
)


def offer_columns(seller: Callable[[Offer], str]) -> tuple[Column[Offer], ...]:
    """`seller` names who sells."""

    def price(id: str, title: str, field: str) -> Column[Offer]:
        def hint(offer: Offer) -> str:
            none = "No list gives this price." if getattr(offer.prices, field) is None else ""
            return say.disagreements(offer) or none

        return Column(
            id,
            title,
            lambda o: say.dollars(getattr(o.prices, field)),
            unit="$ per M",
            right=True,
            span=lambda o: say.band(o, field),
            hint=hint,
            width=112,
        )

    return (
        Column("seller", "Sold by", seller, aside=_offer_aside, mark=_offer_mark, width=190, stretch=True),
        price("input", "Input", "input_usd_per_mtok"),
        price("output", "Output", "output_usd_per_mtok"),
        price("cache", "Cache read", "cache_read_usd_per_mtok"),
        Column("other", "Other prices", say.other_prices, unit="$", hint=say.other_prices, width=104),
        Column("as_of", "As of", lambda o: o.as_of, width=96),
        Column("sure", _SURE, lambda o: o.confidence.value, mark=_sure_mark, hint=_offer_hint, width=104),
        Column("source", "Source", lambda o: short_source(o.source), hint=lambda o: o.source, width=190, stretch=True),
    )


def _offer_aside(offer: Offer) -> str:
    parts = ["" if offer.available else "no longer sold", say.whose(offer.origin)]
    return ", ".join(part for part in parts if part)


def _offer_mark(offer: Offer) -> Mark | None:
    return say.YOURS_MARK if offer.origin is Origin.YOURS else None


def _sure_mark(offer: Offer) -> Mark:
    return Mark(_TONES[offer.confidence])


def _offer_hint(offer: Offer) -> str:
    extra = []
    if offer.scheduled_change is not None:
        extra.append(f"Other prices from {words.day(offer.scheduled_change.starts)}.")
    if offer.peak_hours is not None:
        extra.append(f"Other prices {', '.join(offer.peak_hours.windows_utc)} UTC.")
    if offer.long_context is not None:
        extra.append(f"Other prices for requests above {offer.long_context.above_tokens:,} tokens.")
    doubt = [f"Lists disagree: {say.disagreements(offer)}."] if offer.quotes else []
    return " ".join([*doubt, *extra])


def score_columns(name: Callable[[Score], str]) -> tuple[Column[Score], ...]:
    """`name` names the benchmark."""
    return (
        Column("benchmark", "Benchmark", name, aside=lambda s: say.whose(s.origin), width=190, stretch=True),
        Column("value", "Score", lambda s: f"{s.value:g}", aside=lambda s: s.unit, right=True, width=104),
        Column("variant", "Variant", lambda s: s.variant or UNKNOWN, width=150),
        Column("as_of", "As of", lambda s: s.as_of, width=96),
        Column("sure", _SURE, _interval, hint=_interval_hint, width=104),
        Column("source", "Source", lambda s: short_source(s.source), hint=lambda s: s.source, width=190, stretch=True),
    )


def _interval(score: Score) -> str:
    return NOT_STATED if score.ci95 is None else f"{score.ci95[0]:g} to {score.ci95[1]:g}"


def _interval_hint(score: Score) -> str:
    if score.ci95 is None:
        return "Its source gives no interval."
    return "The interval its source gives: 95 of 100 such intervals hold the true score."


CLAUSE_COLUMNS: tuple[Column[Clause], ...] = (
    Column("title", "Clause", lambda c: c.title, width=130),
    Column("text", "Says", lambda c: c.text, width=260, stretch=True),
    Column("as_of", "As of", lambda c: c.as_of, width=96),
    Column("sure", _SURE, lambda c: READ if c.read else NOT_OPENED, mark=_read_mark, width=124),
    Column("source", "Source", lambda c: short_source(c.source), hint=lambda c: c.source, width=190, stretch=True),
)
HISTORY_COLUMNS: tuple[Column[HistoryLine], ...] = (
    Column("day", "Day", lambda h: h.day, width=96),
    Column("about", "About", lambda h: h.about, width=150),
    Column("figures", "Said", lambda h: h.words, width=260, stretch=True),
    Column("state", "State", lambda h: h.state, mark=lambda h: _state_mark(h.state), width=110),
    Column("source", "Source", lambda h: short_source(h.source), hint=lambda h: h.source, width=170, stretch=True),
)


def _state_mark(state: str) -> Mark:
    return Mark(Tone.GOOD if state == "in force" else Tone.NEUTRAL)

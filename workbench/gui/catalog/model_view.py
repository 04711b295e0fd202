"""The page of one model: every figure with its source, date, confidence, and everything ever said about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from workbench.analysis import words
from workbench.domain.catalog import Catalog
from workbench.domain.figures import Origin
from workbench.domain.model import Model, Provenance, Score
from workbench.domain.offer import Confidence, Offer
from workbench.domain.quotes import OwnFact
from workbench.gui.catalog import model_words as say
from workbench.gui.ports import SettingsPort
from workbench.gui.theme import Space, Tone
from workbench.gui.widgets.buttons import button, menu_button
from workbench.gui.widgets.card import Card
from workbench.gui.widgets.rows import UNKNOWN, Column, Mark
from workbench.gui.widgets.table import DataTable
from workbench.gui.widgets.text import Words

if TYPE_CHECKING:
    from workbench.analysis.data_policy import Clause, DataPolicy
    from workbench.services.catalog_history import HistoryLine

R = TypeVar("R")
_CARDS = ("Yours", "Offers", "Facts", "Published scores", "What happens to your data", "Who said what when")
_TONES = {Confidence.HIGH: Tone.GOOD, Confidence.MEDIUM: Tone.NEUTRAL, Confidence.LOW: Tone.CAUTION}


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """Everything the page of a model shows, read off the GUI thread."""

    model: Model
    catalog: Catalog
    policies: tuple[DataPolicy, ...]
    history: tuple[HistoryLine, ...]
    own: tuple[OwnFact, ...]
    ending: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One base fact with where it is from."""

    title: str
    value: str
    source: str = ""
    as_of: str = ""
    conflict: str = ""
    yours: bool = False


class ModelView(QWidget):
    """Draws `ModelFacts`. `enter` (what: "offer", "facts", "score", "discount") asks for a form; `take_back` (OwnFact)
    ends an own entry."""

    enter = Signal(str)
    take_back = Signal(object)

    def __init__(self, settings: SettingsPort) -> None:
        super().__init__()
        self.setObjectName("catalog-model")
        self.facts: ModelFacts | None = None
        self._settings = settings
        self._base: DataTable[Fact] = self._table("facts", "Facts", _FACT_COLUMNS, lambda fact: fact.title)
        self._offers: DataTable[Offer] = self._table("offers", "Offers", _offer_columns(self._seller), lambda o: o.part)
        self._scores: DataTable[Score] = self._table(
            "scores", "Published scores", _score_columns(self._benchmark), lambda score: score.benchmark
        )
        self._clauses: DataTable[Clause] = self._table("policy", "Data policy", _CLAUSE_COLUMNS, lambda c: c.title)
        self._history: DataTable[HistoryLine] = self._table(
            "history", "Who said what", _HISTORY_COLUMNS, lambda line: f"{line.day} {line.about} {line.source}"
        )
        self._policy = QComboBox()
        self._policy.setAccessibleName("Provider and account")
        self._policy.currentIndexChanged.connect(self._show_policy)
        self._policy_note = Words("", "muted")
        self._own_rows = QVBoxLayout()
        self._cards = self._lay_out()

    def set_facts(self, facts: ModelFacts) -> None:
        """Shows another model, or the same one anew."""
        self.facts = facts
        model = facts.model
        self._base.set_rows(_dated(_facts(model), facts.catalog.collected))
        self._offers.set_rows(model.offers)
        self._scores.set_rows(model.scores)
        self._history.set_rows(facts.history)
        self._fill_policies(facts.policies)
        self._fill_own(facts.own)
        self._cards["Offers"].setVisible(bool(model.offers))
        self._cards["Published scores"].setVisible(bool(model.scores))
        self._cards["What happens to your data"].setVisible(bool(facts.policies))
        self._cards["Yours"].setVisible(bool(facts.own))

    @property
    def answer(self) -> tuple[str, str]:
        """The page's answer: what the model is, and what to know about its end or its price."""
        facts = self.facts
        if facts is None:
            return "", ""
        model = facts.model
        offer = model.cheapest_offer
        sold = sum(each.available for each in model.offers)
        lead = f"{say.kind(model).capitalize()}; {model.lifecycle.status.value}"
        lead += f", sold by {words.count(sold, 'provider')}." if sold else "."
        cheapest = ""
        if offer is not None:
            cheapest = f"Cheapest: {say.prices_in_words(offer)} at {self._seller(offer)}, {words.day(offer.as_of)}."
        disagree = sum(bool(each.quotes) for each in model.offers)
        doubt = f"Lists disagree about {words.count(disagree, 'offer')}." if disagree else ""
        return lead, " ".join(part for part in (facts.ending, cheapest, doubt) if part)

    # laying out

    def _table(self, id: str, name: str, columns: Sequence[Column[R]], row_id: Callable[[R], str]) -> DataTable[R]:
        return DataTable(
            f"model-{id}",
            columns,
            row_id=row_id,
            name=name,
            settings=self._settings,
            filterable=False,
            visible_rows=40,
            snug=True,
        )

    def _lay_out(self) -> dict[str, Card]:
        add = menu_button(
            "Enter yours",
            {
                "A price of yours …": lambda: self.enter.emit("offer"),
                "A negotiated discount …": lambda: self.enter.emit("discount"),
                "A fact you know better …": lambda: self.enter.emit("facts"),
                "A score of yours …": lambda: self.enter.emit("score"),
            },
            hint="Your own figures stand above every list and survive catalog updates",
        )
        policy = QHBoxLayout()
        policy.setSpacing(Space.M)
        policy.addWidget(self._policy)
        policy.addWidget(self._policy_note, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        cards: dict[str, Card] = {}
        for title in (
            "Yours",
            "Offers",
            "Facts",
            "Published scores",
            "What happens to your data",
            "Who said what when",
        ):
            cards[title] = Card(title)
            column.addWidget(cards[title])
        cards["Offers"].add_beside_title(add)
        cards["Yours"].body.addLayout(self._own_rows)
        cards["Offers"].body.addWidget(self._offers)
        cards["Facts"].body.addWidget(self._base)
        cards["Published scores"].body.addWidget(self._scores)
        cards["What happens to your data"].body.addLayout(policy)
        cards["What happens to your data"].body.addWidget(self._clauses)
        cards["Who said what when"].body.addWidget(self._history)
        column.addStretch(1)
        return cards

    # filling

    def _seller(self, offer: Offer) -> str:
        known = self.facts.catalog.provider_by_id.get(offer.provider) if self.facts else None
        name = known.name if known else offer.provider
        return f"{name}, {offer.variant}" if offer.variant else name

    def _benchmark(self, score: Score) -> str:
        known = self.facts.catalog.benchmark_by_id.get(score.benchmark) if self.facts else None
        return known.name if known else score.benchmark

    def _fill_policies(self, policies: Sequence[DataPolicy]) -> None:
        names = self.facts.catalog.provider_by_id if self.facts else {}
        self._policy.blockSignals(True)
        self._policy.clear()
        for policy in policies:
            name = names[policy.provider].name if policy.provider in names else policy.provider
            self._policy.addItem(f"{name}: {policy.mode}", policy)
        self._policy.blockSignals(False)
        self._show_policy()

    def _show_policy(self) -> None:
        policy: DataPolicy | None = self._policy.currentData()
        self._clauses.set_rows(policy.clauses if policy else ())
        self._policy_note.set_text(f"How it is had: {policy.how}. Not legal advice." if policy else "")

    def _fill_own(self, own: Sequence[OwnFact]) -> None:
        while (item := self._own_rows.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for fact in own:
            self._own_rows.addWidget(self._own_row(fact))

    def _own_row(self, fact: OwnFact) -> QWidget:
        from workbench.domain.catalog_fields import title_of, write_field
        from workbench.services.catalog_history import about_own

        figures = ", ".join(f"{title_of(fact.subject, name)} {write_field(v)}" for name, v in fact.fields.items())
        note = f" — {fact.note}" if fact.note else ""
        text = f"**{about_own(fact).capitalize()}:** {figures}{note}, entered {words.day(fact.entered_at[:10])}"
        back = button("Take back", lambda: self.take_back.emit(fact), hint="The catalog's own figures count again")
        back.setAccessibleName(f"Take back: {about_own(fact)}")
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(Words(text), 1)
        line.addWidget(back)
        return row


def _dated(facts: Iterator[Fact], collected: str) -> Iterator[Fact]:
    """Base facts without a date of their own are as of the day the catalog was collected."""
    return (fact if fact.as_of or not fact.source else replace(fact, as_of=collected) for fact in facts)


def _facts(model: Model) -> Iterator[Fact]:
    """Base facts in the order in which people ask for them."""
    licence, state, memory = model.licence, model.lifecycle, model.self_host_memory
    ends = f", ends {words.day(state.shutdown_date)}" if state.shutdown_date else ""
    after = f", replaced by {state.replacement}" if state.replacement else ""
    yield _fact(model, "status", "Status", f"{state.status.value}{ends}{after}", state.source)
    yield _fact(model, "release_date", "Released", words.day(model.release_date) if model.release_date else UNKNOWN)
    yield _fact(model, "knowledge_cutoff", "Knowledge until", model.knowledge_cutoff or UNKNOWN)
    reads, makes = ", ".join(sorted(model.input_modalities)), ", ".join(sorted(model.output_modalities))
    yield _fact(model, "modalities", "Reads and makes", f"{reads} → {makes}")
    yield _fact(model, "context_tokens", "Context, tokens", say.count(model.context_tokens))
    yield _fact(model, "max_output_tokens", "Longest answer, tokens", say.count(model.max_output_tokens))
    yield _fact(model, "params", "Size", say.size(model), model.params_source)
    commercial = say.COMMERCIAL_WORDS[licence.commercial_use]
    yield _fact(model, "licence", "Licence", f"{licence.name or UNKNOWN}; commercial use {commercial}", licence.source)
    able = model.capabilities
    for name, title in _ABILITIES.items():
        yield _fact(model, name, title, say.yes_no(getattr(able, name)))
    if memory is not None:
        sizes = ", ".join(f"{gb:g} GB {precision}" for precision, gb in memory.gb_by_precision.items())
        yield Fact("Own hosting needs", sizes, memory.source, memory.as_of)
    if model.embedding_dimensions is not None:
        yield _fact(model, "embedding_dimensions", "Embedding dimensions", say.count(model.embedding_dimensions))
    if model.data_policy_text:
        yield Fact("Data policy of its own", model.data_policy_text, model.data_policy_source or "")


_ABILITIES = {
    "tools": "Calls tools",
    "structured_output": "Structured output",
    "vision": "Reads pictures",
    "reasoning": "Thinks first",
    "prompt_caching": "Prompt caching",
    "batch": "Batches",
    "fine_tuning": "Fine-tuning",
}


def _fact(model: Model, field: str, title: str, value: str, source: str | None = "") -> Fact:
    found = model.provenance.get(field) or Provenance(source or "", True)
    opened = "" if found.read else " (not opened)"
    yours = found.origin is Origin.YOURS
    return Fact(title, value, f"{found.source}{opened}", found.as_of or "", found.conflict or "", yours)


def _fact_mark(fact: Fact) -> Mark | None:
    if fact.yours:
        return say.YOURS_MARK
    return Mark(Tone.CAUTION) if fact.conflict else None


def _fact_source(fact: Fact) -> str:
    return f"{fact.source}; but {fact.conflict}" if fact.conflict else fact.source


_FACT_COLUMNS: tuple[Column[Fact], ...] = (
    Column("fact", "Fact", lambda f: f.title, width=150),
    Column("value", "Value", lambda f: f.value, mark=_fact_mark, hint=lambda f: f.conflict or f.value, width=190),
    Column("as_of", "As of", lambda f: f.as_of, width=96),
    Column("source", "Source", _fact_source, hint=_fact_source, width=280, stretch=True),
)


def _offer_columns(seller: Callable[[Offer], str]) -> tuple[Column[Offer], ...]:
    def price(id: str, title: str, field: str) -> Column[Offer]:
        return Column(
            id,
            title,
            lambda o: say.dollars(getattr(o.prices, field)),
            unit="$ per M",
            right=True,
            span=lambda o: say.band(o, field),
            hint=say.disagreements,
            width=112,
        )

    return (
        Column("seller", "Sold by", seller, aside=_offer_aside, mark=_offer_mark, width=190, stretch=True),
        price("input", "Input", "input_usd_per_mtok"),
        price("output", "Output", "output_usd_per_mtok"),
        price("cache", "Cache read", "cache_read_usd_per_mtok"),
        Column("other", "Other prices", say.other_prices, unit="$", hint=say.other_prices, width=120),
        Column("as_of", "As of", lambda o: o.as_of, width=100),
        Column("sure", "Confidence", lambda o: o.confidence.value, mark=_sure_mark, hint=_offer_hint, width=104),
        Column("source", "Source", lambda o: o.source, hint=lambda o: o.source, width=220),
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


def _score_columns(name: Callable[[Score], str]) -> tuple[Column[Score], ...]:
    return (
        Column("benchmark", "Benchmark", name, aside=lambda s: say.whose(s.origin), width=220, stretch=True),
        Column("value", "Score", lambda s: f"{s.value:g}", aside=lambda s: s.unit, right=True, width=110),
        Column("variant", "Variant", lambda s: s.variant or UNKNOWN, width=190),
        Column("as_of", "As of", lambda s: s.as_of, width=100),
        Column("source", "Source", lambda s: s.source, hint=lambda s: s.source, width=220),
    )


_CLAUSE_COLUMNS: tuple[Column[Clause], ...] = (
    Column("title", "Clause", lambda c: c.title, width=180),
    Column("text", "Says", lambda c: c.text, hint=lambda c: c.text, width=300, stretch=True),
    Column("as_of", "As of", lambda c: c.as_of, width=100),
    Column(
        "source",
        "Source",
        lambda c: c.source if c.read else f"{c.source} (not opened)",
        hint=lambda c: c.source,
        width=220,
    ),
)
_HISTORY_COLUMNS: tuple[Column[HistoryLine], ...] = (
    Column("day", "Day", lambda h: h.day, width=104),
    Column("about", "About", lambda h: h.about, width=170),
    Column("figures", "Said", lambda h: h.words, hint=lambda h: h.words, width=260, stretch=True),
    Column("state", "State", lambda h: h.state, mark=lambda h: _state_mark(h.state), width=110),
    Column("source", "Source", lambda h: h.source, hint=lambda h: h.source, width=200),
)


def _state_mark(state: str) -> Mark:
    return Mark(Tone.GOOD if state == "in force" else Tone.NEUTRAL)

"""The page of one model: every figure with its source, date, confidence, and everything ever said about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from workbench.analysis import words
from workbench.domain.catalog import Catalog
from workbench.domain.model import Model, Score
from workbench.domain.offer import Offer
from workbench.domain.quotes import OwnFact
from workbench.gui.catalog import model_words as say
from workbench.gui.catalog.model_columns import (
    CLAUSE_COLUMNS,
    FACT_COLUMNS,
    HISTORY_COLUMNS,
    offer_columns,
    score_columns,
)
from workbench.gui.catalog.model_facts import Fact, facts_of
from workbench.gui.ports import SettingsPort
from workbench.gui.theme import Space
from workbench.gui.widgets.buttons import button, menu_button
from workbench.gui.widgets.card import Card
from workbench.gui.widgets.rows import Column
from workbench.gui.widgets.table import DataTable
from workbench.gui.widgets.text import Words

if TYPE_CHECKING:
    from workbench.analysis.data_policy import Clause, DataPolicy
    from workbench.services.catalog_history import HistoryLine

R = TypeVar("R")
_CHOOSE = "Choose a row to read its source in full."


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """Everything the page of a model shows, read off the GUI thread."""

    model: Model
    catalog: Catalog
    policies: tuple[DataPolicy, ...]
    history: tuple[HistoryLine, ...]
    own: tuple[OwnFact, ...]
    ending: str


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
        self._base: DataTable[Fact] = self._table("facts", "Facts", FACT_COLUMNS, lambda fact: fact.title)
        self._offers: DataTable[Offer] = self._table("offers", "Offers", offer_columns(self._seller), lambda o: o.part)
        self._scores: DataTable[Score] = self._table(
            "scores", "Published scores", score_columns(self._benchmark), lambda score: score.benchmark
        )
        self._clauses: DataTable[Clause] = self._table("policy", "Data policy", CLAUSE_COLUMNS, lambda c: c.title)
        self._history: DataTable[HistoryLine] = self._table(
            "history", "Who said what", HISTORY_COLUMNS, lambda line: f"{line.day} {line.about} {line.source}"
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
        self._base.set_rows(facts_of(model, facts.catalog.collected))
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
            wraps=True,
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
        cards["What happens to your data"].body.addLayout(policy)
        self._add(cards["Offers"], self._offers, lambda offer: offer.source)
        self._add(cards["Facts"], self._base, lambda fact: fact.whole_source)
        self._add(cards["Published scores"], self._scores, lambda score: score.source)
        self._add(cards["What happens to your data"], self._clauses, lambda clause: clause.source)
        self._add(cards["Who said what when"], self._history, lambda line: line.source)
        column.addStretch(1)
        return cards

    def _add(self, card: Card, table: DataTable[R], source: Callable[[R], str]) -> None:
        """A table with a line below it: the source of the row that is chosen, whole, to read and to copy."""
        line = Words(_CHOOSE, "muted")
        line.setObjectName(f"source-{table.objectName()}")

        def show(id: str) -> None:
            place = table.model.place_of(id)
            row = table.model.shown[place] if place >= 0 else None
            line.set_text(_CHOOSE if row is None else f"Source: {source(row)}")

        table.picked.connect(show)
        table.model.modelReset.connect(lambda: line.set_text(_CHOOSE))
        card.body.addWidget(table)
        card.body.addWidget(line)

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

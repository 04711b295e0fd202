"""Learn: the terms of the field in plain words, the same that every (i) opens."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtWidgets import QLineEdit, QWidget

from workbench.gui.pages.base import House, Page
from workbench.gui.theme import Space
from workbench.gui.widgets.card import Card
from workbench.gui.widgets.info import Term, glossary
from workbench.gui.widgets.state import EmptyState
from workbench.gui.widgets.text import Words


class LearnPage(Page):
    """The glossary, searched as one types."""

    id: ClassVar[str] = "learn"
    title: ClassVar[str] = "Learn"
    icon: ClassVar[str] = "learn"
    has_inspector: ClassVar[bool] = False

    def __init__(self, *, house: House) -> None:
        super().__init__(house=house)
        terms = sorted(glossary().values(), key=lambda term: term.title.casefold())
        self.header.set_answer(
            f"{len(terms)} terms in plain words.", "The same texts open behind every (i) in the workbench."
        )
        self._search = QLineEdit()
        self._search.setObjectName("learn-search")
        self._search.setAccessibleName("Search the terms")
        self._search.setPlaceholderText("Search, for example: front, interval, lock-in")
        self._search.setClearButtonEnabled(True)
        self._search.textChanged.connect(self._show_matching)
        self._nothing = EmptyState("No term holds these words.", "Show all terms", self._search.clear, icon="search")
        self._nothing.hide()
        self._cards = {term.id: _card(term) for term in terms}
        self._terms = {term.id: term for term in terms}
        self.body.addWidget(self._search)
        self.body.addWidget(self._nothing)
        for card in self._cards.values():
            self.body.addWidget(card)
        self.body.addStretch(1)
        self.body.setSpacing(Space.S)

    def arrive(self, payload: object) -> None:
        """A term's id shows that term."""
        if isinstance(payload, str) and payload in self._terms:
            self._search.setText(self._terms[payload].title)

    def find_field(self) -> QWidget:
        return self._search

    def _show_matching(self, text: str) -> None:
        words = text.casefold().split()
        shown = {
            id for id, term in self._terms.items() if all(w in f"{term.title} {term.text}".casefold() for w in words)
        }
        for id, card in self._cards.items():
            card.setVisible(id in shown)
        self._nothing.setVisible(not shown)


def _card(term: Term) -> Card:
    card = Card(term.title)
    card.setObjectName(f"term-{term.id}")
    card.body.addWidget(Words(term.text))
    return card

"""The glossary: every term that an (i) opens, in one list."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from workbench.gui.learn.topic import Topic
from workbench.gui.theme import Space, restyle
from workbench.gui.widgets.card import Card
from workbench.gui.widgets.info import Term, glossary
from workbench.gui.widgets.text import Words


class GlossaryTopic(Topic):
    """All terms by name."""

    def fill(self) -> None:
        card = Card()
        self._rows = {term.id: TermRow(term) for term in sorted_terms()}
        for row in self._rows.values():
            card.body.addWidget(row)
        self.column.addWidget(card)

    def point_out(self, term_id: str) -> QWidget:
        """Marks one term, and no other, and says where it stands; KeyError when there is none."""
        for id, row in self._rows.items():
            row.set_marked(id == term_id)
        return self._rows[term_id]


class TermRow(QFrame):
    """A term and its text, framed while it is marked."""

    def __init__(self, term: Term) -> None:
        super().__init__()
        self.setObjectName(f"term-{term.id}")
        self.setAccessibleName(f"{term.title}: {term.text}")
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.S, Space.XS, Space.S, Space.XS)
        column.setSpacing(Space.XS)
        column.addWidget(Words(term.title, "heading"))
        column.addWidget(Words(term.text))

    def set_marked(self, marked: bool) -> None:
        self.setProperty("kind", "pick" if marked else "")
        self.setProperty("chosen", "true" if marked else "false")
        restyle(self)


def sorted_terms() -> list[Term]:
    """All terms by title."""
    return sorted(glossary().values(), key=lambda term: term.title.casefold())

"""What a search in Learn finds: topics with the passage that matches, and terms of the glossary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.gui.learn import TOPICS
from workbench.gui.learn.glossary import TermRow, sorted_terms
from workbench.gui.theme import Space
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.card import Card
from workbench.gui.widgets.info import Term
from workbench.gui.widgets.state import EmptyState
from workbench.gui.widgets.text import Words, without_marks
from workbench.services.learn import lessons

_AROUND = 70


@dataclass(frozen=True, slots=True)
class FoundTopic:
    """A topic whose text holds all words, with the text around the first of them."""

    id: str
    title: str
    passage: str


def find_topics(words: Sequence[str]) -> list[FoundTopic]:
    """Topics of which one passage holds every word, in their order."""
    found = []
    for entry in TOPICS:
        lesson = lessons()[entry.id]
        texts = (without_marks(text) for text in lesson.passages())
        passage = next((text for text in texts if all(word in text.casefold() for word in words)), None)
        if passage is not None:
            found.append(FoundTopic(entry.id, lesson.title, _excerpt(passage, words[0])))
    return found


def find_terms(words: Sequence[str]) -> list[Term]:
    """Terms that hold every word; those with the words in their title first."""
    terms = [t for t in sorted_terms() if all(word in f"{t.title} {t.text}".casefold() for word in words)]
    return sorted(terms, key=lambda term: not all(word in term.title.casefold() for word in words))


def _excerpt(text: str, word: str) -> str:
    at = text.casefold().find(word)
    first = text.rfind(" ", 0, max(at - _AROUND, 0)) + 1
    last = text.find(" ", at + _AROUND)
    last = len(text) if last < 0 else last
    return f"{'… ' if first else ''}{text[first:last].strip()}{' …' if last < len(text) else ''}"


class SearchResults(QWidget):
    """`chosen` (topic id) is sent when a topic found is opened; `cleared` when the search is given up."""

    chosen = Signal(str)
    cleared = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("learn-results")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(Space.M)

    def show_matching(self, text: str) -> tuple[int, int]:
        """Lists what holds the words of `text`; returns how many topics and how many terms."""
        while (item := self._column.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        words = text.casefold().split()
        topics, terms = find_topics(words), find_terms(words)
        if topics:
            self._column.addWidget(self._topic_card(topics))
        if terms:
            self._column.addWidget(_term_card(terms))
        if not topics and not terms:
            empty = EmptyState("Nothing here holds these words.", "Show the topics", self.cleared.emit, icon="search")
            self._column.addWidget(empty)
            empty.show()
        return len(topics), len(terms)

    def _topic_card(self, found: Sequence[FoundTopic]) -> Card:
        card = Card("Topics")
        for topic in found:
            link = button(topic.title, partial(self.chosen.emit, topic.id), kind="link")
            link.setObjectName(f"found-{topic.id}")
            card.body.addWidget(link)
            card.body.addWidget(Words(topic.passage, "muted"))
        return card


def _term_card(terms: Sequence[Term]) -> Card:
    card = Card("Terms")
    for term in terms:
        card.body.addWidget(TermRow(term))
    return card

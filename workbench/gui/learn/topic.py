"""What every topic is: its lesson's parts as cards, one below the other, and among them whatever can be tried."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.gui.pages.base import House
from workbench.gui.theme import Space
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.card import Card
from workbench.gui.widgets.fields import FlowLayout
from workbench.gui.widgets.reading_table import ReadingTable
from workbench.gui.widgets.text import Words
from workbench.services.learn import Part, lessons

if TYPE_CHECKING:
    from workbench.services.learn import LearnService


@dataclass(frozen=True, slots=True)
class TopicHouse:
    """What every topic is given; `learn` loads its service when first called, so call it off the GUI thread."""

    house: House
    learn: Callable[[], LearnService]


class Topic(QWidget):
    """Shows one lesson. Add to `column`; the base shows the parts as they come. `turn_to` (topic id) leads on."""

    turn_to = Signal(str)

    def __init__(self, lesson_id: str, house: TopicHouse) -> None:
        super().__init__()
        self.lesson = lessons()[lesson_id]
        self.house = house.house
        self.learn = house.learn
        self.setObjectName(f"topic-{lesson_id}")
        self.setAccessibleName(self.lesson.title)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(Space.M)
        self.fill()

    def fill(self) -> None:
        """Puts the lesson's parts onto the page."""
        for part in self.lesson.parts:
            self._put_part(part)

    def add_part(self, title: str) -> None:
        """Puts the part with this title next."""
        self._put_part(self.lesson.part(title))

    def _put_part(self, part: Part) -> None:
        card = PartCard(part)
        card.turn_to.connect(self.turn_to)
        self.column.addWidget(card)

    def shown(self) -> None:
        """Called each time the topic opens."""


class PartCard(Card):
    """Paragraph, points, table and source of one part, and links to the topics it leads to."""

    turn_to = Signal(str)

    def __init__(self, part: Part) -> None:
        super().__init__(part.title)
        if part.text:
            self.body.addWidget(Words(part.text))
        for point in part.points:
            self.body.addWidget(Pointed(point))
        if part.rows:
            self.body.addWidget(ReadingTable(part.columns, part.rows))
        if part.see:
            self.body.addWidget(self._links(part))
        if part.source:
            self.body.addWidget(Words(f"Source: {part.source}.", "muted"))

    def _links(self, part: Part) -> QWidget:
        row = QWidget()
        flow = FlowLayout(row)
        for topic_id in part.see:
            link = button(f"See also: {lessons()[topic_id].title}", partial(self.turn_to.emit, topic_id), kind="link")
            flow.addWidget(link)
        return row


class Pointed(QWidget):
    """A sentence behind a dot."""

    def __init__(self, text: str) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.S)
        row.addWidget(_fixed("•"), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(Words(text), 1)


def _fixed(text: str) -> Words:
    words = Words(text)
    words.setWordWrap(False)
    return words

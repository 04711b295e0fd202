"""Learn: topics at the left, one at a time at the right, and a search over all of them and the glossary."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from workbench.analysis.words import count
from workbench.gui.learn import TOPICS, make_topic
from workbench.gui.learn.glossary import GlossaryTopic
from workbench.gui.learn.search import SearchResults
from workbench.gui.learn.topic import Topic, TopicHouse
from workbench.gui.pages.base import House, Page, PageAction
from workbench.gui.theme import Space, scaled_px
from workbench.gui.widgets.buttons import button, name_button
from workbench.gui.widgets.info import glossary
from workbench.services.learn import lessons

if TYPE_CHECKING:
    from workbench.services.learn import LearnService

LIST_PX = 176
GLOSSARY = "glossary"
LAST_TOPIC = "learn/topic"


class LearnPage(Page):
    """One topic at a time; an id of a topic or of a glossary term, given on arrival, opens it."""

    id: ClassVar[str] = "learn"
    title: ClassVar[str] = "Learn"
    icon: ClassVar[str] = "learn"
    asks: ClassVar[tuple[str, ...]] = ("learn",)
    has_inspector: ClassVar[bool] = False

    def __init__(self, *, house: House, learn: Callable[[], LearnService]) -> None:
        super().__init__(house=house)
        self._topic_house = TopicHouse(house, learn)
        self._made: dict[str, Topic] = {}
        self._search = self._search_field()
        self._list = self._topic_list()
        self._results = SearchResults()
        self._results.hide()
        self._results.chosen.connect(self.open_topic)
        self._results.cleared.connect(self._search.clear)
        self._next = button("", self._go_on)
        self._content = QVBoxLayout()
        self._content.setSpacing(Space.M)
        self._lay_out_topics()
        self.open_topic(self._remembered())

    @property
    def topic(self) -> str:
        """The id of the topic that is open."""
        return TOPICS[self._list.currentRow()].id

    def open_topic(self, topic_id: str) -> None:
        """Shows a topic; a search is given up."""
        self._search.clear()
        self._list.setCurrentRow(next(row for row, entry in enumerate(TOPICS) if entry.id == topic_id))

    def arrive(self, payload: object) -> None:
        """A topic's or a term's id opens it there."""
        if not isinstance(payload, str):
            return
        if any(entry.id == payload for entry in TOPICS):
            self.open_topic(payload)
        elif payload in glossary():
            self.open_topic(GLOSSARY)
            # The rows have their place only once the page is laid out.
            QTimer.singleShot(0, self, lambda: self._show_term(payload))

    def find_field(self) -> QWidget:
        return self._search

    def page_actions(self) -> tuple[PageAction, ...]:
        return tuple(
            PageAction(f"Learn: {lessons()[entry.id].title}", partial(self.open_topic, entry.id)) for entry in TOPICS
        )

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit_list()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit_list()

    def _search_field(self) -> QLineEdit:
        field = QLineEdit()
        field.setObjectName("learn-search")
        field.setAccessibleName("Search topics and terms")
        field.setPlaceholderText("Search")
        field.setToolTip("Search topics and terms (Ctrl+F)")
        field.setClearButtonEnabled(True)
        field.textChanged.connect(self._show_matching)
        return field

    def _topic_list(self) -> QListWidget:
        topics = QListWidget()
        topics.setObjectName("learn-topics")
        topics.setAccessibleName("Topics")
        topics.setProperty("kind", "steps")
        topics.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        topics.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        topics.setSizeAdjustPolicy(QListWidget.SizeAdjustPolicy.AdjustToContents)
        for entry in TOPICS:
            topics.addItem(QListWidgetItem(lessons()[entry.id].title))
        topics.currentRowChanged.connect(lambda row: self._show_topic(TOPICS[row].id) if row >= 0 else None)
        topics.itemClicked.connect(lambda _item: self._search.clear())
        return topics

    def _lay_out_topics(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(Space.S)
        left.addWidget(self._search)
        left.addWidget(self._list)
        left.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(Space.M)
        right.addWidget(self._results)
        right.addLayout(self._content)
        onward = QHBoxLayout()
        onward.addStretch(1)
        onward.addWidget(self._next)
        right.addLayout(onward)
        right.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(Space.XL)
        row.addLayout(left)
        row.addLayout(right, 1)
        self._fit_list()
        self.body.addLayout(row, 1)

    def _fit_list(self) -> None:
        for widget in (self._search, self._list):
            widget.setFixedWidth(scaled_px(self, LIST_PX))
        # The rows were measured before the style sheet gave them their padding.
        self._list.ensurePolished()
        self._list.doItemsLayout()
        self._list.updateGeometry()

    def _remembered(self) -> str:
        kept = self.house.settings.get(LAST_TOPIC)
        return kept if isinstance(kept, str) and kept in lessons() else TOPICS[0].id

    def _show_topic(self, topic_id: str) -> None:
        """Makes the topic at its first visit and shows it alone."""
        if topic_id not in self._made:
            made = make_topic(TOPICS[self._list.currentRow()], self._topic_house)
            made.turn_to.connect(self.open_topic)
            self._made[topic_id] = made
            self._content.addWidget(made)
        self.house.settings.set(LAST_TOPIC, topic_id)
        self._show_only(topic_id)
        self._made[topic_id].shown()
        self.scroller.verticalScrollBar().setValue(0)

    def _show_only(self, topic_id: str) -> None:
        """Shows one topic, or with "" the search results, under the answer that belongs to it."""
        for id, topic in self._made.items():
            topic.setVisible(id == topic_id)
        self._results.setVisible(not topic_id)
        self._next.setVisible(bool(topic_id))
        if not topic_id:
            return
        lesson = lessons()[topic_id]
        self.header.set_title(lesson.title)
        self.header.set_answer(lesson.answer, lesson.detail)
        place = self._list.currentRow() + 1
        following = lessons()[TOPICS[place % len(TOPICS)].id].title
        name_button(self._next, f"Next: {following}")

    def _go_on(self) -> None:
        self._list.setCurrentRow((self._list.currentRow() + 1) % len(TOPICS))

    def _show_matching(self, text: str) -> None:
        if not text.strip():
            self._show_only(self.topic)
            return
        topics, terms = self._results.show_matching(text)
        self._show_only("")
        self.header.set_title(self.title)
        self.header.set_answer(f"{count(topics, 'topic')} and {count(terms, 'term')}", f"hold “{text.strip()}”.")

    def _show_term(self, term_id: str) -> None:
        topic = self._made[GLOSSARY]
        if isinstance(topic, GlossaryTopic):
            self.scroller.ensureWidgetVisible(topic.point_out(term_id), 0, self.scroller.height() // 3)

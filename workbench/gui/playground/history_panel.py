"""What was asked before: searched by words, opened with Enter, each with a link of its own."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLineEdit

from workbench.analysis import words
from workbench.domain.errors import WorkbenchError
from workbench.domain.evidence import ComparisonHead
from workbench.gui.playground.wording import asked_at, question_of
from workbench.gui.ports import SettingsPort
from workbench.gui.tasks import Tasks
from workbench.gui.theme import Space
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.card import Card
from workbench.gui.widgets.rows import Column
from workbench.gui.widgets.table import DataTable
from workbench.gui.widgets.text import Words
from workbench.services.playground import HISTORY_PAGE, LINK, PlaygroundService

SEARCH_AFTER_MS = 200
BLIND = "waits for your vote"


class HistoryPanel(Card):
    """`opened` (id) when a comparison should be shown, `closed` to go back, `failed` (WorkbenchError)."""

    opened = Signal(str)
    closed = Signal()
    failed = Signal(object)

    def __init__(
        self, *, tasks: Tasks, settings: SettingsPort, playground: PlaygroundService, name_of: Callable[[str], str]
    ) -> None:
        super().__init__("Earlier prompts")
        self._tasks, self._service, self._name_of = tasks, playground, name_of
        self._scenario_id: str | None = None
        self._heads: tuple[ComparisonHead, ...] = ()
        self._asked = 0
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search in prompts, answers and models, or paste a link")
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName("Search earlier prompts")
        self.search.setObjectName("history-search")
        self._sentence = Words("", "muted")
        self.table: DataTable[ComparisonHead] = DataTable(
            "history",
            (
                Column("question", "Question", question_of, stretch=True, width=320),
                Column("at", "Asked", lambda head: asked_at(head.at), sort=lambda head: head.at, width=110),
                Column("models", "Models", self._models, width=260),
                Column("votes", "Votes", lambda head: str(head.votes or ""), right=True, width=60),
            ),
            row_id=lambda head: head.id,
            name="Earlier prompts",
            settings=settings,
            filterable=False,
            visible_rows=8,
        )
        self._link = button("Copy link", self._copy_link, hint="A link that opens this comparison in the workbench")
        self._more = button("Show older ones", self._show_more)
        self._lay_out()
        self._typing = QTimer(self, singleShot=True, interval=SEARCH_AFTER_MS)
        self._typing.timeout.connect(self._read)
        self.search.textChanged.connect(lambda _text: self._typing.start())
        self.search.returnPressed.connect(self._enter)
        self.table.opened.connect(self.opened)

    def _lay_out(self) -> None:
        back = button("Back to the answers", self.closed.emit)
        back.setObjectName("history-back")
        self.add_beside_title(back)
        self.body.addWidget(self.search)
        self.body.addWidget(self._sentence)
        self.body.addWidget(self.table, 1)
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        opens = button("Open", self._open)
        opens.setObjectName("history-open")
        for each in (opens, self._link, self._more):
            row.addWidget(each)
        row.addStretch(1)
        self.body.addLayout(row)

    def show_history(self, scenario_id: str | None) -> None:
        """Read the newest of a scenario; the search is emptied."""
        self._scenario_id = scenario_id
        self.search.blockSignals(True)
        self.search.clear()
        self.search.blockSignals(False)
        self._read()
        self.search.setFocus()

    def show_nothing(self) -> None:
        """No name is in it any more."""
        self._asked += 1
        self._heads = ()
        self.table.set_rows(())

    def _enter(self) -> None:
        """A link opens what it names; words were searched while they were typed."""
        said = self.search.text().strip()
        if said.startswith(LINK):
            self.opened.emit(said)
        else:
            self.table.view.setFocus()

    def _read(self) -> None:
        if self.search.text().strip().startswith(LINK):
            self._asked += 1
            self._sentence.set_text("Enter opens the comparison of this link.")
            return
        self._ask(())

    def _show_more(self) -> None:
        self._ask(self._heads)

    def _ask(self, before: tuple[ComparisonHead, ...]) -> None:
        """Read a page behind those that are shown; what was asked later counts."""
        self._asked += 1
        mine, wanted = self._asked, self.search.text()
        scenario_id, last = self._scenario_id, before[-1] if before else None

        def read() -> tuple[ComparisonHead, ...]:
            return self._service.heads(scenario_id, words=wanted, after=last)

        def show(found: tuple[ComparisonHead, ...]) -> None:
            if mine == self._asked:
                self._show((*before, *found), more=len(found) == HISTORY_PAGE)

        self._tasks.start(read, lane="db", done=show, failed=self._fail, owner=self)

    def _show(self, heads: tuple[ComparisonHead, ...], *, more: bool) -> None:
        self._heads = heads
        self.table.set_rows(heads)
        if heads:
            self.table.select(heads[0].id)
        self._more.setVisible(more)
        self._link.setEnabled(bool(heads))
        found = words.count(len(heads), "prompt")
        searched = bool(self.search.text().strip())
        nothing = "No prompt holds all these words." if searched else "Nothing was asked in this scenario yet."
        self._sentence.set_text(f"{found}{' or more' if more else ''}, the newest first." if heads else nothing)

    def _fail(self, error: WorkbenchError) -> None:
        self.failed.emit(error)

    def _models(self, head: ComparisonHead) -> str:
        return BLIND if head.blind else words.listed([self._name_of(model) for model in head.models])

    def _open(self) -> None:
        if self.table.current_id:
            self.opened.emit(self.table.current_id)

    def _copy_link(self) -> None:
        if self.table.current_id:
            QGuiApplication.clipboard().setText(f"{LINK}{self.table.current_id}")

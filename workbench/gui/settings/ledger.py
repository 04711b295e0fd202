"""The ledger: every call out of the program, with a filter and export."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from workbench.domain.calls import Call
from workbench.gui.ports import SettingsPort
from workbench.gui.settings.words import OUTCOMES, outflow_answer, size
from workbench.gui.tasks import Tasks
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.card import Card
from workbench.gui.widgets.rows import Column, Mark
from workbench.gui.widgets.state import ErrorBox
from workbench.gui.widgets.table import DataTable
from workbench.gui.widgets.text import Words
from workbench.services.privacy import PrivacyService

SHOWN = 500


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One call, with the name of its scenario."""

    call: Call
    scenario: str


@dataclass(frozen=True, slots=True)
class LedgerNews:
    """What the card shows: the answer in a sentence, the newest calls."""

    answer: str
    rows: tuple[LedgerRow, ...]


class LedgerCard(Card):
    """`answered` (a sentence) whenever the ledger was read."""

    answered = Signal(str)

    def __init__(
        self,
        *,
        tasks: Tasks,
        settings: SettingsPort,
        privacy: PrivacyService,
        scenario_names: Callable[[], dict[str, str]],
    ) -> None:
        super().__init__("What left this machine")
        self._tasks, self._privacy, self._names = tasks, privacy, scenario_names
        self._words = Words("")
        self._error = ErrorBox()
        self._table: DataTable[LedgerRow] = DataTable(
            "ledger",
            _columns(),
            row_id=lambda row: row.call.id,
            name="Calls out of the program",
            settings=settings,
            filter_hint="Filter by host, purpose, scenario or outcome",
            visible_rows=8,
            faint=lambda row: row.call.local,
        )
        self.add_beside_title(button("Export…", self._ask_where, hint="All calls, as CSV or JSON"))
        for part in (self._error, self._words, self._table):
            self.body.addWidget(part)

    def read(self) -> None:
        """Reads the ledger in the `db` lane."""
        self._tasks.start(self._news, lane="db", done=self._show, failed=self._error.show_error, owner=self)

    def _news(self) -> LedgerNews:
        names = self._names()
        calls = self._privacy.ledger(limit=SHOWN)
        answer = outflow_answer([(row.host, row.calls, row.bytes_out) for row in self._privacy.outflow()])
        rows = (LedgerRow(call, names.get(call.scenario_id or "", "")) for call in calls)
        return LedgerNews(answer, tuple(rows))

    def _show(self, news: LedgerNews) -> None:
        more = f" The last {SHOWN} are shown; the export has all." if len(news.rows) == SHOWN else ""
        self._words.set_text(
            "Each call has a row before its first byte goes out; none holds any content. "
            f"Calls to this machine itself are grey.{more}"
            if news.rows
            else "No call was made. Each will have a row here before its first byte goes out."
        )
        self._table.setVisible(bool(news.rows))
        self._table.set_rows(news.rows)
        self.answered.emit(news.answer)

    def _ask_where(self) -> None:
        chosen, _kind = QFileDialog.getSaveFileName(
            self, "Export the ledger", "ledger.csv", "CSV (*.csv);;JSON (*.json)"
        )
        if chosen:
            self.export(Path(chosen))

    def export(self, target: Path) -> None:
        """Writes all calls, in the `db` lane."""
        self._tasks.start(
            lambda: self._privacy.export(target),
            lane="db",
            name="Export the ledger",
            failed=self._error.show_error,
            done=lambda _count: self._error.clear(),
            owner=self,
        )

    def find_field(self) -> QWidget:
        return self._table.filter_field


def _columns() -> tuple[Column[LedgerRow], ...]:
    return (
        Column("at", "When (UTC)", lambda row: row.call.at[:19].replace("T", " "), width=150),
        Column("host", "Host", lambda row: row.call.host, width=170),
        Column("purpose", "What for", lambda row: row.call.purpose.value, width=110),
        Column("scenario", "Scenario", lambda row: row.scenario or "—", width=150, hint=_no_scenario),
        Column(
            "outcome",
            "Outcome",
            lambda row: OUTCOMES[row.call.outcome][0],
            mark=lambda row: Mark(OUTCOMES[row.call.outcome][1]),
            hint=lambda row: row.call.why,
            width=110,
        ),
        Column(
            "out",
            "Out",
            lambda row: size(row.call.bytes_out),
            right=True,
            sort=lambda row: row.call.bytes_out,
            width=80,
        ),
        Column(
            "in", "In", lambda row: size(row.call.bytes_in), right=True, sort=lambda row: row.call.bytes_in, width=80
        ),
        Column("why", "Why", lambda row: row.call.why, stretch=True, width=160),
    )


def _no_scenario(row: LedgerRow) -> str:
    if row.scenario:
        return ""
    return "Its scenario is deleted." if row.call.scenario_id else "It carried no scenario's data."

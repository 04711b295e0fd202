"""Decisions: what was decided so far, over all scenarios, and how it stands under today's facts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QFileDialog, QPushButton

from workbench.analysis import words
from workbench.domain.changes import Changes
from workbench.domain.decision import DecisionStatus
from workbench.domain.scenario import Scenario
from workbench.gui.decisions.past import Decided, explanation, standing_mark
from workbench.gui.decisions.together import Together
from workbench.gui.explanation import InspectorAction
from workbench.gui.pages.base import House, Page, PageAction
from workbench.gui.selection import Picked
from workbench.gui.tasks import Run, TaskHandle
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.rows import UNKNOWN, Column
from workbench.gui.widgets.state import EmptyState, ErrorBox
from workbench.gui.widgets.table import DataTable
from workbench.services.scenarios import ScenarioService

if TYPE_CHECKING:
    from workbench.services.bundles import BundleService, Imported
    from workbench.services.portfolio import PortfolioService
    from workbench.services.side_by_side import SideBySideService
    from workbench.services.watch import Past, WatchReport, WatchService

KIND = "decision"
LIST, TOGETHER = "list", "together"


class DecisionsPage(Page):
    """A table of decisions with how each stands today; the inspector holds the record of the selected one.

    The list is drawn as soon as it is read; how each stands follows when the pool lane has computed it, and again
    after a change of the catalog, of a scenario or of an eval.
    """

    id: ClassVar[str] = "decisions"
    title: ClassVar[str] = "Decisions"
    icon: ClassVar[str] = "decisions"
    has_inspector: ClassVar[bool] = False
    needs: ClassVar[tuple[str, ...]] = ("scenarios",)
    asks: ClassVar[tuple[str, ...]] = ("watch", "portfolio", "bundles", "side_by_side")

    def __init__(
        self,
        *,
        house: House,
        scenarios: ScenarioService,
        watch: Callable[[], WatchService],
        portfolio: Callable[[], PortfolioService],
        bundles: Callable[[], BundleService],
        side_by_side: Callable[[], SideBySideService],
    ) -> None:
        super().__init__(house=house)
        self._scenarios = scenarios
        self._watch = watch
        self._bundles = bundles
        self._side_by_side = side_by_side
        self._rows: tuple[Decided, ...] = ()
        self._is_read = False
        self._past: tuple[Past, ...] = ()
        self._report: WatchReport | None = None
        self._view = LIST
        self._together_answer = ("", "")
        self._looking: TaskHandle | None = None
        self._error = ErrorBox()
        self._empty = EmptyState(
            "Nothing is decided yet.",
            "Go to the decision of this scenario",
            lambda: self.navigate.emit("decide", None),
            icon="decisions",
            detail="Each scenario ends in a record: what was chosen, why, and what would change it.",
        )
        self._table: DataTable[Decided] = DataTable(
            "decisions",
            (
                # Together as wide as the page beside the inspector at 1280 pixels.
                Column("scenario", "Scenario", lambda d: d.scenario.name, width=140, stretch=True),
                Column("option", "Decided for", lambda d: d.option_name, width=205),
                Column("today", "Today", _today, sort=_rank, mark=standing_mark, hint=_why_unknown, width=145),
                Column("review", "Review on", _review_on, sort=lambda d: d.decision.review_on, width=95, gives_way=1),
                Column(
                    "decided", "Decided on", _decided_on, sort=lambda d: d.decision.decided_at, width=95, gives_way=2
                ),
            ),
            row_id=lambda d: d.scenario.id,
            name="Decisions",
            settings=house.settings,
            filter_hint="Filter by scenario, option, today or status",
        )
        self._table.picked.connect(lambda id: house.selection.pick(KIND, id))
        self._table.opened.connect(self._open)
        self.body.addWidget(self._error)
        self.body.addWidget(self._empty, 1)
        self.body.addWidget(self._table, 1)
        self.together = Together(house, portfolio)
        self.together.answered.connect(self._say_together)
        self.body.addWidget(self.together, 1)
        self._make_switch()
        self.show_view(LIST)
        house.selection.changed.connect(self._selection_changed)

    def _make_switch(self) -> None:
        group = QButtonGroup(self)
        self._switch: dict[str, QPushButton] = {}
        for name, title in ((LIST, "One by one"), (TOGETHER, "All together")):
            made = button(title, partial(self.show_view, name))
            made.setCheckable(True)
            made.setObjectName(f"view-{name}")
            group.addButton(made)
            self._switch[name] = made
            self.header.add_view(made)
        self.header.add_button(self.together.write_button)
        self.compare_button = button(
            "Compare …", self.ask_compare, hint="Two decisions, or two states of one, side by side"
        )
        self.header.add_button(self.compare_button)

    def show_view(self, name: str) -> None:
        """One decision after the other, or what they come to together."""
        self._view = name
        self._switch[name].setChecked(True)
        self.together.write_button.setVisible(name == TOGETHER)
        self._draw()
        self._show_together()

    def arrive(self, payload: object) -> None:
        """A view by name."""
        if payload in (LIST, TOGETHER):
            self.show_view(str(payload))

    def page_actions(self) -> tuple[PageAction, ...]:
        return (
            PageAction("Show the decisions one by one", partial(self.show_view, LIST)),
            PageAction("Show all decisions together", partial(self.show_view, TOGETHER)),
            PageAction("Compare two decisions …", self.ask_compare),
            PageAction("Open a bundle with a decision …", self.ask_bundle),
        )

    def ask_compare(self) -> None:
        """Two decisions side by side, the selected one first."""
        from workbench.gui.bundles.compare_dialog import CompareDialog

        first = self.house.selection.id_of(KIND) or ""
        dialog = CompareDialog(lambda: self._scenarios, self._side_by_side, self.house.tasks, self, first=first)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def ask_bundle(self) -> None:
        """A decision that somebody sent: looked at first, then perhaps taken in."""
        path, _ = QFileDialog.getOpenFileName(self, "Open a bundle", "", "Bundle (*.mswb)")
        if path:
            self.open_bundle(Path(path))

    def open_bundle(self, file: Path) -> None:
        from workbench.gui.bundles.open_dialog import OpenDialog

        dialog = OpenDialog(self._bundles, self.house.tasks, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.imported.connect(self._took_in)
        dialog.open()
        dialog.read(file)

    def _took_in(self, done: Imported) -> None:
        self.wrote.emit(done.changes)
        self.house.selection.pick(KIND, done.scenario.id)

    def show_scenario(self, scenario: Scenario | None) -> None:
        super().show_scenario(scenario)
        self._read()

    def refresh(self, changes: Changes) -> None:
        if changes.scenarios or changes.catalog or changes.evals:
            self._read()

    # reading and computing

    def _read(self) -> None:
        self.house.tasks.start(self._decided, lane="db", done=self._take, failed=self._error.show_error, owner=self)

    def _decided(self) -> tuple[tuple[Decided, ...], tuple[Past, ...]]:
        whole = self._scenarios.whole()
        rows = tuple(Decided(found, found.decision) for found in whole if found.decision is not None)
        accepted = any(row.decision.status is DecisionStatus.ACCEPTED for row in rows)
        return rows, self._watch().past(found=whole) if accepted else ()

    def _take(self, read: tuple[tuple[Decided, ...], tuple[Past, ...]]) -> None:
        rows, past = read
        self._is_read = True
        self._error.clear()
        known = {row.scenario.id: row for row in self._rows}
        # Until it is computed anew, a row that did not change keeps what was said of it.
        kept = (known.get(row.scenario.id) for row in rows)
        self._rows = tuple(
            replace(row, today=old.today) if old is not None and old.scenario == row.scenario else row
            for row, old in zip(rows, kept, strict=True)
        )
        self._past = past
        self._report = None if not past else self._report
        self._draw()
        if self._looking is not None and not self._looking.is_over:
            self._looking.cancel()
        if past:
            self._looking = self.house.tasks.start_reporting(
                lambda run: self._look(run, past),
                lane="pool",
                done=self._take_report,
                failed=self._error.show_error,
                owner=self,
            )

    def _look(self, run: Run, past: tuple[Past, ...]) -> WatchReport | None:
        """In the pool lane; None when a later look took its place."""
        report = self._watch().look(past, report=lambda _done, _all: run.cancelled)
        return None if run.cancelled else report

    def _take_report(self, report: WatchReport | None) -> None:
        if report is None:
            return
        self._report = report
        found = {each.scenario.id: each for each in report.watched}
        self._rows = tuple(replace(row, today=found.get(row.scenario.id)) for row in self._rows)
        self._draw()
        self._show_together()

    def _show_together(self) -> None:
        if self._view == TOGETHER and self._report is not None:
            self.together.show_decisions(self._past, self._report)

    def _say_together(self, lead: str, rest: str) -> None:
        self._together_answer = (lead, rest)
        if self._view == TOGETHER:
            self.header.set_answer(lead, rest)

    # drawing

    def _draw(self) -> None:
        rows = self._rows
        # Without an accepted decision there is nothing to put together.
        self._switch[TOGETHER].setEnabled(any(row.decision.status is DecisionStatus.ACCEPTED for row in rows))
        one_by_one = self._view == LIST
        self._empty.setVisible(self._is_read and not rows)
        self._table.setVisible(bool(rows) and one_by_one)
        self.together.setVisible(bool(rows) and not one_by_one)
        self._table.set_rows(sorted(rows, key=_order))
        self.header.set_answer(*(self._answer() if one_by_one or not rows else self._together_answer))
        if rows and not self.house.selection.id_of(KIND):
            self.house.selection.pick(KIND, rows[0].scenario.id)
        self._table.select(self.house.selection.id_of(KIND))
        self._explain_selected()

    def _answer(self) -> tuple[str, str]:
        rows = self._rows
        if not rows:
            return ("Nothing is decided yet." if self._is_read else ""), ""
        due = min((d.decision.review_on for d in rows if d.decision.review_on), default="")
        review = f"The next review is due on {words.day(due)}." if due else ""
        if self._report is None:
            return f"{words.count(len(rows), 'decision')} recorded.", review
        from workbench.services.watch_words import answer

        head, more = answer(self._report)
        return head, f"{more} {review if 'review' not in more else ''}".strip()

    def _open(self, scenario_id: str) -> None:
        if self.scenario is None or self.scenario.id != scenario_id:
            self.opens.emit(scenario_id)
        self.navigate.emit("decide", None)

    def _selection_changed(self, picked: Picked | None) -> None:
        self._table.select(picked.id if picked is not None and picked.kind == KIND else "")
        if self.isVisible():
            self._explain_selected()

    def _explain_selected(self) -> None:
        wanted = self.house.selection.id_of(KIND)
        found = next((row for row in self._rows if row.scenario.id == wanted), None)
        if found is None or self._view == TOGETHER:
            self.explain.emit(None)
            return
        actions = (InspectorAction("Open the decision", partial(self._open, found.scenario.id)),)
        offer_name = self._watch().offer_name if found.today is not None else str
        self.explain.emit(explanation(found, offer_name, actions))


def _order(row: Decided) -> int:
    """Those to look at first in front; otherwise the last changed first, as they are listed."""
    return row.today.rank if row.today is not None else 9


def _rank(row: Decided) -> float | None:
    return None if row.today is None else float(row.today.rank)


def _today(row: Decided) -> str:
    if row.decision.status is not DecisionStatus.ACCEPTED:
        return row.decision.status.value.capitalize()
    if row.today is None:
        return UNKNOWN
    from workbench.services.watch_words import STANDING_WORDS

    word = STANDING_WORDS[row.today.shift.standing]
    return f"{word}, look again" if row.today.fired or row.today.missed else word


def _why_unknown(row: Decided) -> str:
    if row.today is not None:
        from workbench.services.watch_words import sentence

        return sentence(row.today)
    accepted = row.decision.status is DecisionStatus.ACCEPTED
    return "It is being computed." if accepted else "Only accepted decisions are looked at again."


def _decided_on(row: Decided) -> str:
    return _short_day(row.decision.decided_at)


def _review_on(row: Decided) -> str:
    return _short_day(row.decision.review_on)


def _short_day(iso: str) -> str:
    """ "24 Nov 2026": a whole month would cost the width of another column."""
    parts = words.day(iso).split(" ")
    return " ".join(part[:3] if part.isalpha() else part for part in parts) or UNKNOWN

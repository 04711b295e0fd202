"""The scenarios: resume one, start one, bring one in. Shown while none is open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout

from workbench.analysis import words
from workbench.domain.changes import Changes
from workbench.domain.decision import DecisionStatus
from workbench.domain.evals import EvalRun
from workbench.domain.progress import FINISHABLE
from workbench.domain.scenario import Scenario
from workbench.gui.links import RESUME
from workbench.gui.pages.base import House, Page
from workbench.gui.theme import Scheme, Space, Tone
from workbench.gui.widgets.buttons import button, name_button
from workbench.gui.widgets.fields import Choice, ChoiceField
from workbench.gui.widgets.rows import UNKNOWN, Column, Mark
from workbench.gui.widgets.state import EmptyState
from workbench.gui.widgets.table import DataTable
from workbench.gui.widgets.text import Words

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.services.scenarios import ScenarioRow


class HomePage(Page):
    """A list of scenarios, last used first, with Resume; the look can be chosen here too."""

    id = "home"
    title = "Scenarios"
    has_inspector = False

    def __init__(
        self,
        *,
        house: House,
        desk: Desk,
        new: Callable[[], None],
        import_file: Callable[[], None],
        scheme: Scheme,
        set_scheme: Callable[[Scheme], None],
        interrupted: Callable[[], EvalRun | None] = lambda: None,
    ) -> None:
        super().__init__(house=house)
        self._desk = desk
        self._interrupted = interrupted
        self._waiting: EvalRun | None = None
        self._rows: tuple[ScenarioRow, ...] = ()
        self.header.add_button(button("Import …", import_file, hint="A scenario as a YAML file"))
        self.header.add_button(button("Open the sample", desk.open_sample, hint="A finished decision to look at"))
        self.header.add_button(button("New scenario", new, kind="main"))
        self._table = self._made_table(house)
        self._empty = EmptyState(
            "A scenario is one model decision: what you need, what is on offer, what you chose and why.",
            "New scenario",
            new,
            icon="requirements",
            detail="Everything stays on this machine. Nothing is downloaded and no account is needed.",
        )
        self._empty.add_action("Open the sample decision", desk.open_sample)
        self._resume = button("Resume", self._open_selected, kind="normal")
        self._bin = button("Move to the bin", self._bin_selected)
        self._restore = button("Take back", self._take_back)
        self._restore.hide()
        self._binned = ""
        self._waits = Words("")
        self._go_on = button("Resume the eval", self._resume_eval, hint="Asks only what was not answered yet")
        self._go_on.setObjectName("home-resume-eval")
        self._lay_out_rows(scheme, set_scheme)
        desk.listed.connect(self._show_rows)
        self._is_listed = desk.is_listed
        self._show(desk.rows)

    def show_scenario(self, scenario: Scenario | None) -> None:
        """The list is read again whenever the page is opened."""
        super().show_scenario(scenario)
        self._desk.list_again()

    def refresh(self, changes: Changes) -> None:
        """A scenario or its evals changed elsewhere."""
        if changes.scenarios or changes.evals:
            self._desk.list_again()

    def _read_waiting(self) -> None:
        def show(run: EvalRun | None) -> None:
            self._waiting = run
            self._show_waiting()

        # A list that cannot be read has been told of by the desk.
        self.house.tasks.start(self._interrupted, lane="db", done=show, failed=lambda _error: show(None), owner=self)

    def _show_waiting(self) -> None:
        run = self._waiting
        name = next((row.name for row in self._rows if run is not None and row.id == run.scenario_id), "")
        if run is not None and name:
            cases = words.count(run.case_count, "case")
            self._waits.set_text(f"An eval of **{name}** is not finished: {run.dataset_name}, {cases}.")
        for each in (self._waits, self._go_on):
            each.setVisible(bool(name))

    def _resume_eval(self) -> None:
        """Opens its scenario, then the eval, which goes on."""
        run = self._waiting
        if run is None or run.scenario_id is None:
            return

        def opened(scenario: Scenario | None) -> None:
            self._desk.opened.disconnect(opened)
            if scenario is not None and scenario.id == run.scenario_id:
                self.navigate.emit("validate", f"{RESUME}{run.id}")

        self._desk.opened.connect(opened)
        self._desk.open(run.scenario_id)

    def _lay_out_rows(self, scheme: Scheme, set_scheme: Callable[[Scheme], None]) -> None:
        actions = QHBoxLayout()
        actions.setSpacing(Space.S)
        for each in (self._resume, self._bin, self._restore):
            actions.addWidget(each)
        actions.addStretch(1)
        look = ChoiceField(
            "Look",
            [Choice(Scheme.LIGHT, "Light"), Choice(Scheme.DARK, "Dark"), Choice(Scheme.SYSTEM, "As the system")],
            columns=3,
        )
        look.set_value(scheme)
        look.changed.connect(set_scheme)
        waiting = QHBoxLayout()
        waiting.setSpacing(Space.M)
        waiting.addWidget(self._waits, 1)
        waiting.addWidget(self._go_on)
        self._show_waiting()
        self.body.addLayout(waiting)
        self.body.addWidget(self._empty, 1)
        self.body.addWidget(self._table)
        self.body.addLayout(actions)
        label = Words("Look", "section")
        label.setAlignment(Qt.AlignmentFlag.AlignLeft)
        self.body.addSpacing(Space.S)
        self.body.addWidget(label)
        self.body.addWidget(look)
        self.body.addStretch(1)

    def _made_table(self, house: House) -> DataTable[ScenarioRow]:
        columns: list[Column[ScenarioRow]] = [
            Column("name", "Scenario", lambda r: r.name, stretch=True, width=260, aside=_note),
            Column("steps", "Done", _steps_words, width=190, sort=lambda r: float(len(r.steps_done))),
            Column("decision", "Decision", _decision_words, width=120, mark=_decision_mark),
            Column("changed", "Last changed", _when_words, width=140, right=True, sort=_when_key),
        ]
        table: DataTable[ScenarioRow] = DataTable(
            "scenarios",
            columns,
            row_id=lambda r: r.id,
            name="Scenarios",
            settings=house.settings,
            faint=lambda r: r.damaged,
            filter_hint="Filter scenarios",
            visible_rows=3,
            snug=True,
        )
        table.opened.connect(self._desk.open)
        table.picked.connect(lambda _id: self._enable())
        return table

    def _show_rows(self, rows: tuple[ScenarioRow, ...]) -> None:
        self._is_listed = True
        self._show(rows)
        self._read_waiting()

    def _show(self, rows: tuple[ScenarioRow, ...]) -> None:
        self._rows = rows
        selected = self._table.current_id
        self._table.set_rows(rows)
        if rows and not selected:
            self._table.select(rows[0].id)
        self._table.setVisible(bool(rows))
        self._empty.setVisible(self._is_listed and not rows)
        self._resume.setVisible(bool(rows))
        self._bin.setVisible(bool(rows))
        self._enable()
        self._tell()
        self._show_waiting()

    def _tell(self) -> None:
        if not self._is_listed:
            return
        if not self._rows:
            self.header.set_answer("No scenario yet.", "Start one, or look at the finished sample decision first.")
            return
        last, count = self._rows[0], len(self._rows)
        many = "One scenario" if count == 1 else f"{count} scenarios"
        decided = sum(row.decision_status == DecisionStatus.ACCEPTED for row in self._rows)
        rest = f"You last worked on “{last.name}”: {_steps_words(last).lower()}."
        self.header.set_answer(f"{many}, {decided} decided." if decided else f"{many}, none decided yet.", rest)

    def _enable(self) -> None:
        row = next((r for r in self._rows if r.id == self._table.current_id), None)
        self._resume.setEnabled(row is not None and not row.damaged)
        self._bin.setEnabled(row is not None)

    def _open_selected(self) -> None:
        if self._table.current_id:
            self._desk.open(self._table.current_id)

    def _bin_selected(self) -> None:
        self._binned = self._table.current_id
        if self._binned:
            name = next((r.name for r in self._rows if r.id == self._binned), "")
            name_button(self._restore, f"Take “{name}” back out of the bin")
            self._restore.show()
            self._desk.delete(self._binned)

    def _take_back(self) -> None:
        self._restore.hide()
        self._desk.restore(self._binned)


def _note(row: ScenarioRow) -> str:
    return "damaged: cannot be opened" if row.damaged else "sample" if row.sample else ""


def _steps_words(row: ScenarioRow) -> str:
    if row.damaged:
        return UNKNOWN
    return f"{len(row.steps_done)} of {len(FINISHABLE)} steps done"


def _decision_words(row: ScenarioRow) -> str:
    return row.decision_status or UNKNOWN


def _decision_mark(row: ScenarioRow) -> Mark | None:
    return Mark(Tone.GOOD) if row.decision_status == DecisionStatus.ACCEPTED else None


def _when_words(row: ScenarioRow) -> str:
    if row.updated_at is None:
        return UNKNOWN
    local, today = row.updated_at.astimezone(), datetime.now().astimezone()
    if local.date() == today.date():
        return f"today {local:%H:%M}"
    return f"{local.day} {local:%b %Y}"


def _when_key(row: ScenarioRow) -> float | None:
    return None if row.updated_at is None else row.updated_at.timestamp()

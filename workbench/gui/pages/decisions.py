"""Decisions: what was decided so far, over all scenarios."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from workbench.analysis import words
from workbench.domain.changes import Changes
from workbench.domain.decision import Decision, Risk
from workbench.domain.scenario import Scenario
from workbench.gui.explanation import Explanation, InspectorAction, Row, Section
from workbench.gui.pages.base import House, Page
from workbench.gui.selection import Picked
from workbench.gui.widgets.rows import UNKNOWN, Column
from workbench.gui.widgets.state import EmptyState, ErrorBox
from workbench.gui.widgets.table import DataTable
from workbench.services.scenarios import ScenarioService

KIND = "decision"


@dataclass(frozen=True, slots=True)
class Decided:
    """A scenario with its decision."""

    scenario: Scenario
    decision: Decision

    @property
    def option_name(self) -> str:
        found = next((o for o in self.scenario.options if o.id == self.decision.option), None)
        return f"{self.decision.option} · {found.name}" if found else self.decision.option


class DecisionsPage(Page):
    """A table of decisions; the inspector holds the record of the selected one."""

    id: ClassVar[str] = "decisions"
    title: ClassVar[str] = "Decisions"
    icon: ClassVar[str] = "decisions"
    needs: ClassVar[tuple[str, ...]] = ("scenarios",)

    def __init__(self, *, house: House, scenarios: ScenarioService) -> None:
        super().__init__(house=house)
        self._scenarios = scenarios
        self._rows: tuple[Decided, ...] = ()
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
                Column("scenario", "Scenario", lambda d: d.scenario.name, width=160, stretch=True),
                Column("option", "Decided for", lambda d: d.option_name, width=220),
                Column("status", "Status", lambda d: d.decision.status.value, width=100),
                Column("decided", "Decided on", _decided_on, sort=lambda d: d.decision.decided_at, width=130),
                Column("review", "Review on", _review_on, sort=lambda d: d.decision.review_on, width=130),
            ),
            row_id=lambda d: d.scenario.id,
            name="Decisions",
            settings=house.settings,
            filter_hint="Filter by scenario, option or status",
        )
        self._table.picked.connect(lambda id: house.selection.pick(KIND, id))
        self.body.addWidget(self._error)
        self.body.addWidget(self._empty, 1)
        self.body.addWidget(self._table, 1)
        house.selection.changed.connect(self._selection_changed)

    def show_scenario(self, scenario: Scenario | None) -> None:
        super().show_scenario(scenario)
        self._read()

    def refresh(self, changes: Changes) -> None:
        if changes.scenarios:
            self._read()

    def _read(self) -> None:
        self.house.tasks.start(self._decided, lane="db", done=self._draw, failed=self._error.show_error, owner=self)

    def _decided(self) -> tuple[Decided, ...]:
        rows = [row for row in self._scenarios.list() if row.decision_status and not row.damaged]
        loaded = (self._scenarios.load(row.id) for row in rows)
        return tuple(Decided(found, found.decision) for found in loaded if found.decision is not None)

    def _draw(self, rows: tuple[Decided, ...]) -> None:
        self._rows = rows
        self._empty.setVisible(not rows)
        self._table.setVisible(bool(rows))
        self._table.set_rows(rows)
        due = min((d.decision.review_on for d in rows if d.decision.review_on), default="")
        count = f"{len(rows)} decision{'s' if len(rows) != 1 else ''} recorded."
        self.header.set_answer(
            count if rows else "Nothing is decided yet.", f"The next review is due on {words.day(due)}." if due else ""
        )
        if rows and not self.house.selection.id_of(KIND):
            self.house.selection.pick(KIND, rows[0].scenario.id)
        self._explain_selected()

    def _selection_changed(self, picked: Picked | None) -> None:
        self._table.select(picked.id if picked is not None and picked.kind == KIND else "")
        if self.isVisible():
            self._explain_selected()

    def _explain_selected(self) -> None:
        wanted = self.house.selection.id_of(KIND)
        found = next((row for row in self._rows if row.scenario.id == wanted), None)
        self.explain.emit(None if found is None else self._explanation(found))

    def _explanation(self, found: Decided) -> Explanation:
        decision = found.decision
        sections = (
            Section("Because", (Row(decision.because),) if decision.because else ()),
            Section("Risks", tuple(Row(_risk(risk), icon="caution") for risk in decision.risks)),
            Section("Look at it again when", tuple(Row(trigger.text, icon="swap") for trigger in decision.triggers)),
            Section("Dissent", (Row(decision.dissent),) if decision.dissent else ()),
            Section("People", tuple(Row(f"Decided by {name}") for name in decision.deciders)),
        )
        actions: tuple[InspectorAction, ...] = ()
        if self.scenario is not None and self.scenario.id == found.scenario.id:
            actions = (InspectorAction("Open the decision", lambda: self.navigate.emit("decide", None)),)
        return Explanation(
            found.option_name,
            f"{found.scenario.name} · {decision.status.value}",
            tuple(section for section in sections if section.rows),
            (),
            actions,
        )


def _risk(risk: Risk) -> str:
    return f"{risk.text} ({risk.owner})" if risk.owner else risk.text


def _decided_on(row: Decided) -> str:
    return words.day(row.decision.decided_at) or UNKNOWN


def _review_on(row: Decided) -> str:
    return words.day(row.decision.review_on) or UNKNOWN

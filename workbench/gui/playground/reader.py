"""What the playground reads when a scenario opens or a comparison is asked for: off the GUI thread."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from workbench.domain.evals import EvalCase
from workbench.domain.evidence import Comparison
from workbench.domain.scenario import Scenario
from workbench.gui.tasks import Tasks
from workbench.services.playground import PlaygroundService


@dataclass(frozen=True, slots=True)
class Found:
    """A comparison with the turns it goes on from."""

    comparison: Comparison
    earlier: tuple[Comparison, ...]


@dataclass(frozen=True, slots=True)
class Newest:
    """What was asked last in a scenario (None: nothing that is open), and whether anything was asked at all."""

    found: Found | None
    was_asked: bool


class PlaygroundReader(QObject):
    """`newest` (Newest) and `examples` (cases) of the scenario read last; `opened` (Found); `failed` (an error)."""

    newest = Signal(object)
    examples = Signal(object)
    opened = Signal(object)
    failed = Signal(object)

    def __init__(self, *, tasks: Tasks, playground: PlaygroundService, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks, self._service = tasks, playground
        self._scenario_id = ""

    def read(self, scenario: Scenario) -> None:
        """Its last comparison, and cases to try."""
        id = self._scenario_id = scenario.id

        def show_newest(newest: Newest) -> None:
            if id == self._scenario_id:
                self.newest.emit(newest)

        def show_examples(cases: tuple[EvalCase, ...]) -> None:
            if id == self._scenario_id:
                self.examples.emit(cases)

        tasks = self._tasks
        tasks.start(lambda: self._service.examples(scenario), done=show_examples, owner=self)
        tasks.start(lambda: self._newest(id), lane="db", done=show_newest, failed=self.failed.emit, owner=self)

    def open(self, comparison_id: str) -> None:
        """A comparison by its id or link."""
        self._tasks.start(
            lambda: self._found(comparison_id), lane="db", done=self.opened.emit, failed=self.failed.emit, owner=self
        )

    def _newest(self, scenario_id: str) -> Newest:
        heads = self._service.heads(scenario_id)
        open_one = next((head for head in heads if not head.blind), None)
        return Newest(self._found(open_one.id) if open_one is not None else None, bool(heads))

    def _found(self, comparison_id: str) -> Found:
        comparison = self._service.comparison(comparison_id)
        return Found(comparison, () if comparison.blind else self._service.conversation(comparison))

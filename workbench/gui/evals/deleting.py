"""A run and its results removed, after a question."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from workbench.analysis import words
from workbench.domain.evals import EvalRun
from workbench.gui.tasks import Tasks
from workbench.services.eval_results import EvalResults


class Deleting(QObject):
    """`done` with what changed, `failed` with why not."""

    done = Signal(object)
    failed = Signal(object)

    def __init__(self, *, results: EvalResults, tasks: Tasks, parent: QWidget) -> None:
        super().__init__(parent)
        self._results, self._tasks, self._parent = results, tasks, parent

    def ask(self, run: EvalRun, cases: int) -> None:
        """Removes it when the person says so: it cannot be taken back."""
        box = QMessageBox(self._parent)
        box.setWindowTitle("Delete this eval?")
        box.setText(f"Delete “{run.name}” and its {words.count(cases, 'case')}?")
        box.setInformativeText("Its results no longer count as evidence. This cannot be undone.")
        delete = box.addButton("Delete the eval", QMessageBox.ButtonRole.DestructiveRole)
        box.addButton("Keep it", QMessageBox.ButtonRole.RejectRole)
        delete.clicked.connect(lambda: self._delete(run.id))
        box.open()

    def _delete(self, run_id: str) -> None:
        self._tasks.start(
            lambda: self._results.delete(run_id),
            lane="db",
            done=self.done.emit,
            failed=self.failed.emit,
            owner=self,
        )

"""Which of the scenario's evals is shown, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from workbench.analysis import words
from workbench.domain.evals import EvalRun, EvalStatus
from workbench.gui.theme import Space
from workbench.gui.widgets.buttons import button
from workbench.services.eval_words import state_words


class RunBar(QWidget):
    """`chosen` (run id), `new_wanted`, `go_on_wanted`, `pause_wanted`."""

    chosen = Signal(str)
    new_wanted = Signal()
    go_on_wanted = Signal()
    pause_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._runs = QComboBox()
        self._runs.setAccessibleName("Which eval is shown")
        self._runs.setObjectName("eval-runs")
        self._runs.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._runs.setMinimumContentsLength(24)
        self._runs.activated.connect(lambda place: self.chosen.emit(self._runs.itemData(place)))
        self._go_on = button("Go on", self.go_on_wanted.emit, kind="main", hint="Asks only what was not answered yet")
        self._go_on.setObjectName("eval-go-on")
        self._pause = button("Pause", self.pause_wanted.emit, hint="Answers under way still arrive; it goes on later")
        self._pause.setObjectName("eval-pause")
        self._new = button("New eval", self.new_wanted.emit)
        self._new.setObjectName("eval-new")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.S)
        row.addWidget(self._runs, 1)
        row.addWidget(self._go_on)
        row.addWidget(self._pause)
        row.addWidget(self._new)

    def take_keys(self) -> None:
        """The keyboard goes to what can be done with the run, else to the list of them."""
        offered = (each for each in (self._pause, self._go_on) if each.isVisible() and each.isEnabled())
        next(offered, self._runs).setFocus()

    def set_runs(self, runs: Sequence[EvalRun], shown: str) -> None:
        """The newest first."""
        self._runs.clear()
        for run in runs:
            self._runs.addItem(run_title(run), run.id)
        self._runs.setCurrentIndex(max(self._runs.findData(shown), 0))

    def set_state(self, shown: EvalRun | None, *, running: str, pausing: bool = False) -> None:
        """A run that is not finished and not under way can go on; one under way can be paused."""
        open_ended = shown is not None and shown.status is not EvalStatus.FINISHED
        self._go_on.setVisible(open_ended and not running)
        self._pause.setVisible(bool(running))
        self._pause.setEnabled(not pausing)
        self._new.setEnabled(not running)


def run_title(run: EvalRun) -> str:
    """ "27 Nov 2026, 10:42 · policies.csv · 150 cases · 3 models · interrupted"."""
    at = run.started_at.astimezone()
    state = "" if run.status is EvalStatus.FINISHED else f" · {state_words(run)}"
    return (
        f"{at.day} {at:%b %Y, %H:%M} · {run.dataset_name} · {words.count(run.case_count, 'case')} · "
        f"{words.count(len(run.model_ids), 'model')}{state}"
    )

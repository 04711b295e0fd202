"""Which gap, and which two evals it is measured from."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QFormLayout, QLabel, QVBoxLayout, QWidget

from workbench.domain.details import GAPS
from workbench.domain.evals import EvalRun
from workbench.domain.questions import question
from workbench.gui.theme import scaled_px
from workbench.gui.widgets.text import Words


class GapForm(QDialog):
    """`gap`, `better` and `worse` (ids of evals) are what the person chose."""

    def __init__(self, runs: Sequence[EvalRun], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Measure a gap from two evals")
        self.setMinimumWidth(scaled_px(self, 480))
        self._gap = _combo("Gap", [(question(f"gap_{name}").title, name) for name in GAPS])
        entries = [(f"{run.name}, {run.started_at:%d %b %Y}", run.id) for run in runs]
        self._better = _combo("Eval with it", entries)
        self._worse = _combo("Eval without it", entries)
        if len(entries) > 1:
            self._worse.setCurrentIndex(1)
        self._why = Words("", "muted")
        self._gap.currentIndexChanged.connect(lambda _place: self._say())
        form = QFormLayout()
        for box in (self._gap, self._better, self._worse):
            label = QLabel(box.accessibleName())
            label.setBuddy(box)
            form.addRow(label, box)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        buttons.button(QDialogButtonBox.StandardButton.Save).setEnabled(len(entries) > 1)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(self._why)
        if len(entries) < 2:
            column.addWidget(
                Words("It takes two finished evals of the same cases. Run them on Validate.", "small", "bad")
            )
        column.addWidget(buttons)
        self._say()

    @property
    def gap(self) -> str:
        return str(self._gap.currentData())

    @property
    def better(self) -> str:
        return str(self._better.currentData())

    @property
    def worse(self) -> str:
        return str(self._worse.currentData())

    def _say(self) -> None:
        self._why.set_text(question(f"gap_{self.gap}").why)


def _combo(name: str, entries: Sequence[tuple[str, str]]) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    for title, value in entries:
        box.addItem(title, value)
    return box

"""Settings of one model: a small window over its pane."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from workbench.domain.chat import Sampling
from workbench.gui.playground.pane import Pane
from workbench.gui.playground.sampling_form import SamplingForm
from workbench.gui.theme import Space, fitting
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.text import Words


class OwnSettings(QDialog):
    """`ask` opens it for a pane; Apply gives the pane settings of its own, "As all models" takes them away."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Settings of one model")
        self._pane: Pane | None = None
        self._words = Words("", "body")
        self.form = SamplingForm("of this model")
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        apply = button("Apply", self._apply, kind="main")
        apply.setObjectName("own-apply")
        shared = button("As all models", self._share, hint="The settings above the answers count again")
        shared.setObjectName("own-shared")
        row.addStretch(1)
        for each in (shared, button("Cancel", self.reject), apply):
            row.addWidget(each)
        column = QVBoxLayout(self)
        column.setSpacing(Space.M)
        for part in (self._words, self.form):
            column.addWidget(part)
        column.addLayout(row)

    def ask(self, pane: Pane, shared: Sampling) -> None:
        """Open it; what it begins with is what counts for the pane now."""
        self._pane = pane
        self._words.set_text(f"How {pane.model_name} chooses its words. The other models keep the settings above.")
        self.form.set_sampling(pane.own_sampling or shared)
        self.resize(fitting(self, 560, 220))
        self.open()

    def _apply(self) -> None:
        if self._pane is not None:
            self._pane.set_own_sampling(self.form.sampling)
        self.accept()

    def _share(self) -> None:
        if self._pane is not None:
            self._pane.set_own_sampling(None)
        self.accept()

"""How much memory local models may take together."""

from __future__ import annotations

from PySide6.QtWidgets import QFormLayout

from workbench.domain.errors import WorkbenchError
from workbench.gui.widgets.card import Card
from workbench.gui.widgets.fields import NumberField
from workbench.gui.widgets.state import ErrorBox
from workbench.gui.widgets.text import Words
from workbench.services.model_memory import ModelMemoryService

NOTE = (
    "Empty: four fifths of what is free. A model that finds no room takes the place of the one used longest ago, or "
    "waits until one has answered."
)


class ModelMemoryCard(Card):
    """One number, which counts from the next model that is loaded."""

    def __init__(self, *, memory: ModelMemoryService) -> None:
        super().__init__("Models on this machine")
        self._memory = memory
        self._error = ErrorBox()
        self._most = NumberField("Memory for all that are loaded", unit="GB", low=0, high=10_000)
        self._most.changed.connect(self._set)
        form = QFormLayout()
        form.addRow("Memory for all that are loaded", self._most)
        self.body.addWidget(self._error)
        self.body.addLayout(form)
        self.body.addWidget(Words(NOTE, "muted"))

    def show_now(self) -> None:
        """Draws what is set."""
        self._most.set_value(self._memory.cap_gb() or None)

    def _set(self, gigabytes: object) -> None:
        self._error.clear()
        try:
            self._memory.set_cap_gb(float(gigabytes) if isinstance(gigabytes, int | float) else 0.0)
        except WorkbenchError as error:
            self._error.show_error(error)

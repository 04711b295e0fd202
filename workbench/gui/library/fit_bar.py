"""For which context, and for which way of keeping it, the table says whether a model fits."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QWidget

from workbench.gui.theme import Space, set_role
from workbench.inference.local.gguf.kv import CACHE_BYTES

CONTEXTS = (2_048, 4_096, 8_192, 16_384, 32_768, 65_536, 131_072)
CACHE_WORDS = {"f16": "f16, exact", "q8_0": "q8_0, half the memory", "q4_0": "q4_0, a quarter"}


class FitBar(QWidget):
    """Sends `changed` (tokens or None, cache type)."""

    changed = Signal(object, str)

    def __init__(self) -> None:
        super().__init__()
        self._context = QComboBox()
        self._context.setObjectName("library-context")
        self._context.setAccessibleName("Context to make room for")
        self._context.addItem("what the engine gives", None)
        for tokens in CONTEXTS:
            self._context.addItem(f"{tokens:,} tokens", tokens)
        self._cache = QComboBox()
        self._cache.setObjectName("library-cache")
        self._cache.setAccessibleName("How the context is kept")
        for name in CACHE_BYTES:
            self._cache.addItem(CACHE_WORDS.get(name, name), name)
        self._cache.setEnabled(False)
        self._cache.setToolTip("The engine of the workbench keeps f16; other programs can keep less exact values.")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.S)
        row.addWidget(_label("Room for a context of", self._context))
        row.addWidget(self._context)
        row.addWidget(_label("kept as", self._cache))
        row.addWidget(self._cache)
        row.addStretch(1)
        self._context.currentIndexChanged.connect(self._tell)
        self._cache.currentIndexChanged.connect(self._tell)

    @property
    def context(self) -> int | None:
        found = self._context.currentData()
        return found if isinstance(found, int) else None

    @property
    def cache(self) -> str:
        return str(self._cache.currentData())

    def _tell(self, _place: int) -> None:
        self._cache.setEnabled(self.context is not None)
        self.changed.emit(self.context, self.cache)


def _label(title: str, buddy: QWidget) -> QLabel:
    label = QLabel(title)
    set_role(label, "muted")
    label.setBuddy(buddy)
    return label

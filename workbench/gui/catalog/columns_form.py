"""The step before a CSV table is imported: which column holds what, and what prices are per."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from workbench.gui.theme import Space, fitting
from workbench.gui.widgets.fields import TextField
from workbench.gui.widgets.text import Words
from workbench.services.catalog_imports import Columns

_NOTHING = "— not in the table"
_FIRST = (
    "model",
    "provider",
    "input_usd_per_mtok",
    "output_usd_per_mtok",
    "cache_read_usd_per_mtok",
    "context_tokens",
    "max_output_tokens",
    "benchmark",
    "value",
)


class ColumnsForm(QDialog):
    """Sends `chosen` (path, options for the importer) when the person goes on."""

    chosen = Signal(object, object)

    def __init__(self, path: Path, columns: Columns, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("columns-form")
        self._path = path
        self.setWindowTitle(f"Columns of {path.name}")
        self.setMinimumSize(fitting(self, 620, 520))
        wanted = [*_FIRST, *(name for name in columns.guessed if name not in _FIRST)]
        self._boxes = {name: _box(columns, name) for name in wanted}
        self._provider = TextField("Provider of all rows", placeholder="openai", max_length=80)
        self._benchmark = TextField("Benchmark of all rows", placeholder="livebench-2026-06-25", max_length=80)
        self._unit = QComboBox()
        self._unit.setAccessibleName("Token prices are per")
        for unit in columns.units:
            self._unit.addItem(f"{unit} tokens" if unit != "token" else "token", unit)
        self._lay_out(columns)

    @property
    def options(self) -> Mapping[str, str]:
        """What was chosen, as the importer takes it."""
        found = {f"column.{name}": str(box.currentData()) for name, box in self._boxes.items()}
        found["unit"] = str(self._unit.currentData())
        for name, field in (("provider", self._provider), ("benchmark", self._benchmark)):
            if field.text().strip():
                found[name] = field.text().strip()
        return found

    def _lay_out(self, columns: Columns) -> None:
        inside = QWidget()
        form = QFormLayout(inside)
        form.setVerticalSpacing(Space.S)
        for name, box in self._boxes.items():
            form.addRow(_label(columns.fields.get(name, name), box), box)
        form.addRow(_label("Token prices are per", self._unit), self._unit)
        form.addRow(_label("Provider of all rows", self._provider), self._provider)
        form.addRow(_label("Benchmark of all rows", self._benchmark), self._benchmark)
        scroller = QScrollArea()
        scroller.setWidgetResizable(True)
        scroller.setFrameShape(QScrollArea.Shape.NoFrame)
        scroller.setWidget(inside)
        scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        onward = buttons.addButton("Show what would change", QDialogButtonBox.ButtonRole.AcceptRole)
        assert isinstance(onward, QPushButton)
        onward.setProperty("kind", "main")
        buttons.accepted.connect(self._go_on)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setSpacing(Space.M)
        column.addWidget(Words("**Which column holds what?** The names below were guessed from the header.", "body"))
        column.addWidget(_sample(columns))
        column.addWidget(scroller, 1)
        column.addWidget(buttons)

    def _go_on(self) -> None:
        self.accept()
        self.chosen.emit(self._path, self.options)


def _box(columns: Columns, name: str) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(f"Column for {columns.fields.get(name, name)}")
    box.addItem(_NOTHING, "")
    for column in columns.header:
        if column:
            box.addItem(column, column)
    box.setCurrentIndex(max(box.findData(columns.guessed.get(name, "")), 0))
    return box


def _label(title: str, buddy: QWidget) -> QLabel:
    label = QLabel(title)
    label.setBuddy(buddy)
    return label


def _sample(columns: Columns) -> QTableWidget:
    """The first rows, so that columns can be told apart."""
    table = QTableWidget(len(columns.sample), len(columns.header))
    table.setAccessibleName("The first rows of the table")
    table.setHorizontalHeaderLabels(list(columns.header))
    table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
    table.verticalHeader().hide()
    for row, cells in enumerate(columns.sample):
        for column, text in enumerate(cells):
            table.setItem(row, column, QTableWidgetItem(text[:200]))
    table.setFixedHeight(table.horizontalHeader().sizeHint().height() + 5 * table.rowHeight(0) // 2 + 3 * Space.L)
    return table

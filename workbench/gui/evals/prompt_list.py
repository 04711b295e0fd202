"""Ways to ask the same cases: any number of prompt templates, each with a name once there are several."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from workbench.gui.theme import Space, scaled_px
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.text import Words

AS_IT_IS = "{{ input }}"
HINT = f"Optional: {AS_IT_IS} stands for the question, other columns go by their names"
SEVERAL = f"Every model is asked with every prompt. The first one left empty asks {AS_IT_IS} as it stands."
NAME_PX, TEXT_PX = 110, 54


@dataclass(frozen=True, slots=True)
class _Row:
    whole: QWidget
    name: QLineEdit
    text: QPlainTextEdit
    remove: QPushButton


class PromptList(QWidget):
    """`changed` when the cases would be asked otherwise."""

    changed = Signal()

    def __init__(self) -> None:
        self._rows: list[_Row] = []
        super().__init__()
        self._made = 0
        self._place = QVBoxLayout()
        self._place.setSpacing(Space.S)
        self._several = Words(SEVERAL, "muted")
        self.add = button("Add a prompt", self._add_one, kind="link", hint="Asks every model in one more way")
        self.add.setObjectName("eval-add-prompt")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        column.addLayout(self._place)
        column.addWidget(self._several)
        column.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)
        self._append()

    @property
    def value(self) -> tuple[tuple[str, str], ...]:
        """(name, template) of each that says something; the only one needs no name."""
        said = [(self._name_of(place), row.text.toPlainText().strip()) for place, row in enumerate(self._rows)]
        if len(said) > 1 and not said[0][1] and any(text for _, text in said):
            said[0] = (said[0][0], AS_IT_IS)
        said = [(name, text) for name, text in said if text]
        return ((("", said[0][1]),) if len(said) == 1 else tuple(said)) if said else ()

    def _name_of(self, place: int) -> str:
        """As it may be written: with dashes for blanks."""
        field = self._rows[place].name
        return "-".join(field.text().split()) or field.placeholderText()

    def _add_one(self) -> None:
        row = self._append()
        if self.isVisible():
            before: QWidget = self._rows[-2].remove
            for widget in (row.name, row.text, row.remove, self.add):
                self.setTabOrder(before, widget)
                before = widget
        row.text.setFocus()

    def _append(self) -> _Row:
        self._made += 1
        number = self._made
        name = QLineEdit()
        name.setPlaceholderText(f"prompt-{number}")
        name.setMaxLength(40)
        name.setAccessibleName(f"Name of prompt {number}")
        name.setObjectName(f"eval-prompt-name-{number}")
        text = QPlainTextEdit()
        text.setPlaceholderText(HINT)
        text.setAccessibleName(f"Prompt {number}")
        text.setObjectName(f"eval-prompt-{number}")
        text.setTabChangesFocus(True)
        whole = QWidget()
        remove = button("Remove", lambda: self._take_out(whole), kind="link")
        remove.setAccessibleName(f"Remove prompt {number}")
        remove.setObjectName(f"eval-prompt-remove-{number}")
        line = QHBoxLayout(whole)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(Space.S)
        line.addWidget(name, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(text, 1)
        line.addWidget(remove, 0, Qt.AlignmentFlag.AlignTop)
        name.textChanged.connect(self.changed)
        text.textChanged.connect(self.changed)
        row = _Row(whole, name, text, remove)
        self._rows.append(row)
        self._place.addWidget(whole)
        whole.show()
        self._show_several()
        self._fit_text()
        return row

    def _take_out(self, whole: QWidget) -> None:
        row = next(row for row in self._rows if row.whole is whole)
        self._rows.remove(row)
        self.add.setFocus()  # else the keyboard would go to another part of the window with the button
        self._place.removeWidget(whole)
        whole.hide()
        whole.deleteLater()
        self._show_several()
        self.changed.emit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self._fit_text()

    def _fit_text(self) -> None:
        """Two lines of a prompt, whatever the size of text."""
        for row in self._rows:
            row.name.setFixedWidth(scaled_px(self, NAME_PX))
            row.text.setFixedHeight(scaled_px(self, TEXT_PX))

    def _show_several(self) -> None:
        """A single prompt has no name, and stays."""
        several = len(self._rows) > 1
        for row in self._rows:
            row.name.setVisible(several)
            row.remove.setVisible(several)
        self._several.setVisible(several)

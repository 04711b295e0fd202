"""Fields of the wizard and of forms: a number with its unit, a choice of cards, chips, a low-likely-high range.

Every field has `changed` (the value, None when it is empty) sent when the person changed it, never by `set_value`.
Those for numbers have `held`: what stands there now is no value (yet), and what was sent before is not meant any more.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLayoutItem,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from workbench.gui.theme import Space, icon, look_of, restyle, scaled_px, set_role
from workbench.gui.widgets.text import Words

V = TypeVar("V")
_SUFFIXES = {"k": 1e3, "m": 1e6, "b": 1e9, "%": 0.01}
_NUMBER = re.compile(r"^([+-]?[0-9]*\.?[0-9]+(?:e[+-]?[0-9]+)?)\s*([kmb%]?)$")


def read_number(text: str) -> float | None:
    """The number a person typed: "9,700", "9 700", "1.2k", "3M", "20 %" (0.2), "$300". None when it is none."""
    plain = re.sub(r"[\s,_$€£\u202f\u00a0]", "", text.strip().casefold()).replace("\N{MINUS SIGN}", "-")
    match = _NUMBER.match(plain)
    if match is None:
        return None
    value = float(match.group(1)) * _SUFFIXES.get(match.group(2), 1.0)
    return value if math.isfinite(value) else None


def write_number(value: float) -> str:
    """A number as it stands in a field: 9,700 or 0.25; at most six digits behind the point."""
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:,.6f}".rstrip("0").rstrip(".")


class NumberField(QWidget):
    """A number with its unit behind it. A text that is no number within the limits is marked, and said why below."""

    changed = Signal(object)
    held = Signal()

    def __init__(
        self,
        name: str,
        *,
        unit: str = "",
        low: float | None = None,
        high: float | None = None,
        whole: bool = False,
        placeholder: str = "",
        percent: bool = False,
        width: int = 130,
    ) -> None:
        super().__init__()
        self._low, self._high, self._whole, self._percent = low, high, whole, percent
        self._width = width
        self._sent: float | None = None
        self.edit = Line()
        self.edit.setAccessibleName(f"{name}, {unit}" if unit else name)
        self.edit.setPlaceholderText(placeholder)
        self.edit.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setFocusProxy(self.edit)
        self._unit = QLabel("%" if percent and not unit else unit)
        self._unit.setTextFormat(Qt.TextFormat.PlainText)
        set_role(self._unit, "muted")
        self._problem = Words("", "small", "bad")
        self._problem.hide()
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        row.addWidget(self.edit)
        row.addWidget(self._unit, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        column.addLayout(row)
        column.addWidget(self._problem)
        self.edit.textEdited.connect(lambda _text: self._typed())
        self.edit.editingFinished.connect(self._tidy)
        self._fit()

    @property
    def value(self) -> float | None:
        """What stands there, None when empty or wrong. With `percent`, 20 in the field is 0.2 here."""
        number, problem = self._read()
        return None if problem else number

    @property
    def problem(self) -> str:
        """Why the text is not taken, "" when it is."""
        return self._read()[1]

    def set_value(self, value: float | None) -> None:
        if value == self.value and not self.problem:
            return
        shown = None if value is None else value * 100 if self._percent else value
        self._sent = value
        self.edit.setText("" if shown is None else write_number(round(shown, 9)))
        self._mark("")

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def _fit(self) -> None:
        self.edit.setFixedWidth(scaled_px(self, self._width))

    def _read(self) -> tuple[float | None, str]:
        text = self.edit.text().strip()
        if not text:
            return None, ""
        number = read_number(text.rstrip("%") if self._percent else text)
        if number is None:
            return None, "Write a number, for example 9,700 or 1.2k."
        if self._whole and number != int(number):
            return None, "Write a whole number."
        number = number / 100 if self._percent else number
        scale = 100 if self._percent else 1
        if self._low is not None and number < self._low:
            return None, f"The least that makes sense here is {write_number(self._low * scale)}."
        if self._high is not None and number > self._high:
            return None, f"The most that makes sense here is {write_number(self._high * scale)}."
        return number, ""

    def _typed(self) -> None:
        number, problem = self._read()
        self._mark(problem if problem and not self.edit.hasFocus() else "")
        if problem:
            self._sent = math.nan  # equal to nothing: the next value is sent, be it the one before
            self.held.emit()
        elif number != self._sent:
            self._sent = number
            self.changed.emit(number)

    def _tidy(self) -> None:
        number, problem = self._read()
        self._mark(problem)
        if not problem and number is not None:
            self.edit.setText(write_number(round(number * 100 if self._percent else number, 9)))

    def _mark(self, problem: str) -> None:
        self._problem.set_text(problem)
        self._problem.setVisible(bool(problem))
        self.edit.setAccessibleDescription(problem)
        if self.edit.property("wrong") != ("true" if problem else "false"):
            self.edit.setProperty("wrong", "true" if problem else "false")
            restyle(self.edit)


class RangeField(QWidget):
    """Low, likely and high of an uncertain number. Sends (low, likely, high) when they are there and in order.

    Only "likely" need be filled: low and high then equal it, and stay empty, so that they follow what is typed there.
    """

    changed = Signal(object)
    held = Signal()

    def __init__(
        self,
        name: str,
        *,
        unit: str = "",
        low: float | None = None,
        high: float | None = None,
        percent: bool = False,
    ) -> None:
        super().__init__()
        self._parts = tuple(
            NumberField(f"{name}, {part}", unit="", low=low, high=high, percent=percent, width=100)
            for part in ("lowest", "likely", "highest")
        )
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(Space.M)
        grid.setVerticalSpacing(Space.XS)
        for place, (title, part) in enumerate(zip(("Lowest", "Likely", "Highest"), self._parts, strict=True)):
            label = QLabel(title)
            set_role(label, "muted")
            label.setBuddy(part.edit)
            grid.addWidget(label, 0, place)
            grid.addWidget(part, 1, place, Qt.AlignmentFlag.AlignTop)
            part.changed.connect(lambda _value: self._typed())
            part.held.connect(self.held)
            part.edit.editingFinished.connect(self._left)
            part.edit.returnPressed.connect(self._explain)
            if place != 1:
                part.edit.setPlaceholderText("as likely")
        if unit:
            words = QLabel(unit)
            set_role(words, "muted")
            words.setFixedHeight(self._parts[0].edit.sizeHint().height())
            grid.addWidget(words, 1, 3, Qt.AlignmentFlag.AlignTop)
        grid.setColumnStretch(4, 1)
        self._problem = Words("", "small", "bad")
        self._problem.hide()
        grid.addWidget(self._problem, 2, 0, 1, 5)
        self.setFocusProxy(self._parts[1].edit)

    @property
    def value(self) -> tuple[float, float, float] | None:
        low, likely, high = (part.value for part in self._parts)
        if likely is None or any(part.problem for part in self._parts):
            return None
        triple = (likely if low is None else low, likely, likely if high is None else high)
        return triple if triple[0] <= triple[1] <= triple[2] else None

    def set_value(self, value: tuple[float, float, float] | None) -> None:
        if value is not None and value == self.value:
            return
        shown = (None, value[1], None) if value is not None and value[0] == value[2] else value or (None, None, None)
        for part, number in zip(self._parts, shown, strict=True):
            part.set_value(number)
        self._say("")

    def _typed(self) -> None:
        value = self.value
        if value is None and any(part.edit.text().strip() for part in self._parts):
            self.held.emit()
        else:
            self._say("")
            self.changed.emit(value)

    def _left(self) -> None:
        """What is wrong between the three is said once the person has left them all."""
        if not any(part.edit.hasFocus() for part in self._parts):
            self._explain()

    def _explain(self) -> None:
        numbers = [part.value for part in self._parts]
        nothing = all(number is None for number in numbers)
        if self.value is not None or nothing or any(part.problem for part in self._parts):
            self._say("")
        elif numbers[1] is None:
            self._say("Write the likely one, too. It is not saved without.")
        else:
            self._say("Put the smallest first: lowest, likely, highest. It is not saved like this.")

    def _say(self, problem: str) -> None:
        self._problem.set_text(problem)
        self._problem.setVisible(bool(problem))


@dataclass(frozen=True, slots=True)
class Choice(Generic[V]):
    """One thing to choose: its value, its words, and a sentence below them."""

    value: V
    title: str
    detail: str = ""


class _PickCard(QFrame):
    """A radio button on a card that is clicked as a whole; a long title goes on in the next line."""

    def __init__(self, choice: Choice[V]) -> None:
        super().__init__()
        self.setProperty("kind", "pick")
        self.radio = QRadioButton()
        self.radio.setAccessibleName(choice.title)
        self.radio.setAccessibleDescription(choice.detail)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.M, Space.S, Space.M, Space.S)
        column.setSpacing(2)
        row = QHBoxLayout()
        row.setSpacing(Space.XS)
        row.addWidget(self.radio, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(2)
        row.addLayout(words, 1)
        column.addLayout(row)
        title = Words(choice.title)
        title.setMinimumHeight(self.radio.sizeHint().height())
        for label in (title, Words(choice.detail, "muted")):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
            label.setVisible(bool(label.text()))
            words.addWidget(label)
        words.addStretch(1)  # beside a taller card the title stays with its button
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.radio.toggled.connect(self._show_chosen)
        self._show_chosen(False)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.radio.setFocus(Qt.FocusReason.MouseFocusReason)
        self.radio.click()
        event.accept()

    def _show_chosen(self, chosen: bool) -> None:
        self.setProperty("chosen", "true" if chosen else "false")
        restyle(self)


class ChoiceField(QWidget, Generic[V]):
    """One of several, as cards in one or more columns. Arrow keys move the choice."""

    changed = Signal(object)

    def __init__(self, name: str, choices: Sequence[Choice[V]], *, columns: int = 1) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._choices = tuple(choices)
        self._group = QButtonGroup(self)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(Space.S)
        for place, choice in enumerate(self._choices):
            card = _PickCard(choice)
            card.radio.setAccessibleName(f"{name}: {choice.title}")
            self._group.addButton(card.radio, place)
            grid.addWidget(card, place // columns, place % columns)
        for column in range(columns):
            grid.setColumnStretch(column, 1)
        self._group.idClicked.connect(lambda place: self.changed.emit(self._choices[place].value))

    @property
    def value(self) -> V | None:
        place = self._group.checkedId()
        return self._choices[place].value if place >= 0 else None

    def set_value(self, value: V | None) -> None:
        place = next((i for i, c in enumerate(self._choices) if c.value == value), -1)
        if place >= 0:
            self._group.button(place).setChecked(True)
            return
        self._group.setExclusive(False)
        for each in self._group.buttons():
            each.setChecked(False)
        self._group.setExclusive(True)


class _Chip(QPushButton):
    """A button that stays down: a plus to take it, a check mark once taken."""

    def __init__(self, title: str, hint: str) -> None:
        super().__init__(title)
        self.setProperty("kind", "chip")
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setToolTip(hint)
        self.setAccessibleDescription(hint)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.toggled.connect(lambda _on: self._draw())
        self._draw()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._draw()

    def _draw(self) -> None:
        look, size = look_of(self), scaled_px(self, 14)
        taken = self.isChecked()
        self.setIcon(icon("check" if taken else "plus", look.accent if taken else look.muted, size))
        self.setIconSize(QSize(size, size))


class ChipsField(QWidget, Generic[V]):
    """Any number of several, as chips that flow over lines. Sends the chosen values in the order of the choices."""

    changed = Signal(object)

    def __init__(self, name: str, choices: Sequence[Choice[V]]) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._choices = tuple(choices)
        flow = FlowLayout(self)
        self._chips: list[QPushButton] = []
        for choice in self._choices:
            chip = _Chip(choice.title, choice.detail)
            chip.setAccessibleName(f"{name}: {choice.title}")
            chip.clicked.connect(lambda _checked=False: self.changed.emit(self.value))
            flow.addWidget(chip)
            self._chips.append(chip)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def value(self) -> tuple[V, ...]:
        return tuple(c.value for c, chip in zip(self._choices, self._chips, strict=True) if chip.isChecked())

    def set_value(self, values: Iterable[V]) -> None:
        chosen = set(values)
        for choice, chip in zip(self._choices, self._chips, strict=True):
            chip.setChecked(choice.value in chosen)


class FlowLayout(QLayout):
    """Puts widgets in a line and goes on in the next line when it is full."""

    def __init__(self, parent: QWidget | None = None, *, spacing: int = Space.S) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = spacing
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size

    def _arrange(self, rect: QRect, *, move: bool) -> int:
        x, y, line = rect.x(), rect.y(), 0
        for item in self._items:
            if item.isEmpty():
                continue
            size = item.sizeHint()
            if x + size.width() > rect.right() + 1 and line:
                x, y, line = rect.x(), y + line + self._gap, 0
            if move:
                item.setGeometry(QRect(x, y, size.width(), size.height()))
            x += size.width() + self._gap
            line = max(line, size.height())
        return y + line - rect.y()


class Line(QLineEdit):
    """A line of text that leaves Ctrl+Z to the window once it has nothing of its own to take back."""

    def event(self, event: QEvent) -> bool:
        if leaves_to_window(event, can_undo=self.isUndoAvailable(), can_redo=self.isRedoAvailable()):
            return False
        return super().event(event)


def leaves_to_window(event: QEvent, *, can_undo: bool, can_redo: bool) -> bool:
    """Whether a field should let the window have this key: Undo or Redo where it has nothing to undo or redo itself.

    WORKAROUND: Qt's text fields keep these keys for themselves even then, and nothing happens.
    """
    if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
        return False
    undo = event.matches(QKeySequence.StandardKey.Undo) and not can_undo
    redo = event.matches(QKeySequence.StandardKey.Redo) and not can_redo
    if undo or redo:
        event.ignore()
    return undo or redo


class TextField(Line):
    """One line of text; `edited` is sent for each change, Enter moves on like Tab."""

    edited = Signal(str)

    def __init__(self, name: str, *, placeholder: str = "", max_length: int = 500) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setPlaceholderText(placeholder)
        self.setMaxLength(max_length)
        self.textEdited.connect(self.edited)

    def set_value(self, text: str) -> None:
        if text != self.text():
            self.setText(text)
            if not self.hasFocus():
                self.setCursorPosition(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.focusNextChild()


class DayField(QWidget):
    """A day, year-month-day. A text that is none is marked and not taken: `value` stays what it was."""

    changed = Signal(object)

    def __init__(self, name: str, example: str) -> None:
        super().__init__()
        self._name, self._example, self._value = name, example, ""
        self.edit = TextField(name, placeholder=example, max_length=10)
        self.setFocusProxy(self.edit)
        self._problem = Words("", "small", "bad")
        self._problem.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        column.addWidget(self.edit)
        column.addWidget(self._problem)
        self.edit.edited.connect(lambda _text: self._typed())
        self.edit.editingFinished.connect(self._say)

    @property
    def value(self) -> str:
        """The day in ISO form, "" for none."""
        return self._value

    @property
    def problem(self) -> str:
        """Why what stands there is not taken, "" when it is."""
        return "" if _is_day(self.edit.text().strip()) else f"Write it as year-month-day, such as {self._example}."

    def set_value(self, value: str) -> None:
        """Shows a stored day; what was typed and not taken is gone."""
        self._value = value
        self.edit.set_value(value)
        self._say()

    def _typed(self) -> None:
        text = self.edit.text().strip()
        if _is_day(text) and text != self._value:
            self._value = text
            self.changed.emit(text)
        if not self.problem:
            self._say()

    def _say(self) -> None:
        """A half-typed day is no fault until one leaves the field."""
        self._problem.set_text(self.problem)
        self._problem.setVisible(bool(self.problem))


def _is_day(text: str) -> bool:
    try:
        return not text or date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False

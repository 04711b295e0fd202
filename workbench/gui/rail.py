"""The rail: the open scenario, the path with what each step needs, the pages beside it, what may leave the machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QMenu,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from workbench.domain.scenario import Scenario
from workbench.gui.pages import PageEntry
from workbench.gui.theme import TONE_ICONS, Space, Tone, look_of, pixmap, scaled_px, set_role
from workbench.gui.widgets.card import Line
from workbench.gui.widgets.state import IconLabel
from workbench.gui.widgets.text import Words, straight

WIDTH_PX = 208
FOLDED_PX = 56


@dataclass(frozen=True, slots=True)
class StepState:
    """What stands beside a page in the rail: a mark and a word or a count. Neutral has no mark.

    `brief` says the same where the text would cut the page's title.
    """

    tone: Tone = Tone.NEUTRAL
    text: str = ""
    brief: str = ""


@dataclass(frozen=True, slots=True)
class PrivacyLine:
    """What may leave the machine for the open scenario: in two words, in a sentence, and the last call made."""

    tone: Tone
    title: str
    detail: str
    last_call: str


# Until its words are there, nothing is promised: neither of no scenario nor of the last one.
OPENING = PrivacyLine(Tone.NEUTRAL, "Opening …", "The scenario is being opened. What may leave is said then.", "")
NOTHING_OPEN = PrivacyLine(Tone.GOOD, "Nothing leaves", "No scenario is open.", "")


@dataclass(frozen=True, slots=True)
class RailStatus:
    """Everything the rail says about the open scenario, by page id; without words of it, that it is being opened."""

    steps: Mapping[str, StepState] = field(default_factory=dict)
    privacy: PrivacyLine = OPENING


class RailWords(Protocol):
    """Words the rail. `read` runs in the db lane, `word` in the pool with what `read` gave."""

    def read(self, scenario: Scenario | None) -> object: ...

    def word(self, scenario: Scenario | None, facts: Any) -> RailStatus: ...


class Rail(QWidget):
    """`chosen` (page id) on a click; `ledger_wanted` on a click on the foot. Folds to icons."""

    chosen = Signal(str)
    ledger_wanted = Signal()

    def __init__(self, *, entries: Sequence[PageEntry], scenario_menu: QMenu) -> None:
        super().__init__()
        self.setObjectName("rail")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Path and pages")
        self._folded = False
        self._buttons: dict[str, RailButton] = {}
        self._scenario = _ScenarioButton(scenario_menu)
        self._saved = Words("", "muted")
        self._foot = _Foot()
        self._foot.clicked.connect(self.ledger_wanted)
        self._group = QButtonGroup(self)
        self._lay_out(entries)
        self.set_status(RailStatus())

    def _lay_out(self, entries: Sequence[PageEntry]) -> None:
        inside = QWidget()
        inside.setObjectName("page")
        pages = QVBoxLayout(inside)
        pages.setContentsMargins(0, 0, 0, 0)
        pages.setSpacing(1)
        for entry in entries:
            if entry.step == 0 and pages.count() and not any(isinstance(w, Line) for w in inside.findChildren(Line)):
                pages.addSpacing(Space.M)
                pages.addWidget(Line())
                pages.addSpacing(Space.M)
            made = RailButton(entry)
            made.clicked.connect(lambda _checked=False, id=entry.id: self.chosen.emit(id))
            self._group.addButton(made)
            self._buttons[entry.id] = made
            pages.addWidget(made)
        pages.addStretch(1)
        scroll = QScrollArea()
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inside)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
        column.setSpacing(2)
        column.addWidget(self._scenario)
        self._saved.setContentsMargins(Space.S, 0, 0, 0)
        column.addWidget(self._saved)
        column.addSpacing(Space.M)
        column.addWidget(scroll, 1)
        column.addWidget(Line())
        column.addWidget(self._foot)

    @property
    def is_folded(self) -> bool:
        return self._folded

    def preferred_width(self, folded: bool) -> int:
        """Its width in pixels at the present text size."""
        return scaled_px(self, FOLDED_PX) if folded else scaled_px(self, WIDTH_PX)

    def set_folded(self, folded: bool) -> None:
        """Icons only, or icons with words."""
        self._folded = folded
        self.setFixedWidth(self.preferred_width(folded))
        margin = Space.S if folded else Space.M
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(margin, Space.M, margin, Space.M)
        self._saved.setVisible(not folded)
        self._foot.set_folded(folded)
        self._scenario.set_folded(folded)
        for made in self._buttons.values():
            made.set_folded(folded)

    def set_scenario(self, name: str | None) -> None:
        """The open scenario's name; "" when none is open, None while it is being opened."""
        self._scenario.set_name(name and straight(name))

    def set_saved(self, words: str) -> None:
        """The line below the name: "saved 10:42", "saving …" or that it could not be saved."""
        self._saved.set_text(words)

    def set_page(self, page_id: str) -> None:
        """Mark the page that is open; one that is not in the rail marks nothing."""
        button = self._buttons.get(page_id)
        if button is not None:
            button.setChecked(True)
            return
        self._group.setExclusive(False)
        for each in self._buttons.values():
            each.setChecked(False)
        self._group.setExclusive(True)

    def set_status(self, status: RailStatus) -> None:
        for id, made in self._buttons.items():
            made.set_state(status.steps.get(id, StepState()))
        self._foot.set_line(status.privacy)

    def focus_first(self) -> None:
        """Put the keyboard on the page that is open, or on the first one."""
        checked = self._group.checkedButton() or next(iter(self._buttons.values()))
        checked.setFocus(Qt.FocusReason.OtherFocusReason)


class _ScenarioButton(QToolButton):
    """The name of the open scenario; opens the scenario menu."""

    def __init__(self, menu: QMenu) -> None:
        super().__init__()
        self.setObjectName("scenario")
        self._name = self._shown = ""
        self.setMenu(menu)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._folded = False
        self.set_name(None)

    def set_name(self, name: str | None) -> None:
        """The open scenario's name; "" when none is open, None while it is being opened."""
        self._name = name or ""
        self._shown = "Opening …" if name is None else name or "No scenario open"
        self.setAccessibleName(f"Scenario: {self._shown}")
        self.setToolTip(self._shown)
        self.update()

    def set_folded(self, folded: bool) -> None:
        self._folded = folded
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(80, self.fontMetrics().height() + 12)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = look_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _paint_button_ground(self, painter)
        arrow_px = scaled_px(self, 14)
        arrow = pixmap("chevron-down", look.muted, arrow_px, self.devicePixelRatioF())
        middle = (self.height() - arrow_px) // 2
        if self._folded:
            size = scaled_px(self, 20)
            picture = pixmap("home", look.text, size, self.devicePixelRatioF())
            painter.drawPixmap((self.width() - size) // 2, (self.height() - size) // 2, picture)
            return
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(QColor(look.text if self._name else look.muted))
        metrics = painter.fontMetrics()
        room = self.width() - Space.S - arrow_px - Space.S
        words = metrics.elidedText(self._shown, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRect(Space.S, 0, room, self.height()), Qt.AlignmentFlag.AlignVCenter, words)
        painter.drawPixmap(Space.S + min(metrics.horizontalAdvance(words) + Space.XS, room), middle, arrow)


class RailButton(QAbstractButton):
    """One page: number or icon, title, and at the right what needs attention."""

    def __init__(self, entry: PageEntry) -> None:
        super().__init__()
        self.entry = entry
        self._state = StepState()
        self._folded = False
        self.setObjectName(f"rail-{entry.id}")
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._name_it()

    def set_state(self, state: StepState) -> None:
        self._state = state
        self._name_it()
        self.update()

    def set_folded(self, folded: bool) -> None:
        self._folded = folded
        self._name_it()
        self.update()

    def _name_it(self) -> None:
        number = f"{self.entry.step} " if self.entry.step else ""
        words = {Tone.GOOD: "good", Tone.CAUTION: "needs attention", Tone.BAD: "not good"}.get(self._state.tone, "")
        state = " ".join(part for part in (self._state.text, words) if part)
        self.setAccessibleName(f"{number}{self.entry.title}" + (f", {state}" if state else ""))
        self.setToolTip(self.accessibleName() if self._folded or self._state.brief else "")

    def sizeHint(self) -> QSize:
        return QSize(120, self.fontMetrics().height() + 16)

    def minimumSizeHint(self) -> QSize:
        return QSize(36, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = look_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _paint_button_ground(self, painter)
        painter.setFont(self._title_font())
        self._paint_lead(painter, look.muted if not self.isChecked() else look.text)
        if self._folded:
            return
        title, state = self.drawn_words()
        painter.setPen(QColor(look.text))
        painter.drawText(
            QRect(self._title_left(), 0, self.width(), self.height()), Qt.AlignmentFlag.AlignVCenter, title
        )
        self._paint_state(painter, state)

    def drawn_words(self) -> tuple[str, str]:
        """The title and what stands beside it, as the button's width lets them be drawn: the title goes first."""
        title_metrics, metrics = QFontMetrics(self._title_font()), QFontMetrics(self._state_font())
        room = self.width() - self._title_left() - Space.S
        title = title_metrics.elidedText(self.entry.title, Qt.TextElideMode.ElideRight, room)
        room -= title_metrics.horizontalAdvance(title) + self._mark_px()
        fitting = (
            text
            for text in (self._state.text, self._state.brief)
            if text and metrics.horizontalAdvance(text) + 2 * Space.XS <= room
        )
        return title, next(fitting, "")

    def _title_font(self) -> QFont:
        font = QFont(self.font())
        if self.isChecked():
            font.setWeight(QFont.Weight.DemiBold)
        return font

    def _state_font(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 12 / 13)
        return font

    def _title_left(self) -> int:
        return scaled_px(self, 28) + Space.S

    def _mark_px(self) -> int:
        return 0 if self._state.tone is Tone.NEUTRAL else scaled_px(self, 14) + Space.XS

    def _paint_lead(self, painter: QPainter, colour: str) -> None:
        """The number of a step or the icon of a page."""
        size = scaled_px(self, 18)
        width = scaled_px(self, 28)
        area = QRect(0 if self._folded else 4, 0, self.width() if self._folded else width, self.height())
        if self.entry.step and not self._folded:
            painter.setPen(QColor(colour))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, str(self.entry.step))
        else:
            picture = pixmap(self.entry.icon, colour, size, self.devicePixelRatioF())
            painter.drawPixmap(area.center() - QPoint(size // 2 - 1, size // 2 - 1), picture)
        if self._folded and self._state.tone is not Tone.NEUTRAL:
            mark = scaled_px(self, 10)
            look = look_of(self)
            picture = pixmap(TONE_ICONS[self._state.tone], look.tone(self._state.tone), mark, self.devicePixelRatioF())
            painter.drawPixmap(area.right() - mark - 1, area.top() + 3, picture)

    def _paint_state(self, painter: QPainter, text: str) -> None:
        """Mark and word at the right end."""
        look = look_of(self)
        painter.setFont(self._state_font())
        right = self.width() - Space.S
        if text:
            painter.setPen(QColor(look.tone(self._state.tone)))
            area = QRect(0, 0, right, self.height())
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)
            right -= painter.fontMetrics().horizontalAdvance(text) + Space.XS
        if self._state.tone is not Tone.NEUTRAL:
            size = scaled_px(self, 14)
            picture = pixmap(TONE_ICONS[self._state.tone], look.tone(self._state.tone), size, self.devicePixelRatioF())
            painter.drawPixmap(right - size, (self.height() - size) // 2, picture)


class _Foot(QAbstractButton):
    """What may leave the machine, and the last call; a click opens the ledger."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("privacy")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self._icon = IconLabel("disc", "muted", 14)
        self._title = Words("", "small")
        self._detail = Words("", "muted")
        self._last = Words("", "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.S, Space.S, Space.XS, Space.XS)
        column.setSpacing(2)
        for label in (self._icon, self._title, self._detail, self._last):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._icon.hide()
        for words in (self._title, self._detail, self._last):
            column.addWidget(words)
        column.addWidget(self._icon)
        self._folded = False

    def set_line(self, line: PrivacyLine) -> None:
        tone = "" if line.tone is Tone.NEUTRAL else line.tone.value
        set_role(self._title, "small", tone)
        self._title.set_text(f"● **{line.title}**")
        self._detail.set_text(line.detail)
        self._last.set_text(f"{line.last_call} Ledger →".strip())
        self._icon.set_icon("lock" if line.tone is Tone.GOOD else "globe", tone or "muted")
        words = " ".join(f"{line.title}. {line.detail} {line.last_call} Open the ledger.".split())
        self.setAccessibleName(words)
        self.setToolTip(words if self._folded else "")

    def set_folded(self, folded: bool) -> None:
        self._folded = folded
        for label in (self._title, self._detail, self._last):
            label.setVisible(not folded)
        self._icon.setVisible(folded)
        self.setToolTip(self.accessibleName() if folded else "")
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        width = max(self.width(), 40)
        return QSize(width, self.heightForWidth(width))

    def hasHeightForWidth(self) -> bool:
        """While it shows words; folded it is one icon."""
        return not self._folded

    def heightForWidth(self, width: int) -> int:
        layout = self.layout()
        if layout is None or not layout.hasHeightForWidth():
            return 2 * Space.S + scaled_px(self, 16)
        return layout.heightForWidth(width)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _paint_button_ground(self, painter)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()


def _paint_button_ground(widget: QAbstractButton, painter: QPainter) -> None:
    """Soft when it is the open page, hover under the mouse, an accent ring with the keyboard."""
    look = look_of(widget)
    area = widget.rect().adjusted(1, 1, -1, -1)
    painter.setPen(Qt.PenStyle.NoPen)
    if widget.isChecked():
        painter.setBrush(QColor(look.soft))
        painter.drawRoundedRect(area, 6, 6)
    elif widget.underMouse():
        painter.setBrush(QColor(look.hover))
        painter.drawRoundedRect(area, 6, 6)
    if widget.hasFocus():
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(look.accent), 2))
        painter.drawRoundedRect(area, 6, 6)

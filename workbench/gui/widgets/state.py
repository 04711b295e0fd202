"""What stands where there is nothing to show yet, and what stands where something went wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workbench.domain.errors import Problems, WorkbenchError
from workbench.gui.theme import Space, look_of, pixmap, scaled_px
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.text import Words

_PROBLEMS_SHOWN = 5


class IconLabel(QLabel):
    """An icon in a colour of the look, redrawn when that changes. Decoration only: a word stands beside it."""

    def __init__(self, name: str, role: str = "muted", size_px: int = 16) -> None:
        super().__init__()
        self._name, self._role, self._size = name, role, size_px
        self.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
        self._draw()

    def set_icon(self, name: str, role: str) -> None:
        """Another icon; `role` is a colour of `Look` by name ("good", "muted", "accent")."""
        self._name, self._role = name, role
        self._draw()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._draw()

    def _draw(self) -> None:
        size = scaled_px(self, self._size)
        self.setPixmap(pixmap(self._name, getattr(look_of(self), self._role), size, self.devicePixelRatioF()))


class Cautions(QWidget):
    """Sentences to mind, each with its mark; hidden while there are none."""

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(Space.XS)
        self._said: tuple[str, ...] = ()
        self.hide()

    def text(self) -> str:
        return "\n".join(self._said)

    def set_texts(self, sentences: Sequence[str]) -> None:
        """Show these, or nothing."""
        while (item := self._column.takeAt(0)) is not None:
            line = item.widget()
            if line is not None:
                line.hide()
                line.deleteLater()
        self._said = tuple(sentences)
        for sentence in self._said:
            line = QWidget()
            row = QHBoxLayout(line)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(Space.S)
            row.addWidget(IconLabel("caution", "caution", 14), 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(Words(sentence, "body", "caution"), 1)
            self._column.addWidget(line)
        self.setVisible(bool(self._said))


class EmptyState(QWidget):
    """An empty place: what belongs here, and the button for it. Hidden until somebody knows that the place is empty."""

    def __init__(
        self,
        sentence: str,
        action: str = "",
        run: Callable[[], object] | None = None,
        *,
        icon: str = "dot",
        detail: str = "",
    ) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.XL)
        column.setSpacing(Space.M)
        column.addStretch(2)
        picture = IconLabel(icon, "muted", 40)
        picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(picture)
        self._sentence = Words(sentence, "answer")
        self._detail = Words(detail, "muted")
        for label in (self._sentence, self._detail):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(label)
        self._detail.setVisible(bool(detail))
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(Space.S)
        self._buttons.addStretch(1)
        self._buttons.addStretch(1)
        column.addLayout(self._buttons)
        column.addStretch(3)
        if action and run is not None:
            self.add_action(action, run, main=True)
        self.hide()

    def add_action(self, text: str, run: Callable[[], object], *, main: bool = False) -> None:
        """Another button beside the first."""
        self._buttons.insertWidget(self._buttons.count() - 1, button(text, run, kind="main" if main else "normal"))

    def set_sentence(self, sentence: str, detail: str = "") -> None:
        self._sentence.set_text(sentence)
        self._detail.set_text(detail)
        self._detail.setVisible(bool(detail))


class ErrorBox(QFrame):
    """An error at the place where it belongs: what, where, how to mend, and a button that mends it if one can."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "error")
        self.setObjectName("error")
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.M, Space.S, Space.M, Space.S)
        row.setSpacing(Space.S)
        row.addWidget(IconLabel("caution", "bad", 18))
        column = QVBoxLayout()
        column.setSpacing(Space.XS)
        self._what = Words("", "heading")
        self._mend = Words("", "body")
        self._where = Words("", "muted")
        for label in (self._what, self._mend, self._where):
            column.addWidget(label)
        row.addLayout(column, 1)
        self._button = button("")
        self._button.hide()
        row.addWidget(self._button, 0, Qt.AlignmentFlag.AlignVCenter)
        self._run: Callable[[], object] | None = None
        self._button.clicked.connect(self._mend_it)
        self.hide()

    def show_error(self, error: WorkbenchError, *, action: str = "", run: Callable[[], object] | None = None) -> None:
        """Show one error; several `Problems` are listed, the first five in full."""
        self._what.set_text(error.what)
        lines = [error.mend] if error.mend else []
        if isinstance(error, Problems):
            shown = error.problems[:_PROBLEMS_SHOWN]
            lines += [f"• {problem}" for problem in shown]
            if (more := len(error.problems) - len(shown)) > 0:
                lines.append(f"… and {more} more.")
        self._mend.set_text("\n".join(lines))
        self._mend.setVisible(bool(lines))
        self._where.set_text(error.where)
        self._where.setVisible(bool(error.where))
        self._run = run
        self._button.setText(action)
        self._button.setAccessibleName(action)
        self._button.setVisible(bool(action and run))
        self.setAccessibleName(str(error))
        self.show()

    def clear(self) -> None:
        self.hide()

    def _mend_it(self) -> None:
        if self._run is not None:
            self._run()

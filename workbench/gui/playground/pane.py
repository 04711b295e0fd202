"""One model's column: which model, its answer as it comes, and what the answer took."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Signal, SignalInstance
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from workbench.analysis.chartspec import Shape, style_of
from workbench.domain.chat import ChatEvent, Done, Loading, Token
from workbench.domain.evidence import Answer
from workbench.gui.playground.answer_view import AnswerView
from workbench.gui.playground.model_choice import ModelChooser, ModelEntry
from workbench.gui.playground.wording import ending, figures, unbroken
from workbench.gui.theme import Space, look_of, scaled_px, set_role
from workbench.gui.widgets.buttons import button, menu_button
from workbench.gui.widgets.card import Line
from workbench.gui.widgets.chart_places import series_colour
from workbench.gui.widgets.fields import FlowLayout
from workbench.gui.widgets.text import Words

SIGNS = {
    Shape.CIRCLE: "●",
    Shape.TRIANGLE: "▲",
    Shape.SQUARE: "■",
    Shape.DIAMOND: "◆",
    Shape.STAR: "★",
    Shape.CROSS: "✚",
}
LEAST_WIDTH = 190
LEAST_HEIGHT = 250
ONE_LINE_WIDTH = 300


class Pane(QFrame):
    """Signals say what the person pressed in this pane; the view knows which one it is."""

    stop_wanted = Signal()
    again_wanted = Signal()
    copy_wanted = Signal()
    markdown_wanted = Signal()
    maximise_wanted = Signal()
    remove_wanted = Signal()
    open_wanted = Signal()
    model_chosen = Signal(str)

    def __init__(self, place: int) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self.setObjectName(f"pane-{place}")
        self.place = place
        self.answer: Answer | None = None
        self._note = ""
        self._models: Sequence[ModelEntry] = ()
        who = f"answer {place + 1}"
        self._sign = QLabel()
        self.chooser = ModelChooser(f"Model of {who}")
        self.chooser.chosen.connect(self._chosen)
        self.chooser.open_wanted.connect(self.open_wanted)
        self._fit = Words("", "muted")
        self._fit.setWordWrap(False)
        self.view = AnswerView(f"Text of {who}")
        self._error = Words("", "body", "caution")
        self._error.setObjectName("pane-error")
        self._figures = Words("", "muted")
        self._figures.setObjectName("pane-figures")
        self._state = Words("", "body")
        self._state.setWordWrap(False)
        self._state.setContentsMargins(0, 3, Space.XS, 3)
        self._state.setObjectName("pane-state")
        self._buttons = {
            name: self._small(name, text, signal)
            for name, text, signal in (
                ("stop", "Stop", self.stop_wanted),
                ("again", "Ask again", self.again_wanted),
                ("copy", "Copy", self.copy_wanted),
                ("maximise", "Maximise", self.maximise_wanted),
            )
        }
        self._more = self._make_more()
        self._lay_out()
        self._draw_sign()
        self.show_nothing()

    def _small(self, name: str, text: str, signal: SignalInstance) -> QPushButton:
        made = button(text, signal.emit, kind="link")
        made.setAccessibleName(f"{text}, answer {self.place + 1}")
        made.setObjectName(f"pane-{name}")
        return made

    def _make_more(self) -> QPushButton:
        made = menu_button("More ▾", {})
        made.setProperty("kind", "link")
        made.setObjectName("pane-more")
        made.setAccessibleName(f"More, answer {self.place + 1}")
        menu = made.menu()
        self._markdown = menu.addAction("Copy as Markdown", self.markdown_wanted.emit)
        self._remove = menu.addAction("Remove this model", self.remove_wanted.emit)
        return made

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.M, Space.M, Space.M, Space.S)
        column.setSpacing(Space.S)
        name = QHBoxLayout()
        name.setSpacing(Space.S)
        name.addWidget(self._sign)
        name.addWidget(self.chooser, 1)
        self._top = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._top.setSpacing(Space.XS)
        self._top.addLayout(name, 1)
        self._top.addWidget(self._fit)
        column.addLayout(self._top)
        column.addWidget(self.view, 1)
        column.addWidget(self._error)
        column.addWidget(Line())
        column.addWidget(self._figures)
        actions = QWidget()
        flow = FlowLayout(actions, spacing=0)
        flow.addWidget(self._state)
        for each in self._buttons.values():
            flow.addWidget(each)
        flow.addWidget(self._more)
        column.addWidget(actions)
        self._fit_size()

    # models

    def set_models(self, models: Sequence[ModelEntry]) -> None:
        self._models = models
        self.chooser.set_models(models)
        self._show_fit()

    def set_model(self, path: str, name: str = "") -> None:
        self.chooser.set_path(path, name)
        self._show_fit()

    @property
    def model_name(self) -> str:
        return self.chooser.currentText() or "no model"

    def _chosen(self, path: str) -> None:
        self._show_fit()
        self.show_nothing()
        self.model_chosen.emit(path)

    def _show_fit(self) -> None:
        entry = next((m for m in self._models if str(m.path) == self.chooser.path), None)
        self._fit.set_text(f"local · {entry.fit}" if entry else "")
        self._fit.setToolTip(entry.fit_sentence if entry else "")
        self._fit.setVisible(entry is not None)

    # the answer

    def show_nothing(self) -> None:
        """Empty, ready to be asked."""
        self.answer = None
        self.view.set_text("")
        self._say("", "", "")

    def show_waiting(self) -> None:
        """Asked, nothing heard yet."""
        self.answer, self._note = None, ""
        self.view.set_text("")
        self._say("", "waiting", "", running=True)

    def take(self, event: ChatEvent) -> None:
        """Something came from the model."""
        match event:
            case Loading(fraction):
                self._state.set_text(f"loading {fraction:.0%}".replace("%", " %"))
            case Token(text):
                self.view.append_text(text)
                self._state.set_text("answering")
            case Done(_, _, note):
                self._note = note
            case _:
                pass

    def show_answer(self, answer: Answer) -> None:
        """The whole answer, however it ended."""
        self.answer = answer
        if self.view.text != answer.text:
            self.view.set_text(answer.text)
        sentence = ""
        if answer.error_what:
            parts = (f"{answer.error_what}.".replace("..", "."), answer.error_mend, answer.error_where)
            sentence = " ".join(part for part in parts[:2] if part) + (f" ({parts[2]})" if parts[2] else "")
        self._say(figures(answer), ending(answer), sentence or self._note)

    def set_place(self, place: int) -> None:
        """Another place in the row: its sign follows."""
        self.place = place
        self._draw_sign()

    def set_may_ask_again(self, may: bool) -> None:
        self._buttons["again"].setVisible(may and self.answer is not None)

    def set_may_remove(self, may: bool) -> None:
        self._remove.setEnabled(may)

    def set_maximised(self, maximised: bool) -> None:
        self._buttons["maximise"].setText("Show all" if maximised else "Maximise")

    def _say(self, figures_text: str, state: str, sentence: str, *, running: bool = False) -> None:
        self._figures.set_text(unbroken(figures_text))
        self._figures.setVisible(bool(figures_text))
        self._state.set_text(state)
        tone = "caution" if state == "failed" else "good" if state == "finished" else ""
        set_role(self._state, "body", tone)
        self._state.setVisible(bool(state))
        self._error.set_text(sentence)
        self._error.setVisible(bool(sentence))
        answered = self.answer is not None
        self._buttons["stop"].setVisible(running)
        self._buttons["again"].setVisible(False)
        self._buttons["copy"].setVisible(answered and bool(self.view.text))
        self._markdown.setEnabled(answered)

    # looks

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange) and hasattr(self, "_sign"):
            self._draw_sign()
            self._fit_size()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where the column is narrow, how the model fits stands below its name."""
        super().resizeEvent(event)
        narrow = self.width() < scaled_px(self, ONE_LINE_WIDTH)
        self._top.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)

    def _fit_size(self) -> None:
        self.setMinimumSize(scaled_px(self, LEAST_WIDTH), scaled_px(self, LEAST_HEIGHT))

    def _draw_sign(self) -> None:
        colour, shape = style_of(self.place)
        self._sign.setText(SIGNS[shape])
        self._sign.setStyleSheet(f"color: {series_colour(look_of(self), colour)}")

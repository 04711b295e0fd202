"""One model's column: which model, its answer as it comes, and what the answer took."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Signal, SignalInstance
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from workbench.analysis.chartspec import Shape, style_of
from workbench.domain.chat import ChatEvent, Done, Loading, Sampling, Token, Waiting
from workbench.domain.evidence import Answer
from workbench.gui.playground.answer_view import AnswerView
from workbench.gui.playground.frame_clock import FrameClock
from workbench.gui.playground.live_figures import LiveFigures
from workbench.gui.playground.model_choice import ModelChooser, ModelEntry
from workbench.gui.playground.refusal import mended_in_settings
from workbench.gui.playground.wording import ending, figures, unbroken
from workbench.gui.theme import Space, look_of, scaled_px, set_role
from workbench.gui.widgets.buttons import button, menu_button
from workbench.gui.widgets.card import Line
from workbench.gui.widgets.chart_places import series_colour
from workbench.gui.widgets.fields import FlowLayout
from workbench.gui.widgets.text import Words
from workbench.services.asking import REFUSED

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
    settings_wanted = Signal()
    diff_wanted = Signal()
    clean_wanted = Signal()
    why_wanted = Signal()
    mend_wanted = Signal(str)
    model_chosen = Signal(str)

    def __init__(self, place: int, clock: FrameClock) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self.setObjectName(f"pane-{place}")
        self.place = place
        self.answer: Answer | None = None
        self.own_sampling: Sampling | None = None
        self._note = ""
        self._models: Sequence[ModelEntry] = ()
        who = f"answer {place + 1}"
        self._sign = QLabel()
        self.chooser = ModelChooser(f"Model of {who}")
        self.chooser.chosen.connect(self._chosen)
        self.chooser.open_wanted.connect(self.open_wanted)
        self._fit = Words("", "muted")
        self._fit.setWordWrap(False)
        self.view = AnswerView(f"Text of {who}", clock)
        self._error = Words("", "body", "caution")
        self._error.setObjectName("pane-error")
        self._ways: list[QPushButton] = []
        self._refusal = self._make_refusal()
        self._below = QWidget()  # takes the room of the answer where there is none
        self._figures = Words("", "muted")
        self._figures.setObjectName("pane-figures")
        self._live = LiveFigures(self._show_figures, clock)
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

    def _make_refusal(self) -> QWidget:
        """What can be done when a guard let nothing be sent, or a key is missing."""
        holder = QWidget()
        flow = FlowLayout(holder, spacing=Space.S)
        self._mend = button("", self._go_and_mend)
        self._mend.setObjectName("pane-mend")
        flow.addWidget(self._mend)
        for name, text, signal, hint in (
            (
                "clean",
                "Use a clean example instead",
                self.clean_wanted,
                "Asks with an example of ours, none of your data",
            ),
            ("why", "Why?", self.why_wanted, "Which of your answers and which rule decided"),
        ):
            made = button(text, signal.emit, hint=hint)
            made.setObjectName(f"pane-{name}")
            made.setAccessibleName(f"{text}, answer {self.place + 1}")
            flow.addWidget(made)
            self._ways.append(made)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        holder.setSizePolicy(policy)
        holder.hide()
        return holder

    def _make_more(self) -> QPushButton:
        made = menu_button("More ▾", {})
        made.setProperty("kind", "link")
        made.setObjectName("pane-more")
        made.setAccessibleName(f"More, answer {self.place + 1}")
        menu = made.menu()
        self._markdown = menu.addAction("Copy as Markdown", self.markdown_wanted.emit)
        self._diff = menu.addAction("Compare with another answer …", self.diff_wanted.emit)
        menu.addAction("Settings of this model …", self.settings_wanted.emit)
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
        column.addWidget(self._refusal)
        column.addWidget(self._below, 1)
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
        entry = self.entry
        own = " · own settings" if self.own_sampling is not None else ""
        self._fit.set_text(f"{entry.place}{own}" if entry else own.removeprefix(" · "))
        self._fit.setToolTip(entry.fit_sentence if entry else "")
        self._fit.setVisible(bool(self._fit.text()))

    @property
    def entry(self) -> ModelEntry | None:
        """The chosen model as the list offers it."""
        return next((m for m in self._models if m.reference == self.chooser.path), None)

    def set_own_sampling(self, sampling: Sampling | None) -> None:
        """How this model's words are chosen; None: as the card above says."""
        self.own_sampling = sampling
        self._show_fit()

    def forget_names(self) -> None:
        """Nothing in this column tells which model it is, until `set_models`."""
        self.chooser.forget_names()
        self._fit.set_text("")
        self._fit.setToolTip("")
        self.show_nothing()

    # the answer

    def show_nothing(self) -> None:
        """Empty, ready to be asked."""
        self.answer = None
        self._live.stop()
        self.view.set_preface("")
        self.view.set_text("")
        self._say("", "", "")

    def show_waiting(self, preface: str = "") -> None:
        """Asked, nothing heard yet; `preface` is the conversation so far."""
        self.answer, self._note = None, ""
        self.view.set_preface(preface)
        self.view.set_text("")
        self._say("", "waiting", "", running=True)
        about = self.entry.about if self.entry else None
        self._live.start(about.usd_per_mtok_out if about else 0.0)

    def take(self, event: ChatEvent) -> None:
        """Something came from the model."""
        match event:
            case Loading(fraction):
                self._state.set_text(f"loading {fraction:.0%}".replace("%", " %"))
            case Waiting(why):
                self._live.begin_again()
                self._state.set_text("waiting")
                self._say_error(f"Waits {why}.", muted=True)
            case Token(text, _, first_s):
                self.view.append_text(text)
                if self._live.saw(text, first_s):
                    self._state.set_text("answering")
                    self._say_error("")
            case Done(_, _, note):
                self._note = note
            case _:
                pass

    def show_answer(self, answer: Answer, preface: str | None = None) -> None:
        """The whole answer, however it ended."""
        self.answer = answer
        self._live.stop()
        if preface is not None:
            self.view.set_preface(preface)
        if preface is not None or self.view.text != answer.text:
            self.view.set_text(answer.text)
        sentence = ""
        if answer.error_what:
            parts = (f"{answer.error_what}.".replace("..", "."), answer.error_mend, answer.error_where)
            sentence = " ".join(part for part in parts[:2] if part) + (f" ({parts[2]})" if parts[2] else "")
        self._say(figures(answer), ending(answer), sentence or answer.note or self._note)
        self._show_text(not sentence or bool(self.view.toPlainText()))
        self._show_ways(answer)

    def _show_ways(self, answer: Answer) -> None:
        """Buttons for what can be done about it."""
        found, refused = mended_in_settings(answer), answer.error_kind == REFUSED
        words = found[1] if found is not None else ""
        self._mend.setText(words)
        self._mend.setAccessibleName(f"{words}, answer {self.place + 1}")
        self._mend.setVisible(found is not None)
        for way in self._ways:
            way.setVisible(refused)
        self._refusal.setVisible(refused or found is not None)

    def _go_and_mend(self) -> None:
        if self.answer is not None and (found := mended_in_settings(self.answer)) is not None:
            self.mend_wanted.emit(found[0])

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

    def _show_figures(self, text: str) -> None:
        self._figures.set_text(unbroken(text))
        self._figures.setVisible(bool(text))

    def _say(self, figures_text: str, state: str, sentence: str, *, running: bool = False) -> None:
        self._show_figures(figures_text)
        self._state.set_text(state)
        tone = "caution" if state in ("failed", "not sent") else "good" if state == "finished" else ""
        set_role(self._state, "body", tone)
        self._state.setVisible(bool(state))
        self._say_error(sentence)
        self._show_text(True)
        self._refusal.hide()
        answered = self.answer is not None
        self._buttons["stop"].setVisible(running)
        self._buttons["again"].setVisible(False)
        self._buttons["copy"].setVisible(answered and bool(self.view.text))
        self._markdown.setEnabled(answered)
        self._diff.setEnabled(answered and bool(self.view.text))

    def _show_text(self, shown: bool) -> None:
        """The answer's place; a sentence alone stands at its top."""
        self.view.setVisible(shown)
        self._below.setVisible(not shown)

    def _say_error(self, sentence: str, *, muted: bool = False) -> None:
        set_role(self._error, "muted" if muted else "body", "" if muted else "caution")
        self._error.set_text(sentence)
        self._error.setVisible(bool(sentence))

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

"""What is asked: the prompt, and folded away the instruction, the variables and how long an answer may be."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QPlainTextEdit, QWidget

from workbench.analysis import words
from workbench.domain.chat import Sampling
from workbench.gui.playground.wording import filled, variables_of
from workbench.gui.theme import Space, set_role
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.card import Card
from workbench.gui.widgets.fields import NumberField
from workbench.gui.widgets.text import Words

LONGEST_PROMPT = 400_000
FOLDED, OPEN = "▸", "▾"


class TextBox(QPlainTextEdit):
    """Several lines of plain text that grow with what is typed; Ctrl+Enter sends `submitted`, Tab moves on."""

    submitted = Signal()

    def __init__(self, name: str, *, placeholder: str = "", least_lines: int = 2, most_lines: int = 6) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setPlaceholderText(placeholder)
        self.setTabChangesFocus(True)
        self._least, self._most = least_lines, most_lines
        self.textChanged.connect(self._fit)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if not event.isAutoRepeat():
                self.submitted.emit()
            return
        super().keyPressEvent(event)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Files are for the page, not for the text."""
        return source.hasText() and not source.hasUrls()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def _fit(self) -> None:
        lines = min(max(round(self.document().size().height()), self._least), self._most)
        margins = self.contentsMargins()
        frame = margins.top() + margins.bottom() + round(2 * self.document().documentMargin())
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + frame + 2)


class PromptCard(Card):
    """`ask_wanted`, `stop_wanted` and `example_wanted` say what the person pressed; `edited` comes while typing."""

    ask_wanted = Signal()
    stop_wanted = Signal()
    example_wanted = Signal()
    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Prompt")
        self.prompt = TextBox("Prompt", placeholder="Write what all models should answer.")
        self.prompt.setObjectName("prompt")
        self.system = TextBox(
            "Instruction for the models (system prompt)",
            placeholder="How the models should answer, for example: Answer from the passage only.",
            least_lines=1,
        )
        self._fold = button("", self._toggle, kind="link")
        self._fold.setObjectName("prompt-fold")
        self._ask = button(
            "Ask  Ctrl+↵", self.ask_wanted.emit, kind="main", hint="Ctrl+Enter in the prompt does the same"
        )
        self._ask.setObjectName("ask")
        self._stop = button("Stop all", self.stop_wanted.emit, hint="Every answer ends where it is")
        self._stop.setObjectName("stop-all")
        self._example = button("Try an example", self.example_wanted.emit, hint="Puts a case of your eval data here")
        self._note = Words("", "muted")
        self._longest = NumberField("Longest answer", unit="tokens", low=1, high=8192, whole=True, width=90)
        self._longest.set_value(256)
        self._temperature = NumberField(
            "Temperature", unit="0 gives the same answer every time", low=0, high=2, width=90
        )
        self._temperature.set_value(0)
        self._values: dict[str, TextBox] = {}
        self._typed: dict[str, str] = {}
        self._lay_out()
        self._follow = QTimer(self, singleShot=True, interval=150)
        self._follow.timeout.connect(self._show_variables)
        self.prompt.textChanged.connect(self._changed)
        self.prompt.submitted.connect(self.ask_wanted)
        self.system.submitted.connect(self.ask_wanted)
        self.system.textChanged.connect(self.edited)
        self.set_running(False)
        self._show_fold()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(Space.XS)
        label = QLabel("Prompt")
        set_role(label, "section")
        label.setBuddy(self.prompt)
        top.addWidget(label)
        top.addWidget(self._fold)
        top.addStretch(1)
        self.body.addLayout(top)
        self._folded = QWidget()
        self._form = QFormLayout(self._folded)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setSpacing(Space.S)
        self._form.addRow("Instruction", self.system)
        self._form.addRow("Longest answer", self._longest)
        self._form.addRow("Temperature", self._temperature)
        self._folded.hide()
        self.body.addWidget(self._folded)
        self.body.addWidget(self.prompt)
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        row.addWidget(self._ask)
        row.addWidget(self._stop)
        row.addWidget(self._example)
        self._note.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._note, 1)
        self.body.addLayout(row)

    # for the view

    @property
    def text(self) -> str:
        """The prompt as it will be sent: variables that have a text are put in."""
        return filled(self.prompt.toPlainText(), {name: box.toPlainText() for name, box in self._values.items()})

    @property
    def sampling(self) -> Sampling:
        return Sampling(
            temperature=self._temperature.value or 0.0, max_tokens=int(self._longest.value or Sampling().max_tokens)
        )

    def set_text(self, prompt: str, system: str = "") -> None:
        """Another prompt; variables are looked for again."""
        self.prompt.setPlainText(prompt)
        self.system.setPlainText(system)
        self._show_variables()
        if system:
            self._folded.show()
            self._show_fold()

    def set_note(self, note: str) -> None:
        """A short remark beside the buttons."""
        self._note.set_text(note)

    def set_running(self, running: bool) -> None:
        """While answers come, asking is off and stopping is on."""
        self._ask.setEnabled(not running)
        self._stop.setVisible(running)
        self._example.setVisible(not running)

    # inside

    def _changed(self) -> None:
        if self.prompt.document().characterCount() > LONGEST_PROMPT:
            self.prompt.setPlainText(self.prompt.toPlainText()[: LONGEST_PROMPT - 1])
        self.set_note("")
        self._follow.start()
        self.edited.emit()

    def _show_variables(self) -> None:
        """One field for each name in braces; what was typed for a name stays while it is away."""
        names = variables_of(self.prompt.toPlainText())
        if names == tuple(self._values):
            return
        self._typed |= {name: box.toPlainText() for name, box in self._values.items()}
        for box in self._values.values():
            self._form.removeRow(box)
        self._values = {}
        for name in names:
            box = TextBox(f"Text for {{{name}}}", placeholder="Left empty, it stays as written.", least_lines=1)
            box.setPlainText(self._typed.get(name, ""))
            box.submitted.connect(self.ask_wanted)
            self._values[name] = box
            self._form.insertRow(len(self._values), f"{{{name}}}", box)
        self._show_fold()

    def _toggle(self) -> None:
        self._folded.setVisible(self._folded.isHidden())
        self._show_fold()

    def _show_fold(self) -> None:
        count = len(self._values)
        what = f"instruction and {words.count(count, 'variable')}" if count else "instruction and settings"
        self._fold.setText(f"{what} {FOLDED if self._folded.isHidden() else OPEN}")
        self._fold.setAccessibleName(f"{'Show' if self._folded.isHidden() else 'Hide'} {what}")

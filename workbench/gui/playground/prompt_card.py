"""What is asked: the prompt with its files, and folded away the instruction, the variables and how words are chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workbench.analysis import words
from workbench.domain.chat import Sampling
from workbench.domain.evidence import Attachment, Comparison
from workbench.gui.playground.attachment_strip import AttachmentStrip
from workbench.gui.playground.sampling_form import SamplingForm
from workbench.gui.playground.text_box import TextBox
from workbench.gui.theme import Space, set_role
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.card import Card
from workbench.gui.widgets.text import Words
from workbench.services.prompt_text import filled, variables_of

LONGEST_PROMPT = 400_000
FOLDED, OPEN = "▸", "▾"
USUAL_HINT = "Write what all models should answer. Names in braces, like {passage}, become fields."
NEXT_HINT = "What do you say next? Every model goes on from its own answer."
READABLE = "Text, PDF or picture (*.txt *.md *.csv *.json *.html *.pdf *.png *.jpg *.jpeg *.gif *.webp);;All files (*)"


@dataclass(frozen=True, slots=True)
class Draft:
    """A question that was typed and not asked."""

    template: str
    system: str
    variables: Mapping[str, str]
    attachments: tuple[Attachment, ...]


class PromptCard(Card):
    """`ask_wanted`, `stop_wanted`, `example_wanted` say what the person pressed; `attach_wanted` (a path) which file;
    `anew_wanted` that a conversation should end. `edited` comes while typing.

    When another question takes the place of one that was typed and not asked, a button brings that one back.
    """

    ask_wanted = Signal()
    stop_wanted = Signal()
    example_wanted = Signal()
    attach_wanted = Signal(object)
    anew_wanted = Signal()
    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Prompt")
        self.prompt = TextBox("Prompt", placeholder=USUAL_HINT)
        self.prompt.setObjectName("prompt")
        self.system = TextBox(
            "Instruction for the models (system prompt)",
            placeholder="How the models should answer, for example: Answer from the passage only.",
            least_lines=1,
        )
        self.sampling = SamplingForm()
        self.files = AttachmentStrip()
        self._clean = QCheckBox("Nothing in this prompt is sensitive")
        self._clean.setAccessibleName("Nothing in this prompt is sensitive")
        self._clean.setToolTip(
            "A scenario whose sensitive part must stay here lets only such prompts leave. Counts for this prompt."
        )
        self._clean.setObjectName("prompt-clean")
        self._clean.hide()
        self._put_aside: Draft | None = None
        self._buttons = self._make_buttons()
        self._turn = Words("", "muted")
        self._turn.setWordWrap(False)
        self._note = Words("", "muted")
        self._estimate = Words("", "muted")
        self._values: dict[str, TextBox] = {}
        self._typed: dict[str, str] = {}
        self._lay_out()
        self._follow = QTimer(self, singleShot=True, interval=150)
        self._follow.timeout.connect(self._show_variables)
        self._connect()
        self.set_running(False)
        self.set_turn(1)
        self.put_aside(None)
        self._show_fold()
        self.setAcceptDrops(True)

    def _make_buttons(self) -> dict[str, QPushButton]:
        asks = "Ctrl+Enter does the same, wherever you are on this page"
        made = {
            "fold": button("", self._toggle, kind="link"),
            "ask": button("Ask  Ctrl+↵", self.ask_wanted.emit, kind="main", hint=asks),
            "stop": button("Stop all", self.stop_wanted.emit, hint="Every answer ends where it is"),
            "attach": button("Attach …", self._choose_file, hint="A text, a PDF's text or a picture beside the prompt"),
            "example": button("Try an example", self.example_wanted.emit, hint="Puts a case of your eval data here"),
            "anew": button("New conversation", self.anew_wanted.emit, kind="link"),
            "draft": button("Back to what you typed", self._bring_back, kind="link", hint="It was not asked yet"),
        }
        names = {"fold": "prompt-fold", "ask": "ask", "stop": "stop-all", "attach": "attach", "anew": "anew"}
        names["draft"] = "prompt-draft"
        for key, name in names.items():
            made[key].setObjectName(name)
        return made

    def _connect(self) -> None:
        self.prompt.textChanged.connect(self._changed)
        self.system.textChanged.connect(self.edited)
        self.sampling.changed.connect(self.edited)
        self.files.changed.connect(self.edited)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(Space.XS)
        label = QLabel("Prompt")
        set_role(label, "section")
        label.setBuddy(self.prompt)
        top.addWidget(label)
        top.addWidget(self._buttons["fold"])
        top.addWidget(self._turn)
        top.addWidget(self._buttons["anew"])
        top.addWidget(self._buttons["draft"])
        top.addStretch(1)
        self.body.addLayout(top)
        self._folded = QWidget()
        self._form = QFormLayout(self._folded)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setSpacing(Space.S)
        self._form.addRow("Instruction", self.system)
        self._form.addRow("Answers", self.sampling)
        self._folded.hide()
        self.body.addWidget(self._folded)
        self.body.addWidget(self.prompt)
        self.body.addWidget(self.files)
        self.body.addWidget(self._clean)
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        for key in ("ask", "stop", "attach", "example"):
            row.addWidget(self._buttons[key])
        remarks = QVBoxLayout()
        remarks.setSpacing(0)
        for words_beside in (self._note, self._estimate):
            words_beside.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            remarks.addWidget(words_beside)
        row.addLayout(remarks, 1)
        self.body.addLayout(row)

    # for the view

    @property
    def text(self) -> str:
        """The prompt as it will be sent: variables that have a text are put in."""
        return filled(self.template, self.variables)

    @property
    def template(self) -> str:
        """The prompt as it is typed."""
        return self.prompt.toPlainText()

    @property
    def variables(self) -> dict[str, str]:
        """The text typed for each name in braces."""
        return {name: box.toPlainText() for name, box in self._values.items()}

    @property
    def sensitive(self) -> bool | None:
        """False when the person said that nothing here is sensitive, None when nobody said."""
        return False if self._clean.isChecked() and not self._clean.isHidden() else None

    def set_may_leave(self, may: bool) -> None:
        """Whether a model that is asked runs elsewhere: then it matters what the prompt holds."""
        self._clean.setVisible(may)

    @property
    def instruction(self) -> str:
        return self.system.toPlainText().strip()

    def set_text(self, prompt: str, system: str = "", *, variables: Mapping[str, str] | None = None) -> None:
        """Another prompt; variables are looked for again."""
        self._typed |= dict(variables or {})
        self._clean.setChecked(False)
        self.prompt.setPlainText(prompt)
        self.system.setPlainText(system)
        self._show_variables()
        for name, value in (variables or {}).items():
            if name in self._values:
                self._values[name].setPlainText(value)
        if system:
            self._folded.show()
            self._show_fold()

    def put_example(self, prompt: str, note: str) -> None:
        """A question of ours that typing replaces; one that was typed and not asked can be brought back."""
        self.put_aside(self.draft or self._put_aside)
        self.set_text("")
        self.prompt.suggest(prompt)
        self._show_variables()
        self.set_note(note)

    @property
    def draft(self) -> Draft | None:
        """What was typed here and not asked; None when there is nothing of the kind."""
        if not self.prompt.document().isModified() or not self.template.strip():
            return None
        return Draft(self.template, self.system.toPlainText(), self.variables, self.files.attachments)

    def put_draft(self, draft: Draft) -> None:
        """What was typed, to be gone on with."""
        self.set_text(draft.template, draft.system, variables=draft.variables)
        self.files.set_attachments(draft.attachments)
        self.prompt.document().setModified(True)
        self.put_aside(None)

    def put_aside(self, draft: Draft | None) -> None:
        """Offer a draft to be brought back, or none."""
        self._put_aside = draft
        self._buttons["draft"].setVisible(draft is not None)

    def _bring_back(self) -> None:
        if self._put_aside is not None:
            self.put_draft(self._put_aside)
            self.prompt.setFocus()

    def was_asked(self) -> None:
        """What stands here was put to the models: it is no draft any more."""
        self.prompt.document().setModified(False)
        self.put_aside(None)

    def show_question(self, comparison: Comparison, sampling: Sampling) -> None:
        """The question of a comparison, as it was typed, and what its models shared."""
        self.put_aside(self.draft or self._put_aside)
        self.set_text(comparison.template or comparison.prompt, comparison.system, variables=dict(comparison.variables))
        self.files.set_attachments(comparison.attachments)
        self.sampling.set_sampling(sampling)

    def attach(self, attachment: Attachment) -> bool:
        """Put a file beside the prompt; False when there are too many already."""
        added = self.files.add(attachment)
        self.edited.emit()
        return added

    def set_note(self, note: str) -> None:
        """A short remark beside the buttons."""
        self._note.set_text(note)
        self._note.setVisible(bool(note))

    def set_estimate(self, estimate: str) -> None:
        """What asking may take."""
        self._estimate.set_text(estimate)
        self._estimate.setVisible(bool(estimate))

    def set_running(self, running: bool) -> None:
        """While answers come, asking is off and stopping is on."""
        self._buttons["ask"].setEnabled(not running)
        self._buttons["stop"].setVisible(running)
        for key in ("attach", "example"):
            self._buttons[key].setVisible(not running)

    def set_asked(self, asked: bool) -> None:
        """Whether this very question has its answers below."""
        words_on = "Run again  Ctrl+↵" if asked else "Ask  Ctrl+↵"
        self._buttons["ask"].setText(words_on)
        self._buttons["ask"].setAccessibleName(words_on)

    def set_turn(self, number: int) -> None:
        """Which turn of a conversation is written; from the second on the instruction stays as it was."""
        self._turn.set_text(f"turn {number} of a conversation" if number > 1 else "")
        self._turn.setVisible(number > 1)
        self._buttons["anew"].setVisible(number > 1)
        self.system.setReadOnly(number > 1)
        self.prompt.setPlaceholderText(NEXT_HINT if number > 1 else USUAL_HINT)

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
        self._typed |= self.variables
        for box in self._values.values():
            self._form.removeRow(box)
        self._values = {}
        for name in names:
            box = TextBox(f"Text for {{{name}}}", placeholder="Left empty, it stays as written.", least_lines=1)
            box.setPlainText(self._typed.get(name, ""))
            box.textChanged.connect(self.edited)
            self._values[name] = box
            self._form.insertRow(len(self._values), f"{{{name}}}", box)
        if any(not self._typed.get(name) for name in names):
            self._folded.show()  # a field to be filled is in sight
        self._show_fold()

    def _toggle(self) -> None:
        self._folded.setVisible(self._folded.isHidden())
        self._show_fold()

    def _show_fold(self) -> None:
        count = len(self._values)
        what = f"instruction and {words.count(count, 'variable')}" if count else "instruction and settings"
        fold = self._buttons["fold"]
        fold.setText(f"{what} {FOLDED if self._folded.isHidden() else OPEN}")
        fold.setAccessibleName(f"{'Show' if self._folded.isHidden() else 'Hide'} {what}")

    # files

    def _choose_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Attach a file", "", READABLE)
        if name:
            self.attach_wanted.emit(Path(name))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _files_in(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        for path in _files_in(event):
            event.acceptProposedAction()
            self.attach_wanted.emit(path)


def _files_in(event: QDropEvent) -> list[Path]:
    """Files that can be attached: not models, which belong into a pane."""
    paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
    return [path for path in paths if path.suffix.casefold() != ".gguf"]

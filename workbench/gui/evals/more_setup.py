"""What an eval rarely needs: who judges, what compares meaning, other ways to ask, and Python of one's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workbench.domain.chat import Sampling
from workbench.domain.evals import EvalSettings
from workbench.evals.scorers import Need
from workbench.gui.evals.prompt_list import PromptList
from workbench.gui.playground.model_choice import ModelEntry
from workbench.gui.playground.sampling_form import LONGEST, WIDTH
from workbench.gui.theme import Space
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.fields import NumberField
from workbench.gui.widgets.text import Words
from workbench.services.eval_setup import ANSWER_TOKENS

NOBODY = "Nobody"
PYTHON = "In a process of its own, without network; it can read what you can read."


class MoreSetup(QWidget):
    """Folded behind a link. `changed` when an eval would be run otherwise; `allow_python` (bool) is told at once, since
    it holds for every eval."""

    changed = Signal()

    def __init__(self, *, python_allowed: bool, allow_python: Callable[[bool], None]) -> None:
        super().__init__()
        self._open = button(
            "More …",
            self._turn,
            kind="link",
            hint="How long answers may be, judge, prompt templates, Python of your own",
        )
        self._open.setObjectName("eval-more")
        self.judges = tuple(
            _combo(name, id)
            for name, id in (
                ("Who judges", "eval-judge-model"),
                ("Who judges, too", "eval-second-judge"),
                ("Who judges as the third", "eval-third-judge"),
            )
        )
        self.embedder = _combo("What compares meaning", "eval-embedder")
        self.longest = NumberField("Longest answer", unit="tokens", low=1, high=LONGEST, whole=True, width=WIDTH)
        self.longest.edit.setObjectName("eval-longest")
        self.longest.edit.setToolTip("An answer is cut after so many tokens; a token is some four letters.")
        self.longest.set_value(ANSWER_TOKENS)
        self.temperature = NumberField("Temperature", unit="temperature", low=0, high=2, width=WIDTH)
        self.temperature.edit.setObjectName("eval-temperature")
        self.temperature.edit.setToolTip("0 always takes the likeliest word: the same answer every time.")
        self.temperature.set_value(0)
        self.prompts = PromptList()
        self.python = QCheckBox("Scorers may run a Python file of mine")
        self.python.setObjectName("eval-python")
        self.python.setChecked(python_allowed)
        self._inside = QWidget()
        grid = QGridLayout(self._inside)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(Space.M)
        grid.setVerticalSpacing(Space.S)
        grid.setColumnStretch(1, 1)
        answers = QWidget()
        row = QHBoxLayout(answers)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.M)
        for number in (self.longest, self.temperature):
            row.addWidget(number)
        row.addStretch(1)
        titles = ("Answers up to", "Judge", "and", "and", "Compares meaning", "Prompts")
        fields = (answers, *self.judges, self.embedder, self.prompts)
        self._and = []
        for place, (title, field) in enumerate(zip(titles, fields, strict=True)):
            label = QLabel(title)
            label.setBuddy(field)
            grid.addWidget(label, place, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(field, place, 1)
            if title == "and":
                self._and.append(label)
        grid.addWidget(self.python, len(titles), 1)
        grid.addWidget(Words(PYTHON, "muted"), len(titles) + 1, 1)
        self._show_judges()
        self._inside.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        column.addWidget(self._open, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._inside)
        for judge in self.judges:
            judge.currentIndexChanged.connect(lambda _place: self._show_judges())
        for box in (*self.judges, self.embedder):
            box.activated.connect(lambda _place: self.changed.emit())
        self.prompts.changed.connect(self.changed)
        for number in (self.longest, self.temperature):
            number.changed.connect(lambda _value: self.changed.emit())
        self.python.toggled.connect(allow_python)
        self.python.toggled.connect(lambda _on: self.changed.emit())

    def set_models(self, models: Sequence[ModelEntry]) -> None:
        """Who may judge: all of them; what compares meaning: files of this machine."""
        for judge in self.judges:
            _refill(judge, models)
        _refill(self.embedder, [model for model in models if model.about is None])

    def show_needed(self, needs: frozenset[Need]) -> None:
        """Unfolds where what a way to score needs is chosen here, and was not."""
        missing = (
            (Need.JUDGE in needs and not self._chosen_judges)
            or (Need.EMBEDDING in needs and not self.embedder.currentData())
            or (Need.PYTHON in needs and not self.python.isChecked())
        )
        if missing and self._inside.isHidden():
            self._turn()

    def applied(self, settings: EvalSettings) -> EvalSettings:
        """The settings with what was chosen here."""
        return replace(
            settings,
            judges=self._chosen_judges,
            embedder=self.embedder.currentData() or "",
            prompts=self.prompts.value,
        )

    @property
    def sampling(self) -> Sampling:
        """How long an answer may be, and how it is chosen; what is left empty is as usual."""
        longest, temperature = self.longest.value, self.temperature.value
        return Sampling(max_tokens=int(longest or ANSWER_TOKENS), temperature=temperature or 0.0)

    @property
    def _chosen_judges(self) -> tuple[str, ...]:
        """Each once; a panel of several is asked in turn, and what most of them say counts."""
        return tuple(dict.fromkeys(name for judge in self.judges if (name := judge.currentData())))

    def _show_judges(self) -> None:
        """One more can be chosen than are."""
        open = True
        for judge, label in zip(self.judges[1:], self._and, strict=True):
            before = self.judges[self.judges.index(judge) - 1]
            open = open and bool(before.currentData())
            for widget in (judge, label):
                widget.setVisible(open)

    def _turn(self) -> None:
        self._inside.setVisible(self._inside.isHidden())
        self._open.setText("More …" if self._inside.isHidden() else "Less")
        self._open.setAccessibleName(self._open.text())


def _combo(name: str, id: str) -> QComboBox:
    made = QComboBox()
    made.setAccessibleName(name)
    made.setObjectName(id)
    made.addItem(NOBODY, "")
    return made


def _refill(box: QComboBox, models: Sequence[ModelEntry]) -> None:
    kept = box.currentData()
    box.clear()
    box.addItem(NOBODY, "")
    for model in models:
        box.addItem(f"{model.name} · {model.place}", model.reference)
    box.setCurrentIndex(max(box.findData(kept), 0))

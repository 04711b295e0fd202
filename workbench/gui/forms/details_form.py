"""Asks the details that refine a result: the questions of the wizard's kind, in a dialog beside the result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QScrollArea, QVBoxLayout, QWidget

from workbench.domain.questions import question
from workbench.domain.scenario import AnswerValue
from workbench.gui.theme import Space, scaled_px
from workbench.gui.widgets.fields import Choice
from workbench.gui.widgets.text import Words
from workbench.gui.wizards.question_card import QuestionCard


class DetailsForm(QDialog):
    """`changes` holds what the person answered, by question id; None takes an answer back."""

    def __init__(self, title: str, ids: Sequence[str], answers: Mapping[str, AnswerValue], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.changes: dict[str, AnswerValue | None] = {}
        self._cards = [self._card(name, answers.get(name)) for name in ids]
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setSpacing(Space.M)
        column.addWidget(Words("What you leave open counts as it says. Each answer can be undone.", "muted"))
        for card in self._cards:
            column.addWidget(card)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(inside)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self._save)
        buttons.rejected.connect(self.reject)
        outer = QVBoxLayout(self)
        outer.addWidget(scroll, 1)
        outer.addWidget(buttons)
        self.resize(scaled_px(self, 620), scaled_px(self, min(640, 190 + 190 * len(self._cards))))

    def _card(self, name: str, answer: AnswerValue | None) -> QuestionCard:
        asked = question(name)
        choices = [Choice(choice.value, choice.label, choice.help) for choice in asked.choices]
        card = QuestionCard(asked, choices)
        card.show_answer(answer)
        card.answered.connect(self._answered)
        return card

    def _answered(self, name: str, value: AnswerValue | None) -> None:
        self.changes[name] = value
        next(card for card in self._cards if card.question.id == name).show_answer(value)

    def _save(self) -> None:
        for card in self._cards:
            card.flush()
        self.accept()


def with_details(
    answers: Mapping[str, AnswerValue], changes: Mapping[str, AnswerValue | None]
) -> dict[str, AnswerValue]:
    """The answers with the changes in them."""
    merged = {**answers, **changes}
    return {name: value for name, value in merged.items() if value is not None}

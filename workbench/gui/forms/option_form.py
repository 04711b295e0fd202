"""The form of one option: what it is, and figures of one's own in place of computed ones."""

from __future__ import annotations

import string
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from workbench.analysis.words import rounded
from workbench.domain.figures import Estimate, Figure, Origin
from workbench.domain.option import FIGURES, DataFlow, OptionDraft, Strategy, Technique
from workbench.gui.forms.model_roles import ModelRoles, OfferChoice
from workbench.gui.forms.text_box import TextBox
from workbench.gui.theme import Space, fitting, scaled_px, set_role
from workbench.gui.widgets.fields import RangeField, TextField
from workbench.gui.widgets.text import Words

OF_100 = "of 100"
FULL_MARKS = 100.0
FIGURE_LABELS = {
    "setup_usd": ("Set-up cost", "USD"),
    "monthly_usd": ("Running cost", "USD a month"),
    "weeks": ("Time to market", "weeks"),
    "quality": ("Quality", OF_100),
    "privacy": ("Privacy", OF_100),
    "independence": ("Independence of one vendor", OF_100),
}
STRATEGY_WORDS = {
    Strategy.BUY: "Buy: a provider's API",
    Strategy.BUILD: "Build: own servers or own model",
    Strategy.BLEND: "Blend: both, routed",
}
TECHNIQUE_WORDS = {
    Technique.PROMPT: "Prompt engineering",
    Technique.RAG: "Retrieval (RAG)",
    Technique.FINE_TUNING: "Fine-tuning",
    Technique.FROM_SCRATCH: "Training from scratch",
}
FLOW_WORDS = {
    DataFlow.ALL_LEAVES: "Every request goes to the provider",
    DataFlow.CLEAN_LEAVES: "Only requests without sensitive data go out",
    DataFlow.NOTHING_LEAVES: "Nothing leaves our machines",
}
OWN_SOURCE = "entered by you"
LONGEST_NAME = 120
Choice = TypeVar("Choice", Strategy, Technique, DataFlow)


def free_id(taken: Collection[str]) -> str:
    """The first letter, or letter and number, that no option has."""
    names: list[str] = [*string.ascii_uppercase, *(f"{letter}{number}" for number in range(2, 99) for letter in "ABC")]
    return next(name for name in names if name not in taken)


def blank_option(taken: Collection[str]) -> OptionDraft:
    """A new option of one's own; its figures are computed until something is entered."""
    return OptionDraft(free_id(taken), "", Strategy.BUY, "", (), Technique.PROMPT, DataFlow.ALL_LEAVES)


class OptionForm(QDialog):
    """Edits a draft. A figure left empty is computed; the computed value stands behind the field."""

    def __init__(
        self, draft: OptionDraft, *, computed: Mapping[str, Figure], offers: Sequence[OfferChoice], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._draft = draft
        self.setWindowTitle(f"Option {draft.id}")
        self.setMinimumWidth(scaled_px(self, 560))
        self._name = TextField("Name", placeholder="Llama 4 self-hosted + RAG", max_length=LONGEST_NAME)
        self._name.set_value(draft.name)
        self._strategy = _combo("Strategy", STRATEGY_WORDS, draft.strategy)
        self._technique = _combo("Adaptation", TECHNIQUE_WORDS, draft.technique)
        self._flow = _combo("Sensitive data", FLOW_WORDS, draft.data_flow)
        self._summary = TextBox("Summary", lines=2)
        self._summary.set_text(draft.summary)
        self._models = ModelRoles(draft.models, offers)
        self._figures = {name: self._figure_field(name) for name in FIGURES}
        self._problem = Words("", "small", "bad")
        self._lay_out(computed)

    def _figure_field(self, name: str) -> RangeField:
        title, unit = FIGURE_LABELS[name]
        field = RangeField(title, unit=unit, low=0)
        own = self._draft.figures.get(name)
        if own is not None:
            field.set_value((own.value.low, own.value.likely, own.value.high))
        return field

    def _lay_out(self, computed: Mapping[str, Figure]) -> None:
        inside = QWidget()
        form = QFormLayout(inside)
        form.setVerticalSpacing(Space.S)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        for title, widget in (
            ("Name", self._name),
            ("Strategy", self._strategy),
            ("Adaptation", self._technique),
            ("Sensitive data", self._flow),
            ("Summary", self._summary),
            ("Models", self._models),
        ):
            label = QLabel(title)
            label.setBuddy(widget)
            form.addRow(label, widget)
        form.addRow(Words("Your own figures. What you leave empty is computed.", "muted"))
        for name, field in self._figures.items():
            title, _unit = FIGURE_LABELS[name]
            label = QLabel(title)
            label.setBuddy(field)
            form.addRow(label, field)
            found = computed.get(name)
            if found is not None and found.origin is not Origin.YOURS:
                hint = QLabel(f"computed: {rounded(found.value.likely, 4)}")
                set_role(hint, "muted")
                form.addRow("", hint)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self._scroll.setWidget(inside)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self._save)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self._scroll, 1)
        column.addWidget(self._problem)
        column.addWidget(buttons)
        self.resize(fitting(self, 800, 660))

    def _save(self) -> None:
        """Accepts the form when everything in it can be stored; else says what is missing and goes there."""
        if not self._name.text().strip():
            self._refuse("Give the option a name, so that the report can speak of it.", self._name)
        elif problem := self._models.problem():
            self._refuse(problem, self._models)
            self._models.focus_wrong()
        elif wrong := self._wrong_figure():
            self._refuse(*wrong)
        else:
            self.accept()

    def _refuse(self, sentence: str, field: QWidget) -> None:
        self._problem.set_text(sentence)
        self._scroll.ensureWidgetVisible(field)
        field.setFocus()

    def _wrong_figure(self) -> tuple[str, QWidget] | None:
        """The first figure that was typed but cannot be taken, with what is wrong with it."""
        for name, field in self._figures.items():
            title, unit = FIGURE_LABELS[name]
            if field.value is None and any(part.text().strip() for part in field.findChildren(QLineEdit)):
                return f"{title}: write numbers, the smallest first, with the likely one in the middle.", field
            if unit == OF_100 and field.value is not None and field.value[2] > FULL_MARKS:
                return f"{title}: the most is 100.", field
        return None

    def draft(self) -> OptionDraft:
        """The option as the form has it; only called after Save."""
        figures = dict(self._draft.figures)
        for name, field in self._figures.items():
            old = figures.pop(name, None)
            if field.value is None:
                continue
            value = Estimate(*field.value)
            unchanged = old is not None and old.value == value
            figures[name] = old if old is not None and unchanged else Figure(value, Origin.YOURS, OWN_SOURCE)
        return replace(
            self._draft,
            name=self._name.text().strip(),
            strategy=Strategy(self._strategy.currentData()),
            technique=Technique(self._technique.currentData()),
            data_flow=DataFlow(self._flow.currentData()),
            summary=self._summary.text(),
            models=self._models.value(),
            figures={name: figures[name] for name in FIGURES if name in figures},
            proposed=False,
        )


def _combo(name: str, words: Mapping[Choice, str], chosen: Choice) -> QComboBox:
    """A choice among words; its data is the enum's text, since Qt keeps no Python enums."""
    made = QComboBox()
    made.setAccessibleName(name)
    for value, text in words.items():
        made.addItem(text, str(value))
    made.setCurrentIndex(list(words).index(chosen))
    return made

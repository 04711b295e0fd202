"""What stands behind the recommendation: one line each with its answer, unfolded to the table and what refines it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.analysis.words import UNKNOWN_FIGURE, usd, usd_range
from workbench.domain.details import GAPS
from workbench.domain.insight import Section
from workbench.domain.option import Adaptation, LadderRung, Technique
from workbench.gui.theme import Space
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.card import Card
from workbench.gui.widgets.fields import FlowLayout
from workbench.gui.widgets.fold import Fold
from workbench.gui.widgets.info import glossary
from workbench.gui.widgets.reading_table import ReadingTable
from workbench.gui.widgets.text import Words

LADDER = "adaptation"
LADDER_QUESTIONS = (
    *(f"gap_{name}" for name in GAPS),
    "corpus_tokens", "corpus_changes", "good_examples", "example_tokens", "training_tokens", "unique_data",
    "training_budget_usd",
)  # fmt: skip
TECHNIQUE_WORDS = {
    Technique.PROMPT: "A good prompt is enough so far.",
    Technique.RAG: "Retrieval (RAG), no deeper.",
    Technique.FINE_TUNING: "As deep as fine-tuning.",
    Technique.FROM_SCRATCH: "A model of your own.",
}
_STATES = {
    "climb": "climb it",
    "expected": "expected",
    "not shown": "no gap shown",
    "not measured": "not measured",
    "blocked": "blocked",
}


class Behind(Card):
    """Sends `refine` (title, question ids) and `measure` when the person asks for a gap from two evals."""

    refine = Signal(str, object)
    measure = Signal()

    def __init__(self) -> None:
        super().__init__("What stands behind it")
        self._folds: dict[str, Fold] = {}
        self._ladder: Fold | None = None

    def set_ladder(self, found: Adaptation) -> None:
        """The adaptation ladder, above the insights."""
        answer = TECHNIQUE_WORDS[found.technique]
        fill = partial(self._ladder_inside, found)
        if self._ladder is None:
            self._ladder = Fold("How deep to adapt", answer, fill, term="adaptation-ladder")
            self.body.insertWidget(0, self._ladder)
        else:
            self._ladder.renew(answer, fill)

    def set_sections(self, sections: Sequence[Section]) -> None:
        """The insights in their order; folds that were open stay open."""
        for gone in set(self._folds) - {section.id for section in sections}:
            fold = self._folds.pop(gone)
            fold.hide()
            fold.deleteLater()
        for section in sections:
            fill = partial(self._section_inside, section)
            if section.id in self._folds:
                self._folds[section.id].renew(section.answer, fill)
            else:
                term = section.term if section.term in glossary() else ""
                self._folds[section.id] = Fold(section.title, section.answer, fill, term=term)
            self.body.addWidget(self._folds[section.id])

    def fold(self, identity: str) -> Fold:
        """The line of a section, or of the ladder."""
        return self._ladder if identity == LADDER and self._ladder is not None else self._folds[identity]

    def _section_inside(self, section: Section) -> QWidget:
        inside, column = _inside()
        column.addWidget(ReadingTable(section.columns, section.rows))
        if section.note:
            column.addWidget(Words(section.note, "muted"))
        if section.questions:
            column.addWidget(self._buttons({"Refine…": partial(self.refine.emit, section.title, section.questions)},
                                           section.title))  # fmt: skip
        return inside

    def _ladder_inside(self, found: Adaptation) -> QWidget:
        inside, column = _inside()
        column.addWidget(Words(" ".join(found.reasons)))
        columns = ("rung", "climb it?", "gap, points", "set-up", "a month", "reckoned from")
        column.addWidget(ReadingTable(columns, [_rung(rung) for rung in found.rungs]))
        entries: dict[str, Callable[[], None]] = {
            "Enter what you measured…": partial(self.refine.emit, "The adaptation ladder", LADDER_QUESTIONS),
            "Measure a gap from two evals…": self.measure.emit,
        }
        column.addWidget(self._buttons(entries, "How deep to adapt"))
        return inside

    def _buttons(self, entries: dict[str, Callable[[], None]], subject: str) -> QWidget:
        row = QWidget()
        flow = FlowLayout(row)
        for text, run in entries.items():
            made = button(text, run, kind="link")
            made.setAccessibleName(f"{subject}: {text}")
            flow.addWidget(made)
        return row


def _inside() -> tuple[QWidget, QVBoxLayout]:
    inside = QWidget()
    column = QVBoxLayout(inside)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(Space.S)
    return inside, column


def _rung(rung: LadderRung) -> tuple[str, ...]:
    points = UNKNOWN_FIGURE
    if rung.points is not None:
        found = rung.points
        points = f"{found.likely:.0f} ({found.low:.0f} to {found.high:.0f}), {rung.origin}"
    month = UNKNOWN_FIGURE if rung.monthly_usd is None else usd(rung.monthly_usd)
    return (rung.title, _STATES[rung.state], points, usd_range(rung.setup_usd), month, rung.cost_note)

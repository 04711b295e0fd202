"""One exercise: the situation, a choice and a reason to write; then the reasoning, with figures where it has some."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.analysis.words import rounded, usd
from workbench.domain.figures import Figure
from workbench.domain.option import Option
from workbench.gui.learn.topic import Pointed
from workbench.gui.pages.base import House
from workbench.gui.playground.text_box import TextBox
from workbench.gui.theme import Space, Tone
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.card import Card
from workbench.gui.widgets.chart import ChartView
from workbench.gui.widgets.comparison import Cell, Comparison, Head, Row
from workbench.gui.widgets.fields import Choice, ChoiceField
from workbench.gui.widgets.rows import UNKNOWN
from workbench.gui.widgets.state import ErrorBox
from workbench.gui.widgets.text import Words
from workbench.services.learn import Exercise, Sample
from workbench.services.wording import reason_sentence

if TYPE_CHECKING:
    from workbench.services.learn import LearnService

HORIZON_MONTHS = 36
LONGEST_REASON = 2_000


class ExerciseView(QWidget):
    """The reasoning opens once something is chosen and a reason is written; both are remembered."""

    def __init__(self, exercise: Exercise, house: House, learn: Callable[[], LearnService]) -> None:
        super().__init__()
        self._exercise, self._house, self._learn = exercise, house, learn
        self._key = f"learn/practice/{exercise.id}"
        self.setObjectName(f"exercise-{exercise.id}")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(Space.M)
        self._reasoning: ReasoningCard | None = None
        self._column.addWidget(self._decide())
        self._recall()

    def _decide(self) -> Card:
        exercise = self._exercise
        card = Card(exercise.title)
        card.body.addWidget(Words(exercise.situation))
        card.body.addWidget(Words(exercise.question, "heading"))
        self.choice = ChoiceField[str](exercise.question, [Choice(p.id, p.title, p.detail) for p in exercise.picks])
        self.choice.changed.connect(lambda _value: self._changed())
        card.body.addWidget(self.choice)
        card.body.addWidget(Words("Why?", "heading"))
        self.why = TextBox("Why?", placeholder="One sentence is enough.")
        self.why.textChanged.connect(self._changed)
        card.body.addWidget(self.why)
        self.reveal = button("Show the reasoning", self._reveal, kind="main")
        self._hint = Words("", "muted")
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        row.addWidget(self.reveal)
        row.addWidget(self._hint, 1)
        card.body.addLayout(row)
        return card

    def _recall(self) -> None:
        kept = self._house.settings.get(self._key)
        if isinstance(kept, dict):
            choice, why = kept.get("choice"), kept.get("why")
            self.choice.set_value(choice if isinstance(choice, str) else None)
            self.why.setPlainText(why if isinstance(why, str) else "")
            if kept.get("shown") is True and self._ready():
                self._reveal()
        self._changed()

    def _ready(self) -> bool:
        return self.choice.value is not None and bool(self._reason())

    def _reason(self) -> str:
        return self.why.toPlainText().strip()[:LONGEST_REASON]

    def _changed(self) -> None:
        ready = self._ready()
        self.reveal.setEnabled(ready)
        missing = "Choose one first." if self.choice.value is None else "Write a sentence first."
        self._hint.set_text("" if ready else missing)
        if self._reasoning is not None:
            self._reasoning.compare(self.choice.value or "")
        self._keep()

    def _keep(self) -> None:
        choice, why, shown = self.choice.value, self._reason(), self._reasoning is not None
        if choice or why:
            self._house.settings.set(self._key, {"choice": choice, "why": why, "shown": shown})

    def _reveal(self) -> None:
        if self._reasoning is None:
            self._reasoning = ReasoningCard(self._exercise)
            self._column.addWidget(self._reasoning)
            if self._exercise.figures:
                self._house.tasks.start(
                    lambda: self._learn().sample(),
                    lane="pool",
                    owner=self,
                    done=self._reasoning.show_sample,
                    failed=self._reasoning.error.show_error,
                )
        self._reasoning.compare(self.choice.value or "")
        self._keep()


class ReasoningCard(Card):
    """What speaks for the answer argued for, the person's own beside it, and the figures."""

    def __init__(self, exercise: Exercise) -> None:
        super().__init__("The reasoning")
        self.setObjectName("reasoning")
        self._exercise = exercise
        self._yours = Words("", "answer")
        self.error = ErrorBox()
        self._figures = QVBoxLayout()
        self._figures.setSpacing(Space.S)
        self.body.addWidget(self._yours)
        for reason in exercise.reasoning:
            self.body.addWidget(Pointed(reason))
        self.body.addWidget(self.error)
        self.body.addLayout(self._figures)
        self.body.addWidget(Words(f"Keep in mind: {exercise.caveat}"))
        self.body.addWidget(Words(f"Source: {exercise.source}. As of {exercise.as_of}.", "muted"))

    def compare(self, choice: str) -> None:
        """Sets the person's answer beside the one argued for."""
        best, chosen = self._exercise.pick(self._exercise.best), self._exercise.pick(choice)
        if best is None or chosen is None:
            return
        same = "You chose as argued here."
        lead = same if chosen is best else f"You chose “{chosen.title}”; argued for here is “{best.title}”."
        self._yours.set_text(f"**{lead}** {chosen.reply}")

    def show_sample(self, sample: Sample) -> None:
        """The computed figures of the sample, side by side, and its costs over the months."""
        options = sample.options.options
        table = Comparison("The options of the sample")
        table.set_content([Head(o.id, o.id, o.draft.strategy.value) for o in options], sample_rows(options))
        table.select(sample.options.recommendation.option)
        self._figures.addWidget(Words("As the workbench computes it", "heading"))
        self._figures.addWidget(Words(sample.options.recommendation.sentence))
        self._figures.addWidget(table)
        for option in options:
            for reason in option.excluded_by:
                self._figures.addWidget(Pointed(f"**{option.id}** is out: {reason_sentence(reason)}"))
        chart = ChartView(height=340)
        chart.set_chart(sample.chart)
        self._figures.addWidget(chart)


def sample_rows(options: tuple[Option, ...]) -> list[Row]:
    """Cost, time, score and limits of each option."""
    return [
        Row("Set-up", tuple(Cell(_usd(option.figures.get("setup_usd"))) for option in options)),
        Row("A month", tuple(Cell(_usd(option.figures.get("monthly_usd"))) for option in options)),
        Row(f"Over {HORIZON_MONTHS} months", tuple(Cell(usd(o.tco_usd.get(HORIZON_MONTHS))) for o in options)),
        Row("Ready in", tuple(Cell(_weeks(option.figures.get("weeks"))) for option in options)),
        Row("Score", tuple(Cell(f"{option.score:.3f}") for option in options)),
        Row("Limits", tuple(_limits(option) for option in options)),
    ]


def _limits(option: Option) -> Cell:
    broken = len(option.excluded_by)
    return Cell(f"breaks {broken}", tone=Tone.BAD) if broken else Cell("keeps all", tone=Tone.GOOD)


def _usd(figure: Figure | None) -> str:
    return UNKNOWN if figure is None else usd(figure.likely)


def _weeks(figure: Figure | None) -> str:
    return UNKNOWN if figure is None else f"{rounded(figure.likely)} weeks"

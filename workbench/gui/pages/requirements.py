"""Requirements: the wizard. Every answer is saved when given; each step can be left, resumed and jumped to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from workbench.domain.questions import STEPS, Question, Step, asked_questions, question, step_is_done, step_of
from workbench.domain.scenario import AnswerValue, Scenario
from workbench.gui.pages.base import House, Page
from workbench.gui.theme import Space, scaled_px
from workbench.gui.widgets.buttons import button, name_button
from workbench.gui.widgets.fields import Choice
from workbench.gui.widgets.text import Words
from workbench.gui.wizards.question_card import QuestionCard

if TYPE_CHECKING:
    from workbench.services.catalog import CatalogService
    from workbench.services.eval_results import EvalResults
    from workbench.services.shortlist import LiveLine, ShortlistService

STEP_LIST_PX = 176
# Counting begins once the answer is painted; answers that follow faster are counted together.
COUNT_AFTER_MS = 40
COUNTRIES = {
    "AE": "United Arab Emirates",
    "CA": "Canada",
    "CN": "China",
    "DE": "Germany",
    "FR": "France",
    "GB": "United Kingdom",
    "IL": "Israel",
    "KR": "South Korea",
    "NL": "Netherlands",
    "US": "United States",
}


class RequirementsPage(Page):
    """Steps at the left, the step's questions as cards, and the live line on top: how many models remain and why."""

    id: ClassVar[str] = "requirements"
    title: ClassVar[str] = "Requirements"
    icon: ClassVar[str] = "requirements"
    has_inspector: ClassVar[bool] = False
    # The first page that is seen: it is painted before the services behind it are loaded.
    asks: ClassVar[tuple[str, ...]] = ("catalog", "shortlist", "eval_results")

    def __init__(
        self,
        *,
        house: House,
        catalog: Callable[[], CatalogService],
        shortlist: Callable[[], ShortlistService],
        eval_results: Callable[[], EvalResults],
    ) -> None:
        super().__init__(house=house)
        self._catalog = catalog
        self._shortlist = shortlist
        self._evals = eval_results
        self._step = STEPS[0]
        self._cards: dict[str, QuestionCard] = {}
        self._choices: dict[str, tuple[Choice[str], ...]] = {}
        self._asked_for = 0
        self._count_due = QTimer(self, singleShot=True, interval=COUNT_AFTER_MS)
        self._count_due.timeout.connect(self._ask_live_line)
        self.header.add_button(button("See the shortlist", lambda: self.navigate.emit("shortlist", None), kind="main"))
        self._list = self._step_list()
        self._intro = Words("", "muted")
        self._column = QVBoxLayout()
        self._column.setSpacing(Space.M)
        self._back = button("Back", lambda: self._move(-1))
        self._next = button("Next", lambda: self._move(1))
        self._lay_out_wizard()

    def _step_list(self) -> QListWidget:
        steps = QListWidget()
        steps.setObjectName("wizard-steps")
        steps.setAccessibleName("Steps of the wizard")
        steps.setProperty("kind", "steps")
        steps.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        steps.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for step in STEPS:
            steps.addItem(QListWidgetItem(step.title))
        steps.setSizeAdjustPolicy(QListWidget.SizeAdjustPolicy.AdjustToContents)
        steps.currentRowChanged.connect(lambda row: self._show_step(STEPS[row]) if row >= 0 else None)
        return steps

    def _lay_out_wizard(self) -> None:
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        column.addWidget(self._intro)
        column.addLayout(self._column)
        buttons = QHBoxLayout()
        buttons.addWidget(self._back)
        buttons.addStretch(1)
        buttons.addWidget(self._next)
        column.addLayout(buttons)
        column.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(Space.XL)
        self._fit_steps()
        row.addWidget(self._list, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(right, 1)
        self.body.addLayout(row, 1)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit_steps()

    def _fit_steps(self) -> None:
        self._list.setFixedWidth(scaled_px(self, STEP_LIST_PX))

    def show_scenario(self, scenario: Scenario | None) -> None:
        """Draws the stored answers; another scenario opens at the step where it was left."""
        other = self.scenario is None or scenario is None or self.scenario.id != scenario.id
        super().show_scenario(scenario)
        self.setEnabled(scenario is not None)
        if scenario is None:
            return
        if other:
            self._go(_resume_at(scenario))
        self._draw_answers(scenario)
        self._count_due.start()

    def arrive(self, payload: object) -> None:
        """A question's id opens its step and puts the cursor into its field."""
        if isinstance(payload, str):
            self._go(step_of(payload))
            card = self._cards[payload]
            self.body.activate()
            self.scroller.ensureWidgetVisible(card)
            card.take_focus()

    def forget(self) -> None:
        self._asked_for += 1  # what is being counted for the last one comes too late
        self.header.set_answer("")

    def flush(self) -> None:
        for card in self._cards.values():
            card.flush()

    def _go(self, step: Step) -> None:
        row = STEPS.index(step)
        if self._list.currentRow() == row:
            self._show_step(step)
        else:
            self._list.setCurrentRow(row)

    def _move(self, by: int) -> None:
        self.flush()
        place = STEPS.index(self._step) + by
        if place >= len(STEPS):
            self.navigate.emit("shortlist", None)
        else:
            self._go(STEPS[max(place, 0)])

    def _show_step(self, step: Step) -> None:
        """Puts the cards of one step on the page."""
        self.flush()
        self._step = step
        if self.scenario is not None and self.scenario.step != step.id:
            self.remember(replace(self.scenario, step=step.id))
        while (item := self._column.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        if not self._choices and any(asked.choices_from for asked in step.questions):
            self.house.tasks.start(self._catalog_choices, lane="pool", done=self._take_choices, owner=self)
        self._cards = {asked.id: self._card(asked) for asked in step.questions}
        for card in self._cards.values():
            self._column.addWidget(card)
        # Tab goes as one reads: the cards are made after Back and Next and would come behind them
        self.setTabOrder(self._cards[step.questions[-1].id].last_stop, self._back)
        self.setTabOrder(self._back, self._next)
        self._intro.set_text(step.intro)
        place = STEPS.index(step)
        self._back.setEnabled(place > 0)
        last = place == len(STEPS) - 1
        name_button(self._next, "See the shortlist" if last else f"Next: {STEPS[place + 1].title}")
        self.scroller.verticalScrollBar().setValue(0)
        if self.scenario is not None:
            self._draw_answers(self.scenario)

    def _card(self, asked: Question) -> QuestionCard:
        own = tuple(Choice(choice.value, choice.label, choice.help) for choice in asked.choices)
        card = QuestionCard(asked, own or self._choices.get(asked.choices_from, ()))
        card.answered.connect(self._answer)
        return card

    def _answer(self, question_id: str, value: AnswerValue | None) -> None:
        """Swaps in a scenario with this answer; undo takes it back."""
        if self.scenario is None:
            return
        answers = {key: old for key, old in self.scenario.answers.items() if key != question_id}
        if value is not None:
            answers[question_id] = value
        new = replace(self.scenario, answers=answers)
        self.begin_edit(new, f"Answer “{question(question_id).title}”", merge_key=f"answer-{question_id}")

    def _draw_answers(self, scenario: Scenario) -> None:
        asked = {item.id for item in asked_questions(scenario.answers)}
        for question_id, card in self._cards.items():
            card.setVisible(question_id in asked)
            card.show_answer(scenario.answers.get(question_id))
        for row, step in enumerate(STEPS):
            done = step_is_done(step, scenario.answers)
            item = self._list.item(row)
            item.setText(f"{'✓' if done else '○'}  {step.title}")
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{step.title}, {'done' if done else 'open'}")

    def _ask_live_line(self) -> None:
        """Counts in the background; only the newest answer is shown."""
        scenario = self.scenario
        if scenario is None:
            return
        self._asked_for += 1
        number = self._asked_for
        self.house.tasks.start(
            lambda: self._shortlist().counts(scenario, evidence=self._evals().evidence(scenario.id)),
            lane="pool",
            done=lambda line: self._show_live_line(line) if number == self._asked_for else None,
            owner=self,
        )

    def _show_live_line(self, line: LiveLine) -> None:
        lead, _, rest = line.sentence.partition("; ")
        self.header.set_answer(f"{lead}." if rest else lead, rest[:1].upper() + rest[1:])

    def _catalog_choices(self) -> Mapping[str, Sequence[Choice[str]]]:
        """Developers and countries as the catalog has them."""
        catalog = self._catalog().catalog()
        makers = tuple(Choice(maker.id, maker.name) for maker in catalog.developers)
        places = {part for maker in catalog.developers for part in (maker.country or "").split("/") if part}
        places |= {provider.hq_country for provider in catalog.providers if provider.hq_country}
        countries = tuple(Choice(code, COUNTRIES.get(code, code)) for code in sorted(places))
        return {"developers": makers, "countries": countries}

    def _take_choices(self, choices: Mapping[str, Sequence[Choice[str]]]) -> None:
        self._choices = {name: tuple(found) for name, found in choices.items()}
        if self._choices and any(asked.choices_from for asked in self._step.questions):
            self._show_step(self._step)


def _resume_at(scenario: Scenario) -> Step:
    """Where the person left, else the first step that is not finished, else the first."""
    left = next((step for step in STEPS if step.id == scenario.step), None)
    if left is not None:
        return left
    return next((step for step in STEPS if not step_is_done(step, scenario.answers)), STEPS[0])

"""One question of the wizard as a card: why it matters, a field for the answer, a suggestion, and "I don't know"."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QPushButton, QWidget

from workbench.domain.errors import WorkbenchError
from workbench.domain.questions import NO_LIMIT, UNKNOWN, Kind, Question
from workbench.domain.scenario import AnswerValue
from workbench.gui.theme import Space
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.card import Card
from workbench.gui.widgets.fields import (
    ChipsField,
    Choice,
    ChoiceField,
    NumberField,
    RangeField,
    TextField,
    write_number,
)
from workbench.gui.widgets.info import InfoButton
from workbench.gui.widgets.text import Words

# Typing is saved when it pauses this long; Tab and Enter save at once.
TYPING_PAUSE_MS = 400
CARDS_PER_ROW = 2
# Entries of the glossary that the (i) beside a question's title opens.
QUESTION_TERMS = {
    "peak_factor": "peak-factor",
    "tokens_in": "token",
    "tokens_out": "token",
    "ttft_limit_s": "first-token",
    "latency_percentile": "p95",
    "sensitive_share": "sensitive-share",
    "regions": "residency",
    "quality_target": "eval",
    "horizon_months": "horizon",
    "discount_rate": "discount-rate",
    "licence": "open-weights",
    "context_tokens": "context-length",
}


class QuestionCard(Card):
    """Sends `answered` (question id, value) for each accepted answer; None takes the answer back."""

    answered = Signal(str, object)

    def __init__(self, question: Question, choices: Sequence[Choice[str]]) -> None:
        super().__init__(question.title)
        self.setObjectName(f"question-{question.id}")
        self.question = question
        self._answer: AnswerValue | None = None
        if question.id in QUESTION_TERMS:
            self.add_beside_title(InfoButton(QUESTION_TERMS[question.id]))
        self.body.addWidget(Words(question.why, "muted"))
        self._field, self._set_field = _field_for(question, choices, self._changed, self._hold)
        self._field.setObjectName(f"field-{question.id}")
        self.body.addWidget(self._field)
        self.body.addLayout(self._shortcuts())
        self._said = Words("", "small")
        self.body.addWidget(self._said)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(TYPING_PAUSE_MS)
        self._pause.timeout.connect(self._send)
        self._waiting: tuple[AnswerValue | None] | None = None
        self._before: AnswerValue | None = None  # the answer when typing began
        self._is_typing = self._is_half_typed = False
        for part in (self._field, *self._field.findChildren(QWidget)):
            part.installEventFilter(self)

    def show_answer(self, answer: AnswerValue | None) -> None:
        """Draws what is stored; never sends anything. What is being typed is left alone, unless the answer changed
        under it."""
        if answer != self._answer or not self._is_typing:
            self._before = answer
        self._is_half_typed = self._is_half_typed and answer == self._answer
        self._answer = answer
        if self._waiting is None and not self._is_half_typed:
            plain = None if answer in (UNKNOWN, NO_LIMIT) else answer
            self._set_field(plain)
        self._unknown.setChecked(answer == UNKNOWN)
        if self._no_limit is not None:
            self._no_limit.setChecked(answer == NO_LIMIT)
        self._suggest.setVisible(answer is None and self.question.default not in (None, "", []))
        self._say(answer)

    @property
    def last_stop(self) -> QWidget:
        """Where Tab leaves the card."""
        return self._unknown

    def take_focus(self) -> None:
        """Puts the cursor into the field, or on the chosen (else the first) of its choices."""
        parts = [self._field, *self._field.findChildren(QWidget)]
        takers = [part for part in parts if part.focusPolicy() & Qt.FocusPolicy.TabFocus and part.isEnabled()]
        chosen = [part for part in takers if isinstance(part, QAbstractButton) and part.isChecked()]
        if takers:
            (chosen or takers)[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def flush(self) -> None:
        """Sends at once what the pause in typing was waiting for."""
        if self._waiting is not None:
            self._pause.stop()
            self._send()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut:
            self.flush()
            self._is_typing = False
            self._before = self._answer
        return super().eventFilter(watched, event)

    def _shortcuts(self) -> QHBoxLayout:
        """The suggestion, "no limit" and "I don't know" in one line below the field."""
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        title = self.question.title
        self._suggest = button(f"Use {_told(self.question, self.question.default)}", self._take_default, kind="link")
        self._suggest.setAccessibleName(f"{title}: use {_told(self.question, self.question.default)}")
        row.addWidget(self._suggest)
        self._no_limit = self._toggle("No limit", NO_LIMIT) if self.question.limit else None
        if self._no_limit is not None:
            row.addWidget(self._no_limit)
        self._unknown = self._toggle("I don't know", UNKNOWN)
        self._unknown.setToolTip(self.question.unknown)
        self._unknown.setAccessibleDescription(self.question.unknown)
        self._unknown.setVisible(self.question.kind is not Kind.TEXT)
        row.addWidget(self._unknown)
        example = Words(f"Example: {self.question.example}" if self.question.example else "", "muted")
        row.addWidget(example, 1, Qt.AlignmentFlag.AlignVCenter)
        return row

    def _toggle(self, text: str, value: str) -> QPushButton:
        made = button(text, kind="chip")
        made.setCheckable(True)
        made.setAccessibleName(f"{self.question.title}: {text}")
        made.clicked.connect(lambda checked: self._take(value if checked else None))
        return made

    def _take_default(self) -> None:
        self._take(self.question.default)

    def _take(self, value: AnswerValue | None) -> None:
        """An answer given beside the field; half a number in the field gives way to it."""
        self._pause.stop()
        self._is_typing = self._is_half_typed = False
        self._waiting = (value,)
        self._send()
        self.show_answer(self._answer)

    def _changed(self, value: Any) -> None:
        """The person did something: what is typed waits for a pause, everything else is sent at once."""
        self._waiting = (value,)
        self._is_half_typed = False
        if self.question.kind in (Kind.CHOICE, Kind.MULTI, Kind.YES_NO):
            self._send()
        else:
            self._is_typing = True
            self._pause.start()

    def _hold(self) -> None:
        """What stands in the field is no answer (yet): what it was when typing began counts until it is one."""
        self._pause.stop()
        self._waiting = None
        self._is_typing = self._is_half_typed = True
        if self._answer != self._before:
            self._answer = self._before
            self.answered.emit(self.question.id, self._before)

    def _send(self) -> None:
        if self._waiting is None:
            return
        (value,), self._waiting = self._waiting, None
        try:
            checked = None if value is None or value == "" else self.question.check(value)
        except WorkbenchError as error:
            self._said.set_text(f"{error.what}. {error.mend}")
            return
        if checked != self._answer:
            self._answer = checked
            self.answered.emit(self.question.id, checked)

    def _say(self, answer: AnswerValue | None) -> None:
        """One quiet line about what the answer means for the computation."""
        if answer == UNKNOWN:
            self._said.set_text(self.question.unknown)
        elif answer is None and self.question.kind is not Kind.TEXT:
            self._said.set_text(f"Not answered yet. {self.question.unknown}")
        else:
            self._said.set_text("")
        self._said.setVisible(bool(self._said.text()))


def _told(question: Question, value: AnswerValue | None) -> str:
    """An answer in the question's own words and unit."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case dict():
            likely, low, high = (write_number(value[key]) for key in ("likely", "low", "high"))
            return likely if low == high else f"about {likely} ({low} to {high})"
        case list():
            return ", ".join(question.label_of(item) for item in value) or "none"
        case str():
            return question.label_of(value)
        case _:
            if question.kind is Kind.SHARE:
                return f"{value * 100:g} %"
            return f"${value:,.0f}" if question.kind is Kind.MONEY else write_number(value)


_Set = Callable[[Any], None]


def _field_for(
    question: Question, choices: Sequence[Choice[str]], changed: Callable[[Any], None], hold: Callable[[], None]
) -> tuple[QWidget, _Set]:
    """The field for a kind of answer, and the function that shows a stored answer in it (None empties it)."""
    match question.kind:
        case Kind.TEXT:
            text = TextField(question.title, placeholder=question.example)
            text.edited.connect(changed)
            return text, lambda value: text.set_value(value or "")
        case Kind.CHOICE | Kind.YES_NO:
            return _choice_field(question, choices, changed)
        case Kind.MULTI:
            chips = ChipsField(question.title, choices)
            chips.changed.connect(lambda values: changed(list(values)))
            return chips, lambda value: chips.set_value(value or ())
        case Kind.RANGE:
            wide = RangeField(question.title, unit=question.unit, low=question.low, high=question.high)
            wide.changed.connect(lambda triple: changed(None if triple is None else _as_range(triple)))
            wide.held.connect(hold)
            return wide, lambda value: wide.set_value(None if value is None else _as_triple(value))
        case Kind.NUMBER | Kind.SHARE | Kind.MONEY:
            number = NumberField(
                question.title,
                unit=question.unit,
                low=question.low,
                high=question.high if question.high < float("inf") else None,
                whole=question.whole,
                percent=question.kind is Kind.SHARE,
            )
            number.changed.connect(changed)
            number.held.connect(hold)
            return number, number.set_value


def _choice_field(
    question: Question, choices: Sequence[Choice[str]], changed: Callable[[Any], None]
) -> tuple[QWidget, _Set]:
    if question.kind is Kind.YES_NO:
        yes_no = ChoiceField(question.title, (Choice(True, "Yes"), Choice(False, "No")), columns=CARDS_PER_ROW)
        yes_no.changed.connect(changed)
        return yes_no, yes_no.set_value
    one = ChoiceField(question.title, choices, columns=CARDS_PER_ROW)
    one.changed.connect(changed)
    return one, one.set_value


def _as_range(triple: tuple[float, float, float]) -> dict[str, float]:
    return dict(zip(("low", "likely", "high"), triple, strict=True))


def _as_triple(value: dict[str, float]) -> tuple[float, float, float]:
    return value["low"], value["likely"], value["high"]

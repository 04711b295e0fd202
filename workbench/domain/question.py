"""What a question of the wizard is: its words, its kind of answer, and which answers it accepts."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from workbench.domain.errors import WorkbenchError
from workbench.domain.numbers import digits
from workbench.domain.scenario import UNKNOWN, AnswerValue

# The answer to a limit that does not exist; "I don't know" is UNKNOWN and not the same.
NO_LIMIT = "no limit"
LONGEST_TEXT = 20_000

Answers = Mapping[str, AnswerValue]


class Kind(StrEnum):
    """How a question is answered.

    TEXT str; CHOICE one value; MULTI list of values; NUMBER and MONEY (USD) a number; RANGE {"low", "likely", "high"};
    SHARE a number where 0.3 is 30 %; YES_NO bool.
    """

    TEXT = "text"
    CHOICE = "choice"
    MULTI = "multi"
    NUMBER = "number"
    RANGE = "range"
    SHARE = "share"
    MONEY = "money"
    YES_NO = "yes-no"


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    help: str = ""


def always(answers: Answers) -> bool:
    """The `asked_when` of a question that is always asked."""
    return True


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `default` is what the wizard offers; `assumed` is what counts until there is an answer.

    `assumed` None drops the limit. `unknown` says in words what "I don't know" does. `choices_from` names the part of
    the catalog ("developers", "countries") that supplies the choices when `choices` is empty. `limit` marks a question
    that accepts NO_LIMIT. `low` and `high` bound numbers, shares, and both ends of ranges.
    """

    id: str
    title: str
    why: str
    kind: Kind
    default: AnswerValue | None
    assumed: AnswerValue | None
    unknown: str
    example: str = ""
    unit: str = ""
    choices: tuple[Choice, ...] = ()
    choices_from: str = ""
    low: float = 0.0
    high: float = math.inf
    whole: bool = False
    limit: bool = False
    asked_when: Callable[[Answers], bool] = always

    def check(self, value: object) -> AnswerValue:
        """The answer in its stored form; WorkbenchError naming the question when it is not one.

        UNKNOWN is accepted everywhere, NO_LIMIT where `limit` is set, and a plain number for a RANGE.
        """
        if value == UNKNOWN and self.kind is not Kind.TEXT:
            return UNKNOWN
        if self.limit and value == NO_LIMIT:
            return NO_LIMIT
        match self.kind:
            case Kind.TEXT:
                return self._text(value)
            case Kind.CHOICE:
                return self._choice(value)
            case Kind.MULTI:
                return self._multi(value)
            case Kind.NUMBER | Kind.SHARE | Kind.MONEY:
                return self._number(value)
            case Kind.RANGE:
                return self._range(value)
            case Kind.YES_NO:
                return self._yes_no(value)

    @property
    def takes(self) -> str:
        """What an answer is, in a few words: "a number from 1 to 50", "one of public, internal"."""
        choices = ", ".join(choice.value for choice in self.choices)
        match self.kind:
            case Kind.TEXT:
                return "text"
            case Kind.CHOICE:
                return f"one of {choices}"
            case Kind.MULTI:
                return f"any of {choices}" if choices else f"any of the {self.choices_from}"
            case Kind.YES_NO:
                return "yes or no"
            case Kind.NUMBER | Kind.SHARE | Kind.MONEY | Kind.RANGE:
                said = "a number, or low, likely and high," if self.kind is Kind.RANGE else "a number"
                return f"{said} {self._span()}{', or “no limit”' if self.limit else ''}"

    def label_of(self, value: str) -> str:
        """The words of one choice; the value itself where the choices come from the catalog."""
        return next((choice.label for choice in self.choices if choice.value == value), value)

    def _error(self, what: str, mend: str) -> WorkbenchError:
        return WorkbenchError(f"“{self.title}”: {what}", where=self.id, mend=mend)

    def _text(self, value: object) -> str:
        if not isinstance(value, str):
            raise self._error("the answer is not text", "Write it as text in quotation marks.")
        if len(value) > LONGEST_TEXT:
            raise self._error(f"the text has {len(value)} characters", f"Keep it under {LONGEST_TEXT}.")
        return value.strip()

    def _choice(self, value: object) -> str:
        chosen = str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
        allowed = [choice.value for choice in self.choices]
        if chosen not in allowed:
            raise self._error(f"{value!r} is not one of the choices", f"Choose one of {', '.join(allowed)}.")
        return chosen

    def _multi(self, value: object) -> list[str]:
        if not isinstance(value, (list, tuple, set, frozenset)):
            raise self._error("the answer is not a list", "Give a list, empty for none.")
        if not all(isinstance(item, str) and item.strip() for item in value):
            raise self._error("the list holds something that is not text", "Give each entry as text.")
        chosen = list(dict.fromkeys(item.strip() for item in value))
        allowed = [choice.value for choice in self.choices]
        for item in chosen:
            if allowed and item not in allowed:
                raise self._error(f"{item!r} is not one of the choices", f"Choose from {', '.join(allowed)}.")
        return chosen

    def _number(self, value: object) -> float | int:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            mend = f"Give a number{', or “no limit”' if self.limit else ''}."
            raise self._error(f"{value!r} is not a number", mend)
        if not self.low <= value <= self.high:
            raise self._error(f"{self._words(value)} is out of range", self._bounds())
        if self.whole and value != int(value):
            raise self._error(f"{digits(value)} is not a whole number", "Give a whole number.")
        return int(value) if self.whole else value

    def _range(self, value: object) -> dict[str, float]:
        if not isinstance(value, Mapping):
            number = float(self._number(value))
            return {"low": number, "likely": number, "high": number}
        if set(value) != {"low", "likely", "high"}:
            raise self._error("the range is not complete", "Give low, likely and high.")
        low, likely, high = (float(self._number(value[key])) for key in ("low", "likely", "high"))
        if not low <= likely <= high:
            what = f"the range {digits(low)}, {digits(likely)}, {digits(high)} is the wrong way round"
            raise self._error(what, "Give the smallest first.")
        return {"low": low, "likely": likely, "high": high}

    def _yes_no(self, value: object) -> bool:
        if not isinstance(value, bool):
            raise self._error(f"{value!r} is neither yes nor no", "Answer yes or no.")
        return value

    def _words(self, value: float) -> str:
        return f"{digits(min(value, 1e300) * 100)} %" if self.kind is Kind.SHARE else digits(value)

    def _span(self) -> str:
        """ "from 1 to 50", or "of 0 or more"."""
        if math.isinf(self.high):
            return f"of {self._words(self.low)} or more"
        return f"from {self._words(self.low)} to {self._words(self.high)}"

    def _bounds(self) -> str:
        return f"Give a number {self._span()}."


@dataclass(frozen=True, slots=True)
class Step:
    """One page of the wizard."""

    id: str
    title: str
    intro: str
    questions: tuple[Question, ...]

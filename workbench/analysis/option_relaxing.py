"""When no option is inside the limits: the smallest sets of limits whose loosening lets one in (methods.md 6)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from workbench.analysis.words import listed, rounded, usd
from workbench.domain.option import DataFlow, Option
from workbench.domain.requirements import Requirements, ThirdParty
from workbench.domain.scenario import AnswerValue
from workbench.domain.verdict import Relaxation

# Limits on a figure of the option, with the figure.
_FIGURES = {
    "weeks_limit": "weeks",
    "monthly_cap_usd": "monthly_usd",
    "setup_cap_usd": "setup_usd",
    "quality_target": "quality",
}
_THIRD_PARTY = {DataFlow.ALL_LEAVES: ThirdParty.CONTRACT, DataFlow.CLEAN_LEAVES: ThirdParty.SENSITIVE_STAYS}


def option_relaxations(options: Sequence[Option], requirements: Requirements) -> tuple[Relaxation, ...]:
    """The smallest sets over all options: those that leave the data rule alone, then those that do not.

    () when an option is inside already or none can be let in by an answer.
    """
    if not options or any(not item.excluded_by for item in options):
        return ()
    sets: dict[frozenset[str], list[Option]] = {}
    for item in options:
        asked = frozenset(reason.requirement for reason in item.excluded_by)
        if all(reason.requirement in (*_FIGURES, "third_party") for reason in item.excluded_by):
            sets.setdefault(asked, []).append(item)
    if not sets:
        return ()
    chosen = []
    for law in (False, True):
        alike = {asked: items for asked, items in sets.items() if ("third_party" in asked) is law}
        smallest = min(map(len, alike), default=0)
        chosen += [_relaxation(asked, items, requirements) for asked, items in alike.items() if len(asked) == smallest]
    return tuple(chosen)


def _relaxation(asked: frozenset[str], items: Sequence[Option], requirements: Requirements) -> Relaxation:
    """Loose enough for the option that needs least; the others of the set count when the same answers let them in."""
    first = min(items, key=lambda item: [_needed(item, question) for question in sorted(asked)])
    answers = {question: _answer(first, question) for question in sorted(asked)}
    inside = [item for item in items if all(_fits(item, question, answers) for question in asked)]
    names = listed([item.id for item in inside])
    text = f"{_wishes(answers)} and {names} {'is' if len(inside) == 1 else 'are'} inside your limits."
    before = ", ".join(_words(key, getattr(requirements, key)) for key in answers)
    after = ", ".join(_words(key, value) for key, value in answers.items())
    return Relaxation(" + ".join(answers), before, after, len(inside), text, answers)


def _needed(item: Option, question: str) -> float:
    """How far the limit has to give for the option, larger is farther."""
    if question == "third_party":
        return 1.0 if item.draft.data_flow is DataFlow.ALL_LEAVES else 0.0
    value = item.figures[_FIGURES[question]].value
    return -value.low if question == "quality_target" else value.likely


def _answer(item: Option, question: str) -> AnswerValue:
    if question == "third_party":
        return _THIRD_PARTY.get(item.draft.data_flow, ThirdParty.CONTRACT).value
    needed = _needed(item, question)
    return float(math.floor(-needed)) if question == "quality_target" else float(math.ceil(needed))


def _fits(item: Option, question: str, answers: Mapping[str, AnswerValue]) -> bool:
    given = answers[question]
    if not isinstance(given, float):
        return _answer(item, question) == given or given == ThirdParty.CONTRACT.value
    return -_needed(item, question) >= given if question == "quality_target" else _needed(item, question) <= given


def _wishes(answers: Mapping[str, AnswerValue]) -> str:
    wish = listed([_wish(key, value) for key, value in answers.items()])
    return f"{wish[:1].upper()}{wish[1:]}"


def _wish(question: str, value: AnswerValue) -> str:
    words = _words(question, value)
    match question:
        case "weeks_limit":
            return f"allow {words}"
        case "monthly_cap_usd":
            return f"allow {words} a month"
        case "setup_cap_usd":
            return f"allow {words} for the set-up"
        case "quality_target":
            return f"accept {words} right answers"
    if value == ThirdParty.SENSITIVE_STAYS.value:
        return "let clean requests go to another company"
    return "let another company process the data under a contract"


def _words(question: str, value: object) -> str:
    if not isinstance(value, int | float):
        return str(value) if value is not None else "no limit"
    match question:
        case "weeks_limit":
            return f"{rounded(value)} weeks"
        case "quality_target":
            return f"{rounded(value)} of 100"
    return usd(value)

"""Two states of a scenario side by side, in words: what was asked, weighed, offered and decided then and now."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from workbench.analysis import words
from workbench.domain.criterion import Criterion
from workbench.domain.decision import Condition, Decision
from workbench.domain.numbers import digits
from workbench.domain.option import OptionDraft
from workbench.domain.questions import QUESTIONS
from workbench.domain.scenario import Scenario
from workbench.reports.sections.context import answer_words
from workbench.reports.sections.options import FIGURE_TITLES, STRATEGY_WORDS, figure_words

_NEAR = 240
# words shown at either end of what stayed, and of what went or came
_AROUND, _CHANGED = 3, 40
_ALIKE = 0.6


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs: "" stands for what was not there. `part` is the heading it belongs under."""

    part: str
    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a text against another: in both (0), only before (-1), only after (1)."""

    where: int
    text: str


def differences(before: Scenario, after: Scenario) -> tuple[Difference, ...]:
    """Everything that differs, in the order of the path; empty when nothing does. Names of models stay ids."""
    found = [
        *_field("Scenario", "Name", before.name, after.name),
        *_answers(before, after),
        *_criteria(before.criteria, after.criteria),
        *_options(before.options, after.options),
        *_decision(before.decision, after.decision),
    ]
    return tuple(found)


def pieces(before: str, after: str) -> tuple[Piece, ...]:
    """Both texts word by word: what stayed, what went, what came."""
    # A blank belongs to its word: as a word of its own, the commonest, it made 5,000 words take a quarter of a minute.
    old, new = (re.findall(r"\s*\S+|\s+", text) for text in (before, after))
    found: list[Piece] = []
    for tag, a0, a1, b0, b1 in difflib.SequenceMatcher(None, old, new).get_opcodes():
        if tag == "equal":
            found.append(Piece(0, "".join(old[a0:a1])))
            continue
        if a1 > a0:
            found.append(Piece(-1, "".join(old[a0:a1])))
        if b1 > b0:
            found.append(Piece(1, "".join(new[b0:b1])))
    return tuple(found)


def in_a_line(difference: Difference) -> str:
    """ "12 weeks → 14 weeks"; of long texts only what went and what came, with a few words around."""
    before, after = difference.before or words.UNKNOWN_FIGURE, difference.after or words.UNKNOWN_FIGURE
    if max(len(before), len(after)) <= _NEAR:
        return f"{before} → {after}"
    shown = []
    for piece in pieces(difference.before, difference.after):
        if piece.where:
            shown.append(f"{'[−' if piece.where < 0 else '[+'} {_cut(piece.text, _CHANGED)}]")
        else:
            shown.append(_cut(piece.text, _AROUND))
    return " ".join(part for part in shown if part)


def _cut(text: str, ends: int) -> str:
    """Its first and last words, so many of each."""
    near = text.split()
    return " ".join(near) if len(near) <= 2 * ends + 2 else f"{' '.join(near[:ends])} … {' '.join(near[-ends:])}"


def _field(part: str, what: str, before: str, after: str) -> Iterator[Difference]:
    if before != after:
        yield Difference(part, what, before, after)


def _answers(before: Scenario, after: Scenario) -> Iterator[Difference]:
    for question_id, question in QUESTIONS.items():
        old, new = before.answers.get(question_id), after.answers.get(question_id)
        if old != new:
            said = ("" if value is None else answer_words(question, value) for value in (old, new))
            yield Difference("Requirements", question.title, *said)


def _criteria(before: Sequence[Criterion], after: Sequence[Criterion]) -> Iterator[Difference]:
    old, new = ({criterion.id: criterion for criterion in each} for each in (before, after))
    for key in dict.fromkeys((*old, *new)):
        title = (new.get(key) or old[key]).title
        yield from _field("Weights", title, criterion_words(old.get(key)), criterion_words(new.get(key)))


def criterion_words(criterion: Criterion | None) -> str:
    """Points, anchors and unit; "" for none."""
    if criterion is None:
        return ""
    anchors = f"from {digits(criterion.worst)} to {digits(criterion.best)} {criterion.unit}"
    return f"{digits(criterion.points)} points, {anchors}".strip()


def _options(before: Sequence[OptionDraft], after: Sequence[OptionDraft]) -> Iterator[Difference]:
    old, new = ({option.id: option for option in each} for each in (before, after))
    for key in dict.fromkeys((*old, *new)):
        a, b = old.get(key), new.get(key)
        if a is None or b is None:
            yield Difference("Options", f"Option {key}", a.name if a else "", b.name if b else "")
            continue
        left, right = option_words(a), option_words(b)
        for what in dict.fromkeys((*left, *right)):
            yield from _field("Options", f"{key}: {what}", left.get(what, ""), right.get(what, ""))


def option_words(option: OptionDraft) -> Mapping[str, str]:
    """What an option says of itself, by title."""
    models = ", ".join(
        f"{role.model_id} at {role.offer} for {words.share(role.share)} ({role.role})" for role in option.models
    )
    figures = {
        FIGURE_TITLES.get(name, name): f"{figure_words(name, figure)} ({figure.origin.value}, "
        f"{digits(figure.value.low)} to {digits(figure.value.high)})"
        for name, figure in option.figures.items()
    }
    return {
        "name": option.name,
        "strategy": STRATEGY_WORDS[option.strategy],
        "summary": option.summary,
        "models": models,
        "technique": option.technique.value,
        "data": option.data_flow.value,
        **figures,
    }


def _decision(before: Decision | None, after: Decision | None) -> Iterator[Difference]:
    old, new = decision_words(before), decision_words(after)
    for what, value in old.items():
        yield from _field("Decision", what, value, new[what])
    for name, title in LISTS.items():
        yield from _list(title, entries(before, name), entries(after, name))


def _list(what: str, before: Sequence[str], after: Sequence[str]) -> Iterator[Difference]:
    """Entries that went, came, or were put in other words (then both stand in one difference)."""
    gone, come = [text for text in before if text not in after], [text for text in after if text not in before]
    for old in gone:
        alike = difflib.get_close_matches(old, come, n=1, cutoff=_ALIKE)
        if alike:
            come.remove(alike[0])
        yield Difference("Decision", what, old, alike[0] if alike else "")
    for new in come:
        yield Difference("Decision", what, "", new)


LISTS = {
    "deciders": "Decided by",
    "consulted": "Consulted",
    "informed": "Informed",
    "risks": "Risks",
    "triggers": "Looked at again if",
    "thresholds": "What the check must show",
    "rejections": "Why not the others",
    "consequences": "Consequences",
    "sign_offs": "Signed by",
}


def decision_words(decision: Decision | None) -> dict[str, str]:
    """The single fields of a record, by title; all "" without one."""
    if decision is None:
        decision = Decision("", "")
        status = ""
    else:
        status = decision.status.value
    return {
        "Status": status,
        "Decided for": decision.option,
        "Because": decision.because,
        "Decided on": words.day(decision.decided_at),
        "Review on": words.day(decision.review_on),
        "Dissent": decision.dissent,
        "How it is checked": decision.confirmation,
    }


def entries(decision: Decision | None, name: str) -> list[str]:
    """The entries of one of the record's `LISTS`, each as a line."""
    if decision is None:
        return []
    match name:
        case "risks":
            parts = ((risk.text, risk.owner, risk.mitigation) for risk in decision.risks)
            return [" — ".join(text for text in part if text) for part in parts]
        case "triggers" | "thresholds":
            return list(_conditions(getattr(decision, name)))
        case "rejections":
            return [f"{each.option}: {each.why}" for each in decision.rejections]
        case "consequences":
            return [f"{each.text} ({each.effect.value})" for each in decision.consequences]
        case "sign_offs":
            return [f"{each.name}, {words.day(each.signed_at)}, {each.digest[:12]}" for each in decision.sign_offs]
    return list(getattr(decision, name))


def _conditions(conditions: Iterable[Condition]) -> Iterator[str]:
    for each in conditions:
        bound = f"above {digits(each.above)}" if each.above is not None else ""
        bound = f"below {digits(each.below)}" if each.below is not None else bound
        measured = " ".join(part for part in (each.watch.value, each.subject, bound) if part)
        yield f"{each.text} ({measured})" if measured != "words" else each.text

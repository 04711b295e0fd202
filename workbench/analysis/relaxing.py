"""What would let more models in: the smallest set of the person's limits to loosen.

Source: methods.md section 6 ("drop one limit at a time, then pairs"). Facts about the product (its tasks, what goes in
and out) and facts about the company are no limits and are never proposed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from workbench.analysis.matching import Judged, Matching
from workbench.analysis.words import rounded, seconds, sorted_list, tokens, usd
from workbench.domain.questions import NO_LIMIT, question
from workbench.domain.scenario import AnswerValue
from workbench.domain.verdict import Relaxation

# Limits that are numbers, with whether a larger number is looser.
_NUMBERS = {
    "ttft_limit_s": True,
    "total_limit_s": True,
    "monthly_cap_usd": True,
    "weeks_limit": True,
    "quality_target": False,
    "context_tokens": False,
}
_LISTS = frozenset({"papers", "regions", "certifications", "excluded_developers", "excluded_countries"})
_CHOICES = frozenset({"third_party", "licence"})
_LAW = frozenset({"third_party", "papers", "regions", "certifications", "licence"})
RELAXABLE = _LISTS | _CHOICES | set(_NUMBERS)
# A limit is loosened at most this far when that gains anything, else to the nearest gain, unless that is out of reach.
_FAR, _OUT_OF_REACH = 2.0, 10.0


def relaxations(
    matching: Matching,
    answers: Mapping[str, AnswerValue],
    *,
    kept_with: Callable[[Mapping[str, AnswerValue]], int],
    most: int = 6,
) -> tuple[Relaxation, ...]:
    """Proposals that let models in, one limit each; when nothing is left and no single limit helps, the smallest sets.

    `kept_with` matches again with changed answers and counts: letting data out brings rules into play that were not
    asked before, so that proposal cannot be counted from what is known.

    Limits of tier 1 and 2 come first, the largest gain first; what law and contracts demand comes last.
    """
    waiting = [item for item in matching.judged if item.candidate.model_id not in matching.kept_models]
    single = [
        found
        for question_id in _blocking(waiting)
        if (found := _loosen(question_id, [i for i in waiting if i.blocking_questions == {question_id}], answers))
    ]
    if not matching.kept_models and all(map(_is_law, single)):
        single += _sets([item for item in waiting if not item.blocking_questions & _LAW], answers)
    single = [_recounted(item, matching, kept_with) for item in single]
    single = [item for item in single if item.gains > 0]
    single.sort(key=lambda item: (_is_law(item), -item.gains))
    return tuple(single[:most])


def _recounted(
    item: Relaxation, matching: Matching, kept_with: Callable[[Mapping[str, AnswerValue]], int]
) -> Relaxation:
    if item.requirement != "third_party":
        return item
    gains = kept_with(item.answers) - len(matching.kept_models)
    return replace(item, gains=gains, text=item.text.replace(_who(item.gains), _who(gains)))


def _blocking(waiting: Iterable[Judged]) -> list[str]:
    seen = {question_id: None for item in waiting for question_id in item.blocking_questions}
    return [question_id for question_id in seen if question_id in RELAXABLE]


def _is_law(item: Relaxation) -> bool:
    return item.requirement in _LAW


def _loosen(question_id: str, blocked: list[Judged], answers: Mapping[str, AnswerValue]) -> Relaxation | None:
    """The proposal for one limit, over candidates that it alone excludes."""
    if not blocked:
        return None
    if question_id in _NUMBERS:
        return _loosen_number(question_id, blocked, answers)
    return _loosen_words(question_id, blocked, answers)


def _needed(item: Judged, question_id: str) -> AnswerValue | None:
    """The answer that satisfies every rule of the question that excludes the candidate; None when none is known."""
    found = [finding.answer for rule, finding in item.blocked_by if rule.requirement == question_id]
    if any(answer is None for answer in found):
        return None
    numbers = [float(answer) for answer in found if isinstance(answer, (int, float))]
    if len(numbers) == len(found):
        return max(numbers) if _NUMBERS.get(question_id, True) else min(numbers)
    if all(isinstance(answer, list) for answer in found):
        lists = [set(answer) for answer in found if isinstance(answer, list)]
        return sorted(set.union(*lists) if question_id == "papers" else set.intersection(*lists))
    return found[0]


def _loosen_number(question_id: str, blocked: list[Judged], answers: Mapping[str, AnswerValue]) -> Relaxation | None:
    """To a round value that is at most twice as loose if that gains anything, else to the nearest that does."""
    larger = _NUMBERS[question_id]
    needs: dict[str, float] = {}
    for item in blocked:
        needed = _needed(item, question_id)
        if isinstance(needed, (int, float)):
            better = min if larger else max
            model_id = item.candidate.model_id
            needs[model_id] = better(needs.get(model_id, float(needed)), float(needed))
    now = answers.get(question_id)
    if not needs or not isinstance(now, (int, float)):
        return None
    ordered = sorted(needs.values(), reverse=not larger)
    far = now * _FAR if larger else now / _FAR
    if (ordered[0] > now * _OUT_OF_REACH) if larger else (ordered[0] < now / _OUT_OF_REACH):
        return None
    within = [value for value in ordered if (value <= far if larger else value >= far)]
    target = _round_number(within[-1] if within else ordered[0], up=larger)
    gains = sum(value <= target if larger else value >= target for value in needs.values())
    return _relaxation(question_id, gains, {question_id: target}, answers)


def _round_number(value: float, *, up: bool) -> float:
    """Two significant figures, rounded towards the looser side."""
    if value <= 0:
        return 0.0
    step = 10.0 ** (math.floor(math.log10(value)) - 1)
    units = value / step
    found = math.ceil(units - 1e-9) if up else math.floor(units + 1e-9)
    return float(f"{found * step:.6g}")


def _loosen_words(question_id: str, blocked: list[Judged], answers: Mapping[str, AnswerValue]) -> Relaxation | None:
    """To the answer that most models need; for lists the widest of them."""
    by_answer: dict[object, tuple[AnswerValue, set[str]]] = {}
    for item in blocked:
        needed = _needed(item, question_id)
        if needed is not None:
            key = tuple(needed) if isinstance(needed, list) else needed
            by_answer.setdefault(key, (needed, set()))[1].add(item.candidate.model_id)
    if not by_answer:
        return None
    answer, models = max(by_answer.values(), key=lambda entry: len(entry[1]))
    return _relaxation(question_id, len(models), {question_id: answer}, answers)


def _sets(waiting: list[Judged], answers: Mapping[str, AnswerValue]) -> list[Relaxation]:
    """The smallest number of limits that, dropped together, let a model in; pairs first, then three, and so on."""
    blocking = _blocking(waiting)
    for size in range(2, len(blocking) + 1):
        found = [item for chosen in combinations(blocking, size) if (item := _set(chosen, waiting, answers))]
        if found:
            return found
    return []


def _set(chosen: Sequence[str], waiting: list[Judged], answers: Mapping[str, AnswerValue]) -> Relaxation | None:
    """These limits dropped together; the numbers among them to what the nearest candidate needs."""
    reach = [item for item in waiting if item.blocking_questions == set(chosen)]
    changes = {question_id: _dropped(question_id, reach) for question_id in chosen} if reach else {}
    known = {key: value for key, value in changes.items() if value is not None}
    if not changes or len(known) < len(changes):
        return None
    gains = len({item.candidate.model_id for item in reach})
    return _relaxation(" + ".join(chosen), gains, known, answers)


def _dropped(question_id: str, reach: list[Judged]) -> AnswerValue | None:
    if question_id in _NUMBERS:
        return NO_LIMIT
    return _needed(reach[0], question_id)


def _relaxation(
    requirement: str, gains: int, changes: Mapping[str, AnswerValue], answers: Mapping[str, AnswerValue]
) -> Relaxation:
    before = ", ".join(_in_words(key, answers.get(key, "")) for key in changes)
    after = ", ".join(_in_words(key, value) for key, value in changes.items())
    wish = " and ".join(_wish(key, value, answers) for key, value in changes.items())
    text = f"{wish[:1].upper()}{wish[1:]} and {_who(gains)}."
    return Relaxation(requirement, before, after, gains, text, dict(changes))


def _who(gains: int) -> str:
    return "1 more model qualifies" if gains == 1 else f"{gains} more models qualify"


def _wish(question_id: str, value: AnswerValue, answers: Mapping[str, AnswerValue]) -> str:
    """The loosening as half a sentence: "accept 2 s to the first token"."""
    words = _in_words(question_id, value)
    if value == NO_LIMIT:
        return f"drop the limit “{question(question_id).title}”"
    match question_id:
        case "ttft_limit_s":
            return f"accept {words} to the first token"
        case "total_limit_s":
            return f"accept {words} for the whole answer"
        case "monthly_cap_usd":
            return f"allow {words} a month"
        case "weeks_limit":
            return f"allow {words}"
        case "quality_target":
            return f"accept {words} right answers"
        case "context_tokens":
            return f"make do with {words} at once"
        case "third_party":
            return "let another company process the data under a contract"
        case "licence":
            return "drop the licence requirement" if value == "any" else f"ask of the licence only {words.lower()}"
        case "papers":
            new = _as_set(value) - _as_set(answers.get("papers"))
            return f"get this in writing: {sorted_list(question('papers').label_of(item).lower() for item in new)}"
        case "excluded_developers" | "excluded_countries":
            return f"rule out only {words}"
        case _:
            return f"ask only for {words}"


def _as_set(value: AnswerValue | None) -> set[str]:
    return set(value) if isinstance(value, list) else set()


def _in_words(question_id: str, value: AnswerValue) -> str:
    if isinstance(value, list):
        return sorted_list(question(question_id).label_of(item) for item in value) or "none"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        match question_id:
            case "ttft_limit_s" | "total_limit_s":
                return seconds(value)
            case "monthly_cap_usd":
                return usd(value)
            case "weeks_limit":
                return f"{rounded(value)} weeks"
            case "quality_target":
                return f"{rounded(value)} of 100"
            case "context_tokens":
                return tokens(value)
    return question(question_id).label_of(str(value))

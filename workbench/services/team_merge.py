"""Two people's changes to one scenario, part by part: what only one of them changed is taken from them; what both
changed is asked about."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any

from workbench.analysis import words
from workbench.domain.errors import WorkbenchError
from workbench.domain.numbers import digits
from workbench.domain.questions import DETAILS, QUESTIONS
from workbench.domain.scenario import Scenario
from workbench.reports.sections.context import answer_words
from workbench.services.comparing import LISTS, entries, option_words
from workbench.services.scenario_text import scenario_from_plain
from workbench.store.codec import option_from_plain, scenario_to_plain
from workbench.store.decision_codec import decision_from_plain
from workbench.store.plain import Faults

MINE, THEIRS = "mine", "theirs"
_WHOLE = ("name", "eval_dataset")
_BY_ID = ("criteria", "options")
_LONGEST, _LED_IN = 300, 40
_DECISION_TITLES = {
    "option": "choice",
    "because": "reason",
    "decided_at": "day",
    "review_on": "day of review",
    "deciders": "makers",
    "confirmation": "check",
    "rejections": "reasons against the others",
    "sign_offs": "signatures",
    "basis": "figures of the day",
}


@dataclass(frozen=True, slots=True)
class MergePart:
    """One part that is not the same on both sides, in words; "" stands for what is not there.

    `path` names it for `merged`. `pick` is whose was taken, "" where both changed it and a person must say.
    """

    path: str
    title: str
    base: str
    mine: str
    theirs: str
    pick: str


def content_of(scenario: Scenario) -> dict[str, Any]:
    """What people decide together of a scenario, flat by path: answers, weights, options and the decision.

    What only remembers where somebody stood (filters, the wizard's page, times) is left out.
    """
    plain = scenario_to_plain(scenario)
    flat: dict[str, Any] = {name: plain[name] for name in _WHOLE if plain[name]}
    flat |= {f"answers/{name}": value for name, value in plain["answers"].items()}
    for part in _BY_ID:
        flat |= {f"{part}/{entry['id']}": entry for entry in plain[part]}
        flat[f"{part}/order"] = [entry["id"] for entry in plain[part]]
    decision = plain["decision"]
    if decision is not None:
        flat |= {f"decision/{name}": value for name, value in decision.items()}
    return flat


def parts_of(base: Mapping[str, Any], mine: Scenario, theirs: Scenario) -> tuple[MergePart, ...]:
    """Every part that differs between the two, those to be asked about first; `base`: what both started from."""
    own, other = content_of(mine), content_of(theirs)
    found = []
    for path in dict.fromkeys((*own, *other)):
        a, b, o = own.get(path), other.get(path), base.get(path)
        if a == b or path.endswith("/order"):
            continue
        pick = THEIRS if a == o else MINE if b == o else ""
        found.append(MergePart(path, _title(path), *_told(path, o, a, b), pick))
    return tuple(sorted(found, key=lambda part: bool(part.pick)))


def merged(base: Mapping[str, Any], mine: Scenario, theirs: Scenario, picks: Mapping[str, str]) -> Scenario:
    """One scenario of both: parts by `picks` ("mine" or "theirs"), the others by who changed them.

    Raises WorkbenchError when a part that both changed is not picked, or the parts do not fit together.
    """
    parts = parts_of(base, mine, theirs)
    known = {part.path for part in parts}
    unknown = sorted(set(picks) - known)
    wrong = sorted(path for path, pick in picks.items() if pick not in (MINE, THEIRS))
    if unknown or wrong:
        what = f"There is no part {unknown[0]!r} to merge" if unknown else f"{wrong[0]} is mine or theirs"
        raise WorkbenchError(what, where=mine.name, mend="`workbench team merge` lists the parts.")
    chosen = {part.path: picks.get(part.path, part.pick) for part in parts}
    undecided = [part.title for part in parts if not chosen[part.path]]
    if undecided:
        raise WorkbenchError(
            f"Both of you changed {undecided[0]}" + (f" and {len(undecided) - 1} more" if undecided[1:] else ""),
            where=mine.name,
            mend="Say for each whether yours or theirs counts.",
        )
    own, other = content_of(mine), content_of(theirs)
    flat = dict(own)
    for path, pick in chosen.items():
        if pick == THEIRS:
            flat.pop(path, None)
            if path in other:
                flat[path] = other[path]
    return _scenario(flat, mine, (own, other))


def _scenario(flat: Mapping[str, Any], mine: Scenario, sides: tuple[Mapping[str, Any], ...]) -> Scenario:
    plain = scenario_to_plain(mine)
    plain["name"] = flat.get("name") or mine.name
    plain["eval_dataset"] = flat.get("eval_dataset", "")
    plain["answers"] = _under(flat, "answers")
    for part in _BY_ID:
        entries = _under(flat, part)
        order = [name for side in sides for name in side.get(f"{part}/order", ())]
        plain[part] = [entries[name] for name in dict.fromkeys(order) if name in entries]
    decision = _under(flat, "decision")
    plain["decision"] = decision if decision.get("option") is not None else None
    faults = Faults()
    made = scenario_from_plain(plain, faults, exact=True)
    if faults.found:
        first = faults.found[0]
        mend = "Take these parts from one side."
        raise WorkbenchError(f"The parts do not fit together: {first.what}", where=mine.name, mend=mend)
    return replace(made, version=mine.version, deleted_at=mine.deleted_at, sample=mine.sample)


def _under(flat: Mapping[str, Any], part: str) -> dict[str, Any]:
    start = f"{part}/"
    return {path.removeprefix(start): value for path, value in flat.items() if path.startswith(start)
            and path != f"{start}order"}  # fmt: skip


def _title(path: str) -> str:
    part, _, name = path.partition("/")
    match part:
        case "answers":
            question = QUESTIONS.get(name) or DETAILS.get(name)
            return question.title if question else name
        case "criteria":
            return f"the weight of {name.replace('_', ' ')}"
        case "options":
            return f"option {name}"
        case "decision":
            return f"the decision's {_DECISION_TITLES.get(name, name)}"
    return {"name": "the name", "eval_dataset": "the eval data"}.get(part, part)


def _told(path: str, base: Any, mine: Any, theirs: Any) -> tuple[str, str, str]:
    """The part as it was and as it is on either side, in words; what is long is shown from where the sides part."""
    if path.startswith("options/"):
        said = _options_said(base, mine, theirs)
    else:
        said = [_said(path, value) for value in (base, mine, theirs)]
    begin = 0
    if max(map(len, said)) > _LONGEST:
        alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(said[1], said[2], strict=False)))
        begin = max(said[1].rfind(" ", 0, max(alike - _LED_IN, 0)), 0)
    old, own, other = (_from(text, begin) for text in said)
    return old, own, other


def _from(text: str, begin: int) -> str:
    shown = text[begin : begin + _LONGEST]
    return ("… " if begin and shown else "") + shown.strip() + (" …" if len(text) > begin + _LONGEST else "")


def _options_said(*values: Any) -> list[str]:
    """Of an option that both sides have what differs between them, else what it is."""
    told = [option_words(option_from_plain(value, (), Faults())) if value else {} for value in values]
    own, other = told[1:]
    titles = [title for title in dict.fromkeys((*own, *other)) if own.get(title) != other.get(title)]
    if not (own and other):
        titles = ["name", "models"]
    return ["; ".join(f"{title}: {each[title]}" for title in titles if title in each) for each in told]


def _said(path: str, value: Any) -> str:
    """The value in words; "" for none."""
    if value is None or value == "" or value == []:
        return ""
    part, _, name = path.partition("/")
    match part:
        case "answers" if name in QUESTIONS:
            return answer_words(QUESTIONS[name], value)
        case "criteria":
            return f"{digits(value['points'])} points, from {digits(value['worst'])} to {digits(value['best'])}"
        case "decision" if name in LISTS:
            return "; ".join(entries(decision_from_plain({"option": "", name: value}, (), Faults()), name))
        case "decision" if name == "basis":
            return f"of {words.day(value['computed_on'])}, which recommend {value['recommended'] or 'none'}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

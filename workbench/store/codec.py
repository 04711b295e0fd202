"""Scenarios and their parts as plain data and back, exactly: one form for the JSON columns and the YAML text.

Reading checks everything and reports every fault with its path. Writing checks by reading back: what could not be read
again is refused before it is stored. Numbers stay what they are: an int stays an int, a float keeps its last bit.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, cast

from workbench.domain.criterion import Criterion
from workbench.domain.errors import WorkbenchError
from workbench.domain.figures import Estimate, Figure, Origin
from workbench.domain.numbers import digits
from workbench.domain.option import FIGURES, DataFlow, ModelRole, OptionDraft, Strategy, Technique, most_of
from workbench.domain.scenario import AnswerValue, Scenario
from workbench.store.decision_codec import decision_from_plain, decision_to_plain
from workbench.store.plain import Faults, Fields, Path, items, kind_of, number, shown, text, to_json
from workbench.store.refusals import unreadable

# Grows when the form of a JSON column changes; a migration or `decode` then translates the older form.
# 2: decisions hold conditions that can be watched, what they rest on, and who signed; 1 is read as it is.
CODEC_VERSION = 2
DEEPEST = 20
Plain = dict[str, Any]


# Scenario parts, outwards


def answers_to_plain(answers: Mapping[str, AnswerValue]) -> Plain:
    return {key: list(value) if isinstance(value, list | tuple) else value for key, value in answers.items()}


def criteria_to_plain(criteria: tuple[Criterion, ...]) -> list[Plain]:
    return [{part.name: getattr(criterion, part.name) for part in fields(criterion)} for criterion in criteria]


def option_to_plain(option: OptionDraft) -> Plain:
    plain: Plain = {
        "id": option.id,
        "name": option.name,
        "strategy": option.strategy.value,
        "summary": option.summary,
        "technique": option.technique.value,
        "data_flow": option.data_flow.value,
        "models": [
            {"model": role.model_id, "offer": role.offer, "role": role.role, "share": role.share}
            for role in option.models
        ],
        "figures": {name: figure_to_plain(figure) for name, figure in option.figures.items()},
    }
    return {**plain, "proposed": True} if option.proposed else plain


def figure_to_plain(figure: Figure) -> Plain:
    estimate = figure.value
    exact = estimate.is_exact and estimate.low == estimate.likely
    value = estimate.likely if exact else {"low": estimate.low, "likely": estimate.likely, "high": estimate.high}
    return {"value": value, "origin": figure.origin.value, "source": figure.source, "as_of": figure.as_of}


def scenario_to_plain(scenario: Scenario) -> Plain:
    """The whole scenario but for what only one store knows (`version`, `deleted_at`)."""
    return {
        "id": scenario.id,
        "name": scenario.name,
        "created_at": scenario.created_at.isoformat(),
        "updated_at": scenario.updated_at.isoformat(),
        "sample": scenario.sample,
        "eval_dataset": scenario.eval_dataset,
        "step": scenario.step,
        "answers": answers_to_plain(scenario.answers),
        "criteria": criteria_to_plain(scenario.criteria),
        "options": [option_to_plain(option) for option in scenario.options],
        "decision": None if scenario.decision is None else decision_to_plain(scenario.decision),
        "filters": answers_to_plain(scenario.filters),
    }


# Scenario parts, inwards


def answers_from_plain(value: object, path: Path, faults: Faults) -> dict[str, AnswerValue]:
    """Answers by question id; only their kinds are checked here, their meaning by `domain.questions`."""
    if not isinstance(value, dict):
        faults.note(path, f"Expected answers, found {kind_of(value)}", "Write them as `question: answer` lines.")
        return {}
    return {text(key, path, faults): _answer(item, (*path, str(key)), faults) for key, item in value.items()}


def _answer(value: object, path: Path, faults: Faults) -> AnswerValue:
    match value:
        case bool():
            return value
        case int() | float():
            return number(value, path, faults)
        case str():
            return text(value, path, faults)
        case list():
            return list(items(value, path, faults, text))
        case dict():
            return {text(key, path, faults): number(item, (*path, str(key)), faults) for key, item in value.items()}
    faults.note(path, f"Expected an answer, found {kind_of(value)}", "Remove the line, or write `unknown`.")
    return ""


def criterion_from_plain(value: object, path: Path, faults: Faults) -> Criterion:
    read, before = Fields(value, path, faults), len(faults.found)
    criterion = Criterion(
        id=read.text("id"),
        title=read.text("title"),
        unit=read.text("unit"),
        worst=read.number("worst"),
        best=read.number("best"),
        points=read.number("points", low=0, high=100),
    )
    read.finish()
    if criterion.worst == criterion.best and len(faults.found) == before:
        faults.note((*path, "best"), "The best value equals the worst", "Set two different anchors.")
    return criterion


def option_from_plain(value: object, path: Path, faults: Faults) -> OptionDraft:
    read = Fields(value, path, faults)
    option = OptionDraft(
        id=read.text("id"),
        name=read.text("name"),
        strategy=read.choice("strategy", Strategy),
        summary=read.text("summary", ""),
        technique=read.choice("technique", Technique),
        data_flow=read.choice("data_flow", DataFlow),
        models=read.items("models", _role_from_plain),
        figures=_figures_from_plain(read.raw("figures", {}), (*path, "figures"), faults),
        proposed=read.flag("proposed", False),
    )
    read.finish()
    return option


def _role_from_plain(value: object, path: Path, faults: Faults) -> ModelRole:
    read = Fields(value, path, faults)
    role = ModelRole(
        model_id=read.text("model"),
        offer=read.text("offer", ""),
        role=read.text("role", ""),
        share=read.number("share", low=0, high=1),
    )
    read.finish()
    return role


def _figures_from_plain(value: object, path: Path, faults: Faults) -> dict[str, Figure]:
    read = Fields(value, path, faults)
    present = [name for name in FIGURES if isinstance(value, dict) and name in value]
    figures = {name: _figure_from_plain(name, read.raw(name), (*path, name), faults) for name in present}
    for name in FIGURES:
        if name not in present:
            read.raw(name, None)
    read.finish()
    order = list(value) if isinstance(value, dict) else []
    return {name: figures[name] for name in order if name in figures}


def _figure_from_plain(name: str, value: object, path: Path, faults: Faults) -> Figure:
    read = Fields(value, path, faults)
    figure = Figure(
        value=_estimate_from_plain(read.raw("value"), (*path, "value"), faults, most_of(name)),
        origin=read.choice("origin", Origin),
        source=read.text("source", ""),
        as_of=read.text("as_of", ""),
    )
    read.finish()
    return figure


def _estimate_from_plain(value: object, path: Path, faults: Faults, highest: float) -> Estimate:
    if value is None:
        return Estimate.exact(0)
    if not isinstance(value, dict):
        return Estimate.exact(number(value, path, faults, low=0, high=highest))
    read, before = Fields(value, path, faults), len(faults.found)
    low, likely, high = (read.number(name, low=0, high=highest) for name in ("low", "likely", "high"))
    read.finish()
    if len(faults.found) > before:
        return Estimate.exact(0)
    if not low <= likely <= high:
        what = f"The range {digits(low)}, {digits(likely)}, {digits(high)} is the wrong way round"
        faults.note(path, what, "Write low, likely, high, smallest first.")
        return Estimate.exact(0)
    return Estimate(low, likely, high)


def note_doubled(ids: list[str], path: Path, faults: Faults) -> None:
    """Notes ids that are empty or given twice in one list."""
    for index, name in enumerate(ids):
        if not name.strip():
            faults.note((*path, index, "id"), "The id is empty", "Give each entry a short id of its own.")
        elif name in ids[:index]:
            faults.note((*path, index, "id"), f"The id {shown(name)} is given twice", "Give each an id of its own.")


def parts_from_plain(read: Fields, faults: Faults) -> Plain:
    """The keyword arguments of `Scenario` that both the store's columns and the text form hold."""
    parts: Plain = {
        "answers": answers_from_plain(read.raw("answers", {}), ("answers",), faults),
        "options": read.items("options", option_from_plain),
        "filters": answers_from_plain(read.raw("filters", {}), ("filters",), faults),
    }
    criteria = read.raw("criteria", None)
    if criteria is not None:
        parts["criteria"] = items(criteria, ("criteria",), faults, criterion_from_plain)
        note_doubled([criterion.id for criterion in parts["criteria"]], ("criteria",), faults)
    decision = read.raw("decision", None)
    parts["decision"] = None if decision is None else decision_from_plain(decision, ("decision",), faults)
    note_doubled([option.id for option in parts["options"]], ("options",), faults)
    return parts


# The store's JSON columns

COLUMNS = ("answers", "criteria", "options", "decision", "filters")


def encode(scenario: Scenario) -> dict[str, str]:
    """The JSON columns of a scenario. Raises WorkbenchError when a value could not be read back."""
    plain = scenario_to_plain(scenario)
    columns = {name: plain[name] for name in COLUMNS}
    faults = Faults()
    read = Fields(columns, (), faults)
    parts_from_plain(read, faults)
    text(scenario.name, ("name",), faults)
    if faults.found:
        first = faults.found[0]
        place = ".".join(str(step) for step in first.path)
        raise WorkbenchError(first.what, where=f"{scenario.name}, {place}", mend=first.mend)
    return {name: to_json(value) for name, value in columns.items()}


def decode(columns: Mapping[str, str], codec: int, where: str) -> Plain:
    """Keyword arguments of `Scenario` from its JSON columns. Raises WorkbenchError when they cannot be read."""
    if codec > CODEC_VERSION:
        raise WorkbenchError(
            "The scenario was saved by a newer workbench", where=where, mend="Open it with that version."
        )
    faults = Faults()
    try:
        plain = {name: json.loads(columns[name]) for name in COLUMNS}
    except (ValueError, RecursionError) as error:
        raise unreadable(where) from error
    parts = parts_from_plain(Fields(plain, (), faults), faults)
    if faults.found:
        raise unreadable(where) from ValueError(repr(cast(object, faults.found[0])))
    return parts

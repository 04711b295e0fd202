"""A scenario as a YAML text a person can read, edit and share: exact both ways, and every fault of a file at once."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from workbench.catalog.document import Document, parse, read_bytes, scalar
from workbench.domain.errors import Problems, WorkbenchError
from workbench.domain.questions import Kind, Question, check_answer
from workbench.domain.scenario import UNKNOWN, AnswerValue, Scenario
from workbench.store.codec import parts_from_plain, scenario_to_plain
from workbench.store.plain import EPOCH, Fault, Faults, Fields

FORMAT = 1
MAX_BYTES = 5 * 1024 * 1024
# Shares are entered in whole percents: three thirds may be 0.99.
_SHARE_SLACK = 0.0101
_HEADER = "# A scenario of the Model Selection Workbench. Dates are UTC, money is USD, shares are 0 to 1.\n"


def write_text(scenario: Scenario) -> str:
    """The scenario as YAML. Reading it gives an equal scenario (but for `version` and `deleted_at`)."""
    import yaml

    plain = {"format": FORMAT, **scenario_to_plain(scenario)}
    text: str = yaml.dump(plain, Dumper=_dumper(), sort_keys=False, allow_unicode=True, width=110)
    return _HEADER + text


def read_text_file(path: Path) -> Scenario:
    """The scenario in a YAML file. Raises WorkbenchError, or Problems with every fault found; writes nothing."""
    label = path.name or str(path)
    document = parse(read_bytes(path, label, MAX_BYTES), label)
    faults = Faults()
    scenario = scenario_from_plain(document.value, faults)
    if faults.found:
        problems = [_problem(document, fault) for fault in faults.found]
        if len(problems) == 1:
            raise problems[0]
        raise Problems(f"The scenario file has {len(problems)} faults", problems, where=label)
    return scenario


def _problem(document: Document, fault: Fault) -> WorkbenchError:
    return WorkbenchError(fault.what, where=document.where(fault.path), mend=fault.mend)


def scenario_from_plain(value: object, faults: Faults, *, exact: bool = False) -> Scenario:
    """The scenario in plain data, as `scenario_to_plain` writes it; what is wrong with it is noted in `faults`.

    Answers come in the form that the wizard stores; `exact` keeps them to the letter, when they are taken at all.
    """
    read = Fields(value, (), faults)
    _check_format(read.raw("format", FORMAT), faults)
    name = read.text("name")
    if not name.strip() and not any(fault.path in ((), ("name",)) for fault in faults.found):
        faults.note(("name",), "The scenario has no name", "Write `name: …` at the top.")
    scenario = Scenario(
        id=_id(read.text("id", ""), name, faults),
        name=name,
        created_at=read.moment("created_at", EPOCH),
        updated_at=read.moment("updated_at", EPOCH),
        sample=read.flag("sample", False),
        eval_dataset=read.text("eval_dataset", ""),
        step=read.text("step", ""),
        **parts_from_plain(read, faults),
    )
    read.finish()
    checked = _checked_answers(scenario, faults)
    if exact:
        return scenario
    _check_wholes(scenario, faults)
    _check_days(scenario, faults)
    return replace(scenario, answers=checked)


def _check_wholes(scenario: Scenario, faults: Faults) -> None:
    """Points that weigh nothing and shares that are not all of the requests, neither of which the window would take."""
    if scenario.criteria and not any(criterion.points for criterion in scenario.criteria):
        faults.note(("criteria",), "All criteria have 0 points: nothing would count", "Give at least one some points.")
    for place, option in enumerate(scenario.options):
        total = sum(role.share for role in option.models)
        if option.models and abs(total - 1.0) > _SHARE_SLACK:
            what = f"The shares of the models add up to {total * 100:.0f} %"
            faults.note(("options", place, "models"), what, "Make them 1 in all.")


def _check_days(scenario: Scenario, faults: Faults) -> None:
    for name in ("decided_at", "review_on"):
        day = getattr(scenario.decision, name, "")
        try:
            if day:
                date.fromisoformat(day)
        except ValueError:
            mend = "Write it as year-month-day, such as 2027-03-24."
            faults.note(("decision", name), f"{day[:40]!r} is not a date", mend)


def _check_format(value: object, faults: Faults) -> None:
    if isinstance(value, int) and not isinstance(value, bool) and value > FORMAT:
        faults.note(("format",), f"The file is of format {value}; this workbench knows {FORMAT}", "Update it.")
    elif value != FORMAT or isinstance(value, bool):
        faults.note(("format",), "The format is not known", f"Write `format: {FORMAT}`.")


def _id(text: str, name: str, faults: Faults) -> str:
    """The file's id; without one, an id that is the same each time a scenario of this name is read."""
    if not text:
        return str(uuid.UUID(bytes=hashlib.sha256(name.encode("utf-8", "replace")).digest()[:16], version=4))
    try:
        return str(uuid.UUID(text))
    except ValueError:
        faults.note(("id",), "The id is not a UUID", "Remove the line: the workbench gives one.")
        return text


def _checked_answers(scenario: Scenario, faults: Faults) -> dict[str, AnswerValue]:
    """The answers in their stored form; each must be one that its question takes."""
    noted = {fault.path[:2] for fault in faults.found}
    answers: dict[str, AnswerValue] = {}
    for question_id, value in scenario.answers.items():
        path = ("answers", question_id)
        if path in noted:
            continue
        try:
            answers[question_id] = check_answer(question_id, value)
        except WorkbenchError as error:
            faults.note(path, error.what, error.mend)
    return answers


def answer_from_text(asked: Question, text: str) -> AnswerValue:
    """An answer as typed on a command line, checked: `12`, `yes`, `EU, US`, `1000, 2000, 5000` (low, likely, high).

    Raises WorkbenchError when the question does not take it.
    """
    match asked.kind:
        case Kind.TEXT:
            return asked.check(text)
        case Kind.MULTI if text not in (UNKNOWN, "none"):
            return asked.check(_listed(asked, text))
        case Kind.MULTI if text == "none":
            return asked.check([])
        case Kind.YES_NO:
            return asked.check({"yes": True, "no": False}.get(text.lower(), scalar(text)))
        case Kind.RANGE if "," in text:
            parts = [scalar(part.strip()) for part in text.split(",")]
            return asked.check(dict(zip(("low", "likely", "high"), parts, strict=False)) if len(parts) == 3 else text)
    return asked.check(scalar(text))


def _listed(asked: Question, text: str) -> list[str]:
    """`a, b`, with or without brackets around it. Raises WorkbenchError for one bracket alone."""
    inside = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    if "[" in inside or "]" in inside:
        mend = "Write it like [a, b], or without brackets."
        raise WorkbenchError(f"“{asked.title}”: {text!r} has a bracket too few", where=asked.id, mend=mend)
    return [part.strip() for part in inside.split(",") if part.strip()]


def _dumper() -> type[Any]:
    import yaml

    class Dumper(yaml.SafeDumper):
        """Quotes every text that our reader would take for something else, and escapes every kind of line break."""

        def ignore_aliases(self, data: object) -> bool:
            return True

    def text(dumper: Any, value: str) -> Any:
        plain = value.isprintable() and value != "" and scalar(value) == value
        style = None if plain else '"'
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Dumper.add_representer(str, text)
    return Dumper

"""How the texts of a record become a case."""

from __future__ import annotations

from pathlib import Path

from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import EvalCase
from workbench.evals.datasets.protocol import Record
from workbench.evals.datasets.table import LONGEST_CELL, SHORTEN
from workbench.evals.scorers import scorer

# In the languages whose names of columns are known, too (`naming.ALIASES`).
YES = frozenset({"yes", "y", "true", "1", "x", "ja", "j", "wahr", "oui", "vrai", "sí", "si", "sì", "waar"})
NO = frozenset({"no", "n", "false", "0", "", "nein", "falsch", "non", "faux", "nee", "onwaar"})
EXAMPLE = frozenset({"train", "example", "few-shot", "few_shot", "fewshot", "few shot", "yes", "shot", "dev"})


def to_case(record: Record, number: int, path: Path) -> EvalCase | list[WorkbenchError]:
    """The case in a record, or everything that is wrong with it."""
    fields = {name: text.strip() if name != "expected" else text for name, text in record.fields.items()}
    where = f"{path}, line {record.line}"
    giant = [name for name, text in (*fields.items(), *record.extra) if len(text) > LONGEST_CELL]
    if giant:
        return [WorkbenchError(f"The {giant[0]} is longer than {LONGEST_CELL:,} characters", where=where, mend=SHORTEN)]
    problems = [*_input_problems(fields, where), *_sensitive_problems(fields, where), *_scorer_problems(fields, where)]
    if problems:
        return problems
    return EvalCase(
        id=fields.get("id") or f"case-{number:04d}",
        input=fields["input"],
        expected=fields.get("expected", ""),
        scorer=fields.get("scorer") or None,
        source_document=fields.get("source_document") or None,
        sensitive=fields.get("sensitive", "").casefold() in YES,
        tags=tuple(tag.strip() for tag in fields.get("tags", "").replace("\n", ";").split(";") if tag.strip()),
        line=record.line,
        context=fields.get("context", ""),
        fields=record.extra,
    )


def is_example(record: Record) -> bool:
    """Whether the row is an example to show (few-shot), and so no part of the test."""
    return record.fields.get("split", "").strip().casefold() in EXAMPLE


def _input_problems(fields: dict[str, str], where: str) -> list[WorkbenchError]:
    problems = []
    if not fields["input"]:
        problems.append(
            WorkbenchError("The input is empty", where=where, mend="Write the question, or delete the row.")
        )
    for name, text in fields.items():
        if any("\ud800" <= letter <= "\udfff" for letter in text):
            problems.append(
                WorkbenchError(f"The {name} holds half a character", where=where, mend="Type the character again.")
            )
    return problems


def _sensitive_problems(fields: dict[str, str], where: str) -> list[WorkbenchError]:
    told = fields.get("sensitive", "")
    if told.casefold() in YES | NO:
        return []
    return [
        WorkbenchError(f"“{told}” does not say whether the case is sensitive", where=where, mend="Write yes or no.")
    ]


def _scorer_problems(fields: dict[str, str], where: str) -> list[WorkbenchError]:
    name = fields.get("scorer", "")
    if not name:
        return []
    try:
        fault = scorer(name).problem(fields.get("expected", ""))
    except WorkbenchError as error:
        return [WorkbenchError(error.what, where=where, mend=error.mend)]
    if not fault:
        return []
    return [
        WorkbenchError(
            f"The scorer {name} cannot use this expected text: {fault}", where=where, mend=scorer(name).expects
        )
    ]

"""Withholding: one pass over the finished tree, so that no format can tell what another one keeps back.

Case texts are taken out of the material, before anything is built from them; names out of every text and figure of
the tree; `price_redaction` does so for prices and all that follows from them. What is withheld is said, never a gap.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from workbench.domain.decision import Decision
from workbench.domain.evidence import Comparison
from workbench.reports.document import Document
from workbench.reports.material import EvalEvidence, Material

WITHHELD = "[withheld]"


def without_cases(material: Material) -> Material:
    """The material without a word of any prompt, answer or case; scores, counts and hashes stay."""
    return replace(
        material,
        evals=tuple(_silent_eval(found) for found in material.evals),
        comparisons=tuple(_silent(shot) for shot in material.comparisons),
    )


def people_of(decision: Decision | None) -> dict[str, str]:
    """A stand-in for every name in the record: "Person 1" and so on, in the order in which they appear."""
    if decision is None:
        return {}
    named = (
        *decision.deciders,
        *decision.consulted,
        *decision.informed,
        *(risk.owner for risk in decision.risks),
        *(signed.name for signed in decision.sign_offs),
    )
    stand_ins: dict[str, str] = {}
    for name in named:
        bare = re.sub(r"\s*\(.*?\)\s*$", "", name).strip()
        if bare and bare not in stand_ins:
            stand_ins[bare] = f"Person {len(stand_ins) + 1}"
    return stand_ins


def without_names(document: Document, people: Mapping[str, str]) -> Document:
    """The document with every name in `people` replaced by its stand-in."""
    if not people:
        return document
    # The longest first: "Ann Lee" must not become "Person 1 Lee".
    longest = sorted(people, key=len, reverse=True)
    # One word letter by letter as written: "Legal" was consulted, "legal advice" is not about it.
    either = (rf"(?i:{re.escape(name)})" if " " in name else re.escape(name) for name in longest)
    pattern = re.compile("|".join(rf"(?<!\w){name}(?!\w)" for name in either))
    known = {name.casefold(): stand_in for name, stand_in in people.items()}
    told: Document = mapped(document, lambda text: pattern.sub(lambda found: known[found[0].casefold()], text))
    return told


def mapped(value: Any, change: Callable[[str], str], swap: Callable[[Any], Any] = lambda value: value) -> Any:
    """The same value with `change` applied to every text in it; `swap` may replace a dataclass before that."""
    if type(value) is str:
        return change(value)
    if isinstance(value, list | tuple):
        return type(value)(mapped(item, change, swap) for item in value)
    if isinstance(value, Mapping):
        return {key: mapped(item, change, swap) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        value = swap(value)
        changes: dict[str, Any] = {}
        for field in fields(value):
            old = getattr(value, field.name)
            new = mapped(old, change, swap)
            if new is not old:
                changes[field.name] = new
        return replace(value, **changes) if changes else value
    return value


def _silent(shot: Comparison) -> Comparison:
    answers = tuple(replace(answer, text=WITHHELD if answer.text else "") for answer in shot.answers)
    system = WITHHELD if shot.system else ""
    return replace(shot, system=system, prompt=WITHHELD, answers=answers, template="", variables=(), attachments=())


def _silent_eval(found: EvalEvidence) -> EvalEvidence:
    results = tuple(replace(row, answer="", why="", source_document=None, tags=()) for row in found.results)
    prompt = WITHHELD if found.run.system_prompt else ""
    return replace(found, run=replace(found.run, system_prompt=prompt), results=results)

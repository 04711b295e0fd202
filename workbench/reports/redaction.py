"""Withholding: one pass over the finished tree, so that no format can tell what another one keeps back.

Case texts are taken out of the material, before anything is built from them; names and amounts of money out of every
text and figure of the tree. What is withheld is said, never left as a gap.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from workbench.analysis.chartspec import Chart
from workbench.domain.decision import Decision
from workbench.domain.evidence import Comparison
from workbench.reports.choices import Redaction
from workbench.reports.document import Cell, Document, JsonValue, Paragraph, Picture, Table
from workbench.reports.material import EvalEvidence, Material

WITHHELD = "[withheld]"
NO_PICTURE = "This picture shows prices, which are withheld."
_AMOUNT = re.compile(
    r"[−-]?\$\s?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?[kMB]?(?:\s?(?:–|to)\s?\$?\d[\d,]*(?:\.\d+)?[kMB]?)?"
    r"|(?:USD|US\$|EUR|€)\s?\d[\d,.]*|\d[\d,.]*\s?(?:USD|EUR|€|dollars?)\b"
)
_MONEY_KEY = re.compile(r"(?:^|_)usd(?:$|_)|price|budget")
_MONEY_WATCHES = frozenset({"monthly-cost", "price-in", "price-out"})


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


def redacted(document: Document, redact: Iterable[Redaction], people: Mapping[str, str]) -> Document:
    """The document with names and prices withheld, as far as `redact` asks for it."""
    wanted = frozenset(redact)
    if Redaction.PRICES in wanted:
        document = replace(document, figures=_without_money(document.figures))
        document = mapped(document, lambda text: _AMOUNT.sub(WITHHELD, text), _without_prices)
    if Redaction.NAMES in wanted and people:
        # The longest first: "Ann Lee" must not become "Person 1 Lee".
        longest = sorted(people, key=len, reverse=True)
        # One word letter by letter as written: "Legal" was consulted, "legal advice" is not about it.
        either = (rf"(?i:{re.escape(name)})" if " " in name else re.escape(name) for name in longest)
        pattern = re.compile("|".join(rf"(?<!\w){name}(?!\w)" for name in either))
        known = {name.casefold(): stand_in for name, stand_in in people.items()}
        document = mapped(document, lambda text: pattern.sub(lambda found: known[found[0].casefold()], text))
    return document


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


def _without_prices(value: Any) -> Any:
    """Columns of money become withheld cells, pictures of money a sentence."""
    if isinstance(value, Picture) and _shows_money(value.chart):
        return Paragraph(NO_PICTURE, lead=f"{value.chart.title}.")
    if isinstance(value, Table):
        money = [_is_money(column.title, column.unit) for column in value.columns]
        if any(money):
            rows = tuple(
                tuple(
                    Cell(WITHHELD) if hidden and cell.text != "—" else cell
                    for cell, hidden in zip(row, money, strict=True)
                )
                for row in value.rows
            )
            return replace(value, rows=rows)
    return value


def _shows_money(chart: Chart) -> bool:
    return "$" in (chart.x.unit, chart.y.unit) or any(_is_money(column) for column in chart.columns)


def _is_money(*words: str) -> bool:
    return any("USD" in word or "$" in word for word in words)


def _without_money(value: Any, key: str = "") -> Any:
    if _MONEY_KEY.search(key) and not isinstance(value, str):
        return _emptied(value)
    if isinstance(value, Mapping):
        if _is_about_money(value):
            hidden = {"now", "at", "above", "below", "worst", "best"}
            return {name: None if name in hidden else _without_money(item, name) for name, item in value.items()}
        return {name: _without_money(item, name) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_money(item) for item in value]
    return value


def _emptied(value: Any) -> JsonValue:
    """The same shape without a number in it."""
    if isinstance(value, Mapping):
        return {name: item if isinstance(item, str) else _emptied(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_emptied(item) for item in value]
    return value if isinstance(value, bool | str) else None


def _is_about_money(value: Mapping[str, Any]) -> bool:
    """A flip, a condition or a criterion whose own numbers are amounts."""
    if str(value.get("input", "")).endswith("_usd") or value.get("watch") in _MONEY_WATCHES:
        return True
    return "worst" in value and str(value.get("unit", "")).startswith("USD")

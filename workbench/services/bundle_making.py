"""What of a scenario goes into a bundle: the facts its figures rest on, nothing of this machine, no text when asked.

Facts are cut to what plays a part (`slice_of`); places in the home folder and keys are taken out always; with
`redacted` every text of a case, an answer or a prompt is replaced by its hash.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

from workbench.domain.catalog import Catalog
from workbench.domain.evals import CaseResult, EvalRun
from workbench.domain.evidence import Answer, Comparison
from workbench.domain.model import Model, Tier
from workbench.domain.scenario import Scenario
from workbench.services.bundle_parts import Content, DataFile
from workbench.services.shortlist import EXTENDED_FILTER

SHIPPED = "resources/"
MOST_DATA_BYTES = 50 * 1024 * 1024
Row = TypeVar("Row", CaseResult, Answer)
# Texts that name things and say nothing of a case; every other text of a result or an answer is hidden.
_NAMES = frozenset(
    {"eval_run_id", "case_id", "model_id", "scorer", "scored_by", "signature", "content_key", "answered_at", "finish",
     "model", "error_kind"}
)  # fmt: skip
# Of these not even the hash goes along: something reads them.
_DROPPED = frozenset({"details"})


def slice_of(catalog: Catalog, scenario: Scenario, runs: Iterable[EvalRun], linked: Iterable[str]) -> Catalog:
    """The catalog without models that play no part: shown only on request, without a score, named nowhere.

    `linked` are ids of models that local files are. Scored models stay, since the quality axis is fitted over them all,
    and so do those that a kept one is replaced by. The fingerprint stays that of the whole.
    """
    if scenario.filters.get(EXTENDED_FILTER) is True:
        return catalog
    named = {role.model_id for option in scenario.options for role in option.models}
    named |= {model_id for run in runs for model_id in run.model_ids} | set(linked)
    kept = {m.id for m in catalog.models if m.tier is Tier.CORE or m.scores or m.id in named}
    successors = {
        name
        for model in catalog.models
        if model.id in kept
        for name in (model.lifecycle.replacement, model.lifecycle.rerouted_to)
        if name
    }

    def follows(model: Model) -> bool:
        short = model.id.rpartition("/")[2]
        return any(short in name for name in successors)

    return replace(catalog, models=tuple(m for m in catalog.models if m.id in kept or follows(m)))


def without_this_machine(content: Content, told: Callable[[str], str]) -> Content:
    """The content without places of this machine: the data's folder, and paths and keys in what went wrong.

    `told` takes keys out of a text.
    """
    home = str(Path.home())

    def clean(text: str) -> str:
        return told(text).replace(home, "~") if text else text

    return replace(
        content,
        scenario=without_folder(content.scenario, content.data),
        versions=tuple(
            replace(each, scenario=without_folder(each.scenario, content.data)) for each in content.versions
        ),
        runs=tuple(replace(run, settings=replace(run.settings, dataset_path="")) for run in content.runs),
        results=tuple(replace(r, error=clean(r.error)) if r.error else r for r in content.results),
        data_sets=tuple(replace(data, source=Path(data.source).name) for data in content.data_sets),
        comparisons=tuple(
            replace(one, answers=tuple(_without_places(answer, clean) for answer in one.answers))
            for one in content.comparisons
        ),
    )


def without_folder(scenario: Scenario, data: DataFile | None) -> Scenario:
    """The scenario with its eval data named by the file only; shipped data keeps its place."""
    if scenario.eval_dataset.startswith(SHIPPED):
        return scenario
    return replace(scenario, eval_dataset=data.name if data else "")


def _without_places(answer: Answer, clean: Callable[[str], str]) -> Answer:
    if not (answer.error_what or answer.error_where or answer.error_mend or answer.note):
        return answer
    return replace(
        answer,
        error_what=clean(answer.error_what),
        error_where=Path(answer.error_where).name if "/" in answer.error_where else clean(answer.error_where),
        error_mend=clean(answer.error_mend),
        note=clean(answer.note),
    )


def redacted(content: Content) -> Content:
    """The same figures without the texts: of cases, answers, prompts and instructions only the hashes remain.

    The eval data is left out, and so are reports written before. Short texts can be guessed from their hashes.
    """
    return replace(
        content,
        runs=tuple(_hidden_run(run) for run in content.runs),
        results=tuple(_hidden(result) for result in content.results),
        marks=tuple(replace(mark, why=hidden(mark.why)) for mark in content.marks),
        comparisons=tuple(_hidden_comparison(comparison) for comparison in content.comparisons),
        data=None,
        data_sets=(),
        reports={},
        redacted=True,
    )


def hidden(text: str) -> str:
    """What stands in the place of a text; "" stays ""."""
    return f"[redacted, sha256 {hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()}]" if text else ""


def _hidden(row: Row) -> Row:
    changed: dict[str, Any] = {}
    for field in dataclasses.fields(row):
        value = getattr(row, field.name)
        if isinstance(value, str) and value and not isinstance(value, Enum) and field.name not in _NAMES:
            changed[field.name] = "" if field.name in _DROPPED else hidden(value)
    return replace(row, **changed) if changed else row


def _hidden_run(run: EvalRun) -> EvalRun:
    prompts = tuple((name, hidden(text)) for name, text in run.settings.prompts)
    return replace(run, system_prompt=hidden(run.system_prompt), settings=replace(run.settings, prompts=prompts))


def _hidden_comparison(comparison: Comparison) -> Comparison:
    return replace(
        comparison,
        system=hidden(comparison.system),
        prompt=hidden(comparison.prompt),
        template=hidden(comparison.template),
        variables=tuple((name, hidden(value)) for name, value in comparison.variables),
        attachments=(),
        answers=tuple(_hidden(answer) for answer in comparison.answers),
    )

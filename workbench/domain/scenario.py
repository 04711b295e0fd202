"""One selection problem: requirements, options, decision. Evidence is kept beside it, by its id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from workbench.domain.criterion import DEFAULT_CRITERIA, Criterion
from workbench.domain.decision import Decision
from workbench.domain.option import OptionDraft

AnswerValue = str | int | float | bool | list[str] | dict[str, float]
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Scenario:
    """`answers` maps question ids to what was answered; a missing id is not answered yet, UNKNOWN is "I don't know".

    `filters` are the shortlist's remembered filters; `step` is the wizard's page when last left. `version` grows by
    one with each save and lets two writers notice each other.
    """

    id: str
    name: str
    created_at: datetime
    updated_at: datetime
    answers: Mapping[str, AnswerValue] = field(default_factory=dict)
    criteria: tuple[Criterion, ...] = DEFAULT_CRITERIA
    options: tuple[OptionDraft, ...] = ()
    decision: Decision | None = None
    filters: Mapping[str, AnswerValue] = field(default_factory=dict)
    step: str = ""
    sample: bool = False
    eval_dataset: str = ""
    version: int = 0
    deleted_at: datetime | None = None

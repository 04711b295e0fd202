"""What matching says of each offer: kept or excluded, with a reason for every requirement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from workbench.domain.evidence import Quality
from workbench.domain.figures import Estimate

if TYPE_CHECKING:
    from workbench.domain.scenario import AnswerValue


# What a rule asked when its question has no answer yet.
NOT_ANSWERED = "not answered yet"


class Hosting(StrEnum):
    """Where an offer runs; the processor of the data is the host."""

    API = "api"
    SELF_HOST = "self-host"
    LOCAL_FILE = "local-file"


@dataclass(frozen=True, slots=True)
class LocalPace:
    """How fast a file runs on this machine: tokens written and tokens of a prompt read, each per second.

    `as_of` is the ISO day it was measured; for a prediction it is empty and both are ranges.
    """

    tokens_per_s: Estimate
    prompt_tokens_per_s: Estimate
    measured: bool
    as_of: str = ""


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A GGUF file on this machine as matching sees it. `fits` None: nobody checked whether it runs here.

    `id` is `local/` and the file's name without its ending, as evals know it; `catalog_id` names the catalog's model
    when the file is known to be one. `pace` is None when it was neither measured nor predicted.
    """

    id: str
    file: str
    name: str
    parameters: int | None
    context_tokens: int | None
    need_bytes: int | None
    fits: bool | None
    licence: str | None = None
    catalog_id: str | None = None
    pace: LocalPace | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule applied to one offer or option. `kept` False means that it excludes; `warning` that it only cautions.

    `rule` is its id (R0.1, R1.2, ...); tier 0 law, 1 physics, 2 stated limits, 3 preference. `requirement` is the
    question's id.
    """

    rule: str
    tier: int
    kept: bool
    text: str
    asked: str
    offered: str
    source: str
    requirement: str
    warning: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """`offer` is the provider's id, `self-host:<hardware>x<n>` or `local:<file name>`."""

    model_id: str
    model_name: str
    offer: str
    offer_name: str
    hosting: Hosting
    kept: bool
    reasons: tuple[Reason, ...]
    monthly_usd: Estimate | None
    quality: Quality | None

    @property
    def excluded_by(self) -> Reason | None:
        """The first excluding reason, lowest tier first; None when kept."""
        return min((reason for reason in self.reasons if not reason.kept), key=lambda reason: reason.tier, default=None)


class Standing(StrEnum):
    """How far a verdict is from its quality bar, best first. PROVEN also when there is no bar."""

    PROVEN = "kept"
    UNPROVEN = "unproven"
    NO_SCORE = "no score"
    BELOW = "likely below"
    OUT = "out"

    @property
    def rank(self) -> int:
        """0 for the best."""
        return list(Standing).index(self)


def standing(verdict: Verdict, bar: float | None) -> Standing:
    """Where a verdict stands against the bar, 0 to 100 (None: no bar is set)."""
    if not verdict.kept:
        return Standing.OUT
    if bar is None:
        return Standing.PROVEN
    if verdict.quality is None:
        return Standing.NO_SCORE
    if verdict.quality.low >= bar:
        return Standing.PROVEN
    return Standing.UNPROVEN if verdict.quality.high >= bar else Standing.BELOW


@dataclass(frozen=True, slots=True)
class Relaxation:
    """Loosening a limit from one value to another lets `gains` more models in.

    `requirement` is the question's id (two ids joined by " + " when both must give); `answers` are the answers that
    apply it; `answer` is the first of them.
    """

    requirement: str
    before: str
    after: str
    gains: int
    text: str
    answers: Mapping[str, AnswerValue]

    @property
    def answer(self) -> AnswerValue:
        return next(iter(self.answers.values()))


@dataclass(frozen=True, slots=True)
class Category:
    """A row of the category table that fired: C1 ... C9, T1 ... T5."""

    id: str
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class FiredRule:
    """A rule that applied, and to how many offers: in favour, with caution, excluding, and excluding first of all."""

    id: str
    tier: int
    title: str
    condition: str
    effect: str
    source: str
    as_of: str
    kept: int
    warned: int
    excluded: int
    excluded_first: int


@dataclass(frozen=True, slots=True)
class Conflict:
    """Requirements that pull against each other, by the number they have in methods.md section 6.

    `text` says what pulls against what, with figures; `way_out` what is done or suggested about it; `requirements` are
    the ids of the questions involved.
    """

    number: int
    title: str
    text: str
    way_out: str
    requirements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shortlist:
    """Verdicts over every offer of every model. Counts are of models: kept when any of its offers is kept.

    `quality_target` is the bar the verdicts were held against, 0 to 100.
    """

    scenario_id: str
    categories: tuple[Category, ...]
    verdicts: tuple[Verdict, ...]
    relaxations: tuple[Relaxation, ...]
    kept_models: int
    all_models: int
    removed_most: tuple[tuple[str, int], ...]
    sentence: str
    quality_target: float | None = None
    fired: tuple[FiredRule, ...] = ()
    conflicts: tuple[Conflict, ...] = ()

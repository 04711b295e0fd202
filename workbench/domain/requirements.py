"""What the wizard's answers mean, as typed values. Built by `questions.requirements_from`."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from workbench.domain.details import Details
from workbench.domain.figures import Estimate
from workbench.domain.workload import Workload


class Task(StrEnum):
    ANSWERING = "answering"
    EXTRACTION = "extraction"
    CLASSIFICATION = "classification"
    SUMMARISING = "summarising"
    WRITING = "writing"
    CODE = "code"
    IMAGE_GENERATION = "image-generation"
    SPEECH_TO_TEXT = "speech-to-text"
    TEXT_TO_SPEECH = "text-to-speech"
    SEARCH = "search"


class Sensitivity(StrEnum):
    """Levels of methods.md section 6, tier 0."""

    PUBLIC = "public"
    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"
    HEALTH = "health"
    EU_SPECIAL = "eu-special"


class ThirdParty(StrEnum):
    """May anybody else process the data?"""

    FORBIDDEN = "forbidden"
    SENSITIVE_STAYS = "sensitive-stays"
    CONTRACT = "contract"
    FREE = "free"


class DataRule(StrEnum):
    """What may leave this machine for the scenario; the privacy guard obeys it."""

    LOCAL_ONLY = "local-only"
    MIXED = "mixed"
    FREE = "free"


class Priority(StrEnum):
    COST = "cost"
    BALANCED = "balanced"
    QUALITY = "quality"


class Skill(StrEnum):
    """The deepest thing the team has run in production."""

    NONE = "none"
    API = "api"
    OPERATIONS = "operations"
    TRAINING = "training"


class LicenceNeed(StrEnum):
    ANY = "any"
    COMMERCIAL = "commercial"
    OPEN_WEIGHTS = "open-weights"


@dataclass(frozen=True, slots=True)
class Requirements:
    """None means no limit. Money in USD, times in seconds or weeks, shares in [0, 1], quality in [0, 100].

    `papers` are those the person has or will get; `unknown` holds the ids of the questions that were asked and have no
    answer, so what stands for them here is an assumption.
    """

    job: str
    tasks: frozenset[Task]
    input_modalities: frozenset[str]
    output_modalities: frozenset[str]
    workload: Workload
    ttft_limit_s: float | None
    total_limit_s: float | None
    latency_percentile: int
    sensitivity: Sensitivity
    third_party: ThirdParty
    sensitive_share: float
    papers: frozenset[str]
    regions: frozenset[str]
    certifications: frozenset[str]
    company_in_eu: bool
    priority: Priority
    quality_target: float | None
    error_cost_usd: Estimate
    setup_cap_usd: float | None
    monthly_cap_usd: float | None
    horizon_months: int
    discount_rate: float
    weeks_limit: float | None
    skill: Skill
    staff_fte: float
    staff_month_usd: float
    licence: LicenceNeed
    excluded_developers: frozenset[str]
    excluded_countries: frozenset[str]
    context_tokens: int | None
    unknown: frozenset[str]
    min_replicas: int = 2
    platform_month_usd: float = 1_500.0
    details: Details = field(default_factory=Details)

    @property
    def data_is_open(self) -> bool:
        """Nobody has said yet whether another company may process the data."""
        return "third_party" in self.unknown

    @property
    def data_rule(self) -> DataRule:
        """Third parties forbidden = nothing leaves; sensitive part stays = mixed; else free on the rules' conditions.

        As long as nobody has said whether others may process the data, nothing leaves.
        """
        if self.third_party is ThirdParty.FORBIDDEN or self.data_is_open:
            return DataRule.LOCAL_ONLY
        if self.third_party is ThirdParty.SENSITIVE_STAYS:
            return DataRule.MIXED
        return DataRule.FREE

"""What was measured or reported about a model's quality."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from workbench.domain.chat import Sampling
from workbench.domain.figures import Estimate


@dataclass(frozen=True, slots=True)
class BenchmarkRow:
    """One published score behind a point: the best variant, its effort level kept. `flags` say what to doubt about the
    benchmark ("saturated", "may be in training data")."""

    benchmark: str
    value: float
    unit: str
    variant: str
    as_of: str
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Quality:
    """A point on the quality axis, 0 to 100, with its interval. `basis` is "public benchmarks" or "your eval".

    `n` counts benchmark rows or eval cases; `label` says it in words with the date; `behind` are the benchmark rows.
    """

    value: float
    low: float
    high: float
    basis: str
    n: int
    label: str
    behind: tuple[BenchmarkRow, ...] = ()


@dataclass(frozen=True, slots=True)
class MeasuredSpeed:
    """Seconds to the first token and to the end, answer by answer, as the own eval saw them. `label` names it."""

    ttft_s: tuple[float, ...]
    total_s: tuple[float, ...]
    tokens_per_s: float | None
    label: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the team's own latest finished eval says, by model id. `label` names it with its date and cases.

    `oracle`: share of its cases, 0 to 100, that at least one of the models got right (None: not known). `speeds` are
    what it measured, by model as the eval names it; `gaps` those of the adaptation ladder that it shows, in points.
    """

    qualities: Mapping[str, Quality] = field(default_factory=dict)
    label: str = ""
    oracle: float | None = None
    speeds: Mapping[str, MeasuredSpeed] = field(default_factory=dict)
    gaps: Mapping[str, Estimate] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """One model's answer in a playground comparison; seconds, tokens, bytes of peak memory.

    `cost_usd` None: the price is not known; a failed answer of which nothing was sent has 0. `error_kind` is "refused"
    when a guard let nothing be sent. `note` is what the person should know about a whole answer. `itl_*` are the times
    between two tokens. `cached_tokens` of `tokens_in` were remembered from an earlier prompt.
    """

    model: str
    text: str
    finish: str
    ttft_s: float | None
    tokens_per_s: float | None
    tokens_in: int
    tokens_out: int
    total_s: float | None
    cost_usd: float | None
    memory_bytes: int | None
    error_what: str = ""
    error_where: str = ""
    error_mend: str = ""
    error_kind: str = ""
    itl_p50_s: float | None = None
    itl_p95_s: float | None = None
    reasoning_tokens: int = 0
    note: str = ""
    local: bool = True
    cached_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Attachment:
    """Something put beside a prompt: the text of a file, or a picture (`data`, of `media_type`).

    `note` is what the person should know about how it was read.
    """

    name: str
    text: str = ""
    media_type: str = "text/plain"
    data: bytes = b""
    note: str = ""

    @property
    def is_image(self) -> bool:
        return self.media_type.startswith("image/")


@dataclass(frozen=True, slots=True)
class Comparison:
    """One prompt put to several models side by side. `at` is ISO UTC.

    `template` is the prompt as it was typed, with names in braces, and `variables` their values; `prompt` is what came
    of them. `settings` holds one sampling for each answer. `continues` is the id of the comparison whose answers this
    one goes on from. While it is `blind`, the answers are in a drawn order, their models are called A, B, …, and
    nothing but their text is told.
    """

    id: str
    scenario_id: str | None
    at: str
    system: str
    prompt: str
    answers: tuple[Answer, ...]
    template: str = ""
    variables: tuple[tuple[str, str], ...] = ()
    attachments: tuple[Attachment, ...] = ()
    settings: tuple[Sampling, ...] = ()
    continues: str = ""
    blind: bool = False


@dataclass(frozen=True, slots=True)
class ComparisonHead:
    """A comparison as a list shows it: the beginning of its prompt, who answered, how many votes it has."""

    id: str
    at: str
    prompt: str
    models: tuple[str, ...]
    votes: int
    blind: bool
    continues: str

"""What was measured or reported about a model's quality."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Quality:
    """A point on the quality axis, 0 to 100, with its interval. `basis` is "public benchmarks" or "your eval".

    `n` counts benchmark rows or eval cases; `label` says it in words with the date.
    """

    value: float
    low: float
    high: float
    basis: str
    n: int
    label: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the team's own latest finished eval says, by model id. `label` names it with its date and cases.

    `oracle`: share of its cases, 0 to 100, that at least one of the models got right (None: not known).
    """

    qualities: Mapping[str, Quality] = field(default_factory=dict)
    label: str = ""
    oracle: float | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One model's answer in a playground comparison; seconds, tokens, bytes of peak memory."""

    model: str
    text: str
    finish: str
    ttft_s: float | None
    tokens_per_s: float | None
    tokens_in: int
    tokens_out: int
    total_s: float | None
    cost_usd: float
    memory_bytes: int | None
    error_what: str = ""
    error_where: str = ""
    error_mend: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One prompt put to several models side by side. `at` is ISO UTC."""

    id: str
    scenario_id: str | None
    at: str
    system: str
    prompt: str
    answers: tuple[Answer, ...]

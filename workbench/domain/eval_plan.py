"""What is known of an eval before it runs: what it can prove, what it costs, how long it takes."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.domain.evals import Design
from workbench.domain.figures import Estimate


@dataclass(frozen=True, slots=True)
class ModelOutlook:
    """One model of a planned eval. Of its answers `known` are there already; the rest takes `seconds` and `usd` (US
    dollars), each None when there is nothing to go by. `memory_bytes` is what a local model takes, else None. `basis`
    says in a few words where the time is from."""

    model_id: str
    local: bool
    known: int
    to_ask: int
    seconds: Estimate | None
    usd: Estimate | None
    memory_bytes: int | None
    basis: str


@dataclass(frozen=True, slots=True)
class EvalPlan:
    """Differences are shares (0.1: ten points). `detectable` is the smallest that `cases` show 4 times in 5 when two
    models disagree on the share `disagree` of them (1.0: none), with the error rate shared among `pairs` of models.
    `cases_needed` show `difference`.

    `documents` is how many source documents the cases come from when some share one (None: they are independent, as
    far as anybody said). A sequential run of models that differ by `difference` ends after `sequential_cases` cases in
    half of all runs (None: with another design, or when these cases are not enough for that).

    `seconds` is for the whole run, models here in turn and the others beside them; `usd` the sum; `memory_bytes` the
    largest, each None when it is not known of every model. `warnings` are sentences.
    """

    cases: int
    documents: int | None
    answers: int
    pairs: int
    design: Design
    difference: float
    disagree: float
    cases_needed: int
    detectable: float
    sequential_cases: int | None
    models: tuple[ModelOutlook, ...]
    seconds: Estimate | None
    usd: Estimate | None
    memory_bytes: int | None
    warnings: tuple[str, ...]

    @property
    def can_decide(self) -> bool:
        """Whether these cases show the difference that was asked about 4 times in 5."""
        return self.cases >= self.cases_needed

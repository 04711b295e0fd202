"""Evals as values: cases, what a model answered to each, and what that says about the models.

An eval run asks every model every case. Each answer is scored from 0 to 1; an answer that could not be had
is an error, counted and never scored 0; a case that may not be sent to a model is withheld, which is no
error.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from workbench.domain.chat import Sampling


@dataclass(frozen=True, slots=True)
class EvalCase:
    """One question with what is expected.

    `scorer` names the case's own scorer (None: the run's). `source_document` groups cases made from the
    same text, which are not independent of each other. `sensitive` cases stay on this machine. `line` is
    where the case stands in its file.
    """

    id: str
    input: str
    expected: str
    scorer: str | None = None
    source_document: str | None = None
    sensitive: bool = False
    tags: tuple[str, ...] = ()
    line: int | None = None


@dataclass(frozen=True, slots=True)
class EvalSet:
    """The cases of one data set. `hash` is the SHA-256 of the file's bytes, in hex."""

    name: str
    hash: str
    cases: tuple[EvalCase, ...]
    source: str = ""


class CaseOutcome(StrEnum):
    """UNSCORED: there is an answer and no score for it: the scorer failed, or a person has not rated it yet."""

    SCORED = "scored"
    UNSCORED = "unscored"
    ERROR = "error"
    WITHHELD = "withheld"


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What one model answered to one case, scored by one scorer.

    Key: (`eval_run_id`, `case_id`, `model_id`, `scorer`); a later result with the same key replaces the
    earlier one. `scorer` is the run's scorer; `scored_by` is the signature (name, version, options) of the
    one that was used, another when the case names its own. `score` is None unless `outcome` is SCORED. `why`
    explains the score; `error` is the sentence for an error, or why a case was withheld or an answer has no
    score. Seconds in `_s`, tokens counted by the model, `cost_usd` None when it is not known.
    """

    eval_run_id: str
    case_id: str
    model_id: str
    scorer: str
    outcome: CaseOutcome
    answer: str = ""
    score: float | None = None
    scored_by: str = ""
    why: str = ""
    error: str = ""
    finish: str = ""
    ttft_s: float | None = None
    tokens_per_s: float | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    total_s: float | None = None
    cost_usd: float | None = None
    source_document: str | None = None
    sensitive: bool = False
    tags: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str, str]:
        """The key within one run: case, model, scorer."""
        return (self.case_id, self.model_id, self.scorer)


class EvalStatus(StrEnum):
    """RUNNING after a restart means the run was interrupted; it resumes like a PAUSED one."""

    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class EvalRun:
    """What is run: which cases, on which models, how asked and how scored. Times are UTC.

    `margin` is how small a difference between two models is called equivalent; it is chosen before the run.
    """

    id: str
    scenario_id: str | None
    name: str
    dataset_name: str
    dataset_hash: str
    case_count: int
    model_ids: tuple[str, ...]
    scorers: tuple[str, ...]
    status: EvalStatus
    started_at: datetime
    finished_at: datetime | None = None
    system_prompt: str = ""
    sampling: Sampling = field(default_factory=Sampling)
    margin: float = 0.05


@dataclass(frozen=True, slots=True)
class ModelSummary:
    """How one model did under one scorer.

    `mean`, `low`, `high` are None when nothing was scored. `n` counts the scored cases; `errors`, `withheld` and
    `unscored` are apart. `method` names the interval in words. `clusters` is how many source documents
    stand behind it (None: not given). `tokens_per_s` is the median over the answers; `cost_usd` the sum,
    None when unknown.
    """

    model_id: str
    scorer: str
    n: int
    mean: float | None
    low: float | None
    high: float | None
    errors: int
    withheld: int
    method: str
    clusters: int | None
    ttft_p50_s: float | None
    ttft_p95_s: float | None
    tokens_per_s: float | None
    cost_usd: float | None
    unscored: int = 0


class PairVerdict(StrEnum):
    """ "better" and "worse" say how `a` compares with `b`."""

    BETTER = "better"
    WORSE = "worse"
    EQUIVALENT = "equivalent"
    NOT_SHOWN = "not shown"


@dataclass(frozen=True, slots=True)
class PairSummary:
    """Model `a` against model `b` on the cases both answered.

    `difference` is mean(a) - mean(b) with its 95 % interval; `only_a` cases were right for a alone,
    `only_b` for b alone (both None when scores are graded, not right or wrong). `p` is the two-sided
    test's, `p_adjusted` after Holm over all pairs of one scorer. None where fewer than two cases are
    shared.
    """

    a: str
    b: str
    scorer: str
    n: int
    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    p_adjusted: float | None
    verdict: PairVerdict
    only_a: int | None = None
    only_b: int | None = None
    method: str = ""


@dataclass(frozen=True, slots=True)
class EvalSummary:
    """Everything a page or report says about a run, computed again from its results each time."""

    eval_run_id: str
    case_count: int
    margin: float
    models: tuple[ModelSummary, ...]
    pairs: tuple[PairSummary, ...]

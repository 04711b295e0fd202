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

#: how often a case is asked at most
MOST_REPEATS = 100


@dataclass(frozen=True, slots=True)
class EvalCase:
    """One question with what is expected.

    `scorer` names the case's own scorer (None: the run's); what a run asks of every answer stays.
    `source_document` groups cases made from the same text, which are not independent of each other.
    `sensitive` cases stay on this machine. `line` is where the case stands in its file. `context` is a text
    that the answer must rest on; `fields` are the file's other columns, for prompt templates. `cluster`
    names the cases that are not independent of each other (from one document, or nearly the same); "" where
    nobody looked.
    """

    id: str
    input: str
    expected: str
    scorer: str | None = None
    source_document: str | None = None
    sensitive: bool = False
    tags: tuple[str, ...] = ()
    line: int | None = None
    context: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    cluster: str = ""


@dataclass(frozen=True, slots=True)
class EvalSet:
    """The cases of one data set. `hash` is the SHA-256 of the file's bytes (and of what was chosen at its
    import), in hex. `examples` are rows to show a model before it is asked (few-shot); they are no cases."""

    name: str
    hash: str
    cases: tuple[EvalCase, ...]
    source: str = ""
    examples: tuple[EvalCase, ...] = ()


@dataclass(frozen=True, slots=True)
class DataSetVersion:
    """A data set as an eval saw it: the hash of what was read, and its number among those of one name, from 1."""

    hash: str
    name: str
    number: int
    added_at: datetime
    source: str
    case_count: int


class CaseOutcome(StrEnum):
    """UNSCORED: there is an answer and no score for it: the scorer failed, or a person has not rated it yet."""

    SCORED = "scored"
    UNSCORED = "unscored"
    ERROR = "error"
    WITHHELD = "withheld"


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What one model answered to one case, scored by one scorer.

    Key: (`eval_run_id`, `case_id`, `model_id`, `repeat`, `scorer`); a later result with the same key replaces the
    earlier one. `scorer` is the run's scorer; `scored_by` is the signature (name, version, options) of the
    one that was used, another when the case names its own. `score` is None unless `outcome` is SCORED. `why`
    explains the score, and `label` is what a classifying scorer read the answer as; `error` is the sentence for an
    error, or why a case was withheld or an answer has no score. Seconds in `_s`, tokens counted by the model,
    `cost_usd` what the answer cost when it was asked, None when that is not known. `cached` answers were taken from an
    earlier run that asked the same question, by its content address `content_key` (hex, "" for none): they cost nothing
    again.

    `repeat` counts from 0 when a case is asked several times. `at_once` answers of this model grew together while
    this one did (1: alone, so its times are what a single person waits). `answered_at` is a time in UTC (ISO), ""
    for results older than that column. `details` is JSON of what else came ("note", "tool_calls"), "" for nothing.
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
    repeat: int = 0
    label: str = ""
    content_key: str = ""
    cached: bool = False
    at_once: int = 1
    answered_at: str = ""
    details: str = ""

    @property
    def key(self) -> tuple[str, str, str, int]:
        """The key within one run: case, model, scorer, repeat."""
        return (self.case_id, self.model_id, self.scorer, self.repeat)

    @property
    def question(self) -> tuple[str, str, int]:
        """Which answer it is about, within one run: case, model, repeat."""
        return (self.case_id, self.model_id, self.repeat)


@dataclass(frozen=True, slots=True)
class Mark:
    """A score that a person gave one answer under one scorer, in place of what stood there (`was`, None: nothing).

    Marks are only ever added: the newest of an answer and scorer counts, the earlier ones are its trail. `at` is a
    time in UTC (ISO); `by` says who, as they wrote it. Hand-labelled answers are marks, too: a judge is calibrated on
    them.
    """

    id: str
    eval_run_id: str
    case_id: str
    model_id: str
    scorer: str
    score: float
    was: float | None
    at: str
    by: str = ""
    why: str = ""
    repeat: int = 0


class Design(StrEnum):
    """How a run ends, chosen before it starts: after all cases, or as soon as the evidence is enough."""

    FIXED = "fixed"
    SEQUENTIAL = "sequential"


@dataclass(frozen=True, slots=True)
class EvalSettings:
    """How a run goes about it.

    Each case is asked `repeats` times. An answer has `timeout_s` seconds and is tried `retries` times more where
    another try may help. `at_once` bounds how many answers of one model are under way (0: as many as it takes);
    `together` lets a local model answer several at once, after the first ones alone have shown how fast it is for
    one person. Nothing that could take the run above `cap_usd` is asked (None: only the caps of Settings hold).
    With the design SEQUENTIAL cases come in an order drawn from `seed`, every model gets each case before the next
    ones, and asking ends when every pair is decided at the error rate `alpha`. `marked` says that somebody has
    looked which cases are sensitive, also when none is. `prompts` are (name, template) pairs, crossed with the
    models: each pair answers as a model of its own, `local/demo~brief`; one without a name changes the question
    only. `judges` and `embedder` are references of the models that scorers ask (none and "": no scorer needs them).
    `dataset_path` is where the cases were read from.
    """

    repeats: int = 1
    timeout_s: float = 120.0
    retries: int = 1
    at_once: int = 0
    together: bool = True
    cap_usd: float | None = None
    design: Design = Design.FIXED
    alpha: float = 0.05
    seed: int = 0
    marked: bool = False
    dataset_path: str = ""
    judges: tuple[str, ...] = ()
    embedder: str = ""
    prompts: tuple[tuple[str, str], ...] = ()


#: how the id of a run begins that is another program's
IMPORTED = "imported-"


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
    settings: EvalSettings = field(default_factory=EvalSettings)

    @property
    def is_imported(self) -> bool:
        """Whether another program asked and scored; how it did is not known then."""
        return self.id.startswith(IMPORTED)


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Half of `n` values lie below `p50` and 19 of 20 below `p95`, each with its 95 % interval.

    An end is None where too few values were seen to bound it. Seconds.
    """

    n: int
    p50: float
    p50_low: float | None
    p50_high: float | None
    p95: float
    p95_low: float | None
    p95_high: float | None


@dataclass(frozen=True, slots=True)
class ModelSummary:
    """How one model did under one scorer.

    `mean`, `low`, `high` are None when nothing was scored. `n` counts the scored cases; `errors`, `withheld` and
    `unscored` are apart. `method` names the interval in words. `clusters` is how many source documents
    stand behind it (None: not given). `tokens_per_s` is the median over the answers; `cost_usd` what this run paid for
    them, failed ones included, None when unknown, as are the costs per case and per right answer (a score of 1), whose
    interval is that of the share right. `first_token` and `whole` are the waits for an answer's beginning and end.
    `from_kept`: every answer was taken from earlier evals, so that times and costs per case are those of when they were
    asked. `cut` answers that are not right ended at the length that was allowed. `graded`: some answers
    were neither right nor wrong but in between, so that `mean` is no share of right ones.
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
    right: int = 0
    first_token: Percentiles | None = None
    whole: Percentiles | None = None
    cost_per_case_usd: float | None = None
    cost_per_right_usd: float | None = None
    cost_per_right_low_usd: float | None = None
    cost_per_right_high_usd: float | None = None
    from_kept: bool = False
    cut: int = 0
    graded: bool = False


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
    shared. `e_value` is the evidence in a run that may end early, and `p` then 1/e_value.
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
    e_value: float | None = None


@dataclass(frozen=True, slots=True)
class EvalSlice:
    """The cases that carry one tag, under one scorer: each model (without its times), and each pair.

    `p_adjusted` of its pairs is Holm's over the pairs of all slices of the scorer: looking in many places is counted.
    """

    tag: str
    scorer: str
    n: int
    models: tuple[ModelSummary, ...]
    pairs: tuple[PairSummary, ...]


@dataclass(frozen=True, slots=True)
class EvalSummary:
    """Everything a page or report says about a run, computed again from its results each time.

    `slices` are the larger first; `slice_tests` says how many comparisons they hold, by scorer, and `slices_left_out`
    how many tags had too few cases (or came after the largest) to be looked at.
    """

    eval_run_id: str
    case_count: int
    margin: float
    models: tuple[ModelSummary, ...]
    pairs: tuple[PairSummary, ...]
    slices: tuple[EvalSlice, ...] = ()
    slice_tests: int = 0
    slices_left_out: int = 0


@dataclass(frozen=True, slots=True)
class RunsCompared:
    """One model in two runs of the same cases under one scorer.

    `pair` compares the run `after` (its a) with the run `before` (its b), Holm counting all models and scorers;
    `gained` and `lost` are the cases that became right and wrong. `kept`: the later run did not ask the model, it took
    all answers from earlier evals, and scored them as the run before.
    """

    model_id: str
    scorer: str
    before: float | None
    after: float | None
    pair: PairSummary
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    kept: bool = False

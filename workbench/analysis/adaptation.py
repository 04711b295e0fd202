"""The adaptation ladder: as deep as necessary, as shallow as possible.

Source: methods.md section 6, "Adaptation ladder" and rules A1 to A5. One climbs a rung only when an eval shows the
matching gap (its interval lies above zero); what was not measured is said, never assumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from workbench.analysis import checks
from workbench.analysis.scaling import training_cost
from workbench.analysis.statistics import Interval
from workbench.domain.errors import WorkbenchError
from workbench.domain.option import Technique

# A1: a corpus up to about 500 pages goes into the prompt, with caching.
LARGEST_PROMPT_CORPUS_TOKENS = 200_000
# A3: gains were seen from 50 to 100 good examples on.
FEWEST_EXAMPLES = 50
# A model retires in about a year, and a tuned one with it: tuning has to pay back before.
LONGEST_PAYBACK_MONTHS = 12.0

Rung = Literal["prompt", "context", "rag", "retrieval", "stronger model", "fine-tuning", "from scratch"]
State = Literal["climb", "expected", "not shown", "not measured", "blocked"]

_TECHNIQUE: dict[Rung, Technique] = {
    "prompt": Technique.PROMPT,
    "context": Technique.PROMPT,
    "rag": Technique.RAG,
    "retrieval": Technique.RAG,
    "stronger model": Technique.PROMPT,
    "fine-tuning": Technique.FINE_TUNING,
    "from scratch": Technique.FROM_SCRATCH,
}
_DEPTH = list(Technique)


@dataclass(frozen=True, slots=True)
class Gaps:
    """What the evals measured, each as a difference in score with its interval; None: not measured.

    `instruction`: lenient against strict format. `knowledge`: with the right documents against with none.
    `retrieval`: with the right documents against with retrieved ones. `skill`: target less the score with the right
    documents and the best prompt. `style`: with examples in the prompt against without.
    """

    instruction: Interval | None = None
    knowledge: Interval | None = None
    retrieval: Interval | None = None
    skill: Interval | None = None
    style: Interval | None = None

    def __post_init__(self) -> None:
        for name in ("instruction", "knowledge", "retrieval", "skill", "style"):
            gap: Interval | None = getattr(self, name)
            if gap is not None:
                checks.ordered(gap.low, gap.point, gap.high, f"Gap in {name}")


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What else decides; None where it is not known.

    `needs_own_facts`: answers rest on documents the model has not seen. `corpus_changes`: those documents change.
    `provider_tunes`: the provider offers fine-tuning today (a dated fact). `examples_usd_month`: what examples in every
    prompt cost (long_prompt_usd_month), against `tuning_usd`, all that one tuning costs. `training_budget_usd` against
    `training_usd` (one training run from scratch, scaling.py) only matters for unique data.
    """

    needs_own_facts: bool | None = None
    corpus_tokens: float | None = None
    corpus_changes: bool | None = None
    good_examples: int = 0
    provider_tunes: bool | None = None
    stronger_model_exists: bool = True
    examples_usd_month: float | None = None
    tuning_usd: float | None = None
    unique_data: bool = False
    training_budget_usd: float = 0.0
    training_usd: float | None = None

    def __post_init__(self) -> None:
        for value, field in (
            (self.corpus_tokens, "Tokens of the documents"),
            (self.examples_usd_month, "Monthly cost of the examples"),
            (self.tuning_usd, "Cost of tuning"),
        ):
            if value is not None:
                checks.number(value, field, low=0.0)
        checks.count(self.good_examples, "Good examples")
        checks.number(self.training_budget_usd, "Training budget", low=0.0)
        if self.training_usd is not None:
            checks.positive(self.training_usd, "Training cost")


@dataclass(frozen=True, slots=True)
class Step:
    """One rung of the ladder and whether to climb it; `rule` names the row of the table or A1 to A4."""

    rung: Rung
    state: State
    rule: str
    because: str


@dataclass(frozen=True, slots=True)
class Ladder:
    """All rungs looked at, shallowest first, and the technique of the deepest one to climb."""

    steps: tuple[Step, ...]
    technique: Technique

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why this technique: the sentences of the rungs to climb, or why none deeper than a prompt."""
        climbed = tuple(s.because for s in self.steps if s.state in ("climb", "expected"))
        return climbed or ("Nothing measured so far calls for more than a good prompt.",)


@dataclass(frozen=True, slots=True)
class TuningCost:
    """Compute of one fine-tuning run (A5: it is rarely the cost that counts)."""

    gpu_hours: float
    usd: float


def climb(gaps: Gaps, circumstances: Circumstances | None = None) -> Ladder:
    """The rungs an eval justifies, shallowest first, and the resulting technique."""
    facts = circumstances or Circumstances()
    steps = [_instruction(gaps), _knowledge(gaps, facts), _retrieval(gaps), _skill(gaps, facts), _style(gaps, facts)]
    steps.append(_from_scratch(steps, gaps, facts))
    climbed = [_TECHNIQUE[s.rung] for s in steps if s.state in ("climb", "expected")]
    return Ladder(tuple(steps), max(climbed, key=_DEPTH.index, default=Technique.PROMPT))


def tuning_cost(
    params: float,
    tokens: float,
    epochs: float,
    *,
    usd_per_gpu_hour: float = 2.5,
    mfu: float = 0.3,
    peak_flops: float = 989e12,
) -> TuningCost:
    """Full fine-tuning, `6 * P * tokens * epochs` FLOP. Data, evals and tuning again later come on top."""
    seen = checks.positive(tokens, "Training tokens") * checks.positive(epochs, "Epochs")
    run = training_cost(params, seen, usd_per_gpu_hour=usd_per_gpu_hour, peak_flops=peak_flops, mfu=mfu)
    return TuningCost(run.gpu_hours, run.usd)


def long_prompt_usd_month(example_tokens: float, requests_month: float, usd_per_mtok_in: float) -> float:
    """What carrying examples in every prompt costs a month: the saving a tuned model would bring."""
    tokens = checks.number(example_tokens, "Tokens of the examples", low=0.0)
    requests = checks.number(requests_month, "Requests a month", low=0.0)
    return tokens * requests * checks.number(usd_per_mtok_in, "Input price", low=0.0) / 1e6


def tuning_payback_months(tuning_usd: float, saving_usd_month: float) -> float | None:
    """Months until a tuned model has paid for itself; None if it saves nothing."""
    cost = checks.number(tuning_usd, "Cost of tuning", low=0.0)
    saving = checks.number(saving_usd_month, "Monthly saving")
    return cost / saving if saving >= checks.SMALLEST else None


def gap_between(better: Interval, worse: Interval) -> Interval:
    """The gap between two scores measured on **different** cases; on the same cases use statistics.paired_scores."""
    for score in (better, worse):
        for value in (score.low, score.point, score.high):
            checks.number(value, "Gap")
        if not score.low <= score.point <= score.high:
            raise WorkbenchError("A score's interval does not contain the score", where="Gap")
    point = better.point - worse.point
    down = ((better.point - better.low) ** 2 + (worse.high - worse.point) ** 2) ** 0.5
    up = ((better.high - better.point) ** 2 + (worse.point - worse.low) ** 2) ** 0.5
    return Interval(point, point - down, point + up)


def _state(gap: Interval | None) -> State:
    if gap is None:
        return "not measured"
    return "climb" if gap.low > 0 else "not shown"


def _sized(gap: Interval) -> str:
    return f"{gap.point * 100:.0f} points ({gap.low * 100:.0f} to {gap.high * 100:.0f})"


def _sentence(state: State, gap: Interval | None, shown: str, subject: str) -> str:
    """The reason in words: `shown` when the gap is there, else what the eval said of `subject`."""
    if gap is None:
        return f"{subject} was not measured."
    if state == "not shown":
        return f"{subject} is {_sized(gap)}: not shown to be above zero."
    return f"{subject} is {_sized(gap)}: {shown}"


def _instruction(gaps: Gaps) -> Step:
    state = _state(gaps.instruction)
    shown = "a clearer prompt, examples or an answer schema close it."
    return Step("prompt", state, "instruction", _sentence(state, gaps.instruction, shown, "What a strict format costs"))


def _knowledge(gaps: Gaps, facts: Circumstances) -> Step:
    small = facts.corpus_tokens is not None and facts.corpus_tokens < LARGEST_PROMPT_CORPUS_TOKENS
    in_prompt = small and facts.corpus_changes is False
    rung: Rung = "context" if in_prompt else "rag"
    rule = "A1" if in_prompt else "A2"
    means = (
        "the documents are few and still, so put them into the prompt with caching."
        if in_prompt
        else "fetch the right passages for each question (RAG) before any tuning."
    )
    state = _state(gaps.knowledge)
    if state == "not measured" and facts.needs_own_facts:
        return Step(rung, "expected", rule, f"Answers rest on documents the model has not seen: {means}")
    return Step(rung, state, rule, _sentence(state, gaps.knowledge, means, "What the right documents add"))


def _retrieval(gaps: Gaps) -> Step:
    state = _state(gaps.retrieval)
    shown = "mend the retrieval, not the model."
    return Step("retrieval", state, "retrieval", _sentence(state, gaps.retrieval, shown, "What retrieval loses"))


def _skill(gaps: Gaps, facts: Circumstances) -> Step:
    state = _state(gaps.skill)
    subject = "What is missing to the target with the right documents"
    if state == "climb" and not facts.stronger_model_exists:
        return _tuned(facts, "skill", _sentence(state, gaps.skill, "no stronger model is left, so tune one.", subject))
    shown = "try a stronger model first, then fine-tuning."
    return Step("stronger model", state, "skill", _sentence(state, gaps.skill, shown, subject))


def _style(gaps: Gaps, facts: Circumstances) -> Step:
    state = _state(gaps.style)
    sentence = _sentence(state, gaps.style, "a tuned model gives it without the long prompt.", "What examples add")
    if state != "climb":
        return Step("fine-tuning", state, "style", sentence)
    if facts.examples_usd_month is not None and facts.tuning_usd is not None:
        months = tuning_payback_months(facts.tuning_usd, facts.examples_usd_month)
        if months is None or months > LONGEST_PAYBACK_MONTHS:
            kept = f" Examples in every prompt cost only ${facts.examples_usd_month:,.0f} a month: keep them there."
            return Step("fine-tuning", "not shown", "style", sentence + kept)
    return _tuned(facts, "style", sentence)


def _tuned(facts: Circumstances, rule: str, sentence: str) -> Step:
    """Fine-tuning where a gap asks for it, unless A3 or A4 stands in the way."""
    if facts.good_examples < FEWEST_EXAMPLES:
        short = f" It needs {FEWEST_EXAMPLES} good examples or more, and there are {facts.good_examples}."
        return Step("fine-tuning", "blocked", "A3", sentence + short)
    if facts.provider_tunes is False:
        return Step("fine-tuning", "blocked", "A4", sentence + " The provider does not offer it: take open weights.")
    look_up = " Check first that the provider still offers it." if facts.provider_tunes is None else ""
    return Step("fine-tuning", "climb", rule, sentence + look_up)


def _from_scratch(steps: list[Step], gaps: Gaps, facts: Circumstances) -> Step:
    closed = any(step.state == "climb" for step in steps)
    affordable = facts.training_usd is not None and facts.training_budget_usd >= facts.training_usd
    if gaps.skill is None or gaps.skill.low <= 0:
        return Step("from scratch", "not shown", "last", "No gap remains that only a model of one's own would close.")
    if closed:
        return Step("from scratch", "not shown", "last", "A shallower rung is still to be tried.")
    if facts.unique_data and affordable:
        because = "No rung above closes the gap, the data are unique and the budget covers a run: ask for sign-off."
        return Step("from scratch", "climb", "last", because)
    return Step("from scratch", "blocked", "last", "It takes unique data and a budget for a whole training run.")

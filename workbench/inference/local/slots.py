"""What continuous batching keeps of each sequence, and what it needs from the model that evaluates tokens."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple, Protocol

from workbench.domain.chat import Sampling, TokenLogprob
from workbench.inference.local.answer import AnswerText

NOT_A_NUMBER, NOTHING_ALLOWED = -1, -2


class Row(NamedTuple):
    """One token to evaluate; `wanted` when the next token will be chosen from its result."""

    token: int
    position: int
    sequence: int
    wanted: bool


class Outcome(Enum):
    DONE = "done"
    ABORTED = "aborted"
    FULL = "full"
    FAILED = "failed"


class Backend(Protocol):
    """What evaluates tokens. `sequences` answers fit at once, in `cells` cells, each up to
    `sequence_tokens`; `can_share` tells whether a sequence may use what another has evaluated. To pass over
    `light_cells` costs little beside the weights."""

    sequences: int
    cells: int
    light_cells: int
    sequence_tokens: int
    batch_tokens: int
    can_share: bool

    def decode(self, rows: Sequence[Row]) -> Outcome: ...

    def new_sampler(self, sampling: Sampling, grammar: str, prompt: Sequence[int]) -> Any:
        """How an answer's tokens are chosen. Raises `Refusal`."""
        ...

    def free_sampler(self, sampler: Any) -> None: ...

    def sample(self, sampler: Any, row: int) -> int:
        """The next token after a row of the last `decode`; NOT_A_NUMBER when the model computed none,
        NOTHING_ALLOWED when the grammar lets none follow."""
        ...

    def logprobs(self, token: int, row: int, count: int) -> TokenLogprob: ...

    def piece(self, token: int) -> bytes: ...

    def ends(self, token: int) -> bool: ...

    def forget(self, sequence: int, position: int) -> bool:
        """Drop a sequence's memory from a position on; False when only the whole can be dropped (and was)."""
        ...

    def share(self, source: int, target: int, count: int) -> None:
        """Let a sequence without memory use the first `count` tokens of another."""
        ...


@dataclass(slots=True)
class Job:
    """A generation as it was asked for: prompt tokens, how to choose, when it arrived (monotonic seconds)."""

    id: str
    prompt: list[int]
    sampling: Sampling
    fresh: bool
    arrived: float
    note: str = ""
    grammar: str = ""
    top_logprobs: int = 0

    def reserve(self, limit: int) -> int:
        """Context cells that it may need at most."""
        return min(len(self.prompt) + self.sampling.max_tokens, limit)


@dataclass(slots=True)
class Span:
    """Tokens `start` to `end` of a sequence, evaluated by one run; copies in other sequences use the same cells."""

    run: int
    start: int
    end: int


@dataclass(slots=True)
class Slot:
    """One sequence: what is in its memory (`tokens[:done]`, from `spans`), and the job that uses it, if any.

    With a `leader` it waits until that slot's memory holds the `common` tokens that both prompts begin with.
    """

    sequence: int
    tokens: list[int] = field(default_factory=list)
    done: int = 0
    spans: list[Span] = field(default_factory=list)
    job: Job | None = None
    sampler: Any = None
    text: AnswerText = field(default_factory=AnswerText)
    leader: Slot | None = None
    leader_job: Job | None = None
    common: int = 0
    made: int = 0
    shared: int = 0
    began: float = 0.0
    first: float | None = None
    last: float = 0.0
    sent: float = 0.0
    used: float = 0.0
    gaps: array[float] = field(default_factory=lambda: array("d"))
    logprobs: list[TokenLogprob] = field(default_factory=list)

    @property
    def todo(self) -> int:
        return len(self.tokens) - self.done

    def cut(self, count: int) -> None:
        """Its memory ends after `count` tokens."""
        self.done = min(self.done, count)
        self.spans = [Span(span.run, span.start, min(span.end, count)) for span in self.spans if span.start < count]


def common_prefix(a: Sequence[int], b: Sequence[int]) -> int:
    """How many tokens two lists begin with in common."""
    limit = min(len(a), len(b))
    if a[:limit] == b[:limit]:
        return limit
    low, high = 0, limit
    while high - low > 1:
        middle = (low + high) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle
    return low

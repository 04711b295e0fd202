"""Continuous batching: several answers grow together, one token each per round, in one memory of context
cells.

Pure bookkeeping over a `Backend` that evaluates tokens; only `child` knows llama.cpp. A generation has one
*sequence* of the backend for itself. What a finished one leaves in memory stays until the place is needed,
so that a prompt that begins like an earlier one (the same system message, the same document) is evaluated
from where they part.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple, Protocol

from workbench.domain.chat import Finish, Sampling, Timing
from workbench.inference.local.answer import AnswerText
from workbench.inference.local.protocol import Event, Finished, Refused, Text

FRAME_S = 0.03
MIXED_PROMPT_TOKENS = 128
NOT_A_NUMBER = -1


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
    `sequence_tokens`."""

    sequences: int
    cells: int
    sequence_tokens: int
    batch_tokens: int

    def decode(self, rows: Sequence[Row]) -> Outcome: ...

    def new_sampler(self, sampling: Sampling) -> Any: ...

    def free_sampler(self, sampler: Any) -> None: ...

    def sample(self, sampler: Any, row: int) -> int:
        """The next token after a row of the last `decode`; NOT_A_NUMBER when the model computed none."""
        ...

    def piece(self, token: int) -> bytes: ...

    def ends(self, token: int) -> bool: ...

    def forget(self, sequence: int, position: int) -> bool:
        """Drop a sequence's memory from a position on; False when only the whole can be dropped (and was)."""
        ...

    def share(self, source: int, target: int, count: int) -> bool:
        """Let a sequence use the first `count` tokens of another; False when this model cannot."""
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

    def reserve(self, limit: int) -> int:
        """Context cells that it may need at most."""
        return min(len(self.prompt) + self.sampling.max_tokens, limit)


@dataclass(slots=True)
class Slot:
    """One sequence: what is in its memory (`tokens[:done]`), and the job that uses it, if any."""

    sequence: int
    tokens: list[int] = field(default_factory=list)
    done: int = 0
    job: Job | None = None
    sampler: Any = None
    text: AnswerText = field(default_factory=AnswerText)
    made: int = 0
    shared: int = 0
    began: float = 0.0
    first: float | None = None
    last: float = 0.0
    sent: float = 0.0
    used: float = 0.0


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


class Batcher:
    """Runs jobs on a backend; `step` does one round. Events go to `send` as they happen."""

    def __init__(
        self, backend: Backend, send: Callable[[Event], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._backend = backend
        self._send = send
        self._clock = clock
        self._waiting: deque[Job] = deque()
        self._slots = [Slot(number) for number in range(backend.sequences)]

    @property
    def busy(self) -> bool:
        return bool(self._waiting) or any(slot.job for slot in self._slots)

    def add(self, job: Job) -> None:
        """Queue a generation; one that cannot fit is refused at once, with how many tokens it is over."""
        limit = self._backend.sequence_tokens
        if len(job.prompt) >= limit:
            over = len(job.prompt) - limit + 1
            self._send(
                Refused(
                    job.id,
                    f"The prompt has {len(job.prompt):,} tokens, {over:,} more than this model can take",
                    f"context of {limit:,} tokens",
                    "Shorten the prompt, or choose a model with a longer context.",
                )
            )
            return
        self._waiting.append(job)

    def cancel(self, ids: Collection[str]) -> None:
        """End generations between tokens; what they evaluated stays for prompts that begin alike."""
        for job in [job for job in self._waiting if job.id in ids]:
            self._waiting.remove(job)
            self._send(Finished(job.id, Finish.CANCELLED, self._no_timing(job)))
        for slot in self._slots:
            if slot.job and slot.job.id in ids:
                self._finish(slot, Finish.CANCELLED)

    def step(self) -> int:
        """Admit what fits, evaluate one batch, hand out what came of it.

        Returns how many answers grew by one token when the batch held nothing else (0: prompts were in it).
        """
        self._admit()
        rows, wanted = self._rows()
        if not rows:
            return 0
        before = [(slot, slot.done) for slot in self._slots if slot.job]
        outcome = self._backend.decode(rows)
        if outcome is Outcome.DONE:
            self._advance(rows)
            for slot, row in wanted:
                self._next_token(slot, row)
        else:
            self._roll_back(before, outcome)
        return len(wanted) if len(wanted) == len(rows) else 0

    def _admit(self) -> None:
        while self._waiting:
            free = [slot for slot in self._slots if slot.job is None]
            if not free or not self._make_room(self._waiting[0]):
                return
            self._begin(self._waiting.popleft(), free)

    def _make_room(self, job: Job) -> bool:
        """Whether the job's cells are there, after dropping the longest unused memories where needed."""
        limit = self._backend.sequence_tokens
        taken = sum(slot.job.reserve(limit) for slot in self._slots if slot.job)
        room = self._backend.cells - taken - job.reserve(limit)
        if room < 0:
            return False
        idle = sorted((slot for slot in self._slots if slot.job is None and slot.done), key=lambda slot: slot.used)
        kept = sum(slot.done for slot in idle)
        for slot in idle:
            if kept <= room:
                break
            kept -= slot.done
            self._drop(slot, 0)
        return True

    def _begin(self, job: Job, free: list[Slot]) -> None:
        slot, shared = self._place(job, free)
        slot.job, slot.tokens, slot.done, slot.shared = job, list(job.prompt), shared, shared
        slot.sampler = self._backend.new_sampler(job.sampling)
        slot.text = AnswerText(job.sampling.stop)
        slot.made, slot.first, slot.began = 0, None, self._clock()

    def _place(self, job: Job, free: list[Slot]) -> tuple[Slot, int]:
        """The sequence to use, and how many tokens of the prompt are in its memory already.

        The last token of a prompt is always evaluated, because the answer is chosen from its result.
        """
        spare = min(free, key=lambda slot: (slot.done > 0, slot.used))
        if job.fresh:
            self._drop(spare, 0)
            return spare, 0
        target = job.prompt[:-1]
        donor = max(self._slots, key=lambda slot: common_prefix(slot.tokens[: slot.done], target))
        count = common_prefix(donor.tokens[: donor.done], target)
        if donor.job is None:
            slot = donor if count else spare
            return slot, self._drop(slot, count)
        self._drop(spare, 0)
        return spare, count if count and self._backend.share(donor.sequence, spare.sequence, count) else 0

    def _drop(self, slot: Slot, count: int) -> int:
        """Keep the first `count` tokens of a memory; returns how many were kept."""
        if slot.done > count and not self._backend.forget(slot.sequence, count):
            count = 0
        slot.done = min(slot.done, count)
        del slot.tokens[slot.done :]
        return slot.done

    def _rows(self) -> tuple[list[Row], list[tuple[Slot, int]]]:
        """The next batch: one token of every growing answer first, then as much of the prompts as fits."""
        active = sorted((slot for slot in self._slots if slot.job), key=lambda slot: len(slot.tokens) - slot.done)
        rows: list[Row] = []
        wanted: list[tuple[Slot, int]] = []
        growing = any(len(slot.tokens) - slot.done == 1 for slot in active)
        room = self._backend.batch_tokens
        for slot in active:
            todo = len(slot.tokens) - slot.done
            most = min(room - len(rows), MIXED_PROMPT_TOKENS if growing and todo > 1 else todo)
            for position in range(slot.done, slot.done + min(todo, most)):
                last = position == len(slot.tokens) - 1
                if last:
                    wanted.append((slot, len(rows)))
                rows.append(Row(slot.tokens[position], position, slot.sequence, last))
        return rows, wanted

    def _advance(self, rows: list[Row]) -> None:
        for row in rows:
            self._slots[row.sequence].done = row.position + 1

    def _roll_back(self, before: list[tuple[Slot, int]], outcome: Outcome) -> None:
        """After a batch that was not evaluated whole: forget what may be half there, fail what cannot go
        on."""
        for slot, done in before:
            slot.done = done if self._backend.forget(slot.sequence, done) else 0
            slot.shared = min(slot.shared, slot.done)
        if outcome is Outcome.ABORTED:
            return
        newest = max((slot for slot, _ in before), key=lambda slot: slot.began)
        what = (
            "The context memory of the model is full"
            if outcome is Outcome.FULL
            else "The model could not evaluate this prompt"
        )
        self._fail(newest, what, "Ask again with a shorter prompt or fewer answers at once.")

    def _next_token(self, slot: Slot, row: int) -> None:
        job = slot.job
        assert job is not None
        token = self._backend.sample(slot.sampler, row)
        now = slot.last = self._clock()
        if token == NOT_A_NUMBER:
            self._fail(slot, "The model computed 'not a number' instead of an answer", "Download the file again.")
            return
        if slot.first is None:
            slot.first = now
        if self._backend.ends(token):
            self._finish(slot, Finish.STOP)
            return
        slot.made += 1
        slot.tokens.append(token)
        slot.text.feed(self._backend.piece(token))
        if slot.text.stopped:
            self._finish(slot, Finish.STOP)
        elif slot.made >= job.sampling.max_tokens or len(slot.tokens) >= self._backend.sequence_tokens:
            self._finish(slot, Finish.LENGTH)
        elif now - slot.sent >= FRAME_S or slot.made == 1:
            self._send_text(slot, slot.text.take(), now)

    def _send_text(self, slot: Slot, text: str, now: float) -> None:
        if text and slot.job:
            slot.sent = now
            self._send(Text(slot.job.id, text))

    def _finish(self, slot: Slot, finish: Finish) -> None:
        job = slot.job
        assert job is not None
        now = self._clock()
        self._send_text(slot, slot.text.finish(), now)
        note = job.note
        if finish is Finish.LENGTH and slot.made < job.sampling.max_tokens:
            note = (
                f"{note} The answer ends where the context of {self._backend.sequence_tokens:,} tokens is full.".strip()
            )
        self._send(Finished(job.id, finish, self._timing(slot, job, now), note))
        self._release(slot, now)

    def _fail(self, slot: Slot, what: str, mend: str) -> None:
        if slot.job:
            self._send(Refused(slot.job.id, what, "", mend))
        self._release(slot, self._clock())

    def _release(self, slot: Slot, now: float) -> None:
        if slot.sampler is not None:
            self._backend.free_sampler(slot.sampler)
        slot.job, slot.sampler, slot.used = None, None, now
        del slot.tokens[slot.done :]

    def _timing(self, slot: Slot, job: Job, now: float) -> Timing:
        first, last = slot.first, slot.last
        return Timing(
            ttft_s=None if first is None else first - job.arrived,
            tokens_per_s=(slot.made - 1) / (last - first) if first and slot.made > 1 and last > first else None,
            tokens_in=len(job.prompt),
            tokens_out=slot.made,
            total_s=now - job.arrived,
            prompt_s=None if first is None else first - slot.began,
            shared_tokens=slot.shared,
        )

    def _no_timing(self, job: Job) -> Timing:
        return Timing(None, None, len(job.prompt), 0, self._clock() - job.arrived)

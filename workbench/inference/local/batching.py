"""Continuous batching: several answers grow together, one token each per round, in one memory of context
cells.

Pure bookkeeping over a `Backend` that evaluates tokens; only `native` knows llama.cpp. A generation has one
*sequence* of the backend for itself. What a finished one leaves in memory stays until the place is needed,
so that a prompt that begins like an earlier one (the same system message, the same document) is evaluated
from where they part. Prompts that arrive together and begin alike wait for the first of them: what they have in
common is evaluated once and copied.
"""

from __future__ import annotations

import time
from array import array
from collections import deque
from collections.abc import Callable, Collection
from typing import Any

from workbench.domain.chat import Finish, Timing
from workbench.inference.local.answer import AnswerText
from workbench.inference.local.pace import Pace, percentile
from workbench.inference.local.protocol import Event, Finished, Refused, Text
from workbench.inference.local.refusal import Refusal
from workbench.inference.local.slots import (
    NOT_A_NUMBER,
    NOTHING_ALLOWED,
    Backend,
    Job,
    Outcome,
    Row,
    Slot,
    Span,
    common_prefix,
)

#: text goes to the parent thirty times a second, as often as it is drawn
FRAME_S = 0.033
MIXED_PROMPT_TOKENS = 128
#: common tokens from which it pays to wait until another prompt has evaluated them
WORTH_WAITING = 16
#: answers under way from which what idle sequences remember is cut: llama.cpp passes over it for every one of them
CROWD = 4


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
        self._runs = 0
        self._pace = Pace()

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

    def holds(self, id: str) -> bool:
        """Whether a generation of this id waits or runs."""
        return any(job.id == id for job in self._waiting) or any(slot.job and slot.job.id == id for slot in self._slots)

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
        self._follow()
        rows, wanted = self._rows()
        if not rows:
            return 0
        before = [(slot, slot.done) for slot in self._slots if slot.job]
        begin = self._clock()
        outcome = self._backend.decode(rows)
        if outcome is Outcome.DONE:
            self._advance(rows)
            for slot, row in wanted:
                self._next_token(slot, row)
        else:
            self._roll_back(before, outcome)
        grown = len(wanted) if len(wanted) == len(rows) else 0
        if grown and outcome is Outcome.DONE:
            self._pace.saw(grown, self._clock() - begin)
        return grown

    # who gets which sequence

    def _admit(self) -> None:
        while self._waiting:
            free = [slot for slot in self._slots if slot.job is None]
            if not free or not self._make_room(self._waiting[0]):
                return
            job = self._waiting.popleft()
            try:
                sampler = self._backend.new_sampler(job.sampling, job.grammar, job.prompt)
            except Refusal as refusal:
                self._send(Refused(job.id, *refusal.message))
            else:
                self._begin(job, sampler, free)

    def _make_room(self, job: Job) -> bool:
        """Whether the job's cells are there, after dropping the longest unused memories where needed, and in a crowd
        those that slow every answer; the likest one stays."""
        limit = self._backend.sequence_tokens
        growth = sum(s.job.reserve(limit) - max(s.done, s.common if s.leader else 0) for s in self._slots if s.job)
        target = job.prompt[:-1]
        idle = [slot for slot in self._slots if slot.job is None and slot.done]
        idle.sort(key=lambda slot: (common_prefix(slot.tokens[: slot.done], target), slot.used))
        while self._cells() + growth + job.reserve(limit) - self._spared(job) > self._backend.cells:
            if not idle:
                return False
            self._drop(idle.pop(0), 0)
        if sum(slot.job is not None for slot in self._slots) >= CROWD:
            while len(idle) > 1 and self._cells() > self._backend.light_cells:
                self._drop(idle.pop(0), 0)
        return True

    def _cells(self) -> int:
        """Cells in use: what sequences share counts once."""
        ends: dict[int, int] = {}
        starts: dict[int, int] = {}
        for slot in self._slots:
            for span in slot.spans:
                starts[span.run] = min(span.start, starts.get(span.run, span.start))
                ends[span.run] = max(span.end, ends.get(span.run, 0))
        return sum(ends[run] - starts[run] for run in ends)

    def _spared(self, job: Job) -> int:
        """Cells that the job will not need, because the beginning of its prompt is there or is being evaluated."""
        if job.fresh:
            return 0
        target = job.prompt[:-1]
        known = self._known(target)[1]
        return max(known, self._ahead(target, known, WORTH_WAITING)[1])

    def _known(self, target: list[int]) -> tuple[Slot, int]:
        """The slot that has most of a prompt in its memory, and how much."""
        slots = self._slots if self._backend.can_share else [slot for slot in self._slots if slot.job is None]
        found = ((common_prefix(slot.tokens[: slot.done], target), slot) for slot in slots)
        count, slot = max(found, key=lambda pair: pair[0])
        return slot, count

    def _ahead(
        self, target: list[int], known: int, least: int, not_this: Slot | None = None
    ) -> tuple[Slot | None, int]:
        """The slot that is about to evaluate `least` or more tokens of a prompt beyond those known, and up to where."""
        busy = [slot for slot in self._slots if slot.job and slot is not not_this and not slot.leader and slot.todo > 1]
        if busy and self._backend.can_share:
            common, leader = max(
                ((common_prefix(slot.tokens, target), slot) for slot in busy), key=lambda pair: pair[0]
            )
            if common - known >= least:
                return leader, common
        return None, 0

    def _begin(self, job: Job, sampler: Any, free: list[Slot]) -> None:
        slot = self._place(job, free)
        slot.job, slot.sampler, slot.tokens = job, sampler, list(job.prompt)
        slot.shared, slot.made, slot.first, slot.began = slot.done, 0, None, self._clock()
        slot.text, slot.gaps, slot.logprobs = AnswerText(job.sampling.stop), array("d"), []
        self._new_run(slot)

    def _place(self, job: Job, free: list[Slot]) -> Slot:
        """The sequence to use, holding as much of the prompt as is known already, or waiting for more of it.

        The last token of a prompt is always evaluated, because the answer is chosen from its result.
        """
        spare = min(free, key=lambda slot: (slot.done > 0, slot.used))
        if job.fresh:
            self._drop(spare, 0)
            return spare
        target = job.prompt[:-1]
        donor, count = self._known(target)
        if donor.job is None and count:
            self._drop(donor, count)
            spare = donor
        else:
            self._drop(spare, 0)
            self._copy(donor, spare, count)
        self._wait_for_more(spare, target, WORTH_WAITING)
        return spare

    def _wait_for_more(self, slot: Slot, target: list[int], least: int) -> None:
        """Follow a prompt that is being evaluated and begins like this one for longer than what is known."""
        slot.leader, slot.common = self._ahead(target, slot.done, least, slot)
        slot.leader_job = slot.leader.job if slot.leader else None

    def _follow(self) -> None:
        """Slots whose leader has evaluated the common tokens take them over; whose leader is gone, look for another."""
        for slot in self._slots:
            leader = slot.leader
            if slot.job is None or leader is None:
                continue
            if leader.job is slot.leader_job and leader.done < slot.common:
                continue
            target = slot.tokens[:-1]
            common = common_prefix(leader.tokens[: leader.done], target)
            if common > slot.done:
                self._drop(slot, 0, keep_tokens=True)
                self._copy(leader, slot, common)
                slot.shared = slot.done
                self._new_run(slot)
            self._wait_for_more(slot, target, 1)

    def _new_run(self, slot: Slot) -> None:
        """What the slot evaluates from here on has cells of its own."""
        self._runs += 1
        slot.spans.append(Span(self._runs, slot.done, slot.done))

    def _copy(self, donor: Slot, slot: Slot, count: int) -> None:
        """Let an empty slot use the first `count` tokens in another's memory."""
        if count and self._backend.can_share:
            self._backend.share(donor.sequence, slot.sequence, count)
            slot.spans = [Span(s.run, s.start, min(s.end, count)) for s in donor.spans if s.start < count]
            slot.done = count

    def _drop(self, slot: Slot, count: int, *, keep_tokens: bool = False) -> None:
        """Keep the first `count` tokens of a memory, or none where the backend cannot cut."""
        if slot.done > count and not self._backend.forget(slot.sequence, count):
            count = 0
        slot.cut(count)
        if not keep_tokens:
            del slot.tokens[slot.done :]

    # a round

    def _rows(self) -> tuple[list[Row], list[tuple[Slot, int]]]:
        """The next batch: one token of every growing answer first, then as much of the prompts as fits."""
        active = sorted((slot for slot in self._slots if slot.job and not slot.leader), key=lambda slot: slot.todo)
        growing = [slot for slot in active if slot.todo == 1]
        if len(growing) == len(active) and not self._pace.together(len(growing)):
            active = [min(growing, key=lambda slot: slot.last)]
        rows: list[Row] = []
        wanted: list[tuple[Slot, int]] = []
        room = self._backend.batch_tokens
        for slot in active:
            most = min(room - len(rows), MIXED_PROMPT_TOKENS if growing and slot.todo > 1 else slot.todo)
            end = len(slot.tokens) - 1
            for position in range(slot.done, slot.done + min(slot.todo, most)):
                if position == end:
                    wanted.append((slot, len(rows)))
                rows.append(Row(slot.tokens[position], position, slot.sequence, position == end))
        return rows, wanted

    def _advance(self, rows: list[Row]) -> None:
        for row in rows:
            slot = self._slots[row.sequence]
            slot.done = slot.spans[-1].end = row.position + 1

    def _roll_back(self, before: list[tuple[Slot, int]], outcome: Outcome) -> None:
        """After a batch that was not evaluated whole: forget what may be half there, fail what cannot go
        on."""
        for slot, done in before:
            if not self._backend.forget(slot.sequence, done):
                slot.cut(0)
                self._new_run(slot)
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
        now = self._clock()
        if slot.first is None:
            slot.first = now
        else:
            slot.gaps.append(now - slot.last)
        slot.last = now
        if token == NOT_A_NUMBER:
            self._fail(slot, "The model computed 'not a number' instead of an answer", "Download the file again.")
        elif token == NOTHING_ALLOWED or self._backend.ends(token):
            self._finish(slot, Finish.STOP)
        else:
            self._take(slot, job, token, row, now)

    def _take(self, slot: Slot, job: Job, token: int, row: int, now: float) -> None:
        """One more token of an answer."""
        slot.made += 1
        slot.tokens.append(token)
        slot.text.feed(self._backend.piece(token))
        if job.top_logprobs:
            slot.logprobs.append(self._backend.logprobs(token, row, job.top_logprobs))
        if slot.text.stopped:
            self._finish(slot, Finish.STOP)
        elif slot.made >= job.sampling.max_tokens or len(slot.tokens) >= self._backend.sequence_tokens:
            self._finish(slot, Finish.LENGTH)
        elif now - slot.sent >= FRAME_S or slot.made == 1:
            self._send_text(slot, slot.text.take(), now)

    # its end

    def _send_text(self, slot: Slot, text: str, now: float) -> None:
        if slot.job and (text or slot.logprobs):
            slot.sent = now
            logprobs, slot.logprobs = tuple(slot.logprobs), []
            self._send(Text(slot.job.id, text, logprobs))

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
        slot.job, slot.sampler, slot.leader, slot.leader_job, slot.used = None, None, None, None, now
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
            itl_p50_s=percentile(slot.gaps, 50),
            itl_p95_s=percentile(slot.gaps, 95),
        )

    def _no_timing(self, job: Job) -> Timing:
        return Timing(None, None, len(job.prompt), 0, self._clock() - job.arrived)

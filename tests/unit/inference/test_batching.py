"""Continuous batching over a made-up backend: who gets which sequence, what is shared, what a cancel leaves behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbench.domain.chat import Finish, Sampling, TokenLogprob
from workbench.inference.local.batching import CROWD, Batcher
from workbench.inference.local.pace import Pace
from workbench.inference.local.protocol import Event, Finished, Refused, Text
from workbench.inference.local.refusal import Refusal
from workbench.inference.local.slots import NOT_A_NUMBER, NOTHING_ALLOWED, Job, Outcome, Row, common_prefix

END = 0


class Cell(NamedTuple):
    token: int
    number: int


class Counting:
    """A backend whose memory is checked at every step; the next token is the sum of the sequence so far, modulo 90."""

    def __init__(
        self, *, sequences: int = 2, cells: int = 200, sequence_tokens: int = 100, can_share: bool = True
    ) -> None:
        self.sequences, self.cells, self.sequence_tokens = sequences, cells, sequence_tokens
        self.batch_tokens = 16
        self.light_cells = 10_000
        self.can_share = can_share
        self.memory: dict[int, dict[int, Cell]] = {number: {} for number in range(sequences)}
        self.evaluated = 0
        self.outcomes: list[Outcome] = []
        self.samplers = 0
        self.rounds: list[int] = []
        self._wanted: dict[int, int] = {}

    def decode(self, rows: Sequence[Row]) -> Outcome:
        assert len(rows) <= self.batch_tokens
        outcome = self.outcomes.pop(0) if self.outcomes else Outcome.DONE
        half = len(rows) if outcome is Outcome.DONE else len(rows) // 2
        for row in rows[:half]:
            memory = self.memory[row.sequence]
            assert row.position == len(memory), "a hole, or a position twice"
            self.evaluated += 1
            memory[row.position] = Cell(row.token, self.evaluated)
        used = {cell.number for memory in self.memory.values() for cell in memory.values()}
        assert len(used) <= self.cells
        self.rounds.append(len(rows))
        self._wanted = {index: row.sequence for index, row in enumerate(rows) if row.wanted}
        return outcome

    def new_sampler(self, sampling: Sampling, grammar: str, prompt: Sequence[int]) -> Any:
        if grammar == "bad":
            raise Refusal("The grammar cannot be used", "grammar", "Mend it.")
        self.samplers += 1
        return object()

    def free_sampler(self, sampler: Any) -> None:
        self.samplers -= 1

    def sample(self, sampler: Any, row: int) -> int:
        return sum(cell.token for cell in self.memory[self._wanted[row]].values()) % 90 + 1

    def logprobs(self, token: int, row: int, count: int) -> TokenLogprob:
        return TokenLogprob(str(token), -1.0)

    def piece(self, token: int) -> bytes:
        return bytes([token + 32])

    def ends(self, token: int) -> bool:
        return token == END

    def forget(self, sequence: int, position: int) -> bool:
        self.memory[sequence] = {at: cell for at, cell in self.memory[sequence].items() if at < position}
        return True

    def share(self, source: int, target: int, count: int) -> None:
        assert self.can_share and not self.memory[target]
        self.memory[target] = {at: self.memory[source][at] for at in range(count)}


def job(name: str, prompt: Sequence[int], tokens: int = 5, *, fresh: bool = False, stop: tuple[str, ...] = ()) -> Job:
    return Job(name, list(prompt), Sampling(max_tokens=tokens, stop=stop), fresh, 0.0)


def run(batcher: Batcher) -> None:
    for _ in range(10_000):
        if not batcher.busy:
            return
        batcher.step()
    raise AssertionError("it never ends")


def texts(events: list[Event]) -> dict[str, str]:
    found: dict[str, str] = {}
    for event in events:
        if isinstance(event, Text):
            found[event.id] = found.get(event.id, "") + event.text
    return found


def ends(events: list[Event]) -> dict[str, Event]:
    return {event.id: event for event in events if isinstance(event, Finished | Refused)}


def alone(prompt: Sequence[int], tokens: int) -> str:
    events: list[Event] = []
    batcher = Batcher(Counting(), events.append)
    batcher.add(job("a", prompt, tokens))
    run(batcher)
    return texts(events)["a"]


prompts = st.lists(st.integers(1, 3), min_size=1, max_size=40)


@given(st.lists(st.tuples(prompts, st.integers(1, 12), st.booleans()), min_size=1, max_size=8))
def test_that_answers_in_company_are_the_same_as_alone(asked: list[tuple[list[int], int, bool]]) -> None:
    events: list[Event] = []
    backend = Counting(sequences=3)
    batcher = Batcher(backend, events.append)
    for number, (prompt, tokens, fresh) in enumerate(asked):
        batcher.add(job(str(number), prompt, tokens, fresh=fresh))
        batcher.step()
    run(batcher)
    for number, (prompt, tokens, _) in enumerate(asked):
        assert texts(events)[str(number)] == alone(prompt, tokens)
    assert backend.samplers == 0


@given(
    st.lists(st.tuples(st.integers(0, 40), prompts, st.integers(1, 12), st.booleans()), min_size=1, max_size=8),
    st.integers(0, 12),
    st.booleans(),
)
def test_that_prompts_that_begin_alike_get_the_same_answers_whatever_is_shared_or_cancelled(
    asked: list[tuple[int, list[int], int, bool]], cancelled_after: int, can_share: bool
) -> None:
    events: list[Event] = []
    backend = Counting(sequences=4, cells=150, can_share=can_share)
    batcher = Batcher(backend, events.append)
    wanted = [([7] * 40)[:common] + prompt for common, prompt, _, _ in asked]
    for number, (_, _, tokens, fresh) in enumerate(asked):
        batcher.add(job(str(number), wanted[number], tokens, fresh=fresh))
    for _ in range(cancelled_after):
        batcher.step()
    batcher.cancel({"0"})
    run(batcher)
    for number, (_, _, tokens, _) in enumerate(asked[1:], 1):
        assert texts(events).get(str(number), "") == alone(wanted[number], tokens)
    assert backend.samplers == 0


def test_that_prompts_that_arrive_together_have_their_common_beginning_evaluated_once() -> None:
    events: list[Event] = []
    backend = Counting(sequences=8, cells=400)
    batcher = Batcher(backend, events.append)
    for number in range(8):
        batcher.add(job(str(number), [7] * 60 + [number + 1] * 3, tokens=1))
    run(batcher)
    assert backend.evaluated == 60 + 8 * 3
    assert (
        sorted(end.timing.shared_tokens for end in ends(events).values() if isinstance(end, Finished)) == [0] + [60] * 7
    )


def test_that_prompts_that_begin_alike_fit_together_where_each_alone_would_fill_the_memory() -> None:
    events: list[Event] = []
    backend = Counting(sequences=4, cells=100)
    batcher = Batcher(backend, events.append)
    for number in range(4):
        batcher.add(job(str(number), [7] * 60 + [number + 1] * 2, tokens=5))
    run(batcher)
    assert max(backend.rounds[4:]) >= 4, "they never grew together"
    assert texts(events) == {str(number): alone([7] * 60 + [number + 1] * 2, 5) for number in range(4)}


def test_that_when_the_first_of_prompts_alike_is_cancelled_the_next_one_goes_ahead() -> None:
    events: list[Event] = []
    backend = Counting(sequences=4, cells=400)
    batcher = Batcher(backend, events.append)
    for number in range(4):
        batcher.add(job(str(number), [7] * 60 + [number + 1] * 2, tokens=1))
    batcher.step()
    batcher.cancel({"0"})
    run(batcher)
    assert backend.evaluated == 16 + (60 - 16) + 3 * 2


@pytest.mark.parametrize(("single", "pair", "together"), [(1.0, 1.5, True), (1.0, 3.0, False)])
def test_that_two_answers_grow_together_only_where_that_is_quicker(single: float, pair: float, together: bool) -> None:
    pace = Pace()
    assert not pace.together(2), "first it must see how long one takes"
    pace.saw(1, single)
    assert pace.together(2), "then it tries"
    pace.saw(2, pair)
    assert pace.together(2) is together


def test_that_answers_by_turns_all_grow() -> None:
    class Slow(Counting):
        def decode(self, rows: Sequence[Row]) -> Outcome:
            seconds[0] += {1: 1.0, 2: 3.0}.get(len(rows), 1.0)
            return super().decode(rows)

    seconds = [0.0]
    events: list[Event] = []
    backend = Slow()
    batcher = Batcher(backend, events.append, clock=lambda: seconds[0])
    for number in range(2):
        batcher.add(job(str(number), [number + 1] * 5, tokens=30))
    run(batcher)
    assert texts(events) == {str(number): alone([number + 1] * 5, 30) for number in range(2)}
    assert backend.rounds.count(2) < 5


def test_that_a_grammar_that_cannot_be_used_refuses_its_request_only() -> None:
    events: list[Event] = []
    batcher = Batcher(Counting(), events.append)
    batcher.add(replace(job("bad", [1]), grammar="bad"))
    batcher.add(job("good", [1]))
    run(batcher)
    assert isinstance(ends(events)["bad"], Refused)
    assert isinstance(ends(events)["good"], Finished)


def test_that_an_answer_ends_where_its_grammar_lets_nothing_follow() -> None:
    class Stuck(Counting):
        def sample(self, sampler: Any, row: int) -> int:
            return NOTHING_ALLOWED

    events: list[Event] = []
    batcher = Batcher(Stuck(), events.append)
    batcher.add(job("a", [1]))
    run(batcher)
    end = ends(events)["a"]
    assert isinstance(end, Finished) and end.finish is Finish.STOP


def test_that_every_token_said_has_its_log_probability() -> None:
    events: list[Event] = []
    batcher = Batcher(Counting(), events.append)
    batcher.add(replace(job("a", [1, 2], tokens=9), top_logprobs=1))
    run(batcher)
    said = [one for event in events if isinstance(event, Text) for one in event.logprobs]
    assert len(said) == 9


def test_that_the_times_between_tokens_are_counted_for_each_answer() -> None:
    events: list[Event] = []
    batcher = Batcher(Counting(), events.append, clock=count(0).__next__)
    batcher.add(job("a", [1], tokens=9))
    run(batcher)
    end = ends(events)["a"]
    assert isinstance(end, Finished)
    assert end.timing.itl_p50_s is not None and end.timing.itl_p95_s is not None
    assert 0 < end.timing.itl_p50_s <= end.timing.itl_p95_s


@given(
    st.lists(st.sampled_from([Outcome.DONE, Outcome.ABORTED]), max_size=12), st.lists(prompts, min_size=1, max_size=4)
)
def test_that_an_aborted_batch_is_done_again_and_changes_no_answer(
    outcomes: list[Outcome], asked: list[list[int]]
) -> None:
    events: list[Event] = []
    backend = Counting(sequences=3)
    backend.outcomes = list(outcomes)
    batcher = Batcher(backend, events.append)
    for number, prompt in enumerate(asked):
        batcher.add(job(str(number), prompt))
    run(batcher)
    assert texts(events) == {str(number): alone(prompt, 5) for number, prompt in enumerate(asked)}


def test_that_a_prompt_with_a_known_beginning_is_evaluated_from_where_it_parts() -> None:
    events: list[Event] = []
    backend = Counting()
    batcher = Batcher(backend, events.append)
    batcher.add(job("a", [7] * 20 + [1]))
    run(batcher)
    before = backend.evaluated
    batcher.add(job("b", [7] * 20 + [2], tokens=1))
    run(batcher)
    assert backend.evaluated - before == 1
    end = ends(events)["b"]
    assert isinstance(end, Finished)
    assert end.timing.shared_tokens == 20


def test_that_the_beginning_of_an_answer_under_way_is_shared_with_another_sequence() -> None:
    events: list[Event] = []
    backend = Counting()
    batcher = Batcher(backend, events.append)
    batcher.add(job("a", [7] * 10 + [1], tokens=40))
    batcher.step()
    batcher.add(job("b", [7] * 10 + [2], tokens=1))
    run(batcher)
    end = ends(events)["b"]
    assert isinstance(end, Finished)
    assert end.timing.shared_tokens == 10
    assert texts(events)["a"] == alone([7] * 10 + [1], 40)


def test_that_a_fresh_request_evaluates_its_whole_prompt() -> None:
    events: list[Event] = []
    batcher = Batcher(Counting(), events.append)
    for name in ("a", "b"):
        batcher.add(job(name, [7] * 10, fresh=True))
        run(batcher)
    end = ends(events)["b"]
    assert isinstance(end, Finished)
    assert end.timing.shared_tokens == 0


@pytest.mark.parametrize(("answers", "idle"), [(CROWD, 5), (CROWD + 1, 1)])
def test_that_in_a_crowd_what_slows_every_answer_is_forgotten_and_the_likest_is_kept(answers: int, idle: int) -> None:
    """Eight memories of 20 tokens where 30 are light: the fifth answer leaves only one of them."""
    backend = Counting(sequences=9, cells=900)
    backend.light_cells = 30
    batcher = Batcher(backend, lambda event: None)
    for number in range(8):
        batcher.add(job(str(number), [number + 1] * 20, tokens=1))
    run(batcher)
    for number in range(answers):
        batcher.add(job(f"new {number}", [60 + number] * 20, tokens=50))
    batcher.step()
    kept = [memory[0].token for memory in backend.memory.values() if memory and memory[0].token < 60]
    assert len(kept) == idle


def test_that_a_prompt_longer_than_the_context_is_refused_with_how_much_it_is_over() -> None:
    events: list[Event] = []
    batcher = Batcher(Counting(sequence_tokens=100), events.append)
    batcher.add(job("a", [1] * 130))
    end = ends(events)["a"]
    assert isinstance(end, Refused)
    assert "130 tokens, 31 more" in end.what
    assert not batcher.busy


def test_that_an_answer_that_meets_the_end_of_the_context_says_so() -> None:
    events: list[Event] = []
    batcher = Batcher(Counting(sequence_tokens=20), events.append)
    batcher.add(job("a", [1] * 10, tokens=50))
    run(batcher)
    end = ends(events)["a"]
    assert isinstance(end, Finished)
    assert end.finish is Finish.LENGTH
    assert "context of 20 tokens is full" in end.note


def test_that_requests_wait_when_the_memory_is_promised_to_others() -> None:
    events: list[Event] = []
    backend = Counting(sequences=4, cells=60, sequence_tokens=50)
    batcher = Batcher(backend, events.append)
    for number in range(6):
        batcher.add(job(str(number), [number + 1] * 20, tokens=20))
    run(batcher)
    assert texts(events) == {str(number): alone([number + 1] * 20, 20) for number in range(6)}


def test_that_a_cancel_ends_a_waiting_and_a_running_request_between_tokens() -> None:
    events: list[Event] = []
    backend = Counting(sequences=1)
    batcher = Batcher(backend, events.append)
    batcher.add(job("runs", [1] * 5, tokens=50))
    batcher.add(job("waits", [1] * 5, tokens=50))
    batcher.step()
    batcher.cancel({"runs", "waits", "unknown"})
    assert not batcher.busy
    assert {name: end.finish for name, end in ends(events).items() if isinstance(end, Finished)} == {
        "runs": Finish.CANCELLED,
        "waits": Finish.CANCELLED,
    }
    assert backend.samplers == 0


def test_that_a_stop_string_ends_the_answer_before_it() -> None:
    whole = alone([3, 4], 20)
    events: list[Event] = []
    batcher = Batcher(Counting(), events.append)
    batcher.add(job("a", [3, 4], 20, stop=(whole[4:6],)))
    run(batcher)
    assert texts(events)["a"] == whole[: whole.index(whole[4:6])]
    end = ends(events)["a"]
    assert isinstance(end, Finished)
    assert end.finish is Finish.STOP


@pytest.mark.parametrize(("outcome", "word"), [(Outcome.FULL, "full"), (Outcome.FAILED, "could not evaluate")])
def test_that_a_batch_that_cannot_be_evaluated_fails_the_newest_request_only(outcome: Outcome, word: str) -> None:
    events: list[Event] = []
    backend = Counting()
    batcher = Batcher(backend, events.append, clock=count(0).__next__)
    batcher.add(job("old", [1] * 5, tokens=10))
    batcher.step()
    batcher.add(job("new", [2] * 5, tokens=10))
    backend.outcomes = [outcome]
    run(batcher)
    refused = ends(events)["new"]
    assert isinstance(refused, Refused)
    assert word in refused.what
    assert texts(events)["old"] == alone([1] * 5, 10)


def test_that_a_model_without_numbers_fails_its_answer() -> None:
    class Broken(Counting):
        def sample(self, sampler: Any, row: int) -> int:
            return NOT_A_NUMBER

    events: list[Event] = []
    batcher = Batcher(Broken(), events.append)
    batcher.add(job("a", [1]))
    run(batcher)
    end = ends(events)["a"]
    assert isinstance(end, Refused)
    assert "not a number" in end.what


@given(st.lists(st.integers(0, 2), max_size=30), st.lists(st.integers(0, 2), max_size=30))
def test_that_the_common_beginning_is_the_longest(a: list[int], b: list[int]) -> None:
    count = common_prefix(a, b)
    assert a[:count] == b[:count]
    assert count == min(len(a), len(b)) or a[count] != b[count]

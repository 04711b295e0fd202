"""More children of one model while many ask it at once: real files, real processes."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from workbench.domain.chat import Done, Failed
from workbench.inference.local import copies, memory
from workbench.inference.local.gguf import inspect
from workbench.inference.local.model import LocalModel, LocalSettings
from workbench.inference.local.pool import LocalModels

from engine_models import PATIENT, events_of, first_token, prompt, text_of
from gguf_files import write_model
from talker import write_talker


@asynccontextmanager
async def loaded(path: Path, *, processes: int = 2, **settings: object) -> AsyncGenerator[LocalModel, None]:
    """A model whose first child is loaded on a machine that has work for so many."""
    values = {"threads": 1, "patience": PATIENT} | settings
    async with LocalModels(settings=LocalSettings(**values)) as models:  # type: ignore[arg-type]
        model = models.model(path)
        await model.load()
        assert model.ready is not None
        model.ready = replace(model.ready, processes=processes)
        yield model
    assert not model.loaded


async def copy_of(model: LocalModel) -> int:
    """Its process, once it is loaded."""
    async with asyncio.timeout(60):
        while not model._copies.running:
            await asyncio.sleep(0.01)
    return model._copies.running[0].pid


def test_that_many_questions_are_shared_with_a_copy_that_answers_the_same(tmp_path: Path) -> None:
    path = write_model(tmp_path / "a.gguf")
    questions = [prompt(f"Question {number}", temperature=0.0) for number in range(24)]

    async def session() -> tuple[list[str], list[str]]:
        async with loaded(path, processes=1) as model:
            alone = [text_of(await events_of(model, replace(question, fresh=True))) for question in questions]
            assert model._copies.count == 0
        async with loaded(path) as model:
            await events_of(model, replace(questions[0], beside=16))
            pid = await copy_of(model)
            answers = await asyncio.gather(*(events_of(model, question) for question in questions))
            assert pid != model.pid and model._copies._answer_s.keys() == {model._engine, *model._copies.running}
        return alone, [text_of(events) for events in answers]

    alone, together = asyncio.run(session())
    assert alone == together


def test_that_few_questions_start_no_copy(tmp_path: Path) -> None:
    async def session() -> None:
        async with loaded(write_model(tmp_path / "a.gguf")) as model:
            await asyncio.gather(*(events_of(model, prompt("Hello")) for _ in range(copies.EACH)))
            assert model._copies.count == 0

    asyncio.run(session())


def test_that_a_copy_ends_when_nobody_has_asked_for_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "LINGER_S", 0.05)

    async def session() -> None:
        async with loaded(write_talker(tmp_path / "a.gguf")) as model:
            talking = asyncio.create_task(events_of(model, replace(prompt("Hello", max_tokens=7000), beside=16)))
            pid = await copy_of(model)
            talking.cancel()
            with pytest.raises(ProcessLookupError):
                async with asyncio.timeout(30):
                    while True:
                        os.kill(pid, 0)
                        await asyncio.sleep(0.01)
            assert not model._copies.count and model.loaded

    asyncio.run(session())


def test_that_a_copy_is_only_started_where_there_is_memory_for_it(tmp_path: Path) -> None:
    path = write_model(tmp_path / "a.gguf", context=8192)
    need = memory.needed(inspect(path), memory.MOST_CELLS)

    async def session(budget: int) -> int:
        async with loaded(path, budget_bytes=budget) as model:
            await events_of(model, replace(prompt("Hello"), beside=16))
            return model._copies.count

    assert asyncio.run(session(need.total + need.of_a_copy.total - 1)) == 0
    assert asyncio.run(session(need.total + need.of_a_copy.total + 1)) == 1


def test_that_a_copy_gives_its_memory_to_another_model_and_loses_no_answer(tmp_path: Path) -> None:
    """Where it did not, two models that fit beside each other unloaded each other again and again."""
    path, other = write_talker(tmp_path / "a.gguf"), write_model(tmp_path / "b.gguf", context=8192)
    need = memory.needed(inspect(path), memory.MOST_CELLS)
    both = need.total + memory.needed(inspect(other), memory.MOST_CELLS).total

    async def session() -> None:
        async with loaded(path, budget_bytes=max(both, need.times(2).total)) as model:
            assert isinstance(model._room, LocalModels)
            first = asyncio.create_task(events_of(model, replace(prompt("Hello", max_tokens=1500), beside=16)))
            await copy_of(model)
            spoken = asyncio.Event()
            second = asyncio.create_task(first_token(model, prompt("Hello", max_tokens=300), spoken))
            await spoken.wait()
            assert model._copies.running[0].in_flight == 1
            beside = model._room.model(other)
            await beside.load()
            assert model.loaded and model._copies.count == 0
            assert isinstance((await second)[-1], Done) and isinstance((await first)[-1], Done)

    asyncio.run(session())


def test_that_memory_of_copies_counts(tmp_path: Path) -> None:
    async def session() -> None:
        async with loaded(write_talker(tmp_path / "a.gguf")) as model:
            alone, seen = model.holds, model.memory_bytes()
            talking = asyncio.create_task(events_of(model, replace(prompt("Hello", max_tokens=7000), beside=16)))
            await copy_of(model)
            both, both_seen = model.holds, model.memory_bytes()
            assert alone and both and both.weights == alone.weights and both.context == 2 * alone.context
            if seen is not None:
                assert both_seen is not None and both_seen > seen
            talking.cancel()

    asyncio.run(session())


@pytest.mark.skipif(sys.platform == "win32", reason="priorities are other ones there")
def test_that_a_copy_yields_the_processor_and_its_death_is_said(tmp_path: Path) -> None:
    async def session() -> None:
        async with loaded(write_talker(tmp_path / "a.gguf")) as model:
            assert model.pid
            first = asyncio.create_task(events_of(model, replace(prompt("Hello", max_tokens=1500), beside=16)))
            pid = await copy_of(model)
            lower = os.getpriority(os.PRIO_PROCESS, model.pid) + 10
            assert os.getpriority(os.PRIO_PROCESS, pid) == min(lower, 19)
            spoken = asyncio.Event()
            second = asyncio.create_task(first_token(model, prompt("Hello", max_tokens=7000), spoken))
            await spoken.wait()
            assert model._copies.running[0].in_flight == 1
            os.kill(pid, signal.SIGKILL)
            end = (await second)[-1]
            assert isinstance(end, Failed) and "SIGKILL" in str(end.reason)
            assert isinstance((await first)[-1], Done)
            assert isinstance((await events_of(model, prompt("Hello", max_tokens=3)))[-1], Done)

    asyncio.run(session())


class Engine:
    """A copy that takes a moment to end."""

    alive = True

    def __init__(self, in_flight: int = 0) -> None:
        self.in_flight = in_flight

    async def close(self) -> None:
        await asyncio.sleep(0.01)
        self.alive = False


def of_engines(*engines: Engine) -> copies.Copies:
    waiting = iter(engines)

    async def start() -> Engine:
        await asyncio.sleep(0)
        return next(waiting)

    return copies.Copies(start, lambda: True)  # type: ignore[arg-type]


def test_that_nobody_is_given_a_copy_that_is_about_to_end_and_none_is_left_when_all_have_ended() -> None:
    async def session() -> None:
        first, copy = Engine(9), Engine()
        some = of_engines(copy)
        some.expect(16, 2)
        await asyncio.sleep(0.01)
        assert some.soonest(first) is copy  # type: ignore[arg-type, comparison-overlap]
        some._leave()
        assert some.soonest(first) is first  # type: ignore[arg-type, comparison-overlap]
        await some.close()
        assert not copy.alive

    asyncio.run(session())


def test_that_a_copy_that_was_called_off_before_it_began_keeps_no_place() -> None:
    async def session() -> None:
        some = of_engines(Engine())
        some.expect(16, 2)
        await some.close()
        assert some.count == 0
        some.expect(16, 2)
        await asyncio.sleep(0.01)
        assert len(some.running) == 1

    asyncio.run(session())


def test_that_there_may_be_copies_again_after_memory_was_short_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "LINGER_S", 0.0)

    async def session() -> None:
        some = of_engines(Engine())
        some._has_room = lambda: False
        some.asked(1)
        some.expect(16, 2)
        some.asked(0)
        await asyncio.sleep(0.01)
        some._has_room = lambda: True
        some.expect(16, 2)
        assert some.count == 1
        await some.close()

    asyncio.run(session())


def test_that_a_copy_needs_as_much_as_the_first_child_was_seen_to_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """llama.cpp may hold a second form of the weights, which no copy shares."""
    asked: list[memory.MemoryNeed] = []

    async def session() -> None:
        async with loaded(write_model(tmp_path / "a.gguf")) as model:
            assert model._room is not None
            monkeypatch.setattr(model._room, "has_room", lambda need: bool(asked.append(need)))
            monkeypatch.setattr(memory, "own_bytes", lambda pid: 3_000_000_000)
            await events_of(model, replace(prompt("Hello"), beside=16))

    asyncio.run(session())
    assert asked[0].total == 3_000_000_000


def test_that_a_copy_that_comes_to_nothing_gets_few_questions() -> None:
    first, slow, new = Engine(8), Engine(2), Engine(copies.EACH)
    some = copies.Copies(lambda: asyncio.sleep(0), lambda: True)  # type: ignore[arg-type, return-value]
    some._engines = [slow, new]  # type: ignore[list-item]
    for engine, seconds in ((first, 1.0), (slow, 9.0)):
        some.answered(engine, seconds)  # type: ignore[arg-type]
    assert some.soonest(first) is first, "9 times 1 s before 3 times 9 s; the new one has enough to begin with"  # type: ignore[arg-type, comparison-overlap]
    new.in_flight -= 1
    assert some.soonest(first) is new  # type: ignore[arg-type, comparison-overlap]
    for _ in range(40):
        some.answered(slow, 0.5)  # type: ignore[arg-type]
    assert some.soonest(first) is slow  # type: ignore[arg-type, comparison-overlap]

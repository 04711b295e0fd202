"""All local models of one program."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from pathlib import Path

import pytest
from workbench.domain.chat import ChatEvent, Done, Token, Waiting
from workbench.inference.local import memory
from workbench.inference.local.gguf import inspect
from workbench.inference.local.model import PARALLEL, LocalSettings
from workbench.inference.local.pool import LocalModels
from workbench.inference.local.threads import JsonThreadMemory

from engine_models import PATIENT, events_of, failure_of, prompt
from gguf_files import write_model
from talker import write_talker


def test_that_one_file_is_one_model_and_the_least_recently_used_is_unloaded(tmp_path: Path) -> None:
    paths = [write_model(tmp_path / f"{name}.gguf", seed=seed) for seed, name in enumerate("abc")]

    async def session() -> None:
        async with LocalModels(settings=LocalSettings(threads=1, patience=PATIENT), most_loaded=2) as models:
            assert models.model(paths[0]) is models.model(paths[0])
            for path in (paths[0], paths[1], paths[0], paths[2]):
                assert isinstance((await events_of(models.model(path), prompt("Hello")))[-1], Done)
            assert [model.path.stem for model in models.loaded()] == ["a", "c"]
            kept = models.loaded()
        assert all(not model.loaded for model in kept)

    asyncio.run(session())


def room_for(path: Path, models: float) -> int:
    """Free memory in which so many models of this size fit with their usual context."""
    need = memory.needed(inspect(path), memory.MOST_CELLS).total
    return int(models * need / memory.SHARE_OF_AVAILABLE)


def test_that_where_memory_allows_one_model_several_answer_in_turn(tmp_path: Path) -> None:
    paths = [write_model(tmp_path / f"{name}.gguf", seed=seed, context=8192) for seed, name in enumerate("abc")]

    async def session() -> None:
        settings = LocalSettings(threads=1, patience=PATIENT, available_bytes=room_for(paths[0], 1.2))
        async with LocalModels(settings=settings) as models:
            most = 0

            async def ask(path: Path) -> list[ChatEvent]:
                nonlocal most
                events = []
                async for event in models.model(path).chat(prompt("Hello", max_tokens=50)):
                    most = max(most, len(models.loaded()))
                    events.append(event)
                return events

            answers = await asyncio.gather(*(ask(path) for path in paths))
            assert all(isinstance(events[-1], Done) for events in answers), [events[-1] for events in answers]
            assert most == 1
            waits = [event for events in answers for event in events if isinstance(event, Waiting)]
            assert waits and all(wait.why.endswith("to finish, to have its memory") for wait in waits)

    asyncio.run(session())


def test_that_a_model_that_waits_for_memory_can_be_cancelled(tmp_path: Path) -> None:
    paths = [write_talker(tmp_path / f"{name}.gguf") for name in "ab"]

    async def session() -> None:
        settings = LocalSettings(threads=1, patience=PATIENT, available_bytes=room_for(paths[0], 1.2))
        async with LocalModels(settings=settings) as models:
            async with contextlib.aclosing(models.model(paths[0]).chat(prompt("Hello", max_tokens=7000))) as talking:
                async for event in talking:
                    if isinstance(event, Token):
                        break
                waiting = models.model(paths[1]).chat(prompt("Hello"))
                assert isinstance(await anext(waiting), Waiting)
                await waiting.aclose()
                assert not models.model(paths[1]).loaded
            assert isinstance((await events_of(models.model(paths[1]), prompt("Hello", max_tokens=3)))[-1], Done)

    asyncio.run(session())


def test_that_all_models_together_keep_to_their_budget(tmp_path: Path) -> None:
    paths = [write_model(tmp_path / f"{name}.gguf", seed=seed, context=8192) for seed, name in enumerate("abc")]
    need = memory.needed(inspect(paths[0]), memory.MOST_CELLS).total

    async def session() -> None:
        settings = LocalSettings(threads=1, patience=PATIENT)
        async with LocalModels(settings=settings, budget=lambda: int(2.1 * need)) as models:
            for path in paths:
                assert isinstance((await events_of(models.model(path), prompt("Hello")))[-1], Done)
                assert models.taken_bytes() <= 2.1 * need
            assert [model.path.stem for model in models.loaded()] == ["b", "c"]

    asyncio.run(session())


def test_that_a_model_too_large_for_the_budget_is_refused_with_the_numbers(tmp_path: Path) -> None:
    path = write_model(tmp_path / "a.gguf", context=8192)

    async def session() -> None:
        async with LocalModels(settings=LocalSettings(threads=1), budget=lambda: 50_000_000) as models:
            assert "MiB" in failure_of(await events_of(models.model(path), prompt("Hello")))

    asyncio.run(session())


def test_that_a_model_counts_with_what_it_has_where_that_is_more_than_was_planned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [write_model(tmp_path / f"{name}.gguf", seed=seed, context=8192) for seed, name in enumerate("ab")]
    grown = room_for(paths[0], 1.0)

    async def session() -> None:
        settings = LocalSettings(threads=1, patience=PATIENT, available_bytes=room_for(paths[0], 2.5))
        async with LocalModels(settings=settings) as models:
            await models.model(paths[0]).load()
            planned = models.taken_bytes()
            await models.model(paths[1]).load()
            assert len(models.loaded()) == 2, "both fit as planned"
            await models.model(paths[1]).unload()
            monkeypatch.setattr(memory, "own_bytes", lambda _pid: 2 * grown)
            assert models.taken_bytes() > 2 * planned
            await models.model(paths[1]).load()
            assert [model.path.stem for model in models.loaded()] == ["b"], "the one that grew made room"

    asyncio.run(session())


@pytest.mark.skipif(not Path("/proc").exists(), reason="looks into /proc")
def test_that_a_process_is_bound_to_its_plan_and_keeps_to_it_with_all_its_sequences(tmp_path: Path) -> None:
    path = write_model(tmp_path / "a.gguf", context=8192)

    async def session() -> None:
        async with LocalModels(settings=LocalSettings(threads=1, patience=PATIENT)) as models:
            model = models.model(path)
            asked = [prompt(f"{number} " + "word " * 100, max_tokens=30) for number in range(PARALLEL)]
            answers = await asyncio.gather(*(events_of(model, one) for one in asked))
            await model.embed(["some text"])
            assert all(isinstance(events[-1], Done) for events in answers)
            assert model.plan is not None and model.pid is not None
            most = model.plan.need.most
            limits = Path(f"/proc/{model.pid}/limits").read_text()
            assert next(int(line.split()[3]) for line in limits.splitlines() if line.startswith("Max data")) == most
            own = memory.own_bytes(model.pid)
            assert own is not None and 0 < own <= model.plan.need.total < most

    asyncio.run(session())


def test_that_a_crashed_model_holds_no_memory(tmp_path: Path) -> None:
    path = write_model(tmp_path / "a.gguf", context=8192)

    async def session() -> None:
        async with LocalModels(settings=LocalSettings(threads=1, patience=PATIENT)) as models:
            model = models.model(path)
            engine = await model.load()
            assert models.taken_bytes() > 0
            engine.kill("for a test")
            while model.loaded:
                await asyncio.sleep(0)
            assert models.taken_bytes() == 0

    asyncio.run(session())


def test_that_a_measured_thread_count_is_remembered(tmp_path: Path) -> None:
    path = write_model(tmp_path / "a.gguf")

    async def session() -> None:
        memory = JsonThreadMemory(tmp_path / "threads.json")
        async with LocalModels(settings=LocalSettings(patience=PATIENT), thread_memory=memory) as models:
            model = models.model(path)
            await model.load()
            assert model.ready is not None
            assert memory.recall(f"a.gguf:{path.stat().st_size}") == model.ready.threads
            assert model.ready.token_s > 0

    asyncio.run(session())


TWO_LOOPS = """
import asyncio, sys
sys.path[:0] = sys.argv[1:3]
from pathlib import Path
from engine_models import events_of, local, prompt
model = local(Path(sys.argv[3]))
async def once():
    print(type((await events_of(model, prompt("Hello")))[-1]).__name__, model.pid)
asyncio.run(once())
asyncio.run(once())
asyncio.run(model.unload())
print(model.loaded)
"""


def test_that_a_model_asked_from_another_event_loop_is_started_anew(tmp_path: Path) -> None:
    path = write_model(tmp_path / "a.gguf")
    root = Path(__file__).resolve().parents[3]
    command = [sys.executable, "-c", TWO_LOOPS, str(root), str(root / "tests"), str(path)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert told[0] == told[2] == "Done"
    assert told[1] != told[3]
    assert told[4] == "False"

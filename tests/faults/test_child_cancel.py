"""X06 and cancelling in general: between tokens, within a long prompt, while loading."""

from __future__ import annotations

import asyncio
import contextlib
import time
from pathlib import Path

from workbench.domain.chat import Loading, Token

from engine_models import events_of, first_token, local, prompt, text_of, timing_of, write_slow_model
from gguf_files import write_model

LONG_PROMPT = "The policy says that staff may travel. " * 90


async def stop(task: asyncio.Task[object]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def test_that_a_cancel_within_a_long_prompt_stops_it_and_the_next_answer_is_right(tmp_path: Path) -> None:
    path = write_slow_model(tmp_path / "model.gguf")

    async def session() -> None:
        model = local(path)
        await model.load()
        expected = text_of(await events_of(model, prompt("short question")))
        begin = time.monotonic()
        await events_of(model, prompt(LONG_PROMPT, max_tokens=1))
        whole = time.monotonic() - begin
        pid = model.pid
        growing = model.chat(prompt("hello", max_tokens=7000, temperature=1.0))
        async with contextlib.aclosing(growing):
            await anext(growing)
            reader = asyncio.create_task(events_of(model, prompt("Now: " + LONG_PROMPT, max_tokens=1)))
            while model.in_flight < 2:
                await asyncio.sleep(0)
            await anext(growing)  # a round later, so the long prompt is being evaluated beside it
            await anext(growing)
            begin = time.monotonic()
            await stop(reader)
        assert text_of(await events_of(model, prompt("short question"))) == expected
        assert time.monotonic() - begin < whole, "the long prompt was evaluated to its end"
        assert model.pid == pid, "the child was killed instead of cancelled"
        await model.unload()

    asyncio.run(session())


def test_that_cancelling_one_answer_leaves_the_others_as_they_would_have_been(tmp_path: Path) -> None:
    path = write_model(tmp_path / "model.gguf", context=8192, layers=4, width=128)

    async def session() -> None:
        model = local(path)
        alone = text_of(await events_of(model, prompt("the other question", max_tokens=120)))
        begun = asyncio.Event()
        cancelled = asyncio.create_task(first_token(model, prompt("this one", max_tokens=7000, temperature=1.0), begun))
        await begun.wait()
        kept = asyncio.create_task(events_of(model, prompt("the other question", max_tokens=120)))
        await stop(cancelled)
        assert text_of(await kept) == alone
        assert model.in_flight == 0
        await model.unload()

    asyncio.run(session())


def test_that_leaving_the_loop_early_cancels_the_answer(tmp_path: Path) -> None:
    path = write_model(tmp_path / "model.gguf", context=8192)

    async def session() -> None:
        model = local(path)
        async with contextlib.aclosing(model.chat(prompt("hello", max_tokens=7000, temperature=1.0))) as events:
            async for event in events:
                if isinstance(event, Token):
                    break
        assert model.in_flight == 0
        assert timing_of(await events_of(model, prompt("next", max_tokens=3))).tokens_out <= 3
        await model.unload()

    asyncio.run(session())


def test_that_a_load_is_given_up_when_nobody_waits_for_it(tmp_path: Path) -> None:
    path = write_slow_model(tmp_path / "model.gguf")

    async def session() -> None:
        model = local(path)
        async with contextlib.aclosing(model.chat(prompt("hello"))) as events:
            async for event in events:
                assert isinstance(event, Loading)
                break
        assert not model.loaded
        assert text_of(await events_of(model, prompt("hello")))
        await model.unload()

    asyncio.run(session())

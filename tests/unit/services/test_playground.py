"""Prompts side by side on real model processes: answers kept, stopped, killed, asked again."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from workbench.app import Services, build
from workbench.domain.chat import Sampling, Token
from workbench.domain.errors import WorkbenchError
from workbench.domain.evidence import Comparison
from workbench.services.playground import OWN_EXAMPLE, PaneEnded, PaneEvent

from talker import write_talker

ENDLESS = Sampling(max_tokens=8_000)


@pytest.fixture
def services(tmp_path: Path) -> Services:
    return build(tmp_path / "home")


@pytest.fixture
def talker(tmp_path: Path) -> str:
    """A model that goes on for thousands of tokens."""
    return str(write_talker(tmp_path / "talker.gguf"))


def run(services: Services, work: Callable[[], Awaitable[Comparison]]) -> Comparison:
    async def session() -> Comparison:
        try:
            return await work()
        finally:
            await services.playground.stop()

    try:
        return asyncio.run(session())
    finally:
        services.close()


def test_that_every_model_answers_the_same_prompt_and_the_answers_are_kept(services: Services) -> None:
    scenario = services.scenarios.new("Support chat")
    models = ["demo-nano", "demo-small"]

    async def work() -> Comparison:
        return await services.playground.compare("Hello", models, system="Be short.", scenario_id=scenario.id)

    made = run(services, work)
    assert [answer.model for answer in made.answers] == ["local/demo-nano", "local/demo-small"]
    for answer in made.answers:
        assert answer.ttft_s is not None and answer.ttft_s > 0
        assert answer.tokens_out > 0 and answer.cost_usd == 0 and not answer.error_what
    assert services.playground.history(scenario.id) == (made,)


def test_that_what_streams_is_what_is_kept(services: Services) -> None:
    heard: list[PaneEvent | PaneEnded] = []

    async def work() -> Comparison:
        return await services.playground.compare("Hello", ["demo-nano", "demo-small"], on_event=heard.append)

    made = run(services, work)
    for place, answer in enumerate(made.answers):
        mine = [event for event in heard if event.pane == place]
        said = [e.event.text for e in mine if isinstance(e, PaneEvent) and isinstance(e.event, Token)]
        assert "".join(said) == answer.text
        assert mine[-1] == PaneEnded(place, answer)


def test_that_a_file_that_is_no_model_is_an_error_in_its_pane_and_the_other_answers(
    services: Services, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.gguf"
    bad.write_bytes(b"GGUF")

    async def work() -> Comparison:
        return await services.playground.compare("Hello", [str(bad), "demo-nano"])

    broken, good = run(services, work).answers
    assert broken.finish == "failed" and "incomplete" in broken.error_what and broken.error_mend
    assert good.finish in ("stop", "length") and not good.error_what


def test_that_one_pane_stops_and_the_others_go_on(services: Services, talker: str) -> None:
    async def work() -> Comparison:
        began = asyncio.Event()

        def hear(event: PaneEvent | PaneEnded) -> None:
            if event.pane == 0 and isinstance(event, PaneEvent) and isinstance(event.event, Token):
                began.set()

        asking = services.playground.begin("Hello", [talker, "demo-nano"], sampling=ENDLESS, on_event=hear)
        going = asyncio.create_task(asking.run())
        await began.wait()
        stopper = threading.Thread(target=asking.stop, args=(0,))
        stopper.start()
        made = await going
        stopper.join()
        return made

    stopped, other = run(services, work).answers
    assert stopped.finish == "cancelled" and stopped.text and stopped.tokens_per_s is None
    assert other.finish in ("stop", "length") and other.tokens_out > 0


def test_that_a_killed_model_process_is_an_error_in_its_pane_and_can_be_asked_again(
    services: Services, talker: str
) -> None:
    scenario = services.scenarios.new("Support chat")
    pids: list[int] = []

    async def work() -> Comparison:
        model = services.engines.model(Path(talker))

        def hear(event: PaneEvent | PaneEnded) -> None:
            if event.pane == 0 and isinstance(event, PaneEvent) and isinstance(event.event, Token) and not pids:
                assert model.pid is not None
                pids.append(model.pid)
                os.kill(model.pid, signal.SIGKILL)

        playground = services.playground
        first = await playground.begin(
            "Hello", [talker, "demo-nano"], sampling=ENDLESS, scenario_id=scenario.id, on_event=hear
        ).run()
        assert first.answers[0].finish == "failed" and first.answers[0].error_what
        assert first.answers[1].finish in ("stop", "length")
        again = await playground.again(first, 0, talker, sampling=Sampling(max_tokens=5)).run()
        assert again.id == first.id and again.answers[1] == first.answers[1]
        assert playground.history(scenario.id) == (again,)
        return again

    made = run(services, work)
    assert made.answers[0].finish == "length" and made.answers[0].tokens_out == 5


def test_that_cancelling_the_task_keeps_what_was_said(services: Services, talker: str) -> None:
    scenario = services.scenarios.new("Support chat")

    async def work() -> Comparison:
        began = asyncio.Event()

        def hear(event: PaneEvent | PaneEnded) -> None:
            if isinstance(event, PaneEvent) and isinstance(event.event, Token):
                began.set()

        asking = services.playground.begin("Hello", [talker], sampling=ENDLESS, scenario_id=scenario.id, on_event=hear)
        going = asyncio.create_task(asking.run())
        await began.wait()
        going.cancel()
        with pytest.raises(asyncio.CancelledError):
            await going
        return services.playground.history(scenario.id)[0]

    answer = run(services, work).answers[0]
    assert answer.finish == "cancelled" and answer.text


def test_that_nothing_is_asked_without_a_prompt_or_with_too_many_models(services: Services) -> None:
    with pytest.raises(WorkbenchError, match="prompt is empty"):
        services.playground.begin("  \n", ["demo-nano"])
    with pytest.raises(WorkbenchError, match="5 models were chosen"):
        services.playground.begin("Hello", ["demo-nano"] * 5)
    with pytest.raises(WorkbenchError, match="no local model"):
        services.playground.begin("Hello", ["demo-giant"])


def test_that_examples_come_from_the_scenarios_data_and_else_from_us(services: Services) -> None:
    sample = services.scenarios.open_sample()
    cases = services.playground.examples(sample)
    assert len({case.id for case in cases}) == len(cases) > 5
    assert all(case.input and case.expected for case in cases)
    assert services.playground.examples(services.scenarios.new("Empty")) == (OWN_EXAMPLE,)
    services.close()

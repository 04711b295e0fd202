"""Caps, write-ahead rows, and questions that are never paid for twice, also when the program is killed."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import workbench
from workbench.app import Services, build
from workbench.domain.chat import ChatRequest, Done, Failed, Finish, Sampling, Timing, ask
from workbench.domain.errors import GuardRefusal, WorkbenchError
from workbench.inference.remote.purse import Paid, Question
from workbench.services.spend import SpendService

from remote_models import Remote, chat_answer, chat_chunk
from servers import Received, Reply, Server


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    services = build(tmp_path)
    yield services
    services.close()


def remote(url: str, services: Services, **more: Any) -> Remote:
    """1 and 10 US dollars for a million tokens in and out, with the real purse."""
    model = Remote(url, **more)
    model.purse = services.spend
    return model


DEAR = ask("Hello?", sampling=Sampling(max_tokens=100_000))  # may cost a dollar


def test_that_a_call_has_a_row_before_it_is_sent_and_its_price_after(services: Services) -> None:
    rows: list[float] = []

    async def look(request: Received, reply: Reply) -> None:
        rows.append(services.payments.open_ones()[0].most_usd)
        await chat_answer(request, reply)

    with Server(look) as server:
        remote(server.url, services).ask(DEAR)
    assert rows == [pytest.approx(1.0, abs=0.01)]
    assert services.spend.today().usd == pytest.approx(300 / 1e6)
    assert services.spend.by_model() == (("own", "test-model", 1, pytest.approx(300 / 1e6)),)
    assert services.payments.open_ones() == ()


def test_that_a_call_that_may_pass_the_days_cap_is_not_sent(services: Services) -> None:
    services.spend.set_day_cap(0.5)
    with Server(chat_answer) as server:
        model = remote(server.url, services)
        failure = model.ask(DEAR).failure
        assert isinstance(failure, GuardRefusal) and "the cap is $0.50" in failure.what and "today" in failure.what
        assert server.connections == 0 and model.ledger.calls == []
        assert model.ask().text == "Hello.", "a cheap one still may"


def test_that_a_call_that_reached_nobody_costs_nothing(services: Services) -> None:
    with Server(chat_answer) as server:
        gone = server.url
    end = remote(gone, services).ask(DEAR).events[-1]
    assert isinstance(end, Failed) and "refuses the connection" in end.reason.what and not end.sent
    assert services.spend.today().usd == 0 and services.payments.open_ones() == ()


def test_that_a_scenario_has_a_cap_of_its_own(services: Services) -> None:
    from workbench.domain.questions import requirements_from
    from workbench.net.guard import ScenarioData

    scenario = services.scenarios.new("capped")
    services.spend.set_scenario_cap(0.5, scenario.id)
    with Server(chat_answer) as server:
        model = remote(server.url, services)
        model.whose = lambda: ScenarioData(scenario.id, scenario.name, requirements_from({}))
        assert "for this scenario" in model.ask(DEAR).failure.what
        services.spend.set_scenario_cap(2.0, scenario.id)
        assert model.ask(DEAR).text == "Hello."
    assert services.spend.of_scenario(scenario.id).usd == pytest.approx(300 / 1e6)


def test_that_many_at_once_do_not_slip_past_a_cap_together(services: Services) -> None:
    services.spend.set_day_cap(5.0)
    question = Question(None, "own", "m", 1.0)

    async def all_at_once() -> list[object]:
        return await asyncio.gather(*(services.spend.begin(question) for _ in range(20)), return_exceptions=True)

    found = asyncio.run(all_at_once())
    assert sum(isinstance(one, str) for one in found) == 5
    assert all(isinstance(one, str | GuardRefusal) for one in found)


def test_that_a_new_day_begins_anew(services: Services) -> None:
    now = [datetime(2026, 11, 20, 23, 59, tzinfo=UTC)]
    spend = SpendService(settings=services.settings, payments=lambda: services.payments, now=lambda: now[0])
    asyncio.run(spend.begin(Question(None, "own", "m", 9.0)))
    with pytest.raises(GuardRefusal):
        asyncio.run(spend.begin(Question(None, "own", "m", 9.0)))
    now[0] += timedelta(minutes=2)
    assert asyncio.run(spend.begin(Question(None, "own", "m", 9.0)))


def test_that_a_refused_call_costs_nothing_and_a_broken_one_what_it_may_have(services: Services) -> None:
    async def refuse_then_break(request: Received, reply: Reply) -> None:
        if len(server.requests) == 1:
            await reply.json({"error": {"message": "no"}}, 400)
            return
        await reply.begin()
        await reply.event(chat_chunk("x" * 3000))
        await reply.cut()

    with Server(refuse_then_break) as server:
        model = remote(server.url, services)
        assert isinstance(model.ask().events[-1], Failed)
        assert services.spend.today().usd == 0
        assert isinstance(model.ask().events[-1], Failed)
    assert services.spend.today().usd == pytest.approx((1000 * 10 + 11) / 1e6, rel=0.01)


def test_that_an_answer_under_a_key_is_given_again_and_not_paid_for_again(services: Services) -> None:
    request = replace(ask("Hello?"), key="run1/case1/own/test-model")
    with Server(chat_answer) as server:
        model = remote(server.url, services)
        first, second = model.ask(request), model.ask(request)
        assert len(server.requests) == 1
        services.spend.forget_answers("run")
        assert model.ask(request).text == "Hello.", "those of another asker stay"
        services.spend.forget_answers("run1")
        assert model.ask(request).text == "" and len(server.requests) == 1
    assert first.text == second.text == "Hello." and first.done == second.done
    assert services.payments.open_ones() == () and services.spend.today().usd == pytest.approx(300 / 1e6)


def test_that_a_question_without_a_price_has_no_row(services: Services) -> None:
    assert asyncio.run(services.spend.begin(Question(None, "own", "m", 0.0, "key"))) == ""
    assert services.payments.open_ones() == ()


def test_that_what_was_under_way_at_a_kill_is_not_sent_again_until_a_person_says_so(tmp_path: Path) -> None:
    home = tmp_path / "home"

    async def never(request: Received, reply: Reply) -> None:
        await reply.begin()
        await asyncio.sleep(60)

    with Server(never) as server:
        child = subprocess.Popen([sys.executable, "-c", _ASKS, server.url, str(home)], env=_environment())
        while not server.requests:
            time.sleep(0.02)
            assert child.poll() is None
        child.send_signal(signal.SIGKILL)
        child.wait(10)
    services = build(home)
    request = replace(ask("Hello?", sampling=Sampling(max_tokens=100_000)), key="run1/case1")
    with Server(chat_answer) as server:
        model = remote(server.url, services)
        failure = model.ask(request).failure
        assert "its answer never arrived" in failure.what and "spend settle" in failure.mend
        assert server.connections == 0
        assert services.spend.today().usd == pytest.approx(1.0, abs=0.01), "it counts with the most it may have cost"
        assert services.spend.settle() == 1 and services.spend.in_doubt() == ()
        assert model.ask(request).text == "Hello."
    assert services.spend.today().usd == pytest.approx(1.0003, abs=0.01)
    services.close()


def test_that_an_answer_that_was_paid_for_before_a_kill_is_there_after_it(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with Server(chat_answer) as server:
        child = subprocess.Popen(
            [sys.executable, "-c", _ASKS, server.url, str(home)], env=_environment(), stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None and child.stdout.readline().strip() == "Hello."
        child.send_signal(signal.SIGKILL)
        child.wait(10)
        services = build(home)
        request: ChatRequest = replace(ask("Hello?"), key="run1/case1")
        assert remote(server.url, services).ask(request).text == "Hello."
        assert len(server.requests) == 1
    services.close()


def _environment() -> dict[str, str]:
    here = Path(__file__).parents[2]
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(here), str(Path(workbench.__file__).parents[1])])}


#: asks one dear question under a key with the real purse, says the answer, and waits to be killed
_ASKS = """
import sys, time
from dataclasses import replace
from pathlib import Path
from workbench.app import build
from workbench.domain.chat import Sampling, ask
from remote_models import Remote
services = build(Path(sys.argv[2]))
model = Remote(sys.argv[1])
model.purse = services.spend
heard = model.ask(replace(ask("Hello?", sampling=Sampling(max_tokens=100_000)), key="run1/case1"))
print(heard.text, flush=True)
time.sleep(60)
"""


def test_that_a_forgotten_answer_is_said_to_be_kept_elsewhere(services: Services) -> None:
    done = Done(Timing(0.1, None, 5, 2, 0.2), Finish.STOP)

    async def run() -> object:
        question = Question(None, "own", "m", 1.0, "asker/k")
        opened = await services.spend.begin(question)
        assert isinstance(opened, str)
        await services.spend.paid(opened, "yes", done, 0.5)
        await asyncio.to_thread(services.spend.forget_answers, "asker")
        return await services.spend.begin(question)

    again = asyncio.run(run())
    assert isinstance(again, Paid) and again.text == "" and "kept" in again.done.note


@pytest.mark.parametrize("usd", [-1.0, float("nan"), float("inf"), 1e9])
def test_that_a_cap_that_is_no_amount_is_refused(services: Services, usd: float) -> None:
    with pytest.raises(WorkbenchError):
        services.spend.set_day_cap(usd)
    with pytest.raises(WorkbenchError):
        services.spend.set_scenario_cap(usd, "any")

"""Local files and servers' models in one comparison, over real processes and sockets: each fault a sentence in its own
pane, and in blind mode neither a name, nor a speed, nor a price anywhere until the votes are locked."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from test_playground_blind import everything_readable
from validate_bench import Bench, ask_and_wait, bench_in, press, validate_page
from workbench.domain.chat import Finish
from workbench.domain.scenario import Scenario
from workbench.gui.pages.validate import ValidatePage
from workbench.gui.playground.pane import Pane
from workbench.gui.playground.view import PlaygroundView
from workbench.gui.theme import Theme

from remote_models import chat_answer, chat_chunk
from servers import Handler, Received, Reply, Server

LIST = {"object": "list", "data": [{"id": "m1", "object": "model"}]}


def listing(answer: Handler) -> Handler:
    """A server that lists one model and answers so."""

    async def handle(request: Received, reply: Reply) -> None:
        await (reply.json(LIST) if request.path.endswith("/models") else answer(request, reply))

    return handle


async def drops(request: Received, reply: Reply) -> None:
    await reply.begin()
    await reply.event(chat_chunk("Up to here"))
    await asyncio.sleep(0.1)
    await reply.cut()


async def malformed(request: Received, reply: Reply) -> None:
    await reply.begin()
    await reply.event(chat_chunk("Before "))
    await reply.chunk('data: {"choices": [{"delta": {"content": \n\n')
    await reply.end()


async def rejects(request: Received, reply: Reply) -> None:
    await reply.json({"error": {"message": "Incorrect API key provided"}}, 401)


def too_often() -> Handler:
    asked: list[str] = []

    async def busy(request: Received, reply: Reply) -> None:
        asked.append(request.path)
        if len(asked) == 1:
            await reply.json({"error": {"message": "Rate limit reached"}}, 429, **{"retry-after": "1"})
        else:
            await chat_answer(request, reply)

    return busy


@pytest.fixture
def bench(tmp_path: Path, qtbot: QtBot, theme: Theme) -> Iterator[Bench]:
    with bench_in(tmp_path / "home", qtbot) as made:
        yield made


@pytest.fixture
def scenario(bench: Bench) -> Scenario:
    return bench.services.scenarios.new("Support chat")


def page_with(bench: Bench, scenario: Scenario, *models: str) -> ValidatePage:
    """The playground with these models in its panes."""
    page = validate_page(bench)
    page.show_scenario(scenario)
    bench.show(page, 1500, 900)
    row = page.playground.row
    while len(row.panes) < len(models):
        row.add()
    while len(row.panes) > len(models):
        row._remove(row.panes[-1])
    for pane, name in zip(row.panes, models, strict=True):
        entry = next(entry for entry in row.models if entry.id == name)
        row.put_model(entry.reference, pane)
    bench.settle()
    return page


def enter(bench: Bench, **handlers: Handler) -> ExitStack:
    """Servers under these names, their models listed."""
    stack = ExitStack()
    for name, handler in handlers.items():
        server = stack.enter_context(Server(listing(handler)))
        bench.services.credentials.save_server(name, f"{server.url}/v1")

    async def list_models() -> None:
        for name in handlers:
            await bench.services.credentials.models(name)
        await bench.services.hang_up()

    asyncio.run(list_models())
    return stack


def told(pane: Pane) -> str:
    return pane._error.text() if not pane._error.isHidden() else ""


def watched_waits(view: PlaygroundView, place: int) -> list[str]:
    """What the pane at a place says while answers come."""
    heard: list[str] = []
    view.asker.run.heard.connect(lambda _event: heard.append(view.panes[place]._error.text()))
    return heard


def test_that_each_fault_is_a_sentence_in_its_own_pane_and_the_others_answer(bench: Bench, scenario: Scenario) -> None:
    with enter(bench, good=chat_answer, cut=drops, busy=too_often(), odd=malformed, shut=rejects):
        page = page_with(bench, scenario, "local/demo-nano", "good/m1", "cut/m1", "busy/m1", "odd/m1", "shut/m1")
        view = page.playground
        waits = watched_waits(view, 3)
        view.prompt.set_text("Hello")
        ask_and_wait(bench, view)
        local, good, cut, busy, odd, shut = view.panes
        assert local.view.text and not told(local)
        assert good.view.text == "Hello." and good._state.text() == "finished" and not told(good)
        assert cut.view.text == "Up to here" and "kept and marked as incomplete" in told(cut)
        assert busy.view.text == "Hello." and not told(busy), "the wait is over and said no more"
        assert any("Waits 1 s" in said and "asked too often" in said for said in waits)
        assert odd.view.text == "Before " and "not what was agreed" in told(odd)
        assert not shut.view.text and "does not accept the key" in told(shut) and "Settings" in told(shut)
        assert [pane._state.text() for pane in (cut, odd, shut)] == ["failed"] * 3
        assert "failed" in page.header.answer
        kept = bench.services.playground.history(scenario.id)[0]
        assert [bool(answer.error_what) for answer in kept.answers] == [False, False, True, False, True, True]
        press(bench, shut, "pane-again")
        bench.wait(lambda: not view.asker.is_busy)
        bench.settle()
        assert good.view.text == "Hello.", "asking one again leaves the others"


#: what would tell a model: names, speeds, times, memory, prices
TELLING = re.compile(r"demo|nano|good|dear|m1\b|tokens/s|first token|s a token|\bMB\b|\$|API ·|local ·", re.IGNORECASE)


def test_that_a_blind_vote_on_local_and_remote_answers_leaks_neither_name_nor_speed_nor_price(
    bench: Bench, scenario: Scenario
) -> None:
    with enter(bench, good=chat_answer, dear=chat_answer):
        page = page_with(bench, scenario, "local/demo-nano", "good/m1", "dear/m1")
        view = page.playground
        view.prompt.set_text("Hello")
        bench.settle()
        press(bench, page, "blind")
        bench.settle()
        seen: list[str] = []

        def read() -> str:
            return everything_readable(view) + everything_readable(page.header)

        view.asker.run.heard.connect(lambda _event: seen.append(read()))
        press(bench, view, "ask")
        bench.wait(lambda: not view.asker.is_busy)
        bench.settle()
        assert seen, "it was looked at while answers were written"
        while view.ballot.now is not None:
            seen.append(read())
            press(bench, view, "ballot-tie")
            bench.settle()
        assert {found[0] for words in seen for found in TELLING.finditer(words)} == set()
        press(bench, view, "ballot-reveal")
        bench.settle()
        assert sorted(pane.model_name for pane in view.panes) == ["Demo Nano", "m1", "m1"]
        assert all(pane._figures.text() for pane in view.panes), "now the figures are there"
        assert {pane.answer.finish for pane in view.panes if pane.answer} <= {Finish.STOP, Finish.LENGTH}


def test_that_a_key_kept_on_another_page_offers_its_models_here_and_what_leaves_is_said(
    bench: Bench, scenario: Scenario
) -> None:
    page = page_with(bench, scenario, "local/demo-nano", "local/demo-small")
    assert "nothing leaves it" in page.header.answer
    page.hide()
    bench.services.credentials.set_key("openai", "sk-" + "x" * 40)
    page.show()
    bench.settle()
    assert "openai/gpt-5.2" in [entry.reference for entry in page.playground.row.models]
    page.playground.row.put_model("openai/gpt-5.2", page.playground.row.panes[0])
    assert "what you ask a provider's model leaves it" in page.header.answer

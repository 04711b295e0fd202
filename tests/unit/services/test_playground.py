"""Prompts side by side on real model processes: answers kept, stopped, killed, asked again."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path

import pytest
from workbench.app import Services, build
from workbench.domain.chat import ChatEvent, ChatRequest, Failed, Sampling, Token, Waiting
from workbench.domain.errors import GuardRefusal, WorkbenchError
from workbench.domain.evidence import Attachment, Comparison
from workbench.domain.votes import Choice
from workbench.services import asking
from workbench.services.playground import OWN_EXAMPLE, Form, PaneEnded, PaneEvent, link_to

from chat_models import ScriptedModel, use_remote
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


def test_that_what_a_stopped_answer_waited_for_before_it_was_asked_is_not_its_first_token(services: Services) -> None:
    class LateModel(ScriptedModel):
        async def chat(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
            yield Waiting("for its turn")
            await asyncio.sleep(0.05)
            yield Token("I", first_s=0.004)
            yield Token("t", first_s=None)
            await asyncio.Event().wait()

    use_remote(services, LateModel("acme/late", str))

    async def work() -> Comparison:
        def hear(event: PaneEvent | PaneEnded) -> None:
            if isinstance(event, PaneEvent) and event.event == Token("t"):
                asking.stop()

        asking = services.playground.begin("Hello", ["acme/late"], on_event=hear)
        return await asking.run()

    (stopped,) = run(services, work).answers
    assert stopped.text == "It" and stopped.ttft_s == 0.004


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
    with pytest.raises(WorkbenchError, match="7 models were chosen"):
        services.playground.begin("Hello", ["demo-nano"] * 7)
    with pytest.raises(WorkbenchError, match="no local model"):
        services.playground.begin("Hello", ["demo-giant"])


def echo(question: str) -> str:
    return question.upper()


def test_that_local_and_remote_models_stand_side_by_side_with_what_they_cost(services: Services) -> None:
    def refuse(question: str) -> WorkbenchError:
        return GuardRefusal(
            "Not sent: the data must stay on this machine", where="rule R0.1", mend="Use a clean example."
        )

    prices = {"local": False, "usd_per_mtok_in": 3.0, "usd_per_mtok_out": 15.0}
    dear = ScriptedModel("acme/dear", echo, **prices)  # type: ignore[arg-type]
    unknown = ScriptedModel("acme/unknown", echo, local=False, usd_per_mtok_in=None)
    refused = ScriptedModel("acme/refused", refuse, **prices)  # type: ignore[arg-type]
    use_remote(services, dear, unknown, refused)

    async def work() -> Comparison:
        names = ["demo-nano", "acme/dear", "acme/unknown", "acme/refused"]
        return await services.playground.compare("Hello", names)

    local, paid, nobody_knows, guarded = run(services, work).answers
    assert local.cost_usd == 0 and local.local
    assert paid.text == "HELLO" and not paid.local
    assert paid.cost_usd == pytest.approx((5 * 3.0 + 5 * 15.0) / 1e6)
    assert nobody_knows.cost_usd is None
    assert (guarded.error_kind, guarded.cost_usd) == ("refused", 0)


def test_that_an_answer_without_an_end_is_stopped_at_the_bound_and_the_others_are_whole(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "MOST_CHARACTERS", 1_000)
    endless, short = ScriptedModel("acme/endless", lambda q: "x" * 50_000), ScriptedModel("acme/short", echo)
    use_remote(services, endless, short)
    heard: list[PaneEvent | PaneEnded] = []

    async def work() -> Comparison:
        return await services.playground.compare("Hello", ["acme/endless", "acme/short"], on_event=heard.append)

    cut, whole = run(services, work).answers
    assert len(cut.text) == 1_000 and "1,000 characters" in cut.error_what and "incomplete" in cut.error_mend
    assert endless.under_way == 0, "it was told to stop"
    assert whole.text == "HELLO" and not whole.error_what
    shown = [e.event for e in heard if e.pane == 0 and isinstance(e, PaneEvent)]
    assert sum(len(event.text) for event in shown if isinstance(event, Token)) == 1_000
    assert isinstance(shown[-1], Failed)


def test_that_a_provider_model_without_providers_is_a_sentence(services: Services) -> None:
    with pytest.raises(WorkbenchError):
        services.playground.begin("Hello", ["acme/dear"])


def test_that_an_estimate_tells_tokens_price_and_what_stands_against_it(services: Services) -> None:
    prices = {"local": False, "usd_per_mtok_in": 3.0, "usd_per_mtok_out": 15.0}
    use_remote(services, ScriptedModel("acme/dear", echo, context_tokens=200, **prices))  # type: ignore[arg-type]
    names = ["demo-nano", "acme/dear"]
    ask = services.playground.estimate
    free, dear = ask("word " * 100, names, system="Be brief.", sampling=Sampling(max_tokens=50))
    assert free.usd == 0 and free.local and not free.problem
    assert 100 < dear.tokens_in < 200 and dear.most_out == 50
    assert dear.usd == pytest.approx((dear.tokens_in * 3 + 50 * 15) / 1e6)
    picture = Attachment("p.png", "", "image/png", b"x")
    problems = [each.problem for each in ask("What?", names, attachments=[picture])]
    assert problems == ["it takes no pictures", "it takes no pictures"]
    assert ask("word " * 900, names)[1].problem == "its context holds 200 tokens"
    assert "no local model" in ask("What?", ["demo-giant"])[0].problem
    services.close()


def test_that_variables_files_and_settings_reach_the_models_and_are_kept(services: Services) -> None:
    scenario = services.scenarios.new("Support chat")
    models = [ScriptedModel("acme/one", echo), ScriptedModel("acme/two", echo)]
    use_remote(services, *models)
    settings = [Sampling(temperature=0.0), Sampling(temperature=0.9, seed=4)]
    files = [Attachment("policy.txt", "28 days"), Attachment("p.png", "", "image/png", b"x")]

    async def work() -> Comparison:
        asking = services.playground.begin(
            "How many {unit} of {what}?",
            ["acme/one", "acme/two"],
            system="Be brief.",
            variables={"unit": "days", "what": ""},
            attachments=files,
            sampling=settings,
            form=Form(json_schema='{"type": "object"}'),
            scenario_id=scenario.id,
        )
        return await asking.run()

    made = run(services, work)
    assert services.playground.comparison(link_to(made)) == made
    assert made.template == "How many {unit} of {what}?" and made.prompt == "How many days of {what}?"
    assert made.settings == tuple(settings) and made.attachments == tuple(files)
    for model, sampling in zip(models, settings, strict=True):
        request = model.requests[0]
        assert request.messages[-1].text == "File policy.txt:\n28 days\n\nHow many days of {what}?"
        assert [image.data for image in request.messages[-1].images] == [b"x"]
        assert (request.sampling, request.json_schema) == (sampling, '{"type": "object"}')


def test_that_a_conversation_goes_on_with_what_each_model_said(services: Services) -> None:
    scenario = services.scenarios.new("Support chat")
    models = [ScriptedModel("acme/one", lambda q: f"one {q}"), ScriptedModel("acme/two", lambda q: f"two {q}")]
    use_remote(services, *models)
    names = ["acme/one", "acme/two"]
    playground = services.playground

    async def work() -> Comparison:
        first = await playground.compare("First", names, system="Be brief.", scenario_id=scenario.id)
        second = await playground.begin("Second", names, scenario_id=scenario.id, continues=first.id).run()
        third = await playground.begin("Third", names, scenario_id=scenario.id, continues=second.id).run()
        await playground.again(third, 1, "acme/two").run()
        with pytest.raises(WorkbenchError, match="has 2 models, and 1 was chosen"):
            playground.begin("More", names[:1], scenario_id=scenario.id, continues=third.id)
        return third

    made = run(services, work)
    assert made.system == "Be brief."
    for name, model in zip(("one", "two"), models, strict=True):
        said = [(message.role.value, message.text) for message in model.requests[-1].messages]
        turns = [("user", "First"), ("assistant", f"{name} First"), ("user", "Second"), ("assistant", f"{name} Second")]
        assert said == [("system", "Be brief."), *turns, ("user", "Third")]


def test_that_a_blind_comparison_comes_back_without_names_and_can_be_continued_once_revealed(
    services: Services,
) -> None:
    scenario = services.scenarios.new("Support chat")
    use_remote(services, *(ScriptedModel(f"acme/{name}", lambda q, name=name: name) for name in ("x", "y", "z")))
    names = ["acme/x", "acme/y", "acme/z"]
    playground, votes = services.playground, services.votes
    orders = set()

    async def work() -> Comparison:
        for _ in range(8):
            made = await playground.begin("Hello", names, scenario_id=scenario.id, blind=True).run()
            assert "acme" not in str(made) and made.blind
            with pytest.raises(WorkbenchError, match="waits for a blind vote"):
                playground.begin("More", names, scenario_id=scenario.id, continues=made.id)
            shown = votes.reveal(made.id)
            assert [answer.model for answer in shown.answers] == [f"acme/{answer.text}" for answer in shown.answers]
            orders.add(tuple(answer.text for answer in shown.answers))
        return shown

    made = run(services, work)
    assert len(orders) > 1, "the order is drawn"
    assert playground.begin("More", names, continues=made.id)


def test_that_asking_again_does_not_change_an_answer_that_was_voted_on(services: Services) -> None:
    scenario = services.scenarios.new("Support chat")
    counter = iter(range(100))
    use_remote(services, *(ScriptedModel(f"acme/{name}", lambda q: f"{next(counter)}") for name in ("x", "y")))
    playground = services.playground

    async def work() -> Comparison:
        names = ["acme/x", "acme/y"]
        made = await playground.begin("Hello", names, scenario_id=scenario.id, blind=True).run()
        for ballot in services.votes.ballots(scenario.id):
            services.votes.vote(ballot, Choice.LEFT)
        shown = services.votes.reveal(made.id)
        again = await playground.again(shown, 0, shown.answers[0].model).run()
        assert again.id != shown.id and again.answers[0].text != shown.answers[0].text
        assert playground.comparison(shown.id) == shown
        return again

    run(services, work)


def test_that_the_history_is_searched_by_words(services: Services) -> None:
    scenario = services.scenarios.new("Support chat")
    use_remote(services, ScriptedModel("acme/one", echo))

    async def work() -> Comparison:
        for prompt in ("Annual leave?", "Parental leave?"):
            made = await services.playground.compare(prompt, ["acme/one"], scenario_id=scenario.id)
        return made

    run(services, work)
    assert [head.prompt for head in services.playground.heads(scenario.id, words="ANNUAL")] == ["Annual leave?"]
    assert len(services.playground.heads(scenario.id)) == 2
    with pytest.raises(WorkbenchError, match="no such comparison"):
        services.playground.comparison("workbench://comparison/none")
    services.close()


def test_that_a_senseless_setting_is_refused_before_anything_is_asked(services: Services) -> None:
    with pytest.raises(WorkbenchError, match="top p is 3"):
        services.playground.begin("Hello", ["demo-nano"], sampling=Sampling(top_p=3.0))
    with pytest.raises(WorkbenchError, match="1 settings were given for 2"):
        services.playground.begin("Hello", ["demo-nano"] * 2, sampling=[Sampling()])


def test_that_examples_come_from_the_scenarios_data_and_else_from_us(services: Services) -> None:
    sample = services.scenarios.open_sample()
    cases = services.playground.examples(sample)
    assert len({case.id for case in cases}) == len(cases) > 5
    assert all(case.input and case.expected for case in cases)
    assert services.playground.examples(services.scenarios.new("Empty")) == (OWN_EXAMPLE,)
    services.close()

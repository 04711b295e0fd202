"""A real child with real (random) models: what comes out, several at once, again and again."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import gguf
import pytest
from workbench.domain.chat import ChatModel, Done, Finish, Loading, Token, ask
from workbench.inference.local import client
from workbench.inference.local.client import Patience
from workbench.inference.local.model import LocalModel

from engine_models import events_of, failure_of, local, prompt, text_of, timing_of
from gguf_files import TEMPLATE, vocabulary, write_model


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("models") / "model.gguf", context=1024, layers=2)


def with_model(path: Path, work: Callable[[LocalModel], Awaitable[None]], **settings: object) -> None:
    async def session() -> None:
        model = local(path, **settings)
        try:
            await work(model)
        finally:
            await model.unload()

    asyncio.run(session())


def test_that_a_local_model_is_a_chat_model(path: Path) -> None:
    model = LocalModel(path)
    assert isinstance(model, ChatModel)
    about = model.describe()
    assert about.local
    assert about.model_id == "local/model"
    assert about.file_bytes == path.stat().st_size


def test_that_an_answer_is_loading_then_text_then_one_end(path: Path) -> None:
    async def work(model: LocalModel) -> None:
        events = await events_of(model, prompt("Hello"))
        kinds = [type(event) for event in events]
        assert kinds == [Loading] * kinds.count(Loading) + [Token] * kinds.count(Token) + [Done]
        assert kinds.count(Loading) >= 1
        assert not any(isinstance(event, Loading) for event in await events_of(model, prompt("Hello")))

    with_model(path, work)


def test_that_timing_adds_up(path: Path) -> None:
    async def work(model: LocalModel) -> None:
        timing = timing_of(await events_of(model, prompt("Hello", max_tokens=40, temperature=1.0, seed=5)))
        assert timing.ttft_s is not None and timing.tokens_per_s is not None and timing.prompt_s is not None
        assert 0 < timing.prompt_s <= timing.ttft_s <= timing.total_s
        assert timing.tokens_out <= 40
        assert timing.tokens_in > len("Hello")

    with_model(path, work)


def test_that_the_first_text_says_how_long_it_took_without_the_load(path: Path) -> None:
    async def work(model: LocalModel) -> None:
        began = asyncio.get_running_loop().time()
        events = await events_of(model, prompt("Hello", max_tokens=40))
        took = asyncio.get_running_loop().time() - began
        first, *others = [event.first_s for event in events if isinstance(event, Token)]
        timing = timing_of(events)
        assert first is not None and timing.ttft_s is not None and timing.ttft_s <= first <= timing.total_s + 0.1
        assert first < took / 2, "most of it was the load"
        assert not any(others)

    with_model(path, work)


def test_that_the_same_seed_gives_the_same_text_and_another_seed_another(path: Path) -> None:
    async def work(model: LocalModel) -> None:
        def drawn(seed: int) -> Awaitable[list[object]]:
            request = prompt("Hello", max_tokens=40, temperature=1.0, seed=seed)
            return events_of(model, ask("Hello", sampling=request.sampling, fresh=True))  # type: ignore[return-value]

        first = text_of(await drawn(1))  # type: ignore[arg-type]
        assert text_of(await drawn(1)) == first  # type: ignore[arg-type]
        assert text_of(await drawn(0)) == text_of(await drawn(0))  # type: ignore[arg-type]
        assert text_of(await drawn(2)) != first  # type: ignore[arg-type]

    with_model(path, work)


def test_that_top_k_of_one_is_the_likeliest_token_at_any_temperature(path: Path) -> None:
    async def work(model: LocalModel) -> None:
        greedy = text_of(await events_of(model, prompt("Hello")))
        assert text_of(await events_of(model, prompt("Hello", temperature=2.0, top_k=1))) == greedy
        assert text_of(await events_of(model, prompt("Hello", temperature=2.0, top_p=0.0001))) == greedy

    with_model(path, work)


def test_that_several_answers_at_once_are_the_same_as_one_after_the_other(path: Path) -> None:
    questions = [f"Question number {number}, of some length or other" for number in range(7)]

    async def work(model: LocalModel) -> None:
        in_turn = [text_of(await events_of(model, prompt(question, max_tokens=24))) for question in questions]
        together = await asyncio.gather(*(events_of(model, prompt(question, max_tokens=24)) for question in questions))
        assert [text_of(events) for events in together] == in_turn

    with_model(path, work)


def test_that_a_shared_beginning_is_evaluated_once(path: Path) -> None:
    async def work(model: LocalModel) -> None:
        system = "You answer questions about the travel policy. " * 5
        await events_of(model, ask("First question", system=system, sampling=prompt("").sampling))
        timing = timing_of(await events_of(model, ask("Another question", system=system, sampling=prompt("").sampling)))
        assert timing.shared_tokens > len(system) * 0.9
        again = timing_of(
            await events_of(model, ask("Another question", system=system, sampling=prompt("").sampling, fresh=True))
        )
        assert again.shared_tokens == 0

    with_model(path, work)


def test_that_an_answer_ends_at_max_tokens_and_at_a_stop_string(path: Path) -> None:
    async def work(model: LocalModel) -> None:
        events = await events_of(model, prompt("Hello", max_tokens=12))
        whole = text_of(events)
        assert isinstance(events[-1], Done)
        assert events[-1].finish is Finish.LENGTH
        stop = whole[3:5]
        stopped = await events_of(model, prompt("Hello", max_tokens=12, stop=(stop,)))
        assert text_of(stopped) == whole[: whole.index(stop)]
        assert isinstance(stopped[-1], Done)
        assert stopped[-1].finish is Finish.STOP

    with_model(path, work)


def test_that_a_prompt_over_the_context_says_how_many_tokens_it_is_over(path: Path) -> None:
    async def work(model: LocalModel) -> None:
        failure = failure_of(await events_of(model, prompt("word " * 400)))
        assert "more than this model can take" in failure
        assert "context of 1,024 tokens" in failure

    with_model(path, work)


def test_that_a_control_token_written_by_a_person_stays_text(path: Path) -> None:
    async def work(model: LocalModel) -> None:
        tame = timing_of(await events_of(model, prompt("<|end|>", max_tokens=1))).tokens_in
        spelled = timing_of(await events_of(model, prompt("<|abc|>", max_tokens=1))).tokens_in
        assert tame == spelled == timing_of(await events_of(model, prompt("", max_tokens=1))).tokens_in + 7

    with_model(path, work)


def test_that_a_file_without_a_template_answers_in_a_plain_form_and_says_so(tmp_path: Path) -> None:
    async def work(model: LocalModel) -> None:
        end = (await events_of(model, prompt("Hello")))[-1]
        assert isinstance(end, Done)
        assert "no chat template" in end.note

    with_model(write_model(tmp_path / "plain.gguf", template=None), work)


def test_that_a_template_that_takes_no_system_message_gets_it_before_the_question(tmp_path: Path) -> None:
    template = "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}" + TEMPLATE

    async def work(model: LocalModel) -> None:
        end = (await events_of(model, ask("Hello", system="Be short", sampling=prompt("").sampling)))[-1]
        assert isinstance(end, Done)
        assert "takes no system message" in end.note

    with_model(write_model(tmp_path / "nosystem.gguf", template=template), work)


@pytest.mark.skipif(not Path("/proc").exists(), reason="looks into /proc")
def test_that_the_child_has_no_key_no_core_file_and_a_high_chance_to_be_taken_first(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary")

    async def work(model: LocalModel) -> None:
        await model.load()
        place = Path(f"/proc/{model.pid}")
        variables = place.joinpath("environ").read_bytes()
        assert b"canary" not in variables
        assert b"GOMP_SPINCOUNT=10000" in variables
        assert place.joinpath("oom_score_adj").read_text().strip() == "900"
        limits = place.joinpath("limits").read_text().splitlines()
        assert [line.split()[4:6] for line in limits if line.startswith("Max core file size")] == [["0", "0"]]
        assert model.memory_bytes()

    with_model(path, work)


def test_that_the_child_may_open_no_socket_and_start_no_program() -> None:
    code = (
        "import os, socket, sys; sys.path.insert(0, sys.argv[1]); from workbench.inference.local import hardening\n"
        "hardening.forbid_the_network()\n"
        "for act in (socket.socket, lambda: os.system('true'), os.fork):\n"
        "    try: act()\n"
        "    except PermissionError as refused: print(refused)\n"
    )
    root = str(Path(__file__).resolve().parents[3])
    told = subprocess.run([sys.executable, "-c", code, root], capture_output=True, text=True, check=True).stdout
    assert told.splitlines() == [
        "the engine child may not do socket.__new__",
        "the engine child may not do os.system",
        "the engine child may not do os.fork",
    ]


def test_that_an_idle_child_is_not_asked_for_anything(path: Path) -> None:
    async def work(model: LocalModel) -> None:
        engine = await model.load()
        await events_of(model, prompt("Hello"))
        assert engine.in_flight == 0
        said: list[object] = []
        engine._say = said.append  # type: ignore[assignment, method-assign]
        watcher = engine._watcher
        assert watcher is not None
        await asyncio.wait_for(watcher, 30)  # ends by itself when nothing is in flight
        assert said == []

    with_model(path, work, patience=Patience(ping_every_s=0.05, pong_s=60))


def test_that_a_token_of_eighty_spaces_is_whole(tmp_path: Path) -> None:
    texts, _, kinds = vocabulary()
    spaces = {
        "tokenizer.ggml.tokens": ["\u2581".encode() * 80, *texts[1:]],
        "tokenizer.ggml.token_type": [int(gguf.TokenType.NORMAL), *kinds[1:]],
    }

    async def work(model: LocalModel) -> None:
        assert text_of(await events_of(model, prompt("Hello", max_tokens=3))) == " " * 240

    with_model(write_model(tmp_path / "spaces.gguf", output=0.0, keys=spaces), work)


ALWAYS_MEASURING = """
import sys; sys.path.insert(0, sys.argv[1])
from workbench.inference.local import child, threads
threads.physical_cores = lambda: 3
threads.CollapseWatch.saw = lambda *_: True
child.main()
"""


def test_that_measuring_threads_again_in_the_middle_changes_no_answer(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[list[str]] = []

    async def work(model: LocalModel) -> None:
        asked = [prompt(f"Question {number}", max_tokens=12) for number in range(3)]
        answers.append([text_of(events) for events in await asyncio.gather(*(events_of(model, r) for r in asked))])

    with_model(path, work)
    root = str(Path(__file__).resolve().parents[3])
    command = (sys.executable, "-I", "-c", ALWAYS_MEASURING, root)
    monkeypatch.setattr(client, "child_command", lambda: command)
    with_model(path, work, threads=None)
    assert answers[0] == answers[1]

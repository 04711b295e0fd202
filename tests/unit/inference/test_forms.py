"""What an answer must look like (grammar, JSON schema), how its words are chosen, and what else a model tells."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from workbench.domain.chat import ChatMessage, ChatRequest, Done, Failed, Image, Role, Token
from workbench.domain.errors import WorkbenchError
from workbench.inference.forms import schema_problem
from workbench.inference.local.grammar import MAX_DEPTH, refuse_exhausting
from workbench.inference.local.model import LocalModel
from workbench.inference.local.refusal import Refusal

from engine_models import events_of, failure_of, local, prompt, text_of
from gguf_files import vocabulary, write_model

SCHEMA = {
    "type": "object",
    "properties": {
        "days": {"type": "integer", "minimum": 0},
        "unit": {"enum": ["days", "weeks"]},
        "sure": {"type": "boolean"},
    },
    "required": ["days", "unit", "sure"],
}


class Session:
    """A loop with one loaded model, for all tests of the module."""

    def __init__(self, path: Path) -> None:
        self.runner = asyncio.Runner()
        self.model = local(path)

    def run(self, work: Callable[[LocalModel], Awaitable[None]]) -> None:
        async def one() -> None:
            await work(self.model)

        self.runner.run(one())


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    path = write_model(tmp_path_factory.mktemp("models") / "model.gguf", context=1024, layers=2)
    made = Session(path)
    yield made
    made.runner.run(made.model.unload())
    made.runner.close()


def asked(text: str = "Hello", **sampling: object) -> ChatRequest:
    return replace(prompt(text, **({"max_tokens": 60} | sampling)), fresh=True)


@pytest.mark.parametrize("sampling", [{}, {"temperature": 1.5, "seed": 3}, {"temperature": 1.0, "top_k": 3}])
def test_that_an_answer_follows_its_grammar(session: Session, sampling: dict[str, object]) -> None:
    async def work(model: LocalModel) -> None:
        request = replace(asked(**sampling), grammar='root ::= ("yes" | "no") " " [a-c]{3}')
        events = await events_of(model, request)
        word, _, rest = text_of(events).partition(" ")
        assert word in ("yes", "no") and len(rest) == 3 and set(rest) <= set("abc")
        assert isinstance(events[-1], Done) and events[-1].finish == "stop"

    session.run(work)


@pytest.mark.parametrize("seed", range(4))
def test_that_an_answer_follows_its_json_schema(session: Session, seed: int) -> None:
    async def work(model: LocalModel) -> None:
        request = replace(asked(temperature=1.0, seed=seed, max_tokens=200), json_schema=json.dumps(SCHEMA))
        found = json.loads(text_of(await events_of(model, request)))
        assert set(found) == {"days", "unit", "sure"}
        assert isinstance(found["days"], int) and found["unit"] in ("days", "weeks") and isinstance(found["sure"], bool)

    session.run(work)


def test_that_a_limit_the_grammar_cannot_hold_is_said_when_the_answer_breaks_it(session: Session) -> None:
    async def work(model: LocalModel) -> None:
        schema = {"type": "object", "properties": {"days": {"type": "integer", "maximum": -1}}, "required": ["days"]}
        request = replace(asked(temperature=1.0, seed=1, max_tokens=200), json_schema=json.dumps(schema))
        events = await events_of(model, request)
        assert isinstance(events[-1], Done)
        days = json.loads(text_of(events))["days"]
        expected = f"at days: {days} is greater than the maximum of -1." if days > -1 else ""
        assert events[-1].note.endswith(expected) and (days <= -1) is (events[-1].note == "")

    session.run(work)


@pytest.mark.parametrize(
    ("answer", "schema", "told"),
    [
        ('{"a": 1}', '{"type": "object"}', ""),
        ("not json", "{}", "not JSON"),
        ('{"a": [1, "x"]}', '{"properties": {"a": {"items": {"type": "integer"}}}}', "at a[1]: 'x' is not of type"),
        ("1", '{"type": 3}', "The schema is wrong"),
        ("1", '{"$ref": "https://example.org/other.json"}', "cannot be checked"),
    ],
)
def test_that_what_breaks_a_schema_is_said_with_its_place(answer: str, schema: str, told: str) -> None:
    problem = schema_problem(answer, schema)
    assert told in problem and bool(problem) is bool(told)


@pytest.mark.parametrize(
    "grammar",
    [
        "   ",
        "root ::= (",
        "root ::= other",
        'start ::= "a"',
        'root ::= root "x" | "x"',
        "root ::= [a-",
        'root ::= (("a"{1,1000}){1,1000}){1,1000}',
        "root ::= " + "(" * 100_000 + '"a"' + ")" * 100_000,
        'root ::= "a"\0"b"',
        "\ud800",
        "root ::= <none-such>",
        'root ::= "' + "a" * 300_000 + '"',
    ],
)
def test_that_a_bad_grammar_is_a_sentence_and_the_child_lives_on(session: Session, grammar: str) -> None:
    """X02; weights that are no numbers are in tests/faults/test_gguf_unsound.py."""

    async def work(model: LocalModel) -> None:
        await model.load()
        pid = model.pid
        failure = failure_of(await events_of(model, replace(asked(), grammar=grammar)))
        assert "grammar" in failure
        assert isinstance((await events_of(model, asked()))[-1], Done)
        assert model.pid == pid

    session.run(work)


@pytest.mark.parametrize(
    "schema",
    [
        "{",
        "[]",
        "3",
        '{"type": "nonsense"}',
        '{"$ref": "https://example.org/schema.json"}',
        '{"$ref": "#/definitions/none"}',
        "[" * 100_000,
        '{"type": "string", "pattern": "a"}',
    ],
)
def test_that_a_bad_schema_is_a_sentence_and_the_child_lives_on(session: Session, schema: str) -> None:
    async def work(model: LocalModel) -> None:
        await model.load()
        pid = model.pid
        failure = failure_of(await events_of(model, replace(asked(), json_schema=schema)))
        assert "schema" in failure.lower()
        assert model.pid == pid

    session.run(work)


def test_that_a_schema_and_a_grammar_together_are_refused(session: Session) -> None:
    async def work(model: LocalModel) -> None:
        request = replace(asked(), grammar='root ::= "a"', json_schema="{}")
        assert "both" in failure_of(await events_of(model, request))

    session.run(work)


def test_that_brackets_in_literals_and_comments_do_not_count_as_depth() -> None:
    refuse_exhausting('root ::= "' + "(" * (2 * MAX_DEPTH) + '" # ' + "(" * (2 * MAX_DEPTH) + "\n")
    refuse_exhausting("root ::= [" + "(" * (2 * MAX_DEPTH) + "]")
    with pytest.raises(Refusal):
        refuse_exhausting('root ::= ")))))" ' + "(" * (MAX_DEPTH + 1))


def test_that_a_high_min_p_is_the_likeliest_token_at_any_temperature(session: Session) -> None:
    async def work(model: LocalModel) -> None:
        greedy = text_of(await events_of(model, asked()))
        assert text_of(await events_of(model, asked(temperature=2.0, min_p=1.0))) == greedy

    session.run(work)


@pytest.mark.parametrize("name", ["repeat_penalty", "presence_penalty", "frequency_penalty"])
def test_that_a_penalty_keeps_the_model_from_repeating_itself(tmp_path: Path, name: str) -> None:
    """To this model every token is as likely as any other, so it takes the first, again and again."""

    async def work() -> None:
        texts, _, _ = vocabulary()
        texts[2], texts[6] = b"no-end", b"nor-this"  # llama.cpp knows ends by their names
        keys = {"tokenizer.ggml.tokens": texts}
        model = local(write_model(tmp_path / "model.gguf", output=1.0, end_token=300, keys=keys))
        for value, most in (({}, 1), ({name: 1.5}, 10)):
            said = await events_of(model, replace(asked(max_tokens=10, **value), top_logprobs=1))
            words = [one.text for event in said if isinstance(event, Token) for one in event.logprobs]
            assert len(words) == 10 and most / 2 < len(set(words)) <= most, "control tokens have no text"
        await model.unload()

    asyncio.run(work())


def test_that_log_probabilities_are_those_of_the_text_and_sum_to_less_than_one(session: Session) -> None:
    async def work(model: LocalModel) -> None:
        events = await events_of(model, replace(asked(max_tokens=20), top_logprobs=5))
        said = [one for event in events if isinstance(event, Token) for one in event.logprobs]
        assert len(said) == 20
        assert "".join(one.text for one in said) == text_of(events)
        for one in said:
            values = [value for _, value in one.likeliest]
            assert values == sorted(values, reverse=True) and len(values) == 5
            assert one.likeliest[0] == (one.text, one.logprob), "greedy takes the likeliest"
            assert sum(math.exp(value) for value in values) <= 1 + 1e-9

    session.run(work)


def test_that_vectors_have_length_one_and_the_same_text_the_same_vector(session: Session) -> None:
    async def work(model: LocalModel) -> None:
        texts = ["How many days?", "Something else entirely", "How many days?"]
        first, other, again = await model.embed(texts)
        assert first == again and first != other
        assert all(math.isclose(sum(value * value for value in vector), 1, rel_tol=1e-4) for vector in (first, other))
        assert await model.embed([]) == ()

    session.run(work)


def test_that_a_text_too_long_for_a_vector_says_by_how_much(session: Session) -> None:
    async def work(model: LocalModel) -> None:
        with pytest.raises(WorkbenchError, match="more than this model can take"):
            await model.embed(["word " * 2000])
        assert len(await model.embed(["short"])) == 1

    session.run(work)


def test_that_answers_go_on_while_vectors_are_made(session: Session) -> None:
    async def work(model: LocalModel) -> None:
        alone = text_of(await events_of(model, asked()))
        answer, vectors = await asyncio.gather(events_of(model, asked()), model.embed(["text"] * 20))
        assert text_of(answer) == alone and len(vectors) == 20

    session.run(work)


def test_that_cancelled_vectors_leave_the_child_as_it_was(session: Session) -> None:
    async def work(model: LocalModel) -> None:
        await model.load()
        pid = model.pid
        task = asyncio.create_task(model.embed(["a text of some length " * 20] * 500))
        while model.in_flight == 0:
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert len(await model.embed(["next"])) == 1
        assert model.pid == pid

    session.run(work)


def test_that_a_picture_is_refused_before_anything_is_loaded(tmp_path: Path) -> None:
    async def work() -> None:
        model = local(write_model(tmp_path / "model.gguf"))
        message = ChatMessage(Role.USER, "What is this?", (Image("image/png", b"\x89PNG"),))
        events = await events_of(model, ChatRequest((message,)))
        assert isinstance(events[0], Failed) and "takes no pictures" in events[0].reason.what
        assert not model.loaded

    asyncio.run(work())


@pytest.mark.parametrize(
    "wrong", [{"temperature": math.nan}, {"top_p": 2.0}, {"repeat_penalty": 0.0}, {"max_tokens": 0}, {"top_k": -1}]
)
def test_that_a_number_that_makes_no_sense_is_refused_with_its_bounds(
    session: Session, wrong: dict[str, object]
) -> None:
    async def work(model: LocalModel) -> None:
        failure = failure_of(await events_of(model, asked(**wrong)))
        assert "it can be" in failure and next(iter(wrong)).replace("_", " ") in failure

    session.run(work)

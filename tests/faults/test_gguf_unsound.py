"""G05, G06: well-formed files that would kill or stop llama.cpp: found by reading, and survived when forced through."""

from __future__ import annotations

import asyncio
import math
from pathlib import Path
from typing import Any

import pytest
from workbench.domain.chat import ChatEvent, Done, Failed, Sampling, Token, ask
from workbench.domain.errors import WorkbenchError
from workbench.inference.local.gguf import inspect, refuse_unsound
from workbench.inference.local.model import LocalModel, LocalSettings
from workbench.inference.local.template import ChatTemplate

from gguf_files import vocabulary, write_model

DOUBLED = [*vocabulary()[0][:-1], b"a"]
NUL = [*vocabulary()[0][:-1], b"a\0b"]
UNSOUND: dict[str, tuple[dict[str, Any], str]] = {
    "no layers": ({"llama.block_count": 0}, "0 layers"),
    "513 layers": ({"llama.block_count": 513}, "513 layers"),
    "epsilon not a number": ({"llama.attention.layer_norm_rms_epsilon": math.nan}, "nan"),
    "epsilon negative": ({"llama.attention.layer_norm_rms_epsilon": -1.0}, "-1.0"),
    "no heads": ({"llama.attention.head_count": 0}, "head count is 0"),
    "a token twice": ({"tokenizer.ggml.tokens": DOUBLED}, "twice in the vocabulary"),
    "a token with NUL": ({"tokenizer.ggml.tokens": NUL}, "NUL"),
    "token lists of different lengths": ({"tokenizer.ggml.tokens": vocabulary()[0][:-1]}, "358 entries"),
}


async def answer(model: LocalModel, text: str = "Hello", tokens: int = 8) -> list[ChatEvent]:
    try:
        return [event async for event in model.chat(ask(text, sampling=Sampling(max_tokens=tokens)))]
    finally:
        await model.unload()


@pytest.mark.parametrize(("keys", "word"), UNSOUND.values(), ids=UNSOUND.keys())
def test_that_an_unsound_model_is_refused_before_llama_cpp_sees_it(
    tmp_path: Path, keys: dict[str, Any], word: str
) -> None:
    path = write_model(tmp_path / "model.gguf", keys=keys)
    file = inspect(path)
    assert not file.usable
    assert any(word in problem.what for problem in file.problems)
    with pytest.raises(WorkbenchError):
        refuse_unsound(file)
    events = asyncio.run(answer(LocalModel(path)))
    assert isinstance(events[-1], Failed)


@pytest.mark.parametrize("name", ["no layers", "513 layers", "epsilon not a number", "no heads", "a token twice"])
def test_that_an_unsound_model_forced_through_ends_in_an_event_and_not_in_an_exception(
    tmp_path: Path, name: str
) -> None:
    path = write_model(tmp_path / "model.gguf", keys=UNSOUND[name][0])
    events = asyncio.run(answer(LocalModel(path, settings=LocalSettings(force=True))))
    end = events[-1]
    assert isinstance(end, Failed | Done)
    if isinstance(end, Failed):
        assert end.reason.what and end.reason.mend


def test_that_the_last_words_of_a_dying_process_are_in_the_sentence(tmp_path: Path) -> None:
    path = write_model(tmp_path / "model.gguf", keys=UNSOUND["epsilon negative"][0])
    events = asyncio.run(answer(LocalModel(path, settings=LocalSettings(force=True))))
    assert isinstance(events[-1], Failed)
    assert "SIGABRT" in events[-1].reason.what
    assert "): ops.cpp:" in events[-1].reason.what, "the name of the source file, without a folder of the build machine"
    assert "GGML_ASSERT" in events[-1].reason.what


def test_that_a_model_that_computes_no_numbers_is_flagged(tmp_path: Path) -> None:
    path = write_model(tmp_path / "model.gguf", output=math.nan)
    events = asyncio.run(answer(LocalModel(path)))
    assert isinstance(events[-1], Failed)
    assert "not a number" in events[-1].reason.what


@pytest.mark.parametrize(
    "template",
    [
        "{% for m in messages %}{{ m.content }",
        "{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}"
        "{% endfor %}{% endfor %}{% endfor %}",
        "{{ messages.__class__.__mro__[1].__subclasses__() }}",
        "{{ 'a' * 999999999999 }}",
        "{{ raise_exception('no') }}",
        "{% for m in messages %}{{ m.content }}{% endfor %}{{ 1/0 }}",
    ],
    ids=["syntax error", "three loops", "a way out of the sandbox", "a giant text", "raises", "divides by zero"],
)
def test_that_a_model_with_a_broken_template_answers_in_the_plain_form_and_says_so(
    tmp_path: Path, template: str
) -> None:
    path = write_model(tmp_path / "model.gguf", template=template)
    file = inspect(path)
    assert file.usable
    events = asyncio.run(answer(LocalModel(path)))
    assert isinstance(events[-1], Done)
    assert "chat template failed" in events[-1].note
    assert any(isinstance(event, Token) for event in events)


def test_that_a_template_is_stopped_by_its_time_limit() -> None:
    endless = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    rendered = ChatTemplate(endless, time_limit_s=0.05).render(ask("Hello").messages)
    assert "ran for more than 0.05 s" in rendered.note
    assert rendered.text == "Question: Hello\n\nAnswer:"


def test_that_a_template_longer_than_a_mebibyte_is_a_warning(tmp_path: Path) -> None:
    path = write_model(tmp_path / "model.gguf", template="{# " + "x" * (1 << 20) + " #}")
    file = inspect(path)
    assert file.usable
    assert any("longer than 1 MiB" in problem.what for problem in file.problems)

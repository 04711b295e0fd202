"""A true peer: llama-cpp-python's server with a shipped demo model, over OpenAI's protocol, in a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from workbench.cli.main import run
from workbench.domain.chat import Sampling, Token, ask
from workbench.paths import data_dir

from remote_models import Remote


def demo_model() -> Path:
    folder = data_dir("resources") / "demo_models"
    return min(folder.glob("*.gguf"), key=lambda path: path.stat().st_size)


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    """The server's base address. Skipped where the server extra is not installed."""
    pytest.importorskip("llama_cpp.server")
    pytest.importorskip("uvicorn")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "llama_cpp.server", "--model", str(demo_model()), "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--n_threads", "1", "--chat_format", "chatml", "--interrupt_requests", "false"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "GOMP_SPINCOUNT": "10000"},
    )
    try:
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert process.poll() is None, "the server ended"
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        process.wait(20)


def test_that_a_model_behind_a_real_server_answers_in_a_stream(served: str) -> None:
    remote = Remote(served, needs_key=False)
    heard = remote.ask(ask("What is the capital of France?", sampling=Sampling(max_tokens=12)))
    assert heard.text and heard.done.timing.tokens_out > 0
    assert heard.done.timing.ttft_s is not None


def test_that_what_a_real_server_lists_can_be_asked_by_that_name_beside_a_file(
    served: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It names its models by their files."""

    def command(*words: str) -> dict[str, Any]:
        assert run(["--home", str(tmp_path), *words, "--json"]) == 0
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return found

    command("key", "server", "box", served)
    (listed,) = command("key", "models", "box")["models"]
    assert listed["model"].startswith("box/") and listed["model"].endswith(".gguf")
    answers = command("prompt", "Hello", "-m", "demo-nano", listed["model"], "--max-tokens", "4")["answers"]
    assert [answer["model"] for answer in answers] == ["local/demo-nano", listed["model"]]
    assert all(answer["text"] and answer["error"] is None for answer in answers)


def test_that_a_grammar_reaches_a_real_server(served: str) -> None:
    request = ask("Is the sky blue?", sampling=Sampling(max_tokens=8))
    heard = Remote(served, needs_key=False).ask(replace(request, grammar='root ::= "yes" | "no"'))
    assert heard.text in ("yes", "no")


def test_that_a_schema_reaches_a_real_server_that_has_an_older_word_for_it(served: str) -> None:
    schema = '{"type": "object", "properties": {"a": {"type": "boolean"}}, "required": ["a"]}'
    request = ask("Is the sky blue?", sampling=Sampling(max_tokens=60))
    remote = Remote(served, needs_key=False)
    heard = remote.ask(replace(request, json_schema=schema))
    assert isinstance(json.loads(heard.text)["a"], bool) and not remote.slept
    assert "schema" not in heard.done.note, "the answer follows it"


def test_that_two_questions_at_once_both_get_their_answer(served: str) -> None:
    remote = Remote(served, needs_key=False)

    async def both() -> list[str]:
        model = remote.build()

        async def one(question: str) -> str:
            said = ""
            async for event in model.chat(ask(question, sampling=Sampling(max_tokens=8))):
                said += event.text if isinstance(event, Token) else ""
            return said

        found = await asyncio.gather(one("Hello"), one("Goodbye"))
        await remote.doorway.close()
        return list(found)

    assert all(asyncio.run(both()))

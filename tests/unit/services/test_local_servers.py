"""Servers on this machine, asked for their models: those that answer well, badly, and not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from workbench.services import local_servers
from workbench.services.local_servers import LocalServer, ServedModel, find_servers

from doorways import House
from servers import Handler, Received, Reply, Server

OLLAMA = {
    "models": [
        {
            "name": "llama3.2:3b",
            "size": 2_019_393_189,
            "details": {"parameter_size": "3.2B", "quantization_level": "Q4_K_M"},
        }
    ]
}
LM_STUDIO = {
    "data": [
        {"id": "qwen3-8b", "type": "llm", "quantization": "Q4_K_M", "state": "loaded", "max_context_length": 32768},
        {"id": "nomic-embed", "type": "embeddings", "state": "not-loaded"},
    ]
}
LLAMA_SERVER = {"data": [{"id": "model.gguf", "meta": {"size": 4_000_000_000, "n_ctx_train": 8192}}]}
VLLM = {"data": [{"id": "meta-llama/Llama-3.1-8B-Instruct", "max_model_len": 16384}]}


def answering(path: str, value: object) -> Handler:
    async def handle(request: Received, reply: Reply) -> None:
        if request.path == path:
            await reply.json(value)
        else:
            await reply.json({}, 404)

    return handle


@contextmanager
def served(monkeypatch: pytest.MonkeyPatch, **handlers: Handler) -> Iterator[dict[str, Server]]:
    """Servers in the places of the programs' usual ports; the others are silent."""
    with ExitStack() as stack:
        running = {name: stack.enter_context(Server(handler)) for name, handler in handlers.items()}
        closed = Server(answering("", {}))
        with closed:
            pass
        usual = local_servers._kinds

        def kinds(environment: object) -> object:
            names = {"Ollama": "ollama", "LM Studio": "lm_studio", "llama-server": "llama_server", "vLLM": "vllm"}
            return tuple(
                local_servers._Kind(
                    kind.program,
                    running[names[kind.program]].url if names[kind.program] in running else closed.url,
                    kind.lists,
                )
                for kind in usual({})
            )

        monkeypatch.setattr(local_servers, "_kinds", kinds)
        yield running


def found() -> tuple[LocalServer, ...]:
    return House().run(find_servers)


def test_that_the_models_of_each_program_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    with served(
        monkeypatch,
        ollama=answering("/api/tags", OLLAMA),
        lm_studio=answering("/api/v0/models", LM_STUDIO),
        llama_server=answering("/v1/models", LLAMA_SERVER),
        vllm=answering("/v1/models", VLLM),
    ):
        models = {server.program: server.models for server in found()}
    assert models == {
        "Ollama": (ServedModel("llama3.2:3b", bytes=2_019_393_189, quantization="Q4_K_M", parameters="3.2B"),),
        "LM Studio": (ServedModel("qwen3-8b", quantization="Q4_K_M", context=32768, loaded=True),),
        "llama-server": (ServedModel("model.gguf", bytes=4_000_000_000, context=8192, loaded=True),),
        "vLLM": (ServedModel("meta-llama/Llama-3.1-8B-Instruct", context=16384, loaded=True),),
    }


def test_that_silent_ports_are_left_out_and_every_call_stays_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    house = House()
    with served(monkeypatch):
        assert house.run(find_servers) == ()
    assert all(call.local for call in house.ledger.calls)


def test_that_an_older_lm_studio_is_asked_in_openais_way(monkeypatch: pytest.MonkeyPatch) -> None:
    with served(monkeypatch, lm_studio=answering("/v1/models", {"data": [{"id": "phi-4"}]})):
        assert found()[0].models[0].id == "phi-4"


@pytest.mark.parametrize(
    "value", [[], {}, {"models": 7}, {"models": [7]}, {"models": [{"name": ""}]}, {"models": None}]
)
def test_that_an_answer_that_is_no_list_is_a_problem_in_words(monkeypatch: pytest.MonkeyPatch, value: object) -> None:
    with served(monkeypatch, ollama=answering("/api/tags", value)):
        (server,) = found()
    assert server.models == () and "no list of models" in server.problem


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ("", "http://127.0.0.1:11434"),
        ("0.0.0.0:9000", "http://127.0.0.1:9000"),
        ("http://localhost:9001", "http://127.0.0.1:9001"),
        ("example.org:9000", "http://127.0.0.1:11434"),
        ("http://[bad", "http://127.0.0.1:11434"),
    ],
)
def test_that_ollamas_variable_moves_the_port_and_never_the_machine(told: str, address: str) -> None:
    assert local_servers._ollama_address({"OLLAMA_HOST": told}) == address

"""Model servers that run on this machine: Ollama, LM Studio, llama-server and vLLM, asked only when wanted.

Each is asked for its list of models at its usual port on this machine itself; nothing else is called, and nothing of
the person's goes along.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from workbench.domain.calls import Purpose
from workbench.domain.errors import WorkbenchError
from workbench.net.grant import Bounds, NetworkFailure

if TYPE_CHECKING:
    from workbench.domain.changes import Changes
    from workbench.net.door import Doorway
    from workbench.services.credentials import CredentialService

#: a server on this machine answers at once or is none
BOUNDS = Bounds(total_s=4.0, idle_s=3.0, connect_s=1.0, line_bytes=None, answer_bytes=4 << 20)
MOST_MODELS = 500
MOST_NAME = 200
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A model that a server offers; None stands for what it does not say. A `loaded` one answers at once."""

    id: str
    bytes: int | None = None
    quantization: str | None = None
    context: int | None = None
    parameters: str | None = None
    loaded: bool | None = None


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A server that answered. `problem` is set when it answered with something that is no list of models."""

    program: str
    address: str
    models: tuple[ServedModel, ...] = ()
    problem: str = ""

    @property
    def id(self) -> str:
        """What stands before the slash when one of its models is named: "lm-studio"."""
        return self.program.lower().replace(" ", "-")

    @property
    def api(self) -> str:
        """Where it speaks OpenAI's protocol."""
        return f"{self.address}/v1"

    def as_json(self) -> dict[str, object]:
        return {"id": self.id, **asdict(self), "api": self.api}


@dataclass(frozen=True, slots=True)
class _Kind:
    """How a program is asked: its address, its lists in the order they are tried, and how each is read."""

    program: str
    address: str
    lists: tuple[tuple[str, Callable[[Any], list[ServedModel]]], ...]


async def find_servers(doorway: Doorway, environment: Mapping[str, str] = os.environ) -> tuple[LocalServer, ...]:
    """The servers that answer now. A program whose port is silent is left out."""
    asked = await asyncio.gather(*(_ask(doorway, kind) for kind in _kinds(environment)))
    found: dict[str, LocalServer] = {}
    for server in asked:
        if server is not None and (server.address not in found or found[server.address].problem):
            found[server.address] = server
    return tuple(found.values())


def remember(server: LocalServer, credentials: CredentialService) -> Changes:
    """Makes the server one of the person's own, so that `ollama/llama3.2:3b` names a model to ask. Writes the store.

    Raises WorkbenchError for a server that offers nothing.
    """
    if not server.models:
        raise WorkbenchError(
            f"{server.program} offers no model now",
            where=server.address,
            mend="Load or fetch a model there, then ask again.",
        )
    return credentials.save_server(server.id, server.api, name=server.program)


def _kinds(environment: Mapping[str, str]) -> tuple[_Kind, ...]:
    plain = ("/v1/models", _openai)
    return (
        _Kind("Ollama", _ollama_address(environment), (("/api/tags", _ollama),)),
        _Kind("LM Studio", "http://127.0.0.1:1234", (("/api/v0/models", _lm_studio), plain)),
        _Kind("llama-server", "http://127.0.0.1:8080", (plain,)),
        _Kind("vLLM", "http://127.0.0.1:8000", (plain,)),
    )


def _ollama_address(environment: Mapping[str, str]) -> str:
    """OLLAMA_HOST moves its port; a host that is not this machine is none of ours to call."""
    told = environment.get("OLLAMA_HOST", "").strip()
    try:
        parts = urlsplit(told if "://" in told else f"http://{told}")
        port = parts.port or 11434
        own = (parts.hostname or "127.0.0.1") in LOOPBACK | {"0.0.0.0", "::"}
    except ValueError:
        own, port = False, 11434
    return f"http://127.0.0.1:{port if own else 11434}"


async def _ask(doorway: Doorway, kind: _Kind) -> LocalServer | None:
    problem = ""
    for path, read in kind.lists:
        try:
            answer = await doorway.get(kind.address + path, purpose=Purpose.MODEL_LIST, provider="local", bounds=BOUNDS)
        except NetworkFailure:
            return LocalServer(kind.program, kind.address, problem=problem) if problem else None
        except WorkbenchError as error:  # it answers, and not to this
            problem = error.what
            continue
        try:
            models = read(json.loads(answer.body))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            problem = "It answers with something that is no list of models"
            continue
        return LocalServer(kind.program, kind.address, tuple(models[:MOST_MODELS]))
    return LocalServer(kind.program, kind.address, problem=problem)


def _ollama(told: Any) -> list[ServedModel]:
    found = []
    for model in told["models"]:
        details = model.get("details") if isinstance(model.get("details"), dict) else {}
        found.append(
            ServedModel(
                _text(model["name"]),
                bytes=_whole(model.get("size")),
                quantization=_text_or_none(details.get("quantization_level")),
                parameters=_text_or_none(details.get("parameter_size")),
            )
        )
    return found


def _lm_studio(told: Any) -> list[ServedModel]:
    return [
        ServedModel(
            _text(model["id"]),
            quantization=_text_or_none(model.get("quantization")),
            context=_whole(model.get("max_context_length")),
            loaded=model.get("state") == "loaded",
        )
        for model in told["data"]
        if model.get("type") in ("llm", "vlm", None)
    ]


def _openai(told: Any) -> list[ServedModel]:
    found = []
    for model in told["data"]:
        about = model.get("meta") if isinstance(model.get("meta"), dict) else {}
        context = _whole(model.get("max_model_len")) or _whole(about.get("n_ctx_train"))
        found.append(ServedModel(_text(model["id"]), bytes=_whole(about.get("size")), context=context, loaded=True))
    return found


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("no name")
    return value.strip()[:MOST_NAME]


def _text_or_none(value: Any) -> str | None:
    return value.strip()[:MOST_NAME] or None if isinstance(value, str) else None


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None

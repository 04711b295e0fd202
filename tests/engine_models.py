"""Running real models in tests: small helpers around `LocalModel`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from workbench.domain.chat import ChatEvent, ChatRequest, Done, Failed, Sampling, Timing, Token, ask
from workbench.inference.local.client import Patience
from workbench.inference.local.model import LocalModel, LocalSettings

from gguf_files import write_model

#: a machine under load needs more time than a person would accept
PATIENT = Patience(start_s=120, pong_s=60, cancel_s=30, exit_s=10)


def write_slow_model(path: Path, *, context: int = 8192) -> Path:
    """A random model of some 60 million weights: a prompt of some thousand tokens takes it many seconds."""
    return write_model(path, layers=6, width=512, heads=8, feed_forward=2048, context=context, scale=0.02)


def local(path: Path, **settings: object) -> LocalModel:
    """A model on one thread with patience for a busy machine."""
    values: dict[str, object] = {"threads": 1, "patience": PATIENT} | settings
    return LocalModel(path, settings=LocalSettings(**values))  # type: ignore[arg-type]


async def events_of(model: LocalModel, request: ChatRequest) -> list[ChatEvent]:
    return [event async for event in model.chat(request)]


def text_of(events: Sequence[ChatEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, Token))


def timing_of(events: Sequence[ChatEvent]) -> Timing:
    end = events[-1]
    assert isinstance(end, Done), end
    return end.timing


def failure_of(events: Sequence[ChatEvent]) -> str:
    end = events[-1]
    assert isinstance(end, Failed), end
    return str(end.reason)


def prompt(text: str, **sampling: object) -> ChatRequest:
    return ask(text, sampling=Sampling(**({"max_tokens": 16} | sampling)))  # type: ignore[arg-type]


async def first_token(model: LocalModel, request: ChatRequest, then: asyncio.Event) -> list[ChatEvent]:
    """Read an answer to its end; set `then` at its first token."""
    events = []
    async for event in model.chat(request):
        events.append(event)
        if isinstance(event, Token):
            then.set()
    return events

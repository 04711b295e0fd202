"""The content address of an answer: what was asked, of which model, how. The same address is never asked twice."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from functools import lru_cache

from workbench.domain.chat import ChatMessage, ChatRequest, Sampling

VERSION = 1


def content_key(identity: str, request: ChatRequest, repeat: int = 0) -> str:
    """SHA-256 (hex) of a model's identity, the messages, everything that shapes the answer, and which repeat it is.

    `identity` names the weights or the server and its model, so that another file of the same name is another model.
    What does not shape an answer (`fresh`, `sensitive`, `key`, `beside`) is left out.
    """
    content = [
        VERSION,
        identity,
        [_message(message) for message in request.messages],
        _sampling(request.sampling),
        request.json_schema,
        request.grammar,
        request.top_logprobs,
        [dataclasses.astuple(tool) for tool in request.tools],
        repeat,
    ]
    text = json.dumps(content, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@lru_cache(maxsize=64)
def _sampling(sampling: Sampling) -> tuple[object, ...]:
    return dataclasses.astuple(sampling)


def _message(message: ChatMessage) -> list[object]:
    images = [[image.media_type, hashlib.sha256(image.data).hexdigest()] for image in message.images]
    calls = [dataclasses.astuple(call) for call in message.tool_calls]
    return [message.role.value, message.text, images, calls, message.answers_call]

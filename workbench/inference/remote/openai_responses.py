"""Responses: OpenAI's newer protocol. Nothing is stored there: `store` is always off."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

from workbench.domain.chat import ChatMessage, ChatRequest, Finish, Role, ToolCall
from workbench.domain.errors import WorkbenchError
from workbench.inference.remote.openai_chat import logprobs_of
from workbench.inference.remote.pieces import (
    Ended,
    Piece,
    Said,
    Usage,
    asked_for,
    data_url,
    is_strict,
    listed,
    part,
    schema_of,
    text_of,
    whole,
)

MOST_LOGPROBS = 20
_NO_WORD_FOR = (
    "top_k", "seed", "stop", "min_p", "repeat_penalty", "frequency_penalty", "presence_penalty", "grammar",
)  # fmt: skip
_UNFINISHED = {"max_output_tokens": Finish.LENGTH, "content_filter": Finish.FILTERED}


PATH = "/responses"


async def pieces(events: AsyncIterator[Any], request: ChatRequest) -> AsyncGenerator[Piece, None]:
    """See `Dialect`."""
    ended = Ended(None)
    refused = False
    async for event in events:
        match part(event, "type"):
            case "response.output_text.delta":
                yield Said(text_of(part(event, "delta")), logprobs_of(part(event, "logprobs")))
            case "response.refusal.delta":
                refused = True
                yield Said(text_of(part(event, "delta")))
            case "response.reasoning_text.delta" | "response.reasoning_summary_text.delta":
                yield Said(text_of(part(event, "delta")), thought=True)
            case "response.completed" | "response.incomplete":
                ended = _ended(part(event, "response"), refused)
            case "response.failed":
                raise _failed(part(event, "response", "error", "message"))
            case "error":
                raise _failed(part(event, "message"))
            case _:
                pass
    yield ended


def body(model: str, request: ChatRequest, left_out: frozenset[str]) -> dict[str, Any]:
    """See `Dialect`."""
    sampling = request.sampling
    fields: dict[str, Any] = {
        "model": model,
        "input": [item for message in request.messages for item in _items(message)],
        "max_output_tokens": max(sampling.max_tokens, 16),  # fewer are refused
        "temperature": sampling.temperature,
        "store": False,
        "stream": True,
    }
    if sampling.top_p < 1.0:
        fields["top_p"] = sampling.top_p
    if request.top_logprobs:
        fields["top_logprobs"] = min(request.top_logprobs, MOST_LOGPROBS)
        fields["include"] = ["message.output_text.logprobs"]
    if request.json_schema:
        schema = schema_of(request.json_schema)
        form = {"type": "json_schema", "name": "answer", "schema": schema, "strict": is_strict(schema)}
        fields["text"] = {"format": form}
    if request.tools:
        fields["tools"] = [
            {
                "type": "function",
                "name": tool.name,
                "description": tool.description,
                "parameters": schema_of(tool.parameters),
                "strict": False,
            }
            for tool in request.tools
        ]
    return {name: value for name, value in fields.items() if name not in left_out}


def unknown(request: ChatRequest) -> tuple[str, ...]:
    """See `Dialect`."""
    return asked_for(request, _NO_WORD_FOR)


def _items(message: ChatMessage) -> list[dict[str, Any]]:
    if message.role is Role.TOOL:
        return [{"type": "function_call_output", "call_id": message.answers_call, "output": message.text}]
    items: list[dict[str, Any]] = []
    if message.text or message.images:
        content: Any = message.text
        if message.images:
            pictures = [{"type": "input_image", "image_url": data_url(image)} for image in message.images]
            content = [*pictures, {"type": "input_text", "text": message.text}]
        items.append({"role": message.role.value, "content": content})
    items.extend(
        {"type": "function_call", "call_id": call.id, "name": call.name, "arguments": call.arguments}
        for call in message.tool_calls
    )
    return items


def _ended(response: object, refused: bool) -> Ended:
    calls = tuple(
        ToolCall(text_of(item.get("name")), text_of(item.get("arguments")), text_of(item.get("call_id")))
        for item in listed(part(response, "output"))
        if item.get("type") == "function_call"
    )
    finish = Finish.TOOL if calls else Finish.FILTERED if refused else Finish.STOP
    if reason := text_of(part(response, "incomplete_details", "reason")):
        finish = _UNFINISHED.get(reason, Finish.LENGTH)
    return Ended(finish, _usage(part(response, "usage")), calls)


def _usage(found: object) -> Usage | None:
    if not isinstance(found, dict):
        return None
    return Usage(
        tokens_in=whole(found.get("input_tokens")),
        tokens_out=whole(found.get("output_tokens")),
        cached=whole(part(found, "input_tokens_details", "cached_tokens")),
        reasoning=whole(part(found, "output_tokens_details", "reasoning_tokens")),
    )


def _failed(message: object) -> WorkbenchError:
    why = text_of(message)[:200] or "no reason given"
    return WorkbenchError(f"The provider gave up in the middle: {why}", where="answer", mend="Try again later.")

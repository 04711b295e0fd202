"""Responses: OpenAI's newer protocol. Nothing is stored there: `store` is always off."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from workbench.domain.chat import ChatMessage, ChatRequest, Finish, Role, TokenLogprob, ToolCall
from workbench.domain.errors import WorkbenchError
from workbench.inference.remote.faults import expect_events
from workbench.inference.remote.pieces import Ended, Piece, Said, Usage, data_url, is_strict, schema_of, whole

MOST_LOGPROBS = 20
_UNFINISHED = {"max_output_tokens": Finish.LENGTH, "content_filter": Finish.FILTERED}


async def converse(
    client: Any, model: str, request: ChatRequest, left_out: frozenset[str]
) -> AsyncGenerator[Piece, None]:
    stream = await client.responses.create(**body(model, request, left_out), stream=True)
    ended = Ended(None)
    refused = False
    await expect_events(stream.response)
    async with stream:
        async for event in stream:
            match event.type:
                case "response.output_text.delta":
                    yield Said(event.delta, _logprobs(event))
                case "response.refusal.delta":
                    refused = True
                    yield Said(event.delta)
                case "response.reasoning_text.delta" | "response.reasoning_summary_text.delta":
                    yield Said(event.delta, thought=True)
                case "response.completed" | "response.incomplete":
                    ended = _ended(event.response, refused)
                case "response.failed":
                    raise _failed(getattr(event.response, "error", None))
                case "error":
                    raise _failed(event)
                case _:
                    pass
    yield ended


def body(model: str, request: ChatRequest, left_out: frozenset[str]) -> dict[str, Any]:
    """What is sent, without the fields that this model is known to refuse."""
    sampling = request.sampling
    fields: dict[str, Any] = {
        "model": model,
        "input": [item for message in request.messages for item in _items(message)],
        "max_output_tokens": max(sampling.max_tokens, 16),  # fewer are refused
        "temperature": sampling.temperature,
        "store": False,
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


def _logprobs(event: Any) -> tuple[TokenLogprob, ...]:
    return tuple(
        TokenLogprob(
            one.token,
            one.logprob,
            tuple((other.token or "", other.logprob or 0.0) for other in one.top_logprobs or ()),
        )
        for one in getattr(event, "logprobs", None) or ()
    )


def _ended(response: Any, refused: bool) -> Ended:
    calls = tuple(
        ToolCall(item.name, item.arguments, item.call_id)
        for item in response.output or ()
        if getattr(item, "type", "") == "function_call"
    )
    finish = Finish.TOOL if calls else Finish.FILTERED if refused else Finish.STOP
    details = getattr(response, "incomplete_details", None)
    if details is not None and details.reason:
        finish = _UNFINISHED.get(details.reason, Finish.LENGTH)
    return Ended(finish, _usage(response.usage), calls)


def _usage(found: Any) -> Usage | None:
    if found is None:
        return None
    kept, made = getattr(found, "input_tokens_details", None), getattr(found, "output_tokens_details", None)
    return Usage(
        tokens_in=whole(found.input_tokens),
        tokens_out=whole(found.output_tokens),
        cached=whole(getattr(kept, "cached_tokens", None)),
        reasoning=whole(getattr(made, "reasoning_tokens", None)),
    )


def _failed(error: Any) -> WorkbenchError:
    why = str(getattr(error, "message", "") or "no reason given")[:200]
    return WorkbenchError(f"The provider gave up in the middle: {why}", where="answer", mend="Try again later.")

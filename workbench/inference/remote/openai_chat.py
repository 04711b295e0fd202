"""Chat Completions: OpenAI's older protocol, which Google and nearly every server of one's own speak too."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Sequence
from typing import Any

from workbench.domain.chat import ChatMessage, ChatRequest, Finish, Role, TokenLogprob, ToolCall
from workbench.inference.remote.faults import expect_events
from workbench.inference.remote.pieces import Ended, Piece, Said, Usage, data_url, is_strict, schema_of, whole

FINISHES = {
    "stop": Finish.STOP,
    "length": Finish.LENGTH,
    "tool_calls": Finish.TOOL,
    "function_call": Finish.TOOL,
    "content_filter": Finish.FILTERED,
}
MOST_LOGPROBS = 20


async def converse(
    client: Any, model: str, request: ChatRequest, left_out: frozenset[str]
) -> AsyncGenerator[Piece, None]:
    stream = await client.chat.completions.create(**body(model, request, left_out), stream=True)
    end: Finish | None = None
    usage: Usage | None = None
    calls: dict[int, dict[str, str]] = {}
    await expect_events(stream.response)
    async with stream:
        async for chunk in stream:
            usage = _usage(getattr(chunk, "usage", None)) or usage
            for choice in (chunk.choices or ())[:1]:
                if choice.delta is not None:
                    for piece in _said(choice.delta, choice.logprobs):
                        yield piece
                    _gather(calls, choice.delta.tool_calls or ())
                if choice.finish_reason is not None:
                    end = FINISHES.get(choice.finish_reason, Finish.STOP)
    asked = tuple(ToolCall(one["name"], one["arguments"], one["id"]) for _, one in sorted(calls.items()))
    yield Ended(end, usage, asked)


def body(model: str, request: ChatRequest, left_out: frozenset[str]) -> dict[str, Any]:
    """What is sent, without the fields that this model is known to refuse."""
    sampling = request.sampling
    # servers of one's own know the old name only, OpenAI's reasoning models refuse it
    limit = "max_completion_tokens" if "max_tokens" in left_out else "max_tokens"
    fields: dict[str, Any] = {
        "model": model,
        "messages": [_message(message) for message in request.messages],
        limit: sampling.max_tokens,
        "temperature": sampling.temperature,
        "stream_options": {"include_usage": True},
    }
    if sampling.top_p < 1.0:
        fields["top_p"] = sampling.top_p
    if sampling.temperature > 0:
        fields["seed"] = sampling.seed
    if sampling.stop:
        fields["stop"] = list(sampling.stop)
    for name in ("frequency_penalty", "presence_penalty"):
        if value := getattr(sampling, name):
            fields[name] = value
    if request.top_logprobs:
        fields["logprobs"], fields["top_logprobs"] = True, min(request.top_logprobs, MOST_LOGPROBS)
    if request.json_schema:
        schema = schema_of(request.json_schema)
        named = {"name": "answer", "schema": schema, "strict": is_strict(schema)}
        fields["response_format"] = {"type": "json_schema", "json_schema": named}
    if request.tools:
        fields["tools"] = [_tool(tool.name, tool.description, tool.parameters) for tool in request.tools]
    more = own_fields(request)
    if more:
        fields["extra_body"] = {name: value for name, value in more.items() if name not in left_out}
    return {name: value for name, value in fields.items() if name not in left_out}


def own_fields(request: ChatRequest) -> dict[str, Any]:
    """What OpenAI does not know and llama-server, vLLM, Ollama and the like do."""
    sampling = request.sampling
    more: dict[str, Any] = {}
    if sampling.top_k:
        more["top_k"] = sampling.top_k
    if sampling.min_p:
        more["min_p"] = sampling.min_p
    if sampling.repeat_penalty != 1.0:
        more["repeat_penalty"] = sampling.repeat_penalty
    if request.grammar:
        more["grammar"] = request.grammar
    return more


def _message(message: ChatMessage) -> dict[str, Any]:
    if message.role is Role.TOOL:
        return {"role": "tool", "tool_call_id": message.answers_call, "content": message.text}
    said: dict[str, Any] = {"role": message.role.value, "content": message.text}
    if message.images:
        pictures = [{"type": "image_url", "image_url": {"url": data_url(image)}} for image in message.images]
        said["content"] = [*pictures, {"type": "text", "text": message.text}]
    if message.tool_calls:
        said["content"] = message.text or None
        said["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in message.tool_calls
        ]
    return said


def _tool(name: str, description: str, parameters: str) -> dict[str, Any]:
    return {
        "type": "function",
        "function": {"name": name, "description": description, "parameters": schema_of(parameters)},
    }


def _said(delta: Any, logprobs: Any) -> list[Said]:
    """The text of one piece, thoughts (which some servers send in a field of their own) apart."""
    found: list[Said] = []
    extra = getattr(delta, "model_extra", None) or {}
    thought = extra.get("reasoning_content") or extra.get("reasoning")
    if isinstance(thought, str) and thought:
        found.append(Said(thought, thought=True))
    text = delta.content or getattr(delta, "refusal", None)
    if text:
        found.append(Said(text, _logprobs(logprobs)))
    return found


def _logprobs(found: Any) -> tuple[TokenLogprob, ...]:
    content: Sequence[Any] = getattr(found, "content", None) or ()
    return tuple(
        TokenLogprob(one.token, one.logprob, tuple((other.token, other.logprob) for other in one.top_logprobs or ()))
        for one in content
    )


def _gather(calls: dict[int, dict[str, str]], deltas: Sequence[Any]) -> None:
    """A tool call comes in pieces: its name first, then its arguments letter by letter."""
    for place, delta in enumerate(deltas):
        index = delta.index if isinstance(delta.index, int) else place
        call = calls.setdefault(index, {"id": "", "name": "", "arguments": ""})
        call["id"] = delta.id or call["id"]
        if delta.function is not None:
            call["name"] += delta.function.name or ""
            arguments = delta.function.arguments or ""
            call["arguments"] += arguments if isinstance(arguments, str) else json.dumps(arguments)


def _usage(found: Any) -> Usage | None:
    if found is None:
        return None
    kept = getattr(found, "prompt_tokens_details", None)
    made = getattr(found, "completion_tokens_details", None)
    extra = getattr(found, "model_extra", None) or {}
    cost = extra.get("cost")
    return Usage(
        tokens_in=whole(found.prompt_tokens),
        tokens_out=whole(found.completion_tokens),
        cached=whole(getattr(kept, "cached_tokens", None) or extra.get("prompt_cache_hit_tokens")),
        reasoning=whole(getattr(made, "reasoning_tokens", None)),
        cost_usd=float(cost) if isinstance(cost, int | float) and not isinstance(cost, bool) else None,
    )

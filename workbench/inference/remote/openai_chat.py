"""Chat Completions: OpenAI's older protocol, which Google and nearly every server of one's own speak too."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from typing import Any

from workbench.domain.chat import ChatMessage, ChatRequest, Finish, Role, TokenLogprob, ToolCall
from workbench.inference.remote.endpoints import CHAT_PATH
from workbench.inference.remote.pieces import (
    Ended,
    Piece,
    Said,
    Usage,
    data_url,
    is_strict,
    listed,
    number,
    part,
    schema_of,
    text_of,
    whole,
)

FINISHES = {
    "stop": Finish.STOP,
    "length": Finish.LENGTH,
    "tool_calls": Finish.TOOL,
    "function_call": Finish.TOOL,
    "content_filter": Finish.FILTERED,
}
MOST_LOGPROBS = 20


PATH = CHAT_PATH


async def pieces(events: AsyncIterator[Any], request: ChatRequest) -> AsyncGenerator[Piece, None]:
    """See `Dialect`."""
    end: Finish | None = None
    usage: Usage | None = None
    calls: list[_Call] = []
    async for event in events:
        usage = _usage(part(event, "usage")) or usage
        for choice in listed(part(event, "choices"))[:1]:
            delta = part(choice, "delta")
            for piece in _said(delta, part(choice, "logprobs")):
                yield piece
            _gather(calls, listed(part(delta, "tool_calls")))
            if finish := text_of(choice.get("finish_reason")):
                end = FINISHES.get(finish, Finish.STOP)
    asked = tuple(ToolCall(call.name, call.arguments, call.id, call.extra) for call in calls)
    if asked and end is Finish.STOP:  # Google's word for it
        end = Finish.TOOL
    yield Ended(end, usage, asked)


def body(model: str, request: ChatRequest, left_out: frozenset[str]) -> dict[str, Any]:
    """See `Dialect`."""
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
        fields["response_format"] = _form(schema_of(request.json_schema), older="response_format" in left_out)
    if request.tools:
        fields["tools"] = [_tool(tool.name, tool.description, tool.parameters) for tool in request.tools]
    fields.update(own_fields(request))
    fields["stream"] = True
    return {name: value for name, value in fields.items() if name not in left_out or name == "response_format"}


def unknown(request: ChatRequest) -> tuple[str, ...]:
    """See `Dialect`: it has a word for everything, a server may know fewer."""
    return ()


def _form(schema: dict[str, Any], *, older: bool) -> dict[str, Any]:
    """How an answer should look; `older` for servers that know no other word for it, llama-cpp-python's among them."""
    if older:
        return {"type": "json_object", "schema": schema}
    return {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, "strict": is_strict(schema)}}


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
        said["tool_calls"] = [_asked_for(call) for call in message.tool_calls]
    return said


def _asked_for(call: ToolCall) -> dict[str, Any]:
    again: dict[str, Any] = {
        "id": call.id,
        "type": "function",
        "function": {"name": call.name, "arguments": call.arguments},
    }
    if call.extra:
        again["extra_content"] = json.loads(call.extra)
    return again


def _tool(name: str, description: str, parameters: str) -> dict[str, Any]:
    return {
        "type": "function",
        "function": {"name": name, "description": description, "parameters": schema_of(parameters)},
    }


def _said(delta: object, logprobs: object) -> list[Said]:
    """The text of one piece, thoughts (which some servers send in a field of their own) apart."""
    found: list[Said] = []
    thought = text_of(part(delta, "reasoning_content")) or text_of(part(delta, "reasoning"))
    if thought:
        found.append(Said(thought, thought=True))
    text = text_of(part(delta, "content")) or text_of(part(delta, "refusal"))
    if text:
        found.append(Said(text, logprobs_of(part(logprobs, "content"))))
    return found


def logprobs_of(content: object) -> tuple[TokenLogprob, ...]:
    """Tokens with their log-probabilities, as both of OpenAI's protocols write them."""
    return tuple(
        TokenLogprob(
            text_of(one.get("token")),
            number(one.get("logprob")),
            tuple((text_of(x.get("token")), number(x.get("logprob"))) for x in listed(one.get("top_logprobs"))),
        )
        for one in listed(content)
    )


@dataclass
class _Call:
    """A tool call as far as it has come."""

    index: int
    id: str = ""
    name: str = ""
    arguments: str = ""
    extra: str = ""


def _gather(calls: list[_Call], deltas: list[Any]) -> None:
    """A tool call comes in pieces: its name first, then its arguments letter by letter. Google counts several calls
    with one number; each has an id of its own."""
    for place, delta in enumerate(deltas):
        said = delta.get("index")
        index = said if isinstance(said, int) else place
        id = text_of(delta.get("id"))
        call = next((one for one in reversed(calls) if one.index == index), None)
        if call is None or (id and call.id and id != call.id):
            call = _Call(index)
            calls.append(call)
        call.id = id or call.id
        call.name += text_of(part(delta, "function", "name"))
        arguments = part(delta, "function", "arguments")
        call.arguments += json.dumps(arguments) if isinstance(arguments, dict) else text_of(arguments)
        if isinstance(extra := part(delta, "extra_content"), dict):
            call.extra = json.dumps(extra)


def _usage(found: object) -> Usage | None:
    if not isinstance(found, dict):
        return None
    cost = found.get("cost")
    tokens_in, said = whole(found.get("prompt_tokens")), whole(found.get("completion_tokens"))
    # Google leaves what was thought out of the completion, and bills it: it stands in the total only
    more = max(whole(found.get("total_tokens")) - tokens_in - said, 0)
    return Usage(
        tokens_in=tokens_in,
        tokens_out=said + more,
        cached=whole(part(found, "prompt_tokens_details", "cached_tokens") or found.get("prompt_cache_hit_tokens")),
        reasoning=whole(part(found, "completion_tokens_details", "reasoning_tokens")) or more,
        cost_usd=number(cost) if isinstance(cost, int | float) and not isinstance(cost, bool) else None,
    )

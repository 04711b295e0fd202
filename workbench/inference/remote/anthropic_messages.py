"""Messages: Anthropic's protocol."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import Any

from workbench.domain.chat import ChatMessage, ChatRequest, Finish, Role, ToolCall
from workbench.inference.remote.pieces import Ended, Piece, Said, Usage, asked_for, part, schema_of, text_of, whole

FINISHES = {
    "end_turn": Finish.STOP,
    "stop_sequence": Finish.STOP,
    "max_tokens": Finish.LENGTH,
    "model_context_window_exceeded": Finish.LENGTH,
    "tool_use": Finish.TOOL,
    "refusal": Finish.FILTERED,
    "pause_turn": Finish.STOP,
}


PATH = "/v1/messages"
_NO_WORD_FOR = ("seed", "min_p", "repeat_penalty", "frequency_penalty", "presence_penalty", "grammar")


async def pieces(events: AsyncIterator[Any], request: ChatRequest) -> AsyncGenerator[Piece, None]:
    """See `Dialect`."""
    tally = _Tally()
    async for event in events:
        piece = tally.take(event)
        if piece is not None:
            yield piece
    note = "Anthropic gives no log-probabilities." if request.top_logprobs else ""
    yield Ended(tally.finish if tally.is_closed else None, tally.usage(), tally.calls(), note)


class _Tally:
    """What adds up over the events of one answer."""

    def __init__(self) -> None:
        self.finish: Finish | None = None
        self.is_closed = False
        self._in: dict[str, Any] = {}
        self._out: dict[str, Any] = {}
        self._calls: dict[int, dict[str, str]] = {}

    def take(self, event: object) -> Said | None:
        match part(event, "type"):
            case "message_start":
                self._in = part(event, "message", "usage") or {}
            case "content_block_start" if part(event, "content_block", "type") == "tool_use":
                block = part(event, "content_block")
                named = {"id": text_of(block.get("id")), "name": text_of(block.get("name")), "arguments": ""}
                self._calls[whole(part(event, "index"))] = named
            case "content_block_delta":
                return self._delta(whole(part(event, "index")), part(event, "delta"))
            case "message_delta":
                self._out = part(event, "usage") or {}
                self.finish = FINISHES.get(text_of(part(event, "delta", "stop_reason")), Finish.STOP)
            case "message_stop":
                self.is_closed = True
            case _:
                pass
        return None

    def _delta(self, index: int, delta: object) -> Said | None:
        match part(delta, "type"):
            case "text_delta":
                return Said(text_of(part(delta, "text")))
            case "thinking_delta":
                return Said(text_of(part(delta, "thinking")), thought=True)
            case "input_json_delta" if index in self._calls:
                self._calls[index]["arguments"] += text_of(part(delta, "partial_json"))
            case _:
                pass
        return None

    def calls(self) -> tuple[ToolCall, ...]:
        return tuple(
            ToolCall(one["name"], one["arguments"] or "{}", one["id"]) for _, one in sorted(self._calls.items())
        )

    def usage(self) -> Usage | None:
        """Anthropic counts what its cache read and wrote beside the input; here the input is all of it."""
        if not self._in and not self._out:
            return None
        counted = {**self._in, **{name: value for name, value in self._out.items() if value is not None}}
        cached, written = (
            whole(counted.get("cache_read_input_tokens")),
            whole(counted.get("cache_creation_input_tokens")),
        )
        return Usage(
            tokens_in=whole(counted.get("input_tokens")) + cached + written,
            tokens_out=whole(counted.get("output_tokens")),
            cached=cached,
            written=written,
            reasoning=whole(part(counted, "output_tokens_details", "thinking_tokens")),
        )


def body(model: str, request: ChatRequest, left_out: frozenset[str]) -> dict[str, Any]:
    """See `Dialect`."""
    sampling = request.sampling
    system = "\n\n".join(message.text for message in request.messages if message.role is Role.SYSTEM)
    fields: dict[str, Any] = {
        "model": model,
        "messages": _messages([message for message in request.messages if message.role is not Role.SYSTEM]),
        "max_tokens": sampling.max_tokens,
        "stream": True,
    }
    # newer models take none of these, older ones do
    more: dict[str, Any] = {"temperature": min(sampling.temperature, 1.0)}
    if system:
        fields["system"] = system
    if sampling.top_p < 1.0:
        more = {"top_p": sampling.top_p}  # one of the two
    if sampling.top_k:
        more["top_k"] = sampling.top_k
    if sampling.stop:
        fields["stop_sequences"] = list(sampling.stop)
    if request.json_schema:
        form = {"type": "json_schema", "schema": schema_of(request.json_schema)}
        fields["output_config"] = {"format": form}
    if request.tools:
        fields["tools"] = [
            {"name": tool.name, "description": tool.description, "input_schema": schema_of(tool.parameters)}
            for tool in request.tools
        ]
    return {name: value for name, value in {**fields, **more}.items() if name not in left_out}


def unknown(request: ChatRequest) -> tuple[str, ...]:
    """See `Dialect`. Of temperature and top_p it takes one."""
    sampling = request.sampling
    is_hot = sampling.top_p == 1.0 and sampling.temperature > 1.0
    more = ("temperature",) if sampling.top_p < 1.0 else ()
    return (*asked_for(request, (*more, *_NO_WORD_FOR)), *(("temperature above 1",) if is_hot else ()))


def _messages(messages: Sequence[ChatMessage]) -> list[dict[str, Any]]:
    """Anthropic wants user and assistant in turn: what a tool answered is the user's."""
    found: list[dict[str, Any]] = []
    for message in messages:
        role = "assistant" if message.role is Role.ASSISTANT else "user"
        blocks = _blocks(message)
        if found and found[-1]["role"] == role:
            found[-1]["content"].extend(blocks)
        elif blocks:
            found.append({"role": role, "content": blocks})
    return found


def _blocks(message: ChatMessage) -> list[dict[str, Any]]:
    if message.role is Role.TOOL:
        return [{"type": "tool_result", "tool_use_id": message.answers_call, "content": message.text}]
    blocks: list[dict[str, Any]] = [
        {
            "type": "image",
            "source": {
                "type": "base64",
                "media_type": image.media_type,
                "data": base64.b64encode(image.data).decode("ascii"),
            },
        }
        for image in message.images
    ]
    if message.text:
        blocks.append({"type": "text", "text": message.text})
    for call in message.tool_calls:
        try:
            arguments = json.loads(call.arguments)
        except ValueError:
            arguments = {}
        blocks.append({"type": "tool_use", "id": call.id, "name": call.name, "input": arguments})
    return blocks

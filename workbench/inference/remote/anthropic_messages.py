"""Messages: Anthropic's protocol."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncGenerator, Sequence
from typing import Any

from workbench.domain.chat import ChatMessage, ChatRequest, Finish, Role, ToolCall
from workbench.inference.remote.faults import expect_events
from workbench.inference.remote.pieces import Ended, Piece, Said, Usage, schema_of, whole

FINISHES = {
    "end_turn": Finish.STOP,
    "stop_sequence": Finish.STOP,
    "max_tokens": Finish.LENGTH,
    "model_context_window_exceeded": Finish.LENGTH,
    "tool_use": Finish.TOOL,
    "refusal": Finish.FILTERED,
    "pause_turn": Finish.STOP,
}


async def converse(
    client: Any, model: str, request: ChatRequest, left_out: frozenset[str]
) -> AsyncGenerator[Piece, None]:
    stream = await client.messages.create(**body(model, request, left_out), stream=True)
    tally = _Tally()
    await expect_events(stream.response)
    async with stream:
        async for event in stream:
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
        self._in: Any = None
        self._out: Any = None
        self._calls: dict[int, dict[str, str]] = {}

    def take(self, event: Any) -> Said | None:
        match event.type:
            case "message_start":
                self._in = event.message.usage
            case "content_block_start" if event.content_block.type == "tool_use":
                block = event.content_block
                self._calls[event.index] = {"id": block.id, "name": block.name, "arguments": ""}
            case "content_block_delta":
                return self._delta(event)
            case "message_delta":
                self._out = event.usage
                self.finish = FINISHES.get(event.delta.stop_reason or "", Finish.STOP)
            case "message_stop":
                self.is_closed = True
            case _:
                pass
        return None

    def _delta(self, event: Any) -> Said | None:
        delta = event.delta
        if delta.type == "text_delta":
            return Said(delta.text)
        if delta.type == "thinking_delta":
            return Said(delta.thinking, thought=True)
        if delta.type == "input_json_delta" and event.index in self._calls:
            self._calls[event.index]["arguments"] += delta.partial_json
        return None

    def calls(self) -> tuple[ToolCall, ...]:
        return tuple(
            ToolCall(one["name"], one["arguments"] or "{}", one["id"]) for _, one in sorted(self._calls.items())
        )

    def usage(self) -> Usage | None:
        """Anthropic counts what its cache read and wrote beside the input; here the input is all of it."""
        if self._in is None:
            return None
        source = self._out if getattr(self._out, "input_tokens", None) is not None else self._in
        cached = whole(getattr(source, "cache_read_input_tokens", None))
        written = whole(getattr(source, "cache_creation_input_tokens", None))
        made = self._out or self._in
        details = getattr(made, "output_tokens_details", None)
        return Usage(
            tokens_in=whole(source.input_tokens) + cached + written,
            tokens_out=whole(made.output_tokens),
            cached=cached,
            written=written,
            reasoning=whole(getattr(details, "thinking_tokens", None)),
        )


def body(model: str, request: ChatRequest, left_out: frozenset[str]) -> dict[str, Any]:
    """What is sent, without the fields that this model is known to refuse."""
    sampling = request.sampling
    system = "\n\n".join(message.text for message in request.messages if message.role is Role.SYSTEM)
    fields: dict[str, Any] = {
        "model": model,
        "messages": _messages([message for message in request.messages if message.role is not Role.SYSTEM]),
        "max_tokens": sampling.max_tokens,
    }
    # the SDK no longer has these as arguments, older models still take them
    more: dict[str, Any] = {"temperature": min(sampling.temperature, 1.0)}
    if system:
        fields["system"] = system
    if sampling.top_p < 1.0:
        more = {"top_p": sampling.top_p}  # newer models take one of the two
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
    fields["extra_body"] = {name: value for name, value in more.items() if name not in left_out}
    return {name: value for name, value in fields.items() if name not in left_out}


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

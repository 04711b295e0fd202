"""One JSON object a line, both ways."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbench.domain.chat import ChatMessage, ChatRequest, Finish, Role, Sampling, Timing
from workbench.inference.local import protocol

anything = st.text()
requests = st.builds(
    ChatRequest,
    st.lists(st.builds(ChatMessage, st.sampled_from(Role), anything), max_size=3).map(tuple),
    st.builds(Sampling, stop=st.lists(anything, max_size=2).map(tuple)),
    st.booleans(),
)
timings = st.builds(
    Timing, st.none() | st.just(0.25), st.none() | st.just(12.5), st.integers(0), st.integers(0), st.just(1.5)
)
messages = st.one_of(
    st.builds(protocol.Load, anything, st.integers(1), st.integers(1), st.integers(1)),
    st.builds(protocol.Generate, anything, requests),
    st.builds(protocol.Cancel, anything),
    st.builds(protocol.Ping, st.integers()),
    st.builds(protocol.Started, st.integers(), st.integers()),
    st.builds(protocol.Progress, st.just(0.5)),
    st.builds(protocol.Ready, st.integers(), st.integers(), st.integers(), st.just(0.001), st.just(0.3)),
    st.builds(protocol.Text, anything, anything),
    st.builds(protocol.Finished, anything, st.sampled_from(Finish), timings, anything),
    st.builds(protocol.Refused, anything, anything, anything, anything),
    st.builds(protocol.Pong, st.integers(), st.just(0.0)),
    st.builds(protocol.Dying, anything),
)


@given(messages)
def test_that_every_message_survives_the_pipe_in_one_line(message: protocol.Message) -> None:
    line = protocol.encode(message)
    assert line.count(b"\n") == 1
    assert line.isascii()
    assert protocol.decode(line) == message


def test_that_text_with_half_a_character_survives_the_pipe() -> None:
    path = protocol.Load("m\udcff.gguf", 512, 512, 1)
    assert protocol.decode(protocol.encode(path)) == path


def test_that_every_message_type_has_a_tag() -> None:
    kinds = {
        kind
        for kind in vars(protocol).values()
        if dataclasses.is_dataclass(kind) and kind.__module__ == protocol.__name__
    }
    assert kinds == set(protocol._TAGS.values())


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"Segmentation fault\n",
        b"{}",
        b'{"is": "nothing"}',
        b'{"is": "text"}',
        b'{"is": "text", "id": "1", "text": "a", "more": 1}',
        b'{"is": "finished", "id": "1", "finish": "odd", "timing": {}, "note": ""}',
        b"[1]",
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_that_a_line_that_is_no_message_is_refused(line: bytes) -> None:
    with pytest.raises(protocol.ProtocolError):
        protocol.decode(line)

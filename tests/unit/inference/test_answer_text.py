"""Bytes of tokens to text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from workbench.inference.local.answer import AnswerText


def shown(pieces: list[bytes], stop: tuple[str, ...] = ()) -> tuple[str, list[str]]:
    text = AnswerText(stop)
    frames = []
    for piece in pieces:
        text.feed(piece)
        frames.append(text.take())
        if text.stopped:
            break
    frames.append(text.finish())
    return "".join(frames), frames


@given(st.text(), st.integers(1, 5))
def test_that_text_cut_into_bytes_anywhere_comes_back_whole(text: str, size: int) -> None:
    raw = text.encode("utf-8", "replace")
    pieces = [raw[at : at + size] for at in range(0, len(raw), size)]
    assert shown(pieces)[0] == raw.decode()


@given(st.binary(max_size=200))
def test_that_invalid_bytes_never_hold_the_text_back(raw: bytes) -> None:
    whole, frames = shown([bytes([byte]) for byte in raw])
    assert whole == raw.decode("utf-8", "replace")
    assert all(len(frame) <= 4 for frame in frames)


@given(st.text("ab", max_size=30), st.lists(st.text("ab", min_size=1, max_size=3), min_size=1, max_size=3))
def test_that_a_stop_string_and_what_follows_is_never_shown(text: str, stops: list[str]) -> None:
    whole, frames = shown([letter.encode() for letter in text], tuple(stops))
    ends = [text.index(stop) + len(stop) for stop in stops if stop in text]
    if ends:
        assert text.startswith(whole)
        assert not any(stop in whole for stop in stops)
        assert len(whole) < min(ends)
    else:
        assert whole == text
    assert "".join(frames) == whole


def test_that_text_is_only_held_back_while_it_may_begin_a_stop_string() -> None:
    text = AnswerText(("END",))
    text.feed(b"the E")
    assert text.take() == "the "
    text.feed(b"ast")
    assert text.take() == "East"

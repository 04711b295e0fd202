"""The conversation as the model was trained to read it: the file's own chat template, in a sandbox.

A template is a small program written by whoever made the file. It runs in Jinja's immutable sandbox, in the
child process, with a limit on its time, its output and the size of what it multiplies; and text of the
conversation can be told apart from the template's own, so that a control token written by a person stays
text.
"""

from __future__ import annotations

import secrets
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from workbench.domain.chat import ChatMessage, Role

TIME_LIMIT_S = 2.0
MAX_OUTPUT_CHARACTERS = 8 << 20
MAX_REPEAT = 1 << 20
MAX_TEMPLATE_CHARACTERS = 1 << 20
MOST_CHECKED_CHARACTERS = 1 << 17
NO_TEMPLATE = "The file has no chat template, so the prompt was put in a plain question-and-answer form."
BROKEN = "The file's chat template failed ({reason}), so the prompt was put in a plain question-and-answer form."
MERGED = "The file's chat template takes no system message, so it was put in front of the first question."


class TemplateFailure(Exception):
    """A template that does not compile, refuses the conversation, or passes a limit."""


class TemplateLimit(TemplateFailure):
    """It passed a limit, and would again: it is not tried a second time."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a prompt: the template's own (`scaffold`) or a message's."""

    text: str
    scaffold: bool


@dataclass(frozen=True, slots=True)
class Rendered:
    """`text` is the whole prompt, `parts` the same cut at the borders of the messages; `note` is for the
    person."""

    text: str
    parts: tuple[Part, ...]
    note: str = ""


def syntax_problem(source: str) -> str:
    """Why a template cannot be used, found by reading it only; empty when nothing is wrong.

    Compiling runs the constant parts of a template (`'a'|center(10**9)` takes a gigabyte): that is left to the child.
    """
    from jinja2 import TemplateSyntaxError

    if len(source) > MAX_TEMPLATE_CHARACTERS:
        return "it is longer than 1 MiB"
    if len(source) > MOST_CHECKED_CHARACTERS:
        return f"it has {len(source):,} characters, more than are checked beforehand"
    try:
        _environment().parse(source)
    except TemplateSyntaxError as error:
        return f"line {error.lineno}: {error.message}"
    except (RecursionError, MemoryError, ValueError, OverflowError, SyntaxError) as error:
        return type(error).__name__
    return ""


def compile_problem(source: str) -> str:
    """Why a template cannot be used, before it has seen a conversation; empty when it can."""
    from jinja2 import TemplateSyntaxError

    if len(source) > MAX_TEMPLATE_CHARACTERS:
        return "it is longer than 1 MiB"
    try:
        _environment().from_string(source)
    except TemplateSyntaxError as error:
        return f"line {error.lineno}: {error.message}"
    except (RecursionError, MemoryError, ValueError, OverflowError, SyntaxError) as error:
        return type(error).__name__
    return ""


class ChatTemplate:
    """Renders conversations with a file's template, or in a plain form where there is none."""

    def __init__(self, source: str | None, *, bos: str = "", eos: str = "", time_limit_s: float = TIME_LIMIT_S) -> None:
        self._bos, self._eos, self._time_limit_s = bos, eos, time_limit_s
        self._fault = compile_problem(source) if source else ""
        self._template = _environment().from_string(source) if source and not self._fault else None

    def render(self, messages: Sequence[ChatMessage]) -> Rendered:
        """The prompt for a conversation; falls back to the plain form and says so, but never fails."""
        if self._template is None:
            return plain(messages, BROKEN.format(reason=self._fault) if self._fault else NO_TEMPLATE)
        try:
            return self._render(messages, "")
        except TemplateLimit as limit:
            self._fault, self._template = str(limit), None
            return plain(messages, BROKEN.format(reason=limit))
        except TemplateFailure as first:
            merged = _merged(messages)
            if merged is None:
                return plain(messages, BROKEN.format(reason=first))
            try:
                return self._render(merged, MERGED)
            except TemplateFailure:
                return plain(messages, BROKEN.format(reason=first))

    def _render(self, messages: Sequence[ChatMessage], note: str) -> Rendered:
        text = self._run([{"role": m.role.value, "content": m.text} for m in messages])
        marks = [f"Mark{secrets.token_hex(8)}" for _ in messages]
        marked = self._run(
            [{"role": m.role.value, "content": f" {mark} "} for m, mark in zip(messages, marks, strict=True)]
        )
        return Rendered(text, _cut(marked, marks, messages), note)

    def _run(self, messages: list[dict[str, str]]) -> str:
        assert self._template is not None
        from jinja2 import TemplateError

        pieces: list[str] = []
        length = 0
        try:
            with _time_limit(self._time_limit_s):
                for piece in self._template.generate(
                    messages=messages, add_generation_prompt=True, bos_token=self._bos, eos_token=self._eos
                ):
                    pieces.append(piece)
                    length += len(piece)
                    if length > MAX_OUTPUT_CHARACTERS:
                        raise TemplateLimit("it writes more than 8 million characters")
        except TimeoutError as error:
            raise TemplateLimit(f"it ran for more than {self._time_limit_s:g} s") from error
        except TemplateError as error:
            raise TemplateFailure(str(error.message or type(error).__name__)[:200]) from error
        except (TypeError, ValueError, KeyError, ArithmeticError, AttributeError, RecursionError, MemoryError) as error:
            # what a program written by a stranger can raise inside the sandbox
            raise TemplateFailure(f"{type(error).__name__}: {error}"[:200]) from error
        return "".join(pieces)


def plain(messages: Sequence[ChatMessage], note: str) -> Rendered:
    """The form for a file without a usable template: who speaks, a colon, what they say."""
    speaker = {Role.SYSTEM: "", Role.USER: "Question: ", Role.ASSISTANT: "Answer: "}
    parts: list[Part] = []
    for message in messages:
        parts += [Part(speaker[message.role], True), Part(message.text, False), Part("\n\n", True)]
    parts.append(Part("Answer:", True))
    parts = [part for part in parts if part.text]
    return Rendered("".join(part.text for part in parts), tuple(parts), note)


def _merged(messages: Sequence[ChatMessage]) -> list[ChatMessage] | None:
    """The conversation with its system message in front of the first question; None when there is none to
    move."""
    if len(messages) < 2 or messages[0].role is not Role.SYSTEM:
        return None
    first = messages[1]
    return [ChatMessage(first.role, f"{messages[0].text}\n\n{first.text}"), *messages[2:]]


def _cut(marked: str, marks: Sequence[str], messages: Sequence[ChatMessage]) -> tuple[Part, ...]:
    """The rendered marks replaced by the messages. A template that trims took the spaces around its mark as
    well."""
    parts: list[Part] = []
    rest = marked
    for mark, message in zip(marks, messages, strict=True):
        before, found, after = rest.partition(mark)
        if not found:
            continue
        text = message.text
        if before.endswith(" ") and after.startswith(" "):
            before, after = before[:-1], after[1:]
        else:
            text = text.strip()
        parts += [Part(before, True), Part(text, False)]
        rest = after
    parts.append(Part(rest, True))
    return tuple(part for part in parts if part.text)


def _environment() -> Any:
    """The sandbox. Extensions and globals are those that the templates of published models use."""
    from jinja2 import TemplateError
    from jinja2.exceptions import SecurityError
    from jinja2.ext import loopcontrols
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Sandbox(ImmutableSandboxedEnvironment):
        intercepted_binops = frozenset({"*", "**"})

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
            sizes = [n for n in (left, right) if isinstance(n, int)]
            if operator == "**" or any(abs(n) > MAX_REPEAT for n in sizes):
                raise SecurityError(f"{operator} with numbers this large is not allowed")
            return super().call_binop(context, operator, left, right)

    def raise_exception(message: object = "") -> None:
        raise TemplateError(str(message))

    # not optimized: that would run parts of a stranger's template while it is compiled, in the window's process
    environment = Sandbox(trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols], optimized=False)
    environment.globals["raise_exception"] = raise_exception
    environment.globals["strftime_now"] = lambda form: datetime.now(UTC).strftime(str(form))
    return environment


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Raise `TimeoutError` in this thread after `seconds`.

    By a timer signal where the system has one and this is the main thread, as in the child. Elsewhere
    (Windows; not tried) there is no limit here, and the parent ends a child that has stopped answering.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def late(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

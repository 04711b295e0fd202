"""Scorers as they are written: `contains`, `rouge-l(at_least=0.5)`, `all-of(json-valid, not(contains(expected="a")))`.

A name, then in brackets its parts and its options, separated by commas. Values are JSON (texts in quotation marks);
yes, no and plain words may stand without.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from workbench.domain.errors import WorkbenchError
from workbench.domain.json_faults import json_fault

LONGEST = 20_000
DEEPEST = 8
TOKEN = re.compile(r'\s*(?:("(?:[^"\\]|\\.)*")|([A-Za-z][\w-]*)|(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)|([(),=*]))')
WORDS = {"yes": True, "true": True, "no": False, "false": False, "null": None}
MEND = 'Write it like rouge-l(at_least=0.5) or all-of(json-valid, contains(expected="Berlin")).'


@dataclass(frozen=True, slots=True)
class Written:
    """A scorer as it was read: nothing in it is checked yet."""

    name: str
    parts: tuple[Written, ...] = ()
    options: tuple[tuple[str, Any], ...] = ()


def read_spec(text: str) -> Written:
    """Raises `WorkbenchError` with the place where it cannot be understood."""
    if len(text) > LONGEST:
        raise _fault(f"it is longer than {LONGEST:,} characters", text)
    reader = _Reader(text)
    found = reader.scorer(DEEPEST)
    reader.end()
    return found


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: Iterator[tuple[str, str]] = self._split()
        self._kind, self._word = next(self._tokens)

    def _split(self) -> Iterator[tuple[str, str]]:
        at = 0
        while at < len(self._text.rstrip()):
            found = TOKEN.match(self._text, at)
            if found is None:
                raise _fault(f"“{self._text[at : at + 10].strip()}” is not understood", self._text)
            at = found.end()
            for kind, word in zip(("text", "name", "number", "mark"), found.groups(), strict=True):
                if word is not None:
                    yield kind, word
        yield "end", ""

    def _next(self) -> str:
        word = self._word
        self._kind, self._word = next(self._tokens, ("end", ""))
        return word

    def _must(self, mark: str) -> None:
        if self._word != mark or self._kind != "mark":
            raise _fault(f"“{mark}” is missing before “{self._word or 'the end'}”", self._text)
        self._next()

    def end(self) -> None:
        if self._kind != "end":
            raise _fault(f"“{self._word}” stands after its end", self._text)

    def scorer(self, depth: int) -> Written:
        if self._kind != "name":
            raise _fault(f"a name is missing before “{self._word or 'the end'}”", self._text)
        if depth == 0:
            raise _fault(f"it is nested more than {DEEPEST} deep", self._text)
        return self._inside(self._next(), depth)

    def _inside(self, name: str, depth: int) -> Written:
        parts: list[Written] = []
        options: dict[str, Any] = {}
        if self._word == "(" and self._kind == "mark":
            self._next()
            while not (self._word == ")" and self._kind == "mark"):
                self._argument(parts, options, depth)
                if self._word == "," and self._kind == "mark":
                    self._next()
                elif self._word != ")":
                    raise _fault(f"“,” or “)” is missing before “{self._word or 'the end'}”", self._text)
            self._must(")")
        return Written(name, tuple(parts), tuple(options.items()))

    def _argument(self, parts: list[Written], options: dict[str, Any], depth: int) -> None:
        if self._kind != "name":
            raise _fault(f"the name of an option or a scorer is missing before “{self._word or 'the end'}”", self._text)
        name = self._next()
        if self._word != "=" or self._kind != "mark":
            if depth == 1:
                raise _fault(f"it is nested more than {DEEPEST} deep", self._text)
            parts.append(self._inside(name, depth - 1))
            return
        self._next()
        key = name.replace("-", "_")
        if key in options:
            raise _fault(f"{key} stands twice", self._text)
        options[key] = self._value()

    def _value(self) -> Any:
        kind, word = self._kind, self._next()
        match kind:
            case "text":
                try:
                    return json.loads(word, strict=False)
                except ValueError as error:
                    raise _fault(f"{word} is no text: {json_fault(error)}", self._text) from error
            case "number":
                return json.loads(word) if not re.match(r"-?0\d", word) else word
            case "name":
                return WORDS.get(word.casefold(), word)
            case _:
                raise _fault(f"a value is missing before “{word or 'the end'}”", self._text)


def _fault(what: str, text: str) -> WorkbenchError:
    short = text if len(text) <= 80 else f"{text[:79]}…"
    return WorkbenchError(f"The scorer “{short}” cannot be read: {what}", where="scorer", mend=MEND)

"""Reads one YAML file a person or a stranger may have written, without trusting it.

Only the plain part of YAML is taken: mappings with text keys, lists, text, numbers, true, false, null. Anchors,
aliases and tags are refused while the file is read, before anything is expanded or built. Each value remembers its
line, so that every later complaint can say where.
"""

from __future__ import annotations

import codecs
import errno
import os
import re
import stat
from pathlib import Path
from typing import Any

import yaml
from yaml import events

from workbench.domain.errors import Problems, WorkbenchError

MAX_BYTES = 1_048_576
MAX_DEPTH = 20
KeyPath = tuple[str | int, ...]

_Parser = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NUMBER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,39})(?:\.[0-9]{1,40})?(?:[eE][-+]?[0-9]{1,4})?")
_INTEGER = re.compile(r"[-+]?[0-9]+")
_WORDS: dict[str, bool | float | None] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
    ".nan": float("nan"),
    ".NaN": float("nan"),
    ".NAN": float("nan"),
    ".inf": float("inf"),
    "-.inf": float("-inf"),
}


class Document:
    """The plain value of one file, and the line of everything in it. `label` is how messages name the file."""

    def __init__(self, label: str, value: Any, lines: dict[int, dict[str | int, int]]) -> None:
        self.label = label
        self.value = value
        self._lines = lines

    def line_of(self, path: KeyPath) -> int:
        """Line (from 1) of the value at `path`; of the innermost block that exists when the path leads nowhere."""
        node = self.value
        line = 1
        for step in path:
            lines = self._lines.get(id(node)) if isinstance(node, dict | list) else None
            if lines is None or step not in lines:
                return line
            line = lines[step]
            node = node[step]
        return line

    def where(self, path: KeyPath) -> str:
        """`file, line 31, offers[0].input_usd_per_mtok`."""
        place = f"{self.label}, line {self.line_of(path)}"
        return f"{place}, {dotted(path)}" if path else place


def dotted(path: KeyPath) -> str:
    """`("offers", 0, "source")` as `offers[0].source`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def read_bytes(
    file: Path, label: str, max_bytes: int = MAX_BYTES, *, mend: str = "Give the YAML file itself."
) -> bytes:
    """The content of an ordinary file of at most `max_bytes`. Raises WorkbenchError, with `mend` for what is no file;
    never waits on a pipe."""
    try:
        status = file.stat()
        if not stat.S_ISREG(status.st_mode):
            kind = "a folder" if stat.S_ISDIR(status.st_mode) else "not an ordinary file"
            raise WorkbenchError(f"This is {kind}", where=label, mend=mend)
        with file.open("rb") as stream:
            content = stream.read(max_bytes + 1)
    except FileNotFoundError as error:
        raise WorkbenchError("The file does not exist", where=label, mend="Check the name and the folder.") from error
    except OSError as error:
        if error.errno == errno.ELOOP:
            link = "Choose the file that the link should lead to."
            raise WorkbenchError("This link points to itself", where=label, mend=link) from error
        reason = error.strerror or os.strerror(error.errno or 0)
        raise WorkbenchError(
            f"The file cannot be read: {reason}", where=label, mend="Check its permissions."
        ) from error
    if len(content) > max_bytes:
        raise WorkbenchError(
            f"The file is larger than {max_bytes // 1024:,} KiB",
            where=label,
            mend="A file of this kind is small: check that it is the right one, or split it.",
        )
    return content


def parse(content: bytes, label: str) -> Document:
    """The document in `content`. Raises WorkbenchError, or Problems when several keys are doubled.

    Refused: empty, of another kind, not UTF-8, not YAML, several documents, anchors, aliases, tags, deeper than
    MAX_DEPTH, keys that are not plain text, keys given twice.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if b"\0" in content and not content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            mend = "Choose the YAML file; this one is of another kind."
            raise WorkbenchError("The file is not text", where=label, mend=mend) from error
        line = content.count(b"\n", 0, error.start) + 1
        raise WorkbenchError(
            f"The file is not UTF-8 text (byte {error.start} is 0x{content[error.start]:02x})",
            where=f"{label}, line {line}",
            mend="Save it as UTF-8.",
        ) from error
    if not text.strip():
        raise WorkbenchError("The file is empty", where=label, mend="Restore it from a copy, or remove it.")
    try:
        return _Composer(text, label).compose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise WorkbenchError(
            f"This is not YAML: {error.problem or error.context}",
            where=f"{label}, line {line}",
            mend="Check indentation, colons and quotes on this line and the one before.",
        ) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        code = error.character if isinstance(error.character, int) else ord(error.character)
        raise WorkbenchError(
            f"The file holds a character that text may not hold (U+{code:04X})",
            where=f"{label}, line {line}",
            mend="Remove it.",
        ) from error


def scalar(text: str) -> str | int | float | bool | None:
    """What an unquoted word means: null, true, false, a number, else the text itself (dates too stay text)."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in "+-0123456789" and _NUMBER.fullmatch(text):
        return int(text) if _INTEGER.fullmatch(text) else float(text)
    return text


class _Composer:
    """Builds plain values from the parser's events and notes the line of each."""

    def __init__(self, text: str, label: str) -> None:
        self._label = label
        self._parser = _Parser(text)
        self._lines: dict[int, dict[str | int, int]] = {}
        self._doubled: list[WorkbenchError] = []

    def compose(self) -> Document:
        next_event = self._parser.get_event
        next_event()  # stream start
        event = next_event()
        if isinstance(event, events.StreamEndEvent):
            raise WorkbenchError("The file holds only comments", where=self._label, mend="Add its fields.")
        value = self._value(next_event(), 1)
        next_event()  # document end
        event = next_event()
        if not isinstance(event, events.StreamEndEvent):
            raise self._refused(event, "A second document starts here", "Keep one document a file: remove the '---'.")
        if self._doubled:
            raise Problems("Fields are given twice", self._doubled, where=self._label)
        return Document(self._label, value, self._lines)

    def _value(self, event: Any, depth: int) -> Any:
        kind = type(event)
        if kind is events.AliasEvent:
            raise self._refused(event, f"The alias '*{event.anchor}' is not taken", "Write the value out.")
        if event.anchor is not None:
            raise self._refused(event, f"The anchor '&{event.anchor}' is not taken", "Remove it.")
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            raise self._refused(event, f"The tag '{tag}' is not taken", "Remove it: plain values only.")
        if kind is events.ScalarEvent:
            return scalar(event.value) if event.implicit[0] else event.value
        if depth > MAX_DEPTH:
            raise self._refused(event, f"More than {MAX_DEPTH} levels deep", "Flatten it: no file needs so many.")
        return self._mapping(depth) if kind is events.MappingStartEvent else self._sequence(depth)

    def _mapping(self, depth: int) -> dict[str, Any]:
        value: dict[str, Any] = {}
        lines: dict[str | int, int] = {}
        next_event = self._parser.get_event
        while type(event := next_event()) is not events.MappingEndEvent:
            line = event.start_mark.line + 1
            if type(event) is not events.ScalarEvent or event.anchor is not None or event.tag is not None:
                raise self._refused(event, "A field's name must be plain text", "Write it as `name: value`.")
            key = event.value
            if key in value:
                self._doubled.append(
                    WorkbenchError(
                        f"The field '{key}' is given twice (first on line {lines[key]})",
                        where=f"{self._label}, line {line}",
                        mend="Keep one of them.",
                    )
                )
            value[key] = self._value(next_event(), depth + 1)
            lines[key] = line
        self._lines[id(value)] = lines
        return value

    def _sequence(self, depth: int) -> list[Any]:
        value: list[Any] = []
        lines: dict[str | int, int] = {}
        next_event = self._parser.get_event
        while type(event := next_event()) is not events.SequenceEndEvent:
            lines[len(value)] = event.start_mark.line + 1
            value.append(self._value(event, depth + 1))
        self._lines[id(value)] = lines
        return value

    def _refused(self, event: Any, what: str, mend: str) -> WorkbenchError:
        return WorkbenchError(what, where=f"{self._label}, line {event.start_mark.line + 1}", mend=mend)

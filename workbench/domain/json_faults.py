"""Why a text is not JSON, in our words; Python's own are about its parser, not about the text."""

from __future__ import annotations

import json

_WORDS = (
    ("Expecting value", "a value is missing, or stands without quotation marks"),
    ("Expecting ',' delimiter", "a comma or the closing bracket is missing"),
    ("Expecting ':' delimiter", "the colon after a name is missing"),
    ("Expecting property name", "a name in double quotation marks is missing"),
    ("Illegal trailing comma", "a comma stands before the closing bracket"),
    ("Unterminated string", "the quotation mark at the end of a text is missing"),
    ("Invalid control character", "a line break or tab stands inside a text: write \\n or \\t there"),
    ("Invalid \\uXXXX escape", "behind \\u four digits or letters from A to F are missing"),
    ("Invalid \\", "a backslash stands before a letter that it does not go with: write it twice"),
    ("Extra data", "something follows after the end"),
    ("Unexpected UTF-8 BOM", "a byte order mark stands at the beginning"),
)


def json_fault(error: ValueError | RecursionError) -> str:
    """What is wrong, without a full stop and without the place; a reader's own refusal says so itself."""
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, json.JSONDecodeError):
        return next((ours for theirs, ours in _WORDS if error.msg.startswith(theirs)), "it is not written as JSON")
    if "integer string conversion" in str(error):
        return "a number has thousands of digits"
    return str(error)


def json_place(error: ValueError | RecursionError, *, line: int | None = None) -> str:
    """ "line 3, column 7"; "" where nobody knows. `line` is that of a file whose lines are read one by one."""
    if isinstance(error, json.JSONDecodeError):
        return f"line {line or error.lineno}, column {error.colno}"
    return f"line {line}" if line else ""


def json_sentence(error: ValueError | RecursionError) -> str:
    """What is wrong and where, for a text that has no name."""
    place = json_place(error)
    return f"{json_fault(error)} ({place})" if place else json_fault(error)

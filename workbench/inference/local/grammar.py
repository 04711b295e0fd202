"""The form an answer must have: a GBNF grammar, or a JSON schema turned into one, checked before any model sees it.

llama.cpp says nothing useful about a bad grammar and ends the process over some: its own words are caught here, and
what would exhaust it is refused first. llama_cpp comes in as `c`; only `native` imports it.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from typing import IO, Any

from workbench.domain.json_faults import json_sentence
from workbench.inference.local.refusal import Refusal

MAX_CHARACTERS = 256 << 10
#: llama.cpp's parser calls itself for every bracket; 100,000 of them overflow its stack
MAX_DEPTH = 500
_OUTSIDE = re.compile(r'"(?:\\.|[^"\\])*"|\[(?:\\.|[^\]\\])*\]|#[^\n]*', re.DOTALL)
MEND_GRAMMAR = "Mend the grammar; it must have a rule named root."
MEND_SCHEMA = "Mend the schema, or leave it out."


def compiled(c: Any, vocab: Any, grammar: str) -> Any:
    """llama.cpp's sampler for a grammar. Raises `Refusal` with its reason."""
    refuse_exhausting(grammar)
    with _standard_error() as said:
        rules = c.llama_sampler_init_grammar(vocab, grammar.encode("utf-8", "replace"), b"root")
        said.seek(0)
        words = " ".join(said.read().split())
    if not rules:
        reason = words.removeprefix("parse: error parsing grammar: ").removesuffix("failed to parse grammar").strip()
        raise Refusal("The grammar cannot be used" + (f": {reason[:200]}" if reason else ""), "grammar", MEND_GRAMMAR)
    return rules


def refuse_exhausting(grammar: str) -> None:
    """Raise for a grammar that is empty, too long, too deep, or that a C string cannot hold."""
    if not grammar.strip():
        raise Refusal("The grammar is empty", "grammar", MEND_GRAMMAR)
    if len(grammar) > MAX_CHARACTERS:
        raise Refusal(f"The grammar has {len(grammar):,} characters; {MAX_CHARACTERS:,} are allowed", "grammar")
    if "\0" in grammar:
        raise Refusal("The grammar has a NUL character", "grammar", MEND_GRAMMAR)
    if _depth(grammar) > MAX_DEPTH:
        raise Refusal(f"The grammar has more than {MAX_DEPTH} brackets inside each other", "grammar", MEND_GRAMMAR)


def _depth(grammar: str) -> int:
    """How deep its round brackets go, those in literals, character classes and comments left out."""
    depth = deepest = 0
    for mark in _OUTSIDE.sub("", grammar):
        depth += {"(": 1, ")": -1}.get(mark, 0)
        deepest = max(deepest, depth)
    return deepest


def from_schema(schema: str, convert: Callable[[str], str]) -> str:
    """The grammar of a JSON schema given as text; `convert` is llama_cpp's. Raises `Refusal`."""
    try:
        parsed = json.loads(schema)
    except (ValueError, RecursionError) as error:
        raise Refusal(f"The schema is not JSON: {json_sentence(error)}", "json schema", MEND_SCHEMA) from error
    if not isinstance(parsed, dict):
        raise Refusal("The schema is not a JSON object", "json schema", MEND_SCHEMA)
    try:
        return str(convert(json.dumps(parsed)))
    except Exception as error:  # whatever a stranger's schema makes the converter raise
        reason = str(error) or type(error).__name__
        raise Refusal(f"The schema cannot be used: {reason}"[:200], "json schema", MEND_SCHEMA) from error


@contextlib.contextmanager
def _standard_error() -> Iterator[IO[str]]:
    """What native code writes to file descriptor 2 meanwhile; llama.cpp's parser tells its reason only there."""
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as kept:
        before = os.dup(2)
        os.dup2(kept.fileno(), 2)
        try:
            yield kept
        finally:
            os.dup2(before, 2)
            os.close(before)

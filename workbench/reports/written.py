"""Text on its way into a file: what a person or a model wrote never becomes markup."""

from __future__ import annotations

import html
import re

# What XML 1.0 forbids, and the marks that turn the reading direction of the text after them.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]")
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def plain(text: str) -> str:
    """`text` with every character that XML forbids, or that would reorder its surroundings, replaced."""
    return _ILLEGAL.sub(_REPLACEMENT, text)


def escaped(text: str) -> str:
    """`text` for an HTML or SVG element or a quoted attribute."""
    return html.escape(plain(text), quote=True)

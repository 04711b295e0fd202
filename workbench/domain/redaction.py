"""Takes keys out of a text before it is written or shown: those in use, and what looks like one."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from urllib.parse import quote

from workbench.domain.secret import Secret

DOTS = "•••"
_SHORTEST = 6
#: how keys of known providers begin, and what stands behind the words that announce one: with a digit, or longer than
#: most words
_LOOKS_LIKE = re.compile(
    r"\b(?:sk|pk|rk|gsk|xai|csk|fw|r8|hf|tgp|nvapi)[-_][A-Za-z0-9_-]{12,}"
    r"|\bAIza[A-Za-z0-9_-]{20,}"
    r"|(?i:\b(?:bearer|x-api-key|api[-_ ]key(?: provided)?|authorization)\b['\"]?\s*[:= ]\s*['\"]?(?:bearer\s+)?)"
    r"(?=[A-Za-z0-9._~+/=-]*\d|[A-Za-z0-9._~+/=-]{13})[A-Za-z0-9._~+/=-]{8,}"
)


def redacted(text: str, known: Iterable[Secret] = ()) -> str:
    """The text with dots where a key stood, also as base64 or in an address."""
    for secret in known:
        key = secret.reveal()
        if len(key) < _SHORTEST:
            continue
        for form in {key, quote(key, safe=""), base64.b64encode(key.encode()).decode(), repr(key)[1:-1]}:
            text = text.replace(form, DOTS)
    return _LOOKS_LIKE.sub(DOTS, text)

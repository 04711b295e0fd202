"""Sources as they stand in a cell: who said it. The whole text is shown for the row that is chosen."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_LONGEST = 48
_PYPI = re.compile(r"pypi:([^\s=*]+?)-?\*?(?:==(\S+))?(?=\s|$)")
_GITHUB = re.compile(r"github:[^\s/]+/([^\s@/]+)")
_ADDRESS = re.compile(r"https?://\S+")
_IN_BRACKETS = re.compile(r"\([^()]*\)")


def short_source(source: str) -> str:
    """ "genai-prices 0.2.3, litellm 1.109.1, developers.openai.com" for a source that gives each in full."""
    parts = (part.strip() for part in _IN_BRACKETS.sub("", source).split(";"))
    return ", ".join(dict.fromkeys(_short(part) for part in parts if part))


def _short(part: str) -> str:
    if found := _PYPI.match(part):
        return " ".join(each for each in found.groups() if each)
    if found := _GITHUB.match(part):
        return found[1]
    if found := _ADDRESS.match(part):
        return urlsplit(found[0]).hostname or part
    return part if len(part) <= _LONGEST else f"{part[:_LONGEST].rsplit(' ', maxsplit=1)[0]} …"

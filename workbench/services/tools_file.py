"""Tools that models are offered, read from a JSON file: as OpenAI writes them, or plain."""

from __future__ import annotations

import json
from typing import Any

from workbench.domain.chat import Tool
from workbench.domain.errors import WorkbenchError

MOST_TOOLS = 128
SHAPE = 'Write a list of objects like {"name": "look_up", "description": "…", "parameters": {a JSON schema}}.'


def read_tools(text: str, where: str) -> tuple[Tool, ...]:
    """The tools in a file's text. Raises WorkbenchError that says which one is none, and why."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise WorkbenchError("The tools are not JSON", where=where, mend=SHAPE) from error
    if not isinstance(found, list) or not 1 <= len(found) <= MOST_TOOLS:
        raise WorkbenchError(f"That is no list of 1 to {MOST_TOOLS} tools", where=where, mend=SHAPE)
    return tuple(_tool(one, f"{where}, tool {number}") for number, one in enumerate(found, 1))


def _tool(found: Any, where: str) -> Tool:
    plain = found.get("function", found) if isinstance(found, dict) else None
    if isinstance(plain, dict):
        name, about = plain.get("name"), plain.get("description", "")
        parameters = plain.get("parameters", {"type": "object"})
        if isinstance(name, str) and name and isinstance(about, str) and isinstance(parameters, dict):
            return Tool(name, about, json.dumps(parameters))
    raise WorkbenchError("That is no tool: it needs a name, and parameters that are an object", where=where, mend=SHAPE)

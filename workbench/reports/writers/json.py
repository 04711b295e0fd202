"""JSON for scripts: the figures unrounded, and the text of the report.

The shape is published as a JSON Schema, `resources/report/report.schema.json` (`workbench report --schema` prints it):
fields are added, never renamed. Money is USD, times are seconds or weeks as the names say, shares are 0 to 1, quality
is 0 to 100. Figures are the same in every language; only the sections are translated.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from workbench.reports.document import Block, Document, JsonValue, Section
from workbench.reports.written import plain

FORMAT, FORMAT_VERSION = "model-selection-workbench/report", 1


@dataclass(frozen=True, slots=True)
class JsonWriter:
    """One JSON object, indented, UTF-8."""

    id: str = "json"
    title: str = "Data for scripts"

    def render(self, document: Document) -> bytes:
        """The object; a figure that is not finite becomes null."""
        whole = {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "title": document.title,
            "subtitle": document.subtitle,
            "length": document.length,
            "language": document.language,
            "brand": document.brand.name,
            "facts": dict(document.facts),
            "figures": document.figures,
            "sections": [_section(section) for section in document.sections],
            "footer": document.footer,
        }
        return (json.dumps(_value(whole), ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode("utf-8")


def _section(section: Section) -> Mapping[str, object]:
    parts = [{"title": part.title, "blocks": [_block(block) for block in part.blocks]} for part in section.parts]
    return {
        "id": section.id,
        "title": section.title,
        "blocks": [_block(block) for block in section.blocks],
        "parts": parts,
    }


def _block(block: Block) -> Mapping[str, object]:
    fields = {field.name: getattr(block, field.name) for field in dataclasses.fields(block)}
    return {"kind": type(block).__name__.lower(), **fields}


def _value(value: object) -> JsonValue:
    """Any value of the tree as JSON: dataclasses by field, enums by value, text without illegal characters."""
    match value:
        case Enum():
            return _value(value.value)
        case None | bool() | int():
            return value
        case float():
            return value if math.isfinite(value) else None
        case str():
            return plain(value)
        case Mapping():
            return {plain(str(key)): _value(item) for key, item in value.items()}
        case list() | tuple():
            return [_value(item) for item in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _value(getattr(value, field.name)) for field in dataclasses.fields(value)}
    raise TypeError(f"a report holds a {type(value).__name__}, which JSON cannot write")


JSON = JsonWriter()

"""Rows under a header, from whatever file they come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from workbench.analysis import words
from workbench.domain.errors import WorkbenchError
from workbench.evals.datasets import promptfoo
from workbench.evals.datasets.naming import KNOWN, Naming
from workbench.evals.datasets.protocol import Record

LONGEST_CELL = 1 << 20
SHORTEN = "Shorten it."


class Table:
    """The header of a table; turns its rows into records. `problems` says why there can be none."""

    def __init__(self, cells: Sequence[str], path: Path, line: int, naming: Naming) -> None:
        self._path = path
        self._width = len(cells)
        self._promptfoo = not naming.raw and not naming.columns and promptfoo.is_header(cells)
        self._names = [cell.strip() for cell in cells] if self._promptfoo else [naming.name(cell) for cell in cells]
        self.problems = [] if self._promptfoo else self._faults(f"{path}, line {line}", naming)

    def _faults(self, where: str, naming: Naming) -> list[WorkbenchError]:
        problems = [
            WorkbenchError(
                f"The column {name} stands {count} times in the header", where=where, mend="Keep one of them."
            )
            for name, count in Counter(self._names).items()
            if count > 1 and (name in KNOWN or naming.raw) and name
        ]
        missing = naming.missing(self._names)
        if missing:
            problems.append(
                WorkbenchError(
                    f"The header has no column {' and no column '.join(missing)}",
                    where=where,
                    mend="Name the columns input and expected, or say which they are; id, scorer, source_document, "
                    "sensitive, tags may follow.",
                )
            )
        return problems

    def record(self, cells: Sequence[str], line: int) -> Record | WorkbenchError:
        """One row. A short or long one, and one with a giant cell, is a problem."""
        where = f"{self._path}, line {line}"
        if len(cells) != self._width:
            return WorkbenchError(
                f"The row has {words.count(len(cells), 'cell')}, the header {self._width}",
                where=where,
                mend="Put cells that hold the separator or line breaks in quotation marks.",
            )
        giant = next((name for name, cell in zip(self._names, cells, strict=True) if len(cell) > LONGEST_CELL), None)
        if giant is not None:
            return WorkbenchError(f"The {giant} is longer than {LONGEST_CELL:,} characters", where=where, mend=SHORTEN)
        pairs = [(name, cell) for name, cell in zip(self._names, cells, strict=True) if name]
        if self._promptfoo:
            return promptfoo.row_record(pairs, where, line)
        fields = {name: cell for name, cell in pairs if name in KNOWN}
        return Record(line, fields, tuple((name, cell) for name, cell in pairs if name not in KNOWN))


def cell_text(value: object) -> str:
    """A typed cell as people write it: whole numbers without a decimal point, truths as yes and no."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, list | tuple):
        return "\n".join(cell_text(part) for part in value)
    if isinstance(value, dict):
        import json

        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)

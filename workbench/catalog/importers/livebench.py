"""LiveBench: a table of scores by subtask, the subtasks of each area, and what a run costs.

The overall score is the mean of the areas' means. Releases are never compared: each is a benchmark of its own.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping

from workbench.catalog.importers.rows import Gathering
from workbench.catalog.importers.source_file import SourceFile
from workbench.domain.errors import WorkbenchError
from workbench.domain.quotes import Reading, Scalar, Subject

_TABLE = re.compile(r"(?:.*[_-])?table[_-](20[0-9]{2})[_-]([0-9]{2})[_-]([0-9]{2})\.csv", re.IGNORECASE)
_COSTS = ("cost_per_question", "cost_per_successful_task")
_LEFT_OUT = "The row is left out; the others can be imported."


class _LiveBench:
    id = "livebench"
    title = "LiveBench"
    brings = "scores by area, and what an answer costs"
    wanted = "a LiveBench table (table_*.csv), its categories and cost files beside it"
    url = ""
    thanks = "LiveBench, code under Apache-2.0"

    def recognises(self, file: SourceFile) -> bool:
        """A table_YYYY_MM_DD.csv with a `model` column."""
        if _release(file.name) is None or file.looks_like_json:
            return False
        return "model" in file.table.header

    def companions(self, name: str) -> tuple[str, ...]:
        release = _release(name)
        if release is None:
            return ()
        day = release.replace("-", "_")
        return (f"categories_{day}.json", f"cost_{day}.csv")

    def read(self, file: SourceFile) -> Reading:
        """One score for each model, with its areas when the categories lay beside the table."""
        release = _release(file.name)
        if release is None:
            raise WorkbenchError(
                "The table's name does not say which release it is",
                where=file.name,
                mend="Name it as LiveBench does: table_2026_06_25.csv.",
            )
        gathering = Gathering(self.id, file)
        categories_file, cost_file = (file.companion(name) for name in self.companions(file.name))
        subtasks = tuple(name for name in file.table.header if name and name != "model")
        areas = _areas(categories_file, subtasks) if categories_file else {}
        costs = _costs(cost_file) if cost_file else {}
        if not areas:
            gathering.note(
                WorkbenchError(
                    "Without its categories file the overall score cannot be computed as LiveBench does",
                    where=file.name,
                    mend=f"Put {self.companions(file.name)[0]} into the same folder and import again.",
                )
            )
        for line, row in file.table.rows:
            gathering.enter()
            _add(gathering, f"livebench-{release}", line, row, areas, costs)
        return gathering.reading(complete=False)


def _release(name: str) -> str | None:
    match = _TABLE.fullmatch(name)
    return "-".join(match.groups()) if match else None


def _areas(file: SourceFile, subtasks: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Area to its subtasks among the table's columns. Raises WorkbenchError when the file has another shape."""
    found = file.json
    if not isinstance(found, dict) or not all(isinstance(names, list) for names in found.values()):
        mend = 'It must hold {"area": ["subtask", ...], ...}.'
        raise WorkbenchError("The categories file has another shape", where=file.name, mend=mend)
    unknown = [name for names in found.values() for name in names if name not in subtasks]
    if unknown:
        raise WorkbenchError(
            f"The table has no column {json.dumps(unknown[0])[:60]}",
            where=file.name,
            mend="Take the categories and the table of the same release.",
        )
    return {str(area): tuple(names) for area, names in found.items() if names}


def _costs(file: SourceFile) -> dict[str, Mapping[str, str]]:
    return {row.get("model", ""): row for _, row in file.table.rows}


def _add(
    gathering: Gathering,
    benchmark: str,
    line: int,
    row: Mapping[str, str],
    areas: Mapping[str, tuple[str, ...]],
    costs: Mapping[str, Mapping[str, str]],
) -> None:
    model = row.get("model", "").strip()
    place = f"line {line}, {model or 'no model'}"
    try:
        means = {area: _mean([_percent(row, name) for name in names]) for area, names in areas.items()}
        cost = {f"{name}_usd": _cost(costs.get(model, {}), name) for name in _COSTS}
    except WorkbenchError as error:
        gathering.note(WorkbenchError(error.what, where=f"{gathering.file.name}, {place}", mend=_LEFT_OUT))
        return
    known = {area: value for area, value in means.items() if value is not None}
    if not model or not areas or len(known) < len(areas):
        gathering.pass_over("without a score in every area" if model else "without a model's name")
        return
    overall = sum(known.values()) / len(known)
    fields: dict[str, Scalar | None] = {"value": round(overall, 1), "variant": model, **cost}
    fields |= {f"categories.{area}": round(value, 1) for area, value in known.items()}
    gathering.add(Subject.SCORE, model, fields, place=place, part=benchmark)


def _percent(row: Mapping[str, str], column: str) -> float | None:
    """A score from 0 to 100; None for an empty cell. Raises WorkbenchError."""
    text = row.get(column, "").strip()
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 100:
        raise WorkbenchError(f"{text[:40]!r} in column {column!r} is no score from 0 to 100")
    return value


def _mean(values: list[float | None]) -> float | None:
    """The mean; None when a part is missing, because a part cannot stand for the whole."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known and len(known) == len(values) else None


def _cost(row: Mapping[str, str], column: str) -> float | None:
    """USD; 0 and nothing stand for unpriced. Raises WorkbenchError."""
    text = row.get(column, "").strip()
    try:
        value = float(text) if text else 0.0
    except ValueError:
        value = math.nan
    if not 0 <= value < 1e6:
        raise WorkbenchError(f"{text[:40]!r} in column {column!r} is no cost")
    return value or None


IMPORTER = _LiveBench()

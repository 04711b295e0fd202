"""Other ways to set what matters: the order alone, all alike, points, a table of pairwise comparisons (AHP); and scales
that hold every option.

Source: methods.md section 1.1. Whatever the way, swing points come out, the largest 100.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from workbench.analysis import ranking
from workbench.analysis.checks import FloatArray
from workbench.analysis.criteria import widened_criteria
from workbench.analysis.options import importance_order
from workbench.analysis.words import listed, share
from workbench.domain.criterion import Criterion
from workbench.domain.errors import WorkbenchError
from workbench.domain.numbers import digits
from workbench.domain.option import Option

MOST_BYTES = 64_000
# Saaty's bound: above it the comparisons contradict each other more than is usual.
CONSISTENT = 0.1
EXAMPLE = "A row for each criterion: its name, then how many times more it counts than each other one (3, 1/3, 1)."


@dataclass(frozen=True, slots=True)
class Weighed:
    """The criteria with new points, and how they came about in a sentence."""

    criteria: tuple[Criterion, ...]
    sentence: str


def alike(criteria: Sequence[Criterion]) -> Weighed:
    """Every criterion counts the same."""
    return Weighed(tuple(replace(item, points=100.0) for item in criteria), "Every criterion counts the same.")


def by_order(criteria: Sequence[Criterion], order: Sequence[str] = ()) -> Weighed:
    """Rank-order centroid weights of an order: `order` (ids, most important first), else that of the points now.

    Raises WorkbenchError unless the order names every criterion once.
    """
    ids = [item.id for item in criteria]
    places = [ids.index(name) for name in order] if sorted(order) == sorted(ids) else []
    if order and not places:
        raise WorkbenchError(
            "The order does not name every criterion once", where=", ".join(order), mend=f"They are {listed(ids)}."
        )
    places = places or list(importance_order(criteria))
    weights = ranking.weights_by_rank(places, ranking.rank_order_centroid(len(ids)))
    named = ", ".join(criteria[place].title for place in places)
    return Weighed(_with(criteria, weights), f"From the order alone, the first counting most by far: {named}.")


def by_points(criteria: Sequence[Criterion], points: Mapping[str, float]) -> Weighed:
    """These swing points; criteria not named keep theirs. Raises WorkbenchError for a name or number that is none."""
    ids = [item.id for item in criteria]
    for name, value in points.items():
        if name not in ids:
            raise WorkbenchError("There is no such criterion", where=name, mend=f"They are {listed(ids)}.")
        if not 0 <= value <= 100:
            typed = f"{name}={digits(value)}"
            raise WorkbenchError("Points lie between 0 and 100", where=typed, mend="Give such a number.")
    new = tuple(replace(item, points=points.get(item.id, item.points)) for item in criteria)
    if not any(item.points for item in new):
        raise WorkbenchError("Nothing would count", where="points", mend="Give at least one criterion some points.")
    return Weighed(new, "Points as you gave them.")


def by_comparisons(criteria: Sequence[Criterion], file: Path) -> Weighed:
    """Weights from a CSV file of pairwise comparisons, as AHP makes them; an empty cell mirrors the one across.

    Raises WorkbenchError with the cell that cannot be read, and for comparisons that contradict their mirror image.
    """
    table = _table(_rows(file), criteria, file.name)
    found = ranking.ahp_weights(table)
    ratio = found.consistency_ratio
    how = f"From the comparisons in {file.name}"
    if ratio > CONSISTENT:
        tail = f"they contradict each other (ratio {ratio:.2f}, above {CONSISTENT:g}): look at them again."
        return Weighed(_with(criteria, found.weights), f"{how}; {tail}")
    top = criteria[int(np.argmax(found.weights))].title
    tail = f"“{top}” counts most with {share(float(found.weights.max()))}."
    return Weighed(_with(criteria, found.weights), f"{how}, which agree with each other (ratio {ratio:.2f}); {tail}")


def wide_enough(criteria: Sequence[Criterion], options: Sequence[Option]) -> Weighed:
    """Scales whose ends hold every option's likely figures; the points stay."""
    new = widened_criteria(criteria, [option.figures for option in options])
    moved = [
        f"{item.title} {digits(item.worst)} to {digits(item.best)}"
        for item, old in zip(new, criteria, strict=True)
        if item != old
    ]
    if not moved:
        return Weighed(new, "Every scale holds the figures of all options already.")
    return Weighed(new, f"Scales from worst to best that hold every option: {', '.join(moved)}.")


def _with(criteria: Sequence[Criterion], weights: FloatArray) -> tuple[Criterion, ...]:
    points = 100.0 * weights / weights.max()
    return tuple(replace(item, points=round(float(points[place]), 1)) for place, item in enumerate(criteria))


def _rows(file: Path) -> list[list[str]]:
    try:
        data = file.read_bytes() if file.stat().st_size <= MOST_BYTES else None
        text = data.decode("utf-8-sig") if data is not None else ""
    except OSError as error:
        raise WorkbenchError(f"The file cannot be read: {error.strerror}", where=file.name) from error
    except UnicodeDecodeError:
        raise WorkbenchError("The file is no text in UTF-8", where=file.name, mend="Save it as CSV in UTF-8.") from None
    if data is None or "\0" in text:
        raise WorkbenchError("The file is no table of comparisons", where=file.name, mend=EXAMPLE)
    lines = text.splitlines()
    head = next((line for line in lines if line.strip()), "")
    mark = max(",;\t", key=head.count)
    return [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=mark) if any(row)]


def _table(rows: list[list[str]], criteria: Sequence[Criterion], name: str) -> FloatArray:
    """The matrix in the order of the criteria, with mirrored cells filled in."""
    size = len(criteria)
    if len(rows) != size + 1 or any(len(row) != size + 1 for row in rows):
        raise WorkbenchError(
            f"The table is not {size} by {size} with names in its first row and column", where=name, mend=EXAMPLE
        )
    across = [_place(cell, criteria, f"{name}, row 1, column {k}") for k, cell in enumerate(rows[0][1:], start=2)]
    down = [_place(row[0], criteria, f"{name}, row {k}, column 1") for k, row in enumerate(rows[1:], start=2)]
    if len(set(across)) != size or len(set(down)) != size:
        raise WorkbenchError("A criterion stands there twice", where=name, mend="Name each once in row and column.")
    table = np.eye(size)
    given = np.eye(size, dtype=bool)
    for k, row in enumerate(rows[1:], start=2):
        for j, cell in enumerate(row[1:], start=2):
            if cell:
                one, other = down[k - 2], across[j - 2]
                table[one, other] = _number(cell, f"{name}, row {k}, column {j}")
                given[one, other] = True
    for one, other in np.argwhere(~given):
        if not given[other, one]:
            pair = f"{criteria[one].id} and {criteria[other].id}"
            raise WorkbenchError(
                "A comparison is missing", where=f"{name}, {pair}", mend="Fill in one of the two cells."
            )
        table[one, other] = 1.0 / table[other, one]
    return table


def _place(text: str, criteria: Sequence[Criterion], where: str) -> int:
    """Which criterion a name means: its id or its title, whatever the case."""
    wanted = text.casefold()
    for place, item in enumerate(criteria):
        if wanted in (item.id.casefold(), item.title.casefold()):
            return place
    known = listed([item.id for item in criteria])
    raise WorkbenchError(f"There is no criterion {text!r}", where=where, mend=f"They are {known}.")


def _number(text: str, where: str) -> float:
    above, _, below = text.partition("/")
    try:
        value = float(above) / float(below) if below else float(above)
    except (ValueError, ZeroDivisionError):
        value = 0.0
    if not 1e-3 <= value <= 1e3:
        raise WorkbenchError(f"{text!r} is no comparison", where=where, mend="Write 3, 0.5 or 1/3.")
    return value

"""Which column of a table is what, guessed from its names and from what stands in it, for a person to confirm."""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable, Mapping, Sequence

from workbench.evals.datasets import promptfoo
from workbench.evals.datasets.columns import NO, YES
from workbench.evals.datasets.naming import KNOWN, known_name, normalised
from workbench.evals.scorers import BUILTIN

FILE_NAME = re.compile(r".{1,120}\.(?:pdf|docx?|xlsx?|pptx?|html?|md|txt)", re.IGNORECASE)
SENSITIVE = re.compile(r"sensitiv|confiden|personal|privat|vertraulich|geheim|gdpr|dsgvo|pii")
FEW = 12


def guessed(header: Sequence[str], rows: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Known names to column names. Names that say it come first; what is left is told by its cells: the longest texts
    are the input, the next ones what is expected, file names the source, yes and no the mark of sensitive rows, few
    different words the tags. Nothing of a table with promptfoo's columns is guessed: they say what they are."""
    if promptfoo.says_itself(header):
        return {}
    found: dict[str, str] = {}
    for exact in (True, False):
        for name in header:
            known = known_name(name)
            if known in KNOWN and known not in found and (not exact or normalised(name) == known):
                found[known] = name
    left = [name for name in header if name not in found.values()]
    columns = {name: [row.get(name, "").strip() for row in rows] for name in left}
    for known, fits in (("sensitive", _is_mark), ("source_document", _is_file), ("scorer", _is_scorer)):
        _take(found, columns, known, fits)
    texts = sorted((name for name in columns if _is_text(columns[name])), key=lambda n: -_length(columns[n]))
    for known in ("input", "expected"):
        if known not in found and texts:
            found[known] = texts.pop(0)
            columns.pop(found[known])
    _take(found, columns, "tags", lambda _, cells: _is_few(cells))
    return found


def _take(
    found: dict[str, str], columns: dict[str, list[str]], known: str, fits: Callable[[str, Sequence[str]], bool]
) -> None:
    if known in found:
        return
    for name, cells in columns.items():
        if any(cells) and fits(name, cells):
            found[known] = name
            del columns[name]
            return


def _is_mark(name: str, cells: Sequence[str]) -> bool:
    only_marks = {cell.casefold() for cell in cells} <= YES | NO
    return only_marks and SENSITIVE.search(normalised(name)) is not None


def _is_file(_: str, cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell]
    return sum(FILE_NAME.fullmatch(cell) is not None for cell in filled) > 0.8 * len(filled)


def _is_scorer(_: str, cells: Sequence[str]) -> bool:
    return {cell.partition("(")[0] for cell in cells if cell} <= set(BUILTIN)


def _is_text(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell]
    return len(filled) >= 0.5 * len(cells) > 0


def _length(cells: Sequence[str]) -> float:
    return statistics.median(len(cell) for cell in cells) if cells else 0.0


def _is_few(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell]
    return len(set(filled)) <= min(FEW, len(filled) / 2) and _length(filled) <= 40

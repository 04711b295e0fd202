"""The team store in words: the sentences that window and command line share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.analysis import words

if TYPE_CHECKING:
    from workbench.services.team import SharedRow

_TABLES = {
    "decision_version": "earlier state",
    "eval_run": "eval",
    "eval_answer": "answer",
    "comparison": "comparison",
    "vote": "vote",
}


def carried(row: SharedRow) -> str:
    """ "the scenario, 2 earlier states, 1 eval, 160 answers; 84 kB"."""
    if row.carries is None or not row.may_go:
        return words.UNKNOWN_FIGURE
    parts = [words.count(count, _TABLES[name]) for name, count in row.carries.items() if name in _TABLES]
    texts = "" if row.with_texts else ", no prompts, answers or cases"
    return f"{', '.join(['the scenario', *parts])}{texts}; {size_words(row)}"


def size_words(row: SharedRow) -> str:
    """ "84 kB"."""
    if row.carries is None or not row.may_go:
        return words.UNKNOWN_FIGURE
    return f"{max(1, round(row.bytes_out / 1_000)):,} kB"

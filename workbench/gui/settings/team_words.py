"""How the team store's rows and results are worded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbench.analysis import words
from workbench.gui.theme import Tone
from workbench.gui.widgets.rows import UNKNOWN

if TYPE_CHECKING:
    from workbench.services.team import SharedRow, Synced

STATE_TONES = {
    "only here": Tone.NEUTRAL,
    "only there": Tone.NEUTRAL,
    "the same": Tone.GOOD,
    "newer here": Tone.CAUTION,
    "newer there": Tone.CAUTION,
    "changed on both sides": Tone.BAD,
}
_TABLES = {
    "decision_version": "earlier state",
    "eval_run": "eval",
    "eval_answer": "answer",
    "comparison": "comparison",
    "vote": "vote",
}
_WHAT = {"sent": "sent", "fetched": "taken in", "deleted": "put into the bin", "same": "the same already"}


def shared_words(row: SharedRow) -> str:
    """Whether it takes part, and where its changes are made."""
    if row.held:
        return "held by the team"
    if not row.may_go:
        return "must stay here"
    return "kept in step" if row.shared else "no"


def carried(row: SharedRow) -> str:
    """ "the scenario, 2 earlier states, 1 eval, 160 answers; 84 kB"."""
    if row.carries is None or not row.may_go:
        return UNKNOWN
    parts = [words.count(count, _TABLES[name]) for name, count in row.carries.items() if name in _TABLES]
    texts = "" if row.with_texts else ", no prompts, answers or cases"
    size = f"{max(1, round(row.bytes_out / 1_000)):,} kB"
    return f"{', '.join(['the scenario', *parts])}{texts}; {size}"


def told(done: Sequence[Synced]) -> str:
    """What became of scenarios, in a sentence or two; conflicts and refusals by name."""
    counts = Counter(each.what for each in done)
    parts = [f"{counts[what]} {said}" for what, said in _WHAT.items() if counts[what]]
    lines = [f"{words.listed(parts)}.".capitalize()] if parts else []
    lines += [f"{each.name}: {each.why}" for each in done if each.what in ("conflict", "refused")]
    lines += [f"{each.name}: {each.why}" for each in done if each.what in ("sent", "same") and each.why]
    return " ".join(lines)

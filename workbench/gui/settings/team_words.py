"""How the team store's rows and results are worded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbench.analysis import words
from workbench.gui.theme import Tone

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
_WHAT = {"sent": "sent", "fetched": "taken in", "deleted": "put into the bin", "same": "the same already"}


def shared_words(row: SharedRow) -> str:
    """Whether it takes part, and where its changes are made."""
    if row.held:
        return "held by the team"
    if not row.may_go:
        return "must stay here"
    return "kept in step" if row.shared else "no"


def told(done: Sequence[Synced]) -> tuple[str, str]:
    """What became of scenarios in a sentence or two, and what somebody must see to: conflicts and refusals by name."""
    counts = Counter(each.what for each in done)
    parts = [f"{counts[what]} {said}" for what, said in _WHAT.items() if counts[what]]
    lines = [f"{words.listed(parts)}.".capitalize()] if parts else []
    lines += [f"{each.name}: {each.why}" for each in done if each.what in ("sent", "same") and each.why]
    still = [f"{each.name}: {each.why}" for each in done if each.what in ("conflict", "refused")]
    return " ".join(lines), " ".join(still)

"""What the Settings page says of calls, bytes and money."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.domain.calls import Call, Outcome
from workbench.gui.theme import Tone

#: outcome: its words and tone
OUTCOMES = {
    Outcome.OPEN: ("not ended", Tone.CAUTION),
    Outcome.ANSWERED: ("answered", Tone.GOOD),
    Outcome.ERROR: ("failed", Tone.CAUTION),
    Outcome.STOPPED: ("stopped", Tone.NEUTRAL),
    Outcome.REFUSED: ("refused", Tone.NEUTRAL),
}


def size(count: int) -> str:
    """Bytes for people: 812 B, 12.3 kB, 1.4 MB."""
    if count < 1000:
        return f"{count} B"
    for unit, scale in (("kB", 1e3), ("MB", 1e6), ("GB", 1e9)):
        if count < scale * 1000:
            return f"{count / scale:.1f} {unit}"
    return f"{count / 1e12:.1f} TB"


def outflow_answer(hosts: Sequence[tuple[str, int, int]]) -> str:
    """The page's answer from (host, calls, bytes out) of what went to other machines."""
    went = [row for row in hosts if row[1]]
    if not went:
        return "Nothing has left this machine."
    calls, count = sum(row[1] for row in went), sum(row[2] for row in went)
    where = went[0][0] if len(went) == 1 else f"{len(went)} hosts"
    return f"{size(count)} left this machine, to {where} in {calls:,} {'call' if calls == 1 else 'calls'}."


def last_call(call: Call | None) -> str:
    """The last call to another machine, for the foot of the rail."""
    if call is None:
        return "No calls made."
    words, _ = OUTCOMES[call.outcome]
    when = f"{call.at[5:10]} {call.at[11:16]}"
    return f"Last: {call.host}, {words}, {when}."

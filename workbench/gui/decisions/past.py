"""A decision in the list, and what the inspector says of it: the record, and how it stands today."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workbench.domain.decision import Decision, Risk
from workbench.domain.scenario import Scenario
from workbench.domain.watch import Standing
from workbench.gui.explanation import Explanation, InspectorAction, Row, Section
from workbench.gui.theme import Tone
from workbench.gui.widgets.rows import Mark
from workbench.services.conditions import Measured
from workbench.services.watch import Watched
from workbench.services.watch_words import says_why, sentence, trigger_words

_MOST_ROWS = 12
_TONES = {
    Standing.UNCHANGED: Tone.GOOD,
    Standing.WEAKER: Tone.CAUTION,
    Standing.FLIPPED: Tone.BAD,
    Standing.UNKNOWN: Tone.NEUTRAL,
}


@dataclass(frozen=True, slots=True)
class Decided:
    """A scenario with its decision. `today` None: not accepted, or not looked at yet."""

    scenario: Scenario
    decision: Decision
    today: Watched | None = None

    @property
    def option_name(self) -> str:
        found = next((o for o in self.scenario.options if o.id == self.decision.option), None)
        return f"{self.decision.option} · {found.name}" if found else self.decision.option


def standing_mark(row: Decided) -> Mark | None:
    """The tone of how it stands; it always comes with the word."""
    if row.today is None:
        return None
    standing = row.today.shift.standing
    if standing is Standing.UNCHANGED and (row.today.fired or row.today.missed):
        return Mark(Tone.CAUTION)
    return Mark(_TONES[standing])


def explanation(
    found: Decided, offer_name: Callable[[str], str], actions: tuple[InspectorAction, ...] = ()
) -> Explanation:
    """The record with what today's figures say of it in front. `offer_name` names an offer by its id."""
    decision, today = found.decision, found.today
    sections = (
        *(_today(today, offer_name) if today else ()),
        Section("Because", (Row(decision.because),) if decision.because else ()),
        Section("Risks", tuple(Row(_risk(risk), icon="caution") for risk in decision.risks)),
        Section("Look at it again when", _conditions(found)),
        Section("Dissent", (Row(decision.dissent),) if decision.dissent else ()),
        Section("People", tuple(Row(f"Decided by {name}") for name in decision.deciders)),
    )
    return Explanation(
        found.option_name,
        f"{found.scenario.name} · {decision.status.value}",
        tuple(section for section in sections if section.rows),
        (),
        actions,
    )


def _today(today: Watched, offer_name: Callable[[str], str]) -> tuple[Section, ...]:
    head = [Row(sentence(today), _TONES[today.shift.standing])]
    head += [Row(f"It does not hold: {trigger_words(each)}", Tone.CAUTION) for each in today.missed]
    if today.review_is_due:
        head.append(Row("Its review is due.", Tone.CAUTION))
    decided = sum(change.decided for change in today.shift.changes)
    rows = [
        Row(f"{'**' if place < decided else ''}{what}: {then} → {now}{'**' if place < decided else ''}", icon="swap")
        for place, (what, then, now) in enumerate(says_why(today, offer_name))
    ]
    left = len(rows) - _MOST_ROWS
    if left > 0:
        rows = [*rows[:_MOST_ROWS], Row(f"and {left} more; `workbench watch --all` lists them")]
    return (Section("Today", tuple(head)), Section("What moved since it was decided", tuple(rows)))


def _conditions(found: Decided) -> tuple[Row, ...]:
    """The triggers; those that have come about first, with what was measured."""
    if found.today is None:
        return tuple(Row(trigger.text, icon="swap") for trigger in found.decision.triggers)
    measured = sorted(found.today.triggers, key=lambda each: not each.is_so)
    return tuple(_trigger(each) for each in measured)


def _trigger(found: Measured) -> Row:
    if found.is_so:
        return Row(f"{trigger_words(found)}: this has come about", Tone.CAUTION)
    return Row(trigger_words(found) if found.is_so is False else found.condition.text, icon="swap")


def _risk(risk: Risk) -> str:
    return f"{risk.text} ({risk.owner})" if risk.owner else risk.text

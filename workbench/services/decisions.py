"""The decision record: proposed from what was computed, checked, and stored with the scenario."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from workbench.analysis import words
from workbench.domain.decision import Decision, DecisionStatus, Risk
from workbench.domain.errors import Problems, WorkbenchError
from workbench.domain.evidence import Evidence
from workbench.domain.option import Option, OptionSet
from workbench.domain.questions import requirements_from
from workbench.domain.scenario import Scenario
from workbench.services.wording import reason_sentence

if TYPE_CHECKING:
    from workbench.services.options import OptionService
    from workbench.services.scenarios import ScenarioService

LONGEST_TEXT = 50_000
MOST_ENTRIES = 100
_TRIGGERS_PROPOSED = 4


class DecisionService:
    """Proposes and records decisions. Nothing is recorded that does not name an option and a reason."""

    def __init__(
        self,
        *,
        scenarios: ScenarioService,
        options: OptionService,
        evidence: Callable[[str], Evidence | None] = lambda scenario_id: None,
        today: Callable[[], date] = date.today,
    ) -> None:
        self._scenarios = scenarios
        self._options = options
        self._evidence = evidence
        self._today = today

    def draft(self, scenario: Scenario) -> Decision:
        """A decision to start from: the recommended option, why, the risks and triggers that the figures show.

        Nothing is stored. People already named are kept; the option is empty when none is inside the limits.
        """
        found = self._option_set(scenario)
        advice = found.recommendation
        chosen = next((option for option in found.options if option.id == advice.option), None)
        known = scenario.decision or Decision("", "")
        today = self._today()
        return replace(
            known,
            option=advice.option,
            because=" ".join(text for text in (advice.sentence, advice.detail) if text) if chosen else "",
            status=DecisionStatus.DRAFT,
            decided_at=today.isoformat(),
            review_on=_a_year_after(today).isoformat(),
            risks=_risks(found, chosen) if chosen else (),
            triggers=_triggers(found, chosen) if chosen else (),
            confirmation=_confirmation(scenario),
        )

    def record(self, scenario: Scenario, decision: Decision) -> Scenario:
        """Stores the decision with the scenario and returns it as stored; proposed options become the scenario's own.

        Raises Problems with everything that is wrong with it, and StaleScenario when somebody saved in between; then
        the earlier decision stays.
        """
        decided = replace(scenario, decision=self.check(scenario, decision))
        return self._scenarios.save(self._options.keep(decided, self._option_set(scenario)))

    def check(self, scenario: Scenario, decision: Decision) -> Decision:
        """The decision without stray spaces and empty lines. Raises Problems with everything that is wrong with it."""
        clean = _trimmed(decision)
        problems = _problems(clean, self._option_set(scenario))
        if problems:
            raise Problems("The decision is not complete", problems, where=scenario.name)
        return clean

    def _option_set(self, scenario: Scenario) -> OptionSet:
        return self._options.options(scenario, evidence=self._evidence(scenario.id))


def _problems(decision: Decision, found: OptionSet) -> list[WorkbenchError]:
    problems: list[WorkbenchError] = []
    ids = [option.id for option in found.options]
    if not decision.option:
        problems.append(WorkbenchError("No option is chosen", where="option", mend=_choose(ids)))
    elif decision.option not in ids:
        what = f"There is no option {decision.option!r}"
        problems.append(WorkbenchError(what, where="option", mend=_choose(ids)))
    if not decision.because:
        mend = "Write in a sentence why this option."
        problems.append(WorkbenchError("The reason is missing", where="because", mend=mend))
    decided = _checked_date(decision.decided_at, "decided_at", problems)
    review = _checked_date(decision.review_on, "review_on", problems)
    if decided and review and review < decided:
        mend = "Choose a day after the decision."
        problems.append(WorkbenchError("The review is before the decision", where="review_on", mend=mend))
    problems.extend(_too_much(decision))
    return problems


def _choose(ids: list[str]) -> str:
    return f"Choose one of {words.listed(ids, 'or')}." if ids else "Add an option first."


def _checked_date(text: str, field: str, problems: list[WorkbenchError]) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        mend = "Write it as year-month-day, such as 2027-03-24."
        problems.append(WorkbenchError(f"{text[:40]!r} is not a date", where=field, mend=mend))
        return None


def _too_much(decision: Decision) -> list[WorkbenchError]:
    texts = (decision.because, decision.dissent, decision.confirmation, *decision.triggers)
    texts += tuple(part for risk in decision.risks for part in (risk.text, risk.owner, risk.mitigation))
    longest = max(map(len, texts), default=0)
    entries = max(len(decision.risks), len(decision.triggers), len(decision.deciders))
    problems = []
    if longest > LONGEST_TEXT:
        what = f"A text has {longest:,} characters"
        problems.append(WorkbenchError(what, where="decision", mend=f"Keep each under {LONGEST_TEXT:,}."))
    if entries > MOST_ENTRIES:
        problems.append(WorkbenchError(f"A list has {entries:,} entries", where="decision", mend="Keep the main ones."))
    return problems


def _trimmed(decision: Decision) -> Decision:
    """Without blanks around texts and without empty entries."""

    def kept(entries: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(text for entry in entries if (text := entry.strip()))

    risks = tuple(
        Risk(risk.text.strip(), risk.owner.strip(), risk.mitigation.strip())
        for risk in decision.risks
        if risk.text.strip()
    )
    return replace(
        decision,
        option=decision.option.strip(),
        because=decision.because.strip(),
        decided_at=decision.decided_at.strip(),
        review_on=decision.review_on.strip(),
        deciders=kept(decision.deciders),
        consulted=kept(decision.consulted),
        informed=kept(decision.informed),
        risks=risks,
        dissent=decision.dissent.strip(),
        triggers=kept(decision.triggers),
        confirmation=decision.confirmation.strip(),
    )


def _risks(found: OptionSet, chosen: Option) -> tuple[Risk, ...]:
    """What the computation warns of: cautions of the chosen option, and the notes that are about it."""
    cautions = [reason_sentence(reason) for reason in chosen.reasons if reason.kept and reason.warning]
    about_it = re.compile(rf"(?<!\w){re.escape(chosen.id)}(?!\w)")
    notes = [note for note in found.notes if about_it.search(note)]
    return tuple(Risk(text) for text in dict.fromkeys((*cautions, *notes)))


def _triggers(found: OptionSet, chosen: Option) -> tuple[str, ...]:
    """The nearest flips of the chosen option's own figures."""
    return tuple(_as_trigger(flip.text) for flip in found.flips if flip.option == chosen.id)[:_TRIGGERS_PROPOSED]


def _as_trigger(sentence: str) -> str:
    """ "If C costs more than $2,410 a month, B leads." as "C costs more than $2,410 a month (then B leads)"."""
    condition, _, outcome = sentence.removeprefix("If ").rstrip(".").rpartition(", ")
    return f"{condition} (then {outcome})" if condition else sentence


def _confirmation(scenario: Scenario) -> str:
    target = requirements_from(scenario.answers).quality_target
    if target is None:
        return "Before going live, our own eval is run on the models chosen, and its result is written down here."
    return f"Before going live, our own eval is run on the models chosen: at least {target:g} of 100 cases right."


def _a_year_after(day: date) -> date:
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + 1, day=28) if leap else day.replace(year=day.year + 1)

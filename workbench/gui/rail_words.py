"""What the rail says of a scenario: how far each step is, and what may leave the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.domain.decision import DecisionStatus
from workbench.domain.scenario import Scenario
from workbench.gui.rail import PrivacyLine, RailStatus, StepState
from workbench.gui.theme import Tone
from workbench.net import lock

if TYPE_CHECKING:
    from workbench.app import Services
    from workbench.domain.evals import EvalRun
    from workbench.domain.evidence import Evidence

# By the value of requirements.DataRule. The questions are imported late: they are not needed to paint the frame.
_MAY_LEAVE = {
    "local-only": (Tone.GOOD, "Local only", "This scenario's data may not leave this machine."),
    "mixed": (Tone.GOOD, "Sensitive part stays", "Only requests without sensitive text may leave."),
    "free": (Tone.NEUTRAL, "May leave", "Under the rules you set, this scenario's data may go out."),
}


class ServiceRailWords:
    """Reads the newest eval, then counts the shortlist."""

    def __init__(self, *, services: Services) -> None:
        self._services = services

    def read(self, scenario: Scenario | None) -> tuple[EvalRun | None, Evidence | None]:
        if scenario is None:
            return None, None
        latest = self._services.evals.latest(scenario.id)
        return (latest[0] if latest else None), self._services.evals.evidence(scenario.id)

    def word(self, scenario: Scenario | None, facts: tuple[EvalRun | None, Evidence | None]) -> RailStatus:
        if scenario is None:
            return RailStatus(privacy=PrivacyLine(Tone.GOOD, "Nothing leaves", "No scenario is open.", last_call()))
        run, evidence = facts
        kept = self._services.shortlist.counts(scenario, evidence=evidence).kept
        steps = {
            "requirements": _requirements(scenario),
            "shortlist": StepState(Tone.NEUTRAL, str(kept)) if kept else StepState(Tone.CAUTION, "none"),
            "tradeoffs": StepState(Tone.GOOD) if kept and scenario.answers else StepState(),
            "options": StepState(Tone.NEUTRAL, str(len(scenario.options)) if scenario.options else ""),
            "validate": StepState(Tone.NEUTRAL, f"{run.case_count} cases" if run else ""),
            "decide": _decision(scenario),
        }
        return RailStatus(steps, _privacy(scenario))


def last_call() -> str:
    """The last call to another machine, in words; refused ones are counted."""
    refused = len(lock.refused())
    return f"No calls made, {refused} refused." if refused else "No calls made."


def _requirements(scenario: Scenario) -> StepState:
    from workbench.domain.questions import STEPS, step_is_done

    done = sum(step_is_done(step, scenario.answers) for step in STEPS)
    if done == len(STEPS):
        return StepState(Tone.GOOD)
    return StepState(Tone.NEUTRAL, f"{done} of {len(STEPS)}" if done else "")


def _decision(scenario: Scenario) -> StepState:
    if scenario.decision is None:
        return StepState()
    if scenario.decision.status is DecisionStatus.ACCEPTED:
        return StepState(Tone.GOOD)
    return StepState(Tone.NEUTRAL, scenario.decision.status.value)


def _privacy(scenario: Scenario) -> PrivacyLine:
    from workbench.domain.questions import requirements_from

    requirements = requirements_from(scenario.answers)
    tone, title, detail = _MAY_LEAVE[requirements.data_rule.value]
    if requirements.data_is_open:
        detail = "Nothing leaves until you say who may process the data."
    return PrivacyLine(tone, title, detail, last_call())

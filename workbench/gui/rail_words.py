"""What the rail says of a scenario: how far each step is, and what may leave the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.domain.decision import DecisionStatus
from workbench.domain.scenario import Scenario
from workbench.gui.rail import PrivacyLine, RailStatus, StepState
from workbench.gui.settings.words import last_call
from workbench.gui.theme import Tone

if TYPE_CHECKING:
    from workbench.app import Services
    from workbench.domain.calls import Call
    from workbench.domain.evals import EvalRun
    from workbench.domain.evidence import Evidence

    Facts = tuple[EvalRun | None, EvalRun | None, Evidence | None, Call | None]

# By the value of requirements.DataRule. The questions are imported late: they are not needed to paint the frame.
_MAY_LEAVE = {
    "local-only": (Tone.GOOD, "Local only", "This scenario's data may not leave this machine."),
    "mixed": (Tone.GOOD, "Sensitive part stays", "Only requests without sensitive text may leave."),
    "free": (Tone.NEUTRAL, "May leave", "Under the rules you set, this scenario's data may go out."),
}


class ServiceRailWords:
    """Reads the newest eval and the one that waits to be gone on with, then counts the shortlist."""

    def __init__(self, *, services: Services) -> None:
        self._services = services

    def read(self, scenario: Scenario | None) -> Facts:
        calls = self._services.privacy.ledger(limit=1, far=True)
        last = calls[0] if calls else None
        if scenario is None:
            return None, None, None, last
        latest = self._services.evals.latest(scenario.id)
        waiting = self._services.evals.interrupted(scenario.id)
        return (latest[0] if latest else None), waiting, self._services.evals.evidence(scenario.id), last

    def word(self, scenario: Scenario | None, facts: Facts) -> RailStatus:
        run, waiting, evidence, last = facts
        offline = self._services.privacy.policy().offline
        if scenario is None:
            line = PrivacyLine(Tone.GOOD, "Nothing leaves", "No scenario is open.", last_call(last))
            return RailStatus(privacy=line)
        kept = self._services.shortlist.counts(scenario, evidence=evidence).kept
        steps = {
            "requirements": _requirements(scenario),
            "shortlist": StepState(Tone.NEUTRAL, str(kept)) if kept else StepState(Tone.CAUTION, "none"),
            "tradeoffs": StepState(Tone.GOOD) if kept and scenario.answers else StepState(),
            "options": StepState(Tone.NEUTRAL, str(len(scenario.options)) if scenario.options else ""),
            "validate": _validate(run, waiting),
            "decide": _decision(scenario),
        }
        return RailStatus(steps, _privacy(scenario, last, offline=offline))


def _requirements(scenario: Scenario) -> StepState:
    from workbench.domain.questions import STEPS, step_is_done

    done = sum(step_is_done(step, scenario.answers) for step in STEPS)
    if done == len(STEPS):
        return StepState(Tone.GOOD)
    return StepState(Tone.NEUTRAL, f"{done} of {len(STEPS)}" if done else "")


def _validate(run: EvalRun | None, waiting: EvalRun | None) -> StepState:
    """An eval that was cut off is told first: it can go on."""
    if waiting is not None:
        return StepState(Tone.CAUTION, "interrupted")
    return StepState(Tone.NEUTRAL, f"{run.case_count} cases" if run else "")


def _decision(scenario: Scenario) -> StepState:
    if scenario.decision is None:
        return StepState()
    if scenario.decision.status is DecisionStatus.ACCEPTED:
        return StepState(Tone.GOOD)
    return StepState(Tone.NEUTRAL, scenario.decision.status.value)


def _privacy(scenario: Scenario, last: Call | None, *, offline: bool) -> PrivacyLine:
    from workbench.domain.questions import requirements_from

    requirements = requirements_from(scenario.answers)
    tone, title, detail = _MAY_LEAVE[requirements.data_rule.value]
    if requirements.data_is_open:
        detail = "Nothing leaves until you say who may process the data."
    if offline:
        tone, title, detail = Tone.GOOD, "Offline", "Nothing leaves this machine while the switch is on."
    return PrivacyLine(tone, title, detail, last_call(last))

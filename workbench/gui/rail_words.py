"""What the rail says of a scenario: how far each step is, and what may leave the machine."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.analysis import words
from workbench.domain.scenario import Scenario
from workbench.gui.rail import NOTHING_OPEN, PrivacyLine, RailStatus, StepState
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
        results, waiting = self._services.eval_results, self._services.evals.interrupted(scenario.id)
        return results.latest_run(scenario.id), waiting, results.evidence(scenario.id), last

    def word(self, scenario: Scenario | None, facts: Facts) -> RailStatus:
        run, waiting, evidence, last = facts
        offline = self._services.privacy.policy().offline
        if scenario is None:
            return RailStatus(privacy=replace(NOTHING_OPEN, last_call=last_call(last)))
        from workbench.domain.progress import steps_done

        done = steps_done(scenario, has_eval=run is not None)
        kept = self._services.shortlist.counts(scenario, evidence=evidence).kept
        steps = {
            "requirements": _requirements(scenario, done),
            "shortlist": StepState(Tone.NEUTRAL, str(kept)) if kept else StepState(Tone.CAUTION, "none"),
            "options": StepState(_tick("options", done), str(len(scenario.options)) if scenario.options else ""),
            "validate": _validate(run, waiting),
            "decide": _decision(scenario, done),
        }
        return RailStatus(steps, _privacy(scenario, last, offline=offline))


def _tick(step: str, done: tuple[str, ...]) -> Tone:
    return Tone.GOOD if step in done else Tone.NEUTRAL


def _requirements(scenario: Scenario, done: tuple[str, ...]) -> StepState:
    from workbench.domain.questions import STEPS, step_is_done

    answered = sum(step_is_done(step, scenario.answers) for step in STEPS)
    if "requirements" in done or not answered:
        return StepState(_tick("requirements", done))
    return StepState(Tone.NEUTRAL, f"{answered} of {len(STEPS)}", f"{answered}/{len(STEPS)}")


def _validate(run: EvalRun | None, waiting: EvalRun | None) -> StepState:
    """An eval that was cut off is told first: it can go on."""
    if waiting is not None:
        return StepState(Tone.CAUTION, "interrupted")
    if run is None:
        return StepState()
    return StepState(Tone.GOOD, words.count(run.case_count, "case"), f"{run.case_count:,}")


def _decision(scenario: Scenario, done: tuple[str, ...]) -> StepState:
    if scenario.decision is None or "decide" in done:
        return StepState(_tick("decide", done))
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

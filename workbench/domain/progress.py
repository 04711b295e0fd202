"""How far a scenario is on its path: one rule for the rail, the list of scenarios and the command line.

A step is done, and ticked, once it holds what a person goes there for: every question of the wizard has an answer, the
options are the scenario's own, an eval on own cases has come to its end, the decision is accepted. Shortlist and
Trade-offs are computed and hold nothing of their own, so they are never done; a question in the playground is a look,
no proof.
"""

from __future__ import annotations

from workbench.domain.decision import DecisionStatus
from workbench.domain.questions import STEPS, step_is_done
from workbench.domain.scenario import Scenario

FINISHABLE = ("requirements", "options", "validate", "decide")


def steps_done(scenario: Scenario, *, has_eval: bool) -> tuple[str, ...]:
    """Those of `FINISHABLE` that are done, in the order of the path. `has_eval`: it has an eval that was finished."""
    decision = scenario.decision
    done = (
        all(step_is_done(step, scenario.answers) for step in STEPS),
        bool(scenario.options),
        has_eval,
        decision is not None and decision.status is DecisionStatus.ACCEPTED,
    )
    return tuple(step for step, is_done in zip(FINISHABLE, done, strict=True) if is_done)

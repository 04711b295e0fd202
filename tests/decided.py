"""Many decided scenarios for tests and benchmarks: recorded by the program itself, then copied with other volumes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from workbench.app import Services
from workbench.domain.decision import Condition, DecisionStatus, Watch
from workbench.domain.ids import new_id
from workbench.domain.scenario import AnswerValue, Scenario
from workbench.services.decision_basis import basis_of

DECIDED = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
JOBS: tuple[dict[str, AnswerValue], ...] = (
    {"tasks": ["answering"], "third_party": "free"},
    {"tasks": ["extraction"], "third_party": "free"},
    {"tasks": ["code"], "third_party": "contract"},
    {"tasks": ["summarising"], "third_party": "free"},
)


def a_decision(services: Services, name: str, answers: dict[str, AnswerValue]) -> Scenario:
    """A scenario of that name with the proposed options, the recommended one accepted, and three triggers."""
    made = services.scenarios.new(name)
    made = services.scenarios.answer_all(made.id, dict(answers))
    draft = services.decisions.draft(made)
    triggers = (
        Condition("It costs more than $90,000 a month", Watch.MONTHLY_COST, draft.option, above=90_000.0),
        Condition("There are more than 5,000,000 requests a day", Watch.VOLUME, above=5e6),
        *draft.triggers,
    )
    accepted = replace(draft, because="The figures.", status=DecisionStatus.ACCEPTED, triggers=triggers)
    return services.decisions.record(made, accepted)


def many_decisions(services: Services, count: int) -> list[Scenario]:
    """So many accepted decisions in the store: a few jobs, each at many volumes, each with a basis of its own."""
    firsts = [
        a_decision(services, f"Job {number}", {**job, "requests_per_day": 20_000.0, "tokens_in": 1_500.0})
        for number, job in enumerate(JOBS[:count], start=1)
    ]
    made = list(firsts)
    catalog, today = services.catalog.catalog(), services.today()
    with services.store.write() as connection:
        from sqlalchemy import insert
        from workbench.store.scenarios import _row
        from workbench.store.tables import SCENARIO

        for number in range(len(firsts), count):
            first = firsts[number % len(firsts)]
            answers = {**first.answers, "requests_per_day": 1_000.0 + 37.0 * number}
            copy = replace(first, id=new_id(), name=f"Decision {number}", answers=answers, version=1)
            found = services.options.standing(copy)
            assert copy.decision is not None
            decision = replace(copy.decision, basis=basis_of(found, copy, catalog, today))
            copy = replace(copy, decision=decision)
            connection.execute(insert(SCENARIO).values(_row(copy, f"decision-{number}")))
            made.append(copy)
    return made

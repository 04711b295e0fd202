"""The watch over a real store and the shipped catalog: a planted price change flips a decision, and it says so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from workbench.app import Services, build
from workbench.cli.main import run
from workbench.domain.decision import DecisionStatus
from workbench.domain.errors import WorkbenchError
from workbench.domain.quotes import Subject
from workbench.domain.scenario import Scenario
from workbench.domain.watch import Standing
from workbench.services.watch import WatchReport
from workbench.services.watch_words import sentence

from decided import JOBS, a_decision, many_decisions

TODAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def house(home: Path) -> Iterator[Services]:
    made = build(home, today=lambda: TODAY)
    yield made
    made.close()


@pytest.fixture
def services(house: Services) -> Iterator[Services]:
    """The catalog as shipped and no scenario; what a test leaves is cleared away."""
    yield house
    for fact in house.catalog_own.all():
        house.catalog_own.take_back(fact.id)
    for row in house.scenarios.list():
        house.scenarios.purge(row.id)


def look(services: Services) -> WatchReport:
    return services.watch.look(services.watch.past())


def plant(services: Services, scenario: Scenario, usd_per_mtok: float) -> str:
    """Gives the chosen option's API offer another price; returns the offer's id."""
    assert scenario.decision is not None
    chosen = next(option for option in scenario.options if option.id == scenario.decision.option)
    role = chosen.models[0]
    figures = {"input_usd_per_mtok": usd_per_mtok, "output_usd_per_mtok": usd_per_mtok}
    services.catalog_own.enter(Subject.OFFER, role.model_id, role.offer, figures)
    return f"{role.model_id}@{role.offer}"


def test_that_the_quick_look_gives_the_same_figures_scores_and_advice_as_the_whole_computation(
    services: Services,
) -> None:
    sample = services.scenarios.open_sample()
    evidence = services.eval_results.evidence(sample.id)
    for scenario, measured in ((sample, evidence), *((each, None) for each in many_decisions(services, 3))):
        quick = services.options.standing(scenario, evidence=measured)
        whole = services.options.options(scenario, evidence=measured)
        assert quick.recommendation == whole.recommendation
        assert [
            (o.draft, o.figures, o.reasons, o.score, o.score_high, o.tco_usd, o.contributions) for o in quick.options
        ] == [(o.draft, o.figures, o.reasons, o.score, o.score_high, o.tco_usd, o.contributions) for o in whole.options]


def test_that_a_decision_under_the_facts_it_was_made_with_is_unchanged(services: Services) -> None:
    a_decision(services, "Support chat", JOBS[0])
    (found,) = look(services).watched
    assert found.shift.standing is Standing.UNCHANGED and not found.shift.changes and not found.fired


def test_that_a_planted_price_flips_it_and_the_figure_and_the_price_stand_there_before_and_after(
    services: Services,
) -> None:
    scenario = a_decision(services, "Support chat", JOBS[0])
    offer = plant(services, scenario, 900.0)
    (found,) = look(services).watched
    assert scenario.decision is not None and scenario.decision.basis is not None
    assert found.shift.standing is Standing.FLIPPED
    assert found.recommended != found.recommended_then == scenario.decision.option
    cause = found.shift.changes[0]
    before = next(each for each in scenario.decision.basis.options if each.id == scenario.decision.option)
    assert (cause.option, cause.name, cause.decided) == (scenario.decision.option, "monthly_usd", True)
    assert cause.before == before.figures["monthly_usd"] < (cause.after or 0.0)
    assert (offer, 900.0) in [(price.offer, price.after) for price in found.prices]
    assert "costs more than $90,000 a month" in found.fired[0].condition.text
    for fact in services.catalog_own.all():
        services.catalog_own.take_back(fact.id)
    assert look(services).watched[0].shift.standing is Standing.UNCHANGED


def test_that_those_to_look_at_first_stand_first_and_reviews_come_due(services: Services) -> None:
    quiet = a_decision(services, "Quiet", {"tasks": ["answering"], "third_party": "forbidden"})
    flipped = a_decision(services, "Flipped", JOBS[0])
    plant(services, flipped, 900.0)
    assert quiet.decision is not None
    services.scenarios.save(replace(quiet, decision=replace(quiet.decision, review_on="2026-11-24")))
    report = look(services)
    assert [each.scenario.name for each in report.watched] == ["Flipped", "Quiet"]
    assert [each.review_is_due for each in report.watched] == [False, True]


def test_that_only_accepted_decisions_are_watched(services: Services) -> None:
    scenario = a_decision(services, "Proposed", JOBS[0])
    assert scenario.decision is not None
    services.scenarios.save(replace(scenario, decision=replace(scenario.decision, status=DecisionStatus.PROPOSED)))
    assert look(services).watched == ()
    with pytest.raises(WorkbenchError, match="no accepted decision"):
        services.watch.past(["proposed"])


def test_that_one_recorded_before_figures_were_kept_says_so(services: Services) -> None:
    sample = services.scenarios.open_sample()
    assert sample.decision is not None
    services.scenarios.save(replace(sample, decision=replace(sample.decision, basis=None)))
    (found,) = look(services).watched
    assert found.shift.standing is Standing.UNCHANGED and "those of the day were not kept" in sentence(found)
    assert found.recommended == found.decision.option == "C"


def test_that_the_sample_holds_the_figures_of_its_day_as_they_are_computed(services: Services) -> None:
    services.scenarios.open_sample()
    (found,) = look(services).watched
    assert found.decision.basis is not None and found.decision.basis.computed_on == found.decision.decided_at
    assert not found.shift.changes and not found.prices and sentence(found) == "Every figure is what it was."


def test_that_the_command_says_which_flips_why_and_what_it_was_before(
    services: Services, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ("--home", str(home))
    assert run([*here, "watch"]) == 0
    assert "No decision is accepted yet." in capsys.readouterr().out
    scenario = a_decision(services, "Support chat", JOBS[0])
    plant(services, scenario, 900.0)
    assert run([*here, "watch"]) == 0
    told = capsys.readouterr().out
    assert "1 accepted decision: 1 would be decided otherwise today." in told
    assert "Support chat: flipped." in told and "instead of" in told
    assert "*  A, a month" in told and "output per million tokens" in told and "$900" in told
    assert "Look again: It costs more than $90,000 a month" in told
    assert run([*here, "watch", "support-chat", "--json"]) == 0
    shape = json.loads(capsys.readouterr().out)
    assert (shape["flipped"], shape["unchanged"]) == (1, 0)
    (one,) = shape["decisions"]
    assert one["standing"] == "flipped" and one["changes"][0]["decided"] is True
    assert one["changes"][0]["then"] < one["changes"][0]["now"]
    assert run([*here, "watch", "no-such"]) == 1


def test_that_a_change_of_the_catalog_says_in_a_line_that_a_past_decision_flipped_and_nothing_when_none_did(
    services: Services, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scenario = a_decision(services, "Support chat", JOBS[0])
    assert scenario.decision is not None
    role = next(each for each in scenario.options if each.id == scenario.decision.option).models[0]
    own = ("--home", str(home), "catalog", "own", "offer", role.model_id, "--provider", role.offer)
    assert run([*own, "image_usd_each=0.01"]) == 0
    assert "decision" not in capsys.readouterr().out
    assert run([*own, "input_usd_per_mtok=900", "output_usd_per_mtok=900"]) == 0
    told = capsys.readouterr().out
    assert "1 accepted decision: 1 would be decided otherwise today." in told and "'workbench watch' says which" in told
    services.catalog.forget()

"""Two decisions, or two states of one, side by side: inputs, evidence, outcome."""

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
from workbench.services.side_by_side import EVIDENCE, INPUTS, OUTCOME, Line, SideBySide

from bundles import SCENARIO_ID, small_bundle


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    made = build(tmp_path_factory.mktemp("home"), today=lambda: date(2026, 11, 20))
    sample = made.scenarios.open_sample()
    draft = replace(made.decisions.draft(sample), status=DecisionStatus.ACCEPTED, rejections=())
    first = made.decisions.record(sample, replace(draft, because="It is quick."))
    made.decisions.record(first, replace(draft, option="B", because="It stays with us.", dissent="Ann: too late"))
    made.scenarios.answer(sample.id, "weeks_limit", 20)
    yield made
    made.close()


def lines(found: SideBySide, part: str) -> dict[str, Line]:
    return {line.what: line for each in found.parts if each.title == part for line in each.lines}


def test_that_two_states_of_a_decision_show_what_was_decided_otherwise(services: Services) -> None:
    found = services.side_by_side.compare(
        services.side_by_side.find("knowledge-assistant@1"), services.side_by_side.find("knowledge-assistant@2")
    )
    assert [part.title for part in found.parts] == [INPUTS, EVIDENCE, OUTCOME]
    outcome = lines(found, OUTCOME)
    assert outcome["Because"] == Line("Because", "It is quick.", "It stays with us.")
    assert outcome["Decided for"].left.startswith("C · ") and outcome["Decided for"].right.startswith("B · ")
    assert outcome["Dissent"].left.startswith("The chief") and outcome["Dissent"].right == "Ann: too late"
    assert outcome["C: a month"] == Line("C: a month", "$2,100", "$2,100")
    assert not any(line.differs for line in lines(found, INPUTS).values())
    assert found.sentence.startswith("They are decided differently: C · ")


def test_that_a_scenario_beside_an_earlier_state_shows_the_changed_answer(services: Services) -> None:
    found = services.side_by_side.compare(
        services.side_by_side.find("knowledge-assistant@2"), services.side_by_side.find("knowledge-assistant")
    )
    asked = lines(found, INPUTS)
    assert [line for line in asked.values() if line.differs] == [
        Line("In how many weeks must it be live?", "12 weeks", "20 weeks")
    ]
    evidence = lines(found, EVIDENCE)
    assert evidence["Facts of"].left == "20 November 2026, as recorded"
    assert evidence["Finished evals"].right == "1" and "local/demo-medium, contains" in evidence


def test_that_a_decision_beside_itself_differs_in_nothing(services: Services) -> None:
    side = services.side_by_side.find("knowledge-assistant")
    found = services.side_by_side.compare(side, side)
    assert found.differences == 0 and found.sentence.endswith("Nothing differs.")
    assert found.left != found.right


def test_that_a_bundle_stands_beside_what_is_here_with_its_own_figures(services: Services, tmp_path: Path) -> None:
    file = tmp_path / "x.mswb"
    file.write_bytes(small_bundle())
    side = services.side_by_side.find(str(file))
    assert side.scenario.id == SCENARIO_ID and len(side.evals) == 1 and side.votes == 1
    found = services.side_by_side.compare(side, services.side_by_side.find("knowledge-assistant"))
    assert lines(found, EVIDENCE)["Newest eval"].left.startswith("Desk questions: desk.csv, 4 cases")
    assert all(scenario.id != SCENARIO_ID for scenario in services.scenarios.list())


@pytest.mark.parametrize("ref", ["knowledge-assistant@9", "knowledge-assistant@0", "nothing@1", "nothing", "x.mswb"])
def test_that_what_is_not_there_gives_a_sentence(services: Services, ref: str) -> None:
    with pytest.raises(WorkbenchError):
        services.side_by_side.find(ref)


def test_the_command_line_prints_both_forms(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "x.mswb"
    file.write_bytes(small_bundle())
    home = str(tmp_path / "home")
    assert run(["--home", home, "compare", str(file), "knowledge-assistant"]) == 0
    said = capsys.readouterr().out
    assert "They are decided differently" in said and "Outcome" in said and "lines are the same" in said
    assert run(["--home", home, "compare", str(file), "knowledge-assistant", "--json"]) == 0
    shape = json.loads(capsys.readouterr().out)
    assert [part["part"] for part in shape["parts"]] == [INPUTS, EVIDENCE, OUTCOME]
    assert shape["left"]["scenario"] == SCENARIO_ID

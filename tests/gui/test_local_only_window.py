"""P08 in the window: each action of the playground that could send a canary prompt to a provider that would take it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from validate_bench import Bench, ask_and_wait, bench_in, validate_page
from workbench.domain.calls import Outcome
from workbench.domain.scenario import Scenario
from workbench.gui.pages.validate import ValidatePage
from workbench.gui.theme import Theme

from trap import Trap, a_trap, set_up

CANARY = "CANARY-7731-patient-record"


@pytest.fixture
def bench(tmp_path: Path, qtbot: QtBot, theme: Theme) -> Iterator[Bench]:
    with bench_in(tmp_path / "home", qtbot) as made:
        yield made


@pytest.fixture
def trap(bench: Bench) -> Iterator[Trap]:
    with a_trap() as trap:
        set_up(bench.services, trap)
        yield trap
        bench.settle()


def playground(bench: Bench, scenario: Scenario) -> ValidatePage:
    """Two panes on the provider's model."""
    page = validate_page(bench)
    page.show_scenario(scenario)
    bench.show(page)
    row = page.playground.row
    while len(row.panes) > 2:
        row._remove(row.panes[-1])
    for pane in row.panes:
        row.put_model("trap/m1", pane)
    bench.settle()
    return page


def scenario_where(bench: Bench, third_party: str) -> Scenario:
    scenario = bench.services.scenarios.new(third_party)
    bench.services.scenarios.answer(scenario.id, "third_party", third_party)
    return bench.services.scenarios.load(scenario.id)


def test_that_the_prompt_gets_out_where_it_may(bench: Bench, trap: Trap) -> None:
    """The trap works."""
    page = playground(bench, scenario_where(bench, "free"))
    page.playground.prompt.set_text(CANARY)
    ask_and_wait(bench, page.playground)
    assert trap.holds(CANARY) and [pane.view.text for pane in page.playground.panes] == ["Hello.", "Hello."]


@pytest.mark.parametrize("third_party", ["forbidden", "sensitive-stays"])
def test_that_no_action_of_the_playground_takes_the_canary_out(bench: Bench, trap: Trap, third_party: str) -> None:
    scenario = scenario_where(bench, third_party)
    page = playground(bench, scenario)
    view = page.playground
    view.prompt.set_text(CANARY)
    bench.settle()  # the estimate is made while one types
    ask_and_wait(bench, view)
    for pane in view.panes:
        assert "Nothing was sent" in pane._error.text() and not pane.view.text
    view.ask_again(view.panes[0])
    bench.wait(lambda: not view.asker.is_busy)
    bench.settle()
    assert trap.connections == 0
    calls = bench.services.privacy.ledger(scenario_id=scenario.id)
    assert len(calls) == 3 and {call.outcome for call in calls} == {Outcome.REFUSED}
    assert sum(call.bytes_out + call.bytes_in for call in calls) == 0

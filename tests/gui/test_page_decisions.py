"""The list of decisions over all scenarios."""

from __future__ import annotations

from pages_person import Visitor
from workbench.gui.pages.decisions import DecisionsPage


def decisions(visitor: Visitor) -> DecisionsPage:
    page = visitor.go("decisions")
    assert isinstance(page, DecisionsPage)
    visitor.rest()
    return page


def test_that_the_decision_of_every_scenario_is_listed_with_its_review(visitor: Visitor) -> None:
    decisions(visitor)
    mine = [row for row in visitor.rows() if visitor.scenario.name in row]
    assert mine and "C · Blend, Llama 4 and Claude" in mine[0] and "24 May 2027" in mine[0]
    assert "The next review is due on" in visitor.answer


def test_that_a_decision_explains_itself_and_opens(visitor: Visitor) -> None:
    decisions(visitor)
    visitor.window.house.selection.pick("decision", visitor.scenario.id)
    decision = visitor.scenario.decision
    assert decision is not None
    said = visitor.inspector()
    assert f"Because: {decision.because}" in said
    assert all(risk.text in said for risk in decision.risks)
    explained = visitor.window.shell.inspector.explanation
    assert explained is not None
    explained.actions[0].run()
    visitor.rest()
    assert visitor.window.shell.page_id == "decide"

"""The list of decisions over all scenarios."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from pages_person import Visitor
from workbench.domain.changes import Changes
from workbench.domain.errors import WorkbenchError
from workbench.domain.quotes import Subject
from workbench.gui.bundles.compare_dialog import CompareDialog
from workbench.gui.bundles.open_dialog import OpenDialog
from workbench.gui.pages import PAGES
from workbench.gui.pages.decisions import DecisionsPage
from workbench.gui.widgets.state import EmptyState
from workbench.gui.widgets.table import DataTable
from workbench.gui.widgets.text import Words

from bundles import SCENARIO_ID, small_bundle
from decided import JOBS, a_decision


def decisions(visitor: Visitor) -> DecisionsPage:
    page = visitor.go("decisions")
    assert isinstance(page, DecisionsPage)
    visitor.rest()
    return page


def test_that_the_decision_of_every_scenario_is_listed_with_its_review(visitor: Visitor) -> None:
    fresh = visitor.window._make_page(next(entry for entry in PAGES if entry.id == "decisions"))
    fresh.show_scenario(visitor.scenario)
    assert fresh.header.answer == "" and not any(e.isVisibleTo(fresh) for e in fresh.findChildren(EmptyState))
    decisions(visitor)
    fresh.deleteLater()
    mine = [row for row in visitor.rows() if visitor.scenario.name in row]
    assert mine and "C · Blend, Llama 4 and Claude" in mine[0] and "24 May 2027" in mine[0]
    assert "The next review is due on" in visitor.answer
    assert "today's figures change none of" in visitor.answer and "Unchanged" in mine[0]
    visitor.window.shell.resize(1280, 800)
    table = visitor.page.findChild(DataTable)
    assert table is not None
    visitor.wait(lambda: table.view.viewport().width() > 600)
    assert table.view.horizontalScrollBar().maximum() == 0, "every column is in sight beside the inspector"
    visitor.window.shell.resize(1024, 700)
    view = table.view
    visitor.wait(
        lambda: view.isColumnHidden(view.model().columnCount() - 1) and not view.horizontalScrollBar().maximum()
    )


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
    decided = a_decision(visitor.services, "Somebody else's", JOBS[0])
    decisions(visitor)
    visitor.window.house.selection.pick("decision", decided.id)
    explained = visitor.window.shell.inspector.explanation
    assert explained is not None
    explained.actions[0].run()
    visitor.wait(lambda: visitor.scenario.id == decided.id and visitor.window.shell.page_id == "decide")
    visitor.wait(lambda: visitor.answer.startswith("Decided for"))


def test_that_a_price_change_shows_calmly_which_decision_would_be_another_and_by_which_figure(
    visitor: Visitor,
) -> None:
    services = visitor.services
    decided = a_decision(services, "Hit by a price", JOBS[0])
    page = decisions(visitor)
    visitor.wait(lambda: any("Hit by a price" in row and "Unchanged" in row for row in visitor.rows()))
    assert decided.decision is not None
    chosen = next(option for option in decided.options if option.id == decided.decision.option)
    role = chosen.models[0]
    figures = {"input_usd_per_mtok": 900.0, "output_usd_per_mtok": 900.0}
    fact, changes = services.catalog_own.enter(Subject.OFFER, role.model_id, role.offer, figures)
    try:
        visitor.window.house.hub.tell(changes)
        visitor.wait(lambda: "would be decided otherwise today" in visitor.answer)
        assert "Hit by a price" in visitor.rows()[0] and "Flipped, look again" in visitor.rows()[0]
        visitor.window.house.selection.pick("decision", decided.id)
        said = visitor.inspector()
        assert f"Today: Today's figures recommend {page._rows[0].today.recommended} instead of" in said  # type: ignore[union-attr]
        assert f"What moved since it was decided: **{chosen.id}, a month: $" in said
        assert "output per million tokens: $" in said and "→ $900" in said
        assert "this has come about" in said
    finally:
        services.catalog_own.take_back(fact.id)
        visitor.window.house.hub.tell(Changes(catalog=True))
        services.scenarios.purge(decided.id)
        visitor.rest()


def test_that_the_watch_runs_outside_the_window_thread_and_the_list_is_there_before_it(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    services = visitor.services
    lanes: list[str] = []
    go = threading.Event()
    whole = services.options.standing

    def held(*args: object, **named: object) -> object:
        lanes.append(threading.current_thread().name)
        go.wait(30)
        return whole(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(services.options, "standing", held)
    visitor.window.shell.open_page("decisions", None)
    visitor.wait(lambda: lanes)
    visitor.wait(lambda: visitor.page.findChild(DataTable) is not None and visitor.rows())
    assert threading.main_thread().name not in lanes
    go.set()
    visitor.rest()


def test_that_all_decisions_stand_together_and_are_written_as_a_report(visitor: Visitor, tmp_path: Path) -> None:
    page = decisions(visitor)
    page.arrive("together")
    visitor.wait(lambda: "of the traffic is lost" in visitor.answer)
    visitor.wait(lambda: page.together._view is not None and page.together._view.is_complete)
    view = page.together._view
    parts = view.parts
    assert all(part.height() >= part.heightForWidth(part.width()) for part in parts if part.hasHeightForWidth())
    over = [lower for upper, lower in pairwise(parts) if upper.geometry().bottom() >= lower.geometry().top()]
    assert len(parts) > 10 and not over, "a caption lies over the title of an axis"
    said = "\n".join(words.accessibleName() for words in page.together.findChildren(Words) if words.isVisible())
    for heading in ("Decisions", "By developer", "By provider", "Shutdown calendar", "Reviews"):
        assert heading in said.splitlines()
    assert "Own servers" in said and "Herfindahl index" in said and visitor.scenario.name in said
    assert page.together.write_button.isVisible() and page.together.write_button.isEnabled()
    page.together.write_to(("html", "json"), tmp_path)
    visitor.rest()
    assert {file.name for file in tmp_path.iterdir()} == {"decisions-together.html", "decisions-together.json"}
    page.arrive("list")
    assert "today's figures" in visitor.answer and not page.together.write_button.isVisible()
    visitor.rest()


def test_that_a_bundle_dropped_on_the_window_is_looked_at_and_taken_in(visitor: Visitor, tmp_path: Path) -> None:
    file = tmp_path / "desk.mswb"
    file.write_bytes(small_bundle())
    shell = visitor.window.shell
    shell.take_files((file,))
    dialog = shell.findChild(OpenDialog)
    assert dialog is not None
    visitor.wait(lambda: "would come in as a new scenario" in dialog._sentence.text())
    before = visitor.window.desk.scenario
    dialog.take_in()
    visitor.wait(lambda: visitor.window.desk.scenario is not None and visitor.window.desk.scenario.id == SCENARIO_ID)
    visitor.rest()
    assert before is not None
    visitor.window.desk.open(before.id)
    visitor.rest()
    visitor.services.scenarios.purge(SCENARIO_ID)


def test_that_the_page_compares_the_selected_decision_with_another(visitor: Visitor) -> None:
    page = decisions(visitor)
    page.compare_button.click()
    dialog = page.findChild(CompareDialog)
    assert dialog is not None
    visitor.rest()
    assert dialog.left.count() >= 1
    dialog.reject()
    texts = [pick.title for pick in visitor.window.shell.menus.picks()]
    assert {"Open a bundle …", "Export a bundle …", "Compare decisions …", "Compare two decisions …"} <= set(texts)


def test_that_an_error_of_the_list_goes_once_it_can_be_read_again(visitor: Visitor) -> None:
    page = visitor.go("decisions")
    assert isinstance(page, DecisionsPage)
    page._error.show_error(WorkbenchError("The data file is busy", mend="Try again."))
    page.refresh(Changes(scenarios=frozenset({"any"})))
    visitor.wait(lambda: not page._error.isVisibleTo(page))

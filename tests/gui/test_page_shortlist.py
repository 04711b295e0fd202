"""The shortlist with the real services: filters, relaxations, and why an offer is out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pages_person import Visitor
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QPushButton
from workbench.domain.requirements import ThirdParty
from workbench.domain.verdict import Hosting
from workbench.gui.pages.shortlist import ShortlistPage, row_id
from workbench.gui.widgets.cells import PAD, ROW_PAD
from workbench.gui.widgets.flow_cells import flow_lines
from workbench.gui.widgets.rows import CellRole
from workbench.gui.widgets.table import DataTable


def shortlist(visitor: Visitor) -> ShortlistPage:
    page = visitor.go("shortlist")
    assert isinstance(page, ShortlistPage)
    visitor.wait(lambda: page._shown is not None and page._slices.is_done)
    return page


def test_that_filters_are_remembered_in_the_scenario(visitor: Visitor) -> None:
    shortlist(visitor)
    before = len(visitor.rows())
    visitor.press("Show: Excluded too")
    visitor.rest()
    assert len(visitor.rows()) > before
    here = visitor.scenario
    visitor.new()
    shortlist(visitor)
    assert not visitor.find(QPushButton, "Show: Excluded too").isChecked()
    visitor.open(here)
    shortlist(visitor)
    assert visitor.find(QPushButton, "Show: Excluded too").isChecked()
    assert visitor.services.scenarios.load(here.id).filters["shortlist"] == ["excluded"]


def test_that_trying_a_relaxation_lets_models_in_and_undo_takes_it_back(visitor: Visitor) -> None:
    page = shortlist(visitor)
    before, answers = visitor.answer, visitor.scenario.answers
    kept = page._shown.kept_models if page._shown else 0
    tries = [b for b in page.findChildren(QPushButton) if b.text() == "Try it" and b.isVisibleTo(page)]
    tries[0].click()
    visitor.rest()
    assert page._shown is not None and page._shown.kept_models > kept
    assert visitor.scenario.answers != answers
    visitor.wait(lambda: page._tried.isVisibleTo(page))
    assert page._tried.accessibleName().endswith(f"Now: {page._shown.kept_models} of {page._shown.all_models} models "
                                                 "qualify.")  # fmt: skip
    visitor.press("Take it back")
    visitor.wait(lambda: visitor.answer == before)
    assert visitor.scenario.answers == answers and not page._tried.isVisibleTo(page)


def test_that_the_inspector_explains_an_excluded_offer_and_leads_to_its_question(visitor: Visitor) -> None:
    page = shortlist(visitor)
    visitor.press("Show: Excluded too")
    visitor.rest()
    assert page._shown is not None
    out = next(v for v in page._shown.verdicts if v.excluded_by and v.excluded_by.requirement == "monthly_cap_usd")
    visitor.window.house.selection.pick("offer", row_id(out))
    assert "Out ·" in visitor.inspector()
    assert f"Why it is out: {out.excluded_by.text if out.excluded_by else ''}" in visitor.inspector()
    explained = visitor.window.shell.inspector.explanation
    assert explained is not None
    next(action for action in explained.actions if action.text == "What would let it in?").run()
    visitor.rest()
    assert visitor.window.shell.page_id == "requirements"


def test_that_local_only_data_keeps_no_hosted_offer_on_screen(visitor: Visitor) -> None:
    page = shortlist(visitor)
    answers = {**visitor.scenario.answers, "third_party": ThirdParty.FORBIDDEN.value}
    visitor.store(replace(visitor.scenario, answers=answers))
    table = page.findChild(DataTable)
    assert isinstance(table, DataTable)
    visitor.press("Show: Every offer")
    visitor.rest()
    assert table.model.shown, "own servers remain"
    assert all(verdict.hosting is not Hosting.API for verdict in table.model.shown)


def test_that_the_first_row_is_explained_without_becoming_the_choice_of_other_pages(visitor: Visitor) -> None:
    page = shortlist(visitor)
    table = page.findChild(DataTable)
    assert isinstance(table, DataTable)
    assert visitor.inspector().startswith(table.model.shown[0].model_name)
    assert visitor.window.house.selection.current is None


def test_that_a_limit_that_removed_models_leads_to_its_question(visitor: Visitor) -> None:
    page = shortlist(visitor)
    links = [b for b in page.findChildren(QPushButton) if b.text().startswith("The monthly budget removed")]
    links[-1].click()
    visitor.rest()
    assert visitor.window.shell.page_id == "requirements"


def test_that_with_everything_excluded_the_page_says_so_and_offers_the_rest(visitor: Visitor) -> None:
    page = shortlist(visitor)
    countries = sorted({d.country for d in visitor.services.catalog.catalog().developers if d.country})
    answers = {**visitor.scenario.answers, "excluded_countries": [p for c in countries for p in c.split("/")]}
    answers["third_party"] = ThirdParty.FORBIDDEN.value
    visitor.store(replace(visitor.scenario, answers=answers))
    visitor.wait(lambda: page._shown is not None and page._shown.kept_models < 10)
    assert str(page._shown.kept_models if page._shown else "") in visitor.answer or "None" in visitor.answer


@pytest.mark.parametrize("size", [(1024, 700), (1280, 800), (1440, 900)])
def test_that_the_reason_of_each_verdict_can_be_read_in_its_row(visitor: Visitor, size: tuple[int, int]) -> None:
    shell = visitor.window.shell
    before = shell.size()
    shell.resize(*size)
    try:
        page = shortlist(visitor)
        visitor.press("Show: Excluded too")
        visitor.rest()
        table = page.findChild(DataTable)
        assert isinstance(table, DataTable)
        assert table.view.horizontalScrollBar().maximum() == 0, "nothing lies beside the window"
        columns = [column.id for column in table.model.columns]
        place, font = columns.index("verdict"), table.view.font()
        metrics = QFontMetrics(font)
        wide = [table.view.columnWidth(at) - 2 * PAD for at in range(len(columns))]
        lines = (table.view.rowHeight(0) - ROW_PAD) // metrics.height()
        for row in range(table.model.rowCount()):
            cell = table.model.index(row, place)
            shown = flow_lines(f"{cell.data()}  {cell.data(CellRole.FLOW)}", font, wide[place], lines, metrics.height())
            assert len(" ".join(shown)) >= min(65, len(f"{cell.data()}  {cell.data(CellRole.FLOW)}"))
        names = [table.model.index(row, 0).data() for row in range(table.model.rowCount())]
        cut = [name for name in names if metrics.horizontalAdvance(name) > wide[0]]
        assert len(cut) <= len(names) // 10, cut
    finally:
        shell.resize(before)


def test_that_verdict_and_reason_are_copied_and_found_apart(visitor: Visitor) -> None:
    page = shortlist(visitor)
    table = page.findChild(DataTable)
    assert isinstance(table, DataTable)
    first = table.as_text().splitlines()[1].split("\t")
    assert table.as_text().splitlines()[0].split("\t")[-3:] == ["Verdict", "Runs on", "Why"]
    assert first[-3] in ("kept", "unproven", "no score") and first[-1].endswith(".")
    table.filter_field.setText("own servers")
    visitor.wait(lambda: 0 < table.model.rowCount() < len(table.model.rows))
    table.filter_field.clear()


def test_that_an_unproven_verdict_says_first_why_its_quality_is_open(visitor: Visitor) -> None:
    page = shortlist(visitor)
    table = page.findChild(DataTable)
    assert isinstance(table, DataTable)
    unproven = next(row for row in table.model.shown if table.model.columns[3].text(row) == "unproven")
    assert page._why(unproven)[0].startswith("Public benchmarks put it at")

"""The page of one model: every figure with source, day and confidence or with the reason, and nothing cut at 1280."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QApplication
from workbench.catalog import load_catalog
from workbench.domain.catalog import Catalog
from workbench.gui.catalog.model_facts import NO_SOURCE, NO_VALUE, NOT_STATED, facts_of
from workbench.gui.catalog.source_words import short_source
from workbench.gui.pages.catalog import MODEL, CatalogPage
from workbench.gui.widgets.cells import _LINES, _breakable
from workbench.gui.widgets.rows import CellRole
from workbench.gui.widgets.table import DataTable
from workbench.gui.widgets.text import Words
from workbench.paths import data_dir

from gui.pages_person import Visitor

GPT_4O = "openai/gpt-4o"


@pytest.fixture(scope="module")
def shipped() -> Catalog:
    return load_catalog(data_dir("models_catalog"))


def _open(visitor: Visitor, model_id: str) -> CatalogPage:
    page = visitor.go("catalog")
    assert isinstance(page, CatalogPage)
    visitor.wait(lambda: page._catalog is not None)
    page.show_model(model_id)
    visitor.wait(lambda: page._view == MODEL and page.model.facts is not None and page.model.facts.model.id == model_id)
    visitor.rest()
    return page


def _tables(page: CatalogPage) -> list[DataTable[Any]]:
    return [table for table in page.model.findChildren(DataTable) if table.isVisibleTo(page) and table.model.rows]


def test_that_every_fact_of_every_model_has_a_day_a_confidence_and_a_source_or_the_reason(shipped: Catalog) -> None:
    for model in shipped.models:
        for fact in facts_of(model, shipped.collected):
            assert fact.value and fact.as_of and fact.sure and fact.source, (model.id, fact)
            assert fact.sure != NOT_STATED or fact.source in (NO_VALUE, NO_SOURCE), (model.id, fact)


def test_that_a_source_in_a_cell_is_short_and_says_who(shipped: Catalog) -> None:
    offers = [offer.source for model in shipped.models for offer in model.offers]
    assert "genai-prices 0.2.3, litellm 1.109.1, models.dev" in {short_source(source) for source in offers}
    known = [*offers, *(each.source for model in shipped.models for each in model.provenance.values())]
    for source in known:
        assert 0 < len(short_source(source)) <= 120, source
    assert short_source("https://developers.openai.com/api/docs/deprecations (a copy; checked)") == (
        "developers.openai.com"
    )


@pytest.mark.parametrize("width", [1024, 1280])
def test_that_no_cell_of_a_models_page_is_cut(visitor: Visitor, width: int) -> None:
    window = visitor.window.shell
    before = window.size()
    window.resize(width, 800)
    page = _open(visitor, GPT_4O)
    QApplication.processEvents()
    try:
        for table in _tables(page):
            view, header = table.view, table.view.horizontalHeader()
            metrics = view.fontMetrics()
            if width == 1280:
                assert view.horizontalScrollBar().maximum() == 0, table.objectName()
            for row in range(table.model.rowCount()):
                for place in range(len(table.model.columns)):
                    index = table.model.index(row, place)
                    mark = metrics.height() + 2 if index.data(CellRole.MARK) is not None else 0
                    room = QRect(0, 0, header.sectionSize(place) - 20 - mark, 10_000)
                    needs = metrics.boundingRect(room, _LINES, _breakable(str(index.data() or "")))
                    assert needs.height() <= view.rowHeight(row) - 18, (table.objectName(), index.data())
                    assert needs.width() <= room.width() + 2, (table.objectName(), index.data())
    finally:
        window.resize(before)


def test_that_the_row_chosen_says_its_whole_source(visitor: Visitor) -> None:
    page = _open(visitor, GPT_4O)
    table = page.model._offers
    table.view.selectRow(0)
    line = page.model.findChild(Words, f"source-{table.objectName()}")
    assert line is not None
    [offer] = visitor.services.catalog.model(GPT_4O).offers
    assert line.text() == f"Source: {offer.source}"

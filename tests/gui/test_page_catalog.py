"""The catalog page: filters, facts with sources, and arriving at a model."""

from __future__ import annotations

from pages_person import Visitor
from workbench.analysis import words
from workbench.gui.pages.catalog import FILTERS_KEY, CatalogPage


def catalog_page(visitor: Visitor) -> CatalogPage:
    page = visitor.go("catalog")
    assert isinstance(page, CatalogPage)
    visitor.wait(lambda: page._catalog is not None)
    return page


def test_that_the_answer_counts_what_the_catalog_holds(visitor: Visitor) -> None:
    catalog_page(visitor)
    catalog = visitor.services.catalog.catalog()
    assert visitor.answer.startswith(f"{len(catalog.models)} models by {len(catalog.developers)} developers")
    assert len(visitor.rows()) == len(catalog.models)


def test_that_filters_narrow_the_table_and_are_remembered(visitor: Visitor) -> None:
    page = catalog_page(visitor)
    visitor.press("Show only: Open weights")
    shown = page._table.model.shown
    assert shown and all(model.open_weights for model in shown)
    visitor.press("Show only: Reads pictures")
    assert all(model.open_weights and model.capabilities.vision for model in page._table.model.shown)
    assert set(visitor.window.house.settings.get(FILTERS_KEY, []) or []) == {"open", "vision"}
    visitor.press("Show only: Open weights")
    visitor.press("Show only: Reads pictures")
    assert len(page._table.model.shown) == len(visitor.services.catalog.catalog().models)


def test_that_a_model_explains_itself_with_the_source_of_each_price(visitor: Visitor) -> None:
    page = catalog_page(visitor)
    model = next(m for m in page._table.model.shown if m.cheapest_offer is not None and m.scores)
    visitor.window.shell.open_page("catalog", model.id)
    said = visitor.inspector()
    assert said.startswith(model.name)
    explained = visitor.window.shell.inspector.explanation
    assert explained is not None
    for offer in model.offers:
        assert any(offer.source in source and words.day(offer.as_of) in source for source in explained.sources)
    assert page._table.current_id == model.id


def test_that_typing_into_the_filter_finds_a_maker(visitor: Visitor) -> None:
    page = catalog_page(visitor)
    page._table.filter_field.setText("mistral")
    everything = len(visitor.services.catalog.catalog().models)
    visitor.wait(lambda: 0 < len(page._table.model.shown) < everything)
    page._table.filter_field.clear()

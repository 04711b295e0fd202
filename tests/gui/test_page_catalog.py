"""The catalog page: must-haves, search, the page of a model, comparisons, figures of one's own, imports with Undo."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QWidget
from workbench.analysis import words
from workbench.analysis.search_words import in_words
from workbench.catalog.importers import importer
from workbench.domain.calls import DataClass, Purpose
from workbench.domain.catalog_diff import Choice, RowKind
from workbench.domain.catalog_filters import CatalogFilter, Life
from workbench.domain.figures import Origin
from workbench.domain.quotes import Subject
from workbench.gui.catalog.browse import FILTER_KEY, VIEWS_KEY
from workbench.gui.catalog.columns_form import ColumnsForm
from workbench.gui.catalog.compare_view import DIFFERS
from workbench.gui.catalog.own_form import OwnForm
from workbench.gui.pages.catalog import CatalogPage

from gui.pages_person import Visitor
from gui.test_pages_accessible import controls, spoken_name, told
from servers import Received, Reply, Server

GPT_4O = "openai/gpt-4o"


@pytest.fixture
def page(visitor: Visitor) -> Iterator[CatalogPage]:
    """The page with every model; what a test changed of the catalog is taken back."""
    found = visitor.go("catalog")
    assert isinstance(found, CatalogPage)
    visitor.wait(lambda: found._catalog is not None)
    found.show_browse()
    found.browse.set_filter(CatalogFilter())
    found.browse.table.filter_field.clear()
    visitor.wait(lambda: found.browse.shown_count == _everything(visitor))
    yield found
    visitor.rest()
    own, imports = visitor.services.catalog_own, visitor.services.catalog_imports
    for fact in own.all():
        own.take_back(fact.id)
    for record in imports.imports():
        if not record.undone_at:
            imports.undo(record.id)
    found._load()
    visitor.rest()


def _everything(visitor: Visitor) -> int:
    return len(visitor.services.catalog.catalog().models)


def _list(folder: Path, price: float) -> Path:
    file = folder / "data.json"
    entry = {"id": "gpt-4o", "match": {}, "prices": {"input_mtok": price, "output_mtok": 10}}
    file.write_text(json.dumps([{"id": "openai", "models": [entry]}]))
    return file


def _price(visitor: Visitor) -> float | None:
    return visitor.services.catalog.model(GPT_4O).offers[0].prices.input_usd_per_mtok


# browsing


def test_that_the_answer_counts_what_the_catalog_holds(visitor: Visitor, page: CatalogPage) -> None:
    catalog = visitor.services.catalog.catalog()
    assert visitor.answer.startswith(f"{len(catalog.models)} models by {len(catalog.developers)} developers")
    assert len(visitor.rows()) == len(catalog.models)


def test_that_must_haves_narrow_the_table_are_remembered_and_shown_as_chips(
    visitor: Visitor, page: CatalogPage
) -> None:
    visitor.press("Must have …")
    panel = page.browse._panel
    assert panel is not None
    visitor.press("Must have: Open weights", panel)
    visitor.press("Must have: Calls tools", panel)
    visitor.write(panel._numbers["context_tokens"].edit, "200k")
    shown = page.browse.table.model.shown
    assert shown and all(m.open_weights and m.capabilities.tools and (m.context_tokens or 0) >= 200_000 for m in shown)
    panel.accept()
    assert visitor.answer.startswith(f"{len(shown)} of {_everything(visitor)} models fulfil your 3 conditions.")
    kept = visitor.window.house.settings.get(FILTER_KEY)
    assert kept == {"open_weights": True, "tools": True, "context_tokens": 200_000}
    visitor.press("Remove the condition: Calls tools")
    assert page.browse.wanted.active == ("open_weights", "context_tokens")
    visitor.press("Clear all")
    assert page.browse.shown_count == _everything(visitor)


def test_that_conditions_are_kept_under_a_name_and_chosen_again(visitor: Visitor, page: CatalogPage) -> None:
    page.browse.set_filter(CatalogFilter(kinds=("embedding",), life=Life.ACTIVE))
    count = page.browse.shown_count
    visitor.press("Must have …")
    panel = page.browse._panel
    assert panel is not None
    visitor.write(panel._name, "Embeddings")
    visitor.press("Keep", panel)
    panel.accept()
    page.browse.set_filter(CatalogFilter())
    menu = page.browse._views.menu()
    assert menu is not None
    next(action for action in menu.actions() if action.text() == "Embeddings").trigger()
    assert page.browse.shown_count == count
    assert page.browse.wanted.life is Life.ACTIVE
    page.browse._forget_view("Embeddings")
    assert visitor.window.house.settings.get(VIEWS_KEY) == {}


def test_that_an_impossible_condition_says_so(visitor: Visitor, page: CatalogPage) -> None:
    page.browse.set_filter(CatalogFilter(context_tokens=1e12))
    assert (
        visitor.answer == f"0 of {_everything(visitor)} models fulfil your 1 condition. Remove a condition to see more."
    )


def test_that_the_search_field_looks_into_makers_providers_and_licences(visitor: Visitor, page: CatalogPage) -> None:
    for text in ("mistral", "groq", "apache", "embedding open"):
        page.browse.table.filter_field.setText(text)
        visitor.wait(lambda text=text: f"hold {in_words(text)}." in visitor.answer)
        assert 0 < page.browse.shown_count < _everything(visitor)
    page.browse.table.filter_field.clear()
    visitor.wait(lambda: page.browse.shown_count == _everything(visitor))


def test_that_a_column_sorts_with_unknown_values_at_the_end_either_way(page: CatalogPage) -> None:
    for descending in (False, True):
        page.browse.table.sort_by("context", descending=descending)
        found = [model.context_tokens for model in page.browse.table.model.shown]
        known = [value for value in found if value is not None]
        assert known == sorted(known, reverse=descending)
        assert found[: len(known)] == known
    page.browse.table.model.sort(-1)


def test_that_a_model_explains_itself_with_the_source_of_each_price(visitor: Visitor, page: CatalogPage) -> None:
    model = next(m for m in page.browse.table.model.shown if m.cheapest_offer is not None and m.scores)
    visitor.window.shell.open_page("catalog", model.id)
    assert visitor.inspector().startswith(model.name)
    explained = visitor.window.shell.inspector.explanation
    assert explained is not None
    for offer in model.offers:
        assert any(offer.source in source and words.day(offer.as_of) in source for source in explained.sources)
    assert page.browse.table.current_id == model.id


# one model


def test_that_a_models_page_gives_every_figure_with_source_date_and_history(
    visitor: Visitor, page: CatalogPage
) -> None:
    page.browse.table.select(GPT_4O)
    visitor.qtbot.keyClick(page.browse.table.view, Qt.Key.Key_Return)
    visitor.rest()
    assert page.header.title == "GPT-4o"
    assert "its maker names GPT-6 Luna instead" in visitor.answer
    assert all(fact.as_of for fact in page.model._base.model.rows if fact.source)
    assert page.model._offers.model.rows[0].provider == "openai"
    assert page.model._history.model.rowCount() > 5
    page.model._policy.setCurrentIndex(page.model._policy.findText("OpenAI API: Zero data retention"))
    clauses = {clause.title: clause.text for clause in page.model._clauses.model.rows}
    assert clauses["Retention"].startswith("Nothing is kept")
    visitor.press("Back to all models")
    assert page.header.title == "Catalog"


def test_that_every_control_of_every_view_has_a_name(visitor: Visitor, page: CatalogPage, tmp_path: Path) -> None:
    def unnamed(root: QWidget) -> list[str]:
        return [told(widget) for widget in controls(root) if not spoken_name(widget)]

    page.show_model(GPT_4O)
    visitor.rest()
    assert unnamed(page) == []
    page.show_compare((GPT_4O, "openai/gpt-4.1"))
    assert unnamed(page) == []
    page.show_import()
    visitor.rest()
    assert unnamed(page) == []
    page.importing.look_at(_list(tmp_path, 2.0))
    visitor.rest()
    assert unnamed(page) == []
    page.show_browse()
    page.browse.open_must_have()
    assert page.browse._panel is not None
    assert unnamed(page.browse._panel) == []
    page.browse._panel.reject()
    for subject in Subject:
        page.enter(subject, GPT_4O)
        assert page.owning.form is not None
        assert unnamed(page.owning.form) == []
        page.owning.form.reject()


# comparing


def test_that_two_to_four_models_are_compared_with_what_differs_marked(visitor: Visitor, page: CatalogPage) -> None:
    for id in (GPT_4O, "openai/gpt-4.1", "deepseek/deepseek-v4-pro", "mistral/mistral-large-4", "openai/gpt-5"):
        page.browse.toggle_compared(id)
    assert len(page.browse.compared) == 4
    visitor.press("Take Mistral Large 4 out of the comparison")
    visitor.press("Compare 3 side by side")
    rows = {row.label.removeprefix(DIFFERS): row for row in page.compare.table._rows}
    assert rows["Context, tokens"].label.startswith(DIFFERS)
    assert [cell.text for cell in rows["Context, tokens"].cells] == ["128,000", "1,047,576", "1,000,000"]
    assert [cell.tone is not None for cell in rows["Context, tokens"].cells] == [False, True, False]
    assert not rows["Makes"].label.startswith(DIFFERS)
    page.compare._only.setChecked(True)
    assert all(row.label.startswith(DIFFERS) for row in page.compare.table._rows)
    page.compare._only.setChecked(False)
    for id in page.browse.compared:
        page.browse.toggle_compared(id)


# figures of one's own


def _form(page: CatalogPage) -> OwnForm:
    assert page.owning.form is not None
    return page.owning.form


def test_that_ones_own_price_counts_is_marked_and_goes_with_undo(visitor: Visitor, page: CatalogPage) -> None:
    page.show_model(GPT_4O)
    visitor.rest()
    page.enter(Subject.OFFER, GPT_4O)
    form = _form(page)
    visitor.write(form._fields["input_usd_per_mtok"].control, "2.10")
    visitor.write(form._note, "contract 77")
    visitor.press("Keep as mine", form)
    visitor.rest()
    offer = page.model._offers.model.rows[0]
    assert (offer.prices.input_usd_per_mtok, offer.origin) == (2.1, Origin.YOURS)
    assert page.model._cards["Yours"].isVisibleTo(page)
    visitor.undo()
    assert _price(visitor) == 2.5
    visitor.redo()
    assert _price(visitor) == 2.1
    visitor.press("Take back: Offer by openai".replace("Offer", "offer"))
    visitor.rest()
    assert _price(visitor) == 2.5


def test_that_a_figure_that_cannot_stand_is_said_at_its_field_and_nothing_is_kept(
    visitor: Visitor, page: CatalogPage
) -> None:
    page.enter(Subject.OFFER, GPT_4O)
    form = _form(page)
    visitor.write(form._fields["input_usd_per_mtok"].control, "free")
    visitor.press("Keep as mine", form)
    assert form.isVisible()
    assert form._fields["input_usd_per_mtok"]._problem.text().startswith("'free' is not a number")
    form.reject()
    assert visitor.services.catalog_own.all() == ()


def test_that_what_the_service_refuses_is_said_in_the_form(visitor: Visitor, page: CatalogPage) -> None:
    page.enter(Subject.FACTS, "")
    form = _form(page)
    form._target.setEditText("acme/house")
    visitor.write(form._fields["context_tokens"].control, "32,000")
    visitor.press("Keep as mine", form)
    visitor.rest()
    assert form.isVisible()
    assert "needs a" in form._error.accessibleName()
    visitor.write(form._fields["name"].control, "House LLM")
    box = form._fields["kind"].control
    assert isinstance(box, QComboBox)
    box.setCurrentIndex(box.findData("llm"))
    visitor.press("Keep as mine", form)
    visitor.rest()
    visitor.wait(lambda: "acme/house" in (page._catalog.model_by_id if page._catalog else {}))
    assert page.browse.shown_count == _everything(visitor)


# imports


def test_that_an_import_is_shown_applied_and_taken_back(visitor: Visitor, page: CatalogPage, tmp_path: Path) -> None:
    visitor.press("Import a list …")
    visitor.rest()
    page.importing.look_at(_list(tmp_path, 2.0))
    visitor.rest()
    assert "genai-prices lists 1 entry: " in visitor.answer
    diff = page.diff.diff
    assert diff is not None
    [row] = [row for row in diff.rows if row.kind is RowKind.CHANGED]
    assert page.diff.choices[row.id] is Choice.ACCEPT
    assert _price(visitor) == 2.5, "nothing before Apply"
    visitor.press("Apply 1 row")
    visitor.rest()
    assert _price(visitor) == 2.0
    visitor.undo()
    assert _price(visitor) == 2.5
    visitor.press("Bring back: data.json")
    visitor.rest()
    assert _price(visitor) == 2.0
    visitor.press("Undo: data.json")
    visitor.rest()
    assert _price(visitor) == 2.5


def test_that_a_list_is_fetched_when_asked_for_and_shown_before_it_counts(
    visitor: Visitor, page: CatalogPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = [{"id": "openai", "models": [{"id": "gpt-4o", "match": {}, "prices": {"input_mtok": 2}}]}]

    async def serve(_request: Received, reply: Reply) -> None:
        await reply.json(listed)

    with Server(serve) as server:
        monkeypatch.setattr(type(importer("genai-prices")), "url", server.url + "/data.json")
        page.show_import()
        visitor.rest()
        visitor.press("Refresh from 127.0.0.1: genai-prices")
        visitor.rest()
    assert "genai-prices lists 1 entry: " in visitor.answer
    assert _price(visitor) == 2.5
    visitor.press("Apply 1 row")
    visitor.rest()
    assert _price(visitor) == 2.0
    [call] = visitor.services.privacy.ledger(words="127.0.0.1")
    assert (call.purpose, call.data) == (Purpose.PRICES, DataClass.NOTHING)


def test_that_corrections_are_written_and_told_and_private_ones_are_not(
    visitor: Visitor, page: CatalogPage, tmp_path: Path
) -> None:
    visitor.services.catalog_own.enter(Subject.OFFER, GPT_4O, "openai", {"input_usd_per_mtok": 1.5}, "contract 77")
    page.show_import()
    visitor.rest()
    page.importing.export_to(tmp_path / "out")
    visitor.rest()
    assert "nothing to export" in page.diff.error.accessibleName()
    visitor.services.catalog_own.enter(
        Subject.FACTS, GPT_4O, "", {"max_output_tokens": 9_000}, "https://example.com/card"
    )
    page.importing.export_to(tmp_path / "out")
    visitor.rest()
    said = [each.text() for each in page.diff.giving_back.findChildren(QLabel) if each.isVisibleTo(page)]
    assert any("1 file with 1 correction" in text and "names no public source" in text for text in said)
    assert (tmp_path / "out" / "models" / f"{GPT_4O}.yaml").is_file()
    visitor.press("Copy the text for the pull request", page.diff)
    assert "Longest answer 16,384 → 9,000" in QApplication.clipboard().text()


def test_that_offline_a_refresh_says_why_nothing_came(visitor: Visitor, page: CatalogPage) -> None:
    visitor.services.privacy.set_offline(True)
    try:
        page.show_import()
        visitor.rest()
        visitor.press("Refresh from models.dev: models.dev")
        visitor.rest()
        assert "Offline" in page.diff.error.accessibleName()
    finally:
        visitor.services.privacy.set_offline(False)


def test_that_rows_are_taken_and_left_one_by_one_and_in_groups(
    visitor: Visitor, page: CatalogPage, tmp_path: Path
) -> None:
    page.show_import()
    page.importing.look_at(_list(tmp_path, 2.0))
    visitor.rest()
    [row] = [row for row in page.diff.table.model.shown if row.kind is RowKind.CHANGED]
    page.diff.table.select(row.id)
    visitor.press("Keep both", page.diff)
    assert page.diff.choices[row.id] is Choice.BESIDE
    visitor.press("Leave", page.diff)
    assert page.diff.taken == 0
    assert not page._apply.isEnabled()
    visitor.press("Take all shown", page.diff)
    assert page.diff.taken == len(page.diff.table.model.shown)
    assert "Input: 2.5 → **2**" in visitor.inspector()


def test_that_a_table_asks_for_its_columns_first(visitor: Visitor, page: CatalogPage, tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("Model,Host,Price in\ngpt-4o,openai,2.2\n")
    page.show_import()
    page.importing.look_at(file)
    visitor.rest()
    [form] = page.findChildren(ColumnsForm)
    assert form.options["column.model"] == "Model"
    box = form._boxes["input_usd_per_mtok"]
    box.setCurrentIndex(box.findData("Price in"))
    provider = form._boxes["provider"]
    provider.setCurrentIndex(provider.findData("Host"))
    visitor.press("Show what would change", form)
    visitor.rest()
    assert page.diff.diff is not None
    assert [row.kind for row in page.diff.diff.rows] == [RowKind.DISAGREES]


def test_that_a_file_that_is_no_list_is_said_where_it_was_chosen(
    visitor: Visitor, page: CatalogPage, tmp_path: Path
) -> None:
    file = tmp_path / "page.html"
    file.write_text("<html>404: not found</html>")
    page.show_import()
    page.importing.look_at(file)
    visitor.rest()
    assert page.diff.error.isVisibleTo(page)
    assert "none of the lists" in page.diff.error.accessibleName()
    QApplication.processEvents()


def _unknown_hosts(folder: Path) -> Path:
    """A known offer, two of hosts nobody knows, and one whose price looks wrong."""
    prices = {"input_mtok": 2.0, "output_mtok": 10}
    file = folder / "hosts.json"
    listed = [
        ("openai", "gpt-4o", prices),
        ("openai", "gpt-4.1", {"input_mtok": 2000, "output_mtok": 8000}),
        ("house-of-tokens", "gpt-4o", prices),
        ("token-barn", "gpt-4o", prices),
    ]
    value = [{"id": host, "models": [{"id": model, "match": {}, "prices": usd}]} for host, model, usd in listed]
    file.write_text(json.dumps(value))
    return file


def test_that_the_answer_says_what_is_left_and_why_and_a_group_is_taken_whole(
    visitor: Visitor, page: CatalogPage, tmp_path: Path
) -> None:
    page.show_import()
    page.importing.look_at(_unknown_hosts(tmp_path))
    visitor.rest()
    assert visitor.answer.startswith("Apply takes in 1 of ")
    assert "2 of unknown providers" in visitor.answer
    visitor.press("Show 2 of unknown providers", page.diff)
    assert {row.provider for row in page.diff.table.model.shown} == {"house-of-tokens", "token-barn"}
    visitor.press("Take 2 of unknown providers", page.diff)
    assert visitor.answer.startswith("Apply takes in 3 of ")
    assert "unknown providers" not in visitor.answer.partition(". ")[0]
    assert page._apply.text() == "Apply 3 rows"
    visitor.press("Leave 2 of unknown providers", page.diff)
    assert page._apply.text() == "Apply 1 row"


def test_that_after_a_bad_file_nothing_of_the_list_before_can_be_applied(
    visitor: Visitor, page: CatalogPage, tmp_path: Path
) -> None:
    file = tmp_path / "bad.json"
    file.write_text("{ not json")
    page.show_import()
    page.importing.look_at(_list(tmp_path, 2.0))
    visitor.rest()
    page.diff.table.view.selectRow(0)
    assert page._apply.isVisibleTo(page) and visitor.window.shell.inspector.explanation is not None
    page.importing.look_at(file)
    visitor.rest()
    assert "not JSON" in page.diff.error.accessibleName()
    assert not page._apply.isVisibleTo(page)
    assert page.diff.diff is None and not page.diff.table.isVisibleTo(page)
    assert visitor.window.shell.inspector.explanation is None
    assert page.diff._start.isVisibleTo(page)
    page.diff.apply()
    visitor.rest()
    assert not visitor.services.catalog_imports.imports() or _price(visitor) == 2.5


def test_that_models_which_tie_in_a_comparison_are_all_named(visitor: Visitor, page: CatalogPage) -> None:
    page.show_compare(("anthropic/claude-sonnet-5", "deepseek/deepseek-v4-pro"))
    assert "Claude Sonnet 5 and DeepSeek V4 Pro (0813) take the longest context (1,000,000 tokens)" in visitor.answer


def test_that_arriving_at_the_model_that_was_chosen_before_shows_its_row(visitor: Visitor, page: CatalogPage) -> None:
    visitor.window.shell.open_page("catalog", GPT_4O)
    page.browse.table.select("")
    visitor.window.shell.open_page("catalog", GPT_4O)
    assert page.browse.table.current_id == GPT_4O


def test_that_words_which_no_model_holds_together_are_counted_one_by_one(visitor: Visitor, page: CatalogPage) -> None:
    page.browse.table.filter_field.setText("apache llama")
    visitor.wait(lambda: page.browse.shown_count == 0)
    visitor.rest()
    assert f"0 of {_everything(visitor)} models hold “apache” and “llama”." in visitor.answer
    index = page.browse._index
    assert index is not None
    alone = {word: len(index.arranged(CatalogFilter(), word, "", descending=False)) for word in ("apache", "llama")}
    assert all(alone.values())
    assert f"“apache” {alone['apache']}, “llama” {alone['llama']}" in visitor.answer
    page.browse.table.filter_field.clear()
    visitor.wait(lambda: page.browse.shown_count == _everything(visitor))


def test_that_a_model_hidden_by_a_filter_is_chosen_again_when_it_shows(visitor: Visitor, page: CatalogPage) -> None:
    visitor.window.shell.open_page("catalog", GPT_4O)
    page.browse.table.filter_field.setText("mistral")
    visitor.wait(lambda: 0 < page.browse.shown_count < _everything(visitor))
    assert page.browse.table.current_id == ""
    page.browse.table.filter_field.clear()
    visitor.wait(lambda: page.browse.shown_count == _everything(visitor))
    assert page.browse.table.current_id == GPT_4O
    assert visitor.inspector().startswith("GPT-4o")


def test_that_the_same_row_of_the_next_list_can_be_chosen_at_once(
    visitor: Visitor, page: CatalogPage, tmp_path: Path
) -> None:
    page.show_import()
    for _ in range(2):
        page.importing.look_at(_list(tmp_path, 2.0))
        visitor.rest()
        page.diff.table.view.selectRow(0)
        assert visitor.window.shell.inspector.explanation is not None
        page.show_import()
        visitor.rest()
        assert visitor.window.shell.inspector.explanation is None


@pytest.mark.parametrize("width", [1024, 1280, 1440])
def test_that_no_column_of_the_catalog_is_cut_beside_the_inspector(
    visitor: Visitor, page: CatalogPage, width: int
) -> None:
    shell, table = visitor.window.shell, page.browse.table
    before = shell.size()
    shell.resize(width, 800)
    try:
        table.view.selectRow(3)
        visitor.rest()
        view = table.view
        visitor.wait(lambda: view.horizontalScrollBar().maximum() == 0)
        titles = [column.title for place, column in enumerate(table.model.columns) if not view.isColumnHidden(place)]
        assert {"Model", "Context", "Input", "Output", "Status"} <= set(titles)
        gone = [column.title for column in table.model.columns if column.title not in titles]
        assert all(title in view.horizontalHeader().toolTip() for title in gone)
        assert "Licence" in table.as_text().splitlines()[0], "copied all the same"
        table.sort_by("licence")
        assert not view.isColumnHidden(len(table.model.columns) - 1), "what is sorted by is shown"
    finally:
        table.sort_by("name")
        table.select("")
        shell.resize(before)

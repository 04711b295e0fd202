"""Catalog: every model the workbench knows, with the source and date of each fact; compared, corrected, refreshed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtWidgets import QWidget

from workbench.analysis import words
from workbench.analysis.search_words import in_words
from workbench.domain.catalog import Catalog
from workbench.domain.changes import Changes
from workbench.domain.errors import WorkbenchError
from workbench.domain.quotes import Subject
from workbench.domain.scenario import Scenario
from workbench.gui.catalog.browse import MOST_COMPARED, BrowseView
from workbench.gui.catalog.compare_view import CompareView
from workbench.gui.catalog.explaining import explanation
from workbench.gui.catalog.import_view import ImportView
from workbench.gui.catalog.importing import Importing
from workbench.gui.catalog.model_view import ModelFacts, ModelView
from workbench.gui.catalog.owning import Owning, concerns
from workbench.gui.explanation import InspectorAction
from workbench.gui.pages.base import House, Page, PageAction
from workbench.gui.selection import Picked
from workbench.gui.widgets.buttons import button, menu_button
from workbench.gui.widgets.state import ErrorBox

if TYPE_CHECKING:
    from workbench.analysis.browsing import BrowseIndex
    from workbench.services.catalog import CatalogService
    from workbench.services.catalog_export import CatalogExport
    from workbench.services.catalog_history import CatalogHistory
    from workbench.services.catalog_imports import CatalogImports
    from workbench.services.catalog_own import OwnFacts
    from workbench.services.catalog_refresh import CatalogRefresh

KIND = "model"
BROWSE, MODEL, COMPARE, IMPORT = "browse", "model", "compare", "import"
IMPORT_PAYLOAD = "import"


@dataclass(frozen=True, slots=True)
class _Loaded:
    """The catalog with its index, read off the GUI thread."""

    catalog: Catalog
    index: BrowseIndex


class CatalogPage(Page):
    """One view at a time: the table, one model, a comparison, an import. A model's id, given on arrival, selects it;
    "import" opens the import."""

    id: ClassVar[str] = "catalog"
    title: ClassVar[str] = "Catalog"
    icon: ClassVar[str] = "catalog"
    has_inspector: ClassVar[bool] = False
    asks: ClassVar[tuple[str, ...]] = (
        "catalog",
        "catalog_imports",
        "catalog_refresh",
        "catalog_export",
        "catalog_own",
        "catalog_history",
    )

    def __init__(
        self,
        *,
        house: House,
        catalog: Callable[[], CatalogService],
        catalog_imports: Callable[[], CatalogImports],
        catalog_refresh: Callable[[], CatalogRefresh],
        catalog_export: Callable[[], CatalogExport],
        catalog_own: Callable[[], OwnFacts],
        catalog_history: Callable[[], CatalogHistory],
    ) -> None:
        super().__init__(house=house)
        self._service, self._own, self._history = catalog, catalog_own, catalog_history
        self._catalog: Catalog | None = None
        self._view = BROWSE
        self._model_id = ""
        self.error = ErrorBox()
        self.browse = BrowseView(house.settings)
        self.model = ModelView(house.settings)
        self.compare = CompareView()
        self.diff = ImportView(house.settings)
        self.owning = Owning(catalog_own, house.tasks, self)
        self.importing = Importing(catalog_imports, catalog_refresh, catalog_export, self.diff, house.tasks, self)
        self._views: Mapping[str, QWidget] = {
            BROWSE: self.browse,
            MODEL: self.model,
            COMPARE: self.compare,
            IMPORT: self.diff,
        }
        self._back = button("Back to all models", self.show_browse)
        self._add = menu_button("Add yours", self._ways_to_add(), hint="Your own figures stand above every list")
        self._import = button("Import a list …", self.show_import, kind="main")
        self._apply = button("Apply", self.diff.apply, kind="main")
        for each in (self._back, self._add, self._import, self._apply):
            self.header.add_button(each)
        self.body.addWidget(self.error)
        for view in self._views.values():
            self.body.addWidget(view, 1)
        self._connect()
        self._show(BROWSE)
        self._load()

    # what the shell asks

    def show_scenario(self, scenario: Scenario | None) -> None:
        """The catalog is the same for every scenario."""
        super().show_scenario(scenario)
        self._explain_selected()

    def refresh(self, changes: Changes) -> None:
        if changes.catalog:
            self._load()

    def arrive(self, payload: object) -> None:
        """A model's id selects it; "import" opens the import."""
        if payload == IMPORT_PAYLOAD:
            self.show_import()
        elif isinstance(payload, str):
            self.show_browse()
            self.house.selection.pick(KIND, payload)
            self.browse.table.select(payload)

    def find_field(self) -> QWidget:
        return self.diff.table.filter_field if self._view == IMPORT else self.browse.table.filter_field

    def page_actions(self) -> tuple[PageAction, ...]:
        table = self.browse.table
        return (
            PageAction("What a model must have …", self.browse.open_must_have),
            PageAction("Open the selected model", lambda: self.show_model(table.current_id)),
            PageAction(
                "Put the selected model aside to compare", lambda: self.browse.toggle_compared(table.current_id)
            ),
            PageAction("Import a list …", self.show_import),
            PageAction("Give your corrections back …", self.give_back),
            PageAction("Add a model of yours …", partial(self.enter, Subject.FACTS, "")),
            PageAction("Copy the models shown as Markdown", lambda: table.copy(table.as_markdown)),
            PageAction("Copy the models shown as CSV", lambda: table.copy(table.as_csv)),
        )

    # the views

    def show_browse(self) -> None:
        self._show(BROWSE)
        self._tell()
        self._explain_selected()

    def show_model(self, model_id: str) -> None:
        """The page of one model."""
        if model_id:
            self._model_id = model_id
            self._read_model()

    def show_compare(self, ids: tuple[str, ...]) -> None:
        """Two to four models side by side."""
        if self._catalog is None or len(ids) < 2:
            return
        models = [self._catalog.model_by_id[id] for id in ids if id in self._catalog.model_by_id]
        self.compare.set_models(models, self._catalog)
        self.header.set_title("Compare")
        self.header.set_answer(f"{words.count(len(models), 'model')} side by side.", self.compare.sentence)
        self._show(COMPARE)

    def show_import(self) -> None:
        """What can be imported, and what was."""
        self._show(IMPORT)
        self.explain.emit(None)
        self.diff.error.clear()
        self.importing.start()

    def give_back(self) -> None:
        """Asks where the files with the corrections shall go."""
        self.show_import()
        self.diff.giving_back.choose()

    # inside: drawing

    def _connect(self) -> None:
        self.browse.shown.connect(lambda _count: self._rows_changed())
        self.browse.picked.connect(lambda id: self.house.selection.pick(KIND, id))
        self.browse.opened.connect(self.show_model)
        self.browse.compare.connect(self.show_compare)
        self.compare.table.picked.connect(lambda id: self.house.selection.pick(KIND, id))
        self.model.enter.connect(lambda what: self.enter(Subject(what), self._model_id))
        self.model.take_back.connect(self.owning.take_back)
        self.owning.failed.connect(self._failed)
        self.owning.wrote.connect(lambda _changes: self.error.clear())
        for each in (self.owning, self.importing):
            each.wrote.connect(self.wrote)
            each.did.connect(self.did)
        self.importing.started.connect(self._tell_import)
        self.importing.looked.connect(self._tell_import)
        self.diff.counted.connect(self._tell_import)
        self.diff.picked.connect(lambda id: self.explain.emit(self.diff.explanation(id)))
        self.house.selection.changed.connect(self._selection_changed)

    def _show(self, name: str) -> None:
        self._view = name
        for each, view in self._views.items():
            view.setVisible(each == name)
        self.error.clear()
        self._back.setVisible(name != BROWSE)
        self._add.setVisible(name == BROWSE)
        self._import.setVisible(name == BROWSE)
        self._apply.setVisible(name == IMPORT and self.diff.diff is not None)
        self.scroller.verticalScrollBar().setValue(0)

    def _load(self) -> None:
        service = self._service

        def load() -> _Loaded:
            catalog = service().catalog()
            return _Loaded(catalog, service().browse())

        self.house.tasks.start(load, lane="pool", done=self._take, failed=self._failed, owner=self)

    def _take(self, loaded: _Loaded) -> None:
        self._catalog = loaded.catalog
        self.browse.set_catalog(loaded.catalog, loaded.index)
        self.browse.table.select(self.house.selection.id_of(KIND))
        if self._view == BROWSE:
            self._tell()
            self._explain_selected()
        elif self._view == MODEL:
            self._read_model()
        elif self._view == COMPARE:
            self.show_compare(self.browse.compared)

    def _rows_changed(self) -> None:
        """A filter may hide the chosen model and show it again: the inspector tells of it all the while."""
        self.browse.table.select(self.house.selection.id_of(KIND))
        self._tell()

    def _tell(self) -> None:
        """The answer of the table: how many models there are, and how many pass."""
        catalog = self._catalog
        if catalog is None or self._view != BROWSE:
            return
        self.header.set_title(self.title)
        total, shown = len(catalog.models), self.browse.shown_count
        collected = f"Facts collected on {words.day(catalog.collected)}."
        if shown == total and not self.browse.wanted.active:
            opened = sum(model.open_weights for model in catalog.models)
            makers = words.count(len(catalog.developers), "developer")
            lead = f"{words.count(total, 'model')} by {makers}, {opened:,} with open weights."
            self.header.set_answer(lead, f"{collected} Select one: the inspector gives each figure's source and date.")
            return
        conditions = len(self.browse.wanted.active)
        asked = [f"fulfil your {words.count(conditions, 'condition')}"] if conditions else []
        asked += [f"hold {in_words(self.browse.words)}"] if self.browse.words else []
        detail = self._cheapest() if shown else self._nothing_found()
        self.header.set_answer(f"{shown:,} of {total:,} models {' and '.join(asked) or 'are shown'}.", detail)

    def _nothing_found(self) -> str:
        """What would find something: how many models hold each word by itself, or a condition less."""
        alone = [f"“{term}” {count:,}" for term, count in self.browse.found_alone]
        if len(alone) > 1:
            return f"By itself finds {', '.join(alone)}: no model holds them together."
        if self.browse.wanted.active:
            return "Remove a condition to see more."
        return "Search for a part of it, or another word."

    def _cheapest(self) -> str:
        """The cheapest of the models shown, by input and output together."""
        from workbench.gui.catalog.model_words import prices_in_words

        offers = [(model, model.cheapest_offer) for model in self.browse.table.model.shown[:5_000]]
        priced = [
            (offer.prices.input_usd_per_mtok + offer.prices.output_usd_per_mtok, model.name, offer)
            for model, offer in offers
            if offer is not None
            and offer.prices.input_usd_per_mtok is not None
            and offer.prices.output_usd_per_mtok is not None
        ]
        if not priced:
            return ""
        _, name, offer = min(priced, key=lambda each: each[:2])
        return f"Cheapest: {name}, {prices_in_words(offer)}."

    def _tell_import(self) -> None:
        if self._view != IMPORT:
            return
        diff = self.diff.diff
        self.header.set_title("Import a list")
        self._apply.setVisible(diff is not None)
        if diff is None:
            self.explain.emit(None)
            self.header.set_answer(
                "Price lists, scores and recipes of others, as a diff you decide on.",
                "Every row is shown before it counts; Undo takes an import back whole.",
            )
            return
        self.header.set_answer(diff.plan(self.diff.choices), diff.sentence)
        taken = self.diff.taken
        self._apply.setText(f"Apply {taken:,} rows" if taken != 1 else "Apply 1 row")
        self._apply.setAccessibleName(self._apply.text())
        self._apply.setEnabled(taken > 0)

    def _selection_changed(self, picked: Picked | None) -> None:
        self.browse.table.select(picked.id if picked is not None and picked.kind == KIND else "")
        if self.isVisible():
            self._explain_selected()

    def _explain_selected(self) -> None:
        if self._view in (IMPORT, MODEL):
            if self._view == MODEL:
                self.explain.emit(None)
            return
        id = self.house.selection.id_of(KIND)
        model = self._catalog.model_by_id.get(id) if self._catalog else None
        if model is None or self._catalog is None:
            self.explain.emit(None)
            return
        actions = [
            InspectorAction("Open its page", lambda: self.show_model(id), "Every figure with source and history")
        ]
        if self._view == BROWSE and (id in self.browse.compared or len(self.browse.compared) < MOST_COMPARED):
            aside = "Take out of the comparison" if id in self.browse.compared else "Put aside to compare"
            actions.append(InspectorAction(aside, lambda: self._toggle_compared(id)))
        actions.append(InspectorAction("Enter your price …", partial(self.enter, Subject.OFFER, id)))
        self.explain.emit(explanation(model, self._catalog, tuple(actions)))

    def _toggle_compared(self, id: str) -> None:
        self.browse.toggle_compared(id)
        self._explain_selected()

    def _failed(self, error: WorkbenchError) -> None:
        self.error.show_error(error)

    # inside: one model

    def _read_model(self) -> None:
        service, history, own, id = self._service, self._history, self._own, self._model_id

        def read() -> ModelFacts:
            catalog = service().catalog()
            model = service().model(id)
            return ModelFacts(
                model=model,
                catalog=catalog,
                policies=service().policies(id),
                history=history().of(id),
                own=tuple(fact for fact in own().all() if concerns(fact, model)),
                ending=service().ending(id, months=36),
            )

        self.house.tasks.start(read, lane="db", done=self._draw_model, failed=self._failed, owner=self)

    def _draw_model(self, facts: ModelFacts) -> None:
        self.model.set_facts(facts)
        self.header.set_title(facts.model.name)
        self.header.set_answer(*self.model.answer)
        if self._view != MODEL:
            self._show(MODEL)
        self.house.selection.pick(KIND, facts.model.id)
        self.explain.emit(None)

    # figures of one's own

    def enter(self, subject: Subject, model_id: str) -> None:
        """Opens the form for figures of one's own."""
        if self._catalog is not None:
            self.owning.enter(subject, model_id, self._catalog)

    def _ways_to_add(self) -> dict[str, Callable[[], object]]:
        return {
            "A model of yours …": partial(self.enter, Subject.FACTS, ""),
            "A price of yours …": partial(self.enter, Subject.OFFER, ""),
            "A negotiated discount …": partial(self.enter, Subject.DISCOUNT, ""),
            "A score of yours …": partial(self.enter, Subject.SCORE, ""),
            "Hardware of yours …": partial(self.enter, Subject.HARDWARE, ""),
        }

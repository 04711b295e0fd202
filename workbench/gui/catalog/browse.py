"""The table of all models: must-haves as chips, full-text search, sorting, and a few models put aside to compare."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from workbench.analysis.search_words import terms
from workbench.domain.catalog import Catalog
from workbench.domain.catalog_filters import CatalogFilter
from workbench.domain.figures import Origin
from workbench.domain.model import LifecycleStatus, Model
from workbench.gui.catalog import model_words as say
from workbench.gui.catalog.filter_words import condition
from workbench.gui.catalog.must_have import MustHave
from workbench.gui.ports import Json, SettingsPort
from workbench.gui.theme import Space
from workbench.gui.widgets.buttons import button, menu_button
from workbench.gui.widgets.fields import FlowLayout
from workbench.gui.widgets.rows import UNKNOWN, Column, Mark
from workbench.gui.widgets.table import DataTable
from workbench.gui.widgets.text import Words

if TYPE_CHECKING:
    from workbench.analysis.browsing import BrowseIndex

FILTER_KEY = "catalog/must-have"
VIEWS_KEY = "catalog/views"
MOST_COMPARED = 4


class BrowseView(QWidget):
    """Sends `shown` (count) when the rows change, `picked` and `opened` (model id), `compare` (ids)."""

    shown = Signal(int)
    picked = Signal(str)
    opened = Signal(str)
    compare = Signal(object)

    def __init__(self, settings: SettingsPort) -> None:
        super().__init__()
        self._settings = settings
        self._catalog: Catalog | None = None
        self._index: BrowseIndex | None = None
        self._panel: MustHave | None = None
        self.compared: tuple[str, ...] = ()
        self.wanted = CatalogFilter.from_plain(settings.get(FILTER_KEY, {}))
        self._conditions = QWidget()
        self._chips = FlowLayout(self._conditions)
        self._views = menu_button("Views", {}, hint="Conditions kept under a name")
        self._tray = QWidget()
        self._tray_flow = FlowLayout(self._tray)
        self.table = self._make_table()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        column.addWidget(self._conditions)
        column.addWidget(self._tray)
        column.addWidget(self.table, 1)
        self._fill_views()
        self._draw_chips()
        self._draw_tray()

    # for the page

    def set_catalog(self, catalog: Catalog, index: BrowseIndex) -> None:
        """Shows this catalog; filters, sorting and selection stay."""
        self._catalog, self._index = catalog, index
        self.compared = tuple(id for id in self.compared if id in catalog.model_by_id)
        self.table.set_rows(index.models)
        self._draw_chips()
        self._draw_tray()
        self._tell()

    @property
    def words(self) -> str:
        """What is looked for in the search field."""
        return self.table.filter_field.text().strip()

    @property
    def found_alone(self) -> tuple[tuple[str, int], ...]:
        """Each word looked for, with how many models hold it and pass the conditions."""
        return tuple((term, len(self._arranged(f'"{term}"', "", descending=False))) for term in terms(self.words))

    @property
    def shown_count(self) -> int:
        return self.table.model.rowCount()

    def set_filter(self, wanted: CatalogFilter) -> None:
        """Shows the models that pass; remembered for the next start."""
        self.wanted = wanted
        self._settings.set(FILTER_KEY, wanted.as_plain())
        self.table.rearrange()
        self._draw_chips()
        self._tell()
        if self._panel is not None:
            self._panel.show_count(self.shown_count, len(self.table.model.rows))

    def open_must_have(self) -> None:
        """The panel of all conditions; the table behind it follows."""
        if self._catalog is None:
            return
        panel = MustHave(self.wanted, self._catalog, self)
        panel.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        panel.changed.connect(self.set_filter)
        panel.kept.connect(self.keep_view)
        panel.finished.connect(lambda _result: self._forget_panel())
        self._panel = panel
        panel.show_count(self.shown_count, len(self.table.model.rows))
        panel.open()

    def keep_view(self, name: str) -> None:
        """Keeps the conditions under a name."""
        self._settings.set(VIEWS_KEY, {**self._kept_views(), name: self.wanted.as_plain()})
        self._fill_views()

    def toggle_compared(self, model_id: str) -> None:
        """Puts a model aside to compare it, or takes it away; at most four."""
        if model_id in self.compared:
            self.compared = tuple(id for id in self.compared if id != model_id)
        elif len(self.compared) < MOST_COMPARED:
            self.compared = (*self.compared, model_id)
        self._draw_tray()

    # inside

    def _make_table(self) -> DataTable[Model]:
        table: DataTable[Model] = DataTable(
            "catalog",
            _columns(self._developer),
            row_id=lambda m: m.id,
            name="Models",
            settings=self._settings,
            faint=lambda m: m.lifecycle.status is LifecycleStatus.RETIRED,
            arrange=self._arranged,
            filter_hint="Search name, maker, provider, licence, kind, abilities, notes",
            visible_rows=8,
        )
        table.picked.connect(self.picked)
        table.opened.connect(self.opened)
        table.filtered.connect(lambda _count: self._tell())
        row = table.filter_row
        must = button("Must have …", self.open_must_have, hint="Conditions that every model shown fulfils")
        row.insertWidget(0, must)
        row.insertWidget(1, self._views)
        table.sort_by("name")
        return table

    def _arranged(self, words: str, column: str, descending: bool) -> Sequence[int]:
        if self._index is None:
            return ()
        return self._index.arranged(self.wanted, words, column, descending=descending)

    def _developer(self, model: Model) -> str:
        found = self._catalog.developer_by_id.get(model.developer) if self._catalog else None
        return found.name if found else model.developer

    def _tell(self) -> None:
        self.shown.emit(self.shown_count)

    def _forget_panel(self) -> None:
        self._panel = None

    def _draw_chips(self) -> None:
        _empty(self._chips)
        for name in self.wanted.active:
            words = condition(self.wanted, name, self._catalog)
            self._chips.addWidget(_chip(words, f"Remove the condition: {words}", partial(self._drop, name)))
        if len(self.wanted.active) > 1:
            self._chips.addWidget(button("Clear all", lambda: self.set_filter(CatalogFilter()), kind="link"))
        self._conditions.setVisible(bool(self.wanted.active))

    def _drop(self, name: str) -> None:
        self.set_filter(self.wanted.without(name))

    def _draw_tray(self) -> None:
        _empty(self._tray_flow)
        known: Mapping[str, Model] = self._catalog.model_by_id if self._catalog else {}
        for id in self.compared:
            name = known[id].name if id in known else id
            hint = f"Take {name} out of the comparison"
            self._tray_flow.addWidget(_chip(name, hint, partial(self.toggle_compared, id)))
        if len(self.compared) >= 2:
            words = f"Compare {len(self.compared)} side by side"
            self._tray_flow.addWidget(button(words, lambda: self.compare.emit(self.compared)))
        elif self.compared:
            more = Words("Put one more model aside to compare them.", "muted")
            more.setWordWrap(False)
            self._tray_flow.addWidget(more)
        self._tray.setVisible(bool(self.compared))

    def _kept_views(self) -> dict[str, Json]:
        kept = self._settings.get(VIEWS_KEY, {})
        return dict(kept) if isinstance(kept, dict) else {}

    def _fill_views(self) -> None:
        menu = self._views.menu()
        assert isinstance(menu, QMenu)
        menu.clear()
        kept = self._kept_views()
        menu.addAction("All models", lambda: self.set_filter(CatalogFilter()))
        for name, plain in kept.items():
            menu.addAction(name, partial(self._show_view, plain))
        if kept:
            forget = menu.addMenu("Forget a view")
            for name in kept:
                forget.addAction(name, partial(self._forget_view, name))

    def _show_view(self, plain: Json) -> None:
        self.set_filter(CatalogFilter.from_plain(plain))

    def _forget_view(self, name: str) -> None:
        kept = self._kept_views()
        kept.pop(name, None)
        self._settings.set(VIEWS_KEY, kept)
        self._fill_views()


def _columns(developer: Callable[[Model], str]) -> tuple[Column[Model], ...]:
    return (
        Column("name", "Model", lambda m: m.name, aside=developer, mark=_yours, width=250, stretch=True),
        Column("kind", "Kind", say.kind, width=112, gives_way=1),
        Column("context", "Context", lambda m: say.count(m.context_tokens), unit="tokens", right=True, width=88),
        Column(
            "input",
            "Input",
            lambda m: say.dollars(say.price(m, "input_usd_per_mtok")),
            unit="$ per M",
            right=True,
            span=lambda m: say.band(m.cheapest_offer, "input_usd_per_mtok"),
            hint=say.price_hint,
            width=104,
        ),
        Column(
            "output",
            "Output",
            lambda m: say.dollars(say.price(m, "output_usd_per_mtok")),
            unit="$ per M",
            right=True,
            span=lambda m: say.band(m.cheapest_offer, "output_usd_per_mtok"),
            hint=say.price_hint,
            width=104,
        ),
        Column("size", "Size", _size, unit="billion", right=True, width=72, hint=_size_hint, gives_way=2),
        Column("status", "Status", _status, mark=say.status_mark, width=110, hint=_status_hint),
        Column("licence", "Licence", lambda m: m.licence.name or UNKNOWN, width=150, hint=_licence_hint, gives_way=3),
    )


def _yours(model: Model) -> Mark | None:
    yours = model.origin is Origin.YOURS or any(offer.origin is Origin.YOURS for offer in model.offers)
    return say.YOURS_MARK if yours else None


def _size(model: Model) -> str:
    return UNKNOWN if model.params_total_b is None else f"{model.params_total_b:,g}"


def _size_hint(model: Model) -> str:
    return "Its maker does not say." if model.params_total_b is None else say.size(model)


def _status(model: Model) -> str:
    return model.lifecycle.status.value


def _status_hint(model: Model) -> str:
    ends = f"Ends on {model.lifecycle.shutdown_date}." if model.lifecycle.shutdown_date else ""
    after = f" Replaced by {model.lifecycle.replacement}." if model.lifecycle.replacement else ""
    return f"{ends}{after}".strip()


def _licence_hint(model: Model) -> str:
    return f"Commercial use {say.COMMERCIAL_WORDS[model.licence.commercial_use]}"


def _chip(words: str, hint: str, run: Callable[[], object]) -> QWidget:
    """Something that is taken away with a click."""
    made = button(f"{words}  ✕", run, kind="chip", hint=hint)
    made.setAccessibleName(hint)
    return made


def _empty(flow: FlowLayout) -> None:
    while (item := flow.takeAt(0)) is not None:
        if (old := item.widget()) is not None:
            old.hide()
            old.deleteLater()

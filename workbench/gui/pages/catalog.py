"""Catalog: every model the workbench knows, with the source and date of each fact."""

from __future__ import annotations

from typing import ClassVar

from workbench.analysis import words
from workbench.domain.catalog import Catalog
from workbench.domain.model import LifecycleStatus, Model, ModelKind
from workbench.domain.offer import Offer
from workbench.domain.scenario import Scenario
from workbench.gui.explanation import Explanation, Row, Section
from workbench.gui.pages.base import House, Page, PageAction
from workbench.gui.selection import Picked
from workbench.gui.theme import Tone
from workbench.gui.widgets.fields import ChipsField, Choice
from workbench.gui.widgets.rows import UNKNOWN, Column, Mark
from workbench.gui.widgets.state import ErrorBox
from workbench.gui.widgets.table import DataTable
from workbench.services.catalog import CatalogService

KIND = "model"
FILTERS_KEY = "catalog/filters"
FILTERS = (
    Choice("open", "Open weights", "Models you can run yourself"),
    Choice("active", "Active", "Neither deprecated nor retired"),
    Choice("vision", "Reads pictures"),
    Choice("tools", "Calls tools"),
    Choice("commercial", "Commercial use allowed", "Without conditions beyond the usual"),
)
KIND_WORDS = {
    ModelKind.LLM: "language",
    ModelKind.MULTIMODAL: "multimodal",
    ModelKind.IMAGE: "image",
    ModelKind.AUDIO_IN: "speech to text",
    ModelKind.AUDIO_OUT: "text to speech",
    ModelKind.CODE: "code",
    ModelKind.EMBEDDING: "embedding",
    ModelKind.RERANKER: "reranker",
}
GONE = {LifecycleStatus.DEPRECATED, LifecycleStatus.RETIRED}


class CatalogPage(Page):
    """A filtered table of models; the inspector holds the facts of the selected one."""

    id: ClassVar[str] = "catalog"
    title: ClassVar[str] = "Catalog"
    icon: ClassVar[str] = "catalog"
    needs: ClassVar[tuple[str, ...]] = ("catalog",)

    def __init__(self, *, house: House, catalog: CatalogService) -> None:
        super().__init__(house=house)
        self._service = catalog
        self._catalog: Catalog | None = None
        self._error = ErrorBox()
        self._filters = ChipsField("Show only", FILTERS)
        remembered = house.settings.get(FILTERS_KEY, [])
        self._filters.set_value([str(item) for item in remembered] if isinstance(remembered, list) else ())
        self._filters.changed.connect(self._filter_changed)
        self._table = self._make_table()
        self.body.addWidget(self._error)
        self.body.addWidget(self._filters)
        self.body.addWidget(self._table, 1)
        house.selection.changed.connect(self._selection_changed)
        house.tasks.start(catalog.catalog, lane="pool", done=self._draw, failed=self._error.show_error, owner=self)

    def _make_table(self) -> DataTable[Model]:
        table: DataTable[Model] = DataTable(
            "catalog",
            (
                Column("name", "Model", lambda m: m.name, aside=self._developer, width=220, stretch=True),
                Column("kind", "Kind", _kind, width=112),
                Column(
                    "context",
                    "Context",
                    lambda m: UNKNOWN if m.context_tokens is None else f"{m.context_tokens:,}",
                    unit="tokens",
                    right=True,
                    sort=lambda m: m.context_tokens,
                    width=86,
                ),
                Column(
                    "input",
                    "Input",
                    lambda m: _price(m, "input_usd_per_mtok"),
                    unit="$ per M",
                    right=True,
                    sort=lambda m: _price_value(m, "input_usd_per_mtok"),
                    hint=_price_hint,
                    width=80,
                ),
                Column(
                    "output",
                    "Output",
                    lambda m: _price(m, "output_usd_per_mtok"),
                    unit="$ per M",
                    right=True,
                    sort=lambda m: _price_value(m, "output_usd_per_mtok"),
                    hint=_price_hint,
                    width=80,
                ),
                Column("status", "Status", lambda m: m.lifecycle.status.value, mark=_status_mark, width=110),
            ),
            row_id=lambda m: m.id,
            name="Models",
            settings=self.house.settings,
            faint=lambda m: m.lifecycle.status is LifecycleStatus.RETIRED,
            filter_hint="Filter by name, developer, kind or status",
            visible_rows=12,
        )
        table.picked.connect(lambda id: self.house.selection.pick(KIND, id))
        return table

    def show_scenario(self, scenario: Scenario | None) -> None:
        """The catalog is the same for every scenario."""
        super().show_scenario(scenario)
        self._explain_selected()

    def arrive(self, payload: object) -> None:
        """A model's id selects it."""
        if isinstance(payload, str):
            self.house.selection.pick(KIND, payload)

    def page_actions(self) -> tuple[PageAction, ...]:
        return (
            PageAction("Copy the models shown as Markdown", lambda: self._table.copy(self._table.as_markdown)),
            PageAction("Copy the models shown as CSV", lambda: self._table.copy(self._table.as_csv)),
        )

    def _draw(self, catalog: Catalog) -> None:
        self._catalog = catalog
        open_weights = sum(model.open_weights for model in catalog.models)
        self.header.set_answer(
            f"{len(catalog.models)} models by {len(catalog.developers)} developers, {open_weights} with open weights.",
            f"Facts collected on {words.day(catalog.collected)}. The inspector gives each figure's source and date.",
        )
        self._draw_rows()

    def _draw_rows(self) -> None:
        if self._catalog is not None:
            wanted = set(self._filters.value)
            self._table.set_rows(model for model in self._catalog.models if _passes(model, wanted))
            self._table.select(self.house.selection.id_of(KIND))

    def _filter_changed(self, values: tuple[str, ...]) -> None:
        self.house.settings.set(FILTERS_KEY, list(values))
        self._draw_rows()

    def _developer(self, model: Model) -> str:
        found = self._catalog.developer_by_id.get(model.developer) if self._catalog else None
        return found.name if found else model.developer

    def _selection_changed(self, picked: Picked | None) -> None:
        self._table.select(picked.id if picked is not None and picked.kind == KIND else "")
        if self.isVisible():
            self._explain_selected()

    def _explain_selected(self) -> None:
        model = self._catalog.model_by_id.get(self.house.selection.id_of(KIND)) if self._catalog else None
        self.explain.emit(None if model is None or self._catalog is None else explanation(model, self._catalog))


def _kind(model: Model) -> str:
    return f"{KIND_WORDS[model.kind]}, {'open' if model.open_weights else 'closed'}"


def _passes(model: Model, wanted: set[str]) -> bool:
    tests = {
        "open": model.open_weights,
        "active": model.lifecycle.status not in GONE,
        "vision": model.capabilities.vision is True,
        "tools": model.capabilities.tools is True,
        "commercial": model.licence.commercial_use == "allowed",
    }
    return all(tests[name] for name in wanted if name in tests)


def _status_mark(model: Model) -> Mark | None:
    match model.lifecycle.status:
        case LifecycleStatus.ACTIVE:
            return Mark(Tone.GOOD)
        case LifecycleStatus.DEPRECATED | LifecycleStatus.PREVIEW:
            return Mark(Tone.CAUTION)
        case LifecycleStatus.RETIRED:
            return Mark(Tone.BAD)
        case _:
            return None


def _price_value(model: Model, field: str) -> float | None:
    offer = model.cheapest_offer
    return getattr(offer.prices, field) if offer is not None else None


def _price(model: Model, field: str) -> str:
    value = _price_value(model, field)
    return UNKNOWN if value is None else f"{value:,.2f}"


def _price_hint(model: Model) -> str:
    offer = model.cheapest_offer
    if offer is None:
        return "No provider quotes a price per token."
    cheapest = f"the cheapest of {len(model.offers)}: {offer.provider}, as of {words.day(offer.as_of)}"
    return f"USD per million tokens, {cheapest}"


def explanation(model: Model, catalog: Catalog) -> Explanation:
    """Everything the catalog says of one model, with sources."""
    sections = [
        Section("Facts", tuple(Row(text) for text in _facts(model))),
        Section("Offers", tuple(Row(_offer_words(offer, catalog)) for offer in model.offers)),
        Section("Published scores", tuple(Row(text) for text in _scores(model, catalog))),
    ]
    sources = [
        f"{name.replace('_', ' ')}: {found.source}{'' if found.read else ' (not opened)'}"
        for name, found in model.provenance.items()
    ]
    sources += [f"{offer.provider}: {offer.source}, as of {words.day(offer.as_of)}" for offer in model.offers]
    return Explanation(
        model.name,
        f"{KIND_WORDS[model.kind]} · {model.lifecycle.status.value}",
        tuple(section for section in sections if section.rows),
        tuple(dict.fromkeys(sources)),
    )


def _facts(model: Model) -> list[str]:
    released = f", released {model.release_date}" if model.release_date else ""
    lines = [f"{'Open' if model.open_weights else 'Closed'} weights{released}"]
    lines.append(
        f"Takes {', '.join(sorted(model.input_modalities))}; makes {', '.join(sorted(model.output_modalities))}"
    )
    if model.params_total_b is not None:
        active = f", {model.params_active_b:g} B active" if model.params_active_b != model.params_total_b else ""
        lines.append(f"{model.params_total_b:g} B parameters{active if model.params_active_b else ''}")
    if model.context_tokens is not None:
        out = f", up to {model.max_output_tokens:,} out" if model.max_output_tokens else ""
        lines.append(f"{model.context_tokens:,} tokens of context{out}")
    licence = model.licence.name or "unknown licence"
    lines.append(f"{licence}: commercial use {model.licence.commercial_use.value}")
    lines += [note for note in (model.licence.note, model.lifecycle.note, *model.notes) if note]
    if model.lifecycle.shutdown_date:
        after = f"; replaced by {model.lifecycle.replacement}" if model.lifecycle.replacement else ""
        lines.append(f"Shut down on {model.lifecycle.shutdown_date}{after}")
    return lines


def _offer_words(offer: Offer, catalog: Catalog) -> str:
    provider = catalog.provider_by_id.get(offer.provider)
    prices = offer.prices
    parts = [
        f"${value:g} {word}"
        for value, word in ((prices.input_usd_per_mtok, "in"), (prices.output_usd_per_mtok, "out"))
        if value is not None
    ]
    quoted = " / ".join(parts) + " per M tokens" if parts else "; ".join(f"{k} {v:g}" for k, v in offer.other_usd)
    name = provider.name if provider else offer.provider
    return f"{name}: {quoted or 'no price'} ({offer.confidence.value} confidence, {offer.as_of})"


def _scores(model: Model, catalog: Catalog) -> list[str]:
    lines = []
    for score in model.scores:
        benchmark = catalog.benchmark_by_id.get(score.benchmark)
        name = benchmark.name if benchmark else score.benchmark
        unit = " %" if score.unit == "percent" else f" {score.unit}"
        variant = f", {score.variant}" if score.variant else ""
        lines.append(f"{name}: {score.value:g}{unit} ({score.as_of}{variant})")
    return lines

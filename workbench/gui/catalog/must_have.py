"""The panel of must-haves: every condition a model has to fulfil, and a name to keep them under."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QDialog, QFormLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workbench.domain.catalog import Catalog
from workbench.domain.catalog_filters import CatalogFilter, Life
from workbench.domain.model import ModelKind
from workbench.gui.catalog.filter_words import FLAG_WORDS, LIFE_WORDS
from workbench.gui.catalog.model_words import KIND_WORDS
from workbench.gui.theme import Space, fitting
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.fields import ChipsField, Choice, NumberField, TextField
from workbench.gui.widgets.scroller import ColumnScroller
from workbench.gui.widgets.text import Words

_MODALITIES = ("text", "image", "audio", "video", "pdf")
_MOST_LICENCES = 12
_LISTS = {"regions": "Processed in", "licences": "Licence", "providers": "Sold by", "developers": "Made by"}
_NUMBERS = {
    "context_tokens": ("Context at least", "tokens"),
    "input_usd": ("Input at most", "USD per million tokens"),
    "output_usd": ("Output at most", "USD per million tokens"),
    "params_b": ("Size at most", "billion parameters"),
    "retention_days": ("Data kept at most", "days; 0: zero retention"),
}


class MustHave(QDialog):
    """Sends `changed` (CatalogFilter) at every change, so that the table behind follows; `kept` (name) to keep it."""

    changed = Signal(object)
    kept = Signal(str)

    def __init__(self, wanted: CatalogFilter, catalog: Catalog, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("must-have")
        self.setWindowTitle("What a model must have")
        self.setMinimumSize(fitting(self, 560, 480))
        self._wanted = wanted
        self._chips: dict[str, ChipsField[str]] = {}
        self._numbers: dict[str, NumberField] = {}
        self._life = _life_box()
        self._life.currentIndexChanged.connect(lambda _place: self._take("life", self._life.currentData()))
        self._answer = Words("", "answer")
        self._name = TextField("A name for these conditions", placeholder="Keep them as …", max_length=60)
        self._make_fields(catalog)
        self._lay_out()
        self.show_filter(wanted)

    @property
    def wanted(self) -> CatalogFilter:
        return self._wanted

    def show_count(self, shown: int, total: int) -> None:
        """How many models pass now."""
        self._answer.set_text(f"**{shown:,} of {total:,} models** pass.")

    def show_filter(self, wanted: CatalogFilter) -> None:
        """Shows these conditions; sends nothing."""
        self._wanted = wanted
        for name, field in self._chips.items():
            if name != "flags":
                field.set_value(getattr(wanted, name))
        self._chips["flags"].set_value(name for name in FLAG_WORDS if getattr(wanted, name))
        for name, number in self._numbers.items():
            number.set_value(getattr(wanted, name))
        self._life.blockSignals(True)
        self._life.setCurrentIndex(self._life.findData(wanted.life))
        self._life.blockSignals(False)

    def _make_fields(self, catalog: Catalog) -> None:
        flags = [Choice(name, title) for name, title in FLAG_WORDS.items()]
        self._add_chips("flags", "Must have", flags)
        self._add_chips("kinds", "Kind", [Choice(kind.value, KIND_WORDS[kind]) for kind in ModelKind])
        self._add_chips("reads", "Reads", [Choice(name, name) for name in _MODALITIES])
        self._add_chips("makes", "Makes", [Choice(name, name) for name in _MODALITIES])
        self._add_chips("regions", "Processed in", [Choice(name, name) for name in _regions(catalog)])
        self._add_chips("licences", "Licence", [Choice(name, name) for name in _licences(catalog)])
        sold = {offer.provider for model in catalog.models for offer in model.offers}
        sellers = [item for item in catalog.providers if item.id in sold]
        self._add_chips("providers", "Sold by", [Choice(item.id, item.name) for item in sellers])
        makers = sorted(catalog.developers, key=lambda item: item.name.casefold())
        self._add_chips("developers", "Made by", [Choice(item.id, item.name) for item in makers])
        for name, (title, unit) in _NUMBERS.items():
            field = NumberField(title, unit=unit, low=0, width=110)
            field.changed.connect(lambda value, name=name: self._take(name, value))
            self._numbers[name] = field

    def _add_chips(self, name: str, title: str, choices: Sequence[Choice[str]]) -> None:
        field = ChipsField(title, choices)
        field.changed.connect(lambda values, name=name: self._chosen(name, values))
        self._chips[name] = field

    def _lay_out(self) -> None:
        scroller = ColumnScroller()
        put = scroller.column.addWidget
        put(self._chips["flags"])
        for name, title in (("kinds", "Kind"), ("reads", "Reads"), ("makes", "Makes")):
            put(Words(title, "heading"))
            put(self._chips[name])
        put(Words("Figures", "heading"))
        put(self._figures())
        for name, title in _LISTS.items():
            put(Words(title, "heading"))
            put(self._chips[name])
        scroller.column.addStretch(1)
        column = QVBoxLayout(self)
        column.setSpacing(Space.M)
        column.addWidget(self._answer)
        column.addWidget(scroller, 1)
        column.addLayout(self._foot())

    def _figures(self) -> QWidget:
        """The numbers and the lifecycle, each with its label."""
        inside = QWidget()
        form = QFormLayout(inside)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(Space.S)
        form.setHorizontalSpacing(Space.L)
        for name, (title, _unit) in _NUMBERS.items():
            label = QLabel(title)
            label.setBuddy(self._numbers[name].edit)
            form.addRow(label, self._numbers[name])
        life = QLabel("Lifecycle")
        life.setBuddy(self._life)
        form.addRow(life, self._life)
        return inside

    def _foot(self) -> QHBoxLayout:
        keep = button("Keep", self._keep, hint="Keeps these conditions under the name, to choose them again later")
        self._name.returnPressed.connect(self._keep)
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        row.addWidget(self._name, 1)
        row.addWidget(keep)
        row.addSpacing(Space.L)
        row.addWidget(button("Clear all", lambda: self._show_and_send(CatalogFilter())))
        row.addWidget(button("Done", self.accept, kind="main"))
        return row

    def _keep(self) -> None:
        name = self._name.text().strip()
        if name:
            self.kept.emit(name)
            self._name.clear()
            self._name.setPlaceholderText(f"Kept as “{name}”")

    def _chosen(self, name: str, values: tuple[str, ...]) -> None:
        if name != "flags":
            self._take(name, values)
            return
        flags: dict[str, Any] = {flag: flag in values for flag in FLAG_WORDS}
        self._send(replace(self._wanted, **flags))

    def _take(self, name: str, value: Any) -> None:
        self._send(replace(self._wanted, **{name: value}))

    def _show_and_send(self, wanted: CatalogFilter) -> None:
        self.show_filter(wanted)
        self.changed.emit(wanted)

    def _send(self, wanted: CatalogFilter) -> None:
        if wanted != self._wanted:
            self._wanted = wanted
            self.changed.emit(wanted)


def _life_box() -> QComboBox:
    box = QComboBox()
    box.setAccessibleName("Lifecycle")
    for life in Life:
        box.addItem(LIFE_WORDS[life], life)
    return box


def _regions(catalog: Catalog) -> list[str]:
    found = {region for provider in catalog.providers for region in provider.regions}
    found |= {region for provider in catalog.providers for mode in provider.modes for region in mode.regions}
    return sorted(found - {"global"})


def _licences(catalog: Catalog) -> list[str]:
    """The licences that most models have."""
    counts: dict[str, int] = {}
    for model in catalog.models:
        if model.licence.name:
            counts[model.licence.name] = counts.get(model.licence.name, 0) + 1
    most = sorted(counts, key=lambda name: (-counts[name], name))[:_MOST_LICENCES]
    return sorted(most, key=str.casefold)

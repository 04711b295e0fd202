"""Options: buy, build and blend side by side, which one and why, and what would change our mind."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from workbench.analysis.chartspec import Chart
from workbench.domain.changes import Changes
from workbench.domain.figures import Figure, Origin
from workbench.domain.option import DataFlow, Option, OptionDraft, OptionSet
from workbench.domain.scenario import Scenario
from workbench.gui.explanation import Explanation, InspectorAction, Row, Section
from workbench.gui.forms.option_form import OptionForm, blank_option, free_id
from workbench.gui.pages.base import House, Page, PageAction
from workbench.gui.selection import Picked
from workbench.gui.theme import Space, Tone, scaled_px
from workbench.gui.widgets.buttons import button, menu_button
from workbench.gui.widgets.card import Card
from workbench.gui.widgets.chart import ChartView
from workbench.gui.widgets.comparison import Cell, Comparison, Head
from workbench.gui.widgets.comparison import Row as GridRow
from workbench.gui.widgets.state import EmptyState, ErrorBox
from workbench.gui.widgets.text import Words
from workbench.services.options import OptionService

KIND = "option"
FLIPS_SHOWN = 5
WIDE_PX = 640
FLOW_CELL = {
    DataFlow.ALL_LEAVES: Cell("leaves", tone=Tone.BAD, hint="Every request goes to the provider"),
    DataFlow.CLEAN_LEAVES: Cell("stays", tone=Tone.GOOD, hint="Only requests without sensitive data go out"),
    DataFlow.NOTHING_LEAVES: Cell("stays", tone=Tone.GOOD, hint="Nothing leaves your machines"),
}
FIGURE_TITLES = {
    "setup_usd": "Set-up",
    "monthly_usd": "A month",
    "weeks": "Ready in",
    "quality": "Quality",
    "privacy": "Privacy",
    "independence": "Independence of one vendor",
}
ORIGIN_WORDS = {
    Origin.CATALOG: "from the catalog",
    Origin.COMPUTED: "computed",
    Origin.MEASURED: "measured",
    Origin.YOURS: "yours",
    Origin.ASSUMED: "assumed",
}


class OptionsPage(Page):
    """The comparison, the two charts that carry it, and the flips."""

    id: ClassVar[str] = "options"
    title: ClassVar[str] = "Options"
    icon: ClassVar[str] = "options"
    needs: ClassVar[tuple[str, ...]] = ("options",)

    def __init__(self, *, house: House, options: OptionService) -> None:
        super().__init__(house=house)
        self._service = options
        self._shown: OptionSet | None = None
        self._asked_for = 0
        add = menu_button(
            "Add an option",
            {"Propose from the shortlist": self.propose, "Write one myself": self.write_one},
        )
        self.header.add_button(add)
        self.header.add_button(button("Decide", lambda: self.navigate.emit("decide", None), kind="main"))
        self._error = ErrorBox()
        self._empty = EmptyState(
            "Options are the answers you choose between: buy, build or blend.",
            "Propose from the shortlist",
            self.propose,
            icon="options",
            detail="The best of each is computed from your shortlist and workload; you can change every figure.",
        )
        self._empty.add_action("Write one myself", self.write_one)
        self._grid = Comparison("Options side by side")
        self._grid.picked.connect(lambda id: house.selection.pick(KIND, id))
        self._charts = {"cumulative": ChartView(height=250), "tornado": ChartView(height=250)}
        self._chart_row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._flips = Card("What would change our mind")
        self._notes = Card("Mind")
        self._lay_out_page()
        house.selection.changed.connect(self._selection_changed)

    def _lay_out_page(self) -> None:
        self.body.addWidget(self._error)
        self.body.addWidget(self._empty, 1)
        self._content = QWidget()
        column = QBoxLayout(QBoxLayout.Direction.TopToBottom, self._content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        column.addWidget(self._proposal_row())
        column.addWidget(self._grid)
        self._chart_row.setSpacing(Space.M)
        self._chart_cards = {}
        for name, view in self._charts.items():
            card = Card()
            card.body.addWidget(view)
            self._chart_cards[name] = card
            self._chart_row.addWidget(card, 1)
        column.addLayout(self._chart_row)
        column.addWidget(self._flips)
        column.addWidget(self._notes)
        column.addStretch(1)
        self.body.addWidget(self._content)

    def _proposal_row(self) -> QWidget:
        """Says that these options are computed, until the person keeps or changes one."""
        self._proposed = QWidget()
        row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self._proposed)
        row.setContentsMargins(0, 0, 0, 0)
        words = "Proposed from your shortlist and workload. They follow your answers until you keep them."
        row.addWidget(Words(words), 1)
        row.addWidget(button("Keep these options", self._keep_proposals))
        return self._proposed

    def show_scenario(self, scenario: Scenario | None) -> None:
        """Computes the options again in the background; the newest answer is drawn."""
        super().show_scenario(scenario)
        self.setEnabled(scenario is not None)
        if scenario is None:
            self.explain.emit(None)
            return
        self._asked_for += 1
        number = self._asked_for
        self.house.tasks.start(
            lambda: self._compute(scenario),
            lane="pool",
            done=lambda found: self._draw(*found) if number == self._asked_for else None,
            failed=self._error.show_error,
            owner=self,
        )

    def refresh(self, changes: Changes) -> None:
        """New evidence or prices move the computed figures."""
        if changes.evals or changes.catalog:
            self.show_scenario(self.scenario)

    def page_actions(self) -> tuple[PageAction, ...]:
        return (
            PageAction("Propose options from the shortlist", self.propose),
            PageAction("Add an option of my own", self.write_one),
            PageAction("Edit the selected option", self._edit_selected),
            PageAction("Copy the options as Markdown", self._copy),
        )

    def _compute(self, scenario: Scenario) -> tuple[OptionSet, dict[str, Chart]]:
        found = self._service.options(scenario)
        return found, dict(self._service.charts(found))

    def _draw(self, found: OptionSet, charts: dict[str, Chart]) -> None:
        self._shown = found
        self._error.clear()
        self._empty.setVisible(not found.options)
        self._content.setVisible(bool(found.options))
        proposed = bool(found.options) and self.scenario is not None and not self.scenario.options
        self._proposed.setVisible(proposed)
        self.header.set_answer(found.recommendation.sentence, found.recommendation.detail)
        self._grid.set_content([_head(option) for option in found.options], _rows(found))
        self._grid.select(self.house.selection.id_of(KIND))
        for name, view in self._charts.items():
            chart = charts.get(name)
            self._chart_cards[name].setVisible(chart is not None)
            if chart is not None:
                self._chart_cards[name].set_title(chart.title)
                view.set_chart(chart)
        _fill(self._flips, [Words(flip.text) for flip in found.flips[:FLIPS_SHOWN]])
        break_evens = [Words(item.text) for item in found.breakevens[:2]]
        _fill(self._notes, [*(Words(note) for note in found.notes), *break_evens])
        if not self.house.selection.id_of(KIND) and found.recommendation.option:
            self.house.selection.pick(KIND, found.recommendation.option)
        self._explain_selected()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Charts stand side by side where there is room, else below each other."""
        super().resizeEvent(event)
        wide = self.width() > scaled_px(self, WIDE_PX)
        direction = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        self._chart_row.setDirection(direction)

    # what the person does

    def propose(self) -> None:
        """Adds what the workbench would propose, under ids that are free."""
        scenario = self.scenario
        if scenario is not None:
            self.house.tasks.start(
                lambda: self._service.propose(scenario),
                lane="pool",
                done=self._add,
                failed=self._error.show_error,
                owner=self,
            )

    def _add(self, drafts: tuple[OptionDraft, ...]) -> None:
        kept = self._kept()
        if kept is None:
            return
        options = list(kept.options)
        for draft in drafts:
            taken = {option.id for option in options}
            options.append(draft if draft.id not in taken else replace(draft, id=free_id(taken)))
        self.begin_edit(replace(kept, options=tuple(options)), "Propose options")

    def write_one(self) -> None:
        kept = self._kept()
        if kept is not None:
            self._edit(blank_option({draft.id for draft in kept.options}))

    def _kept(self) -> Scenario | None:
        """The scenario, with the proposals shown as its own options when it has none: what every edit starts from."""
        if self.scenario is None or self._shown is None:
            return self.scenario
        return self._service.keep(self.scenario, self._shown)

    def _keep_proposals(self) -> None:
        kept = self._kept()
        if kept is not None:
            self.begin_edit(kept, "Keep the proposed options")

    def _edit_selected(self) -> None:
        option = self._selected()
        if option is not None:
            self._edit(option.draft)

    def _edit(self, draft: OptionDraft) -> None:
        """Opens the form; its result replaces the option with that id, or is added."""
        form = OptionForm(draft, computed=self._figures_of(draft.id), parent=self)
        kept = self._kept()
        if form.exec() and kept is not None:
            new = form.draft()
            known = any(option.id == draft.id for option in kept.options)
            options = tuple(new if option.id == draft.id else option for option in kept.options)
            self.begin_edit(replace(kept, options=options if known else (*options, new)), f"Edit option {new.id}")

    def _figures_of(self, id: str) -> dict[str, Figure]:
        option = next((o for o in (self._shown.options if self._shown else ()) if o.id == id), None)
        return dict(option.figures) if option is not None else {}

    def _remove(self, id: str) -> None:
        kept = self._kept()
        if kept is not None:
            left = tuple(draft for draft in kept.options if draft.id != id)
            self.begin_edit(replace(kept, options=left), f"Remove option {id}")

    def _duplicate(self, draft: OptionDraft) -> None:
        kept = self._kept()
        if kept is not None:
            copy = replace(draft, id=free_id({d.id for d in kept.options}), name=f"{draft.name}, copy", proposed=False)
            self.begin_edit(replace(kept, options=(*kept.options, copy)), f"Copy option {draft.id}")

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._grid.as_markdown())

    # the inspector

    def _selection_changed(self, picked: Picked | None) -> None:
        self._grid.select(picked.id if picked is not None and picked.kind == KIND else "")
        if self.isVisible():
            self._explain_selected()

    def _selected(self) -> Option | None:
        wanted = self.house.selection.id_of(KIND)
        return next((o for o in (self._shown.options if self._shown else ()) if o.id == wanted), None)

    def _explain_selected(self) -> None:
        option = self._selected()
        if option is None or self._shown is None:
            self.explain.emit(None)
            return
        actions = (
            InspectorAction("Edit", self._edit_selected),
            InspectorAction("Copy", lambda: self._duplicate(option.draft)),
            InspectorAction("Remove", lambda: self._remove(option.id), "Undo with Ctrl+Z"),
        )
        self.explain.emit(_explanation(option, self._shown, actions))


def _fill(card: Card, rows: list[Words]) -> None:
    while (item := card.body.takeAt(0)) is not None:
        if (old := item.widget()) is not None:
            old.hide()
            old.deleteLater()
    for row in rows:
        card.body.addWidget(row)
    card.setVisible(bool(rows))


def _head(option: Option) -> Head:
    return Head(option.id, f"{option.id} · {option.draft.strategy.value}", option.name)


def _rows(found: OptionSet) -> tuple[GridRow, ...]:
    horizon = found.horizon_months
    best = max((option.best_probability for option in found.options), default=0.0)
    leader = found.recommendation.option
    return (
        GridRow("Set-up", tuple(_money(option, "setup_usd") for option in found.options)),
        GridRow("A month", tuple(_money(option, "monthly_usd") for option in found.options)),
        GridRow(
            f"{horizon} months",
            tuple(Cell(f"${option.tco_usd[horizon]:,.0f}") for option in found.options),
            hint="Set-up and monthly cost added up, not discounted",
        ),
        GridRow("Sensitive requests", tuple(FLOW_CELL[option.draft.data_flow] for option in found.options)),
        GridRow("Ready in", tuple(_weeks(option) for option in found.options)),
        GridRow("Quality, of 100", tuple(_plain(option, "quality") for option in found.options)),
        GridRow(
            "Independence, of 100",
            tuple(_plain(option, "independence") for option in found.options),
            hint="How easily you can leave: the opposite of lock-in",
        ),
        GridRow(
            "Score",
            tuple(Cell(f"{option.score:.3f}", strong=option.id == leader) for option in found.options),
            hint="Weights times values on fixed scales; 1 is best on every criterion",
        ),
        GridRow(
            "Best, of 20,000 draws",
            tuple(
                Cell(f"{option.best_probability * 100:.0f} %", strong=option.best_probability == best)
                for option in found.options
            ),
            hint="How often it comes first when only the order of your weights is taken as known",
        ),
    )


def _money(option: Option, name: str) -> Cell:
    figure = option.figures[name]
    value = figure.value
    width = "" if value.is_exact else f"{_short(value.low)}–{_short(value.high)}"
    return Cell(f"${value.likely:,.0f}", width, hint=_origin(figure))


def _short(value: float) -> str:
    return f"{value / 1000:.1f}k".replace(".0k", "k") if value >= 1000 else f"{value:.0f}"


def _weeks(option: Option) -> Cell:
    late = any(reason.requirement == "weeks_limit" for reason in option.excluded_by)
    figure = option.figures["weeks"]
    return Cell(f"{figure.likely:g} weeks", tone=Tone.BAD if late else Tone.GOOD, hint=_origin(figure))


def _plain(option: Option, name: str) -> Cell:
    figure = option.figures.get(name)
    return (
        Cell("—", hint="Nothing is known of it yet")
        if figure is None
        else Cell(f"{figure.likely:.0f}", hint=_origin(figure))
    )


def _origin(figure: Figure) -> str:
    return ", ".join(part for part in (ORIGIN_WORDS[figure.origin], figure.source, figure.as_of) if part)


def _explanation(option: Option, found: OptionSet, actions: tuple[InspectorAction, ...]) -> Explanation:
    """Limits, models, adaptation and where the numbers of one option come from."""
    limits = tuple(
        Row(reason.text, Tone.BAD if not reason.kept else Tone.CAUTION if reason.warning else Tone.GOOD)
        for reason in option.reasons
    )
    parts = tuple(Row(f"{role.model_id}, {role.share * 100:.0f} %: {role.role}") for role in option.draft.models)
    changes = tuple(Row(flip.text, icon="swap") for flip in found.flips if flip.option == option.id)
    adaptation = tuple(Row(reason) for reason in found.adaptation.reasons)
    sections = tuple(
        Section(title, rows)
        for title, rows in (
            ("Limits", limits),
            ("Models", parts),
            ("What would change our mind", changes),
            (f"Adaptation: {found.adaptation.technique.value}", adaptation),
        )
        if rows
    )
    sources = tuple(
        f"{FIGURE_TITLES[name]}: {_origin(figure)}." for name, figure in option.figures.items() if name in FIGURE_TITLES
    )
    return Explanation(f"{option.id} · {option.draft.strategy.value}", option.draft.summary, sections, sources, actions)

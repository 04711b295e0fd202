"""Options: buy, build and blend side by side, which one and why, and what would change our mind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QWidget

from workbench.analysis.chartspec import Chart
from workbench.domain.changes import Changes
from workbench.domain.criterion import Criterion
from workbench.domain.errors import WorkbenchError
from workbench.domain.figures import Figure
from workbench.domain.option import Flip, Option, OptionDraft, OptionSet
from workbench.domain.scenario import Scenario
from workbench.domain.verdict import Hosting
from workbench.gui.explanation import InspectorAction
from workbench.gui.forms.model_roles import OfferChoice
from workbench.gui.forms.option_form import LONGEST_NAME, OptionForm, blank_option, free_id
from workbench.gui.pages.base import House, Page, PageAction
from workbench.gui.pages.option_words import explanation, head, rows, tried
from workbench.gui.selection import Picked
from workbench.gui.slices import Slices
from workbench.gui.theme import Space, scaled_px
from workbench.gui.widgets.buttons import button, menu_button
from workbench.gui.widgets.card import Card
from workbench.gui.widgets.chart import ChartView
from workbench.gui.widgets.comparison import Comparison
from workbench.gui.widgets.info import InfoButton
from workbench.gui.widgets.state import EmptyState, ErrorBox
from workbench.gui.widgets.text import Words
from workbench.gui.widgets.weights import WeightsCard
from workbench.services.evals import EvalService
from workbench.services.options import OptionService
from workbench.services.shortlist import ShortlistService

KIND = "option"
FLIPS_SHOWN = 5
BREAK_EVENS_SHOWN = 2
WIDE_PX = 640
CHART_TERMS = {"cumulative": ("crossover",), "tornado": ("tornado", "percentile")}
NOTHING_FITS = WorkbenchError(
    "Nothing on the shortlist can be made an option",
    mend="Loosen a limit: the shortlist says which would let models in. Or write an option yourself.",
)
HOSTED = {Hosting.API: "", Hosting.SELF_HOST: "own servers: ", Hosting.LOCAL_FILE: "this machine: "}


@dataclass(frozen=True, slots=True)
class Computed:
    """What one computation in the background brings: the set, its pictures, and the models to choose from."""

    found: OptionSet
    charts: Mapping[str, Chart]
    offers: tuple[OfferChoice, ...]


class OptionsPage(Page):
    """The comparison, the two charts that carry it, and the flips."""

    id: ClassVar[str] = "options"
    title: ClassVar[str] = "Options"
    icon: ClassVar[str] = "options"
    needs: ClassVar[tuple[str, ...]] = ("options", "shortlist", "evals")

    def __init__(
        self, *, house: House, options: OptionService, shortlist: ShortlistService, evals: EvalService
    ) -> None:
        super().__init__(house=house)
        self._service = options
        self._shortlist = shortlist
        self._evals = evals
        self._shown: OptionSet | None = None
        self._offers: tuple[OfferChoice, ...] = ()
        self._flips_shown: tuple[Flip, ...] = ()
        self._notes_shown: tuple[str, ...] = ()
        self._slices = Slices(self)
        self._wish: tuple[Scenario, bool] | None = None
        self._is_computing = False
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
        self._weights = WeightsCard()
        self._weights.moved.connect(self._weigh)
        self._weights.settled.connect(self._keep_weights)
        self._flips = Card("What would change our mind")
        self._flips.add_beside_title(InfoButton("flip"))
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
            for term in CHART_TERMS[name]:
                card.add_beside_title(InfoButton(term))
            self._chart_cards[name] = card
            self._chart_row.addWidget(card, 1)
        column.addLayout(self._chart_row)
        column.addWidget(self._flips)
        column.addWidget(self._weights)
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
        row.addWidget(InfoButton("proposed-option"))
        row.addWidget(button("Keep these options", self._keep_proposals))
        return self._proposed

    def show_scenario(self, scenario: Scenario | None) -> None:
        """Computes the options again in the background; the newest answer is drawn."""
        super().show_scenario(scenario)
        self.setEnabled(scenario is not None)
        if scenario is None:
            self.explain.emit(None)
            return
        self._ask(scenario)

    def _ask(self, scenario: Scenario, *, dragging: bool = False) -> None:
        """One computation at a time; while it runs only the newest wish is remembered."""
        self._wish = (scenario, dragging)
        if not self._is_computing:
            self._is_computing = True
            self._fulfil()

    def _fulfil(self) -> None:
        if self._wish is None:
            self._is_computing = False
            return
        (scenario, dragging), self._wish = self._wish, None
        self.house.tasks.start(
            lambda: self._compute(scenario),
            lane="pool",
            done=lambda made: self._arrived(scenario, made, dragging=dragging),
            failed=self._fail,
            stopped=self._fulfil,
            owner=self,
        )

    def _arrived(self, scenario: Scenario, made: Computed, *, dragging: bool) -> None:
        if self._wish is None and self.scenario is not None and self.scenario.id == scenario.id:
            self._draw(made)
            if not dragging:
                self._weights.show_criteria(made.found.criteria)
        self._fulfil()

    def _fail(self, error: WorkbenchError) -> None:
        self._error.show_error(error)
        self._fulfil()

    def _weigh(self, criteria: tuple[Criterion, ...]) -> None:
        """A weight is being dragged: show what it would do."""
        kept = self._kept()
        if kept is not None:
            self._ask(replace(kept, criteria=criteria), dragging=True)

    def _keep_weights(self, criteria: tuple[Criterion, ...]) -> None:
        kept = self._kept()
        if kept is not None:
            self.begin_edit(replace(kept, criteria=criteria), "Change what matters", merge_key="weights")

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

    def _compute(self, scenario: Scenario) -> Computed:
        evidence = self._evals.evidence(scenario.id)
        found = self._service.options(scenario, evidence=evidence)
        candidates = self._shortlist.matched(scenario, evidence=evidence).candidates
        offers = tuple(
            OfferChoice(c.model_id, c.offer_id, f"{c.model_name}, {HOSTED[c.hosting]}{c.offer_name}", c.model_name)
            for c in candidates
        )
        return Computed(found, self._service.charts(found), offers)

    def _draw(self, made: Computed) -> None:
        found = made.found
        self._shown, self._offers = found, made.offers
        self._error.clear()
        self._empty.setVisible(not found.options)
        self._content.setVisible(bool(found.options))
        proposed = bool(found.options) and self.scenario is not None and not self.scenario.options
        self._proposed.setVisible(proposed)
        self.header.set_answer(found.recommendation.sentence, found.recommendation.detail)
        if found.options:
            self._grid.set_content([head(option) for option in found.options], rows(found))
            self._grid.select(self.house.selection.id_of(KIND))
        self._slices.run(
            *(partial(self._draw_chart, name, made.charts.get(name)) for name in self._charts),
            partial(self._draw_flips, found),
            partial(self._draw_notes, found),
            self._select_something,
        )

    def _draw_chart(self, name: str, chart: Chart | None) -> None:
        self._chart_cards[name].setVisible(chart is not None)
        if chart is not None:
            self._chart_cards[name].set_title(chart.title)
            self._charts[name].set_chart(chart)

    def _draw_flips(self, found: OptionSet) -> None:
        flips = found.flips[:FLIPS_SHOWN]
        if flips != self._flips_shown:
            self._flips_shown = flips
            _fill(self._flips, [self._flip_row(flip) for flip in flips])
        self._flips.setVisible(bool(flips))

    def _draw_notes(self, found: OptionSet) -> None:
        notes = (*found.notes, *(item.text for item in found.breakevens[:BREAK_EVENS_SHOWN]))
        if notes != self._notes_shown:
            self._notes_shown = notes
            _fill(self._notes, [Words(note) for note in notes])
        self._notes.setVisible(bool(notes))

    def _select_something(self) -> None:
        """The recommended option, where the person has not chosen one."""
        if self._selected() is None and self._shown is not None and self._shown.recommendation.option:
            self.house.selection.pick(KIND, self._shown.recommendation.option)
        else:
            self._explain_selected()

    def _flip_row(self, flip: Flip) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(Words(flip.text), 1)
        try_it = button("Try it", lambda: self._try(flip), hint="Undo with Ctrl+Z")
        try_it.setAccessibleName(f"Try it: {flip.text}")
        line.addWidget(try_it)
        return row

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
                lambda: self._service.propose(scenario, evidence=self._evals.evidence(scenario.id)),
                lane="pool",
                done=self._add,
                failed=self._error.show_error,
                owner=self,
            )

    def _add(self, drafts: tuple[OptionDraft, ...]) -> None:
        """Proposals on screen are what is proposed: they are kept. Else the new ones stand beside the person's own."""
        scenario = self._kept()
        if scenario is None or self.scenario is None:
            return
        if not drafts and not scenario.options:
            self._error.show_error(NOTHING_FITS, action="See the shortlist", run=self._see_shortlist)
            return
        options = list(scenario.options)
        for draft in drafts if self.scenario.options or not options else ():
            taken = {option.id for option in options}
            options.append(draft if draft.id not in taken else replace(draft, id=free_id(taken)))
        self.begin_edit(replace(scenario, options=tuple(options)), "Propose options")

    def _see_shortlist(self) -> None:
        self.navigate.emit("shortlist", None)

    def write_one(self) -> None:
        """Opens the form for a new option."""
        scenario = self._kept()
        if scenario is not None:
            self._edit(blank_option({draft.id for draft in scenario.options}))

    def _kept(self) -> Scenario | None:
        """The scenario with the options on screen in it: proposals become its own once the person does something."""
        if self.scenario is None or self._shown is None or self._shown.scenario_id != self.scenario.id:
            return self.scenario
        return self._service.keep(self.scenario, self._shown)

    def _keep_proposals(self) -> None:
        scenario = self._kept()
        if scenario is not None:
            self.begin_edit(scenario, "Keep the proposed options")

    def _edit_selected(self) -> None:
        option = self._selected()
        if option is not None:
            self._edit(option.draft)

    def _edit(self, draft: OptionDraft) -> None:
        """Opens the form; its result replaces the option with that id, or is added."""
        form = OptionForm(draft, computed=self._figures_of(draft.id), offers=self._offers, parent=self)
        scenario = self._kept()
        if form.exec() and scenario is not None:
            new = form.draft()
            known = any(option.id == draft.id for option in scenario.options)
            options = tuple(new if option.id == draft.id else option for option in scenario.options)
            edited = replace(scenario, options=options if known else (*options, new))
            self.begin_edit(edited, f"{'Edit' if known else 'Add'} option {new.id}")
            self.house.selection.pick(KIND, new.id)

    def _figures_of(self, id: str) -> dict[str, Figure]:
        option = next((o for o in (self._shown.options if self._shown else ()) if o.id == id), None)
        return dict(option.figures) if option is not None else {}

    def _remove(self, id: str) -> None:
        scenario = self._kept()
        if scenario is not None:
            left = tuple(draft for draft in scenario.options if draft.id != id)
            self.begin_edit(replace(scenario, options=left), f"Remove option {id}")

    def _duplicate(self, draft: OptionDraft) -> None:
        scenario = self._kept()
        if scenario is not None:
            id = free_id({option.id for option in scenario.options})
            copy = replace(draft, id=id, name=f"{draft.name}, copy"[:LONGEST_NAME], proposed=False)
            self.begin_edit(replace(scenario, options=(*scenario.options, copy)), f"Copy option {draft.id}")

    def _try(self, flip: Flip) -> None:
        """Puts the value at which the recommendation changes into the scenario; undo takes it out."""
        scenario = self._kept()
        if scenario is None or self._shown is None:
            return
        key, value = tried(flip, self._shown)
        try:
            new = self._service.changed(scenario, {key: value})
        except WorkbenchError as error:
            self._error.show_error(error)
        else:
            self.begin_edit(new, f"Try: {flip.text}")

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
            InspectorAction("Duplicate", lambda: self._duplicate(option.draft)),
            InspectorAction("Remove", lambda: self._remove(option.id), "Undo with Ctrl+Z"),
        )
        names = {offer.model_id: offer.model_name for offer in self._offers}
        self.explain.emit(explanation(option, self._shown, names, actions))


def _fill(card: Card, rows: Sequence[QWidget]) -> None:
    while (item := card.body.takeAt(0)) is not None:
        if (old := item.widget()) is not None:
            old.hide()
            old.deleteLater()
    for row in rows:
        card.body.addWidget(row)

"""Options: buy, build and blend side by side, which one and why, and what would change our mind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QBoxLayout, QWidget

from workbench.analysis.chartspec import Chart
from workbench.domain.changes import Changes
from workbench.domain.criterion import Criterion
from workbench.domain.errors import WorkbenchError
from workbench.domain.figures import Figure
from workbench.domain.option import Flip, Option, OptionDraft, OptionSet
from workbench.domain.requirements import Requirements
from workbench.domain.scenario import Scenario
from workbench.domain.verdict import Hosting, Relaxation
from workbench.gui.explanation import InspectorAction
from workbench.gui.forms.model_roles import OfferChoice
from workbench.gui.forms.option_form import LONGEST_NAME, OptionForm, blank_option, free_id
from workbench.gui.newest import Newest
from workbench.gui.options.behind import Behind
from workbench.gui.options.closer import Closer, look_closer
from workbench.gui.options.conflicts import ConflictsCard, RelaxationsCard
from workbench.gui.options.flips import FlipsCard
from workbench.gui.options.pictures import Pictures
from workbench.gui.options.plans import Plans
from workbench.gui.options.refining import Refining
from workbench.gui.options.weighing import Weighing
from workbench.gui.pages.base import House, Page, PageAction
from workbench.gui.pages.option_words import entered_costs, explanation, head, rows, tried
from workbench.gui.selection import Picked
from workbench.gui.slices import Slices
from workbench.gui.theme import Space
from workbench.gui.widgets.buttons import button, menu_button
from workbench.gui.widgets.card import Card
from workbench.gui.widgets.comparison import Comparison
from workbench.gui.widgets.info import InfoButton
from workbench.gui.widgets.more_card import MoreCard
from workbench.gui.widgets.state import EmptyState, ErrorBox
from workbench.gui.widgets.text import Words
from workbench.gui.widgets.tried_bar import TriedBar
from workbench.gui.widgets.volume import VolumeSlider, at_volume
from workbench.gui.widgets.weights import WeightsCard
from workbench.services.eval_results import EvalResults
from workbench.services.options import OptionService
from workbench.services.shortlist import ShortlistService
from workbench.services.wording import limit_name

if TYPE_CHECKING:
    from workbench.services.adaptation import AdaptationService
    from workbench.services.routing import RoutingService
    from workbench.services.weighing import Weighed

KIND = "option"
BREAK_EVENS_SHOWN = 2
NOTES_SHOWN = 4
NOTHING_FITS = WorkbenchError(
    "Nothing on the shortlist can be made an option",
    mend="Loosen a limit: the shortlist says which would let models in. Or write an option yourself.",
)
HOSTED = {Hosting.API: "", Hosting.SELF_HOST: "own servers: ", Hosting.LOCAL_FILE: "this machine: "}


@dataclass(frozen=True, slots=True)
class Wish:
    """What to compute options for; `dragging` while a slider is held."""

    scenario: Scenario
    dragging: bool = False


@dataclass(frozen=True, slots=True)
class Computed:
    """What one computation in the background brings: the set, its pictures, and the models to choose from."""

    found: OptionSet
    charts: Mapping[str, Chart]
    offers: tuple[OfferChoice, ...]
    requirements: Requirements


class OptionsPage(Page):
    """The comparison, the two charts that carry it, the flips, and below them what stands behind."""

    id: ClassVar[str] = "options"
    title: ClassVar[str] = "Options"
    icon: ClassVar[str] = "options"
    needs: ClassVar[tuple[str, ...]] = ("options", "shortlist", "eval_results")
    asks: ClassVar[tuple[str, ...]] = ("routing", "adaptation")

    def __init__(
        self,
        *,
        house: House,
        options: OptionService,
        shortlist: ShortlistService,
        eval_results: EvalResults,
        routing: Callable[[], RoutingService],
        adaptation: Callable[[], AdaptationService],
    ) -> None:
        super().__init__(house=house)
        self._service = options
        self._shortlist = shortlist
        self._evals = eval_results
        self._routing = routing
        self._shown: OptionSet | None = None
        self._requirements: Requirements | None = None
        self._closer: Closer | None = None
        self._charts: Mapping[str, Chart] = {}
        self._offers: tuple[OfferChoice, ...] = ()
        self._slices = Slices(self)
        self._error = ErrorBox()
        self._newest: Newest[Wish, Computed] = Newest(
            house.tasks, self, work=self._compute, done=self._arrived, failed=self._error.show_error
        )
        self._refining = Refining(self, eval_results, adaptation, self._error)
        self._plans = Plans(self, eval_results, routing, self._error)
        self._fill_header()
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
        self._pictures = Pictures(house.settings)
        self._volume = VolumeSlider()
        self._volume.changed.connect(self._try_volume)
        self._volume.released.connect(self._keep_volume)
        self._entered = Words(role="muted")
        self._tried = TriedBar()
        self._tried.taken_back.connect(self.take_back)
        self._flips = FlipsCard()
        self._flips.tried.connect(self._try)
        self._relaxations = RelaxationsCard("What would let one in")
        self._relaxations.tried.connect(self._relax)
        self._weights = WeightsCard()
        self._weights.moved.connect(self._weigh)
        self._weights.settled.connect(self._keep_weights)
        self._weighing = Weighing(self, house.tasks, self._error, self._weighed)
        self._weights.set_from.connect(self._set_weights)
        self._conflicts = ConflictsCard()
        self._conflicts.change.connect(lambda question: self.navigate.emit("requirements", question))
        self._behind = Behind()
        self._behind.refine.connect(self._refining.ask)
        self._behind.measure.connect(self._refining.ask_for_gap)
        self._notes = MoreCard("Keep in mind", lambda note: Words(str(note)), first=NOTES_SHOWN)
        self._lay_out_page()
        house.selection.changed.connect(self._selection_changed)

    def _fill_header(self) -> None:
        add = menu_button(
            "Add an option",
            {"Propose from the shortlist": self.propose, "Write one myself": self.write_one},
        )
        exports = {"Copy as Markdown": self._copy, **self._plans.entries(self._selected_id)}
        self.header.add_button(add)
        self.header.add_button(menu_button("Export", exports))
        self.header.add_button(button("Decide", lambda: self.navigate.emit("decide", None), kind="main"))

    def _lay_out_page(self) -> None:
        self.body.addWidget(self._error)
        self.body.addWidget(self._plans)
        self.body.addWidget(self._empty, 1)
        self._content = QWidget()
        column = QBoxLayout(QBoxLayout.Direction.TopToBottom, self._content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        volume = Card()
        volume.body.addWidget(self._volume)
        volume.body.addWidget(self._entered)
        for part in (
            self._proposal_row(),
            self._grid,
            self._pictures,
            volume,
            self._tried,
            self._flips,
            self._relaxations,
            self._weights,
            self._conflicts,
            self._notes,
            self._behind,
        ):
            column.addWidget(part)
        column.addStretch(1)
        self.body.addWidget(self._content)
        self._content.hide()

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
        self._tried.follow(scenario)
        self.setEnabled(scenario is not None)
        if scenario is None:
            self.explain.emit(None)
            return
        self._volume.show_answers(scenario.answers)
        self._newest.ask(Wish(scenario))

    def forget(self) -> None:
        self._closer = self._shown = None
        self.header.set_answer("")
        self._error.clear()
        self._empty.hide()
        self._content.hide()

    def _arrived(self, wish: Wish, made: Computed) -> None:
        if self.scenario is None or self.scenario.id != wish.scenario.id:
            return
        self._draw(made)
        if not wish.dragging and not self._newest.has_newer:
            advice = made.found.recommendation
            self._tried.answer(f"{advice.sentence} {advice.detail}".strip())
            self._weights.show_criteria(made.found.criteria)
            self._look_closer(wish.scenario, made.found)

    def _look_closer(self, scenario: Scenario, found: OptionSet) -> None:
        """What stands behind the answer comes after it, and gives way to a newer answer."""
        self.house.tasks.start(
            lambda: look_closer(self._service, self._routing(), scenario, found, self._evals.evidence(scenario.id)),
            lane="pool",
            done=lambda closer: self._draw_closer(closer) if self.scenario is scenario else None,
            failed=self._error.show_error,
            owner=self,
        )

    def _weigh(self, criteria: tuple[Criterion, ...]) -> None:
        """A weight is being dragged: rank anew at once; draws and flips follow from the background."""
        kept = self._kept()
        if kept is None or self._shown is None or self._requirements is None:
            return
        self._draw_ranking(self._service.reweighed(self._shown, criteria, self._requirements))
        self._newest.ask(Wish(replace(kept, criteria=criteria), dragging=True))

    def _keep_weights(self, criteria: tuple[Criterion, ...]) -> None:
        kept = self._kept()
        if kept is not None:
            self.begin_edit(replace(kept, criteria=criteria), "Change what matters", merge_key="weights")

    def _set_weights(self, way: str) -> None:
        kept = self._kept()
        if kept is not None:
            self._weighing.set_from(way, kept.criteria, self._shown.options if self._shown else ())

    def _weighed(self, found: Weighed) -> None:
        """All weights at once: what holds then is said, and can be taken back there."""
        kept = self._kept()
        if kept is not None:
            new = replace(kept, criteria=found.criteria)
            if new == self.scenario:
                self._weights.say(found.sentence)
                return
            self._tried.trying(new, found.sentence)
            self.begin_edit(new, "Set the weights")

    def _try_volume(self, requests_per_day: float) -> None:
        """The volume is being dragged: what computed figures would become, and where the break-even then lies."""
        if self.scenario is not None:
            answers = at_volume(self.scenario.answers, requests_per_day)
            self._newest.ask(Wish(replace(self.scenario, answers=answers), dragging=True))

    def _keep_volume(self, requests_per_day: float) -> None:
        if self.scenario is not None:
            answers = at_volume(self.scenario.answers, requests_per_day)
            self.begin_edit(replace(self.scenario, answers=answers), "Change the volume", merge_key="volume")

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

    def _compute(self, wish: Wish) -> Computed:
        scenario = wish.scenario
        evidence = self._evals.evidence(scenario.id)
        found = self._service.options(scenario, evidence=evidence)
        candidates = self._shortlist.matched(scenario, evidence=evidence).candidates
        offers = tuple(
            OfferChoice(c.model_id, c.offer_id, f"{c.model_name}, {HOSTED[c.hosting]}{c.offer_name}", c.model_name)
            for c in candidates
        )
        requirements = self._service.requirements(scenario, evidence=evidence)
        charts = self._service.charts(found)
        closer = self._closer
        if closer is not None and closer.insights.volumes:
            volume = requirements.workload.requests_per_day.likely
            charts |= self._service.insight_charts(closer.insights, found, volume)
        return Computed(found, charts, offers, requirements)

    def _draw(self, made: Computed) -> None:
        found = made.found
        self._offers, self._requirements = made.offers, made.requirements
        self._charts = made.charts
        self._error.clear()
        self._empty.setVisible(not found.options)
        self._content.setVisible(bool(found.options))
        proposed = bool(found.options) and self.scenario is not None and not self.scenario.options
        self._proposed.setVisible(proposed)
        entered = entered_costs(found.options)
        self._entered.set_text(entered)
        self._entered.setVisible(bool(entered))
        self._draw_ranking(found)
        self._slices.run(
            lambda: self._pictures.set_charts(self._all_charts()),  # a closer look may come before its turn
            partial(self._flips.set_flips, found.flips),
            partial(self._relaxations.set_relaxations, found.relaxations),
            partial(self._conflicts.set_conflicts, found.conflicts),
            partial(self._draw_notes, found),
            partial(self._behind.set_ladder, found.adaptation),
            self._select_something,
        )

    def _draw_ranking(self, found: OptionSet) -> None:
        """The answer and the comparison: what follows a slider."""
        self._shown = found
        self.header.set_answer(found.recommendation.sentence, found.recommendation.detail)
        if found.options:
            closer = self._closer
            draws = closer.insights.acceptances if closer is not None and closer.found is found else ()
            self._grid.set_content([head(option) for option in found.options], rows(found, draws))
            self._grid.select(self.house.selection.id_of(KIND))

    def _draw_closer(self, closer: Closer) -> None:
        self._closer = closer
        # What was drawn from an earlier look gives way to this one.
        self._charts = {name: chart for name, chart in self._charts.items() if name not in closer.charts}
        if self._shown is closer.found:
            self._draw_ranking(closer.found)
        self._behind.set_sections(closer.sections)
        self._pictures.set_charts(self._all_charts())

    def _all_charts(self) -> dict[str, Chart]:
        return {**(self._closer.charts if self._closer is not None else {}), **self._charts}

    def _draw_notes(self, found: OptionSet) -> None:
        notes = (*found.notes, *(item.text for item in found.breakevens[:BREAK_EVENS_SHOWN]))
        self._notes.set_items(notes)

    def _select_something(self) -> None:
        """The recommended option, where the person has not chosen one."""
        if self._selected() is None and self._shown is not None and self._shown.recommendation.option:
            self.house.selection.pick(KIND, self._shown.recommendation.option)
        else:
            self._explain_selected()

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
            self._tried.trying(new, flip.text)
            self.begin_edit(new, f"Try: {flip.text}")

    def _relax(self, relaxation: Relaxation) -> None:
        """Takes the answer that lets an option in; undo brings the old one back."""
        if self.scenario is not None:
            answers = {**self.scenario.answers, **relaxation.answers}
            new = replace(self.scenario, answers=answers)
            self._tried.trying(new, relaxation.text)
            self.begin_edit(new, f"Relax {limit_name(relaxation.requirement)}")

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._grid.as_markdown())

    # the inspector

    def _selection_changed(self, picked: Picked | None) -> None:
        self._grid.select(picked.id if picked is not None and picked.kind == KIND else "")
        if self.isVisible():
            self._explain_selected()

    def _selected_id(self) -> str:
        option = self._selected()
        return option.id if option is not None else ""

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

"""Validate: the same prompt to several models side by side, and the team's own cases with statistics."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtGui import QFocusEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QButtonGroup, QPushButton, QWidget

from workbench.domain.changes import Changes
from workbench.domain.scenario import Scenario
from workbench.gui.evals.view import EvalsView
from workbench.gui.links import RESUME
from workbench.gui.pages.base import House, Page, PageAction
from workbench.gui.playground.view import PlaygroundView
from workbench.gui.routing.view import RoutingView
from workbench.gui.theme import Space
from workbench.gui.widgets.buttons import button, menu_button
from workbench.services.chat_models import ChatModelService
from workbench.services.eval_data import EvalData
from workbench.services.eval_files import EvalFiles
from workbench.services.eval_results import EvalResults
from workbench.services.eval_setup import EvalSetup
from workbench.services.evals import EvalService
from workbench.services.judging import JudgingService
from workbench.services.library import LibraryService
from workbench.services.playground import LINK, PlaygroundService
from workbench.services.scenarios import ScenarioService
from workbench.services.votes import VoteService

if TYPE_CHECKING:
    from workbench.services.routing import RoutingService

PLAYGROUND, EVALS, ROUTING = "playground", "evals", "routing"
LAST_VIEW = "validate/view"


class ValidatePage(Page):
    """Three views under one head; each has its own answer, and only the evals explain something in the inspector."""

    id: ClassVar[str] = "validate"
    title: ClassVar[str] = "Validate"
    icon: ClassVar[str] = "validate"
    needs: ClassVar[tuple[str, ...]] = (
        "playground",
        "votes",
        "chat_models",
        "eval_data",
        "eval_setup",
        "evals",
        "eval_results",
        "eval_files",
        "judging",
        "library",
        "scenarios",
    )
    asks: ClassVar[tuple[str, ...]] = ("routing",)
    has_inspector: ClassVar[bool] = False

    def __init__(
        self,
        *,
        house: House,
        playground: PlaygroundService,
        votes: VoteService,
        chat_models: ChatModelService,
        eval_data: EvalData,
        eval_setup: EvalSetup,
        evals: EvalService,
        eval_results: EvalResults,
        eval_files: EvalFiles,
        judging: JudgingService,
        library: LibraryService,
        scenarios: ScenarioService,
        routing: Callable[[], RoutingService],
    ) -> None:
        super().__init__(house=house)
        self.playground = PlaygroundView(
            house=house, playground=playground, votes=votes, library=library, chat_models=chat_models
        )
        self.evals = EvalsView(
            house=house,
            data=eval_data,
            setup=eval_setup,
            evals=evals,
            results=eval_results,
            files=eval_files,
            library=library,
            dataset_path=scenarios.dataset_path,
            chat_models=chat_models,
            judging=judging,
        )
        self.routing = RoutingView(house=house, routing=routing, name_of=self.evals.name_of)
        self._views: dict[str, QWidget] = {PLAYGROUND: self.playground, EVALS: self.evals, ROUTING: self.routing}
        self._answers: dict[str, tuple[str, str]] = {}
        self._was_seen = False
        self._switch: dict[str, QPushButton] = {}
        kept = house.settings.get(LAST_VIEW, PLAYGROUND)
        self._view = kept if isinstance(kept, str) and kept in self._views else PLAYGROUND
        self._make_header()
        for view in self._views.values():
            self.body.addWidget(view, 1)
        self.playground.answered.connect(lambda lead, rest: self._say(PLAYGROUND, lead, rest))
        self.evals.answered.connect(lambda lead, rest: self._say(EVALS, lead, rest))
        self.playground.wrote.connect(self.wrote)
        self.playground.explained.connect(self.explain)
        self.playground.changed.connect(self._show_may)
        self.playground.row.mend_wanted.connect(lambda place: self.navigate.emit("settings", place))
        self.evals.wrote.connect(self.wrote)
        self.routing.answered.connect(lambda lead, rest: self._say(ROUTING, lead, rest))
        self.routing.eval_wanted.connect(partial(self.show_view, EVALS))
        self.evals.models_read.connect(self._read_routing)
        self.evals.explained.connect(self._explain)
        self.show_view(self._view)

    def _make_header(self) -> None:
        self._fitter = QTimer(self, singleShot=True, interval=0)
        self._fitter.timeout.connect(self._fit_header)
        group = QButtonGroup(self)
        for name, title in ((PLAYGROUND, "Playground"), (EVALS, "Evals"), (ROUTING, "Routing")):
            made = button(title, partial(self.show_view, name))
            made.setCheckable(True)
            made.setObjectName(f"view-{name}")
            group.addButton(made)
            self._switch[name] = made
            self.header.add_view(made)
        view = self.playground
        self._blind = button(
            "Blind vote",
            self._toggle_blind,
            hint="Ask without names, and judge the answers before you know whose they are",
        )
        self._blind.setCheckable(True)
        self._blind.setObjectName("blind")
        self._history = button("History", view.show_history, hint="Earlier prompts of this scenario, to be searched")
        self._history.setObjectName("history")
        self._pane = button("Add a model", view.row.add, hint="One more column, up to six")
        self._more = self._make_more()
        self._extras = (self._blind, self._history, self._pane, self._more)
        for made in self._extras:
            self.header.add_button(made)
        self._onward = button("Compare trade-offs", lambda: self.navigate.emit("tradeoffs", None))
        self._onward.setToolTip("The results of your evals move the models there")
        self.header.add_button(self._onward)

    def _make_more(self) -> QPushButton:
        view = self.playground
        made = menu_button("More", {})
        made.setObjectName("playground-more")
        made.setAccessibleName("More for these answers")
        menu = made.menu()
        self._actions = {
            "continue": menu.addAction("Continue the conversation", view.go_on),
            "diff": menu.addAction("Compare two answers", view.compare_answers),
            "copy": menu.addAction("Copy all as Markdown", view.copy_markdown),
            "link": menu.addAction("Copy a link to this", view.copy_link),
            "votes": menu.addAction("What people prefer", view.show_standing),
        }
        menu.addSeparator()
        self._folded = (menu.addAction("History", view.show_history), menu.addAction("Add a model", view.row.add))
        self._blind_entry = menu.addAction("Blind vote", self._toggle_blind)
        self._blind_entry.setCheckable(True)
        return made

    @property
    def least_width(self) -> int:
        """As base.Page, with all buttons: the rail folds before any goes into the menu."""
        return super().least_width + sum(_room(made) for made in self._giving_way if made.isHidden())

    @property
    def _giving_way(self) -> tuple[QPushButton, ...]:
        """What leaves the head where it has no room, the first ones first."""
        return (self._history, self._pane, self._blind) if self._view == PLAYGROUND else (self._onward,)

    def _fit_header(self) -> None:
        """Where not all buttons have room, two of them stand in the menu behind them, then the third, too. The way to
        the trade-offs is in the rail as well."""
        room, whole = self.scroller.viewport().width(), self.least_width
        is_playground, is_tight = self._view == PLAYGROUND, room < whole
        is_tightest = is_playground and room < whole - _room(self._history) - _room(self._pane)
        for made, entry in zip((self._history, self._pane), self._folded, strict=True):
            made.setVisible(is_playground and not is_tight)
            entry.setVisible(is_tight)
        self._blind.setVisible(is_playground and not is_tightest)
        self._blind_entry.setVisible(is_tightest)
        self._onward.setVisible(not is_playground and not is_tight)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fitter.start()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange and hasattr(self, "_fitter"):
            self._fitter.start()

    def _toggle_blind(self) -> None:
        self.playground.set_blind(not self.playground.asker.is_blind)

    def _show_may(self) -> None:
        """Which of the playground's actions make sense now."""
        view = self.playground
        busy, hiding, shown = view.asker.is_busy, view.is_hiding, view.shown
        for each in (self._blind, self._blind_entry):
            each.setChecked(view.asker.is_blind)
            each.setEnabled(not busy)
        for made in (self._history, self._pane, self._more):
            made.setEnabled(not hiding and not busy)
        self._actions["continue"].setEnabled(view.may_continue)
        self._actions["link"].setEnabled(shown is not None and shown.scenario_id is not None)
        for name in ("diff", "copy"):
            self._actions[name].setEnabled(shown is not None)

    def show_view(self, name: str) -> None:
        """Change between playground and evals; the choice is remembered."""
        self._view = name
        self._switch[name].setChecked(True)
        for each, view in self._views.items():
            view.setVisible(each == name)
        for extra in self._extras:
            extra.setVisible(name == PLAYGROUND)
        self._onward.setVisible(name != PLAYGROUND)
        self._fit_header()
        self.header.set_answer(*self._answers.get(name, ("", "")))
        self.house.settings.set(LAST_VIEW, name)
        if name == ROUTING and self.routing.shown is None:
            self.routing.read()
        self._take_up_vote()
        self._explain(self.evals.explanation if name == EVALS else None)

    def show_scenario(self, scenario: Scenario | None) -> None:
        """Both views follow; a view keeps what runs or stands in it while the scenario stays the same."""
        super().show_scenario(scenario)
        self.setEnabled(scenario is not None)
        self.playground.show_scenario(scenario)
        self.evals.show_scenario(scenario)
        self.routing.show_scenario(scenario)
        self._explain(self.evals.explanation if self._view == EVALS else None)

    def showEvent(self, event: QShowEvent) -> None:
        """Models may have come while another page was open: a key, a folder, a list of a provider's."""
        super().showEvent(event)
        if self._was_seen:
            self._read_models()
        self._was_seen = True

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Who comes back to a blind vote goes on with its keys."""
        super().focusInEvent(event)
        self._take_up_vote()

    def _take_up_vote(self) -> None:
        if self._view == PLAYGROUND and self.playground.is_hiding:
            self.playground.ballot.setFocus()

    def _read_models(self) -> None:
        self.playground.shelf.read()
        self.evals.read_models()

    def refresh(self, changes: Changes) -> None:
        """New runs, or models added elsewhere."""
        if changes.evals:
            self.evals.runs.read()
            self._read_routing()
        if changes.settings:
            self._read_models()

    def _read_routing(self) -> None:
        """The models have names now, or others."""
        if self._view == ROUTING:
            self.routing.read()
        else:
            self.routing.shown = None

    def arrive(self, payload: object) -> None:
        """A view by name, a link to a comparison, files that were dropped, or models to try."""
        if isinstance(payload, str) and payload.startswith(LINK):
            self.show_view(PLAYGROUND)
            self.playground.open_comparison(payload)
            return
        if isinstance(payload, str) and payload.startswith(RESUME):
            self.show_view(EVALS)
            self.evals.resume(payload.removeprefix(RESUME))
            return
        if isinstance(payload, str) and payload in self._views:
            self.show_view(payload)
            return
        paths = [path for path in payload if isinstance(path, Path)] if isinstance(payload, tuple) else []
        models = [path for path in paths if path.suffix.casefold() == ".gguf"]
        data = [path for path in paths if path not in models]
        if models:
            self.show_view(PLAYGROUND)
            self.playground.use_models([str(path) for path in models])
        if data:
            self.show_view(EVALS)
            self.evals.open_data(data[0])

    def page_actions(self) -> tuple[PageAction, ...]:
        return (
            PageAction("Show the playground", lambda: self.show_view(PLAYGROUND)),
            PageAction("Show the evals", lambda: self.show_view(EVALS)),
            PageAction("Show routing from the evals", lambda: self.show_view(ROUTING)),
            PageAction("Ask all models", self.playground.ask),
            PageAction("Stop all answers", self.playground.stop_all),
            PageAction("Copy prompt and answers as Markdown", self.playground.copy_markdown),
            PageAction("Continue the conversation", self.playground.go_on),
            PageAction("Compare two answers", self.playground.compare_answers),
            PageAction("Earlier prompts", self.playground.show_history),
            PageAction("Blind vote", self._toggle_blind),
            PageAction("What people prefer", self.playground.show_standing),
            PageAction("Run the eval", self.evals.run),
            PageAction("Pause the eval", self.evals.runner.pause),
        )

    def find_field(self) -> QWidget | None:
        return self.evals.find_field() if self._view == EVALS else self.playground.prompt.prompt

    def _say(self, view: str, lead: str, rest: str) -> None:
        self._answers[view] = (lead, rest)
        if view == self._view:
            self.header.set_answer(lead, rest)

    def _explain(self, explanation: object) -> None:
        self.explain.emit(explanation if self._view == EVALS else None)


def _room(made: QPushButton) -> int:
    """What a button takes in the head."""
    return made.sizeHint().width() + Space.S

"""A new eval being set up: its cases are read, its scorers picked, and what it can prove is worked out beforehand."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from workbench.domain.errors import WorkbenchError
from workbench.domain.eval_plan import EvalPlan
from workbench.domain.evals import EvalRun, EvalSet, EvalSettings
from workbench.domain.scenario import Scenario
from workbench.evals.datasets import Dialect, Examined
from workbench.gui.evals.more_setup import MoreSetup
from workbench.gui.evals.running import EvalRunner
from workbench.gui.evals.scorer_picker import ScorerPicker
from workbench.gui.evals.setup_card import SetupCard
from workbench.gui.pages.base import House
from workbench.services.eval_data import EvalData
from workbench.services.eval_setup import EvalSetup

# What two models are expected to disagree on where nothing is known [A]: methods.md section 5.
DISAGREE = 0.25


class NewEval(QObject):
    """Fills the card. `taken` brings a data set and `refused` comes for one that cannot be read, each with whether the
    person chose it just now; `failed` brings any other error."""

    taken = Signal(object, bool)
    refused = Signal(bool)
    failed = Signal(object)

    def __init__(self, *, house: House, data: EvalData, setup: EvalSetup, parent: QWidget) -> None:
        super().__init__(parent)
        self._house, self._data, self._setup, self._parent = house, data, setup, parent
        more = MoreSetup(python_allowed=setup.own_python_allowed(), allow_python=setup.allow_own_python)
        self.card = SetupCard(setup.scorers(), settings=house.settings, tasks=house.tasks, more=more)
        self.scenario: Scenario | None = None
        self.card.scorers_wanted.connect(self._pick_scorers)
        self.card.changed.connect(self.plan)
        self.card.changed.connect(self._check)
        self.card.more.changed.connect(self.plan)
        self.card.system.edited.connect(lambda _text: self.plan())
        self.card.data.columns_wanted.connect(self._choose_columns)
        self.card.data.taken_back.connect(partial(self.take, chosen=True))

    # its cases

    @property
    def examined(self) -> Examined | None:
        """The data set that is open."""
        return self.card.data.examined

    def forget_data(self) -> None:
        """Cases of one scenario are not armed in the next."""
        self.card.data.clear()
        self.card.show_counts()

    def read(self, path: Path, *, chosen: bool) -> None:
        """Open a file, which the person chose just now, or which the scenario names."""
        self._house.tasks.start(
            lambda: self._data.examine(path),
            done=partial(self.take, chosen=chosen),
            failed=partial(self._refuse, path, chosen=chosen),
            owner=self,
        )

    def take(self, examined: Examined, *, chosen: bool) -> None:
        """Show what a data set holds."""
        self.card.data.show_data(examined)
        self.card.show_counts()
        self.taken.emit(examined, chosen)

    def take_kept(self, run: EvalRun) -> None:
        """While nothing is chosen a new eval begins with the cases of an earlier one, as they were kept."""

        def done(kept: EvalSet | None) -> None:
            if kept is not None and self.examined is None:
                self.take(Examined(kept, Dialect("as kept with the last eval"), ()), chosen=False)

        self._house.tasks.start(lambda: self._data.stored_data(run), done=done, failed=self.failed.emit, owner=self)

    def _refuse(self, path: Path, error: WorkbenchError, *, chosen: bool) -> None:
        self.card.data.show_error(error, path)
        self.card.show_counts()
        self.refused.emit(chosen)

    def _choose_columns(self, path: Path) -> None:
        """Which column is what, and what was found in the rows."""
        from workbench.gui.evals.import_preview import ImportDialog

        dialog = ImportDialog(path, data=self._data, tasks=self._house.tasks, parent=self._parent)
        dialog.chosen.connect(partial(self.take, chosen=True))
        dialog.open()

    def _pick_scorers(self) -> None:
        """More ways to score than one, with their options."""
        dialog = ScorerPicker(self._setup.scorers(), self.card.scorer_ids, parent=self._parent)
        dialog.chosen.connect(self.card.set_scorers)
        dialog.open()

    # what can be said before it runs

    def plan(self) -> None:
        """What the eval that is set up can prove, costs and takes; not worked out while nobody sees it."""
        examined, models = self.examined, self.card.models
        cases = () if examined is None else examined.dataset.cases
        if examined is None or not cases or not models or self.card.isHidden() or not self.card.is_usable:
            self.card.plan.look(None)
            return
        data, references = examined.dataset, [model.reference for model in models]
        scorers, system = self.card.scorer_ids, self.card.system.text().strip()
        scenario_id = self.scenario.id if self.scenario is not None else None
        chosen, sampling = self.card.more.applied(EvalSettings()), self.card.more.sampling

        def work(settings: EvalSettings, difference: float) -> EvalPlan:
            return self._setup.outlook(
                data,
                references,
                scorers=scorers,
                scenario_id=scenario_id,
                system=system,
                sampling=sampling,
                settings=replace(settings, judges=chosen.judges, embedder=chosen.embedder, prompts=chosen.prompts),
                difference=difference,
                disagree=max(difference, DISAGREE),
            )

        self.card.plan.look(work)

    def _check(self) -> None:
        """Whether the chosen scorers can use the cases at hand: said before the eval is started, not after."""
        examined, scorers = self.examined, self.card.scorer_ids
        if examined is None:
            self.card.show_unusable(())
            return
        data = examined.dataset

        def show(problems: list[WorkbenchError]) -> None:
            if self.examined is examined and self.card.scorer_ids == scorers:
                could = self.card.is_usable
                self.card.show_unusable(problems)
                if could != self.card.is_usable:
                    self.plan()

        self._house.tasks.start(
            lambda: self._setup.unusable(data, scorers), done=show, failed=self.failed.emit, owner=self
        )

    def begin(self, runner: EvalRunner) -> bool:
        """Start what is set up; False when something is missing."""
        examined, models = self.examined, self.card.models
        if examined is None or not models or runner.is_running:
            return False
        runner.begin(
            examined.dataset,
            models,
            scorers=self.card.scorer_ids,
            scenario_id=self.scenario.id if self.scenario is not None else None,
            system=self.card.system.text().strip(),
            sampling=self.card.more.sampling,
            settings=self.card.more.applied(self.card.plan.settings),
        )
        self.card.set_running(True)
        return True

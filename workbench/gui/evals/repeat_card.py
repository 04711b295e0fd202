"""An eval that came as a file: what it asks and requires, started as it stands, and whether it holds that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout

from workbench.analysis import words
from workbench.domain.errors import WorkbenchError
from workbench.domain.eval_plan import EvalPlan
from workbench.domain.evals import EvalRun, EvalSet, EvalStatus, EvalSummary
from workbench.domain.scenario import Scenario
from workbench.evals.eval_file import EvalFile, Requirement, is_eval_file, not_held, read_eval_file
from workbench.gui.evals.explaining import plain
from workbench.gui.evals.plan_lines import effort_words
from workbench.gui.evals.running import EvalRunner
from workbench.gui.pages.base import House
from workbench.gui.theme import Space, set_role
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.card import WordyCard
from workbench.gui.widgets.state import Cautions, ErrorBox
from workbench.gui.widgets.text import Words
from workbench.services.eval_files import EvalFiles
from workbench.services.eval_setup import EvalSetup
from workbench.services.eval_words import NameOf


@dataclass(frozen=True, slots=True)
class _Opened:
    file: EvalFile
    data: EvalSet
    plan: EvalPlan


class RepeatCard(WordyCard):
    """Hidden until a file is opened. `changed` when it comes or goes, `others` (Path) for a file that is no eval,
    `started` when its eval begins."""

    changed = Signal()
    others = Signal(object)
    started = Signal()

    def __init__(
        self,
        *,
        house: House,
        files: EvalFiles,
        setup: EvalSetup,
        runner: EvalRunner,
        name_of: NameOf,
        scorer_title: Callable[[str], str],
    ) -> None:
        super().__init__("An eval to repeat")
        self.setObjectName("eval-repeat")
        self._house, self._files, self._setup, self._runner = house, files, setup, runner
        self._name_of, self._scorer_title = name_of, scorer_title
        self.scenario: Scenario | None = None
        self._opened: _Opened | None = None
        self._run_id = ""
        self._waits = False
        self._about, self._effort = Words(""), Words("", "muted")
        self._required = Words("", "muted")
        self._cautions, self.error = Cautions(), ErrorBox()
        self.outcome = Words("")
        self.outcome.setObjectName("eval-outcome")
        self._start = button("Run the eval", self._begin, kind="main")
        self._start.setObjectName("eval-repeat-run")
        close = button("Put it away", self.put_away)
        close.setObjectName("eval-repeat-close")
        for widget in (self._about, self._required, self._effort, self._cautions, self.error, self.outcome):
            self.body.addWidget(widget)
        foot = QHBoxLayout()
        foot.setSpacing(Space.S)
        foot.addWidget(self._start)
        foot.addWidget(close)
        foot.addStretch(1)
        self.body.addLayout(foot)
        runner.moved.connect(self._moved)
        runner.ended.connect(lambda _run_id: self._ended())
        runner.failed.connect(lambda _error: self._ended())
        self.hide()

    @property
    def is_open(self) -> bool:
        return not self.isHidden()

    def open(self, path: Path) -> None:
        """Read a YAML file: an eval is shown, with what it would take; anything else goes to `others`."""
        scenario_id = self.scenario.id if self.scenario is not None else None

        def read() -> _Opened | None:
            if not is_eval_file(path):
                return None
            file = read_eval_file(path)
            data = self._files.data_of_file(file)
            plan = self._setup.outlook(
                data,
                file.models,
                scorers=file.scorers,
                scenario_id=scenario_id,
                system=file.system,
                sampling=file.sampling,
                settings=file.settings,
            )
            return _Opened(file, data, plan)

        def show(found: _Opened | None) -> None:
            if found is None:
                self.others.emit(path)
            else:
                self._show(found)

        self._house.tasks.start(read, lane="db", done=show, failed=lambda error: self._refuse(path, error), owner=self)

    def put_away(self) -> None:
        """Nothing is opened any more; an eval under way goes on."""
        self._opened, self._run_id = None, ""
        self.hide()
        self.changed.emit()

    def show_outcome(self, run: EvalRun, summary: EvalSummary) -> None:
        """Whether the eval that was started here holds what its file requires, once it is finished."""
        if self._opened is None or run.id != self._run_id or run.status is not EvalStatus.FINISHED:
            return
        require = self._opened.file.require
        missed = not_held(summary, require, name_of=self._name_of, title_of=self._scorer_title)
        if missed:
            self._tell("It does not hold what its file requires:", missed, "bad")
        elif require:
            self._tell(f"It holds what its file requires ({words.count(len(require), 'requirement')}).", (), "good")

    # inside

    def _show(self, found: _Opened) -> None:
        self._opened, self._run_id = found, ""
        file, cases = found.file, words.count(len(found.data.cases), "case")
        models = words.listed([plain(self._name_of(name)) for name in file.models])
        scorers = words.listed([plain(self._scorer_title(each)) for each in file.scorers])
        self._say(f"**{plain(file.name or file.data.name)}** · {cases} · {models} · scored by {scorers}")
        required = [_required(each, self._name_of, self._scorer_title) for each in file.require]
        self._put(self._required, f"It requires {words.listed(required)}." if required else "It requires nothing.")
        self._put(self._effort, effort_words(found.plan))
        self._cautions.set_texts(found.plan.warnings)
        self._may_start()
        self.take_room()

    def _refuse(self, path: Path, error: WorkbenchError) -> None:
        self._opened, self._run_id = None, ""
        self._say(f"**{plain(path.name)}** cannot be repeated.")
        for label in (self._required, self._effort):
            self._put(label, "")
        self._cautions.set_texts(())
        self.error.show_error(error)
        self._may_start()
        self.take_room()

    def _say(self, about: str) -> None:
        self.error.clear()
        self._put(self.outcome, "")
        self._about.set_text(about)
        self.show()
        self.changed.emit()
        self.take_room()

    def _tell(self, lead: str, lines: Sequence[str], tone: str) -> None:
        set_role(self.outcome, "body", tone)
        self._put(self.outcome, "\n".join([lead, *lines]))
        self.take_room()

    def _put(self, label: Words, text: str) -> None:
        label.set_text(text)
        label.setVisible(bool(text))

    def _begin(self) -> None:
        """As it stands in the file, kept with the scenario that is open."""
        opened, scenario = self._opened, self.scenario
        if opened is None or self._runner.is_running:
            return
        scenario_id = scenario.id if scenario is not None else None
        self._put(self.outcome, "")
        self._run_id, self._waits = "", True
        self._runner.begin_made(
            lambda: self._files.from_file(opened.file, scenario_id=scenario_id),
            references=opened.file.models,
            judges=opened.file.settings.judges,
        )
        self._may_start()
        self.started.emit()

    def _moved(self, run_id: str) -> None:
        if self._waits:
            self._run_id, self._waits = run_id, False

    def _ended(self) -> None:
        self._waits = False
        self._may_start()

    def _may_start(self) -> None:
        self._start.setEnabled(self._opened is not None and not self._runner.is_running)


def _required(wanted: Requirement, name_of: NameOf, title_of: Callable[[str], str]) -> str:
    """ "Demo Nano at least 30.5 % by Contains"."""
    parts = []
    if wanted.at_least is not None:
        parts.append(f"at least {100 * wanted.at_least:.1f} %")
    if wanted.low_at_least is not None:
        parts.append(f"an interval from {100 * wanted.low_at_least:.1f} % on")
    return f"{name_of(wanted.model)} {' and '.join(parts)} by {title_of(wanted.scorer)}"

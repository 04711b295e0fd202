"""What an eval can prove, costs and takes, said before it runs, and the choices that belong there."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QDoubleValidator
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from workbench.analysis import words
from workbench.domain.errors import WorkbenchError
from workbench.domain.eval_plan import EvalPlan
from workbench.domain.evals import Design, EvalSettings
from workbench.gui.tasks import Tasks
from workbench.gui.theme import Space
from workbench.gui.widgets.fields import TextField
from workbench.gui.widgets.state import Cautions
from workbench.gui.widgets.text import Words
from workbench.services.eval_words import time_range

WAIT_MS = 150
DESIGNS = (
    (Design.FIXED, "Ask every case"),
    (Design.SEQUENTIAL, "Stop as soon as it is decided"),
)
POINTS, REPEATS = (2, 3, 5, 10, 15, 20), (1, 3, 5, 10)
Work = Callable[[EvalSettings, float], EvalPlan]


class PlanLines(QWidget):
    """`changed` when the person chooses otherwise. `look` asks for a new plan; it is made in the background, and only
    the newest is shown."""

    changed = Signal()

    def __init__(self, *, tasks: Tasks) -> None:
        super().__init__()
        self._tasks = tasks
        self._work: Work | None = None
        self._number = 0
        self.plan: EvalPlan | None = None
        self.design = _combo("How the eval ends", "eval-design")
        for design, title in DESIGNS:
            self.design.addItem(title, design.value)
        self.points = _combo("Smallest difference that matters", "eval-points")
        for points in POINTS:
            self.points.addItem(f"{points} points matter", points)
        self.points.setCurrentIndex(POINTS.index(10))
        self.repeats = _combo("How often each case is asked", "eval-repeats")
        for repeats in REPEATS:
            self.repeats.addItem("each case once" if repeats == 1 else f"each case {repeats} times", repeats)
        self.cap = TextField("What the eval may cost at most, in US dollars", placeholder="Cap in USD, optional")
        self.cap.setObjectName("eval-cap")
        self.cap.setValidator(QDoubleValidator(0.01, 1e6, 2, self.cap))
        self._proof, self._effort = Words(""), Words("", "muted")
        self._proof.setObjectName("eval-proof")
        self._effort.setObjectName("eval-effort")
        self._cautions = Cautions()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        for pair in ((self.design, self.points), (self.repeats, self.cap)):
            row = QHBoxLayout()
            row.setSpacing(Space.S)
            for each in pair:
                row.addWidget(each, 1)
            column.addLayout(row)
        for widget in (self._proof, self._effort):
            column.addWidget(widget)
            widget.hide()
        column.addWidget(self._cautions)
        self._clock = QTimer(self, singleShot=True, interval=WAIT_MS)
        self._clock.timeout.connect(self._look)
        for box in (self.design, self.points, self.repeats):
            box.currentIndexChanged.connect(lambda _place: self._chose())
        self.cap.edited.connect(lambda _text: self._chose())

    @property
    def settings(self) -> EvalSettings:
        """How the run is wanted."""
        return EvalSettings(
            repeats=self.repeats.currentData(),
            design=Design(self.design.currentData()),
            cap_usd=float(self.cap.text().replace(",", ".")) if self.cap.hasAcceptableInput() else None,
        )

    def look(self, work: Work | None) -> None:
        """A plan by this, a moment later; None: there is nothing to plan."""
        self._work = work
        self._number += 1
        if work is None:
            self._clock.stop()
            self.plan = None
            self._say()
        else:
            self._clock.start()

    def _chose(self) -> None:
        self.look(self._work)
        self.changed.emit()

    def _look(self) -> None:
        work, number = self._work, self._number
        if work is None:
            return
        settings, difference = self.settings, self.points.currentData() / 100

        def show(plan: EvalPlan) -> None:
            if number == self._number:
                self._show(plan)

        def explain(error: WorkbenchError) -> None:
            if number == self._number:
                self.plan = None
                self._say(cautions=(str(error),))

        self._tasks.start(lambda: work(settings, difference), lane="db", done=show, failed=explain, owner=self)

    def _show(self, plan: EvalPlan) -> None:
        self.plan = plan
        self._say(proof_words(plan), effort_words(plan), plan.warnings)

    def _say(self, proof: str = "", effort: str = "", cautions: Sequence[str] = ()) -> None:
        for label, text in ((self._proof, proof), (self._effort, effort)):
            label.set_text(text)
            label.setVisible(bool(text))
        self._cautions.set_texts(cautions)


def _combo(name: str, id: str) -> QComboBox:
    made = QComboBox()
    made.setAccessibleName(name)
    made.setObjectName(id)
    return made


def proof_words(plan: EvalPlan) -> str:
    """What the cases can show: "160 cases show differences of 12 points or more 4 times in 5, ..."."""
    cases = words.count(plan.cases, "case")
    if not plan.pairs:
        return f"{cases}: how often one model is right. Choose a second model to compare."
    if plan.detectable >= 1:
        told = f"{cases} {'is' if plan.cases == 1 else 'are'} too few to show any difference."
    else:
        shows = "shows" if plan.cases == 1 else "show"
        told = (
            f"{cases} {shows} differences of **{plan.detectable * 100:.0f} points** or more 4 times in 5, if two "
            f"models disagree on {words.share(plan.disagree)} of them."
        )
    if plan.can_decide:
        told += f" {plan.difference * 100:g} points take {words.count(plan.cases_needed, 'case')}."
    if plan.pairs > 1:
        told += f" The error rate is shared among {plan.pairs} pairs."
    if plan.sequential_cases is not None:
        told += (
            f" A true difference of {plan.difference * 100:g} points ends it after {plan.sequential_cases:,} cases in "
            "half of all runs."
        )
    return told


def effort_words(plan: EvalPlan) -> str:
    """ "480 answers, 120 of them known already · 2 to 5 min · $0 · 0.11 GB of memory"."""
    known = sum(model.known for model in plan.models)
    parts = [words.count(plan.answers, "answer") + (f", {known:,} of them known already" if known else "")]
    parts.append(time_range(plan.seconds) if plan.seconds is not None else "time not known before the first answers")
    parts.append("cost not known" if plan.usd is None else _money(plan))
    if plan.memory_bytes:
        parts.append(f"{words.gigabytes(plan.memory_bytes)} of memory")
    return " · ".join(parts)


def _money(plan: EvalPlan) -> str:
    assert plan.usd is not None
    if plan.usd.high == 0:
        return "$0"
    return words.usd_range(plan.usd)

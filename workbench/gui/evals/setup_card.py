"""A new eval: which cases, which models, scored how."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from workbench.analysis import words
from workbench.domain.errors import WorkbenchError
from workbench.evals.scorers import Scorer, scorer
from workbench.gui.evals.data_row import DataRow
from workbench.gui.evals.more_setup import MoreSetup
from workbench.gui.evals.plan_lines import PlanLines
from workbench.gui.evals.scorer_picker import spec_words
from workbench.gui.playground.model_choice import ModelEntry
from workbench.gui.ports import SettingsPort
from workbench.gui.tasks import Tasks
from workbench.gui.theme import Space, set_role
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.card import Card
from workbench.gui.widgets.fields import ChipsField, Choice, TextField
from workbench.gui.widgets.text import Words

#: what was put together in the picker, among the scorers of the list
OWN = "(own)"


class SetupCard(Card):
    """`run_wanted` when the person starts it, `put_away` when they look at the results instead, `changed` when another
    eval would be run, `scorers_wanted` when they want more ways to score than one."""

    run_wanted = Signal()
    scorers_wanted = Signal()
    put_away = Signal()
    changed = Signal()

    def __init__(self, scorers: Sequence[Scorer], *, settings: SettingsPort, tasks: Tasks, more: MoreSetup) -> None:
        super().__init__("New eval")
        self.setObjectName("eval-setup")
        self._scorers = tuple(scorers)
        self._running = False
        self._unusable: tuple[WorkbenchError, ...] = ()
        self._models: tuple[ModelEntry, ...] = ()
        self._chosen: tuple[str, ...] | None = None
        self.data = DataRow(settings=settings)
        self._models_field = QWidget()
        self._chips_place = QHBoxLayout(self._models_field)
        self._chips_place.setContentsMargins(0, 0, 0, 0)
        self._chips: ChipsField[str] = ChipsField("Models", ())
        self._chips_place.addWidget(self._chips, 1)
        self._others = QComboBox()
        self._others.setAccessibleName("Add a model of a provider")
        self._others.setObjectName("eval-more-models")
        self._others.activated.connect(self._add_model)
        self._others.hide()
        self._chips_place.addWidget(self._others)
        self.scorer = QComboBox()
        self.scorer.setAccessibleName("Scored by")
        self.scorer.setObjectName("eval-scorer")
        for each in self._scorers:
            self.scorer.addItem(each.title, each.id)
        self.scorer.currentIndexChanged.connect(lambda _place: self._show_scorer())
        self._own: tuple[str, ...] = ()
        self._more = button("More ways …", self.scorers_wanted.emit, hint="With options, and several together")
        self._more.setObjectName("eval-more-scorers")
        self._signature = Words("", "muted")
        self.system = TextField(
            "Instruction for the models", placeholder="Optional: sent with every case", max_length=2000
        )
        self.more = more
        self.plan = PlanLines(tasks=tasks)
        self._run = button("Run the eval", self.run_wanted.emit, kind="main")
        self._run.setObjectName("eval-run")
        self._close = button("Back to the results", self.put_away.emit)
        self._close.setObjectName("eval-put-away")
        self._total = Words("", "muted")
        self._lay_out()
        self._show_scorer()
        self.show_counts()

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.M)
        grid.setVerticalSpacing(Space.M)
        grid.setColumnStretch(1, 1)
        scoring = QWidget()
        chosen = QHBoxLayout()
        chosen.setSpacing(Space.S)
        chosen.addWidget(self.scorer)
        chosen.addWidget(self._more)
        chosen.addStretch(1)
        lines = QVBoxLayout(scoring)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(Space.XS)
        lines.addLayout(chosen)
        lines.addWidget(self._signature)
        for place, (title, field) in enumerate(
            (
                ("Cases", self.data),
                ("Models", self._models_field),
                ("Scored by", scoring),
                ("Instruction", self.system),
                ("", self.more),
                ("Plan", self.plan),
            )
        ):
            label = QLabel(title)
            set_role(label, "section")
            in_middle = title == "Instruction"
            grid.addWidget(label, place, 0, Qt.AlignmentFlag.AlignVCenter if in_middle else Qt.AlignmentFlag.AlignTop)
            grid.addWidget(field, place, 1)
        self.body.addLayout(grid)
        foot = QHBoxLayout()
        foot.setSpacing(Space.S)
        foot.addWidget(self._run)
        foot.addWidget(self._close)
        foot.addWidget(self._total, 1)
        self.body.addLayout(foot)

    # for the view

    def set_models(self, models: Sequence[ModelEntry]) -> None:
        """Offer the usable models; at first all of this machine are chosen. Those of providers come from a list."""
        self._models = tuple(model for model in models if not model.problem)
        self.more.set_models(self._models)
        if self._chosen is None:
            self._draw_models([str(model.path) for model in self._models if model.about is None])
        else:
            self._draw_models(self._chosen)

    def _draw_models(self, chosen: Sequence[str]) -> None:
        shown = [model for model in self._models if model.about is None or str(model.path) in chosen]
        chips = ChipsField("Models", [Choice(str(model.path), model.name, model.fit_sentence) for model in shown])
        chips.set_value(list(chosen))
        chips.changed.connect(self._models_changed)
        self._chips_place.replaceWidget(self._chips, chips)
        self._chips.hide()
        self._chips.deleteLater()
        self._chips = chips
        self._order_keys()
        others = [model for model in self._models if model not in shown]
        self._others.clear()
        self._others.addItem("Add a model of a provider …", "")
        for model in others:
            self._others.addItem(f"{model.name} · {model.place}", str(model.path))
        self._others.setVisible(bool(others))
        self.show_counts()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._order_keys()

    def _order_keys(self) -> None:
        """Models are drawn anew and would be reached after everything else. Qt loses what is put in order before it
        is in its window."""
        if self.isVisible():
            before: QWidget = self.data.last_stop
            for chip in self._chips.findChildren(QPushButton):
                self.setTabOrder(before, chip)
                before = chip

    def _add_model(self, place: int) -> None:
        path = self._others.itemData(place)
        if path:
            self._chosen = (*(str(model.path) for model in self.models), path)
            self._draw_models(self._chosen)

    @property
    def models(self) -> tuple[ModelEntry, ...]:
        """The chosen ones."""
        return tuple(model for model in self._models if str(model.path) in self._chips.value)

    @property
    def scorer_ids(self) -> tuple[str, ...]:
        """As they are written in a run."""
        return self._own if self.scorer.currentData() == OWN else (str(self.scorer.currentData()),)

    def set_scorers(self, specs: Sequence[str]) -> None:
        """What the person put together; it stands at the end of the list and is chosen."""
        known = self.scorer.findData(specs[0]) if len(specs) == 1 else -1
        if known >= 0:
            self.scorer.setCurrentIndex(known)
            return
        self._own = tuple(specs)
        if self.scorer.findData(OWN) < 0:
            self.scorer.addItem("", OWN)
        place = self.scorer.findData(OWN)
        self.scorer.setItemText(place, f"{len(specs)} ways" if len(specs) > 1 else "As put together")
        self.scorer.setCurrentIndex(place)
        self._show_scorer()

    def set_may_put_away(self, may: bool) -> None:
        self._close.setVisible(may)

    def take_keys(self) -> None:
        self.scorer.setFocus()

    def set_running(self, running: bool) -> None:
        """One eval at a time."""
        if running and self._run.hasFocus():
            self.setFocus()  # a button that is disabled would hand the keyboard to another part of the window
        self._running = running
        self.show_counts()

    @property
    def is_usable(self) -> bool:
        """Whether the chosen scorers can use all cases, as far as is known."""
        return not self._unusable

    def show_unusable(self, problems: Sequence[WorkbenchError]) -> None:
        """What the chosen scorers cannot use of the cases; with any of it the eval cannot start."""
        if tuple(problems) != self._unusable:
            self._unusable = tuple(problems)
            self._show_start()

    def show_counts(self) -> None:
        """How much the run would ask, and whether it can start."""
        self._show_start()
        self.changed.emit()

    def _show_start(self) -> None:
        examined = self.data.examined
        cases = len(examined.dataset.cases) if examined else 0
        models = len(self.models)
        self._run.setEnabled(bool(cases and models) and not self._running and not self._unusable)
        in_part = examined is not None and examined.problems and cases and not self._unusable
        good = f" with the {words.count(cases, 'good case')}" if in_part else ""
        self._run.setText(f"Run the eval{good}")
        self._run.setAccessibleName(self._run.text())
        missing = "Choose at least one model." if cases else "Choose the cases first."
        self._total.set_text(_first(self._unusable) if cases and models else missing)

    def _models_changed(self, paths: tuple[str, ...]) -> None:
        self._chosen = paths
        self.show_counts()

    def _show_scorer(self) -> None:
        if self.scorer.currentData() == OWN:
            self._signature.set_text(words.listed([spec_words(spec) for spec in self._own]))
        else:
            self._signature.set_text(self._scorers[max(self.scorer.currentIndex(), 0)].expects)
        self.more.show_needed(frozenset().union(*(scorer(spec).wants for spec in self.scorer_ids)))
        self.changed.emit()


def _first(problems: Sequence[WorkbenchError]) -> str:
    """The first of them, and how many there are."""
    if not problems:
        return ""
    more = f" There are {len(problems) - 1:,} more like it." if len(problems) > 2 else ""
    more = " There is one more like it." if len(problems) == 2 else more
    return f"{problems[0].what.rstrip('.')}.{more} {problems[0].mend}"

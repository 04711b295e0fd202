"""This eval beside another one of the same cases: what changed, and on which cases."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout

from workbench.domain.evals import EvalRun, RunsCompared
from workbench.gui.evals.run_bar import run_title
from workbench.gui.evals.verdicts import TONES
from workbench.gui.ports import SettingsPort
from workbench.gui.widgets.card import Card
from workbench.gui.widgets.rows import Column, Mark
from workbench.gui.widgets.state import ErrorBox
from workbench.gui.widgets.table import DataTable
from workbench.gui.widgets.text import Words
from workbench.services.eval_words import NameOf, difference_words, percent, runs_words

NAMED = 12


class RunsCard(Card):
    """`wanted` (run id) when the person chooses what to compare with; hidden while there is nothing to compare with."""

    wanted = Signal(str)

    def __init__(self, *, settings: SettingsPort, name_of: NameOf) -> None:
        super().__init__("Compared with another eval")
        self.setObjectName("eval-runs-compared")
        self._name_of = name_of
        self.others = QComboBox()
        self.others.setAccessibleName("Compared with which eval")
        self.others.setObjectName("eval-compare-with")
        self.others.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.others.setMinimumContentsLength(30)
        self.others.activated.connect(lambda place: self.wanted.emit(self.others.itemData(place)))
        row = QHBoxLayout()
        row.addWidget(self.others, 1)
        self.body.addLayout(row)
        self._said = Words("", "body")
        self.error = ErrorBox()
        self._table: DataTable[RunsCompared] = DataTable(
            "eval-runs-compared",
            (
                Column("model", "Model", lambda found: name_of(found.model_id), width=130, stretch=True),
                Column("before", "Before", lambda found: percent(found.before), right=True, width=80),
                Column("after", "After", lambda found: percent(found.after), right=True, width=80),
                Column(
                    "difference",
                    "Difference",
                    lambda found: difference_words(found.pair),
                    unit="with 95 % interval",
                    right=True,
                    mark=lambda found: Mark(TONES[found.pair.verdict]),
                    hint=lambda found: found.pair.method,
                    width=170,
                ),
                Column(
                    "gained",
                    "Became right",
                    lambda found: f"{len(found.gained):,}",
                    right=True,
                    hint=lambda found: _named(found.gained),
                    width=100,
                ),
                Column(
                    "lost",
                    "Became wrong",
                    lambda found: f"{len(found.lost):,}",
                    right=True,
                    hint=lambda found: _named(found.lost),
                    width=100,
                ),
            ),
            row_id=lambda found: f"{found.model_id}|{found.scorer}",
            name="This eval compared with another",
            settings=settings,
            filterable=False,
            visible_rows=6,
            snug=True,
        )
        for widget in (self._said, self._table, self.error):
            self.body.addWidget(widget)
            widget.hide()

    def show_others(self, run: EvalRun, runs: Sequence[EvalRun]) -> None:
        """The scenario's other runs that share a model and a scorer with this one."""
        others = [
            other
            for other in runs
            if other.id != run.id
            and set(other.model_ids) & set(run.model_ids)
            and set(other.scorers) & set(run.scorers)
        ]
        self.setVisible(bool(others))
        self.others.clear()
        self.others.addItem("Choose an eval", "")
        for other in others:
            self.others.addItem(run_title(other), other.id)
        self.clear()

    def clear(self) -> None:
        self._said.hide()
        self._table.hide()
        self.error.clear()

    def show_compared(self, found: Sequence[RunsCompared]) -> None:
        """What changed, in words and figures."""
        self.error.clear()
        self._said.set_text(". ".join(runs_words(each, self._name_of) for each in found) + ".")
        self._table.set_rows(found)
        self._said.show()
        self._table.show()


def _named(cases: Sequence[str]) -> str:
    more = f" and {len(cases) - NAMED:,} more" if len(cases) > NAMED else ""
    return ", ".join(cases[:NAMED]) + more if cases else "None."

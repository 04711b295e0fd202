"""The decision record as a form: every field is sent on when the person pauses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.domain.decision import Condition, Consequence, Decision, DecisionStatus, Rejection, Risk
from workbench.domain.errors import WorkbenchError
from workbench.gui.forms.entry_rows import EntryRows
from workbench.gui.forms.record_rows import ConditionRow, ConsequenceRow, RiskRow
from workbench.gui.forms.text_box import TextBox
from workbench.gui.theme import Space
from workbench.gui.widgets.fields import Choice, ChoiceField, DayField, TextField
from workbench.gui.widgets.text import Words
from workbench.services.conditions import Subjects

PAUSE_MS = 500
_PEOPLE = {"deciders": "Decided by", "consulted": "Consulted", "informed": "Informed"}
_DATES = {"decided_at": ("Decided on", "2026-11-21"), "review_on": ("Review on", "2027-05-21")}


class DecisionForm(QWidget):
    """Sends `changed` (Decision) when something was edited; `show_decision` never sends."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._decision = Decision("", "")
        self._option: ChoiceField[str] | None = None
        self._options: tuple[Choice[str], ...] = ()
        self._subjects = Subjects()
        self._because = TextBox("Because", lines=3)
        self._against = RejectionBoxes()
        self._consequences: EntryRows[Consequence] = EntryRows(
            "Add a consequence", ConsequenceRow, lambda: Consequence("")
        )
        self._risks: EntryRows[Risk] = EntryRows("Add a risk", RiskRow, lambda: Risk(""))
        self._triggers: EntryRows[Condition] = EntryRows(
            "Add a trigger", lambda c: ConditionRow(c, lambda: self._subjects, as_limit=False), lambda: Condition("")
        )
        self._thresholds: EntryRows[Condition] = EntryRows(
            "Add a threshold", lambda c: ConditionRow(c, lambda: self._subjects, as_limit=True), lambda: Condition("")
        )
        self._dissent = TextBox("Dissent", lines=2)
        self._confirmation = TextBox("How it will be checked", lines=2)
        self._people = {
            name: TextField(title, placeholder="Names or roles, separated by commas") for name, title in _PEOPLE.items()
        }
        self._dates = {name: DayField(title, example) for name, (title, example) in _DATES.items()}
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._send)
        self._lay_out()
        self._listen()

    def set_options(self, options: Sequence[Choice[str]], subjects: Subjects) -> None:
        """The options to choose from, and what conditions can be about; the choice shown stays."""
        if subjects != self._subjects:
            self._subjects = subjects
            for row in (*self._triggers.rows, *self._thresholds.rows):
                if isinstance(row, ConditionRow):
                    row.fill_subjects()
        if tuple(options) == self._options:
            return
        self._options = tuple(options)
        field: ChoiceField[str] = ChoiceField("Decided for", self._options)
        field.set_value(self._decision.option)
        field.changed.connect(self._touched)
        if self._option is not None:
            self._option.hide()
            self._option.deleteLater()
        self._option = field
        self._option_place.addWidget(field)
        self._show_against(self._decision)

    def wait_for_options(self) -> None:
        """Another scenario: its options come with its report, and until then nobody chooses one of the last."""
        self._options = ()
        if self._option is not None:
            self._option.hide()
            self._option.deleteLater()
            self._option = None
        self._show_against(self._decision)

    def show_decision(self, decision: Decision) -> None:
        """Draws a stored decision, unless the person is typing."""
        if self._pause.isActive() or decision == self._decision:
            return
        self._decision = decision
        if self._option is not None:
            self._option.set_value(decision.option)
        for field, text in (
            (self._because, decision.because),
            (self._dissent, decision.dissent),
            (self._confirmation, decision.confirmation),
        ):
            field.set_text(text)
        for name, line in self._people.items():
            line.set_value(", ".join(getattr(decision, name)))
        for name, day in self._dates.items():
            day.set_value(getattr(decision, name))
        self._risks.show_entries(decision.risks)
        self._consequences.show_entries(decision.consequences)
        self._triggers.show_entries(decision.triggers)
        self._thresholds.show_entries(decision.thresholds)
        self._show_against(decision)

    def flush(self) -> None:
        """Sends at once what the pause in typing was waiting for."""
        if self._pause.isActive():
            self._pause.stop()
            self._send()

    def value(self) -> Decision:
        """The decision as the form has it; what the form does not show stays."""
        option = (self._option.value or "") if self._option is not None else self._decision.option
        return replace(
            self._decision,
            option=option,
            because=self._because.text(),
            decided_at=self._dates["decided_at"].value,
            review_on=self._dates["review_on"].value,
            deciders=_split(self._people["deciders"].text()),
            consulted=_split(self._people["consulted"].text()),
            informed=_split(self._people["informed"].text()),
            risks=self._risks.value(),
            dissent=self._dissent.text(),
            triggers=self._triggers.value(),
            confirmation=self._confirmation.text(),
            thresholds=self._thresholds.value(),
            rejections=self._rejections(option),
            consequences=self._consequences.value(),
        )

    def faults(self) -> list[WorkbenchError]:
        """What stands in the form and cannot be taken."""
        return [
            WorkbenchError("That is not a date", where=_DATES[name][0], mend=day.problem)
            for name, day in self._dates.items()
            if day.problem
        ]

    def _rejections(self, option: str) -> tuple[Rejection, ...]:
        """The reasons against the others; one against the option that is now chosen falls away."""
        found = self._against.value() if self._options else self._decision.rejections
        return tuple(each for each in found if each.option != option)

    def _show_against(self, decision: Decision) -> None:
        others = [(each.value, each.title) for each in self._options if each.value != decision.option]
        self._against.show_rejections(others, decision.rejections)
        self._against_title.setVisible(bool(others))

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        column.addWidget(Words("Decided for", "heading"))
        self._option_place = QVBoxLayout()
        column.addLayout(self._option_place)
        self._against_title = Words("Why not the others", "heading")
        fields: tuple[tuple[str | Words, QWidget], ...] = (
            ("Because", self._because),
            (self._against_title, self._against),
            ("Consequences", self._consequences),
            ("Risks", self._risks),
            ("How it will be checked", self._confirmation),
            ("What the check must show", self._thresholds),
            ("Look at it again before the review when", self._triggers),
            ("Dissent", self._dissent),
            *((title, self._people[name]) for name, title in _PEOPLE.items()),
        )
        for title, widget in fields:
            column.addWidget(Words(title, "heading") if isinstance(title, str) else title)
            column.addWidget(widget)
        dates = QHBoxLayout()
        dates.setSpacing(Space.M)
        for name, (title, _example) in _DATES.items():
            part = QVBoxLayout()
            part.addWidget(Words(title, "heading"))
            part.addWidget(self._dates[name])
            dates.addLayout(part)
        column.addLayout(dates)
        column.addStretch(1)

    def _listen(self) -> None:
        for field in (self._because, self._dissent, self._confirmation):
            field.textChanged.connect(self._touched)
        for line in self._people.values():
            line.edited.connect(self._touched)
        for day in self._dates.values():
            day.changed.connect(self._touched)
        for rows in (self._risks, self._consequences, self._triggers, self._thresholds, self._against):
            rows.changed.connect(self._touched)

    def _touched(self, _value: object = None) -> None:
        self._pause.start()

    def _send(self) -> None:
        now = self.value()
        if now != self._decision:
            if now.option != self._decision.option:
                # Another option is another decision: what was recorded, accepted or signed was the first.
                now = replace(now, status=DecisionStatus.DRAFT, basis=None)
                self._show_against(now)
            self._decision = now
            self.changed.emit(now)


class RejectionBoxes(QWidget):
    """A box for each option that was not chosen."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(Space.XS)
        self._boxes: dict[str, TextBox] = {}
        self._others: tuple[tuple[str, str], ...] = ()
        self._rest: tuple[Rejection, ...] = ()

    def show_rejections(self, others: Sequence[tuple[str, str]], rejections: Sequence[Rejection]) -> None:
        """Draws a box for each of `others` (id, title); reasons against any other option are kept unseen."""
        said = {each.option: each.why for each in rejections}
        if tuple(others) != self._others:
            self._others = tuple(others)
            while (item := self._column.takeAt(0)) is not None:
                if (old := item.widget()) is not None:
                    old.hide()
                    old.deleteLater()
            self._boxes = {}
            for option, title in others:
                box = TextBox(f"Why not {option}", placeholder=f"Why not {option}")
                self._column.addWidget(Words(title, "muted"))
                self._column.addWidget(box)
                box.textChanged.connect(lambda: self.changed.emit(None))
                self._boxes[option] = box
        for option, box in self._boxes.items():
            box.set_text(said.get(option, ""))
        self._rest = tuple(each for each in rejections if each.option not in self._boxes)

    def value(self) -> tuple[Rejection, ...]:
        found = [Rejection(option, box.text()) for option, box in self._boxes.items() if box.text()]
        return (*found, *self._rest)


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())

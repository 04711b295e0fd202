"""The decision record as a form: every field is sent on when the person pauses."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.domain.decision import Decision, Risk
from workbench.gui.forms.text_box import TextBox
from workbench.gui.theme import Space
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.fields import Choice, ChoiceField, TextField
from workbench.gui.widgets.text import Words

PAUSE_MS = 500


class DecisionForm(QWidget):
    """Sends `changed` (Decision) when something was edited; `show_decision` never sends."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._decision = Decision("", "")
        self._option: ChoiceField[str] | None = None
        self._options: tuple[Choice[str], ...] = ()
        self._because = TextBox("Because", lines=3)
        self._risks = RiskRows()
        self._triggers = TextBox("Look at it again when, one line each", lines=2)
        self._dissent = TextBox("Dissent", lines=2)
        self._confirmation = TextBox("How it will be checked", lines=2)
        self._people = {
            "deciders": TextField("Decided by", placeholder="Names or roles, separated by commas"),
            "consulted": TextField("Consulted", placeholder="Names or roles, separated by commas"),
            "informed": TextField("Informed", placeholder="Names or roles, separated by commas"),
        }
        self._dates = {
            "decided_at": TextField("Decided on", placeholder="2026-11-21", max_length=10),
            "review_on": TextField("Review on", placeholder="2027-05-21", max_length=10),
        }
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._send)
        self._lay_out()
        self._listen()

    def set_options(self, options: Sequence[Choice[str]]) -> None:
        """The options to choose from; the choice shown stays."""
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

    def show_decision(self, decision: Decision) -> None:
        """Draws a stored decision, unless the person is typing."""
        if self._pause.isActive() or decision == self._decision:
            return
        self._decision = decision
        if self._option is not None:
            self._option.set_value(decision.option)
        for field, text in (
            (self._because, decision.because),
            (self._triggers, "\n".join(decision.triggers)),
            (self._dissent, decision.dissent),
            (self._confirmation, decision.confirmation),
        ):
            field.set_text(text)
        for name, line in self._people.items():
            line.set_value(", ".join(getattr(decision, name)))
        for name, line in self._dates.items():
            line.set_value(getattr(decision, name))
        self._risks.show_risks(decision.risks)

    def flush(self) -> None:
        """Sends at once what the pause in typing was waiting for."""
        if self._pause.isActive():
            self._pause.stop()
            self._send()

    def value(self) -> Decision:
        """The decision as the form has it."""
        return Decision(
            option=(self._option.value or "") if self._option is not None else self._decision.option,
            because=self._because.text(),
            status=self._decision.status,
            decided_at=self._dates["decided_at"].text().strip(),
            review_on=self._dates["review_on"].text().strip(),
            deciders=_split(self._people["deciders"].text()),
            consulted=_split(self._people["consulted"].text()),
            informed=_split(self._people["informed"].text()),
            risks=self._risks.value(),
            dissent=self._dissent.text(),
            triggers=tuple(line.strip() for line in self._triggers.text().splitlines() if line.strip()),
            confirmation=self._confirmation.text(),
        )

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        column.addWidget(Words("Decided for", "heading"))
        self._option_place = QVBoxLayout()
        column.addLayout(self._option_place)
        for title, widget in (
            ("Because", self._because),
            ("Risks", self._risks),
            ("Look at it again when", self._triggers),
            ("How it will be checked", self._confirmation),
            ("Dissent", self._dissent),
            ("Decided by", self._people["deciders"]),
            ("Consulted", self._people["consulted"]),
            ("Informed", self._people["informed"]),
        ):
            column.addWidget(Words(title, "heading"))
            column.addWidget(widget)
        dates = QHBoxLayout()
        dates.setSpacing(Space.M)
        for title, line in (("Decided on", self._dates["decided_at"]), ("Review on", self._dates["review_on"])):
            part = QVBoxLayout()
            part.addWidget(Words(title, "heading"))
            part.addWidget(line)
            dates.addLayout(part)
        column.addLayout(dates)
        column.addStretch(1)

    def _listen(self) -> None:
        for field in (self._because, self._triggers, self._dissent, self._confirmation):
            field.textChanged.connect(self._touched)
        for line in (*self._people.values(), *self._dates.values()):
            line.edited.connect(self._touched)
        self._risks.changed.connect(self._touched)

    def _touched(self, _value: object = None) -> None:
        self._pause.start()

    def _send(self) -> None:
        now = self.value()
        if now != self._decision:
            self._decision = now
            self.changed.emit(now)


class RiskRows(QWidget):
    """One line per risk: what may go wrong, who watches it, what is done about it."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        self._rows: list[_RiskRow] = []
        self._place = QVBoxLayout()
        self._place.setSpacing(Space.XS)
        column.addLayout(self._place)
        column.addWidget(button("Add a risk", lambda: self._add(Risk("")), kind="link"))

    def show_risks(self, risks: Sequence[Risk]) -> None:
        """Draws these risks; sends nothing."""
        if tuple(risks) == self.value():
            return
        for row in self._rows:
            row.hide()
            row.deleteLater()
        self._rows = []
        for risk in risks:
            self._put(risk)

    def value(self) -> tuple[Risk, ...]:
        return tuple(row.value() for row in self._rows if row.value().text)

    def _add(self, risk: Risk) -> None:
        self._put(risk).setFocus()

    def _put(self, risk: Risk) -> _RiskRow:
        row = _RiskRow(risk)
        row.changed.connect(self.changed)
        row.removed.connect(self._remove)
        self._rows.append(row)
        self._place.addWidget(row)
        return row

    def _remove(self, row: _RiskRow) -> None:
        self._rows.remove(row)
        row.hide()
        row.deleteLater()
        self.changed.emit(None)


class _RiskRow(QWidget):
    changed = Signal(object)
    removed = Signal(object)

    def __init__(self, risk: Risk) -> None:
        super().__init__()
        self._text = TextBox("Risk", placeholder="What may go wrong")
        self._owner = TextField("Owner of the risk", placeholder="Who watches it", max_length=120)
        self._mitigation = TextBox("What is done about it", placeholder="What is done about it")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, Space.S)
        column.setSpacing(Space.XS)
        column.addWidget(self._text)
        column.addWidget(self._mitigation)
        row = QHBoxLayout()
        row.setSpacing(Space.XS)
        row.addWidget(self._owner, 1)
        remove = button("Remove", lambda: self.removed.emit(self), kind="link")
        remove.setAccessibleName("Remove this risk")
        row.addWidget(remove)
        column.addLayout(row)
        self._owner.set_value(risk.owner)
        self._owner.edited.connect(self._touched)
        for box, text in ((self._text, risk.text), (self._mitigation, risk.mitigation)):
            box.set_text(text)
            box.textChanged.connect(self._touched)
        self.setFocusProxy(self._text)

    def _touched(self, _text: str = "") -> None:
        self.changed.emit(None)

    def value(self) -> Risk:
        return Risk(self._text.text(), self._owner.text().strip(), self._mitigation.text())


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())

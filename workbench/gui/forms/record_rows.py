"""The entries of a decision record: risks, consequences, and conditions that the watch can measure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from workbench.domain.decision import Condition, Consequence, Effect, Risk, Watch
from workbench.gui.forms.entry_rows import RowSignals
from workbench.gui.forms.text_box import TextBox
from workbench.gui.theme import Space
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.fields import NumberField, TextField
from workbench.services.conditions import Subjects, said

EFFECT_WORDS = {Effect.GOOD: "Good", Effect.NEUTRAL: "Neutral", Effect.BAD: "Bad"}
WATCH_WORDS = {
    Watch.WORDS: "People tell",
    Watch.MONTHLY_COST: "Cost a month, USD",
    Watch.QUALITY: "Quality, 0 to 100",
    Watch.WEEKS: "Weeks to launch",
    Watch.VOLUME: "Requests a day",
    Watch.PRICE_IN: "Price of input, USD per million tokens",
    Watch.PRICE_OUT: "Price of output, USD per million tokens",
    Watch.SHUTDOWN: "Shutdown announced",
}


class _Row(QWidget):
    """A column with a last line that ends in Remove."""

    def __init__(self, what: str) -> None:
        super().__init__()
        self.signals = RowSignals(self)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, Space.S)
        self.column.setSpacing(Space.XS)
        self.line = QHBoxLayout()
        self.line.setSpacing(Space.XS)
        self._remove = button("Remove", self.signals.removed.emit, kind="link")
        self._remove.setAccessibleName(f"Remove this {what}")

    @property
    def widget(self) -> QWidget:
        return self

    def finish(self, focus: QWidget) -> None:
        """Adds the last line, when the row's own widgets are in."""
        self.line.addWidget(self._remove, 0, Qt.AlignmentFlag.AlignTop)
        self.column.addLayout(self.line)
        # No focus proxy: Qt would then leave out of the Tab order what stands before it.
        self._first = focus

    def begin(self) -> None:
        """Puts the cursor into the first field."""
        self._first.setFocus(Qt.FocusReason.OtherFocusReason)

    def touched(self, _value: object = None) -> None:
        self.signals.changed.emit()


class RiskRow(_Row):
    """What may go wrong, what is done about it, who watches it."""

    def __init__(self, risk: Risk) -> None:
        super().__init__("risk")
        self._text = TextBox("Risk", placeholder="What may go wrong")
        self._mitigation = TextBox("What is done about it", placeholder="What is done about it")
        self._owner = TextField("Owner of the risk", placeholder="Who watches it", max_length=120)
        self.column.addWidget(self._text)
        self.column.addWidget(self._mitigation)
        self.line.addWidget(self._owner, 1)
        self._owner.set_value(risk.owner)
        self._owner.edited.connect(self.touched)
        for box, text in ((self._text, risk.text), (self._mitigation, risk.mitigation)):
            box.set_text(text)
            box.textChanged.connect(self.touched)
        self.finish(self._text)

    def value(self) -> Risk | None:
        risk = Risk(self._text.text(), self._owner.text().strip(), self._mitigation.text())
        return risk if risk.text else None


class ConsequenceRow(_Row):
    """What follows, and whether that is good."""

    def __init__(self, consequence: Consequence) -> None:
        super().__init__("consequence")
        self._text = TextBox("Consequence", placeholder="What follows from the choice")
        self._text.set_text(consequence.text)
        self._effect = _choice("Good or bad", tuple(EFFECT_WORDS.items()), consequence.effect)
        self.line.addWidget(self._effect, 0, Qt.AlignmentFlag.AlignTop)
        self.line.addWidget(self._text, 1)
        self._text.textChanged.connect(self.touched)
        self._effect.currentIndexChanged.connect(self.touched)
        self.finish(self._text)

    def value(self) -> Consequence | None:
        text = self._text.text()
        return Consequence(text, Effect(self._effect.currentData())) if text else None


class ConditionRow(_Row):
    """A condition in words; below them what the watch measures of it, if anything.

    Words that nobody typed follow the measure.
    """

    def __init__(self, condition: Condition, subjects: Callable[[], Subjects], *, as_limit: bool) -> None:
        what = "threshold" if as_limit else "trigger"
        super().__init__(what)
        self._subjects, self._condition, self._as_limit = subjects, condition, as_limit
        self._text = TextBox(what.capitalize(), placeholder="In words, or choose below what the watch measures")
        self._text.set_text(condition.text)
        self._watch = _choice(f"Who tells, of this {what}", tuple(WATCH_WORDS.items()), condition.watch)
        self._subject = _choice(f"Of what, of this {what}", (), "")
        self._subject.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._subject.setMinimumContentsLength(12)
        self._side = _choice(
            f"Above or below, of this {what}",
            (("above", "at most"), ("below", "at least")) if as_limit else (("above", "above"), ("below", "below")),
            "below" if condition.below is not None else "above",
        )
        self._bound = NumberField(f"Bound of this {what}", low=0, width=90)
        self._bound.set_value(condition.above if condition.above is not None else condition.below)
        self.column.addWidget(self._text)
        measure = QHBoxLayout()
        measure.setSpacing(Space.XS)
        measure.addWidget(self._watch)
        measure.addWidget(self._subject, 1)
        self.column.addLayout(measure)
        self.line.addWidget(self._side)
        self.line.addWidget(self._bound)
        self.line.addStretch(1)
        self.fill_subjects()
        self._text.textChanged.connect(self.touched)
        self._watch.currentIndexChanged.connect(self._watched_otherwise)
        for box in (self._subject, self._side):
            box.currentIndexChanged.connect(lambda _place: self._measured())
        self._bound.changed.connect(lambda _value: self._measured())
        self.finish(self._text)

    def value(self) -> Condition | None:
        watch = Watch(self._watch.currentData())
        bound = self._bound.value
        has_bound = watch not in (Watch.WORDS, Watch.SHUTDOWN)
        side = self._side.currentData()
        condition = Condition(
            self._text.text(),
            watch,
            (self._subject.currentData() or "") if watch not in (Watch.WORDS, Watch.VOLUME) else "",
            above=bound if has_bound and side == "above" else None,
            below=bound if has_bound and side == "below" else None,
        )
        return condition if condition.text or watch is not Watch.WORDS else None

    def fill_subjects(self) -> None:
        """What can be watched in this way; a subject stored earlier stays in the list."""
        watch = Watch(self._watch.currentData())
        known = self._subjects().of(watch)
        stored = self._condition.subject
        if stored and self._condition.watch is watch and stored not in dict(known):
            known = (*known, (stored, stored))
        self._subject.blockSignals(True)
        self._subject.clear()
        for identity, name in known:
            self._subject.addItem(name, identity)
        place = self._subject.findData(stored)
        self._subject.setCurrentIndex(max(place, 0) if known else -1)
        self._subject.blockSignals(False)
        self._subject.setVisible(bool(known))
        bounded = watch not in (Watch.WORDS, Watch.SHUTDOWN)
        self._side.setVisible(bounded)
        self._bound.setVisible(bounded)

    def _said(self, condition: Condition) -> Condition:
        return said(condition, self._subjects().name_of, as_limit=self._as_limit)

    def _watched_otherwise(self, _place: int) -> None:
        self.fill_subjects()
        self._measured()

    def _measured(self) -> None:
        """The measure was changed: words that said the old one say the new one."""
        now = self.value()
        if now is not None and now.watch is not Watch.WORDS:
            old = self._condition
            own = self._said(Condition("", old.watch, old.subject, old.above, old.below))
            if now.text in ("", own.text):
                bare = Condition("", now.watch, now.subject, now.above, now.below)
                complete = now.watch is Watch.SHUTDOWN or now.above is not None or now.below is not None
                now = self._said(bare) if complete else bare
                self._text.set_text(now.text)
            self._condition = now
        self.touched()


def _choice(name: str, choices: Sequence[tuple[str, str]], chosen: str) -> QComboBox:
    """A drop-down list of (value, title). Qt keeps plain text only: an enum comes back as its value."""
    box = QComboBox()
    box.setAccessibleName(name)
    for value, title in choices:
        box.addItem(title, value)
    box.setCurrentIndex(max(box.findData(chosen), 0) if choices else -1)
    return box

"""How answers are scored, in plain words: what each way looks for, an example, its options, and several together."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workbench.domain.errors import WorkbenchError
from workbench.evals.scorers import Group, Scorer, scorer
from workbench.gui.theme import Space, fitting, scaled_px, set_role
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.scroller import ColumnScroller
from workbench.gui.widgets.state import ErrorBox
from workbench.gui.widgets.text import Words

MOST = 10
WEIGHTED = "weighted"
TOGETHER = {
    "": "each for itself",
    "all-of": "right when all are right",
    "any-of": "right when one is right",
    WEIGHTED: "the mean of them, weighted",
}


class ScorerPicker(QDialog):
    """Sends `chosen` (a tuple of specs, as `scorers.spec` reads them) when the person is done."""

    chosen = Signal(object)

    def __init__(self, scorers: Sequence[Scorer], picked: Sequence[str], *, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("scorer-picker")
        self.setWindowTitle("How answers are scored")
        self.setMinimumSize(fitting(self, 820, 580))
        self._scorers = tuple(scorers)
        self._picked: list[str] = list(picked)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Find: number, JSON, date, tone …")
        self.search.setAccessibleName("Find a way to score")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(lambda _text: self._list_scorers())
        self.ways = QListWidget()
        self.ways.setAccessibleName("Ways to score")
        self.ways.setObjectName("scorer-ways")
        self.ways.currentItemChanged.connect(lambda _now, _before: self._explain())
        self._details = ColumnScroller()
        self._title = QLabel()
        set_role(self._title, "section")
        self._about, self._example = Words(""), Words("", "muted")
        self._options = QWidget()
        self._form = QFormLayout(self._options)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setVerticalSpacing(Space.S)
        self._fields: dict[str, QLineEdit | QCheckBox] = {}
        self.turned = QCheckBox("Turned round: right when this is wrong")
        self.turned.setObjectName("scorer-not")
        self.add = button("Add", self._add, hint="Score with this, with the options as they are")
        self.add.setObjectName("scorer-add")
        self.add.setDefault(True)  # Enter in a field adds; it never closes the dialog
        self._error = ErrorBox()
        self.kept = QListWidget()
        self.kept.setAccessibleName("Chosen ways to score")
        self.kept.setMaximumHeight(scaled_px(self, 96))
        self._remove = button("Take out", self._take_out, hint="Takes the selected one out")
        self.together = QComboBox()
        self.together.setAccessibleName("How several count")
        for name, title in TOGETHER.items():
            self.together.addItem(title, name)
        self.weights = QLineEdit()
        self.weights.setPlaceholderText("Weights, in this order: 3 1")
        self.weights.setAccessibleName("Weights, one number for each, in their order")
        self.weights.setObjectName("scorer-weights")
        self.weights.hide()
        self.together.currentIndexChanged.connect(lambda _place: self._show_kept())
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        use = self._buttons.addButton("", QDialogButtonBox.ButtonRole.AcceptRole)
        assert isinstance(use, QPushButton)
        use.setProperty("kind", "main")
        use.setObjectName("scorer-use")
        self._use = use
        self._buttons.accepted.connect(self._take)
        self._buttons.rejected.connect(self.reject)
        self._lay_out()
        self._list_scorers()
        self._show_kept()

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.addWidget(self.search)
        left.addWidget(self.ways, 1)
        details = self._details
        for part in (self._title, self._about, self._example, self._options):
            details.column.addWidget(part)
        details.column.addStretch(1)
        right = QVBoxLayout()
        right.addWidget(details, 1)
        right.addWidget(self._error)
        adding = QHBoxLayout()
        adding.setSpacing(Space.M)
        adding.addWidget(self.add)
        adding.addWidget(self.turned)
        adding.addStretch(1)
        right.addLayout(adding)
        top = QHBoxLayout()
        top.setSpacing(Space.L)
        top.addLayout(left, 2)
        top.addLayout(right, 3)
        heading = QLabel("Answers are scored with")
        set_role(heading, "section")
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        row.addWidget(QLabel("Several count"))
        row.addWidget(self.together)
        row.addWidget(self.weights)
        row.addWidget(self._remove)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setSpacing(Space.M)
        column.addLayout(top, 1)
        column.addWidget(heading)
        column.addWidget(self.kept)
        column.addLayout(row)
        column.addWidget(self._buttons)

    # The list

    def _list_scorers(self) -> None:
        """Those that fit what was typed, under what they are for."""
        wanted = self.search.text().casefold().split()
        self.ways.clear()
        for group in Group:
            members = [each for each in self._scorers if each.group is group and _fits(each, wanted)]
            if members:
                self.ways.addItem(_heading(group.value, self.ways))
            for each in members:
                item = QListWidgetItem(each.title)
                item.setData(Qt.ItemDataRole.UserRole, each.id)
                item.setToolTip(each.expects)
                self.ways.addItem(item)
        first = next((row for row in range(self.ways.count()) if self._id(row)), -1)
        self.ways.setCurrentRow(first)
        self._explain()

    def _id(self, row: int) -> str:
        item = self.ways.item(row)
        return str(item.data(Qt.ItemDataRole.UserRole) or "") if item is not None else ""

    @property
    def current(self) -> Scorer | None:
        id = self._id(self.ways.currentRow())
        return next((each for each in self._scorers if each.id == id), None)

    def pick(self, id: str) -> None:
        """Go to one of them."""
        self.ways.setCurrentRow(next(row for row in range(self.ways.count()) if self._id(row) == id))

    def _explain(self) -> None:
        member = self.current
        self._error.clear()
        self.add.setEnabled(member is not None)
        self.turned.setChecked(False)
        while self._form.rowCount():
            self._form.removeRow(0)
        self._fields = {}
        if member is None:
            self._title.setText("Nothing fits")
            self._about.set_text("Try another word.")
            self._example.set_text("")
            self._details.fit()
            return
        expected, right, wrong = member.example
        self._title.setText(member.title)
        self._about.set_text(f"Expected: {member.expects}")
        asked = f"Expected “{expected}”. " if expected else ""
        self._example.set_text(f"For example: {asked}Right: {right.shown}. Less: {wrong.shown}.")
        for part in fields(member):
            if part.metadata:
                self._add_option(part.name, str(part.metadata["title"]), str(part.metadata["help"]), part.default)
        self._details.fit()

    def _add_option(self, name: str, title: str, help: str, default: Any) -> None:
        field: QLineEdit | QCheckBox
        if isinstance(default, bool):
            field = QCheckBox(help)
            field.setChecked(default)
        else:
            field = QLineEdit()
            field.setPlaceholderText(help)
            if default not in (None, ""):
                field.setText(str(default))
        field.setAccessibleName(title)
        field.setObjectName(f"option-{name}")
        field.setToolTip(help)
        self._fields[name] = field
        self._form.addRow(title, field)

    # What was chosen

    def _add(self) -> None:
        member = self.current
        if member is None:
            return
        self._error.clear()
        try:
            spec = self._spec(member)
        except WorkbenchError as error:
            self._error.show_error(error)
            return
        if spec not in self._picked and len(self._picked) < MOST:
            self._picked.append(spec)
        self._show_kept()

    def _spec(self, member: Scorer) -> str:
        """With the options as they were typed. Raises WorkbenchError for one that makes no sense."""
        typed: dict[str, Any] = {}
        for part in fields(member):
            field = self._fields.get(part.name)
            if isinstance(field, QCheckBox):
                typed[part.name] = field.isChecked()
            elif field is not None and field.text() != ("" if part.default is None else str(part.default)):
                typed[part.name] = _typed(field.text(), part.default, part.name)
        made = replace(member, **typed)
        fault = made.misuse() or (made.problem("") if made.expected is not None else "")
        if fault:
            raise WorkbenchError(f"This cannot be scored with: {fault}", mend=member.expects)
        return scorer(f"not({made.spec})" if self.turned.isChecked() else made.spec).spec

    def _take_out(self) -> None:
        row = self.kept.currentRow() if self.kept.currentRow() >= 0 else self.kept.count() - 1
        if 0 <= row < len(self._picked):
            del self._picked[row]
        self._show_kept()

    def _show_kept(self) -> None:
        self.kept.clear()
        self.kept.addItems([spec_words(spec) for spec in self._picked])
        several = len(self._picked) > 1
        self.together.setEnabled(several)
        self.weights.setVisible(several and self.together.currentData() == WEIGHTED)
        self._remove.setEnabled(bool(self._picked))
        self._use.setEnabled(bool(self._picked))
        self._use.setText(self._taken_words())

    def _taken_words(self) -> str:
        """What the button takes, so that who has selected another way and not added it sees that."""
        if len(self._picked) == 1:
            return f"Score with “{scorer(self._picked[0]).title}”"
        return f"Score with these {len(self._picked)}" if self._picked else "Score with these"

    @property
    def specs(self) -> tuple[str, ...]:
        """What was chosen: several specs, or one that holds them all. Raises WorkbenchError for weights that make no
        sense."""
        way = str(self.together.currentData())
        if not way or len(self._picked) < 2:
            return tuple(self._picked)
        parts = list(self._picked)
        weights = self.weights.text().replace(",", ".").strip()
        if way == WEIGHTED and weights:
            parts.append(f"weights={json.dumps(weights)}")
        return (scorer(f"{way}({', '.join(parts)})").spec,)

    def _take(self) -> None:
        try:
            specs = self.specs
        except WorkbenchError as error:
            self._error.show_error(error)
            return
        self.chosen.emit(specs)
        self.accept()


def spec_words(spec: str) -> str:
    """A scorer in words: its title, and in brackets what was set."""
    try:
        member = scorer(spec)
    except WorkbenchError:
        return spec
    parts = getattr(member, "parts", ())
    inside = [spec_words(part.spec) for part in parts]
    inside += [
        f"{part.metadata['title'].lower()}: {value}"
        for part in fields(member)
        if (value := member.options_set().get(part.name)) is not None
    ]
    return f"{member.title} ({', '.join(inside)})" if inside else member.title


def _fits(member: Scorer, wanted: Sequence[str]) -> bool:
    text = f"{member.id} {member.title} {member.expects} {member.group.value}".casefold()
    return all(word in text for word in wanted)


def _heading(title: str, parent: QListWidget) -> QListWidgetItem:
    item = QListWidgetItem(title)
    item.setFlags(Qt.ItemFlag.NoItemFlags)
    font = parent.font()
    font.setBold(True)
    item.setFont(font)
    return item


def _typed(text: str, default: Any, name: str) -> Any:
    """What was typed, in the type of the option. Raises WorkbenchError for what is no number."""
    if name == "at_least" or isinstance(default, float | int):
        try:
            number = float(text.replace(",", "."))
        except ValueError as error:
            raise WorkbenchError(f"“{text}” is no number", mend="Write it like 0.5.") from error
        return int(number) if isinstance(default, int) else number
    return text

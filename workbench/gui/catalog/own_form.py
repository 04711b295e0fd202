"""The form for figures of one's own: made from the declared fields; nothing is kept until all of it is sound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from workbench.domain.catalog_fields import SPECS, FieldKind, FieldSpec, read_field, write_field
from workbench.domain.errors import WorkbenchError
from workbench.domain.quotes import Fields, Subject
from workbench.gui.theme import Space, restyle, scaled_px, set_role
from workbench.gui.widgets.fields import TextField
from workbench.gui.widgets.state import ErrorBox
from workbench.gui.widgets.text import Words

# The figures most people enter; the rest can be given on the command line.
_SHOWN = {
    Subject.OFFER: (
        "input_usd_per_mtok",
        "output_usd_per_mtok",
        "cache_read_usd_per_mtok",
        "cache_write_usd_per_mtok",
        "batch.input_usd_per_mtok",
        "batch.output_usd_per_mtok",
        "image_usd_each",
        "audio_usd_per_minute",
        "text_usd_per_mchar",
        "available",
    ),
    Subject.FACTS: (
        "name",
        "kind",
        "family",
        "open_weights",
        "licence",
        "commercial_use",
        "input_modalities",
        "output_modalities",
        "context_tokens",
        "max_output_tokens",
        "params_total_b",
        "params_active_b",
        "release_date",
        "status",
        "shutdown_date",
        "replacement",
        "tools",
        "structured_output",
        "vision",
        "reasoning",
        "fine_tuning",
    ),
    Subject.SCORE: ("value", "variant"),
    Subject.HARDWARE: tuple(SPECS[Subject.HARDWARE]),
    Subject.DISCOUNT: ("share",),
}
_NOT_SAID = "not said"


@dataclass(frozen=True, slots=True)
class OwnDraft:
    """What the form is about. `target` and `part` are "" where the person has to say; `targets` and `parts` are what
    can be chosen (id, name); `given` are figures entered before, `note` why."""

    subject: Subject
    title: str
    target: str = ""
    part: str = ""
    target_title: str = "Model"
    part_title: str = ""
    targets: tuple[tuple[str, str], ...] = ()
    parts: tuple[tuple[str, str], ...] = ()
    given: Fields | None = None
    note: str = ""
    hint: str = ""


class OwnForm(QDialog):
    """Sends `entered` (subject, target, part, texts by field, note) on Keep, when all can be read."""

    entered = Signal(object, str, str, object, str)

    def __init__(self, draft: OwnDraft, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("own-form")
        self._draft = draft
        self.setWindowTitle(draft.title)
        self.setMinimumWidth(scaled_px(self, 520))
        self._error = ErrorBox()
        self._target = _chooser(draft.target_title, draft.targets, draft.target)
        self._part = _chooser(draft.part_title, draft.parts, draft.part) if draft.part_title else None
        specs = SPECS[draft.subject]
        self._fields = {name: OwnField(specs[name], (draft.given or {}).get(name)) for name in _SHOWN[draft.subject]}
        self._note = TextField("Why, or where it is from", placeholder="contract 2026-77", max_length=300)
        self._note.set_value(draft.note)
        self._lay_out()

    def show_error(self, error: WorkbenchError) -> None:
        """What the service found wrong; the form stays open."""
        self._error.show_error(error)

    @property
    def texts(self) -> Mapping[str, str]:
        """What stands in the fields that say something."""
        return {name: field.text for name, field in self._fields.items() if field.text}

    def _lay_out(self) -> None:
        inside = QWidget()
        form = QFormLayout(inside)
        form.setVerticalSpacing(Space.S)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.addRow(_label(self._draft.target_title, self._target), self._target)
        if self._part is not None:
            form.addRow(_label(self._draft.part_title, self._part), self._part)
        for field in self._fields.values():
            form.addRow(_label(field.spec.title, field.control), field)
        form.addRow(_label("Note", self._note), self._note)
        scroller = QScrollArea()
        scroller.setWidgetResizable(True)
        scroller.setFrameShape(QScrollArea.Shape.NoFrame)
        scroller.setWidget(inside)
        scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        room = self.screen().availableSize().height() - scaled_px(self, 220)  # for the title, the hint and the buttons
        tall = max(scaled_px(self, 120), min(inside.sizeHint().height() + Space.L, scaled_px(self, 520), room))
        scroller.setMinimumHeight(tall)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        keep = buttons.addButton("Keep as mine", QDialogButtonBox.ButtonRole.AcceptRole)
        assert isinstance(keep, QPushButton)
        keep.setProperty("kind", "main")
        keep.setAccessibleName("Keep as mine")
        buttons.accepted.connect(self._keep)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setSpacing(Space.M)
        column.addWidget(Words(self._draft.hint, "muted"))
        column.addWidget(self._error)
        column.addWidget(scroller, 1)
        column.addWidget(buttons)

    def _keep(self) -> None:
        wrong = [field for field in self._fields.values() if field.problem]
        for field in self._fields.values():
            field.show_problem()
        if wrong:
            wrong[0].control.setFocus()
            return
        self._error.clear()
        part = "" if self._part is None else _chosen(self._part)
        self.entered.emit(self._draft.subject, _chosen(self._target), part, dict(self.texts), self._note.text())


class OwnField(QWidget):
    """One figure: a line, or a choice, with its unit behind it and what is wrong with it below."""

    def __init__(self, spec: FieldSpec, given: object) -> None:
        super().__init__()
        self.spec = spec
        self.control: QWidget
        text = write_field(given) if isinstance(given, bool | int | float | str) else ""
        if spec.kind in (FieldKind.CHOICE, FieldKind.FLAG):
            self.control = self._box(spec, text)
        else:
            self.control = self._line(spec, text)
        unit = QLabel(spec.unit)
        set_role(unit, "muted")
        self._problem = Words("", "small", "bad")
        self._problem.hide()
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        row.addWidget(self.control)
        row.addWidget(unit, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        column.addLayout(row)
        column.addWidget(self._problem)

    @property
    def text(self) -> str:
        """What the person said, "" for nothing."""
        if isinstance(self.control, QComboBox):
            return str(self.control.currentData())
        assert isinstance(self.control, QLineEdit)
        return self.control.text().strip()

    @property
    def problem(self) -> str:
        """Why it cannot be taken, "" when it can."""
        if not self.text:
            return ""
        try:
            read_field(self.spec, self.text)
        except WorkbenchError as error:
            return f"{error.what}. {error.mend}"
        return ""

    def show_problem(self) -> None:
        """Marks the field and says what is wrong, or unmarks it."""
        problem = self.problem
        self._problem.set_text(problem)
        self._problem.setVisible(bool(problem))
        self.control.setAccessibleDescription(problem)
        self.control.setProperty("wrong", "true" if problem else "false")
        restyle(self.control)

    def _line(self, spec: FieldSpec, text: str) -> QLineEdit:
        line = TextField(f"{spec.title}, {spec.unit}" if spec.unit else spec.title, max_length=300)
        line.setPlaceholderText(_example(spec))
        line.set_value(text)
        line.editingFinished.connect(self.show_problem)
        return line

    def _box(self, spec: FieldSpec, text: str) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(spec.title)
        box.addItem(_NOT_SAID, "")
        for choice in spec.choices or ("yes", "no"):
            box.addItem(choice, choice)
        box.setCurrentIndex(max(box.findData(text), 0))
        return box


def _example(spec: FieldSpec) -> str:
    match spec.kind:
        case FieldKind.DATE:
            return "2026-11-20"
        case FieldKind.LIST:
            return "text, image"
        case FieldKind.NUMBER | FieldKind.COUNT if spec.name == "share":
            return "0.2 for 20 %"
    return spec.help


def _label(title: str, buddy: QWidget) -> QLabel:
    label = QLabel(title)
    label.setBuddy(buddy)
    return label


def _chooser(title: str, choices: Sequence[tuple[str, str]], chosen: str) -> QComboBox:
    """An editable list: an id may also be typed, for what the catalog does not have."""
    box = QComboBox()
    box.setEditable(True)
    box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    box.setAccessibleName(title)
    for id, name in choices:
        box.addItem(f"{name} ({id})" if name != id else id, id)
    place = box.findData(chosen)
    box.setCurrentIndex(place)
    if place < 0:
        box.setEditText(chosen)
    line = box.lineEdit()
    if line is not None:
        line.setAccessibleName(title)
    return box


def _chosen(box: QComboBox) -> str:
    """The id chosen, or what was typed."""
    place = box.findText(box.currentText())
    return str(box.itemData(place)) if place >= 0 else box.currentText().strip()
